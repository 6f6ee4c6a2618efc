"""The way of changes to production: events, reviews, deployments, incidents, stages, work items."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trueup.simulate.records.code import deployments
from trueup.simulate.records.facts import Facts, coded, instants, joined, rows_for, rows_of
from trueup.simulate.team_weeks import end_of
from trueup.simulate.teams import DAY, HOUR, Ints, stream
from trueup.simulate.world import DEPLOY_TIME, NEVER


def delivery_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return events, reviews, deployments, incidents, review stages and work items."""
    return {
        "change_event": pa.concat_tables([_events(facts), _begun(facts)]).unify_dictionaries(),
        "review": _reviews(facts),
        "deployment": _deployments(facts),
        "deployment_change": _deployed(facts),
        **_incidents(facts),
        **_work(facts),
        "stage_interval": _stages(facts),
    }


def _events(facts: Facts) -> pa.Table:
    changes = facts.changes
    rows = np.tile(np.arange(changes.team.size), 2)
    is_merge = np.arange(rows.size) >= changes.team.size
    return rows_for(
        "change_event",
        rows.size,
        change_id=coded(rows, facts.change_ids),
        repository_id=coded(changes.team[rows], facts.repository_ids),
        kind=coded(is_merge.astype(np.int64), ["opened", "merged"]),
        happened_at=np.concatenate([changes.opened_at, changes.landed_at]),
        account_id=coded(changes.author[rows], facts.person_ids),
        actor_kind="human",
    )


def _begun(facts: Facts) -> pa.Table:
    """Write that changes were opened which still wait when recording stops."""
    changes = facts.waiting
    return rows_for(
        "change_event",
        changes.team.size,
        change_id=facts.waiting_ids,
        repository_id=coded(changes.team, facts.repository_ids),
        kind="opened",
        happened_at=changes.opened_at,
        account_id=coded(changes.author, facts.person_ids),
        actor_kind="human",
    )


def _reviews(facts: Facts) -> pa.Table:
    changes = facts.changes
    rows = np.flatnonzero(changes.reviewer != NEVER)
    return rows_for(
        "review",
        rows.size,
        review_id=joined(facts.change_ids.take(rows_of(rows)), "", pa.array(["!1"] * rows.size)),
        change_id=coded(rows, facts.change_ids),
        repository_id=coded(changes.team[rows], facts.repository_ids),
        reviewer_account_id=coded(changes.reviewer[rows], facts.person_ids),
        actor_kind="human",
        requested_at=changes.opened_at[rows],
        submitted_at=changes.reviewed_at[rows],
        verdict="approved",
        comment_count=changes.luck[rows] % 4,
    )


def _deployments(facts: Facts) -> pa.Table:
    rows, changes = deployments(facts), facts.changes
    return rows_for(
        "deployment",
        rows.size,
        deployment_id=facts.deployment_ids(rows),
        service_id=coded(changes.team[rows], facts.service_ids),
        repository_id=coded(changes.team[rows], facts.repository_ids),
        environment="production",
        kind="deploy",
        commit_id=facts.commit_ids.take(rows_of(rows)),
        started_at=changes.deployed_at[rows] - DEPLOY_TIME,
        finished_at=changes.deployed_at[rows],
        outcome="success",
        evidence="pipeline",
    )


def _deployed(facts: Facts) -> pa.Table:
    rows = np.flatnonzero(facts.is_deployed)
    return rows_for(
        "deployment_change",
        rows.size,
        deployment_id=facts.deployment_ids(rows),
        change_id=coded(rows, facts.change_ids),
        grade="derived",
        probability=1.0,
    )


def _incidents(facts: Facts) -> dict[str, pa.Table]:
    changes = facts.changes
    happened = (changes.incident_at != NEVER) & (changes.incident_at < end_of(facts.scenario))
    rows = np.flatnonzero(happened & facts.is_deployed)
    ids = joined("incident/", "", facts.change_ids.take(rows_of(rows)))
    opened = changes.incident_at[rows]
    solved = opened + HOUR + (changes.luck[rows] % 24) * HOUR
    return {
        "incident": rows_for(
            "incident",
            rows.size,
            incident_id=ids,
            service_id=coded(changes.team[rows], facts.service_ids),
            team_id=coded(changes.team[rows], facts.team_ids),
            severity="2",
            opened_at=opened,
            acknowledged_at=opened + HOUR // 6,
            resolved_at=instants(np.where(solved < end_of(facts.scenario), solved, NEVER)),
        ),
        "incident_link": rows_for(
            "incident_link",
            rows.size,
            incident_id=ids,
            target_kind="change",
            target_id=facts.change_ids.take(rows_of(rows)),
            rule="made up",
            grade="declared",
            probability=1.0,
        ),
    }


def _work(facts: Facts) -> dict[str, pa.Table]:
    changes = facts.changes
    rows = np.flatnonzero(changes.closes_item)
    ids = joined("work/", "", facts.change_ids.take(rows_of(rows)))
    waited = stream(facts.scenario, 7).standard_exponential(rows.size)
    created = changes.begun_at[rows] - 1 - (5 * DAY * waited).astype(np.int64)
    done = np.where(facts.is_deployed[rows], changes.deployed_at[rows], NEVER)
    return {
        "work_item": rows_for(
            "work_item",
            rows.size,
            work_item_id=ids,
            tracker="made up",
            team_id=coded(changes.team[rows], facts.team_ids),
            item_type=coded(changes.luck[rows] % 2, ["feature", "task"]),
            stage=coded((done != NEVER).astype(np.int64), ["review", "done"]),
            created_at=created,
            done_at=instants(done),
        ),
        "work_item_transition": _transitions(facts, rows, created, done),
        "work_item_change": rows_for(
            "work_item_change",
            rows.size,
            work_item_id=ids,
            change_id=coded(rows, facts.change_ids),
            grade="declared",
            probability=1.0,
        ),
    }


def _transitions(facts: Facts, rows: Ints, created: Ints, done: Ints) -> pa.Table:
    changes = facts.changes
    steps = [created, changes.begun_at[rows], changes.opened_at[rows], done]
    at = np.concatenate(steps)
    step = np.repeat(np.arange(len(steps)), rows.size)
    item = np.tile(np.arange(rows.size), len(steps))
    kept = at != NEVER
    stages = ["queue", "active", "review", "done"]
    ids = joined("work/", "", facts.change_ids.take(rows_of(rows)))
    return rows_for(
        "work_item_transition",
        int(kept.sum()),
        work_item_id=coded(item[kept], ids),
        happened_at=at[kept],
        from_stage=coded(step[kept] - 1, stages),
        to_stage=coded(step[kept], stages),
    )


def _stages(facts: Facts) -> pa.Table:
    """Write the wait for the first review; the store derives the other stages of changes."""
    changes = facts.changes
    rows = np.flatnonzero(changes.reviewer != NEVER)
    return rows_for(
        "stage_interval",
        rows.size,
        item_kind="change",
        item_id=facts.change_ids.take(rows_of(rows)),
        repository_id=coded(changes.team[rows], facts.repository_ids),
        stage="review",
        attempt=1,
        entered_at=changes.opened_at[rows],
        left_at=changes.reviewed_at[rows],
        outcome="reviewed",
        size=changes.lines[rows],
        team_id=coded(changes.team[rows], facts.team_ids),
        service_id=coded(changes.team[rows], facts.service_ids),
    )
