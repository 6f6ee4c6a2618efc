"""Calls of tools and lines in sessions with AI tools, and what of them came to nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from trueup.simulate.records.facts import MODELS, TOOLS, Facts, coded, joined, rows_for
from trueup.simulate.records.sessions import recorded_sessions
from trueup.simulate.teams import Ints
from trueup.simulate.waste import CALLS, Waste, draw_waste


def waste_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return calls and lines of every session that left a record."""
    teams, usage = facts.teams, facts.usage
    team = teams.seat_cell[usage.seat] // facts.scenario.weeks
    rows = recorded_sessions(facts)
    wasted = draw_waste(facts.scenario, teams, usage, Waste())
    looping, kept = rows[wasted.looped[rows] > 0], rows[~wasted.is_discarded[rows]]
    acts, lines = np.concatenate([rows, looping]), np.concatenate([rows, kept])
    counts = np.concatenate([np.full(rows.size, CALLS), wasted.looped[looping]])
    return {
        "ai_activity": rows_for(
            "ai_activity",
            acts.size,
            **_of(facts, acts, team),
            kind=_named(rows.size, looping.size, "tool_call", "looped_call"),
            count=counts,
        ),
        "ai_lines": rows_for(
            "ai_lines",
            lines.size,
            **_of(facts, lines, team),
            layer=_named(rows.size, kept.size, "written", "committed"),
            model=coded(team[lines] % len(MODELS), list(MODELS)),
            mode="agent",
            lines_added=wasted.written[lines],
            lines_removed=0,
        ),
    }


def _of(facts: Facts, rows: Ints, team: Ints) -> dict[str, pa.Array]:
    person = facts.teams.seat_person[facts.usage.seat[rows]]
    return {
        "session_id": joined("session-", "", rows),
        "person_id": coded(person, facts.person_ids),
        "tool": coded(team[rows] % len(TOOLS), list(TOOLS)),
        "repository_id": coded(team[rows], facts.repository_ids),
        "happened_at": pa.array(facts.usage.started_at[rows]),
    }


def _named(first: int, second: int, one: str, other: str) -> pa.Array:
    return coded(np.repeat([0, 1], [first, second]), [one, other])
