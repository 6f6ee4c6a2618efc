"""The answer of an experiment, as plain values: lots, who kept to them, what could be wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.estimate.assessment import Power, Verdict
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.model.cohort import Cohort, OfPersons
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Window
from trueup.units import RATIO, say

RIVALS = (
    "A difference that grows is work without AI getting slower, or work with AI getting faster, or "
    "both; one that shrinks is the reverse. Lots tell how far apart the arms are and not which of "
    "them moved: days without AI alone have the calendar in them."
)
"""What a drift of the difference can mean; printed with it, always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """Share of days on which AI was used, by arm; of everybody together.

    Parameters
    ----------
    without_ai, as_usual
        Of days without AI by lot, and of days as usual.
    """

    without_ai: OfPersons
    as_usual: OfPersons


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentAnswer:
    """What an experiment says.

    Parameters
    ----------
    plan, window
        As it was registered; from the first lot to the last.
    cohort
        Whom it speaks of: too few persons cannot have an answer.
    power
        What these rows could have found; said first.
    itt
        As usual against without AI, as allotted and whatever people did; about people like
        these where there are more than ten.
    by_lots
        The same judged by lots drawn anew: about these people.
    of_use
        What the use of AI did on the days whose use lots moved.
    compliance
        Who kept to the lots.
    trend
        By how much the difference changed from the first week to the last.
    checks
        What could be wrong.
    verdict
        In the words of the house.
    left_out
        What was not read, and why, one sentence each.
    """

    plan: ExperimentPlan
    window: Window
    cohort: Cohort
    power: Power
    itt: Estimate
    by_lots: Estimate
    of_use: Estimate | Abstention
    compliance: Compliance | Abstention
    trend: Estimate | Abstention
    checks: tuple[Check, ...]
    verdict: Verdict
    left_out: tuple[str, ...]

    def say(self) -> tuple[str, ...]:
        """Say the whole answer in about ten lines, what could have been seen before what was."""
        return tuple(_lines(self))


def registered(plan: ExperimentPlan) -> str:
    """Say when a plan was registered, what it promised and what matters to it."""
    return (
        f"Registered {plan.registered_on}, hash {plan.hash}: {plan.asked.says}; "
        f"{plan.asked.better} is better, {say(plan.smallest, RATIO)} is the smallest difference of "
        f"interest; promised to find {say(plan.promised_detectable, RATIO)} with 80 % chance."
    )


def _lines(answer: ExperimentAnswer) -> Iterator[str]:
    plan, verdict, itt = answer.plan, answer.verdict, answer.itt
    yield f"{plan.name}: {verdict.say()}. {verdict.because}"
    if verdict.capped:
        yield verdict.capped
    yield f"Could be seen: {answer.power.says}"
    yield f"Seen, as usual against without AI: {_interval(itt)}, about {_whom(itt)}."
    lots = answer.by_lots
    yield f"By lots drawn anew: {_interval(lots)}, p = {lots.p_value:.2g}, about {_whom(lots)}."
    yield f"Of use, where lots moved it: {_found(answer.of_use)}"
    yield f"Kept to: {say_kept(answer.compliance)}"
    yield f"Change of the difference from first week to last: {_found(answer.trend)}"
    if isinstance(answer.trend, Estimate):
        yield RIVALS
    yield from (
        f"{check.question} {check.answer.capitalize()}. {check.says}" for check in answer.checks
    )
    if verdict.would_settle:
        yield f"What would settle it: {verdict.would_settle}"
    yield from (f"Left out: {each}" for each in answer.left_out)
    yield f"It speaks of {answer.cohort.says()}. {registered(plan)}"


def _interval(found: Estimate) -> str:
    return f"{found.say()} ({found.say_interval()}, {100 * found.interval.level:g} %)"


def _whom(found: Estimate) -> str:
    return "these people" if found.speaks_of == "these units" else "people like these"


def _found(found: Estimate | Abstention) -> str:
    if isinstance(found, Abstention):
        return f"cannot tell: {found.reason}"
    return f"{_interval(found)}."


def say_kept(found: Compliance | Abstention) -> str:
    """Say on which share of days AI was used, by lot."""
    if isinstance(found, Abstention):
        return f"cannot tell: {found.reason}"
    without, usual = found.without_ai.measured, found.as_usual.measured
    return (
        f"AI was used on {without.say()} of days without it, and on {usual.say()} of days as usual."
    )
