"""The records of the made-up organisation: whole, repeatable, and the ring back to the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from trueup.measure.units.weeks import unit_weeks
from trueup.model.tables import TABLES
from trueup.simulate.organisation import TARGET, MadeUp, land, make_organisation, make_team_weeks
from trueup.simulate.scenario import SCENARIOS, Confounding, Effects, Response, Scenario, Use
from trueup.simulate.teams import FIRST_DAY, WEEK
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
NOW = FIRST_DAY + 80 * WEEK
SMALL = replace(
    SCENARIOS["demo"],
    teams=40,
    weeks=60,
    seed=3,
    is_detailed=True,
    effects=Effects(changes=-0.35, lead_time=0.2, review_wait=0.4, incidents=0.8, rework=0.6),
    response=Response(full_after=1),
    use=Use(first_week=20, last_week=35, policy_week=40, hidden_ratio=0.1),
    confounding=Confounding(),
)
POINTS_AT = {
    ("commit", "repository_id"): ("repository", "repository_id"),
    ("commit", "author_account_id"): ("account", "account_id"),
    ("change", "landed_commit_id"): ("commit", "commit_id"),
    ("change", "author_account_id"): ("account", "account_id"),
    ("change", "first_release_id"): ("release", "release_id"),
    ("change_commit", "commit_id"): ("commit", "commit_id"),
    ("change_commit", "change_id"): ("change", "change_id"),
    ("commit_diff", "commit_id"): ("commit", "commit_id"),
    ("commit_file", "commit_id"): ("commit", "commit_id"),
    ("commit_revert", "commit_id"): ("commit", "commit_id"),
    ("commit_revert", "reverted_commit_id"): ("commit", "commit_id"),
    ("release", "commit_id"): ("commit", "commit_id"),
    ("repository", "head_commit_id"): ("commit", "commit_id"),
    ("ai_attribution", "target_id"): ("commit", "commit_id"),
    ("line_span", "commit_id"): ("commit", "commit_id"),
    ("line_death", "commit_id"): ("commit", "commit_id"),
    ("team", "parent_team_id"): ("team", "team_id"),
    ("membership", "team_id"): ("team", "team_id"),
    ("membership", "person_id"): ("account", "person_id"),
    ("service", "team_id"): ("team", "team_id"),
    ("service", "repository_id"): ("repository", "repository_id"),
    ("practice", "repository_id"): ("repository", "repository_id"),
    ("policy_event", "team_id"): ("team", "team_id"),
    ("change_event", "change_id"): ("change", "change_id"),
    ("review", "change_id"): ("change", "change_id"),
    ("review", "reviewer_account_id"): ("account", "account_id"),
    ("deployment", "service_id"): ("service", "service_id"),
    ("deployment", "commit_id"): ("commit", "commit_id"),
    ("deployment_change", "deployment_id"): ("deployment", "deployment_id"),
    ("deployment_change", "change_id"): ("change", "change_id"),
    ("incident", "service_id"): ("service", "service_id"),
    ("incident", "team_id"): ("team", "team_id"),
    ("incident_link", "incident_id"): ("incident", "incident_id"),
    ("incident_link", "target_id"): ("change", "change_id"),
    ("work_item", "team_id"): ("team", "team_id"),
    ("work_item_transition", "work_item_id"): ("work_item", "work_item_id"),
    ("work_item_change", "work_item_id"): ("work_item", "work_item_id"),
    ("work_item_change", "change_id"): ("change", "change_id"),
    ("stage_interval", "item_id"): ("change", "change_id"),
    ("ai_session", "person_id"): ("account", "person_id"),
    ("ai_request", "session_id"): ("ai_session", "session_id"),
    ("ai_request", "person_id"): ("account", "person_id"),
}


@pytest.fixture(scope="module")
def made() -> MadeUp:
    """Make one small organisation with everything in it."""
    return make_organisation(SMALL)


@pytest.fixture(scope="module")
def counted(made: MadeUp, tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    """Land it and count its team-weeks."""
    folder = tmp_path_factory.mktemp("made-up") / ".trueup"
    warehouse = Warehouse.open(folder)
    land(made, warehouse, Vault.open(folder), now=NOW)
    with warehouse.tables() as tables:
        return unit_weeks(tables)


@pytest.mark.parametrize("name", sorted({table for table, _ in POINTS_AT} | {"coverage"}))
def test_every_table_has_rows_of_its_own_columns_and_no_key_twice(made: MadeUp, name: str) -> None:
    rows, table = made.tables[name], TABLES[name]
    assert rows.num_rows > 0
    assert rows.schema == table.schema
    for column in table.key:
        assert rows[column].null_count == 0
    if table.key:
        plain = pa.table({key: as_text(rows[key]) for key in table.key})
        assert plain.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dictionaries as plain text."""
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


@pytest.mark.parametrize(("points", "at"), POINTS_AT.items(), ids=".".join)
def test_every_id_is_that_of_a_row(
    made: MadeUp, points: tuple[str, str], at: tuple[str, str]
) -> None:
    (table, column), (target, key) = points, at
    ids = pc.unique(as_text(made.tables[table][column]).drop_null())
    known = pc.is_in(ids, value_set=as_text(made.tables[target][key]).combine_chunks())
    assert len(ids) > 0
    assert pc.all(known).as_py()


def test_a_change_goes_forward_in_time(made: MadeUp) -> None:
    change = made.tables["change"]
    waits = change.filter(pc.equal(change["state"], "open"))
    assert waits["landed_at"].null_count == waits.num_rows
    change = change.filter(pc.equal(change["state"], "merged"))
    begun, landed = change["first_commit_at"].to_numpy(), change["landed_at"].to_numpy()
    deployed = change["released_at"].fill_null(1 << 62).to_numpy()
    review = made.tables["review"]
    assert (begun < landed).all()
    assert (landed < deployed).all()
    assert (review["requested_at"].to_numpy() < review["submitted_at"].to_numpy()).all()


def test_no_line_dies_twice_or_beyond_its_span(made: MadeUp) -> None:
    death, span = made.tables["line_death"], made.tables["line_span"]
    place = pc.index_in(death["span_line_id"], value_set=span["line_id"].combine_chunks())
    length = pc.take(span["line_count"], place).to_numpy()
    first, count = death["line_offset"].to_numpy(), death["line_count"].to_numpy()
    assert (first + count <= length).all()
    order = np.lexsort((first, place.to_numpy()))
    same = np.diff(place.to_numpy()[order]) == 0
    assert ((first + count)[order][:-1][same] <= first[order][1:][same]).all()


def test_nobody_reviews_their_own_change(made: MadeUp) -> None:
    change, review = made.tables["change"], made.tables["review"]
    place = pc.index_in(
        as_text(review["change_id"]), value_set=change["change_id"].combine_chunks()
    )
    author = pc.take(as_text(change["author_account_id"]), place)
    assert not pc.any(pc.equal(author, as_text(review["reviewer_account_id"]))).as_py()


def test_the_same_scenario_gives_the_same_records_and_another_seed_others(made: MadeUp) -> None:
    again, other = make_organisation(SMALL), make_organisation(replace(SMALL, seed=4))
    assert all(again.tables[name].equals(rows) for name, rows in made.tables.items())
    assert not other.tables["change"].equals(made.tables["change"])


def test_what_is_recorded_ends_with_the_last_week(made: MadeUp) -> None:
    end = FIRST_DAY + SMALL.weeks * WEEK
    for name, rows in made.tables.items():
        for field in rows.schema:
            if field.name.endswith("_at") and rows[field.name].null_count < rows.num_rows:
                newest = pc.max(rows[field.name]).as_py()
                assert newest <= end, (name, field.name)


def test_what_is_counted_from_the_records_is_what_was_drawn(counted: pa.Table) -> None:
    """Every outcome and exposure, every team, every week: the ring closes exactly."""
    drawn = make_team_weeks(SMALL)
    place = {team: number for number, team in enumerate(drawn.team_ids)}
    team = np.array([place[unit] for unit in counted["unit"].to_pylist()])
    week = (counted["week_start_at"].to_numpy() - FIRST_DAY) // WEEK
    for name, column in drawn.columns.items():
        found = np.full(column.shape, np.nan)
        found[team, week] = counted[name].to_numpy(zero_copy_only=False)
        np.testing.assert_allclose(found, column, rtol=1e-12, err_msg=name)


def test_the_adoption_records_show_is_the_one_that_was_drawn(
    made: MadeUp, counted: pa.Table
) -> None:
    rows = counted.filter(counted["is_adopted"])
    starts = rows.group_by("unit").aggregate([("week_start_at", "min")])
    seen = {
        unit: (start - FIRST_DAY) // WEEK
        for unit, start in zip(
            starts["unit"].to_pylist(), starts["week_start_at_min"].to_pylist(), strict=True
        )
    }
    assert seen == {team: week for team, week in made.truth.adopted_in.items() if week >= 0}


def test_without_confounders_before_and_after_finds_the_truth(
    made: MadeUp, counted: pa.Table
) -> None:
    """Records, warehouse, unit-weeks, one division: within four per cent of the truth."""
    outcome = counted["merged_changes_per_developer_week"].to_numpy()
    adopts = counted["adopted_week"].is_valid().to_numpy()
    after = counted["is_adopted"].to_numpy(zero_copy_only=False)
    early = counted["week_start_at"].to_numpy() < FIRST_DAY + 3 * WEEK  # nothing has landed yet
    ratio = outcome[after].mean() / outcome[adopts & ~after & ~early].mean() - 1
    truth = made.truth.outcomes["merged_changes_per_developer_week"].proportional
    assert truth is not None
    assert truth < -0.2
    assert ratio == pytest.approx(truth, abs=0.04)


def test_landing_again_takes_the_place_of_what_was_landed_before(tmp_path: Path) -> None:
    tiny = Scenario(teams=2, weeks=6, use=Use(first_week=2, last_week=2))
    warehouse, vault = Warehouse.open(tmp_path / ".trueup"), Vault.open(tmp_path / ".trueup")
    made = make_organisation(tiny)
    land(made, warehouse, vault, now=NOW)
    digest = warehouse.digest()
    land(make_organisation(replace(tiny, seed=2)), warehouse, vault, now=NOW)
    assert warehouse.digest() != digest
    land(made, warehouse, vault, now=NOW)
    assert warehouse.digest() == digest
    with warehouse.tables(targets=[TARGET]) as tables:
        assert tables.arrow("change").num_rows == made.tables["change"].num_rows


def test_foundations_seen_in_the_records_are_those_that_decide(counted: pa.Table) -> None:
    from trueup.simulate.teams import draw_teams

    first = counted.group_by("unit").aggregate([("foundation_ratio", "max")]).sort_by("unit")
    drawn = draw_teams(SMALL).foundation
    seen = first["foundation_ratio_max"].to_numpy()
    assert np.abs(seen - drawn).max() < 0.15
    assert np.corrcoef(seen, drawn)[0, 1] > 0.95


def test_lines_are_written_of_every_change_also_without_detail() -> None:
    """A share of changes that were mended must not be a share of mended changes."""
    plain = make_organisation(replace(SMALL, teams=4, is_detailed=False))
    wrote = set(plain.tables["line_span"]["commit_id"].to_pylist())
    assert wrote == set(plain.tables["change"]["landed_commit_id"].to_pylist())
