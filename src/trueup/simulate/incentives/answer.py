"""Would anybody show the gain? The terms of an organisation, its gain, and what no record holds."""

from __future__ import annotations

import math

import numpy as np

from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.incentives.choice import (
    Floats,
    break_even_pass_through,
    freed_hours,
    reward_for_all,
    reward_to_start,
)
from trueup.simulate.incentives.employer import best_pass_through
from trueup.simulate.incentives.findings import READ_FIRST, RIVALS, Incentives, Unseen
from trueup.simulate.incentives.motives import Motives, Offers
from trueup.simulate.incentives.payroll import Payroll
from trueup.simulate.incentives.stating import LEVEL, Stated
from trueup.simulate.incentives.terms import Gain, Ranges, Terms, draw, relative, terms
from trueup.simulate.incentives.weighing import policies, swings
from trueup.simulate.incentives.workforce import captured_later
from trueup.units import RATIO, RELATIVE, WORKING_HOURS, Unit

QUARTERS = (0, 8, 20, 40)


def answer(
    gain: Gain,
    *,
    delivered: Estimate | None = None,
    payroll: Payroll | None = None,
    pass_through: Interval | None = None,
    ranges: Ranges | None = None,
    bottleneck: Rival = RIVALS[-1],
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
    bottleneck
        What the diagnosis of the bottleneck says, as a rival; as it stands where it was not asked.

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
    stated = Stated(
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
        frontier=policies(stated, by),
        sensitivity=swings(stated, by),
        hours_unseen=_unseen(by, arrived),
        rivals=(*RIVALS[:-1], bottleneck),
        read_first=_read_first(bottleneck),
    )


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


def _thresholds(stated: Stated, by: Terms) -> tuple[Simulated, Simulated, Simulated]:
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


def _later(stated: Stated, by: Terms) -> tuple[Simulated, ...]:
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


def _unseen(by: Terms, arrived: Floats | None) -> Unseen:
    """Return the range from nothing to all hours whose output does not show."""
    seen = np.zeros_like(by.gain) if arrived is None else np.clip(arrived, 0, 1)
    high = float(np.quantile(freed_hours(by.gain, seen), (1 + LEVEL) / 2))
    if arrived is None:
        says = "From none to all that the gain frees: what was delivered was not given."
    else:
        says = "From none to all that the gain frees and what was delivered does not account for."
    return Unseen(
        high=high, unit=WORKING_HOURS, says=f"{says} The rivals alone can explain the whole range."
    )


def _read_first(bottleneck: Rival) -> str:
    if bottleneck.answer == "not measured":
        return READ_FIRST
    if bottleneck.answer == "ruled out":
        return f"No bottleneck was found that would hide a gain. {bottleneck.says}"
    return (
        f"{bottleneck.says} What is made faster before it waits there, whatever pay says, and this "
        "page speaks of what would be made, not delivered."
    )
