"""The list price of many requests at once: each price is looked up once, then it is arithmetic.

Amounts are exact: prices are whole femtodollars (1e-15 USD) per token, sums are made in whole
numbers, and each amount is rounded once, half to even, to the nanodollar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.store.prices.book import PriceBook
from trueup.store.prices.price import BUCKETS, Price, Rates, Use

Ints = NDArray[np.int64]
_MONEY = pa.decimal128(24, 9)
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()
_FEMTO = 10**9  # of one US dollar per million tokens, per token
_NANO = 10**6  # femtodollars
_UNKNOWN = -1
_NEVER = np.iinfo(np.int64).max
_KINDS = (*BUCKETS, "output", "reasoning_output")

NEEDS = (
    *("provider", "model", "service_tier", "requested_at", "ended_at", "request_count"),
    *(f"{kind}_tokens" for kind in _KINDS),
)
"""Columns of ``ai_request`` a price rests on."""


def priced(requests: pa.Table, book: PriceBook) -> tuple[pa.Array, pa.Array]:
    """Return ``list_cost`` and ``price_source`` of each request.

    The tier of a long prompt is that of the whole prompt, cached tokens too, and holds for all
    tokens of the request. Where several requests are told of together, their mean prompt decides;
    where it is not told how many they are, no tier is reached: such an amount is at least.
    A request of an unknown model, or with tokens of a kind whose price is not listed, has no cost.

    Parameters
    ----------
    requests
        Columns `NEEDS`, text with or without dictionaries.

    Raises
    ------
    ConfigError
        As `PriceBook.price`.
    """
    count = requests.num_rows
    if not count:
        return pa.array([], _MONEY), pa.array([], pa.string())
    prices, of_row = _looked_up(requests, book)
    sheet = _Sheet.of(prices)
    tokens = {kind: _ints(requests[f"{kind}_tokens"], 0) for kind in _KINDS}
    tokens["reasoning_output"] = np.minimum(tokens["reasoning_output"], tokens["output"])
    tokens["output"] = tokens["output"] - tokens["reasoning_output"]
    requested = _ints(requests["request_count"], 1)
    place = of_row * sheet.steps + sheet.step(of_row, _prompt(requests, tokens, requested))
    nano, is_known = _amounts(sheet, place, tokens, requested)
    is_known &= of_row > 0
    absent = ~is_known
    sources = pa.array([price.source if price else None for price in prices], pa.string())
    named = pc.if_else(pa.array(is_known), sources.take(pa.array(of_row)), None)
    return _dollars(nano, absent), named


def _looked_up(requests: pa.Table, book: PriceBook) -> tuple[list[Price | None], Ints]:
    """Return the different prices, the first of them None, and which one holds for each row."""
    names = [_encoded(requests[name]) for name in ("provider", "model", "service_tier")]
    at = _ints(requests["requested_at"], 0)
    uses, use_of = _distinct([codes for codes, _ in names])
    asked = [_use(row, [words for _, words in names]) for row in uses]
    spans, first, span_of = np.unique(
        np.stack([use_of, _span_of(at, use_of, asked, book)], axis=1),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    prices: list[Price | None] = [None]
    known: dict[Price | None, int] = {None: 0}
    place = np.zeros(len(spans), dtype=np.int64)
    for row, (use_place, instant) in enumerate(zip(spans[:, 0], at[first], strict=True)):
        use = asked[use_place]
        price = None if use is None else book.price(use, _instant(instant))
        if price not in known:
            known[price] = len(prices)
            prices.append(price)
        place[row] = known[price]
    return prices, place[span_of.reshape(-1)]


def _span_of(at: Ints, use_of: Ints, asked: Sequence[Use | None], book: PriceBook) -> Ints:
    """Return a number for each row: alike where no price of its model changes in between."""
    number = np.zeros(len(at), dtype=np.int64)
    for place, use in enumerate(asked):
        if use is None:
            continue
        rows = np.flatnonzero(use_of == place)
        turns = book.turns(use)
        days = np.array(sorted(day.toordinal() - _EPOCH for day in turns.days), dtype=np.int64)
        hours = np.array(sorted(map(_micros, turns.hours)), dtype=np.int64)
        day, hour = np.divmod(at[rows], _DAY)
        number[rows] = np.searchsorted(days, day, side="right") * (hours.size + 1)
        number[rows] += np.searchsorted(hours, hour, side="right")
    return number


def _micros(hour: time) -> int:
    return ((hour.hour * 60 + hour.minute) * 60 + hour.second) * 1_000_000 + hour.microsecond


def _instant(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))


def _use(codes: Ints, words: Sequence[list[str | None]]) -> Use | None:
    provider, model, tier = (some[code] for some, code in zip(words, codes.tolist(), strict=True))
    return None if not model else Use(provider, model, tier)


def _distinct(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    rows, inverse = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return rows, inverse.reshape(-1)


def _encoded(column: pa.ChunkedArray) -> tuple[Ints, list[str | None]]:
    """Return a code for each row and the word of each code; the last is that of nothing."""
    words = column.cast(pa.string()).combine_chunks().dictionary_encode()
    listed: list[str | None] = [*words.dictionary.to_pylist(), None]
    return pc.fill_null(words.indices, len(listed) - 1).to_numpy().astype(np.int64), listed


def _ints(column: pa.ChunkedArray, missing: int) -> Ints:
    numbers: Ints = pc.fill_null(column.cast(pa.int64()), missing).to_numpy()
    return numbers


def _prompt(requests: pa.Table, tokens: dict[str, Ints], requested: Ints) -> Ints:
    """Return the length of the prompt of each request; of several together, their mean."""
    whole = np.sum([tokens[kind] for kind in BUCKETS], axis=0)
    is_span = pc.is_valid(requests["ended_at"]).to_numpy(zero_copy_only=False)
    mean: Ints = np.where(is_span & (requested <= 1), 0, whole // np.maximum(requested, 1))
    return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Prices as rows of numbers: `steps` rows for each price, in femtodollars per token."""

    steps: int
    above: Ints  # (prices, steps)
    rates: dict[str, Ints]  # by kind, and "request"

    @classmethod
    def of(cls, prices: Sequence[Price | None]) -> _Sheet:
        steps = max(len(price.steps) if price else 1 for price in prices)
        nothing = Rates()
        rows = [(*(price.steps if price else ()), *([nothing] * steps))[:steps] for price in prices]
        lengths = [len(price.steps) if price else 0 for price in prices]
        above = np.array(
            [
                [rate.above if place < length else _NEVER for place, rate in enumerate(row)]
                for row, length in zip(rows, lengths, strict=True)
            ],
            dtype=np.int64,
        )
        flat = [rate for row in rows for rate in row]
        rates = {
            kind: np.array([_femto(getattr(rate, kind)) for rate in flat], dtype=np.int64)
            for kind in _KINDS
        }
        rates["reasoning_output"] = np.where(
            rates["reasoning_output"] == _UNKNOWN, rates["output"], rates["reasoning_output"]
        )
        rates["request"] = np.array([_femto(rate.request * 10**6) for rate in flat], dtype=np.int64)
        return cls(steps=steps, above=above, rates=rates)

    def step(self, of_row: Ints, prompt: Ints) -> Ints:
        """Return which step holds for a prompt of that length."""
        reached: Ints = (prompt[:, None] > self.above[of_row]).sum(axis=1)
        return np.maximum(reached - 1, 0)


def _femto(rate: Decimal | None) -> int:
    return _UNKNOWN if rate is None else int((rate * _FEMTO).to_integral_value())


def _amounts(
    sheet: _Sheet, place: Ints, tokens: dict[str, Ints], requested: Ints
) -> tuple[Ints, NDArray[np.bool_]]:
    """Return nanodollars, and of which rows every kind of token has a price."""
    nano = np.zeros(len(place), dtype=np.int64)
    rest = np.zeros(len(place), dtype=np.int64)
    is_known = np.ones(len(place), dtype=bool)
    for kind, amount in (*tokens.items(), ("request", requested)):
        rate = sheet.rates[kind][place]
        is_known &= (rate != _UNKNOWN) | (amount == 0)
        # Split, so that no product of tokens and femtodollars leaves 64 bits.
        whole, below = np.divmod(amount, _NANO)
        nano += whole * rate
        rest += below * rate
    more, left = np.divmod(rest, _NANO)
    nano += more
    is_up = (left > _NANO // 2) | ((left == _NANO // 2) & (nano % 2 == 1))
    return nano + is_up, is_known


def _dollars(nano: Ints, absent: NDArray[np.bool_]) -> pa.Array:
    whole = pa.array(nano, mask=absent).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar(Decimal("1e-9"), pa.decimal128(9, 9))).cast(_MONEY)
