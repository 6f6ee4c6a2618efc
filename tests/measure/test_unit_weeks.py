"""Unit-weeks against timelines drawn by hand.

Each scene is a repository ``r`` of a team ``t`` of its own; all are drawn into one organisation,
whose records end on Wednesday 2026-07-01, and counted once. 2026-03-02 is Monday of 2026-W10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing, remarks
from trueup.measure.units.weeks import unit_weeks

UNTIL = "2026-07-01"
SOUND = "sound_changes_per_developer_week"
DEPLOYED = "deployed_changes_per_developer_week"
SCENES: dict[str, Drawing] = {}
Week = Mapping[str, Any]
Find = Callable[..., Week]


def scene(name: str, *, has_two: bool = True) -> Drawing:
    """Begin a scene; ann and bob are its team, active in week 10, unless it says otherwise."""
    drawing = SCENES[name] = Drawing(UNTIL)
    if has_two:
        for person in ("ann", "bob"):
            drawing.member(person, "t")
            drawing.person(person)
            drawing.works(person, "2026-03-03")
    return drawing


def deliver(drawing: Drawing, name: str, **more: Any) -> None:
    """A change landed on Tuesday of week 10 and in production on Wednesday noon."""
    drawing.change(name, "2026-03-03T12:00", **({"first": "2026-03-02T12:00"} | more))
    drawing.deploy(f"d-{name}", "2026-03-04T12:00", name)


def everything() -> Drawing:
    """All scenes as one organisation."""
    whole = Drawing(UNTIL, repositories=())
    for name, drawing in SCENES.items():
        whole.take(drawing, name)
    return whole


@pytest.fixture(scope="module")
def counted() -> pa.Table:
    """Count all scenes once."""
    return unit_weeks(everything())


@pytest.fixture(scope="module")
def find(counted: pa.Table) -> Find:
    """Find the one row of a scene's team in a week."""
    rows = {(row["unit"], row["week"]): row for row in counted.to_pylist()}
    return lambda name, week=10, unit="t": rows[f"{name}.{unit}", f"2026-W{week}"]


deliver(scene("quiet"), "a")


def test_a_change_nothing_happens_to_is_sound(find: Find) -> None:
    assert find("quiet")[SOUND] == find("quiet")[DEPLOYED] == 1 / 2


UNDONE = {"2026-03-10": 0.0, "2026-04-03T12:00": 0.0, "2026-04-03T12:01": 0.5}
for _when in UNDONE:
    _one = scene(f"undone {_when}")
    deliver(_one, "a")
    _one.change("undo", _when)
    _one.revert("a", "undo")


@pytest.mark.parametrize(("when", "sound"), UNDONE.items())
def test_a_change_taken_back_until_day_thirty_of_production_is_not_sound(
    find: Find, when: str, sound: float
) -> None:
    assert find(f"undone {when}")[SOUND] == sound


for _when in ("2026-04-03", "2026-04-04"):
    _one = scene(f"incident {_when}")
    deliver(_one, "a")
    _one.incident("i", _when, "change", "a")


def test_an_incident_on_day_thirty_one_comes_too_late(find: Find) -> None:
    soon, late = find("incident 2026-04-03"), find("incident 2026-04-04")
    assert (soon[SOUND], soon["incidents_per_change"]) == (0.0, 1.0)
    assert (late[SOUND], late["incidents_per_change"]) == (0.5, 0.0)


_one = scene("shared deployment")
_one.change("a", "2026-03-03")
_one.change("b", "2026-03-03")
_one.deploy("d", "2026-03-04", "a", "b")
_one.incident("i", "2026-03-05", "deployment", "d")
_one.add("incident_link", incident_id="i", target_kind="change", target_id="a")


def test_an_incident_of_a_deployment_is_one_of_every_change_it_brought(find: Find) -> None:
    """Two changes, one incident, linked to one of them twice: one for each change."""
    found = find("shared deployment")
    assert (found["incidents_per_change"], found["change_failure_ratio"]) == (1.0, 1.0)
    assert found[SOUND] == 0.0


_one = scene("unlikely")
deliver(_one, "a")
_one.incident("i", "2026-03-05", "change", "a", probability=0.4)


def test_an_incident_more_likely_not_linked_than_linked_does_not_count(find: Find) -> None:
    assert find("unlikely")["change_failure_ratio"] == 0.0


for _rule in ("fix", None):
    _one = scene(f"rewritten {_rule}")
    deliver(_one, "a")
    _one.commit("later", "2026-03-20", fix_rule=_rule)
    _one.kill(_one.lines("a", 10), 1, "later")


def test_only_a_fix_like_commit_on_a_line_of_the_change_mends_it(find: Find) -> None:
    assert (find("rewritten fix")[SOUND], find("rewritten fix")["change_failure_ratio"]) == (0, 1)
    assert find("rewritten None")[SOUND] == 0.5


_one = scene("rework")
deliver(_one, "a")
for _name in ("undo", "b"):
    _one.change(_name, "2026-03-09")
    _one.deploy(f"d-{_name}", "2026-03-10", _name)
_one.revert("a", "undo")
_one.works("ann", "2026-03-11")


def test_a_change_that_takes_another_back_is_rework_and_brings_nothing(find: Find) -> None:
    """Week 11, ann alone: the revert of a, and b. 1 of 2 is rework; 1 is sound."""
    found = find("rework", 11)
    assert (found["rework_ratio"], found[DEPLOYED], found[SOUND]) == (0.5, 2.0, 1.0)


_one = scene("mending")
deliver(_one, "a")
_one.change("mend", "2026-03-09")
_one.rows["commit"][-1]["fix_rule"] = "fix"
_one.kill(_one.lines("a", 4), 1, "mend")
_one.deploy("d-mend", "2026-03-10", "mend")


def test_a_mending_change_is_rework_and_yet_work_that_counts(find: Find) -> None:
    assert (find("mending", 11)["rework_ratio"], find("mending", 11)[SOUND]) == (1.0, 1.0)


_one = scene("pipeline")
_one.change("a", "2026-03-02", first="2026-03-01")
_one.deploy("staging", "2026-03-03", "a", environment="staging")
_one.deploy("failed", "2026-03-03T06:00", "a", outcome="failure")
_one.deploy("back", "2026-03-03T07:00", "a", kind="rollback")
_one.deploy("first", "2026-03-04", "a")
_one.deploy("again", "2026-03-05", "a")


def test_production_is_the_first_successful_deployment_to_production(find: Find) -> None:
    found = find("pipeline")
    assert (found[DEPLOYED], found["lead_time_mean_seconds"]) == (1 / 2, 3 * 86_400)


_one = scene("lead times")
for _place, _first in enumerate(("2026-03-03", "2026-03-02", "2026-02-23", None)):
    _one.change(f"c{_place}", "2026-03-03", first=_first)
_one.deploy("d", "2026-03-04", "c0", "c1", "c2", "c3")


def test_lead_times_are_of_the_changes_whose_beginning_is_known(find: Find) -> None:
    """One, two and nine days: mean 4, median 2; the fourth change lost its first commit."""
    found = find("lead times")
    assert found["lead_time_mean_seconds"] == 4 * 86_400
    assert found["lead_time_median_seconds"] == 2 * 86_400
    assert found[DEPLOYED] == 4 / 2


_one = scene("under way")
for _name, _first in (
    *(("a", "2026-03-02"), ("b", "2026-03-05"), ("c", "2026-03-10")),
    *(("before", "2026-02-20"), ("unknown", None)),
):
    _one.change(_name, "2026-03-11", first=_first)
_one.deploy("one", "2026-03-04", "a", "before", "unknown")
_one.deploy("two", "2026-03-11", "b")
_one.works("ann", "2026-03-12")


def test_changes_are_under_way_from_their_first_commit_until_production(find: Find) -> None:
    """In week 10 a and ``before`` are under way for 2 days and b for 4; in week 11 b for 2 and c,
    which is never deployed, for 6. A change of unknown beginning is in none of the three."""
    flow = ("arrived_changes_per_week", "deployed_changes_per_week", "changes_under_way_items")
    assert [find("under way", 10)[name] for name in flow] == [2, 2, pytest.approx(8 / 7)]
    assert [find("under way", 11)[name] for name in flow] == [1, 1, pytest.approx(8 / 7)]
    late = find("too recent", 23)
    assert [late[name] for name in flow] == [None, 0, None]


_one = scene("nothing delivered")
deliver(_one, "a")
_one.works("ann", "2026-03-18")


def test_a_week_of_work_without_delivery_is_nought_and_one_without_anyone_is_no_row(
    counted: pa.Table,
) -> None:
    rows = [row for row in counted.to_pylist() if row["unit"] == "nothing delivered.t"]
    assert [row["week"] for row in rows] == ["2026-W10", "2026-W12"]
    assert (rows[1]["active_developers"], rows[1][SOUND]) == (1.0, 0.0)
    assert rows[1]["lead_time_mean_seconds"] is rows[1]["change_failure_ratio"] is None


_one = scene("too recent", has_two=False)
_one.member("ann", "t")
for _name, _day in (("a", "2026-05-31"), ("b", "2026-06-01"), ("c", "2026-06-30")):
    _one.change(_name, _day)
    _one.deploy(f"d-{_name}", _day, _name)


def test_weeks_whose_thirty_days_are_not_over_are_not_observed_and_are_counted(
    find: Find, counted: pa.Table
) -> None:
    """Week 22 ends on 1 June, thirty days before the newest record; week 23 a week later."""
    seen, unseen = find("too recent", 22), find("too recent", 23)
    assert (seen[SOUND], seen["incidents_per_change"]) == (1.0, 0.0)
    assert unseen[SOUND] is unseen["incidents_per_change"] is unseen["change_failure_ratio"] is None
    assert unseen[DEPLOYED] == 1.0
    (remark,) = remarks(counted, "unwatched")
    assert remark["rows"] == 1


def test_a_week_that_is_not_over_is_no_row(counted: pa.Table) -> None:
    assert "2026-W27" not in counted["week"].to_pylist()


_one = scene("robot")
_one.member("robot", "t")
deliver(_one, "a", author="robot", kind="bot")


def test_bots_deliver_nothing_and_are_not_active(find: Find) -> None:
    assert (find("robot")["active_developers"], find("robot")[DEPLOYED]) == (2.0, 0.0)


_one = scene("review", has_two=False)
for _person in ("ann", "bob"):
    _one.member(_person, "t")
    _one.person(_person)
_one.change("a", "2026-03-05", first="2026-03-03")
for _place, _when in enumerate(("2026-03-04T18:00", "2026-03-03T18:00")):
    _one.add(
        "review",
        review_id=f"v{_place}",
        change_id="a",
        reviewer_account_id="bob",
        requested_at=at("2026-03-03T12:00"),
        submitted_at=at(_when),
    )


def test_a_reviewer_is_active_and_the_wait_ends_with_the_first_review(find: Find) -> None:
    """Asked on Tuesday noon, answered after 6 and after 30 hours."""
    found = find("review")
    assert (found["active_developers"], found["review_wait_mean_seconds"]) == (2.0, 6 * 3_600)


_one = scene("unasked review")
_one.change("a", "2026-03-05")
for _kind, _when in (("opened", "2026-03-02"), ("ready", "2026-03-03")):
    _one.add("change_event", change_id="a", kind=_kind, happened_at=at(_when))
_one.add(
    "review",
    review_id="v",
    change_id="a",
    reviewer_account_id="bob",
    submitted_at=at("2026-03-04"),
)


def test_without_a_request_the_wait_for_review_runs_from_when_it_was_ready(find: Find) -> None:
    assert find("unasked review")["review_wait_mean_seconds"] == 86_400


_one = scene("own review")
_one.change("a", "2026-03-05", author="ann")
_one.add(
    "review",
    review_id="v",
    change_id="a",
    reviewer_account_id="ann",
    requested_at=at("2026-03-03"),
    submitted_at=at("2026-03-04"),
)


def test_whoever_answers_their_own_change_has_not_reviewed_it(find: Find) -> None:
    assert find("own review")["review_wait_mean_seconds"] is None


_one = scene("work items")
for _name, _done in (("x", "2026-03-04"), ("y", "2026-03-11"), ("z", None)):
    _one.add("work_item", work_item_id=_name, team_id="t", done_at=at(_done) if _done else None)


def test_work_items_are_done_in_the_week_they_were_moved_to_done(find: Find) -> None:
    assert find("work items")["work_items_done_per_developer_week"] == 1 / 2


_one = scene("session")
_one.session("ann", "2026-03-04", hours=3)


def test_tokens_are_the_sum_of_the_five_kinds_and_hours_those_of_the_sessions(find: Find) -> None:
    found = find("session")
    assert found["tokens_per_developer_week"] == 4_321 / 2
    assert found["ai_hours_per_developer_week"] == 3 / 2
    assert found["ai_active_developers_ratio"] == 1 / 2
    assert find("quiet")["tokens_per_developer_week"] == 0.0


scene("signed").change("a", "2026-03-05", author="bob", tool="Cursor")


_one = scene("two tellings")
_one.session("ann", "2026-03-04")
_one.add(
    "ai_request",
    request_id="again",
    session_id="again",
    person_id="ann",
    requested_at=at("2026-03-04"),
    output_tokens=77,
    is_counted=False,
)


def test_use_a_more_trusted_source_tells_of_is_not_added_to_it(find: Find) -> None:
    assert find("two tellings")["tokens_per_developer_week"] == 4_321 / 2


def test_whoever_signs_a_commit_with_a_tool_uses_it_also_without_a_session(find: Find) -> None:
    assert find("signed")["ai_active_developers_ratio"] == 1 / 2
    assert find("signed")["ai_marked_changes_ratio"] == 1.0


_one = scene("move", has_two=False)
_one.member("ann", "old", end="2026-03-03T12:00")
_one.member("ann", "new", start="2026-03-03T12:00")
_one.member("bob", "old")
_one.works("bob", "2026-03-03")
_one.works("ann", "2026-03-04")
_one.change("a", "2026-03-05", first="2026-03-03T09:00")
_one.deploy("d", "2026-03-06", "a")


def test_a_change_belongs_to_the_team_its_author_was_in_when_it_was_begun(find: Find) -> None:
    """Ann moves on 3 March at noon; the change begun that morning stays; bob is alone there."""
    assert find("move", unit="old")[DEPLOYED] == 1.0
    assert find("move", unit="new")[DEPLOYED] == 0.0


_one = scene("two teams", has_two=False)
_one.member("ann", "old")
_one.member("ann", "new", start="2026-01-01")
_one.works("ann", "2026-03-04")


def test_of_two_memberships_at_once_the_later_holds_so_nobody_counts_twice(
    counted: pa.Table,
) -> None:
    units = {unit for unit in counted["unit"].to_pylist() if unit.startswith("two teams")}
    assert units == {"two teams.new"}


_one = scene("agent")
_one.add("service", service_id="s", repository_id="r", path_prefix="", team_id="t")
deliver(_one, "a", author="agent", kind="ai_agent")


def test_a_change_of_an_agent_goes_to_the_team_that_owns_the_repository(find: Find) -> None:
    assert (find("agent")[DEPLOYED], find("agent")["active_developers"]) == (1 / 2, 2.0)


_one = scene("foundations")
_one.add("service", service_id="s", repository_id="r", path_prefix="", team_id="t")
_SEEN = (("tests", "2026-01-01", 0.2), ("tests", "2026-02-01", 0.9), ("review", "2026-01-01", 0.6))
for _name, _when, _level in _SEEN:
    _one.add("practice", practice=_name, seen_at=at(_when), level_ratio=_level)
_one = scene("foundations too late")
_one.add("service", service_id="s", repository_id="r", path_prefix="", team_id="t")
_one.add("practice", practice="tests", seen_at=at("2026-05-01"), level_ratio=0.2)
for _when in ("2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24"):
    for _person in ("ann", "bob"):
        _one.works(_person, _when + "T10:00")
        _one.session(_person, _when)


def test_foundations_are_what_was_first_seen_if_that_was_before_adoption(find: Find) -> None:
    """Tests .2 then .9, review .6: first seen .2 and .6, mean .4. Seen after adoption: unknown."""
    assert find("foundations")["foundation_ratio"] == pytest.approx(0.4)
    assert find("foundations too late")["adopted_week"] == "2026-W10"
    assert find("foundations too late")["foundation_ratio"] is None


_one = scene("adopting")
for _when in ("2026-03-10", "2026-03-17", "2026-03-24", "2026-03-31"):
    for _person in ("ann", "bob"):
        _one.works(_person, _when)
        _one.session(_person, _when)


def test_adoption_is_on_every_row_of_the_unit_from_its_week_on(counted: pa.Table) -> None:
    found = [row for row in counted.to_pylist() if row["unit"] == "adopting.t"]
    assert {row["adopted_week"] for row in found} == {"2026-W11"}
    assert [row["is_adopted"] for row in found] == [False, True, True, True, True]


def test_where_sessions_are_recorded_developers_decide_and_it_is_said(counted: pa.Table) -> None:
    (said,) = remarks(counted, "adoption")
    assert "first of 4 weeks on end" in said["says"]
    assert "more than 20 % of its active developers" in said["says"]


def test_no_column_of_a_row_speaks_of_a_person(counted: pa.Table) -> None:
    assert not [name for name in counted.column_names if "person" in name or "account" in name]
