"""One stage holds everything back: more comes to it than leaves, and it does no more for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import (
    Absent,
    Answer,
    Diagnosis,
    Evidence,
    Mechanism,
    Strength,
)
from trueup.diagnose.flow.counting import Counting
from trueup.diagnose.flow.pattern import pattern
from trueup.diagnose.flow.queueing import Queued
from trueup.diagnose.flow.remedies import remedies
from trueup.diagnose.flow.rivals import rivals
from trueup.diagnose.flow.stages import STAGES, chances, looked_at
from trueup.model.evidence import Abstention
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.flow.question import Fitted
from trueup.units import RATIO, say

NAME = "limiting_stage"
LIKELY, SURE = 0.5, 0.8
"""How often its people must limit the fitted team: for the claim, and for calling it strong."""
_CHANGES = (
    "In the next 4 weeks as much leaves {stage} as comes to it, with as many people at it.",
    "In a week in which a quarter more comes to {stage}, a quarter more leaves it.",
    "In 8 weeks with two more people at {stage}, some teams land no more than the others.",
)
_WISHES = Rival(
    name="wish_list",
    answer="not measured",
    says="Whether anybody still wants the tasks that wait, no record tells.",
)
_TIMETABLE = Rival(
    name="timetable",
    answer="not measured",
    says="Whether what waits is held back on purpose, until a date, no record tells.",
)
_RIVALS = {"deployment": (_TIMETABLE,), "checks": (_TIMETABLE,), "coding": (_WISHES,)}
_FITTED = ("review", "coding")
"""Stages of which the fitted team has a word to say."""


def _examine(case: Case) -> Answer:
    if isinstance(case.flow, Abstention):
        return replace(case.flow, metric=NAME)
    return judge(case.flow)


def judge(fitted: Fitted) -> Answer:
    """Judge a fitted flow: by counts of each stage, and by the fitted team.

    A stage is named that is at its limit by its counts; where several are, the last of them, for
    the others had done what it cannot take, and nobody can tell where a later one only falls
    behind. Review and coding are named only where the fitted team
    says so too, and coding only where review keeps up.
    """
    counting = Counting.of(fitted.records, fitted.weeks)
    seen = looked_at(fitted.records, counting)
    chance = chances(fitted.calibrated)
    for stage, found in seen.items():
        if not isinstance(found, Queued) or found.state != "at its limit":
            if stage not in _FITTED and isinstance(found, Queued) and found.leaves_behind:
                return _unsure(stage, found, fitted)
            continue
        if stage == "coding" and not _keeps_up(seen.get("review")):
            continue
        if stage in _FITTED and chance.get(STAGES[stage].pool, 0.0) < LIKELY:
            return _disagreeing(stage, found, chance, fitted)
        return _diagnosis(fitted, stage, found, chance)
    return _not_found(seen, fitted)


def _keeps_up(found: Queued | Abstention | None) -> bool:
    return isinstance(found, Queued) and found.state == "keeps up"


def _diagnosis(fitted: Fitted, stage: str, found: Queued, chance: Mapping[str, float]) -> Diagnosis:
    counting = Counting.of(fitted.records, fitted.weeks)
    limits = chance.get(STAGES[stage].pool, 0.0)
    others = _RIVALS.get(stage) or tuple(rivals(fitted.records, counting, found))
    behind = found.behind
    signs = [_limits(fitted, stage, limits)] if stage in _FITTED else []
    signs += pattern(fitted.records, counting) if stage == "review" else []
    return Diagnosis(
        mechanism=NAME,
        claim=f"{stage.capitalize()} holds everything back: {behind.say()} of what comes to it "
        "does not leave it, and no more leaves it when more comes.",
        strength=_strength(others, limits),
        evidence=(*_counts(stage, found, "for"), *signs),
        rivals=others,
        would_change=tuple(one.format(stage=stage) for one in _CHANGES),
        remedies=remedies(fitted, stage),
    )


def _strength(others: tuple[Rival, ...], limits: float) -> Strength:
    is_ruled_out = all(one.answer == "ruled out" for one in others)
    return "strong" if is_ruled_out and limits >= SURE else "moderate"


def _counts(stage: str, found: Queued, speaks: str) -> tuple[Evidence, ...]:
    told = {
        f"Of what comes to {stage}, does not leave it": found.behind,
        "The same without the six weeks in which most was left behind": (
            found.behind_without_spell
        ),
        f"Of each more that comes to {stage} in a week, leaves it in that week": (
            found.answers_coming
        ),
        f"Of each more that waits for {stage} when a week begins, leaves it in that week": (
            found.answers_waiting
        ),
        f"Weeks of work that are in {stage}, last four weeks": found.standing,
    }
    is_for = speaks == "for"
    return tuple(
        Evidence(says=says, value=value, speaks="for" if is_for else "against")
        for says, value in told.items()
    )


def _limits(fitted: Fitted, stage: str, chance: float) -> Evidence:
    calibrated = fitted.calibrated
    return Evidence(
        says=f"Fitted teams in which {STAGES[stage].pool} are busy first",
        value=Simulated(
            quantity="limits_ratio",
            value=chance,
            unit=RATIO,
            interval=None,
            no_interval_because="a share of the sets of parameters the records allow",
            playing_error=0.0,
            n_draws=len(calibrated.pushed),
            n_runs=0,
            assumptions=calibrated.assumptions,
            calibrated_by=calibrated.calibrated_by,
        ),
    )


def _not_found(seen: Mapping[str, Queued | Abstention], fitted: Fitted) -> Answer:
    review = seen.get("review")
    if not isinstance(review, Queued):
        assert review is not None, "a flow is fitted only where reviews are recorded"
        return replace(review, metric=NAME)
    if not _keeps_up(review):
        return _untold(review, fitted)
    coming = review.answers_coming
    untold = [name for name, one in seen.items() if name != "coding" and _is_untold(one)]
    beside = f" Of {' and '.join(untold)} the counts do not tell." if untold else ""
    begins = "Tasks are begun as they are filed: there may be too little to do."
    if not _keeps_up(seen.get("coding")):
        begins = "Whether coding or too little to do limits what is finished, no record tells."
    return Absent(
        mechanism=NAME,
        because=f"Review keeps up: {coming.say()} of each more that comes in a week is reviewed in "
        f"it, and {review.standing.value:.1f} weeks of work are in it. {begins}{beside}",
        evidence=_counts("review", review, "against"),
    )


def _is_untold(one: Queued | Abstention) -> bool:
    return isinstance(one, Abstention) or one.state == "cannot tell"


def _untold(review: Queued, fitted: Fitted) -> Abstention:
    behind, rest, coming = review.behind, review.behind_without_spell, review.answers_coming
    if review.is_flat:
        reason = (
            f"Reviewers do no more when more comes, but {behind.say()} ({behind.say_interval()}) "
            f"of it is left behind, and {rest.say()} ({rest.say_interval()}) without six weeks: a "
            "burst, a holiday or a wave of incidents makes the same."
        )
        remedy = "Ask again in 6 weeks: what is a spell will be over."
    elif review.falls_behind:
        reason = (
            f"Of what comes to review {behind.say()} does not leave it, but {coming.say()} "
            f"({coming.say_interval()}) of each more that comes is reviewed in the same week: "
            "some changes may only be forgotten."
        )
        remedy = "Close what nobody will review, and ask again in 6 weeks."
    else:
        reason = (
            f"{review.standing.value:.1f} weeks of work ({review.standing.say_interval()}) are in "
            f"review and leave it as they come, {behind.say()} ({behind.say_interval()}) left "
            "behind: reviewers who look seldom and coders who hold back look the same."
        )
        remedy = "Collect more teams, and ask reviewers how much they have open."
    return Abstention(
        metric=NAME,
        reason=reason,
        remedy=remedy,
        n=behind.n,
        n_of=behind.n_of,
        window=fitted.weeks,
    )


def _unsure(stage: str, found: Queued, fitted: Fitted) -> Abstention:
    behind = found.behind
    return Abstention(
        metric=NAME,
        reason=f"Of what comes to {stage} {behind.say()} ({behind.say_interval()}) does not leave "
        "it, but whether it is at its limit cannot be told, nor then what limits before it.",
        remedy="Collect more teams, or ask again in 6 weeks.",
        n=behind.n,
        n_of=behind.n_of,
        window=fitted.weeks,
    )


def _disagreeing(
    stage: str, found: Queued, chance: Mapping[str, float], fitted: Fitted
) -> Abstention:
    busiest = max(chance, key=lambda pool: chance[pool])
    return Abstention(
        metric=NAME,
        reason=f"By its counts {stage} is at its limit, but in {say(chance[busiest], RATIO)} of "
        f"the fitted teams {busiest} are busy first.",
        remedy="Collect a longer time, so that the two can be told apart.",
        n=found.behind.n,
        n_of=found.behind.n_of,
        window=fitted.weeks,
    )


MECHANISM = Mechanism(
    name=NAME,
    question="Is there one stage that holds everything back?",
    story="What is finished cannot exceed what the busiest stage can do. Where that is not coding, "
    "faster coding lengthens the queue before it and buys nothing.",
    examine=_examine,
    references=(
        "Goldratt and Cox (1984), The Goal",
        "Faros AI (2026), The Acceleration Whiplash: more begun, no more done, longer waits",
    ),
)
