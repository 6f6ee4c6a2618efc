"""Two teams by day around one outage, drawn by hand."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from tests.measure.building import at
from tests.measure.forge import Forge
from tests.measure.tools import Tools
from trueup.estimate.offloading.unaided import Unaided, unaided_work
from trueup.measure.units.unit_days import AROUND, unit_days
from trueup.measure.windows import DAY
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention


class Days(Tools, Forge):
    """Teams that use tools, and days on which these failed."""

    def outage(self, begins: str, ends: str | None, **more: Any) -> None:
        self.add(
            "ai_outage",
            outage_id=f"o{len(self.rows['ai_outage'])}",
            kind="outage",
            started_at=at(begins),
            ended_at=at(ends) if ends else None,
            **more,
        )


def drawn() -> Days:
    """Tool x fails on Wednesday 10 June 2026, 9:00 to 14:00, and for an hour on the 12th.

    It fails in the night from the 15th to the 16th too, and all of the 17th for team two alone.

    Team one: ann, who used x on 8 June and landed a change on the 10th, which cleo, of team two,
    reviewed that day; bob, last seen on 12 May, is no developer of the 10th.
    Team two: cleo, who used y.
    """
    world = Days("2026-06-30")
    for person, team in (("ann", "one"), ("bob", "one"), ("cleo", "two")):
        world.member(person, team)
    world.works("ann", "2026-06-05", "2026-06-12")
    world.works("bob", "2026-05-12")
    world.works("cleo", "2026-06-09")
    world.use("s1", "ann", "2026-06-08T10:00", "1", 1, tool="x")
    world.use("s2", "cleo", "2026-06-08T10:00", "1", 1, tool="y")
    world.proposed("a", 9.5, 10.6, closed=10.6)
    world.review("a", 10.5, "cleo", "approved")
    world.outage("2026-06-10T09:00", "2026-06-10T14:00", tool="x")
    world.outage("2026-06-12T09:00", "2026-06-12T10:00", tool="x")
    world.outage("2026-06-15T18:00", "2026-06-16T08:00", tool="x")
    world.outage("2026-06-17T08:00", "2026-06-17T18:00", tool="x", team_id="two")
    return world


@cache
def rows() -> pa.Table:
    return unit_days(drawn().ready())


def on(day: str) -> dict[str, dict[str, Any]]:
    told = json.loads(rows().schema.metadata[b"told"])
    place = (at(day) - told["start_at"]) // DAY
    return {row["unit"]: row for row in rows().to_pylist() if row["day"] == place}


def test_a_day_counts_who_was_there_who_used_the_tool_and_what_was_done() -> None:
    """bob acted 29 days before; cleo's tool is none that failed."""
    one, two = on("2026-06-10")["one"], on("2026-06-10")["two"]
    assert (one["developers"], one["users"], one["landed"], one["reviewed"]) == (1, 1, 1, 0)
    assert (two["developers"], two["users"], two["landed"], two["reviewed"]) == (1, 0, 0, 1)
    before = on("2026-06-09")["one"]
    assert (before["developers"], before["users"]) == (2, 1)
    assert on("2026-06-08")["one"]["users"] == 0


def test_four_office_hours_make_a_day_without_the_tool_and_one_only_touches_it() -> None:
    hit = {day: on(f"2026-06-{day}")["one"] for day in ("09", "10", "12")}
    assert [hit[day]["is_hit"] for day in hit] == [False, True, False]
    assert [hit[day]["is_touched"] for day in hit] == [False, True, True]


def test_the_hours_of_the_night_are_no_office_hours() -> None:
    assert not any(on(f"2026-06-{day}")["one"]["is_touched"] for day in ("15", "16"))


def test_a_limit_of_one_team_touches_all_and_hits_that_team() -> None:
    found = on("2026-06-17")
    assert (found["one"]["is_hit"], found["two"]["is_hit"]) == (False, True)
    assert found["one"]["is_touched"]


def test_the_first_day_is_a_monday_and_half_a_year_before() -> None:
    told = json.loads(rows().schema.metadata[b"told"])
    assert (told["start_at"] - at("2026-06-08")) % (7 * DAY) == 0
    assert 0 <= at("2026-06-10T09:00") - AROUND - told["start_at"] < 7 * DAY
    assert told["people"] == 1


def test_without_outages_or_with_few_users_nothing_is_said() -> None:
    world = drawn()
    few = unaided_work(world.ready())
    assert isinstance(few, Abstention)
    assert "Too few persons" in few.reason
    world.rows["ai_outage"].clear()
    none = unaided_work(world.ready())
    assert isinstance(none, Abstention)
    assert "by choice" in none.reason


def many() -> Days:
    """Ten teams of two, five of which use the tool; each lands a change a weekday of half a year.

    On three days the tool fails, and users land nothing.
    """
    world = Days("2026-09-30")
    failing = (100, 121, 149)
    for team in range(10):
        for seat in range(2):
            name = f"p{team}-{seat}"
            world.member(name, f"team-{team}")
            for day in (day for day in range(20, 210) if day % 7 not in (5, 6)):
                if team < 5:
                    world.add(
                        "ai_session",
                        session_id=f"{name}/{day}",
                        person_id=name,
                        started_at=at("2026-01-05T12:00") + day * DAY,
                    )
                if team >= 5 or day not in failing:
                    world.change(f"{name}.{day}", at("2026-01-05T12:00") + day * DAY, name)
    for day in failing:
        begins = at("2026-01-05T08:00") + day * DAY
        world.add("ai_outage", outage_id=str(day), started_at=begins, ended_at=begins + DAY // 2)
    return world


def test_from_records_to_the_estimate_users_land_one_change_less() -> None:
    """Each user lands 1 a day and none on the three days; others land 1 always: -1."""
    found = unaided_work(many().ready())
    assert isinstance(found, tuple)
    landed: Unaided = next(one for one in found if one.outcome == "landed")
    assert isinstance(landed.loss, Estimate)
    assert landed.loss.value == pytest.approx(-1.0)
    assert (landed.loss.n_units, landed.loss.n_treated, landed.loss.n_clusters) == (10, 5, 3)
    assert landed.loss.interval.high < 0
    assert isinstance(landed.level_trend, Abstention)
