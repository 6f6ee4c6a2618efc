"""What else makes a queue before review grow, each with the number that rules it out or not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from trueup.diagnose.flow.counting import Counting, ratio
from trueup.diagnose.flow.pattern import later_against_earlier
from trueup.diagnose.flow.queueing import FEWEST_WEEKS, LATE_WEEKS, SPELL_WEEKS, Queued
from trueup.model.evidence import Measurement
from trueup.model.rival import Rival
from trueup.simulate.flow.recorded import Recorded
from trueup.units import RATIO, say

_WAVE, _ABSENT, _WITH_AUTHORS = 1.5, 0.8, 0.5
_FEWEST_LEFT = FEWEST_WEEKS // 2


def rivals(records: Recorded, counting: Counting, found: Queued) -> Iterator[Rival]:
    """Yield everything that makes the same numbers while reviewers have time left."""
    coming, waiting = found.answers_coming, found.answers_waiting
    rest = found.behind_without_spell
    yield Rival(
        name="holiday_or_burst",
        answer="ruled out",
        says=f"Weeks with less than half the usual people are left out, and without the "
        f"{SPELL_WEEKS} weeks in which most was left behind {_told(rest)} of what comes to review "
        "still does not leave it.",
    )
    yield _incident_wave(records, counting)
    yield _absent_reviewers(records, counting)
    yield Rival(
        name="review_habits",
        answer="ruled out",
        says="Reviewers who look seldom read what waits when they look: here "
        f"{_told(waiting)} of each more that waits when a week begins is read in it.",
    )
    yield Rival(
        name="forgotten_changes",
        answer="ruled out",
        says="Where some changes are never looked at, the others are read as they come: here "
        f"{_told(coming)} of each more that comes in a week is read in it.",
    )
    yield _authors(records)
    yield _larger_changes(records, counting)
    yield Rival(
        name="demand",
        answer="ruled out",
        says="With too little to do reviewers would wait for work: here "
        f"{found.standing.value:.1f} weeks of it ({found.standing.say_interval()}) wait for them.",
    )


def _incident_wave(records: Recorded, counting: Counting) -> Rival:
    name = "incident_wave"
    if not records.total("incidents"):
        return Rival(name=name, answer="not measured", says="No incidents are recorded.")
    by_week = records.sums["incidents"].sum(axis=0)
    return _held_out(
        records,
        counting,
        name,
        by_week > _WAVE * max(float(np.median(by_week)), 1.0),
        "with half as many incidents again as usual",
    )


def _absent_reviewers(records: Recorded, counting: Counting) -> Rival:
    by_week = records.sums["reviewers"].sum(axis=0)
    return _held_out(
        records,
        counting,
        "absent_reviewers",
        by_week < _ABSENT * float(np.median(by_week)),
        "with less than four fifths of the usual reviewers",
    )


def _held_out(
    records: Recorded, counting: Counting, name: str, has_it: NDArray[np.bool_], which: str
) -> Rival:
    """Ask whether more comes than leaves in the weeks that do not have it."""
    late = np.arange(has_it.size) >= max(has_it.size - LATE_WEEKS, 1)
    count, weeks = int((has_it & late).sum()), late & ~has_it
    if not count:
        return Rival(name=name, answer="ruled out", says=f"No week of the last 13 is {which}.")
    if weeks.sum() < _FEWEST_LEFT:
        says = f"{count} of the last {late.sum()} weeks are {which}: too few are left to tell."
        return Rival(name=name, answer="may explain it", says=says)
    came, left = (records.sums[each][:, weeks] for each in ("for_review", "reviewed"))
    rest = counting.measured(
        "review_left_behind_ratio", np.stack([came - left, came], axis=-1), ratio
    )
    stands = rest.interval is not None and rest.interval.low > 0
    return Rival(
        name=name,
        answer="ruled out" if stands else "may explain it",
        says=f"Without weeks {which} ({count} of 13) {_told(rest)} of what comes to review does "
        "not leave it.",
    )


def _authors(records: Recorded) -> Rival:
    name = "authors_do_not_answer"
    asked, answered = records.total("asked"), records.total("recode_timed")
    if asked and not answered:
        return Rival(name=name, answer="not measured", says="No record tells when authors answer.")
    inside = max(records.total("review_hours"), 1e-9)
    share = min(records.total("recode_hours") / inside, 1.0)
    silent = (asked - answered) / asked if asked else 0.0
    return Rival(
        name=name,
        answer="may explain it" if max(share, silent) > _WITH_AUTHORS else "ruled out",
        says=f"Of the time in review, changes are with their authors for {say(share, RATIO)}; "
        f"{say(silent, RATIO)} of requests for changes have no answer.",
    )


def _larger_changes(records: Recorded, counting: Counting) -> Rival:
    name = "larger_changes"
    grown = later_against_earlier(records, counting, "size")
    if grown is None:
        return Rival(name=name, answer="not measured", says="Sizes of changes are not recorded.")
    return Rival(
        name=name,
        answer="ruled out",
        says=f"Lines per change went by {_told(grown)} from the earlier half to the later. Larger "
        "ones take longer to read, which may be why reviewers are at their limit; while they have "
        "time left they still read more when more comes.",
    )


def _told(number: Measurement) -> str:
    return f"{number.say()} ({number.say_interval()})"
