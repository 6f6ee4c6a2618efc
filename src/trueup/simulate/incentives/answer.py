"""Would anybody show the gain? The terms of an organisation, its gain, and what no record holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.model.simulated import Simulated
from trueup.simulate.incentives.choice import (
    Floats,
    break_even_pass_through,
    freed_hours,
    reward_for_all,
    reward_to_start,
)
from trueup.simulate.incentives.employer import best_pass_through
from trueup.simulate.incentives.findings import READ_FIRST, Incentives, Policy, Swing, Unseen
from trueup.simulate.incentives.motives import Motives, Offers, ratchet_factor
from trueup.simulate.incentives.payroll import Payroll
from trueup.simulate.incentives.terms import DRAWS, Gain, Ranges, Terms, draw, relative, terms
from trueup.simulate.incentives.workforce import captured_later
from trueup.units import RATIO, RELATIVE, WORKING_HOURS, Unit

QUARTERS = (0, 8, 20, 40)
PASS_THROUGHS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
BESIDE_PAY = (0.0, 0.1, 0.2, 0.3)
_LEVEL = 0.95
_OWN_FOLLOWS, _QUARTER_KEEPS = 0.15, 0.98
_ASSUMED = (
    "People weigh a little more reward against a little more effort, alone and without error.",
    "What is delivered is seen by whoever pays; where a count stands in for it, counts are bought.",
    "Whoever shows less than was asked before is out; nobody shows less.",
    "Nothing downstream holds back what is made.",
)


def answer(
    gain: Gain,
    *,
    delivered: Estimate | None = None,
    payroll: Payroll | None = None,
    pass_through: Interval | None = None,
    ranges: Ranges | None = None,
    limited_by: str = "",
    seed: int = 0,
) -> Incentives | Abstention:
    """Answer whether it pays people to show the gain, and what would.

    Parameters
    ----------
    gain
        At equal effort: `trueup.simulate.incentives.terms.gain_of` an estimate on tasks, or a
        number of whoever asks.
    delivered
        By how much output that is delivered rose in the whole organisation, if that was estimated.
    payroll
        What the organisation pays; without it, money is said in shares of pay.
    pass_through
        What reaches pay of a unit of extra output, where somebody knows; else the payroll's
        association, else `Ranges.pass_through`.
    limited_by
        Which stage the diagnosis of the bottleneck names; empty where it was not asked.

    Returns
    -------
    Abstention
        Where the interval of the gain holds 0 or has no upper end.

    Raises
    ------
    EstimateError
        `delivered` is no relative difference, or speaks of a slice of the organisation.
    """
    refused = _refused(gain)
    if refused:
        return refused
    rng = np.random.default_rng(seed)
    by = terms(gain, payroll, pass_through, ranges or Ranges(), rng)
    stated = _Stated(
        calibrated_by=f"{gain.source}; {payroll.source if payroll else 'no file of pay'}",
        found_by=by.found_by,
        pay=payroll.pay if payroll else 1.0,
        money=_money(payroll),
    )
    starts_at, all_shown_at, best = _thresholds(stated, by)
    arrived = None if delivered is None else draw(relative(delivered), rng) / by.gain
    return Incentives(
        gain=stated.say("gain", by.gain, RELATIVE),
        break_even=stated.say("break_even", break_even_pass_through(by.gain), RATIO),
        starts_at=starts_at,
        all_shown_at=all_shown_at,
        best=best,
        captured=stated.say("captured", by.captured(), RATIO),
        kept=stated.say_pay("kept_by_organisation", by.kept()),
        workers_gain=stated.say_pay("worth_to_workers", by.worth_to_workers()),
        later=_later(stated, by),
        arrived=None if arrived is None else stated.say("arrived", arrived, RATIO),
        frontier=_policies(stated, by),
        sensitivity=_swings(stated, by),
        hours_unseen=_unseen(by, arrived),
        read_first=_read_first(limited_by),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """Turns one value per set of parameters into a number that says what it rests on."""

    calibrated_by: str
    found_by: tuple[str, ...]
    pay: float
    money: Unit

    def say(self, quantity: str, values: Floats, unit: Unit, more: Sequence[str] = ()) -> Simulated:
        ends = np.quantile(values, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
        how = f"{values.size:,} sets of parameters from the gain's interval and the stated ranges"
        drawn = values.size > 1
        return Simulated(
            quantity=quantity,
            value=float(np.median(values)),
            unit=unit,
            interval=Interval(low=float(ends[0]), high=float(ends[1]), level=_LEVEL, method=how)
            if drawn
            else None,
            no_interval_because="" if drawn else "every parameter is held at one value",
            playing_error=0.0,
            n_draws=values.size,
            n_runs=0,
            assumptions=(*self.found_by, *_ASSUMED, *more),
            calibrated_by=self.calibrated_by,
        )

    def say_pay(self, quantity: str, wages: Floats) -> Simulated:
        return self.say(quantity, wages * self.pay, self.money)


def _refused(gain: Gain) -> Abstention | None:
    ends = gain.interval
    low, high = (gain.value, gain.value) if ends is None else (ends.low, ends.high)
    if low > 0 and math.isfinite(high):
        return None
    said = "goes down to 0 or below" if low <= 0 else "has no upper end"
    return Abstention(
        metric="incentives",
        reason=f"The gain at equal effort {said}: there may be none to show or to keep.",
        remedy="Measure it on the same tasks with and without, or give a gain to reckon with.",
    )


def _money(payroll: Payroll | None) -> Unit:
    if payroll is None:
        return Unit("ratio_of_pay", "times a year's pay")
    return Unit("cost_per_person_year", "per person and year", currency=payroll.currency)


def _thresholds(stated: _Stated, by: Terms) -> tuple[Simulated, Simulated, Simulated]:
    """Return where an average worker starts, shows all, and what an employer best passes on."""
    average = by.top_cost / 2
    more = ("An average worker stands for all, to whom effort costs its square.",)
    start, full = (
        by.motives.pass_through_for(reward(by.gain, average))
        for reward in (reward_to_start, reward_for_all)
    )
    best = np.array([_best(by, place) for place in range(by.gain.size)])
    return (
        stated.say("starts_at", start, RATIO, more),
        stated.say("all_shown_at", full, RATIO, more),
        stated.say("best", best, RATIO, more),
    )


def _best(by: Terms, place: int) -> float:
    offers = Offers(
        visible=float(by.visible[place]),
        pass_through=float(by.offered[place]),
        friction=float(by.friction[place]),
    )
    return best_pass_through(
        gain=float(by.gain[place]),
        effort_cost=float(by.top_cost[place]) / 2,
        motives=Motives(steady=float(by.steady[place]), offers=offers),
        worth=float(by.worth[place]),
    )


def _later(stated: _Stated, by: Terms) -> tuple[Simulated, ...]:
    more = (
        "What is asked moves each quarter towards what others show.",
        "Effort costs in proportion.",
    )
    return tuple(
        stated.say(
            f"captured_after_{quarters}_quarters",
            captured_later(by.gain, by.reward, by.top_cost, follows=by.follows, periods=quarters),
            RATIO,
            more,
        )
        for quarters in QUARTERS
    )


def _policies(stated: _Stated, by: Terms) -> tuple[Policy, ...]:
    """Return every policy, those with the same rewards beside pay weighed against each other."""
    of_policy = "Pay passes on, and all else rewards, what the policy says; only pay costs."
    stated = replace(stated, found_by=(by.found_by[0], of_policy))
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


def _swings(stated: _Stated, by: Terms) -> tuple[Swing, ...]:
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
    stated: _Stated,
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


def _unseen(by: Terms, arrived: Floats | None) -> Unseen:
    """Return the range from nothing to all hours whose output does not show."""
    seen = np.zeros_like(by.gain) if arrived is None else np.clip(arrived, 0, 1)
    high = float(np.quantile(freed_hours(by.gain, seen), (1 + _LEVEL) / 2))
    if arrived is None:
        says = "From none to all that the gain frees: what was delivered was not given."
    else:
        says = "From none to all that the gain frees and what was delivered does not account for."
    return Unseen(
        high=high, unit=WORKING_HOURS, says=f"{says} The rivals alone can explain the whole range."
    )


def _read_first(limited_by: str) -> str:
    if not limited_by:
        return READ_FIRST
    return (
        f"The diagnosis of the bottleneck names {limited_by}: what is made faster before it waits "
        "there, whatever pay says, and this page speaks of what would be made, not delivered."
    )
