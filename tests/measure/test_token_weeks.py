"""Team-weeks of tokens against a timeline drawn by hand.

Two teams use AI from Monday 2026-01-05 (2026-W02) on; records end on Wednesday 2026-07-01. Team
``t`` is ranked by tokens from Wednesday 2026-04-01 (in W14) on, so that W15 is its first whole
week under the policy, and no longer from 2026-06-01 (W23) on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.units.token_weeks import token_weeks

Find = Callable[..., Mapping[str, Any]]


def request(drawing: Drawing, person: str, when: str, tokens: int, **more: Any) -> None:
    """One request, with its cost in dollars and what else is said of it."""
    count = len(drawing.rows["ai_request"])
    row = {"model": "m-old", "agent_kind": "main", "repository_id": "r", "is_counted": True}
    drawing.add(
        "ai_request",
        request_id=f"q{count}",
        person_id=person,
        requested_at=at(when),
        uncached_input_tokens=tokens // 2,
        output_tokens=tokens - tokens // 2,
        **(row | more),
    )


def lines(drawing: Drawing, layer: str, count: int, when: str) -> None:
    drawing.add("ai_lines", layer=layer, lines_added=count, person_id="ann", happened_at=at(when))


def calls(drawing: Drawing, kind: str, count: int, when: str) -> None:
    drawing.add("ai_activity", kind=kind, count=count, person_id="ann", happened_at=at(when))


def drawn() -> Drawing:
    drawing = Drawing("2026-07-01")
    for person, team in (("ann", "t"), ("bob", "t"), ("eve", "u")):
        drawing.member(person, team)
        drawing.person(person)
        drawing.works(person, "2026-01-06", "2026-06-30")
    for person in ("ann", "eve"):
        request(drawing, person, "2026-01-05T09:00", 100)
    request(drawing, "ann", "2026-03-03T09:00", 600)
    request(drawing, "bob", "2026-03-03T09:00", 100)
    request(drawing, "ann", "2026-03-03T10:00", 100, model="m-new", list_cost=None)
    request(drawing, "ann", "2026-03-03T11:00", 100, repository_id="r2")
    request(drawing, "ann", "2026-03-03T12:00", 100, agent_kind="subagent")
    request(drawing, "ann", "2026-03-03T12:00", 9_999, is_counted=False)
    request(drawing, "ann", "2026-03-31T12:00", 50)
    request(drawing, "ann", "2026-04-15T12:00", 50)
    request(drawing, "ann", "2026-06-10T12:00", 50)
    drawing.change("kept", "2026-03-04T12:00")
    drawing.change("lost", "2026-03-04T13:00")
    drawing.deploy("d-lost", "2026-03-04T14:00", "lost")
    drawing.change("undo", "2026-03-05T13:00")
    drawing.revert("lost", "undo")
    drawing.change("late", "2026-06-12T13:00")
    for layer, count in (("written", 40), ("committed", 10)):
        lines(drawing, layer, count, "2026-03-03T12:00")
    for kind, count in (("tool_call", 20), ("looped_call", 5)):
        calls(drawing, kind, count, "2026-03-03T12:00")
    drawing.add(
        "policy_event",
        policy_event_id="p",
        kind="leaderboard",
        team_id="t",
        started_at=at("2026-04-01"),
        ended_at=at("2026-06-01"),
    )
    drawing.add("policy_event", policy_event_id="c", kind="cap", started_at=at("2026-02-01"))
    return drawing


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return token_weeks(drawn().ready())


@pytest.fixture(scope="module")
def find(table: pa.Table) -> Find:
    rows = {(row["unit"], row["week"]): row for row in table.to_pylist()}
    return lambda week, unit="t": rows[unit, f"2026-W{week:02}"]


def test_tokens_of_a_week_are_those_of_counted_requests_of_the_teams_persons(find: Find) -> None:
    """600 + 100 + 100 + 100 + 100; the uncounted request is told of by another source."""
    assert find(10)["tokens"] == 1_000


def test_a_week_without_tokens_has_none_rather_than_nought(find: Find) -> None:
    assert find(11)["tokens"] is None


def test_who_and_what_is_new_is_told_by_its_share_of_tokens(find: Find) -> None:
    """Bob, m-new and r2 are first seen on the first day of week 10, more than eight weeks in."""
    row = find(10)
    told = ("new_users_ratio", "new_models_ratio", "new_repositories_ratio", "agents_ratio")
    assert [row[name] for name in told] == [0.1] * 4
    assert row["plain_ratio"] == 0.6


def test_what_was_there_when_records_began_is_not_called_new(find: Find) -> None:
    assert find(2)["new_users_ratio"] == find(2)["new_models_ratio"] == 0.0


def test_work_that_was_taken_back_within_thirty_days_did_not_survive(find: Find) -> None:
    """Of three changes one was taken back, and one took it back."""
    assert find(10)["surviving_changes"] == 1
    assert find(11)["surviving_changes"] == 0


def test_weeks_too_recent_to_be_watched_have_no_surviving_work(find: Find) -> None:
    """Week 22 ends on June 1, 30 days before the records do; week 23 does not."""
    assert find(22)["surviving_changes"] == 0
    assert find(23)["surviving_changes"] is None


def test_waste_is_a_share_of_lines_and_of_calls(find: Find) -> None:
    """10 of 40 written lines were committed; 5 of 20 calls repeat an earlier one."""
    assert find(10)["discard_ratio"] == 0.75
    assert find(10)["looped_ratio"] == 0.25
    assert find(11)["looped_ratio"] is None


def test_weeks_that_hold_the_last_day_of_a_month_are_marked(find: Find) -> None:
    """March 31 is a Tuesday in W14; May 31 is the Sunday that ends W22."""
    assert [find(week)["is_month_end"] for week in (13, 14, 15, 22, 23)] == [0, 1, 0, 1, 0]


def test_exposure_begins_with_the_first_whole_week_and_tokens_end_with_the_policy(
    find: Find,
) -> None:
    assert find(10)["exposed_week"] == "2026-W15"
    assert find(14)["tokens"] is None, "the week is under the policy in part"
    assert find(16)["tokens"] == 50
    assert find(24)["tokens"] is None
    assert find(24, "u")["exposed_week"] is None


def test_a_cap_is_no_policy_that_makes_tokens_count(table: pa.Table) -> None:
    policies = json.loads(table.schema.metadata[b"policies"])
    assert [one["kind"] for one in policies] == ["leaderboard"]


def test_persons_are_counted_by_arm_and_stand_in_no_row(table: pa.Table) -> None:
    assert json.loads(table.schema.metadata[b"people"]) == {"exposed": 2, "unexposed": 1}
    assert not {"ann", "bob", "eve"} & {str(v) for row in table.to_pylist() for v in row.values()}


def test_without_tokens_there_are_no_rows() -> None:
    assert token_weeks(Drawing("2026-07-01").ready()).num_rows == 0


def test_dollars_are_tokens_at_the_mean_price_of_their_model_over_all_weeks() -> None:
    """The price falls from 0.02 to 0.01 a token: 200 tokens cost 3 in all, 0.015 each."""
    drawing = Drawing("2026-07-01")
    drawing.member("ann", "t")
    drawing.person("ann")
    for when, cost in (("2026-01-05T09:00", 2), ("2026-03-03T09:00", 1)):
        request(drawing, "ann", when, 100, list_cost=cost)
    found = [row["constant_dollars"] for row in token_weeks(drawing.ready()).to_pylist()]
    assert [value for value in found if value is not None] == pytest.approx([1.5, 1.5])
