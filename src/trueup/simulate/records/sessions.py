"""Sessions with AI tools and what they used up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trueup.simulate.records.facts import (
    MODELS,
    TOOLS,
    Facts,
    coded,
    instants,
    joined,
    rows_for,
)
from trueup.simulate.team_weeks import end_of
from trueup.simulate.usage import BUCKETS
from trueup.simulate.world import NEVER

TOKENS_A_REQUEST = 25_000


def session_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return every session that left a record, and its requests as one row."""
    usage, weeks = facts.usage, facts.scenario.weeks
    team = facts.teams.seat_cell[usage.seat] // weeks
    rows = np.flatnonzero(~facts.teams.is_hidden[team])
    team = team[rows]
    person = coded(facts.teams.seat_person[usage.seat[rows]], facts.person_ids)
    tool = coded(team % len(TOOLS), list(TOOLS))
    ids = joined("session-", "", rows)
    started, active = usage.started_at[rows], usage.active_seconds[rows]
    ended = started + active * 1_250_000
    tokens = usage.tokens[rows]
    return {
        "ai_session": rows_for(
            "ai_session",
            rows.size,
            session_id=ids,
            person_id=person,
            tool=tool,
            repository_id=coded(team, facts.repository_ids),
            started_at=started,
            ended_at=instants(np.where(ended < end_of(facts.scenario), ended, NEVER)),
            active_seconds=active,
        ),
        "ai_request": rows_for(
            "ai_request",
            rows.size,
            request_id=joined("requests-", "", rows),
            session_id=ids,
            person_id=person,
            tool=tool,
            model=coded(team % len(MODELS), list(MODELS)),
            requested_at=started,
            request_count=1 + tokens.sum(axis=1) // TOKENS_A_REQUEST,
            **{f"{name}_tokens": tokens[:, place] for place, name in enumerate(BUCKETS)},
        ),
    }
