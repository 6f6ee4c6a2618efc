"""Which sources there are: ours and strangers', found the same way.

A package names its sources under the entry point group ``trueup.connectors``. Those of this
tree are found in their folder too, so that a checkout works before it is installed.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from trueup.collect.recorded import RecordedSource
from trueup.errors import ConfigError, try_one_of

GROUP = "trueup.connectors"
_OURS = "trueup.collect.sources"


def source_names() -> tuple[str, ...]:
    """Return the name of every source, loading none."""
    return tuple(sorted({*_in_tree(), *_installed()}))


def find_source(name: str) -> RecordedSource:
    """Return the source of that name.

    Raises
    ------
    ConfigError
        There is none, or the package that brings it cannot be loaded.
    """
    installed = _installed()
    if name in _in_tree():
        return _sound(name, import_module(f"{_OURS}.{name}.source").SOURCE)
    if name not in installed:
        raise ConfigError(
            f"There is no source called {name!r}.", hint=try_one_of(source_names(), name)
        )
    try:
        return _sound(name, installed[name].load())
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"The source {name!r} of {installed[name].value} cannot be loaded: {error}.",
            hint="Repair or remove the package that brings it.",
        ) from error


def _sound(name: str, source: Any) -> RecordedSource:
    needed = ("name", "version", "server", "options", "owners", "targets", "fetch", "normalise")
    missing = [attribute for attribute in needed if not hasattr(source, attribute)]
    if missing:
        raise ConfigError(
            f"The source {name!r} lacks {', '.join(missing)}.",
            hint="See docs/how-to/add-a-source.md for what a source must have.",
        )
    found: RecordedSource = source
    return found


def _installed() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _in_tree() -> frozenset[str]:
    folder = Path(__file__).parent / "sources"
    return frozenset(path.parent.name for path in folder.glob("*/source.py"))
