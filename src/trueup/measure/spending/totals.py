"""What was used up in a span, added up and no more: for a live view, and day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from ibis import _
from numpy.typing import NDArray

from trueup.config import MoneySettings
from trueup.measure.frames.days import with_days
from trueup.measure.metric import Tables
from trueup.measure.records.authorship import usage_horizon
from trueup.measure.records.spending import BUCKETS, LIST, requests
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Daily:
    """What was spent on each day, on one basis and in one currency.

    Parameters
    ----------
    start
        First day of the workspace's time zone on which anything was used.
    amounts
        Of each day, ``(n_days,)``; 0 where nothing was used, NaN where nothing used has a price.
    """

    start: date
    amounts: NDArray[np.float64]
    currency: str
    basis: str


def daily(tables: Tables, money: MoneySettings, timezone: str) -> Daily | None:
    """Add up cost at list price day by day, whole days only; None where no day is whole."""
    until, rows = usage_horizon(tables), requests(tables)
    first = rows["at"].min().to_pyarrow().as_py()
    if until is None or first is None:
        return None
    span = Window(start_at=first, end_at=max(first, until))
    found = with_days(rows, span, timezone).group_by("day_starts_at").agg(cost=_.cost.sum())
    zone = ZoneInfo(timezone)
    costs = {
        datetime.fromtimestamp(row["day_starts_at"] / 1_000_000, UTC).astimezone(zone).date(): row
        for row in found.filter(found.day_starts_at.notnull()).to_pyarrow().to_pylist()
    }
    start = min(costs, default=None)
    last = datetime.fromtimestamp(until / 1_000_000, UTC).astimezone(zone).date()
    if start is None or last <= start:
        return None
    amounts = np.zeros((last - start).days)  # the day records end in is not over
    for day, row in costs.items():
        if day < last:
            known = row["cost"] is not None
            amounts[(day - start).days] = row["cost"] * money.per_usd if known else np.nan
    return Daily(start=start, amounts=amounts, currency=money.currency, basis=LIST)
