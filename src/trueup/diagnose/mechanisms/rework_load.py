"""Mending that eats the time: hours of coders that go into what was done before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import (
    Absent,
    Answer,
    Diagnosis,
    Evidence,
    Mechanism,
    Remedy,
    Strength,
)
from trueup.diagnose.displacing import displaced
from trueup.diagnose.mending import Mending, mending, rates
from trueup.model.evidence import Abstention, Measurement
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.flow.outlook import of_work
from trueup.simulate.flow.question import Fitted
from trueup.simulate.flow.team import WhatIf
from trueup.simulate.intervention import Intervention
from trueup.units import RATIO, say

NAME = "rework_load"
MUCH = 0.25
"""Share of coders' time from which mending is said to eat it: a quarter."""
REMEDIES = (
    Intervention(
        does="Halve the defects in each line: tests with every change, and checks before review",
        plays=WhatIf(defects_per_line=0.5),
        watch="Incidents per change should halve, and new changes should be more.",
    ),
    Intervention(
        does="Make changes smaller by three in ten",
        plays=WhatIf(change_size=0.7),
        watch="Fewer reviews should ask for changes, and lines in all should not fall.",
    ),
)
_HOURS = "Coders' time that reworking and mending take by their hours on record"
_MISSING = "New changes that are missing in weeks with more of those hours"
_CHANGES = (
    "In weeks with half the reworking and mending no more new changes are put up for review.",
    "Calendars or the people themselves say that they did something else in those hours.",
)
_FREEZE = Rival(
    name="everything_stood_still",
    answer="not measured",
    says="Whether everybody waits while an incident is open, though few mend it, no record tells.",
)


def _examine(case: Case) -> Answer:
    if isinstance(case.flow, Abstention):
        return replace(case.flow, metric=NAME)
    return judge(case.flow)


def judge(fitted: Fitted, *, remedies: tuple[Intervention, ...] = REMEDIES) -> Answer:
    """Judge a fitted flow: by the hours on record, and by what is missing beside them.

    Parameters
    ----------
    remedies
        What is played where it is found.
    """
    found = mending(fitted)
    if isinstance(found, Abstention):
        return replace(found, metric=NAME)
    hours = found.whole
    assert hours.interval is not None
    assert found.at_most.interval is not None
    if found.at_most.interval.high < MUCH:
        return _little(found, fitted)
    missing = displaced(fitted.records, fitted.weeks)
    if isinstance(missing, Abstention):
        return replace(missing, metric=NAME)
    assert missing.interval is not None
    if missing.interval.high < MUCH:
        because = (
            "Most hours of reworking and mending on record are waiting: beside them "
            f"{_told(missing)} of new changes are missing."
        )
        return Absent(mechanism=NAME, because=because, evidence=_both(hours, missing, "against"))
    if min(hours.interval.low, missing.interval.low) < MUCH:
        return Abstention(
            metric=NAME,
            reason=f"By its hours on record mending takes {_told(hours)} of coders' time, and "
            f"beside them {_told(missing)} of new changes are missing: whether it is more than "
            f"{say(MUCH, RATIO)} cannot be told.",
            remedy="Collect a longer time or more teams, and let incidents be acknowledged when "
            "somebody begins to mend.",
            n=missing.n,
            n_of=missing.n_of,
            window=fitted.weeks,
        )
    return _diagnosis(fitted, found, missing, remedies)


def _little(found: Mending, fitted: Fitted) -> Answer:
    hours = found.at_most
    if not found.incidents_known:
        return Abstention(
            metric=NAME,
            reason=f"Reworking takes {hours.say()} of coders' time; how long mending takes is not "
            "recorded.",
            remedy="Connect the incident tool, and name the services of its incidents.",
            window=fitted.weeks,
        )
    return Absent(
        mechanism=NAME,
        because=f"Reworking and mending take {hours.say()} of coders' time at most, were all their "
        "hours on record work.",
        evidence=(Evidence(says=_HOURS, value=hours, speaks="against"),),
    )


def _both(
    hours: Simulated, missing: Measurement, speaks: Literal["for", "against"]
) -> tuple[Evidence, Evidence]:
    return (
        Evidence(says=_HOURS, value=hours, speaks=speaks),
        Evidence(says=_MISSING, value=missing, speaks=speaks),
    )


def _diagnosis(
    fitted: Fitted,
    found: Mending,
    missing: Measurement,
    remedies: tuple[Intervention, ...],
) -> Diagnosis:
    rivals = tuple(_rivals(found, missing))
    return Diagnosis(
        mechanism=NAME,
        claim="Reworking and mending take more than a quarter of coders' time.",
        strength=_strength(rivals),
        evidence=(*_both(found.whole, missing, "for"), *rates(fitted)),
        rivals=rivals,
        would_change=_CHANGES,
        remedies=tuple(_played(fitted, remedies)),
    )


def _rivals(found: Mending, missing: Measurement) -> Iterator[Rival]:
    yield Rival(
        name="waiting_and_not_work",
        answer="ruled out",
        says=f"Beside those hours {_told(missing)} of new changes are missing: waiting would not "
        "keep anybody from them.",
    )
    unasked = found.unasked
    assert unasked.interval is not None
    told = f"Failed checks and incidents alone take {_told(unasked)}."
    if unasked.interval.low > MUCH:
        yield Rival(name="reviews_ask_for_style", answer="ruled out", says=told)
    else:
        yield Rival(
            name="reviews_ask_for_style",
            answer="not measured",
            says=f"{told} What reviews ask for, defects or style, no record tells.",
        )
    yield _few_coders(found)
    yield _FREEZE


def _few_coders(found: Mending) -> Rival:
    """Ask whether it is a matter of being few: the same hours, and one coder more."""
    more = found.with_one_more
    assert more.interval is not None
    return Rival(
        name="few_coders",
        answer="ruled out" if more.interval.low > MUCH else "may explain it",
        says=f"With one coder more in each team it is {_told(more)}.",
    )


def _told(value: Simulated | Measurement) -> str:
    return f"{value.say()} ({value.say_interval()})"


def _strength(rivals: tuple[Rival, ...]) -> Strength:
    answers = {rival.answer for rival in rivals}
    if "may explain it" in answers:
        return "weak"
    return "moderate" if "not measured" in answers else "strong"


def _played(fitted: Fitted, remedies: tuple[Intervention, ...]) -> Iterator[Remedy]:
    asked = {one.does: one.plays for one in remedies if isinstance(one.plays, WhatIf)}
    if not asked:
        return
    by_name = {one.name: one for one in fitted.play(asked)}
    found = [
        Remedy(intervention=one, gain=of_work(by_name[one.does]))
        for one in remedies
        if one.does in by_name
    ]
    yield from sorted(found, key=lambda remedy: -remedy.least)


MECHANISM = Mechanism(
    name=NAME,
    question="Does mending eat the time?",
    story="What was done badly comes back, as requests for changes, failed checks and incidents, "
    "and whoever mends it begins nothing new.",
    examine=_examine,
    references=(
        "Boehm, Basili (2001), Software defect reduction top 10 list, IEEE Computer 34(1)",
    ),
)
