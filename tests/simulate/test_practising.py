"""The practice that was drawn is what records show, and the short way counts what records do."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest

from trueup.measure.practices.practice import Practices, practices
from trueup.measure.practices.quarters import OUTCOMES, POINTS, practice_quarters
from trueup.simulate.organisation import MadeUp, land, make_organisation, make_team_weeks
from trueup.simulate.practised.quarters import quarters_of
from trueup.simulate.practising import POINTS as EARNED
from trueup.simulate.practising import draw_practice, quarter_starts
from trueup.simulate.scenario import Practising, Scenario, Use
from trueup.simulate.teams import draw_teams
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
WORLD = Scenario(
    teams=6,
    people_per_team=14,
    weeks=54,
    seed=5,
    use=Use(first_week=2, last_week=12, adopting_ratio=1.0),
    practising=Practising(start=3.0, growth=1.2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    made: MadeUp
    found: Practices
    rows: pa.Table


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    made, folder = make_organisation(WORLD), tmp_path_factory.mktemp("practising")
    warehouse = Warehouse.open(folder)
    with Vault.open(folder) as vault:
        land(made, warehouse, vault, now=0)
    with warehouse.tables() as tables:
        found = practices(tables, k=8)
        return Measured(
            made=made, found=found, rows=practice_quarters(tables, found.history, timezone="UTC")
        )


def test_points_that_were_drawn_lie_within_what_is_seen_of_them(measured: Measured) -> None:
    labels = [f"{2024 + number // 4}-Q{number % 4 + 1}" for number in range(4)]
    within, exactly, narrow = [], [], []
    for each in measured.found.history:
        if each.unit == "repository" and each.in_use:
            team = int(each.name[-4:]) - 1
            true = int(measured.made.practice.points[team, labels.index(each.quarter)])
            if true:
                low, high = each.standing.low, each.standing.high
                within.append(low <= true <= high)
                exactly.append(low == true)
                narrow.append(high - low <= 3)
    assert len(within) >= 12
    assert np.mean(within) >= 0.95
    assert np.mean(exactly) >= 0.7
    assert np.mean(narrow) >= 0.7


def test_the_short_way_counts_what_the_records_do(measured: Measured) -> None:
    short = quarters_of(make_team_weeks(WORLD))
    adopted = {
        name: WORLD.weeks if week < 0 else week
        for name, week in measured.made.truth.adopted_in.items()
    }
    starts = quarter_starts(WORLD.weeks)
    quick = {(one["unit"][-4:], one["quarter"]): one for one in short.to_pylist()}
    compared = 0
    for row in measured.rows.to_pylist():
        other = quick[row["unit"][-4:], row["quarter"]]
        begun = adopted[f"team-{row['unit'][-4:]}"]
        number = int(np.searchsorted(starts, begun, side="right")) - 1
        if other["quarter"] == f"{2024 + number // 4}-Q{number % 4 + 1}":
            continue  # of that quarter the weeks before adoption are left out of the records' row
        for name in OUTCOMES:
            assert (row[name] is None) == (other[name] is None)
            assert row[name] is None or row[name] == pytest.approx(other[name], rel=1e-6)
            compared += row[name] is not None
    assert compared > 30


def test_files_alone_leave_more_open_and_still_hold_the_truth() -> None:
    made = make_team_weeks(replace(WORLD, is_detailed=False))
    of_both, of_files = (quarters_of(made, seen=how) for how in ("sessions", "files"))
    low, high = (of_files[name].drop_null().to_numpy() for name in POINTS[:2])
    narrow_low, narrow_high = (of_both[name].drop_null().to_numpy() for name in POINTS[:2])
    assert (low <= narrow_low).all()
    assert (high >= narrow_high).all()
    assert (high - low).mean() > (narrow_high - narrow_low).mean() + 2


def test_no_point_is_earned_before_what_it_needs_and_none_is_lost() -> None:
    scenario = replace(WORLD, teams=60)
    practice = draw_practice(scenario, draw_teams(scenario))
    assert (np.diff(practice.points, axis=1) >= 0).all()
    for capacity, number in EARNED:
        if number == 2:
            second, first = practice.has(capacity, 2), practice.has(capacity, 1)
            assert not (second & ~first).any()
    assert not (practice.has("adapt", 2) & ~practice.has("orchestrate", 2)).any()


def test_what_is_built_in_a_quarter_tells_in_the_next() -> None:
    practice = draw_practice(WORLD, draw_teams(WORLD))
    second = int(practice.starts[2])
    assert (practice.before[:, second] == practice.points[:, 1]).all()
    assert (practice.before[:, : practice.starts[1]] == 0).all()


def test_quarters_are_those_of_the_calendar() -> None:
    # 1 April 2024 is a Monday and week 13; 1 July is week 26; 30 September belongs to the third.
    assert quarter_starts(104).tolist() == [0, 13, 26, 40, 53, 66, 79, 92, 104]


def test_nothing_shows_practice_where_the_scenario_does_not_speak_of_it() -> None:
    made = make_organisation(replace(WORLD, teams=3, weeks=20, practising=None))
    assert not {"ai_artefact", "ai_artefact_version"} & set(made.tables)
    assert set(made.tables["ai_activity"]["kind"].to_pylist()) == {"tool_call", "looped_call"}
    assert made.practice.points.sum() == 0
