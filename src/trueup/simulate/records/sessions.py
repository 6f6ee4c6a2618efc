"""Sessions with AI tools, what they used up at a made-up price, and the changes they went into."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trueup.model.tables import TABLES
from trueup.simulate.records.facts import (
    MODELS,
    TOOLS,
    Facts,
    coded,
    instants,
    joined,
    rows_for,
    rows_of,
)
from trueup.simulate.team_weeks import end_of
from trueup.simulate.teams import DAY, FIRST_DAY, HOUR, Ints
from trueup.simulate.usage import BUCKETS, FROM_HOUR, UNTIL_HOUR, failing_days
from trueup.simulate.world import NEVER

TOKENS_A_REQUEST = 25_000
PRICES = np.array([(3_000, 300, 3_750, 6_000, 15_000), (1_000, 100, 1_250, 2_000, 5_000)])
"""Billionths of a dollar per token, by model and bucket; the third model is in no price list."""
PRICED_BY = "a made-up price list"
TIED_DAYS = 5
"""A session goes into the next change its person lands within so many days, if there is one."""
TIE = 0.9


def session_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return every session that left a record, and its requests as one row."""
    usage, rows = facts.usage, recorded_sessions(facts)
    team = facts.teams.seat_cell[usage.seat[rows]] // facts.scenario.weeks
    started, active = usage.started_at[rows], usage.active_seconds[rows]
    ended = started + active * 1_250_000
    whose = {
        "session_id": joined("session-", "", rows),
        "person_id": coded(facts.teams.seat_person[usage.seat[rows]], facts.person_ids),
        "tool": coded(team % len(TOOLS), list(TOOLS)),
        "repository_id": coded(team, facts.repository_ids),
        "seen_by": "otlp",
    }
    return {
        "ai_session": rows_for(
            "ai_session",
            rows.size,
            **whose,
            started_at=started,
            ended_at=instants(np.where(ended < end_of(facts.scenario), ended, NEVER)),
            active_seconds=active,
        ),
        "ai_request": _requests(facts, rows, team, whose),
        "ai_session_commit": _ties(facts, rows, team),
        "ai_outage": _outages(facts),
    }


def recorded_sessions(facts: Facts) -> Ints:
    """Return the places of the sessions that left a record."""
    team = facts.teams.seat_cell[facts.usage.seat] // facts.scenario.weeks
    return np.flatnonzero(~facts.teams.is_hidden[team])


def _outages(facts: Facts) -> pa.Table:
    days = FIRST_DAY + failing_days(facts.scenario) * DAY
    return rows_for(
        "ai_outage",
        days.size,
        outage_id=joined("outage-", "", np.arange(days.size)),
        kind="outage",
        started_at=days + FROM_HOUR * HOUR,
        ended_at=days + UNTIL_HOUR * HOUR,
        evidence="status_page",
    )


def _requests(facts: Facts, rows: Ints, team: Ints, whose: Mapping[str, object]) -> pa.Table:
    tokens, model = facts.usage.tokens[rows], team % len(MODELS)
    is_priced = model < len(PRICES)
    cost = (tokens * PRICES[np.where(is_priced, model, 0)]).sum(axis=1)
    return rows_for(
        "ai_request",
        rows.size,
        **whose,
        request_id=joined("requests-", "", rows),
        model=coded(model, list(MODELS)),
        requested_at=facts.usage.started_at[rows],
        list_cost=_billionths(cost, is_priced),
        price_source=coded(np.where(is_priced, 0, NEVER), [PRICED_BY]),
        request_count=1 + tokens.sum(axis=1) // TOKENS_A_REQUEST,
        **{f"{name}_tokens": tokens[:, place] for place, name in enumerate(BUCKETS)},
    )


def _ties(facts: Facts, rows: Ints, team: Ints) -> pa.Table:
    person = facts.teams.seat_person[facts.usage.seat[rows]]
    tied, change = _next_changes(facts, person, facts.usage.started_at[rows])
    return rows_for(
        "ai_session_commit",
        tied.size,
        session_id=joined("session-", "", rows).take(rows_of(tied)),
        commit_id=facts.commit_ids.take(rows_of(change)),
        change_id=facts.change_ids.take(rows_of(change)),
        repository_id=coded(team[tied], facts.repository_ids),
        rule="files",
        grade="guessed",
        probability=TIE,
        cost_ratio=TIE,
    )


def _next_changes(facts: Facts, person: Ints, started: Ints) -> tuple[Ints, Ints]:
    """Return which sessions went into a change, and into which."""
    made = np.flatnonzero(facts.changes.is_assisted)
    author, landed = facts.changes.author[made], facts.changes.landed_at[made]
    order = np.lexsort((landed, author))
    made, author, landed = made[order], author[order], landed[order]
    span = int(landed.max(initial=0)) + 1
    place = np.searchsorted(author * span + landed, person * span + started)
    place = np.minimum(place, max(0, made.size - 1))
    is_near = (landed[place] >= started) & (landed[place] < started + TIED_DAYS * DAY)
    tied = np.flatnonzero(is_near & (author[place] == person)) if made.size else np.zeros(0, int)
    return tied, made[place[tied]]


def _billionths(amounts: Ints, is_known: NDArray[np.bool_]) -> pa.Array:
    """Return amounts of money written in billionths, exactly; null where unknown."""
    whole = pa.array(amounts, pa.int64(), mask=~is_known).cast(pa.decimal128(19, 0))
    words = np.zeros((amounts.size, 2), dtype=np.int64)
    words[:, 0] = amounts
    kind = TABLES["ai_request"].schema.field("list_cost").type
    buffers = [whole.buffers()[0], pa.py_buffer(words.tobytes())]
    return pa.Array.from_buffers(kind, amounts.size, buffers)
