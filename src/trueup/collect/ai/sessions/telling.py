"""What is kept of one session: counts, labels, paths in the repository. No text gets in here."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from trueup.collect.ai.labels import commits_made, digest_of, looped, runs_tests
from trueup.collect.ai.logs.checkouts import NOWHERE, Place
from trueup.collect.ai.tokens import Tokens
from trueup.collect.fields import instant
from trueup.collect.repositories import repository_id_of

_DAY = 86_400_000_000
_HOUR = 3_600_000_000
_MILLISECONDS = 1e11
"""Instants from here on are counted in milliseconds: as seconds they were in the year 5138."""
_LABEL = re.compile(r"[\w.:/@+\[\] -]{1,120}")
_PLANS = frozenset(
    ("update_plan", "todowrite", "todo_write", "write_todos", "update_todo_list", "exitplanmode")
)
_AGENTS = frozenset(("spawn_agent", "task", "agent", "delegate_to_agent", "new_task", "subagent"))


def label(value: object) -> str | None:
    """Return a name of a tool, a model or a mode; None for what is no such name."""
    if not isinstance(value, str) or not _LABEL.fullmatch(value.strip()):
        return None
    return value.strip()


def repository_of(address: object) -> str | None:
    """Return the repository a remote address names; None for a folder or what is no address."""
    if not isinstance(address, str) or address.startswith("file:"):
        return None
    is_elsewhere = "://" in address or "@" in address
    return repository_id_of(address) if is_elsewhere else None


def sha_of(value: object) -> str | None:
    """Return the hash of a commit; None for what is none."""
    is_sha = isinstance(value, str) and re.fullmatch(r"[0-9a-f]{7,64}", value)
    return value if is_sha and isinstance(value, str) else None


def instant_of(value: object) -> int | None:
    """Return epoch microseconds UTC of an ISO 8601 instant, or of seconds or milliseconds.

    >>> instant_of("2026-01-01T00:00:00Z") == instant_of(1767225600) == instant_of(1767225600000)
    True
    """
    if isinstance(value, str):
        try:
            return instant(value)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e14:
        return None
    return round(value * (1_000 if value >= _MILLISECONDS else 1_000_000))


def whole(value: object) -> int:
    """Return a count of tokens as a log has it; 0 for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**53:
        return 0
    return int(value)


@dataclass(slots=True, kw_only=True)
class Session:
    """One session as it is gathered, then archived by `body`.

    Parameters
    ----------
    native
        Its id in the tool's own words.
    parent
        Native id of the session it was started or forked from.
    agent
        ``main``, ``subagent`` or ``auxiliary``.
    place
        The checkout it ran in, where that is on this machine.
    repository_id, branch, sha
        As the log states them; the checkout's own repository where it does not.
    person
        As `machine_person` gives it.
    provider
        Of its requests, where they name none.
    surface
        ``cli`` or ``editor``, where the tool is both.
    active_seconds
        As the tool counts it.
    """

    native: str
    parent: str | None = None
    agent: str = "main"
    place: Place = NOWHERE
    repository_id: str | None = None
    branch: str | None = None
    sha: str | None = None
    person: dict[str, str] = field(default_factory=dict)
    provider: str | None = None
    surface: str | None = None
    active_seconds: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    spend: list[dict[str, Any]] = field(default_factory=list)
    _acts: dict[tuple[str, str | None, str | None, int], list[int]] = field(default_factory=dict)
    _lines: dict[tuple[str | None, str | None, int], list[int]] = field(default_factory=dict)
    _calls: list[tuple[str, bytes]] = field(default_factory=list)
    _called_at: dict[str, int] = field(default_factory=dict)
    _shas: set[str] = field(default_factory=set)

    def saw(self, at: int | None) -> None:
        """Take note that the session was going on at an instant, epoch microseconds UTC."""
        if at is None:
            return
        if self.started_at is None or at < self.started_at:
            self.started_at = at
        if self.ended_at is None or at > self.ended_at:
            self.ended_at = at

    def request(self, native: str, at: int | None, tokens: Tokens, **about: Any) -> None:
        """Add a request; one without any tokens is none.

        Parameters
        ----------
        native
            Its id within the session; does not change when the log is read again.
        about
            ``model``, ``provider``, ``key`` (event key), ``tier``, ``agent``, ``count``,
            ``ended_at``.
        """
        if not tokens.total:
            return
        said = {name: value for name, value in about.items() if value is not None}
        counts = {name: count for name, count in tokens.columns().items() if count is not None}
        self.requests.append({"id": native, "at": at, **said, "tokens": counts})
        self.saw(at)

    def act(
        self, kind: str, at: int | None, name: object = None, *, sha: str | None = None
    ) -> None:
        """Count something that was done; those of one kind, name and day are one."""
        if at is None:
            return
        counted = self._acts.setdefault((kind, label(name), sha, at // _DAY), [at, 0])
        counted[0] = min(counted[0], at)
        counted[1] += 1
        self.saw(at)

    def called(self, name: object, arguments: str | bytes, at: int | None) -> None:
        """Count a call of a tool; its arguments are known again by their digest only."""
        tool = label(name) or "other"
        self.act("tool_call", at, tool)
        bare = tool.lower()
        if bare in _PLANS:
            self.act("plan", at, tool)
        if bare in _AGENTS:
            self.act("subagent", at, tool)
        if "mcp__" in bare or "mcp." in bare:
            self.act("mcp", at, tool)
        if at is not None:
            self._calls.append((tool, digest_of(arguments)))
            self._called_at[tool] = min(at, self._called_at.get(tool, at))

    def ran(self, command: str, at: int | None) -> None:
        """Take note of a shell command: whether it ran tests."""
        if runs_tests(command):
            self.act("test_run", at)

    def printed(self, output: str, at: int | None) -> None:
        """Take note of what a shell command printed: the commits it made."""
        for sha in commits_made(output):
            if sha not in self._shas:
                self._shas.add(sha)
                self.act("commit", at, sha=sha)

    def wrote(self, path: str, added: int, removed: int, *, at: int | None, model: object) -> None:
        """Count lines written to a file; files outside the checkout are left out.

        Where the checkout is not on this machine, the lines count and the path is not kept.
        """
        inside = self.place.path_of(path)
        is_outside = inside is None and self.place.root is not None
        if is_outside or at is None or not (added or removed):
            return
        counted = self._lines.setdefault((inside, label(model), at // _HOUR), [at, 0, 0])
        counted[0] = min(counted[0], at)
        counted[1] += added
        counted[2] += removed
        self.saw(at)

    def paid(self, native: str, amount: float | str, at: int | None, **about: Any) -> None:
        """Add money the tool states for a request or for the session, in US dollars.

        Parameters
        ----------
        about
            ``model``, ``provider``, ``item`` (in the tool's words), ``ended_at``, ``key``.
        """
        said = {name: value for name, value in about.items() if value is not None}
        self.spend.append({"id": native, "at": at, "amount": str(amount), **said})

    def body(self) -> dict[str, Any]:
        """Return what is archived of it."""
        loops: Counter[str] = looped(self._calls)
        acts = [
            {"kind": kind, "name": name, "sha": sha, "at": at, "count": count}
            for (kind, name, sha, _), (at, count) in self._acts.items()
        ]
        acts += [
            {"kind": "looped_call", "name": name, "at": self._called_at[name], "count": count}
            for name, count in loops.items()
        ]
        lines = [
            {"path": path, "model": model, "at": at, "added": added, "removed": removed}
            for (path, model, _), (at, added, removed) in self._lines.items()
        ]
        return {
            "parent": self.parent,
            "agent": self.agent,
            "repository": self.repository_id or self.place.repository_id,
            "branch": self.branch,
            "sha": self.sha,
            "person": self.person,
            "provider": self.provider,
            "surface": self.surface,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "active_seconds": self.active_seconds,
            "requests": self.requests,
            "acts": [{k: v for k, v in act.items() if v is not None} for act in acts],
            "lines": [{k: v for k, v in line.items() if v is not None} for line in lines],
            "spend": self.spend,
        }
