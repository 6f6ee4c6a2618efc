"""Policies weighed against each other, and parameters by how much hangs on them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from trueup.simulate.incentives.findings import Policy, Swing
from trueup.simulate.incentives.motives import ratchet_factor
from trueup.simulate.incentives.stating import Stated
from trueup.simulate.incentives.terms import DRAWS, Terms
from trueup.units import RATIO, RELATIVE

PASS_THROUGHS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
BESIDE_PAY = (0.0, 0.1, 0.2, 0.3)
_OWN_FOLLOWS, _QUARTER_KEEPS = 0.15, 0.98


def policies(stated: Stated, by: Terms) -> tuple[Policy, ...]:
    """Return every policy, those with the same rewards beside pay weighed against each other."""
    of_policy = "Pay passes on, and all else rewards, what the policy says; only pay costs."
    stated = replace(stated, found_by=(by.found_by[0], of_policy, *by.found_by[-2:]))
    found: list[Policy] = []
    for beside in BESIDE_PAY:
        row = []
        for passed in PASS_THROUGHS:
            changed = replace(
                by,
                pass_through=np.full(DRAWS, passed),
                steady=np.full(DRAWS, beside),
                visible=np.zeros(DRAWS),
            )
            shown = stated.say("captured", changed.captured(), RATIO)
            row.append((passed, shown, stated.say_pay("kept_by_organisation", changed.kept())))
        found += [
            Policy(
                pass_through=passed,
                beside_pay=beside,
                captured=shown,
                kept=kept,
                is_on_frontier=not any(
                    _is_beaten((shown.value, kept.value), (other.value, keeps.value))
                    for _, other, keeps in row
                ),
            )
            for passed, shown, kept in row
        ]
    return tuple(found)


def _is_beaten(mine: tuple[float, float], other: tuple[float, float]) -> bool:
    return other != mine and other[0] >= mine[0] and other[1] >= mine[1]


def swings(stated: Stated, by: Terms) -> tuple[Swing, ...]:
    """Return how far the captured share moves with each parameter, the widest swing first."""
    outside = ("visible", "friction", "offered")
    drawn = ("gain", "pass_through", "steady", "top_cost", *(outside if by.visible.any() else ()))
    middle = _middle(by)
    ends = {
        name: tuple(float(end) for end in np.quantile(getattr(by, name), [0.05, 0.95]))
        for name in drawn
    }
    found = [
        _swing(stated, middle, name, (low, high), (low, high))
        for name, (low, high) in ends.items()
        if high > low
    ]
    kept = float(ratchet_factor(follows=_OWN_FOLLOWS, keeps=_QUARTER_KEEPS))
    found.append(_swing(stated, middle, "is_linear", (0.0, 1.0), (0.0, 1.0)))
    found.append(_swing(stated, middle, "ratchet", (0.0, _OWN_FOLLOWS), (1.0, kept)))
    return tuple(sorted(found, key=lambda one: -abs(one.at_high.value - one.at_low.value)))


def _middle(by: Terms) -> Terms:
    """Return one set of parameters, each at its middle, halfway between the forms of cost."""
    arrays = {each.name: getattr(by, each.name) for each in fields(by) if each.name != "found_by"}
    middles: dict[str, Any] = {
        name: np.array([np.median(values)]) for name, values in arrays.items()
    }
    return replace(by, **(middles | {"is_linear": np.array([0.5])}))


def _swing(
    stated: Stated,
    middle: Terms,
    name: str,
    said: tuple[float, float],
    ends: tuple[float, float],
) -> Swing:
    changes: list[dict[str, Any]] = [{name: np.array([end])} for end in ends]
    low, high = (
        stated.say("captured", replace(middle, **change).captured(), RATIO) for change in changes
    )
    unit = RELATIVE if name == "gain" else RATIO
    return Swing(parameter=name, low=said[0], high=said[1], unit=unit, at_low=low, at_high=high)
