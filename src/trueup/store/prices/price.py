"""What a price is: rates for each kind of token, by the length of the prompt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Protocol

BUCKETS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h")
"""Kinds of tokens of a prompt; together they are all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars per million tokens of each kind; None: the list does not say.

    Parameters
    ----------
    above
        Holds for all tokens of a request whose whole prompt, cached tokens too, is longer.
    request
        US dollars for each request, besides its tokens.
    """

    above: int = 0
    uncached_input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    reasoning_output: Decimal | None = None
    request: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What one model costs at one instant.

    Parameters
    ----------
    steps
        Rates by the length of the prompt, shortest first; the first holds from nought.
    source
        The list and its version.
    """

    steps: tuple[Rates, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Use:
    """Whose price is asked for: provider (None: unknown), model, tier of service."""

    provider: str | None
    model: str
    tier: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """When a price may change, UTC; between two of them it does not.

    Parameters
    ----------
    days
        From which another price holds.
    hours
        Of every day.
    """

    days: frozenset[date] = frozenset()
    hours: frozenset[time] = frozenset()


class PriceList(Protocol):
    """Somewhere prices stand."""

    def price(self, use: Use, at: datetime) -> Price | None:
        """Return what a model costs at an instant, None where the list does not know it."""
        ...

    def turns(self, use: Use) -> Turns:
        """Return when the price of a model may change."""
        ...
