"""The stages of a change, June 2026.

::

    1 begun   3 put up   4 a person remarks   7 approved   8 lands   10 in production
              3 + 20 s an agent remarks

    coding 2, pickup 1, review 3, merge 1, deploy 2 days; 9 in all.
"""

from __future__ import annotations

from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measure.asking import abstention, answers, known, measured, value, values
from tests.measure.building import World
from tests.measure.forge import DAY, Forge, june
from trueup.measure.records.change_stages import STAGES, UNATTRIBUTED, split

HALF = ("quantile", "0.5")
STAGE_DAYS = {"coding": 2, "pickup": 1, "review": 3, "merge": 1, "deploy": 2, UNATTRIBUTED: 0}


def drawn(*, put_up: bool = True) -> Forge:
    world = Forge()
    world.proposed("one", 2, landed=8, ready=3)
    world.commits_of("one", 1, 2.5)
    world.review("one", 3 + 20 / DAY, "coderabbit", kind="ai_agent")
    world.comment("one", 3 + 25 / DAY, "dependabot", kind="bot")
    if put_up:
        world.comment("one", 4, "bob")
        world.review("one", 5, "bob", "approved")
        world.review("one", 7, "cleo", "approved")
    world.deployed("d", 10, "one")
    return world


@pytest.mark.parametrize("stage", STAGES)
def test_each_stage_has_the_days_of_the_drawing(stage: str) -> None:
    """coding_seconds, pickup_seconds, review_seconds, merge_seconds, deploy_seconds."""
    assert value(f"{stage}_seconds", drawn(), HALF) == STAGE_DAYS[stage] * DAY


def test_cycle_time_seconds_split_by_stage_adds_up() -> None:
    world = drawn()
    found = answers("cycle_time_seconds", world, by=("stage",))
    assert values(found, "stage") == {stage: days * DAY for stage, days in STAGE_DAYS.items()}
    assert value("cycle_time_seconds", world) == 9 * DAY
    assert measured("cycle_time_seconds", world, ("stage", "review"), by=("stage",)).n == 1


def test_time_nobody_reviewed_is_unattributed_not_dropped() -> None:
    """Between being put up on the 3rd and landing on the 8th nobody did anything."""
    world = drawn(put_up=False)
    parts = answers("cycle_time_seconds", world, by=("stage",))
    days = {"coding": 2, UNATTRIBUTED: 5, "deploy": 2}
    nothing = dict.fromkeys(STAGES, 0)
    assert values(parts, "stage") == nothing | {stage: days[stage] * DAY for stage in days}
    assert value("cycle_time_seconds", world) == 9 * DAY


def test_stages_by_author_add_up_within_each_group() -> None:
    world = drawn()
    world.proposed("two", 3, landed=4, author="devin", kind="ai_agent")
    found = answers("cycle_time_seconds", world, by=("actor_kind", "stage"), k=1)
    agent = {
        dict(group)["stage"]: known(finding) / DAY
        for group, finding in found.items()
        if dict(group)["actor_kind"] == "ai_agent"
    }
    assert agent == dict.fromkeys((*STAGES, UNATTRIBUTED), 0) | {UNATTRIBUTED: 1}


def test_waiting_changes_are_censored_in_the_stage_they_wait_in() -> None:
    """Pickup of 1 day, and one still waiting after 5: half are picked up after 1, 85 % never."""
    world = drawn()
    world.proposed("open", 25)
    assert value("pickup_seconds", world, HALF) == DAY
    reason = abstention("pickup_seconds", world, ("quantile", "0.85")).reason
    assert reason == "1 of 2 changes still wait: too many."


def test_a_change_landed_without_review_is_no_quick_pickup() -> None:
    """It lands after 1 hour; the other was picked up after 1 day: the median stays 1 day."""
    world = drawn()
    world.proposed("rushed", 5, landed=5 + 1 / 24)
    assert value("pickup_seconds", world, HALF) == DAY


def test_a_draft_is_still_being_written() -> None:
    world = Forge()
    world.proposed("draft", 2, draft=True)
    world.commits_of("draft", 1)
    found = abstention("coding_seconds", world, HALF)
    assert found.reason == "1 of 1 changes still wait: too many."
    assert abstention("pickup_seconds", world).n == 0


def test_a_review_of_a_draft_leaves_no_pickup() -> None:
    """Remarked on the 2nd as a draft, put up on the 3rd, approved on the 4th."""
    world = Forge()
    world.proposed("one", 1, landed=5, ready=3)
    world.review("one", 2)
    world.review("one", 4, verdict="approved")
    assert value("pickup_seconds", world, HALF) == 0
    assert value("review_seconds", world, HALF) == DAY


def test_an_author_instant_far_older_than_the_change_came_with_older_work() -> None:
    """A commit of a year ago, picked onto the branch: begun with the change's own, on day 1."""
    world = Forge()
    world.proposed("one", 3, landed=5)
    world.commits_of("one", -365, 1)
    assert value("coding_seconds", world, HALF) == 2 * DAY


def test_a_rebase_after_opening_does_not_make_coding_negative() -> None:
    world = Forge()
    world.proposed("one", 3, landed=5)
    world.commits_of("one", 4)
    assert value("coding_seconds", world, HALF) == 0


def test_without_commits_it_is_not_known_when_a_change_was_begun() -> None:
    world = Forge()
    world.proposed("one", 3, landed=5)
    assert "have no commit that tells" in abstention("coding_seconds", world).reason


INSTANTS = ("begun_at", "opened_at", "ready_at", "human_review_at", "approved_at", "produced_at")


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Instants in any order, each of which may be missing; only landing happened."""
    some = st.none() | st.integers(0, 10**13)
    return {name: draw(some) for name in INSTANTS} | {"landed_at": draw(st.integers(0, 10**13))}


@settings(max_examples=5, deadline=None, derandomize=True)
@given(st.lists(changes(), min_size=100, max_size=300))
def test_stages_and_what_is_left_over_always_add_up_to_the_whole(
    rows: list[dict[str, Any]],
) -> None:
    schema = pa.schema([(name, pa.int64()) for name in (*INSTANTS, "landed_at")])
    found = split(ibis.memtable(pa.Table.from_pylist(rows, schema))).to_pyarrow().to_pylist()
    for row in found:
        parts = [row[stage] for stage in (*STAGES, UNATTRIBUTED)]
        assert all(part is not None and part >= 0 for part in parts)
        assert sum(parts) == pytest.approx(row["whole"])


DAYS = st.integers(1, 28)
HAPPENINGS = st.tuples(DAYS, DAYS, DAYS, st.none() | DAYS, st.none() | DAYS, st.booleans(), DAYS)


@settings(max_examples=2, deadline=None, derandomize=True)
@given(st.lists(HAPPENINGS, min_size=50, max_size=60))
def test_the_parts_of_the_metric_add_up_whatever_happened(rows: list[Any]) -> None:
    """Unreviewed, unapproved, self-merged, put back to draft, reviewed before ready.

    Each change in a repository of its own: the parts add up one by one, and all together.
    """
    places = tuple(f"r{number}" for number in range(len(rows)))
    world = Forge(repositories=places)
    for place, (begun, opened, ready, reviewed, approved, by_self, landed) in zip(
        places, rows, strict=True
    ):
        name, ready_on, landed_on = f"{place}#1", max(opened, ready), max(opened, landed)
        world.proposed(name, opened, landed=landed_on, ready=ready_on, repository=place)
        world.commits_of(name, begun, repository_id=place)
        reviewer = "ann" if by_self else "bob"
        if reviewed is not None:
            world.review(name, reviewed, reviewer, repository=place)
        if approved is not None:
            world.review(name, approved, reviewer, "approved", repository=place)
    whole = values(answers("cycle_time_seconds", world, by=("repository",)), "repository")
    parts = answers("cycle_time_seconds", world, by=("repository", "stage"))
    summed = dict.fromkeys(places, 0.0)
    for group, finding in parts.items():
        summed[dict(group)["repository"]] += known(finding)
    assert summed == pytest.approx(whole, abs=1e-6)
    by_stage = values(answers("cycle_time_seconds", world, by=("stage",)), "stage")
    assert sum(by_stage.values()) == pytest.approx(sum(whole.values()) / len(rows))


def test_a_landing_dated_by_the_forge_is_known_without_a_clone() -> None:
    world = Forge()
    world.proposed("one", 1, landed=3)
    assert not world.rows["commit"]
    found = measured("cycle_time_seconds", world)
    assert (found.value, found.coverage) == (2 * DAY, 1.0)
    assert measured("changes_landed_per_week", world).n == 1


def test_a_change_in_a_world_of_commits_alone_has_no_stages() -> None:
    world = World()
    world.change("c", june(2))
    for stage in STAGES:
        assert abstention(f"{stage}_seconds", world).reason == "No proposed changes are recorded."
