"""What servers do to a collection: limits, faults, damage, and changes between two visits."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.ring.conftest import SMALL
from tests.ring.damaging import SOURCES, answering, case_of, judged
from tests.ring.serving import servers
from trueup.collect.running.connector import Manner
from trueup.simulate.payloads.story import Organisation
from trueup.simulate.payloads.telling import tell
from trueup.simulate.scenario import Work
from trueup.store.warehouse import Warehouse
from trueup.testing.trial import Trial
from trueup.testing.unkind import Unkind


@cache
def told() -> Organisation:
    """Return two teams of three weeks."""
    return tell(replace(SMALL, teams=2, weeks=4, seed=7))


@cache
def eventful() -> Organisation:
    """Return two larger teams with an incident in every other change, one on each forge."""
    work = Work(incident_ratio=1.5, revert_ratio=0.1, mend_ratio=0.1)
    return tell(replace(SMALL, teams=2, people_per_team=14, weeks=5, seed=7, work=work))


def rows(trial: Trial, table: str) -> dict[str, dict[str, Any]]:
    with Warehouse.open(trial.folder).tables() as tables:
        found = tables.arrow(table)
        key = found.column_names[0]
        return {str(row[key]): row for row in found.to_pylist()}


@pytest.mark.parametrize("source", ["github", "gitlab", "jira", "pagerduty"])
def test_limits_faults_and_cut_connections_cost_time_and_no_row(
    source: str, tmp_path: Path
) -> None:
    sound = Trial(case_of(told(), source), tmp_path / "sound")
    sound.collect()
    unkind = Unkind(answering=answering(told(), source), seed=5, ratio=0.3, budget=9)
    trial = Trial(case_of(told(), source), tmp_path / "unkind", like=sound)
    trial.collect(answering=unkind.answer)
    assert len(unkind.calls.keys() - {"answered", "not modified"}) >= 4
    assert trial.digest() == sound.digest()


@pytest.mark.parametrize("source", SOURCES)
def test_damaged_payloads_are_read_or_counted(source: str, tmp_path: Path) -> None:
    """Five sources, sixty payloads each; `benchmarks/damaged_payloads.py` does ten thousand."""
    found = judged(eventful(), source, tmp_path, payloads=60)
    assert found.wrong == []
    assert found.counts["mutated"] >= 60
    assert found.counts["landed"] > 0


def test_a_change_that_lands_between_two_visits_is_landed_at_the_second(tmp_path: Path) -> None:
    there = servers(told()).github
    there.prefix, there.graphql_path = "", "/graphql"
    (one,) = there.repositories.values()
    number, merged = next((n, p) for n, p in one.pulls.items() if p["state"] == "MERGED")
    nothing = {"state": "OPEN", "mergedAt": None, "closedAt": None, "mergeCommit": None}
    one.pulls[number] = merged | nothing | {"updatedAt": merged["createdAt"]}
    trial = Trial(case_of(told(), "github"), tmp_path)
    trial.collect(answering=there.answer)
    before = rows(trial, "change")
    one.pulls[number] = merged | {"updatedAt": "2026-09-21T14:00:00Z"}
    trial.collect(answering=there.answer)
    after = rows(trial, "change")
    changed = {name for name in after if after[name] != before[name]}
    assert {name.rpartition("#")[2] for name in changed} == {str(number)}
    assert {after[name]["state"] for name in changed} == {"merged"}


@pytest.mark.parametrize("source", ["jira", "pagerduty", "gitlab"])
def test_what_is_deleted_between_two_visits_goes_when_everything_is_listed(
    source: str, tmp_path: Path
) -> None:
    there = servers(told())
    table = {"jira": "work_item", "pagerduty": "incident", "gitlab": "change"}[source]
    trial = Trial(case_of(told(), source), tmp_path)
    trial.collect(answering=there.by_source()[source])
    before = rows(trial, table)
    every: dict[str, Any] = {
        "jira": there.jira.issues,
        "pagerduty": there.pagerduty.incidents,
        "gitlab": next(iter(there.gitlab.projects.values())).changes,
    }
    held = every[source]
    gone = min(held)
    del held[gone]
    trial.collect(answering=there.by_source()[source], manner=Manner(is_reconciling=True))
    after = rows(trial, table)
    (lost,) = before.keys() - after.keys()
    assert lost.endswith(str(gone))
    assert {name: after[name] for name in after} == {name: before[name] for name in after}
