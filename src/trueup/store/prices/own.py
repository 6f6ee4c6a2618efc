"""Prices of trueup.toml: what the organisation pays by its own word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from fnmatch import fnmatchcase

from trueup.config import PriceSettings
from trueup.store.prices.price import Price, Rates, Turns, Use


class OwnPrices:
    """The entries of ``[[prices]]``.

    The first pattern that fits a model decides; of its entries, the newest that holds by then.
    Own prices are of any provider and tier.
    """

    def __init__(self, entries: Sequence[PriceSettings]) -> None:
        self._entries = entries

    def price(self, use: Use, at: datetime) -> Price | None:
        """Return what a model costs on the day of `at` (UTC)."""
        model = use.model.lower()
        patterns = (e.model for e in self._entries if fnmatchcase(model, e.model.lower()))
        pattern = next(patterns, None)
        holding = [
            entry
            for entry in self._entries
            if entry.model == pattern and _first_day(entry) <= at.date()
        ]
        if not holding:
            return None
        return Price(steps=(_rates(max(holding, key=_first_day)),), source="trueup.toml")

    def turns(self, use: Use) -> Turns:
        """Return the days named by any entry; which model they are of does not matter."""
        del use
        return Turns(days=frozenset(map(_first_day, self._entries)))


def _first_day(entry: PriceSettings) -> date:
    return date.fromisoformat(entry.since) if entry.since else date.min


def _rates(entry: PriceSettings) -> Rates:
    def rate(value: float) -> Decimal:
        return Decimal(str(entry.input if value < 0 else value))

    return Rates(
        uncached_input=rate(entry.input),
        cache_read=rate(entry.cache_read),
        cache_write_5m=rate(entry.cache_write_5m),
        cache_write_1h=rate(entry.cache_write_1h),
        output=Decimal(str(entry.output)),
    )
