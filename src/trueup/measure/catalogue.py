"""Every metric there is, found by scanning the folder of families."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from trueup.errors import MeasureError, UnknownMetric, try_one_of
from trueup.measure import metrics
from trueup.measure.metric import Metric


@cache
def all_metrics() -> Mapping[str, Metric]:
    """Return every metric by name, in alphabetical order.

    Raises
    ------
    MeasureError
        Two families define the same name.
    """
    found: dict[str, Metric] = {}
    for family in pkgutil.iter_modules(metrics.__path__):
        module = importlib.import_module(f"{metrics.__name__}.{family.name}")
        for metric in (value for value in vars(module).values() if isinstance(value, Metric)):
            if metric.name in found:
                raise MeasureError(
                    f"Two metrics are called {metric.name!r}.", hint="Rename one of them."
                )
            found[metric.name] = metric
    return MappingProxyType(dict(sorted(found.items())))


def find_metric(name: str) -> Metric:
    """Return the metric called `name`.

    Raises
    ------
    UnknownMetric
        There is none; the hint names the nearest.
    """
    known = all_metrics()
    if name not in known:
        raise UnknownMetric(f"No metric is called {name!r}.", hint=try_one_of(known, name))
    return known[name]
