"""Every mechanism there is, found by scanning the folder of mechanisms."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from trueup.diagnose import mechanisms
from trueup.diagnose.diagnosis import Mechanism
from trueup.errors import EstimateError, try_one_of


@cache
def all_mechanisms() -> Mapping[str, Mechanism]:
    """Return every mechanism by name, in alphabetical order.

    Raises
    ------
    EstimateError
        A file of the folder has no ``MECHANISM``, or one that is not called as the file is.
    """
    found: dict[str, Mechanism] = {}
    for each in pkgutil.iter_modules(mechanisms.__path__):
        if each.ispkg:
            continue
        module = importlib.import_module(f"{mechanisms.__name__}.{each.name}")
        mechanism = getattr(module, "MECHANISM", None)
        if mechanism is None or mechanism.name != each.name:
            raise EstimateError(
                f"mechanisms/{each.name}.py holds no mechanism of that name.",
                hint="Give it one called MECHANISM, named after the file.",
            )
        found[mechanism.name] = mechanism
    return MappingProxyType(dict(sorted(found.items())))


def find_mechanism(name: str) -> Mechanism:
    """Return the mechanism called `name`.

    Raises
    ------
    EstimateError
        There is none; the hint names the nearest.
    """
    known = all_mechanisms()
    if name not in known:
        raise EstimateError(f"No mechanism is called {name!r}.", hint=try_one_of(known, name))
    return known[name]
