"""Teams, their people, services and practices, and what was decreed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trueup.simulate.records.facts import (
    Facts,
    coded,
    instants,
    joined,
    numbered,
    rows_for,
    rows_of,
    week_start,
)
from trueup.simulate.teams import stream
from trueup.simulate.world import NEVER

PRACTICES = (*("tests", "automated_deployment", "small_changes", "code_review", "clear_ownership"),)
TEAMS_IN_A_DEPARTMENT = 10


def people_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return teams, memberships, services, accounts, policies and practices."""
    return {
        "team": _teams(facts),
        "membership": _memberships(facts),
        "service": _services(facts),
        "account": _accounts(facts),
        "policy_event": _policies(facts),
        "practice": _practices(facts),
    }


def _teams(facts: Facts) -> pa.Table:
    count = facts.scenario.teams
    departments = -(-count // TEAMS_IN_A_DEPARTMENT)
    above = numbered("department-", departments)
    parent = np.concatenate(
        [np.full(departments, NEVER), np.arange(count) // TEAMS_IN_A_DEPARTMENT]
    )
    names = pa.concat_arrays([above, facts.team_ids])
    return rows_for(
        "team",
        departments + count,
        team_id=names,
        name=names,
        parent_team_id=coded(parent, above),
        evidence="file",
    )


def _memberships(facts: Facts) -> pa.Table:
    teams, weeks = facts.teams, facts.scenario.weeks
    people = np.arange(teams.person_team.size)
    starts = np.where(teams.joins_in == 0, NEVER, week_start(teams.joins_in))
    ends = np.where(teams.leaves_in >= weeks, NEVER, week_start(teams.leaves_in))
    return rows_for(
        "membership",
        people.size,
        team_id=coded(teams.person_team, facts.team_ids),
        person_id=coded(people, facts.person_ids),
        started_at=instants(starts),
        ended_at=instants(ends),
        evidence="file",
    )


def _services(facts: Facts) -> pa.Table:
    count = np.arange(facts.scenario.teams)
    return rows_for(
        "service",
        count.size,
        service_id=facts.service_ids,
        name=facts.service_ids,
        team_id=coded(count, facts.team_ids),
        repository_id=coded(count, facts.repository_ids),
        path_prefix="",
        evidence="catalogue",
    )


def _accounts(facts: Facts) -> pa.Table:
    teams = facts.teams
    return rows_for(
        "account",
        teams.person_team.size,
        repository_id=coded(teams.person_team, facts.repository_ids),
        account_id=facts.person_ids,
        person_id=facts.person_ids,
        platform="git",
        actor_kind="human",
        link_rule="same_address",
    )


def _policies(facts: Facts) -> pa.Table:
    week = facts.scenario.use.policy_week
    ranked = np.flatnonzero(facts.teams.is_ranked) if week is not None else np.array([], np.int64)
    return rows_for(
        "policy_event",
        ranked.size,
        policy_event_id=joined("leaderboard/", "", facts.team_ids.take(rows_of(ranked))),
        kind="leaderboard",
        team_id=coded(ranked, facts.team_ids),
        started_at=week_start(np.full(ranked.size, week or 0)),
    )


def _practices(facts: Facts) -> pa.Table:
    """Write each practice of each repository as seen on the first day, and a year later."""
    random = stream(facts.scenario, 4)
    shape = (facts.scenario.teams, len(PRACTICES), 2)
    level = facts.teams.foundation[:, None, None] + 0.08 * random.standard_normal(shape)
    team, practice, later = (place.ravel() for place in np.indices(shape))
    return rows_for(
        "practice",
        team.size,
        repository_id=coded(team, facts.repository_ids),
        practice=coded(practice, list(PRACTICES)),
        seen_at=week_start(52 * later),
        level_ratio=np.clip(level, 0.0, 1.0).ravel().astype(np.float32),
        rule_id="made up",
    )
