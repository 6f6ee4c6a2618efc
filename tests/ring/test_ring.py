"""The ring closes: what a world's tools say comes back, through sources and links, as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pytest

from tests.ring import truth
from tests.ring.conftest import Ring
from trueup.measure.units.weeks import unit_weeks
from trueup.model.evidence import Measurement
from trueup.simulate.payloads.coding import Commit
from trueup.simulate.payloads.story import Change, Repository
from trueup.simulate.teams import FIRST_DAY, WEEK
from trueup.store.reading import Tables

pytestmark = [
    pytest.mark.allow_hosts(["127.0.0.1"]),
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12's
]


def rows(ring: Ring, table: str) -> list[dict[str, object]]:
    with ring.workspace._warehouse.tables() as tables:
        found: list[dict[str, object]] = tables.arrow(table).to_pylist()
    return found


def changes(ring: Ring) -> Iterator[Change]:
    for one in ring.told.repositories.values():
        yield from one.changes


def sittings(one: Repository, change: Change) -> int:
    """Count the human reviews of a change: GitLab books all deleted accounts to one Ghost, so that
    each of its notes stands alone."""
    if change.reviewer is None:
        return 0
    return 1 + change.comments if change.reviewer.is_deleted and one.forge == "gitlab" else 1


def expected(ring: Ring) -> dict[str, int]:
    """Count the story: a founding of each repository is the one change no forge knows."""
    told = list(ring.told.repositories.values())
    every = list(changes(ring))
    remarks = [one.comments + (one.robot_at is not None) for one in every]
    landings = Counter(one.landing for one in every if one.landed)
    rebased = [len(one.proposed) for one in every if one.landed and one.landing == "rebase"]
    merged = [len(one.proposed) + 1 for one in every if one.landed and one.landing == "merge"]
    return {
        "repository": len(told),
        "change": len(every) + len(told),
        "proposed_commit": sum(len(one.proposed) for one in every),
        "change_commit": landings["squash"] + sum(rebased) + sum(merged) + len(told),
        "commit": sum(len(one.history) for one in told),
        "commit_revert": sum(one.kind == "takes_back" and one.landed is not None for one in every),
        "review": sum(
            sittings(one, change) + (change.robot_at is not None)
            for one in told
            for change in one.changes
        ),
        "review_comment": sum(remarks),
        "deployment": sum(len(one.deployments) for one in told),
        "pipeline_run": sum(len(one.runs) for one in told),
        "incident": sum(len(one.incidents) for one in told),
        "incident_link": truth.incidents_linked(ring.told),
        "work_item": sum(len(one.items) for one in told),
        "work_item_transition": sum(len(item.steps) for one in told for item in one.items),
    }


@pytest.mark.parametrize(
    "table",
    [
        *("repository", "change", "proposed_commit", "change_commit", "commit", "commit_revert"),
        *("review", "review_comment", "deployment", "pipeline_run", "incident", "incident_link"),
        *("work_item", "work_item_transition"),
    ],
)
def test_every_row_is_there_once(ring: Ring, table: str) -> None:
    assert len(rows(ring, table)) == expected(ring)[table] > 0


def told_landing(change: Change) -> str | None:
    """Return how a change landed: one commit that is rebased looks like one that is squashed."""
    if change.landed is None:
        return None
    is_squash = change.landing == "rebase" and len(change.proposed) == 1
    return "squash" if is_squash else change.landing


def test_every_state_landing_and_kind_of_author_is_what_it_was(ring: Ring) -> None:
    kinds = {"person": "human", "bot": "bot", "agent": "ai_agent"}
    told = Counter(
        (
            "merged" if one.landed else "closed" if one.closed_at else "open",
            told_landing(one),
            "deleted" if one.author.is_deleted else kinds[one.author.kind],
        )
        for one in changes(ring)
    )
    found = Counter(
        (row["state"], row["landing"], row["actor_kind"])
        for row in rows(ring, "change")
        if row["number"] is not None
    )
    assert {state for state, _, _ in told} == {"merged", "closed", "open"}
    assert {landing for _, landing, _ in told} == {"squash", "merge", "rebase", None}
    assert found == told


def test_everyone_is_one_person_whatever_they_are_called_where(ring: Ring) -> None:
    """Git, two forges, tracker and people file know as many persons as there are people."""
    accounts = [row for row in rows(ring, "account") if row["actor_kind"] == "human"]
    assert {row["platform"] for row in accounts} == {"git", "github", "gitlab", "jira", "email"}
    assert len({row["person_id"] for row in accounts}) == len(ring.told.people)


def test_what_deleted_accounts_did_is_counted_and_nobodys(ring: Ring) -> None:
    gone = sum(
        sittings(one, change)
        for one in ring.told.repositories.values()
        for change in one.changes
        if change.reviewer is not None and change.reviewer.is_deleted
    )
    found = [row for row in rows(ring, "review") if row["actor_kind"] == "deleted"]
    assert len(found) == gone > 0
    assert {row["reviewer_account_id"] for row in found} == {None}


def test_every_work_item_finds_its_change_also_by_the_key_it_had(ring: Ring) -> None:
    links = Counter(str(row["change_id"]) for row in rows(ring, "work_item_change"))
    told = [
        f"{ring.site.repository_id(one)}#{change.number}"
        for one in ring.told.repositories.values()
        for change in one.changes
        if change.item is not None
    ]
    assert any(i.old_key for one in ring.told.repositories.values() for i in one.items)
    assert links == Counter(told)


def test_every_change_reaches_production_with_the_deployment_that_brought_it(ring: Ring) -> None:
    """By way of the commit each deployment names, whichever way the change landed."""
    told = {}
    for one in ring.told.repositories.values():
        ends = {each.sha: each.ended_at for each in one.deployments if each.is_success}
        for change in one.changes:
            if change.landed is not None:
                later = [end for sha, end in ends.items() if reaches(one.history, sha, change)]
                if later:
                    told[f"{ring.site.repository_id(one)}#{change.number}"] = min(later)
    ended = {row["deployment_id"]: row["finished_at"] for row in rows(ring, "deployment")}
    found: dict[str, int] = {}
    for row in rows(ring, "deployment_change"):
        at, change_id = ended[row["deployment_id"]], str(row["change_id"])
        assert isinstance(at, int)
        found[change_id] = min(at // 1_000_000, found.get(change_id, at))
    assert found == told


def reaches(history: tuple[Commit, ...], sha: str, change: Change) -> bool:
    """Say whether a commit of the default branch has a change, by the order of landing."""
    place = {commit.sha: number for number, commit in enumerate(history)}
    assert change.landed is not None
    return place[change.landed.sha] <= place[sha]


@pytest.fixture(scope="module")
def counted(ring: Ring) -> pa.Table:
    with ring.workspace._warehouse.tables() as tables:
        return unit_weeks(tables, unit="repository")


@pytest.mark.parametrize("name", truth.COLUMNS)
def test_every_week_of_every_repository_is_what_was_drawn(
    ring: Ring, counted: pa.Table, name: str
) -> None:
    place = {ring.site.repository_id(one): one.team for one in ring.told.repositories.values()}
    drawn = truth.weeks(ring.told)
    column = np.where(drawn["active_developers"] > 0, drawn[name], np.nan)
    found = np.full(column.shape, np.nan)
    for row in counted.select(["unit", "week_start_at", name]).to_pylist():
        week = (row["week_start_at"] - FIRST_DAY) // WEEK
        if week >= 0 and row[name] is not None:
            found[place[row["unit"]], week] = row[name]
    assert np.isfinite(column).sum() > 10
    np.testing.assert_allclose(found, column, rtol=1e-9)


def told_by_hand(ring: Ring) -> dict[str, float]:
    """Work out metrics as their pages define them: the changes of people that landed, all runs."""
    landed = [one for one in changes(ring) if one.landed and one.author.kind == "person"]
    told = list(ring.told.repositories.values())
    alone = [one for one in landed if one.reviewer is None and one.robot_at is None]
    lasted = [each.ended_at - each.started_at for one in told for each in one.runs]
    ends = [(each.opened_at, each.resolved_at) for one in told for each in one.incidents]
    return {
        "unreviewed_changes_ratio": len(alone) / len(landed),
        "human_review_comments": sum(one.comments for one in landed) / len(landed),
        "machine_review_comments": sum(one.robot_at is not None for one in landed) / len(landed),
        "pipeline_run_seconds": median(lasted),
        "incident_resolution_seconds": median(end - at for at, end in ends if end is not None),
        "linked_work_items_ratio": 1.0,
    }


def test_metrics_are_what_their_pages_make_of_the_story(ring: Ring) -> None:
    told = told_by_hand(ring)
    found = {}
    for name in told:
        (first, *_) = ring.workspace.measure(name)
        assert isinstance(first, Measurement)
        found[name] = first.value
    assert found == pytest.approx(told)


class _LookedAt(Exception):
    """What a report would be made of."""


def test_the_report_is_on_everything_connected(
    ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work items and incidents are of no repository, and in the report all the same."""

    def look(tables: Tables, *_: object, **__: object) -> None:
        raise _LookedAt(*(tables.arrow(name).num_rows for name in ("work_item", "incident")))

    monkeypatch.setattr("trueup.report.edition.measure_repository", look)
    with pytest.raises(_LookedAt) as seen:
        ring.workspace.report([], "md", tmp_path / "r.md")
    assert seen.value.args == (len(rows(ring, "work_item")), len(rows(ring, "incident")))
    assert min(seen.value.args) > 0


def test_a_second_collection_brings_nothing_new(ring: Ring) -> None:
    digest = ring.workspace._warehouse.digest()
    ring.site.servers.github.calls.clear()
    ring.workspace.collect([ring.site.clones])
    assert ring.workspace._warehouse.digest() == digest
    assert ring.site.servers.github.calls["not modified"] > 0
