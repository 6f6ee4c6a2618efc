"""Every estimator there is, found by scanning the folder of recipes."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from trueup.errors import EstimateError, try_one_of
from trueup.estimate import estimators
from trueup.estimate.estimator import Estimator


@cache
def all_estimators() -> Mapping[str, Estimator]:
    """Return every estimator by name, in alphabetical order.

    Raises
    ------
    EstimateError
        A file of the folder has no ``ESTIMATOR``, or one that is not called as the file is.
    """
    found: dict[str, Estimator] = {}
    for recipe in pkgutil.iter_modules(estimators.__path__):
        module = importlib.import_module(f"{estimators.__name__}.{recipe.name}")
        estimator = getattr(module, "ESTIMATOR", None)
        if estimator is None or estimator.name != recipe.name:
            raise EstimateError(
                f"estimators/{recipe.name}.py holds no estimator of that name.",
                hint="Give it one called ESTIMATOR, named after the file.",
            )
        found[recipe.name] = estimator
    return MappingProxyType(dict(sorted(found.items())))


def find_estimator(name: str) -> Estimator:
    """Return the estimator called `name`.

    Raises
    ------
    EstimateError
        There is none; the hint names the nearest.
    """
    known = all_estimators()
    if name not in known:
        raise EstimateError(f"No estimator is called {name!r}.", hint=try_one_of(known, name))
    return known[name]
