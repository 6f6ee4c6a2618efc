"""LiteLLM's table of prices, where the user has it: wide, but of today only.

It is asked last, for models genai-prices does not know. The table is not shipped: it is that of
the installed ``litellm`` package, or the file ``[money] price_table`` names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from trueup.errors import ConfigError
from trueup.store.prices.price import Price, Rates, Turns, Use

_FILE = "model_prices_and_context_window_backup.json"
_SUFFIX = {"batch": "_batches", "flex": "_flex", "priority": "_priority"}
_KEYS = {
    "uncached_input": ("input_cost_per_token",),
    "cache_read": ("cache_read_input_token_cost", "input_cost_per_token"),
    "cache_write_5m": ("cache_creation_input_token_cost", "input_cost_per_token"),
    "cache_write_1h": (
        "cache_creation_input_token_cost_above_1hr",
        "cache_creation_input_token_cost",
        "input_cost_per_token",
    ),
    "output": ("output_cost_per_token",),
    "reasoning_output": ("output_cost_per_reasoning_token", "output_cost_per_token"),
}
_LENGTHS = (0, 100_000, 128_000, 200_000, 256_000, 272_000, 512_000)
_PROVIDERS = {"aws": ("bedrock",), "google": ("gemini", "vertex_ai"), "x-ai": ("xai",)}
"""LiteLLM's names of providers where ours differ."""
_MILLION = Decimal(1_000_000)


class CurrentPrices:
    """The entries of LiteLLM's table; the same whatever the day.

    Parameters
    ----------
    table
        The JSON, its numbers as `Decimal`.
    source
        What a price out of it is called.
    """

    def __init__(self, table: Mapping[str, Any], source: str) -> None:
        self._table = {
            name.lower(): entry for name, entry in table.items() if isinstance(entry, dict)
        }
        self._source = source

    def price(self, use: Use, at: datetime) -> Price | None:
        """Return what a model costs now; `at` does not matter."""
        del at
        model = use.model.lower()
        provider = (use.provider or "").lower()
        named = [f"{name}/{model}" for name in (provider, *_PROVIDERS.get(provider, ())) if name]
        for name in (*named, model, model.partition("/")[2]):
            entry = self._table.get(name)
            if entry and isinstance(entry.get("input_cost_per_token"), Decimal):
                return Price(steps=_steps(entry, use.tier), source=self._source)
        return None

    def turns(self, use: Use) -> Turns:
        """Return none: the table has no days."""
        del use
        return Turns()


def find_table(path: str) -> tuple[Path, str] | None:
    """Return where the table is and what its prices are called; None where there is none.

    Parameters
    ----------
    path
        The file the user named; empty: that of the installed package, which is not imported.
    """
    if path:
        return Path(path).expanduser(), f"LiteLLM's table {Path(path).name}"
    found = find_spec("litellm")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (Path(folder) / _FILE).is_file():
            return Path(folder) / _FILE, f"litellm {_version()}"
    return None


def read_table(path: Path, source: str) -> CurrentPrices:
    """Read a table.

    Raises
    ------
    ConfigError
        The file cannot be read, or is no such table.
    """
    try:
        table = json.loads(path.read_bytes(), parse_float=Decimal)
    except OSError as error:
        raise _unreadable(path, error.strerror or "") from error
    except ValueError as error:
        raise _unreadable(path, "it is no JSON") from error
    if not isinstance(table, dict):
        raise _unreadable(path, "it is no JSON object of models")
    return CurrentPrices(table, source)


def _unreadable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path} is no readable table of prices: {why}.",
        hint="Name LiteLLM's model_prices_and_context_window.json under [money] price_table, "
        "or leave that out.",
    )


def _version() -> str:
    try:
        return version("litellm")
    except PackageNotFoundError:
        return "of unknown version"


def _steps(entry: Mapping[str, Any], tier: str | None) -> tuple[Rates, ...]:
    suffix = _SUFFIX.get(tier or "", "")
    given = entry.get("provider_specific_entry")
    times = given.get("fast") if tier == "fast" and isinstance(given, dict) else None
    factor = _MILLION * (times if isinstance(times, (Decimal, int)) else 1)
    steps = [_rates(entry, length, suffix, factor) for length in _LENGTHS if _has(entry, length)]
    return tuple(steps)


def _has(entry: Mapping[str, Any], length: int) -> bool:
    return length == 0 or any(_longer(length) in key for key in entry)


def _longer(length: int) -> str:
    return f"_above_{length // 1000}k_tokens" if length else ""


def _rates(entry: Mapping[str, Any], length: int, suffix: str, factor: Decimal) -> Rates:
    def rate(keys: tuple[str, ...]) -> Decimal | None:
        for key in keys:
            for name in (
                f"{key}{_longer(length)}{suffix}",
                f"{key}{suffix}" if suffix else "",
                f"{key}{_longer(length)}",
                key,
            ):
                value = entry.get(name)
                if isinstance(value, (Decimal, int)):
                    return factor * value
        return None

    return Rates(
        above=length, request=Decimal(0), **{name: rate(keys) for name, keys in _KEYS.items()}
    )
