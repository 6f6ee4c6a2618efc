"""What is finished lies about until somebody releases it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from trueup.diagnose.case import YEAR_DAYS, Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis, Evidence, Mechanism, Remedy
from trueup.measure.windows import WEEK
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.model.rival import Rival
from trueup.simulate.intervention import Intervention, ReleaseEvery
from trueup.simulate.releases import wait_against_now

NAME = "release_batching"
LONG_SECONDS = WEEK / 1e6
"""A week: the wait that is called long where half of what lands waits at least so long."""
YEARS = 3
"""How far back is looked: whoever releases rarely has few releases in a year."""
_FEWEST_QUARTERS = 3
"""Of the last four: in so many half of what landed must have waited long."""


def examine(case: Case) -> Answer:
    """Look for changes that are finished and wait for a release."""
    name = "deploy_seconds" if case.has("deployment") else "landed_to_release_seconds"
    half = _half(case.measured(name, years=YEARS))
    if isinstance(half, Abstention):
        return Abstention(
            metric=NAME, reason=half.reason, remedy=half.remedy, n=half.n, n_of=half.n_of
        )
    quarters = case.measured(name, every="quarter")
    return judge(half, tuple(_were_long(quarters, case.until or 0)))


def judge(half: Measurement, were_long: Sequence[bool]) -> Answer:
    """Judge the time half of what lands waits, in three years and by quarter of the last.

    It is long where its whole interval is above a week; a long pause, or a habit that is past, is
    ruled out where it was long in three of the last four quarters.

    Parameters
    ----------
    were_long
        Of each of these quarters, whether half of what landed in it waited more than a week.
    """
    interval = half.interval
    says = f"{_over(half)}half of what lands waits".capitalize()
    evidence = [Evidence(says=says, value=half)]
    if interval is None or interval.low <= LONG_SECONDS < interval.high:
        return Abstention(
            metric=NAME,
            reason=f"Half of what lands waits {half.say()} ({half.say_interval()}): whether that "
            "is more than a week cannot be told.",
            remedy="Wait for more releases, or measure a longer time.",
            n=half.n,
            n_of=half.n_of,
        )
    if interval.low <= LONG_SECONDS:
        because = f"Half of what lands is released within {half.say()}."
        return Absent(
            mechanism=NAME,
            because=because,
            evidence=(Evidence(says=evidence[0].says, value=half, speaks="against"),),
        )
    pause = _pause(were_long)
    if pause.answer == "may explain it":
        return Abstention(
            metric=NAME,
            reason="Whether long waits for a release are a habit, a pause or the past cannot be "
            f"told. {pause.says}",
            remedy="Wait for two more quarters.",
            n=half.n,
            n_of=half.n_of,
        )
    return Diagnosis(
        mechanism=NAME,
        claim=f"What is finished waits for a release: {_over(half)}half of it for {half.say()} or "
        "longer.",
        strength="moderate" if pause.answer == "ruled out" else "weak",
        evidence=tuple(evidence),
        rivals=(pause, _TAKEN_EARLIER, _HELD_BACK),
        would_change=(
            "Users who take the default branch, or deployments nobody recorded.",
            "Three months in which half of what lands is released within a week.",
        ),
        remedies=(_weekly(half),),
    )


def _over(half: Measurement) -> str:
    """Say over how many years, where it is more than one: the page tells of one beside it."""
    years = round(half.window.days / YEAR_DAYS)
    return f"over {years} years " if years > 1 else ""


def _half(found: Sequence[Finding]) -> Finding:
    """Return the middle wait of everything together, or why there is none."""
    whole = [one for one in found if dict(one.group).get("quantile", "0.5") == "0.5"]
    return (
        whole[0]
        if whole
        else Abstention(
            metric=NAME, reason="No landed change is recorded.", remedy="Collect a repository."
        )
    )


def _were_long(found: Sequence[Finding], until: int) -> Iterator[bool]:
    """Say of each quarter whether half of what landed in it waited more than a week.

    Where most of what landed still waits there is no middle; a quarter that ended more than a week
    ago was long all the same.
    """
    for one in found:
        group = dict(one.group)
        if group.get("quantile") != "0.5":
            continue
        if isinstance(one, Measurement):
            yield one.value > LONG_SECONDS
        elif one.n and _ends_at(group["quarter"]) <= until - WEEK:
            yield True


def _ends_at(quarter: str) -> int:
    """Return when a quarter such as ``2026-Q1`` ends, epoch microseconds UTC."""
    year, number = int(quarter[:4]), int(quarter[-1])
    end = datetime(year + number // 4, 3 * (number % 4) + 1, 1, tzinfo=UTC)
    return int(end.timestamp() * 1e6)


def _pause(were_long: Sequence[bool]) -> Rival:
    """Ask whether one long pause, or a time that is over, makes the whole of it."""
    long = sum(were_long)
    says = f"Half of what landed waited more than a week in {long} of {len(were_long)} quarters."
    if len(were_long) < _FEWEST_QUARTERS:
        return Rival(name="a_pause_or_the_past", answer="not measured", says=says)
    is_habit = long >= _FEWEST_QUARTERS
    return Rival(
        name="a_pause_or_the_past",
        answer="ruled out" if is_habit else "may explain it",
        says=says,
    )


_TAKEN_EARLIER = Rival(
    name="taken_before_release",
    answer="not measured",
    says="No record tells whether users take what has landed before it is released.",
)
_HELD_BACK = Rival(
    name="held_back_on_purpose",
    answer="not measured",
    says="Users may want few releases, each of them tried for long: no record tells.",
)


def _weekly(half: Measurement) -> Remedy:
    return Remedy(
        intervention=Intervention(
            does="Release once a week, whatever has landed",
            plays=ReleaseEvery(days=7),
            watch="Half of what lands is out within days; failed releases and reverts do not rise.",
        ),
        gain=wait_against_now(ReleaseEvery(days=7), half),
    )


MECHANISM = Mechanism(
    name=NAME,
    question="Does what is finished wait for somebody to release it?",
    story="Finished changes are worth nothing to users until they are released. Released rarely, "
    "they wait, and come in batches in which a fault is harder to find.",
    examine=examine,
    references=("DORA, Capabilities: working in small batches; deployment frequency",),
)
