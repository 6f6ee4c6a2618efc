"""The price book: own prices first, then dated ones, then those of today."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from trueup.config import Settings
from trueup.errors import ConfigError
from trueup.store.prices.dated import DatedPrices
from trueup.store.prices.litellm import find_table, read_table
from trueup.store.prices.own import OwnPrices
from trueup.store.prices.price import Price, PriceList, Turns, Use


def edition(settings: Settings) -> str:
    """Return a digest that changes when any price may have; nothing is priced for it.

    Raises
    ------
    ConfigError
        The table the settings name cannot be read.
    """
    parts = [repr(settings.prices), _listed() or "no list"]
    if (found := find_table(settings.money.price_table)) is not None:
        path, source = found
        try:
            parts += [source, hashlib.sha256(path.read_bytes()).hexdigest()]
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be read: {error.strerror}.",
                hint="Name a file you may read under [money] price_table, or leave that out.",
            ) from error
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def remedy() -> str:
    """Say what would give more models a price."""
    own = "Give their prices under [[prices]] in trueup.toml"
    return (
        f"{own}." if _listed() else f"Install the price list, pip install 'trueup[prices]'. {own}."
    )


def _listed() -> str | None:
    """Return the version of genai-prices that is installed, None where it is not."""
    try:
        return version("genai-prices")
    except PackageNotFoundError:
        return None


class PriceBook:
    """Everything known of what models cost.

    Parameters
    ----------
    settings
        Whose ``[[prices]]`` and ``[money] price_table`` count.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lists: tuple[PriceList, ...] = (OwnPrices(settings.prices),)
        if _listed():
            self._lists = (*self._lists, DatedPrices())
        self._is_wide = False

    def price(self, use: Use, at: datetime) -> Price | None:
        """Return what a model costs at an instant, None where no list knows it.

        Raises
        ------
        ConfigError
            The table the settings name cannot be read.
        """
        for prices in self._lists:
            if (found := prices.price(use, at)) is not None:
                return found
        if not self._is_wide:
            self._widen()
            return self.price(use, at)
        return None

    def turns(self, use: Use) -> Turns:
        """Return when what a model costs may change."""
        every = [prices.turns(use) for prices in self._lists]
        return Turns(
            days=frozenset(day for turns in every for day in turns.days),
            hours=frozenset(hour for turns in every for hour in turns.hours),
        )

    def _widen(self) -> None:
        """Take up LiteLLM's table, which is read for the first model the others do not know."""
        self._is_wide = True
        if (found := find_table(self._settings.money.price_table)) is not None:
            self._lists = (*self._lists, read_table(*found))
