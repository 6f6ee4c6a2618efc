"""Answers as plain values for a machine: the same numbers as in words, and all of them."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

from trueup.model.effect import Estimate
from trueup.units import Unit

if TYPE_CHECKING:
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel


def describe_assessment(assessment: Assessment) -> dict[str, Any]:
    """Return the whole assessment; ``lines`` holds what is said in words."""
    described: dict[str, Any] = plain(assessment)
    return {"lines": list(assessment.say()), **described}


def describe_panel(panel: Panel) -> dict[str, Any]:
    """Return what was read, and whether adopters were like the others before."""
    from trueup.estimate.reading.balance import balance

    return {
        "source": panel.source,
        "rows": panel.n_rows,
        "units": panel.n_units,
        "units_that_adopt": int(panel.ever_treated.sum()),
        "clusters": panel.n_clusters,
        "grain": panel.grain,
        "periods": list(panel.periods),
        "digest": panel.digest(),
        "remarks": plain(panel.remarks),
        "balance": plain(balance(panel)),
    }


def plain(value: Any) -> Any:
    """Return any answer as what JSON knows; what is infinite or not a number is null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return value.name if isinstance(value, Unit) else _fields(value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, tuple | list):
        return _named(value) or [plain(each) for each in value]
    is_no_number = isinstance(value, float) and not math.isfinite(value)
    return None if is_no_number else value


def _named(values: tuple[Any, ...] | list[Any]) -> dict[str, Any]:
    """Return pairs of a name and a value as an object; nothing where they are no such pairs."""
    are_pairs = all(isinstance(each, tuple) and len(each) == 2 for each in values)
    if not are_pairs or not all(isinstance(each[0], str) for each in values):
        return {}
    return {name: plain(value) for name, value in values}


def _fields(value: Any) -> dict[str, Any]:
    kind = {"kind": type(value).__name__.lower()}
    fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Estimate):
        return {**kind, **fields, "said": value.say(), "said_interval": value.say_interval()}
    return {**kind, **fields}
