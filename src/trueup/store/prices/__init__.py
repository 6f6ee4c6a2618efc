"""What tokens cost at list price: the user's own prices, genai-prices, LiteLLM's table.

An amount is made of the five buckets of a request, its model, its day and its tier; a model no
list knows has no price, and is never free.
"""

from trueup.store.prices.book import PriceBook
from trueup.store.prices.pricing import priced

__all__ = ["PriceBook", "priced"]
