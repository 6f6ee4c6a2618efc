"""Metrics asked of one team in one week, against a summer drawn by hand.

Team ``t`` is ann and bob, who commit every week from W22 (Monday 25 May 2026) to W27; records end
on 31 July. 1 June is the Monday of W23.

============ ============================================================================
deployments  2 and 4 June (W23), none in W24, 16 June (W25); an incident of the first lasts
             from 3 to 5 June
changes      landed on the forge in W23: a, open from 2 to 4 June, 10 lines, reviewed by bob;
             in W24: b, c, d, each open one day, 30 lines, nobody reviews
still open   e from 3 June; given up: f, open from 3 to 5 June
work item    started 1 June, queued from 2 to 4, active until done on 5 June
============ ============================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from tests.measure.building import at
from tests.measure.forge import DAY, Forge
from trueup.measure.units.delivery_outcomes import DELIVERY
from trueup.measure.units.months import unit_months
from trueup.measure.units.outcome import OUTCOMES, outcome_like
from trueup.measure.units.weeks import unit_weeks

Weeks = Mapping[int, Mapping[str, Any]]
NAMES = [outcome.name for outcome in DELIVERY]


def summer() -> Forge:
    """The drawing of the module's docstring."""
    forge = Forge("2026-07-31")
    forge.add("service", service_id="s", repository_id="r", team_id="t")
    for person in ("ann", "bob"):
        forge.member(person, "t")
        forge.person(person)
        forge.works(person, *(f"2026-{day}" for day in ("05-26", "06-02", "06-09", "06-16")))
    for day in (2, 4, 16):
        forge.deploy(f"d{day}", f"2026-06-{day:02}", service_id="s")
    forge.add(
        "incident",
        incident_id="i",
        service_id="s",
        opened_at=at("2026-06-03"),
        resolved_at=at("2026-06-05"),
    )
    forge.add("incident_link", incident_id="i", target_kind="deployment", target_id="d2")
    forge.proposed("a", 2, 4, lines_added=6, lines_deleted=4)
    forge.review("a", 3)
    for name in ("b", "c", "d"):
        forge.proposed(name, 9, 10, lines_added=20, lines_deleted=10)
    forge.proposed("e", 3)
    forge.proposed("f", 3, closed=5)
    forge.item("w", ("active", 1), ("queue", 2), ("active", 4), ("done", 5), team_id="t")
    return forge


@pytest.fixture(scope="module")
def counted() -> pa.Table:
    """Count the summer once."""
    return unit_weeks(summer(), outcomes=NAMES)


@pytest.fixture(scope="module")
def week(counted: pa.Table) -> Weeks:
    """The team's weeks by number."""
    return {int(row["week"][-2:]): row for row in counted.to_pylist()}


def test_a_week_without_a_deployment_is_nought_only_after_the_first(week: Weeks) -> None:
    """Nothing says that deployments were recorded in W22."""
    assert [week[number]["deployments_per_week"] for number in (22, 23, 24, 25)] == [None, 2, 0, 1]


def test_half_of_the_deployments_of_the_week_failed(week: Weeks) -> None:
    assert week[23]["failed_deployments_ratio"] == 1 / 2
    assert week[24]["failed_deployments_ratio"] is None


def test_recovery_runs_from_the_failed_deployment_to_the_end_of_the_incident(week: Weeks) -> None:
    assert week[23]["failed_deployment_recovery_mean_seconds"] == 3 * DAY


def test_what_is_still_open_counts_as_thirty_days_and_what_was_given_up_is_left_out(
    week: Weeks,
) -> None:
    """a 2 days, e 30 days, f left out: 16 days."""
    assert week[23]["opened_to_landed_mean_seconds"] == 16 * DAY


def test_shares_and_sizes_are_those_of_the_week_of_landing(week: Weeks) -> None:
    assert [week[number]["unreviewed_changes_ratio"] for number in (23, 24)] == [0, 1]
    assert [week[number]["proposed_size_lines"] for number in (23, 24)] == [10, 30]


def test_a_work_item_is_worked_on_two_of_its_four_days(week: Weeks) -> None:
    assert week[23]["flow_efficiency_ratio"] == 1 / 2
    assert week[23]["work_item_flow_mean_seconds"] == 4 * DAY


def test_a_month_divides_what_its_weeks_add_up_to(counted: pa.Table) -> None:
    """June: three of four changes unreviewed, 100 lines over four changes."""
    june = next(row for row in unit_months(counted).to_pylist() if row["month"] == "2026-06")
    assert june["unreviewed_changes_ratio"] == 3 / 4
    assert june["proposed_size_lines"] == 100 / 4
    assert not any(name.endswith("_weight") for name in june)


def test_without_a_source_an_outcome_is_unknown_and_never_nought() -> None:
    bare = Forge("2026-07-31")
    bare.member("ann", "t")
    bare.person("ann")
    bare.works("ann", "2026-06-02")
    rows = unit_weeks(bare, outcomes=NAMES)
    assert {rows.column(name).null_count for name in NAMES} == {rows.num_rows}


def test_repositories_are_units_as_well() -> None:
    rows = unit_weeks(summer(), unit="repository", outcomes=["deployments_per_week"]).to_pylist()
    found = [row["deployments_per_week"] for row in rows if row["unit"] == "r"]
    assert found[:4] == [None, 2, 0, 1]


def test_what_is_asked_of_a_week_is_what_the_metric_asks_of_a_window() -> None:
    for outcome in DELIVERY:
        assert outcome.metric is not None
        assert outcome_like(outcome.metric.name) is outcome
        assert outcome.better == outcome.metric.better
    assert outcome_like("pickup_seconds") is OUTCOMES["review_wait_mean_seconds"]
    assert outcome_like("ai_code_accepted_ratio") is None


def test_bugs_count_in_their_week_though_nobody_landed_them() -> None:
    """W23: one bug over the one change that landed."""
    forge = summer()
    forge.item("b", ("queue", 3), item_type="bug", team_id="t")
    rows = unit_weeks(forge, outcomes=["bugs_per_change"]).to_pylist()
    assert next(row for row in rows if row["week"] == "2026-W23")["bugs_per_change"] == 1
