"""A thread of Amp into what is kept of its session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from trueup.collect.ai.patches import Lines, in_diff
from trueup.collect.ai.sessions.commands import command_of
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.files import document
from trueup.collect.ai.sessions.telling import (
    Session,
    instant_of,
    label,
    repository_of,
    sha_of,
    whole,
)
from trueup.collect.ai.sessions.visiting import Found, Surroundings
from trueup.collect.ai.tokens import Tokens
from trueup.collect.answers import objects, part, said

_SHELLS = frozenset(("Bash", "bash", "shell_command"))
_NO_THREAD = "its file holds no thread"
One = Mapping[str, Any]


def read_thread(path: Path, around: Surroundings) -> Found:
    """Read one thread."""
    faults = Counter[str]()
    thread = document(path, faults)
    if not isinstance(thread, dict) or not isinstance(thread.get("messages"), list):
        return Found(lines=1, faults=faults or Counter({_NO_THREAD: 1}))
    session = _session(thread, path.stem, around)
    messages = objects(thread["messages"])
    _use(session, thread, messages)
    _Talk(session).take(messages)
    return Found(sessions=[session], lines=1, faults=faults)


def _session(thread: One, native: str, around: Surroundings) -> Session:
    trees = objects(part(part(thread, "env"), "initial").get("trees"))
    tree = next(iter(trees), {})
    repository = part(tree, "repository")
    place = around.place(_folder(said(tree, "uri")))
    session = Session(
        native=said(thread, "id") or native,
        parent=said(thread, "parentThreadID") or said(thread, "mainThreadID") or None,
        place=place,
        repository_id=repository_of(repository.get("url")),
        branch=said(repository, "ref").removeprefix("refs/heads/") or None,
        sha=sha_of(repository.get("sha")),
        person=around.person(place),
    )
    if session.parent is not None:
        session.agent = "subagent"
    session.saw(instant_of(thread.get("created")))
    return session


def _use(session: Session, thread: One, messages: list[One]) -> None:
    """Add the requests: of the ledger where there is one, else as the messages state them.

    The ledger of older versions knows nothing of caches: the message it leads to does.
    """
    usage = {one.get("messageId"): part(one, "usage") for one in messages if one.get("usage")}
    events = objects(part(thread, "usageLedger").get("events"))
    told = set()
    for number, event in enumerate(events):
        message = event.get("toMessageId")
        known = usage.get(message, {}) if isinstance(message, int | str) else {}
        tokens, cached = part(event, "tokens"), _tokens(known)
        counts = Tokens(
            uncached_input=whole(tokens.get("input")),
            output=whole(tokens.get("output")) or whole(tokens.get("total")),
            cache_read=cached.cache_read,
            cache_write_5m=cached.cache_write_5m,
        )
        native = said(event, "id") or f"e{number}"
        at, model = instant_of(event.get("timestamp")), label(event.get("model"))
        session.request(native, at, counts, model=model)
        told.add(message)
    for number, (message, known) in enumerate(usage.items()):
        if not events or message not in told:
            at, model = instant_of(known.get("timestamp")), label(known.get("model"))
            native = f"m{message if message is not None else number}"
            session.request(native, at, _tokens(known), model=model)


class _Talk:
    """Gathers what is done in a thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._at = session.started_at
        self._calls: dict[str, tuple[str, One, int | None, str | None]] = {}

    def take(self, messages: list[One]) -> None:
        """Take all messages; a result follows its call."""
        for message in messages:
            usage = part(message, "usage")
            said_at = usage.get("timestamp") or part(message, "meta").get("sentAt")
            at = instant_of(said_at)
            self._at = at if at is not None else self._at
            self._session.saw(at)
            content = objects(message.get("content"))
            is_asked = any(said(one, "type") == "text" for one in content)
            if said(message, "role") == "user" and is_asked and self._session.agent == "main":
                self._session.act("prompt", self._at)
            if said(part(message, "state"), "type") == "cancelled":
                self._session.act("interrupted", self._at)
            for one in content:
                self._part(one, label(usage.get("model")))
        for name, arguments, at, model in self._calls.values():
            self._write(edits(name, arguments), at, model)

    def _part(self, one: One, model: str | None) -> None:
        if said(one, "type") == "tool_use":
            name, arguments = said(one, "name"), part(one, "input")
            self._session.called(name, repr(sorted(arguments.items(), key=str)), self._at)
            self._calls[said(one, "id")] = (name, arguments, self._at, model)
            if name in _SHELLS:
                self._session.ran(command_of(dict(arguments)), self._at)
        elif said(one, "type") == "tool_result":
            self._answered(said(one, "toolUseID"), part(one, "run"))

    def _answered(self, key: str, run: One) -> None:
        """Take a result: what was refused or failed wrote nothing, a diff says what was written."""
        name, _, at, model = self._calls.get(key, ("", {}, None, None))
        status = said(run, "status")
        if status == "error":
            self._session.act("tool_failed", self._at, name)
        elif status.startswith(("rejected", "cancelled")):
            self._session.act("tool_rejected", self._at, name)
        result = run.get("result")
        output = said(part(run, "result"), "output") or (result if isinstance(result, str) else "")
        if name in _SHELLS:
            self._session.printed(output, self._at)
        files = list(_diffs(part(run, "result")))
        if files or status not in ("done", ""):
            self._calls.pop(key, None)
            self._write(iter(files), at, model)

    def _write(self, files: Iterator[Lines], at: int | None, model: str | None) -> None:
        for one in files:
            self._session.wrote(one.path, one.added, one.removed, at=at, model=model)


def _diffs(result: One) -> Iterator[Lines]:
    for one in (result, *objects(result.get("files"))):
        diff = said(one, "diff")
        path = said(one, "path") or _indexed(diff)
        if diff and path:
            added, removed = in_diff(diff)
            yield Lines(path=path, added=added, removed=removed)


def _indexed(diff: str) -> str:
    lines = (line for line in diff.split("\n")[:6] if line.startswith("Index: "))
    return next(lines, "").removeprefix("Index: ").strip()


def _tokens(usage: One) -> Tokens:
    """Return the buckets of a message: they are disjoint as they stand."""
    return Tokens(
        uncached_input=whole(usage.get("inputTokens")),
        cache_read=whole(usage.get("cacheReadInputTokens")),
        cache_write_5m=whole(usage.get("cacheCreationInputTokens")),
        output=whole(usage.get("outputTokens")),
    )


def _folder(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return unquote(parts.path) if parts.scheme == "file" else None
