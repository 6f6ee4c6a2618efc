"""Prices of genai-prices: offline, with the days on which they changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from trueup.store.prices.price import Price, Rates, Turns, Use

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, PriceCalculation

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
_SPECIAL_TIERS = frozenset(("batch", "flex", "priority", "fast"))
_KEYS = {
    "uncached_input": ("input_mtok",),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write_5m": ("cache_write_5m_mtok", "cache_write_mtok", "input_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "output": ("output_mtok",),
    "reasoning_output": ("output_reasoning_mtok", "output_mtok"),
}
"""Where the rate of each kind of token stands; the first that is given holds."""


class DatedPrices:
    """The price list of the installed genai-prices."""

    def __init__(self) -> None:
        from genai_prices import __version__

        self._source = f"genai-prices {__version__}"

    def price(self, use: Use, at: datetime) -> Price | None:
        """Return what a model costs at an instant.

        A provider the list does not know, or that it does not know to have the model, is passed
        over for the maker of the model; the source then says so.
        """
        for provider, model in _names(use):
            found = _found(provider, model, use.tier, at)
            if found is not None:
                return Price(
                    steps=_steps(found.model_price), source=self._called(use, found, provider, at)
                )
        return None

    def turns(self, use: Use) -> Turns:
        """Return the days and hours at which any price of the model begins or ends."""
        found = next(
            (f for name in _names(use) if (f := _found(*name, None, _ANY_TIME)) is not None), None
        )
        return Turns() if found is None else _turns(found.model)

    def _called(self, use: Use, found: PriceCalculation, provider: str | None, at: datetime) -> str:
        remarks = []
        is_by_maker = provider is None and (use.provider or "/" in use.model)
        if is_by_maker:
            remarks.append(f"as of {found.provider.id}")
        if use.tier in _SPECIAL_TIERS and found.model_price == found.model.get_prices(at):
            remarks.append("standard tier")
        return ", ".join((self._source, *remarks))


def _turns(model: ModelInfo) -> Turns:
    from genai_prices.types import ModelPrice, StartDateConstraint, TimeOfDateConstraint

    listed = [] if isinstance(model.prices, ModelPrice) else model.prices
    limits = [one.constraint for one in (*listed, *(model.price_variants or ()))]
    hours = [one for one in limits if isinstance(one, TimeOfDateConstraint)]
    return Turns(
        days=frozenset(one.start_date for one in limits if isinstance(one, StartDateConstraint)),
        hours=frozenset(_utc(at) for one in hours for at in (one.start_time, one.end_time)),
    )


def _utc(at: time) -> time:
    if at.tzinfo is None:
        return at
    return datetime.combine(date(1970, 1, 2), at).astimezone(UTC).time()


def _names(use: Use) -> Iterator[tuple[str | None, str]]:
    """Yield (provider, model) to be asked for, the most exact first."""
    yield use.provider, use.model
    maker, _, rest = use.model.partition("/")
    if rest:
        yield maker, rest
    if use.provider:
        yield None, use.model
    if rest:
        yield None, rest


def _found(
    provider: str | None, model: str, tier: str | None, at: datetime
) -> PriceCalculation | None:
    from genai_prices import Usage, calc_price

    # Each variant names one of these keys and the value at which it holds.
    context = {"processing": tier, "speed": tier, "service_tier": tier} if tier else None
    try:
        return calc_price(
            Usage(), model, provider_id=provider, genai_request_timestamp=at, price_context=context
        )
    except LookupError:
        return None


def _steps(price: ModelPrice) -> tuple[Rates, ...]:
    from genai_prices.types import TieredPrices

    values = {name: _first(price, keys) for name, keys in _KEYS.items()}
    starts = {
        tier.start
        for value in values.values()
        if isinstance(value, TieredPrices)
        for tier in value.tiers
    }
    request = price.requests_kcount
    each = request / 1000 if isinstance(request, Decimal) else Decimal(0)
    return tuple(
        Rates(
            above=start,
            request=each,
            **{name: _above(value, start) for name, value in values.items()},
        )
        for start in sorted({0, *starts})
    )


def _first(price: ModelPrice, keys: tuple[str, ...]) -> object:
    return next((v for key in keys if (v := getattr(price, key)) is not None), None)


def _above(value: object, start: int) -> Decimal | None:
    from genai_prices.types import TieredPrices

    if isinstance(value, TieredPrices):
        reached = [tier.price for tier in value.tiers if 0 < tier.start <= start]
        return reached[-1] if reached else value.base
    return value if isinstance(value, Decimal) else None
