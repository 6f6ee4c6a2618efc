"""Repositories, commits, changes and their marks, as git would show them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.simulate.records.facts import (
    MODELS,
    TOOLS,
    Facts,
    coded,
    digits,
    instants,
    joined,
    rows_for,
    rows_of,
    week_start,
)
from trueup.simulate.teams import DAY, HOUR, Ints, stream
from trueup.simulate.world import MENDS, TAKES_BACK


def code_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return repositories, commits, changes, reverts, releases, marks and coverage."""
    return {
        "repository": _repositories(facts),
        "commit": pa.concat_tables([_landed(facts), _unlanded(facts)]).unify_dictionaries(),
        "change": pa.concat_tables([_changes(facts), _waiting(facts)]).unify_dictionaries(),
        "change_commit": _members(facts),
        "commit_revert": _reverts(facts),
        "release": _releases(facts),
        "ai_attribution": _marks(facts),
        "coverage": _coverage(facts),
    }


def _repositories(facts: Facts) -> pa.Table:
    team, landed = facts.changes.team, facts.changes.landed_at
    counts = np.bincount(team, minlength=facts.scenario.teams)
    ends = np.cumsum(counts)
    some = counts > 0
    newest = np.where(some, np.append(landed, 0)[ends - 1], -1)
    heads = facts.commit_ids.take(pa.array(ends - 1, pa.int64(), mask=~some))
    return rows_for(
        "repository",
        counts.size,
        repository_id=facts.repository_ids,
        name=facts.service_ids,
        default_branch="main",
        head_commit_id=heads,
        is_shallow=False,
        is_partial=False,
        commit_count=counts,
        first_commit_at=instants(np.where(some, np.append(landed, 0)[ends - counts], -1)),
        last_commit_at=instants(newest),
    )


def _landed(facts: Facts) -> pa.Table:
    changes = facts.changes
    has_parent = (facts.number > 1).astype(np.int32)
    offsets = np.concatenate([[0], np.cumsum(has_parent)]).astype(np.int32)
    before = facts.shas.take(rows_of(np.flatnonzero(has_parent) - 1))
    return rows_for(
        "commit",
        changes.team.size,
        commit_id=facts.commit_ids,
        repository_id=coded(changes.team, facts.repository_ids),
        sha=facts.shas,
        parent_shas=pa.ListArray.from_arrays(pa.array(offsets), before),
        author_account_id=coded(changes.author, facts.person_ids),
        committer_account_id=coded(changes.author, facts.person_ids),
        authored_at=changes.begun_at,
        author_utc_offset_seconds=0,
        committed_at=changes.landed_at,
        committer_utc_offset_seconds=0,
        clock="ok",
        actor_kind="human",
        fix_rule=coded(np.where(changes.kind == MENDS, 0, -1), ["fix"]),
    )


def _unlanded(facts: Facts) -> pa.Table:
    """Write one commit on a branch for every active person and week: work that can be seen."""
    teams, random = facts.teams, stream(facts.scenario, 3)
    person = teams.seat_person
    team, week = np.divmod(teams.seat_cell, facts.scenario.weeks)
    at = week_start(week) + random.integers(0, 5, person.size) * DAY
    at += random.integers(8 * HOUR, 18 * HOUR, person.size)
    shas = digits(np.arange(person.size) + facts.changes.team.size, 12)
    return rows_for(
        "commit",
        person.size,
        commit_id=joined(facts.repository_ids.take(rows_of(team)), ":", shas),
        repository_id=coded(team, facts.repository_ids),
        sha=shas,
        author_account_id=coded(person, facts.person_ids),
        committer_account_id=coded(person, facts.person_ids),
        authored_at=at,
        author_utc_offset_seconds=0,
        committed_at=at,
        committer_utc_offset_seconds=0,
        clock="ok",
        actor_kind="human",
    )


def _changes(facts: Facts) -> pa.Table:
    changes = facts.changes
    named = facts.release_ids(np.arange(changes.team.size))
    released = pc.if_else(pa.array(facts.is_deployed), named, pa.scalar(None, pa.string()))
    return rows_for(
        "change",
        changes.team.size,
        change_id=facts.change_ids,
        repository_id=coded(changes.team, facts.repository_ids),
        number=facts.number,
        landing="merge",
        landed_commit_id=facts.commit_ids,
        landed_at=changes.landed_at,
        author_account_id=coded(changes.author, facts.person_ids),
        actor_kind="human",
        first_commit_at=changes.begun_at,
        first_commit_evidence="merge",
        first_release_id=pc.if_else(
            pa.array(facts.is_deployed), released, pa.scalar(None, pa.string())
        ),
        released_at=facts.deployed_at,
        state="merged",
    )


def _waiting(facts: Facts) -> pa.Table:
    changes = facts.waiting
    return rows_for(
        "change",
        changes.team.size,
        change_id=facts.waiting_ids,
        repository_id=coded(changes.team, facts.repository_ids),
        author_account_id=coded(changes.author, facts.person_ids),
        actor_kind="human",
        first_commit_at=changes.begun_at,
        first_commit_evidence="forge",
        state="open",
    )


def _members(facts: Facts) -> pa.Table:
    return rows_for(
        "change_commit",
        facts.changes.team.size,
        change_id=facts.change_ids,
        repository_id=coded(facts.changes.team, facts.repository_ids),
        commit_id=facts.commit_ids,
    )


def _reverts(facts: Facts) -> pa.Table:
    rows = np.flatnonzero(facts.changes.kind == TAKES_BACK)
    return rows_for(
        "commit_revert",
        rows.size,
        commit_id=facts.commit_ids.take(rows_of(rows)),
        repository_id=coded(facts.changes.team[rows], facts.repository_ids),
        reverted_commit_id=facts.commit_ids.take(rows_of(facts.changes.parent[rows])),
        rule="message",
    )


def deployments(facts: Facts) -> Ints:
    """Return, for each deployment, the place of the newest change it brings."""
    rows = np.flatnonzero(facts.is_deployed)
    changes = facts.changes
    follows = (changes.team[rows][1:] != changes.team[rows][:-1]) | (
        changes.slot[rows][1:] != changes.slot[rows][:-1]
    )
    newest: Ints = rows[np.append(follows, rows.size > 0)[: rows.size]]
    return newest


def _releases(facts: Facts) -> pa.Table:
    rows = deployments(facts)
    return rows_for(
        "release",
        rows.size,
        release_id=facts.release_ids(rows),
        repository_id=coded(facts.changes.team[rows], facts.repository_ids),
        tag=joined("v", "", facts.changes.slot[rows]),
        commit_id=facts.commit_ids.take(rows_of(rows)),
        released_at=facts.changes.deployed_at[rows],
        is_prerelease=False,
    )


def _marks(facts: Facts) -> pa.Table:
    rows = np.flatnonzero(facts.changes.is_marked)
    team = facts.changes.team[rows]
    return rows_for(
        "ai_attribution",
        rows.size,
        repository_id=coded(team, facts.repository_ids),
        target_kind="commit",
        target_id=facts.commit_ids.take(rows_of(rows)),
        tool=coded(team % len(TOOLS), list(TOOLS)),
        model=coded(team % len(MODELS), list(MODELS)),
        role="author",
        rule_id="made up",
        rules_version="0",
        probability=1.0,
    )


def _coverage(facts: Facts) -> pa.Table:
    counts = np.bincount(facts.changes.team, minlength=facts.scenario.teams)
    return rows_for(
        "coverage",
        counts.size,
        repository_id=coded(np.arange(counts.size), facts.repository_ids),
        subject="commits",
        expected=counts,
        seen=counts,
        skipped=0,
        reason="",
        remedy="",
    )
