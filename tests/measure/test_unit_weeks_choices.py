"""What unit-weeks are counted of and by: units, outcomes, zones, and what stands in for what."""

from __future__ import annotations

import pytest

from tests.measure.drawing import Drawing, remarks
from trueup.errors import MeasureError
from trueup.measure.units.outcome import OUTCOMES
from trueup.measure.units.weeks import unit_weeks, usual_unit

DEPLOYED = "deployed_changes_per_developer_week"


def test_without_teams_or_deployments_repositories_and_releases_stand_in_and_it_is_said() -> None:
    drawing = Drawing()
    drawing.works("bob", "2026-03-03")
    drawing.change("a", "2026-03-03", released="2026-03-04", release="v1", first="2026-03-02")
    table = unit_weeks(drawing, unit="repository")
    (row,) = table.to_pylist()
    assert (row["unit"], row[DEPLOYED]) == ("r", 1 / 2)
    assert row["tokens_per_developer_week"] is row["incidents_per_change"] is None
    assert remarks(table, "fallback")
    said = " ".join(remark["says"] for remark in remarks(table, "missing_source"))
    assert "ai_session" in said
    assert "No incident is recorded" in said


def test_weeks_begin_where_the_time_zone_says_also_after_clocks_were_changed() -> None:
    """Sunday 5 April 2026, 22:30 UTC, is Monday 00:30 in Berlin, where summer time began."""
    drawing = Drawing()
    drawing.member("ann", "t")
    assert usual_unit(drawing) == "team"
    drawing.works("ann", "2026-03-03", "2026-04-05T22:30")
    found = unit_weeks(drawing, timezone="Europe/Berlin", outcomes=["rework_ratio"])
    assert found["week"].to_pylist() == ["2026-W10", "2026-W15"]
    assert [name for name in found.column_names if name in OUTCOMES] == ["rework_ratio"]


def test_without_sessions_the_marked_share_of_changes_decides_and_it_is_said() -> None:
    """One of three changes a week is marked: over a fifth, not over a third."""
    drawing = Drawing()
    for week, day in enumerate(("2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24")):
        for name in "abc":
            drawing.change(f"{name}{week}", day, first=day)
        drawing.mark(f"a{week}", "claude-code")
    fifth, third = (unit_weeks(drawing, unit="repository", share=share) for share in (0.2, 1 / 3))
    assert set(fifth["adopted_week"].to_pylist()) == {"2026-W10"}
    assert set(third["adopted_week"].to_pylist()) == {None}
    (said,) = remarks(fifth, "adoption")
    assert "more than 20 % of its landed changes carry the mark" in said["says"]


def test_an_unknown_outcome_is_named_with_those_there_are() -> None:
    with pytest.raises(MeasureError, match="commits_per_day") as caught:
        unit_weeks(Drawing(), outcomes=["commits_per_day"])
    assert "rework_ratio" in caught.value.hint


def test_without_memberships_there_are_no_team_weeks_and_the_way_out_is_named() -> None:
    with pytest.raises(MeasureError, match="memberships") as caught:
        unit_weeks(Drawing())
    assert "repositories" in caught.value.hint


def test_an_empty_history_gives_no_rows_but_all_columns() -> None:
    drawing = Drawing()
    drawing.member("ann", "t")
    table = unit_weeks(drawing)
    assert table.num_rows == 0
    assert set(OUTCOMES) <= set(table.column_names)


def test_teams_are_compared_where_any_are_recorded_else_repositories() -> None:
    drawing = Drawing()
    assert usual_unit(drawing) == "repository"
    drawing.member("ann", "t")
    assert usual_unit(drawing) == "team"
