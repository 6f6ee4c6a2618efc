"""One file of a rollout into what is kept of its session."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.files import LogFile
from trueup.collect.ai.sessions.telling import Session, instant_of, label, repository_of, sha_of
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.sources.codex.lines import Git, Line, Payload
from trueup.collect.sources.codex.metering import vector
from trueup.collect.sources.codex.replaying import Fork, Sight, repeated
from trueup.collect.sources.codex.rollout import Rollout

_TURN = re.compile(rb'"type":\s*"(?:turn_context|task_started)"')
_HEAD_LINES = 20
"""The line that describes the session is the first; a few may precede it in files put together."""


def meta_of(path: Path) -> Payload:
    """Return what the line that describes the session says; nothing where there is none.

    A sub-agent's file has a second one, its parent's: the first is its own.
    """
    unused: Counter[str] = Counter()
    reader = LineReader(Line, unused)
    for number, text in LogFile(path, unused, is_head=True):
        if number >= _HEAD_LINES:
            break
        line = reader.read(text) if b'"session_meta"' in text else None
        if line is not None and line.type == "session_meta" and line.payload is not None:
            return line.payload
    return Payload()


def parent_of(meta: Payload) -> str | None:
    """Return the id of the session this one was forked from or started by."""
    spawn = _part(_part(meta.source, "subagent"), "thread_spawn")
    found = meta.forked_from_id or meta.parent_thread_id or _part(spawn, "parent_thread_id")
    return found if isinstance(found, str) and found and found != meta.id else None


def sights_of(path: Path) -> list[Sight]:
    """Return every sight of the counter in a file."""
    unused: Counter[str] = Counter()
    reader, found = LineReader(Line, unused), []
    for number, text in LogFile(path, unused):
        line = reader.read(text) if b"token_count" in text else None
        if line is None or line.payload is None or line.payload.gauge is None:
            continue
        gauge, at = line.payload.gauge, instant_of(line.timestamp)
        if line.payload.type == "token_count" and at is not None:
            total, last = vector(gauge.total_token_usage), vector(gauge.last_token_usage)
            found.append(Sight(line=number, at=at, total=total, last=last, ordinal=line.ordinal))
    return found


def read_rollout(
    path: Path, native: str | None, parent: Sequence[Sight] | None, around: Surroundings
) -> Found:
    """Read a rollout.

    Parameters
    ----------
    native
        Id of the session by the name of its file; None where that holds none.
    parent
        Sights of the counter in the file of the session it was forked from; None without one.
    """
    meta = meta_of(path)
    is_fork = parent_of(meta) is not None
    copied = repeated(sights_of(path), _fork(meta, path), parent) if is_fork else ()
    session = _session(meta, native or meta.id or path.stem, around)
    rollout = Rollout(session, copied, around.shapes, is_fork=is_fork)
    faults: Counter[str] = Counter()
    reader, file = LineReader(Line, faults), LogFile(path, faults)
    for number, text in file:
        line = reader.read(text) if rollout.is_own(number, text) else None
        reason = rollout.take(number, line, text) if line is not None else None
        if reason:
            faults[reason] += 1
    rollout.end()
    return Found(sessions=[session], lines=file.lines, faults=faults)


def _first_turn(path: Path) -> int | None:
    turns = (
        number for number, text in LogFile(path, Counter(), is_head=True) if _TURN.search(text)
    )
    return next(turns, None)


def _fork(meta: Payload, path: Path) -> Fork:
    end = _part(meta.history_base, "end_ordinal_exclusive")
    first = meta.subagent_history_start_ordinal
    return Fork(
        created_at=instant_of(meta.timestamp),
        first_ordinal=first if first is not None else end if isinstance(end, int) else None,
        first_turn=_first_turn(path),
    )


def _session(meta: Payload, native: str, around: Surroundings) -> Session:
    git, place = meta.git or Git(), around.place(meta.cwd)
    return Session(
        native=native,
        parent=parent_of(meta),
        agent=_agent(meta),
        place=place,
        repository_id=repository_of(git.repository_url),
        branch=git.branch,
        sha=sha_of(git.commit_hash),
        person=around.person(place),
        started_at=instant_of(meta.timestamp),
        provider=label(meta.model_provider) or "openai",  # what Codex asks unless told otherwise
    )


def _agent(meta: Payload) -> str:
    """Return what kind of agent it is: reviews and spawned threads are sub-agents."""
    subagent = _part(meta.source, "subagent")
    if isinstance(subagent, dict) and "other" in subagent:
        return "auxiliary"
    is_subagent = subagent is not None or meta.thread_source == "subagent"
    return "subagent" if is_subagent else "main"


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
