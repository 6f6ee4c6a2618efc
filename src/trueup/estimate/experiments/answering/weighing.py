"""From the records of an experiment to its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trueup.estimate.assessment import Power
from trueup.estimate.experiments.answering.answer import Compliance, ExperimentAnswer, say_kept
from trueup.estimate.experiments.answering.arms import Compared, compare
from trueup.estimate.experiments.answering.assigned import Assigned, Gathered, gather, read_assigned
from trueup.estimate.experiments.answering.checks import carried_over, drift, unfinished, withheld
from trueup.estimate.experiments.answering.complying import by_use
from trueup.estimate.experiments.answering.judging import judge
from trueup.estimate.experiments.answering.keeping import ABOUT, SOURCE, UNSEEN, compliance
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.estimate.experiments.promise import CHANCE
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.numerics.design.detectable import detectable
from trueup.measure.metric import Tables
from trueup.measure.records.authorship import usage_horizon
from trueup.measure.windows import WEEK
from trueup.model.cohort import FEWEST, Cohort, may_be_shown
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import RATIO, RELATIVE, say

ASSUMES = (
    "Lots were drawn as the plan says; each person is compared with themself.",
    "One day's or task's lot does not move another's outcome: see the check of the day after.",
    "Whoever stopped is read until then, in both arms.",
)


def answer(tables: Tables, plan: ExperimentPlan) -> ExperimentAnswer | Abstention:
    """Answer an experiment by its plan, once it is over; before, say what is waited for.

    Raises
    ------
    EstimateError
        Its lots are not in the workspace, or were drawn by another plan.
    """
    assigned = read_assigned(tables, plan)
    reach = usage_horizon(tables) or 0
    if reach < assigned.reads_at:
        return _too_early(tables, plan, assigned, reach)
    gathered = gather(tables, plan, assigned)
    return weigh(gathered, plan, assigned.window)


def weigh(
    gathered: Gathered, plan: ExperimentPlan, window: Window
) -> ExperimentAnswer | Abstention:
    """Answer an experiment from its rows.

    Parameters
    ----------
    window
        From the first lot to the last.
    """
    drawn = gathered.drawn
    if not may_be_shown(ABOUT, drawn.n_persons, drawn.largest_ratio):
        return _abstain(
            plan,
            window,
            f"Fewer than {FEWEST[ABOUT]} persons have rows, or one has over two fifths of them.",
            "Let as many people take part as the plan counted on.",
        )
    compared = compare(drawn, level=plan.level, seed=plan.seed)
    if isinstance(compared, Refusal):
        return _abstain(plan, window, compared.reason, compared.remedy)
    wide = compare(drawn, level=2 * plan.level - 1, seed=plan.seed)
    narrow = wide.bounds if isinstance(wide, Compared) else compared.bounds
    saying = _Saying(plan, window, gathered)
    checks = _checks(gathered, plan)
    power = _power(compared.bounds, plan, drawn.n_persons)
    return ExperimentAnswer(
        plan=plan,
        window=window,
        cohort=Cohort(about=ABOUT, persons=drawn.n_persons, largest_ratio=drawn.largest_ratio),
        power=power,
        itt=saying.estimate(
            compared.bounds, "days or tasks as usual against without AI, as lots were drawn"
        ),
        by_lots=saying.estimate(_lots(compared), "the same, judged by lots drawn anew"),
        of_use=_of_use(gathered, plan, saying),
        compliance=compliance(gathered, plan, window),
        trend=_trend(gathered, plan, saying),
        checks=checks,
        verdict=judge(plan, compared.bounds, (narrow.low, narrow.high), checks, power),
        left_out=gathered.left_out,
    )


@dataclass(frozen=True, slots=True)
class _Saying:
    plan: ExperimentPlan
    window: Window
    gathered: Gathered

    def estimate(self, found: Bounds, estimand: str) -> Estimate:
        """Say a coefficient as a proportion."""
        plan, drawn = self.plan, self.gathered.drawn
        value, low, high = (
            end if plan.is_relative_to_usual else math.expm1(end)
            for end in (found.coefficient, found.low, found.high)
        )
        units = np.unique(drawn.lot)
        return Estimate(
            outcome=plan.outcome,
            estimand=estimand,
            design="randomised within person by week and weekday"
            if plan.unit == "day"
            else "randomised within person by task",
            estimator="experiment",
            value=value,
            unit=RELATIVE,
            standard_error=found.error,
            interval=Interval(low=low, high=high, level=found.level, method=found.method),
            p_value=None if math.isnan(found.p_value) else found.p_value,
            least_p=found.least_p,
            speaks_of=found.speaks_of,
            n_rows=int(drawn.outcome.size),
            n_units=int(units.size),
            n_treated=int(drawn.as_usual[units].sum()),
            n_clusters=found.n_clusters,
            assumptions=ASSUMES,
            window=self.window,
            source=SOURCE,
            seed=found.seed,
        )

    def or_not(self, found: Bounds | Refusal, estimand: str) -> Estimate | Abstention:
        """Say a coefficient, or why there is none."""
        if isinstance(found, Refusal):
            return _abstain(self.plan, self.window, found.reason, found.remedy)
        return self.estimate(found, estimand)


def _lots(compared: Compared) -> Bounds:
    own, lots = compared.bounds, compared.lots
    return Bounds(
        coefficient=own.coefficient,
        low=lots.low,
        high=lots.high,
        level=own.level,
        recipe="permutation",
        method="lots drawn anew as the plan draws them, inverted",
        error=None,
        p_value=lots.p_value,
        least_p=lots.least_p,
        n_clusters=own.n_clusters,
        n_treated=own.n_treated,
        speaks_of="these units",
        seed=own.seed,
    )


def _of_use(gathered: Gathered, plan: ExperimentPlan, saying: _Saying) -> Estimate | Abstention:
    if gathered.used is None or not gathered.used.any():
        return _abstain(plan, saying.window, *UNSEEN)
    used = gathered.used[gathered.drawn.lot]
    found = by_use(gathered.drawn, used, level=plan.level, seed=plan.seed)
    return saying.or_not(found, "use of AI against none, on the days whose use lots moved")


def _trend(gathered: Gathered, plan: ExperimentPlan, saying: _Saying) -> Estimate | Abstention:
    found = drift(gathered.drawn, level=plan.level, seed=plan.seed)
    return saying.or_not(found, "change of the difference from the first week to the last")


def _checks(gathered: Gathered, plan: ExperimentPlan) -> tuple[Check, ...]:
    smallest = smallest_on_scale(plan)
    begun = withheld(
        gathered.begun,
        plan.smallest,
        is_counted=plan.is_relative_to_usual,
        level=plan.level,
        seed=plan.seed,
    )
    found = [begun]
    if plan.unit == "day":
        drawn = gathered.drawn
        found.append(carried_over(drawn, smallest, level=plan.level, seed=plan.seed))
    if gathered.unfinished is not None:
        found.append(unfinished(gathered.unfinished, plan.smallest, seed=plan.seed))
    return tuple(found)


def smallest_on_scale(plan: ExperimentPlan) -> float:
    """Return the smallest difference of interest on the scale of the analysis."""
    return plan.smallest if plan.is_relative_to_usual else math.log1p(plan.smallest)


def _power(found: Bounds, plan: ExperimentPlan, persons: int) -> Power:
    """Say what the rows could have found, from the width of the interval and not from its place."""
    degrees = max(persons - 1, 1)
    unit = detectable(1.0, degrees, level=found.level, power=0.5)
    error = (found.high - found.low) / 2 / unit
    size = detectable(error, degrees, level=found.level, power=CHANCE)
    times = (size / smallest_on_scale(plan)) ** 2
    more = max(math.ceil(persons * times) - persons, 0)
    weeks = max(math.ceil(plan.weeks * times) - plan.weeks, 0)
    told = size if plan.is_relative_to_usual else math.expm1(size)
    says = f"A difference of {say(told, RATIO)} would be found with 80 % chance"
    promised = f"the plan promised {say(plan.promised_detectable, RATIO)}"
    return Power(
        smallest_detectable=told,
        more_units=more,
        more_periods=weeks,
        says=f"{says}; {promised}. "
        + (
            "That is within the smallest of interest."
            if more == 0
            else f"{say(plan.smallest, RATIO)} would take {more:,} more people, or {weeks:,} more "
            "weeks."
        ),
    )


def _too_early(tables: Tables, plan: ExperimentPlan, assigned: Assigned, reach: int) -> Abstention:
    """Say how long is to be waited and who kept to the lots so far; nothing of the outcome."""
    left = max(math.ceil((assigned.reads_at - reach) / 86_400_000_000), 1)
    reason = f"The experiment is read once, at its end; records reach to {left:,} days before it."
    begins = assigned.window.start_at
    so_far = assigned.until(begins + (reach - begins) // WEEK * WEEK)  # a day's would point at few
    if plan.unit == "day" and so_far.lots:
        kept = compliance(gather(tables, plan, so_far), plan, so_far.window)
        reason += f" So far: {say_kept(kept)}" if isinstance(kept, Compliance) else ""
    return _abstain(
        plan,
        assigned.window,
        reason,
        "Wait for its end, collect, and ask again: whoever looks early finds what is not there.",
    )


def _abstain(plan: ExperimentPlan, window: Window, reason: str, remedy: str) -> Abstention:
    return Abstention(metric=plan.outcome, reason=reason, remedy=remedy, window=window)
