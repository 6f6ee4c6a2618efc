"""How teams put AI tools to work, as it shows: files for the tools, and acts in sessions.

Nothing of it where the scenario does not say how they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trueup.simulate.records.facts import (
    TOOLS,
    Facts,
    coded,
    joined,
    rows_for,
    rows_of,
    week_start,
)
from trueup.simulate.records.sessions import recorded_sessions
from trueup.simulate.teams import DAY, FIRST_DAY, WEEK, Bools, Floats, Ints, stream
from trueup.simulate.world import NEVER, PLAIN

SIZE_BYTES = 2_400
_QUIET = 5 * DAY
"""No edit comes in the last days of a quarter: none is upkeep in the one after the next."""
_FAR = np.int64(1) << 53  # larger than any instant here


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file, and the point that it is kept up for."""

    path: str
    kind: str
    file_kind: str
    point: tuple[str, int]
    labels: tuple[str, ...] = ()


FILES = (
    _File(path="CLAUDE.md", kind="context", file_kind="docs", point=("integrate", 1)),
    _File(path="plans/next.md", kind="plan", file_kind="docs", point=("decompose", 1)),
    _File(
        path=".claude/skills/release/SKILL.md",
        kind="skill",
        file_kind="docs",
        point=("orchestrate", 2),
    ),
    _File(path="evals/tasks.yaml", kind="eval", file_kind="config", point=("evaluate", 2)),
    _File(
        path=".mcp.json",
        kind="mcp",
        file_kind="config",
        point=("integrate", 2),
        labels=("mcpServers",),
    ),
    _File(
        path=".claude/agents/reader.md",
        kind="subagent",
        file_kind="docs",
        point=("adapt", 2),
        labels=("model:small",),
    ),
    _File(
        path=".claude/agents/writer.md",
        kind="subagent",
        file_kind="docs",
        point=("adapt", 2),
        labels=("model:large",),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Acts:
    """In which share of sessions an act is found: with its points, with the first, with none."""

    kind: str
    count: int
    first: tuple[str, int]
    second: tuple[str, int] | None
    shares: tuple[float, float, float]


ACTS = (
    _Acts(
        kind="plan",
        count=1,
        first=("decompose", 1),
        second=("decompose", 2),
        shares=(0.05, 0.35, 0.7),
    ),
    _Acts(kind="skill", count=1, first=("orchestrate", 2), second=None, shares=(0.05, 0.4, 0.0)),
    _Acts(kind="test_run", count=3, first=("evaluate", 1), second=None, shares=(0.2, 0.75, 0.0)),
    _Acts(kind="mcp", count=2, first=("integrate", 2), second=None, shares=(0.05, 0.4, 0.0)),
    _Acts(kind="tool_rejected", count=1, first=("adapt", 1), second=None, shares=(0.02, 0.35, 0.0)),
)
"""Tools are called in every session: see `trueup.simulate.records.waste`."""
PROMPTS = (1, 4)
"""Prompts a session, without and with the first point of decomposing."""


def practice_tables(facts: Facts) -> dict[str, pa.Table]:
    """Return files for AI tools as they stand and stood, and what was done in sessions."""
    how = facts.scenario.practising
    if how is None or not facts.scenario.is_detailed:
        return {}
    edits = edits_of(facts)
    found = {"ai_artefact": _standing(facts, edits), "ai_artefact_version": _versions(facts, edits)}
    return {**found, "ai_activity": _acts(facts)} if how.writes_acts else found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edits:
    """Which change edits which of `FILES`, by file and in order of landing in each team."""

    change: Ints
    file: Ints
    is_first: Bools


def edits_of(facts: Facts) -> Edits:
    """Return two edits of each file in each quarter in which it is kept up, where work allows."""
    changes, practice = facts.changes, facts.practice
    plain = np.flatnonzero(changes.kind == PLAIN)
    key = changes.team[plain] * _FAR + changes.landed_at[plain]
    starts = week_start(practice.starts)
    change, file = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for number, each in enumerate(FILES):
        team, quarter = np.nonzero(practice.has(*each.point))
        first = np.searchsorted(key, team * _FAR + starts[quarter])
        last = np.searchsorted(key, team * _FAR + starts[quarter + 1] - _QUIET) - 1
        some = first <= last
        both = np.unique(np.concatenate([first[some], last[some]]))
        change.append(plain[both])
        file.append(np.full(both.size, number))
    where, what = np.concatenate(change), np.concatenate(file)
    order = np.lexsort((where, changes.team[where], what))
    where, what = where[order], what[order]
    pair = what * facts.scenario.teams + changes.team[where]
    return Edits(change=where, file=what, is_first=np.diff(pair, prepend=-1) != 0)


def edited_files(facts: Facts) -> pa.Table:
    """Return the rows of `commit_file` of those edits; what they say is not counted in lines."""
    edits = edits_of(facts)
    return rows_for(
        "commit_file",
        edits.change.size,
        commit_id=facts.commit_ids.take(rows_of(edits.change)),
        repository_id=coded(facts.changes.team[edits.change], facts.repository_ids),
        path=coded(edits.file, [each.path for each in FILES]),
        status=coded(edits.is_first.astype(np.int64), ["M", "A"]),
        file_kind=coded(edits.file, [each.file_kind for each in FILES]),
        is_binary=False,
        lines_added=0,
        lines_deleted=0,
    )


def practised(facts: Facts, capacity: str, number: int) -> Bools:
    """Say of which changes the team had a point in the quarter they landed in."""
    practice = facts.practice
    week = (facts.changes.landed_at - FIRST_DAY) // WEEK
    quarter = np.searchsorted(practice.starts, week, side="right") - 1
    last = practice.starts.size - 2
    return practice.has(capacity, number)[facts.changes.team, np.minimum(quarter, last)]


def _versions(facts: Facts, edits: Edits) -> pa.Table:
    """Write that each history was read from its first commit on, and each edit."""
    team = facts.changes.team
    first = np.flatnonzero(np.diff(team, prepend=-1))
    change = np.concatenate([first, edits.change])
    file = np.concatenate([np.full(first.size, len(FILES)), edits.file])
    return rows_for(
        "ai_artefact_version",
        change.size,
        repository_id=coded(team[change], facts.repository_ids),
        path=coded(file, [*(each.path for each in FILES), ""]),
        commit_id=facts.commit_ids.take(rows_of(change)),
        seen_at=facts.changes.landed_at[change],
        kind=_kinds(file),
        labels=_labels(file),
        size_bytes=np.full(change.size, SIZE_BYTES),
    )


def _standing(facts: Facts, edits: Edits) -> pa.Table:
    """Write that each tree was read, and what stands: nothing is ever removed."""
    team = facts.changes.team
    last = np.flatnonzero(np.diff(team, append=facts.scenario.teams))
    edited = edits.change[edits.is_first]
    of = np.concatenate([team[last], team[edited]])
    file = np.concatenate([np.full(last.size, len(FILES)), edits.file[edits.is_first]])
    newest = np.zeros(facts.scenario.teams, dtype=np.int64)
    newest[team[last]] = facts.changes.landed_at[last]
    return rows_for(
        "ai_artefact",
        of.size,
        repository_id=coded(of, facts.repository_ids),
        path=coded(file, [*(each.path for each in FILES), ""]),
        kind=_kinds(file),
        labels=_labels(file),
        size_bytes=np.full(of.size, SIZE_BYTES),
        seen_at=newest[of],
    )


def _kinds(file: Ints) -> pa.Array:
    kinds = [each.kind for each in FILES]
    return coded(np.where(file == len(FILES), NEVER, file), list(kinds))


def _labels(file: Ints) -> pa.Array:
    return pa.array(
        [list(FILES[at].labels) if at < len(FILES) else None for at in file.tolist()],
        pa.list_(pa.string()),
    )


def _acts(facts: Facts) -> pa.Table:
    """Write what was done in each session that left a record."""
    rows = recorded_sessions(facts)
    random = stream(facts.scenario, 14)
    cell = facts.teams.seat_cell[facts.usage.seat[rows]]
    team, week = np.divmod(cell, facts.scenario.weeks)
    quarter = np.searchsorted(facts.practice.starts, week, side="right") - 1
    decomposes = facts.practice.has("decompose", 1)[team, quarter]
    parts = [(rows, np.where(decomposes, *reversed(PROMPTS)), "prompt")]
    for act in ACTS:
        done = random.random(rows.size) < _share(facts, act)[team, quarter]
        parts.append((rows[done], np.full(int(done.sum()), act.count), act.kind))
    session = np.concatenate([part[0] for part in parts])
    kind = np.repeat(np.arange(len(parts)), [part[0].size for part in parts])
    person = facts.teams.seat_person[facts.usage.seat[session]]
    whose = facts.teams.person_team[person]
    return rows_for(
        "ai_activity",
        session.size,
        session_id=joined("session-", "", session),
        person_id=coded(person, facts.person_ids),
        tool=coded(whose % len(TOOLS), list(TOOLS)),
        repository_id=coded(whose, facts.repository_ids),
        happened_at=facts.usage.started_at[session],
        kind=coded(kind, [part[2] for part in parts]),
        count=np.concatenate([part[1] for part in parts]),
    )


def _share(facts: Facts, act: _Acts) -> Floats:
    none, one, both = act.shares
    share = np.where(facts.practice.has(*act.first), one, none)
    if act.second is not None:
        share = np.where(facts.practice.has(*act.second), both, share)
    return np.asarray(share, dtype=float)
