"""What opencode stored into what is kept of its sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from trueup.collect.ai.patches import Lines, in_diff
from trueup.collect.ai.sessions.commands import command_of
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.models import provider_of
from trueup.collect.ai.sessions.telling import Session, instant_of, label, whole
from trueup.collect.ai.sessions.visiting import Surroundings
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import objects, part, said
from trueup.collect.sources.opencode.storage import Message, Storage

_AUXILIARY = frozenset(("title", "compaction", "summary"))
_SHELLS = frozenset(("bash", "shell"))
_KNOWN = frozenset(
    (
        *("user", "assistant", "system", "synthetic", "compaction", "model-switched", "idle"),
        *("agent-switched", "shell", "location-switched"),
    )
)
_ABORTED = "MessageAbortedError"
One = Mapping[str, Any]


def sessions_of(storage: Storage, around: Surroundings) -> list[Session]:
    """Return every session; what a fork copied is of the session it was made in."""
    sessions = {native: _session(native, told, around) for native, told in _told(storage)}
    once: set[tuple[object, ...]] = set()
    for message in _in_order(storage, sessions):
        if message.role not in _KNOWN:
            storage.faults["a message has a type that is not known"] += 1
            continue
        _take(sessions[message.session], message, storage.calls.get(message.native, {}), once)
    return list(sessions.values())


def _told(storage: Storage) -> Iterator[tuple[str, One]]:
    named = dict.fromkeys((*storage.sessions, *(m.session for m in storage.messages.values())))
    for native in named:
        yield native, storage.sessions.get(native, {})


def _in_order(storage: Storage, sessions: Mapping[str, Session]) -> list[Message]:
    """Return messages, those of the session that began first before all others."""

    def place(message: Message) -> tuple[int, str, int, str]:
        began = sessions[message.session].started_at or 0
        return began, message.session, instant_of(message.created) or 0, message.native

    return sorted(storage.messages.values(), key=place)


def _session(native: str, told: One, around: Surroundings) -> Session:
    place = around.place(said(told, "directory"))
    parent = said(told, "parent_id") or said(told, "parentID") or None
    session = Session(
        native=native,
        parent=parent,
        agent="subagent" if parent else "main",
        place=place,
        person=around.person(place),
    )
    created = told.get("time_created") or part(told, "time").get("created")
    session.saw(instant_of(created))
    return session


def _take(
    session: Session, message: Message, calls: Mapping[str, One], once: set[tuple[object, ...]]
) -> None:
    told, at = message.told, instant_of(message.created)
    ended = instant_of(part(told, "time").get("completed"))
    model, provider = _model(told)
    tokens = _tokens(part(told, "tokens"))
    is_copy = False
    if tokens.total and ended is not None:
        seen = (at, ended, provider, model, tokens)
        is_copy = seen in once
        once.add(seen)
    if is_copy:
        return
    session.saw(at)
    session.saw(ended)
    if message.role == "user" and session.agent == "main":
        session.act("prompt", at)
    if message.role == "compaction":
        session.act("compacted", at)
    if message.role != "assistant":
        return
    if said(part(told, "error"), "name") == _ABORTED:
        session.act("interrupted", at)
    mode = said(told, "agent") or said(told, "mode")
    agent = "auxiliary" if mode in _AUXILIARY else None
    session.request(message.native, at, tokens, model=model, provider=provider, agent=agent)
    cost = told.get("cost")
    if isinstance(cost, int | float) and not isinstance(cost, bool) and cost > 0:
        session.paid(message.native, cost, at, model=model, provider=provider)
    for _, call in sorted(calls.items()):
        _call(session, call, at, model)


def _model(told: One) -> tuple[str | None, str | None]:
    """Return (model, provider), flat in version 1, in an object of its own in version 2."""
    nested = part(told, "model")
    model = told.get("modelID") or nested.get("id") or nested.get("modelID")
    return label(model), provider_of(told.get("providerID") or nested.get("providerID"))


def _tokens(told: One) -> Tokens:
    """Return disjoint buckets: cached tokens are outside the input.

    Since 2026 reasoning is outside the output, and the total says so; before, it was a part of it.
    """
    cache, output = part(told, "cache"), whole(told.get("output"))
    prompt, reasoning = whole(told.get("input")), whole(told.get("reasoning"))
    read, written = whole(cache.get("read")), whole(cache.get("write"))
    is_outside = whole(told.get("total")) >= prompt + output + reasoning + read + written
    if is_outside or reasoning > output:
        output += reasoning
    return Tokens(
        uncached_input=prompt,
        cache_read=read,
        cache_write_5m=written,
        output=output,
        reasoning_output=reasoning,
    )


def _call(session: Session, call: One, at: int | None, model: str | None) -> None:
    name, state = said(call, "tool") or said(call, "name"), part(call, "state")
    arguments, status = part(state, "input"), said(state, "status")
    began = instant_of(part(state, "time").get("start")) or at
    session.called(name, repr(sorted(arguments.items(), key=str)), began)
    if name == "skill":
        session.act("skill", began, arguments.get("name"))
    if name in _SHELLS:
        session.ran(command_of(dict(arguments)), began)
        session.printed(said(state, "output"), began)
        for one in objects(state.get("content")):
            session.printed(said(one, "text"), began)
    if status == "error":
        session.act("tool_failed", began, name)
        return
    for found in _lines(name, arguments, part(state, "metadata")):
        session.wrote(found.path, found.added, found.removed, at=began, model=model)


def _lines(name: str, arguments: One, about: One) -> Iterator[Lines]:
    """Yield lines as the tool counted them, as its diff shows them, or as they were asked for."""
    counted, path = part(about, "filediff"), said(arguments, "filePath")
    if counted:
        added, removed = whole(counted.get("additions")), whole(counted.get("deletions"))
        yield Lines(path=said(counted, "file") or path, added=added, removed=removed)
    elif path and said(about, "diff"):
        added, removed = in_diff(said(about, "diff"))
        yield Lines(path=path, added=added, removed=removed)
    else:
        yield from edits(name, arguments)
