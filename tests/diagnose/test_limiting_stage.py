"""One stage that holds everything back: named where it is, and not where something looks like it.

How often each world is told right is measured by benchmarks/limiting_stage.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import ibis
import numpy as np
import pytest

from tests.diagnose.review_records import fitted, played, records
from tests.diagnose.review_worlds import DAY, WEEK, ReviewWorld
from tests.measure.forge import Forge, june
from trueup.config import Settings
from trueup.diagnose.case import Case
from trueup.diagnose.diagnosis import Absent, Answer, Diagnosis, Remedy
from trueup.diagnose.flow.counting import Counting
from trueup.diagnose.flow.queueing import Queue, Queued, queued
from trueup.diagnose.flow.stages import chances
from trueup.diagnose.mechanisms import limiting_stage
from trueup.diagnose.mechanisms.limiting_stage import MECHANISM, judge
from trueup.measure.units.steps import steps
from trueup.measure.windows import buckets
from trueup.model.evidence import Abstention, Window
from trueup.model.simulated import Simulated
from trueup.model.tables import TABLES
from trueup.simulate.flow import calibrating, question
from trueup.simulate.flow.recorded import recorded
from trueup.simulate.flow.working_time import WorkingTime
from trueup.simulate.organisation import make_organisation
from trueup.simulate.scenario import SCENARIOS

COUNTING = Counting(unit_kind="team", window=Window(start_at=0, end_at=1))
TEAMS = 12


@pytest.fixture(scope="module", autouse=True)
def played_less() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(question, "PLAYED", 20)
        patch.setattr(question, "DRAWS", 20)
        patch.setattr(calibrating, "_PLAYED_SERVICES", 1_000)
        yield


def asked(world: ReviewWorld, *, seed: int = 7) -> Answer:
    """What is answered of a world; nothing is played."""
    flow = fitted(replace(world, teams=TEAMS), seed, draws=20)
    if isinstance(flow, Abstention):
        return flow
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limiting_stage, "remedies", lambda *_: ())
        return judge(flow)


def stage(answer: Answer) -> str:
    """The stage that is named; empty where none is."""
    return answer.claim.partition(" ")[0] if isinstance(answer, Diagnosis) else ""


def by_hand(came: list[float], left: list[float]) -> Queued:
    """One team's weeks; what came and has not left waits."""
    queue = Queue(
        came=np.array([came]),
        left=np.array([left]),
        waiting=np.cumsum([np.array(came) - left], axis=1),
    )
    found = queued(queue, COUNTING, metric="review")
    assert isinstance(found, Queued)
    return found


def test_a_stage_that_does_ten_a_week_whatever_comes_is_at_its_limit() -> None:
    came = [13.0, 15, 12, 14, 16, 13, 12, 15, 14, 13, 16, 14, 12, 15]
    found = by_hand(came, [10.0] * 14)

    assert found.behind.value == pytest.approx(1 - 130 / 181)  # 13 weeks after the first
    # to six weeks, one after another, come 84 at most
    assert found.behind_without_spell.value == pytest.approx(1 - 70 / 97)
    assert found.answers_coming.value == pytest.approx(0, abs=1e-9)
    assert found.answers_waiting.value == pytest.approx(0, abs=1e-9)
    assert found.standing.value == pytest.approx((43 + 47 + 49 + 54) / 40)
    assert found.state == "at its limit"


def test_a_stage_that_is_done_by_the_end_of_each_week_keeps_up() -> None:
    came = [13.0, 15, 12, 14, 16, 13, 12, 15, 14, 13, 16, 14, 12, 15]
    found = by_hand(came, came)

    assert found.behind.value == found.standing.value == 0
    assert found.answers_coming.value == pytest.approx(1)
    assert found.state == "keeps up"


def test_a_burst_that_is_still_being_worked_off_is_not_a_limit() -> None:
    came = [8.0, 9, 7, 8, 10, 8, 7, 9, 8, 20, 22, 21, 20, 22]
    left = [8.0, 9, 7, 8, 10, 8, 7, 9, 8, 12, 12, 12, 12, 12]
    found = by_hand(came, left)

    assert found.behind.value == pytest.approx(45 / 171)
    assert found.behind_without_spell.value == 0
    assert found.state == "cannot tell"


@pytest.mark.parametrize(
    "world",
    [
        ReviewWorld(busy=1.3),
        ReviewWorld(busy=1.3, looks_every=1),
        ReviewWorld(busy=1.5, until_then=0.9),
    ],
    ids=["from the beginning", "a look a day", "since coding became faster"],
)
def test_review_is_named_where_more_is_asked_of_it_than_it_can_do(world: ReviewWorld) -> None:
    assert stage(asked(world)) == "Review"


def test_checks_are_named_where_they_stand_in_line_for_weeks() -> None:
    assert stage(asked(ReviewWorld(checking=1.4))) == "Checks"


def test_coding_is_named_where_tasks_wait_and_review_keeps_up() -> None:
    found = asked(ReviewWorld(busy=0.6, wanted=1.4))

    assert stage(found) == "Coding"
    assert isinstance(found, Diagnosis)
    assert [one.name for one in found.rivals] == ["wish_list"]


def test_with_too_little_to_do_nobody_is_named() -> None:
    found = asked(ReviewWorld(busy=0.6, wanted=0.6))

    assert isinstance(found, Absent)
    assert "Tasks are begun as they are filed" in found.because


def test_where_deployment_and_review_are_at_their_limits_the_later_one_is_named() -> None:
    found = asked(ReviewWorld(busy=1.3, deploying=1.3))

    assert stage(found) == "Deployment"
    assert isinstance(found, Diagnosis)
    assert found.strength == "moderate"  # whether it is a timetable is not measured


@pytest.mark.parametrize("seed", [3, 5, 10, 13])
def test_where_a_later_stage_falls_behind_and_may_be_the_limit_review_is_not_named(
    seed: int,
) -> None:
    flow = fitted(ReviewWorld(busy=1.3, deploying=1.3, teams=6), seed)
    assert not isinstance(flow, Abstention)
    found = judge(flow)

    assert isinstance(found, Abstention)
    assert found.reason.startswith("Of what comes to deployment ")


@pytest.mark.parametrize(
    "world",
    [
        ReviewWorld(holiday=(20, 22)),
        ReviewWorld(wave=(21, 26)),
        ReviewWorld(busy=0.65, burst=(22, 26)),
        ReviewWorld(busy=0.65, burst=(15, 19)),
        ReviewWorld(looks_every=5),
        ReviewWorld(busy=0.55, larger=1.6),
        ReviewWorld(absent=(21, 26)),
        ReviewWorld(forgotten=0.2),
        ReviewWorld(silent=40.0),
    ],
    ids=["holiday", "wave", "burst now", "burst over", "a look a week", "larger changes",
         "reviewers away", "forgotten", "authors do not answer"],
)  # fmt: skip
def test_review_is_not_named_where_something_else_makes_the_same_numbers(
    world: ReviewWorld,
) -> None:
    assert stage(asked(world)) == ""


def test_with_room_left_it_is_absent_and_nobody_says_that_coding_is_the_limit() -> None:
    found = asked(ReviewWorld(busy=0.6))

    assert isinstance(found, Absent)
    assert found.because.startswith("Review keeps up")
    assert "no record tells" in found.because


def test_few_weeks_are_an_abstention() -> None:
    found = asked(ReviewWorld(busy=1.3, weeks=9))

    assert isinstance(found, Abstention)
    assert "9 weeks" in found.reason


def test_where_the_fitted_team_says_otherwise_nobody_is_named() -> None:
    flow = fitted(ReviewWorld(busy=1.3, teams=TEAMS), 7, draws=20)
    assert not isinstance(flow, Abstention)
    many = tuple(replace(team, reviewers=50) for team in flow.calibrated.pushed)
    found = judge(replace(flow, calibrated=replace(flow.calibrated, pushed=many)))

    assert isinstance(found, Abstention)
    assert "100 % of the fitted teams coders are busy first" in found.reason


def test_the_fitted_team_alone_would_name_review_where_changes_are_forgotten() -> None:
    flow = fitted(ReviewWorld(forgotten=0.2, teams=TEAMS), 7, draws=20)

    assert not isinstance(flow, Abstention)
    assert chances(flow.calibrated)["reviewers"] == 1


def test_weeks_with_many_incidents_are_held_out() -> None:
    flow = fitted(ReviewWorld(busy=1.3, teams=TEAMS), 7, draws=20)
    assert not isinstance(flow, Abstention)
    sums = dict(flow.records.sums)
    sums["incidents"] = np.zeros(flow.records.shape)
    sums["incidents"][:, 16:] = 1.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limiting_stage, "remedies", lambda *_: ())
        found = judge(replace(flow, records=replace(flow.records, sums=sums)))

    assert isinstance(found, Diagnosis)
    assert found.strength == "moderate"
    wave = next(one for one in found.rivals if one.name == "incident_wave")
    assert wave.answer == "may explain it"
    assert "10 of the last 13 weeks" in wave.says


def tables_of(world: ReviewWorld, seed: int) -> Forge:
    """The same teams as rows of the forge, each a repository."""
    teams = [f"r{place}" for place in range(world.teams)]
    forge = Forge("2027-06-30", tuple(teams))

    def day(hours: float) -> float:
        week, rest = divmod(hours, WEEK)
        return 1 + 7 * week + rest // DAY + (9 + rest % DAY) / 24

    for repository, team in zip(teams, played(world, seed), strict=True):
        for place, ready in enumerate(team.ready.tolist()):
            landed, approved = team.landed[place], team.approved[place]
            if ready > 0 or landed > 0:
                name = f"{repository}-{place}"
                is_over = bool(np.isfinite(landed))
                if np.isfinite(ready):
                    forge.proposed(name, day(ready), day(landed) if is_over else None,
                                   repository=repository)  # fmt: skip
                if is_over:
                    forge.review(name, day(approved), verdict="approved", repository=repository)
    return forge


def test_rows_of_the_forge_say_the_same_as_the_worlds_that_are_told_apart() -> None:
    world = ReviewWorld(busy=1.3, teams=2, weeks=8)
    weeks = buckets(Window(start_at=june(1), end_at=june(1 + 7 * world.weeks)), "week", "UTC")
    found = recorded(steps(tables_of(world, 3).ready(), weeks), WorkingTime())
    expected = records(world, 3)

    for name in ("for_review", "reviewed", "in_review", "landed"):
        assert found.sums[name].tolist() == expected.sums[name].tolist(), name


def organisation(review_capacity: float) -> Case:
    demo = SCENARIOS["demo"]
    made = make_organisation(
        replace(
            demo,
            teams=30,
            weeks=60,
            is_detailed=False,
            work=replace(demo.work, review_capacity=review_capacity),
        )
    )
    tables: Mapping[str, ibis.Table] = {
        name: ibis.memtable(made.tables.get(name, table.schema.empty_table()))
        for name, table in TABLES.items()
    }
    return Case(tables, Settings())


def test_of_an_organisation_with_half_the_reviews_review_is_named_and_faster_coding_buys_nothing(
) -> None:  # fmt: skip
    found = MECHANISM.examine(organisation(1.0))

    assert isinstance(found, Diagnosis)
    assert found.claim.startswith("Review holds everything back")
    assert found.strength == "moderate"  # sizes are not recorded
    by_name = {next(iter(vars_of(one))): one for one in found.remedies}
    faster = by_name["coding_speed"]
    assert isinstance(faster.gain, Simulated)
    assert faster.gain.value == pytest.approx(0, abs=0.02)
    assert not faster.helps
    assert by_name["reviewers"].least > 0.05
    smaller = by_name["change_size"]  # more changes, which hold less: no work is bought
    assert smaller.counted is not None
    assert smaller.counted.interval is not None
    assert smaller.counted.interval.low > 0.05
    assert isinstance(smaller.gain, Simulated)
    assert smaller.gain.value == pytest.approx(0.7 * (1 + smaller.counted.value) - 1)
    assert not smaller.helps
    assert found.best is not None
    assert found.best.intervention.plays != faster.intervention.plays
    signs = {one.says.partition(",")[0]: one.speaks for one in found.evidence}
    assert signs["Changes put up for review in a week"] == "for"
    assert signs["Changes landed in a week"] == "for"


def vars_of(remedy: Remedy) -> list[str]:
    """What a remedy changes in the fitted team."""
    plays = remedy.intervention.plays
    assert plays is not None
    nothing = type(plays)()  # type: ignore[call-arg]
    return [
        name
        for name in plays.__dataclass_fields__
        if getattr(plays, name) != getattr(nothing, name)
    ]


def test_of_the_organisation_as_it_is_no_stage_is_named() -> None:
    assert isinstance(MECHANISM.examine(organisation(2.0)), Absent)


def test_git_alone_is_an_abstention_that_says_what_to_connect() -> None:
    tables = {name: ibis.memtable(table.schema.empty_table()) for name, table in TABLES.items()}
    found = MECHANISM.examine(Case(tables, Settings()))

    assert isinstance(found, Abstention)
    assert found.metric == "limiting_stage"
    assert "Connect the forge" in found.remedy
