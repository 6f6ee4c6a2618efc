"""What was used up in a span, added up and no more: for a live view, and day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ibis import _

from trueup.config import MoneySettings
from trueup.measure.metric import Tables
from trueup.measure.records.spending import BUCKETS, requests
from trueup.model.evidence import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Counted use in a span, of everybody together.

    Parameters
    ----------
    tokens
        By kind.
    cost, currency
        Of what has a price, at list price; what has none is in `unpriced_tokens`, and never free.
    priced_requests
        How many of the `requests` have a price.
    """

    requests: int
    priced_requests: int
    tokens: Mapping[str, int]
    unpriced_tokens: int
    cost: float
    currency: str


def total(tables: Tables, money: MoneySettings, window: Window) -> Total:
    """Add up what was used in a span."""
    rows = requests(tables)
    rows = rows.filter((rows["at"] >= window.start_at) & (rows["at"] < window.end_at))
    sums = {name: rows[name].fill_null(0).sum().fill_null(0) for name in BUCKETS}
    (found,) = (
        rows.agg(
            requests=_["items"].sum().fill_null(0),
            priced=_["items"].sum(where=_.cost.notnull()).fill_null(0),
            unpriced=_.tokens.sum(where=_.cost.isnull()).fill_null(0),
            cost=_.cost.sum().fill_null(0.0),
            **sums,
        )
        .to_pyarrow()
        .to_pylist()
    )
    return Total(
        requests=int(found["requests"]),
        priced_requests=int(found["priced"]),
        tokens={
            name.removesuffix("_tokens").replace("_", " "): int(found[name]) for name in BUCKETS
        },
        unpriced_tokens=int(found["unpriced"]),
        cost=float(found["cost"]) * money.per_usd,
        currency=money.currency,
    )
