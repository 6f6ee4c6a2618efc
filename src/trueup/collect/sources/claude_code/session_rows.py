"""Rows of one archived session: the session, what was done in it, lines it wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from trueup.collect.ai.labels import looped
from trueup.collect.gathering import Rows
from trueup.collect.sources.claude_code.reading import Body

TOOL = "claude-code"
_DAY = 86_400_000_000
_AGENTS = frozenset(("Task", "Agent"))
_PLANS = frozenset(("ExitPlanMode", "TodoWrite"))
_NOTED = {"prompts": "prompt", "interrupted": "interrupted", "hooks": "hook"}
_ITEMS = (*_NOTED, "calls", "compacted", "summaries", "turns")


class Act(NamedTuple):
    """Something done: what the `ai_activity` table says of it, but when and how often."""

    kind: str
    name: str | None = None
    commit_id: str | None = None


class SessionRows:
    """The rows of one session.

    Parameters
    ----------
    native
        Id of the session in the tool's own words.
    person_id
        Pseudonym, null where nobody is known.
    """

    def __init__(self, native: str, body: Body, person_id: str | None) -> None:
        self._native = native
        self._body = body
        self._copied = body.moment("copied") or 0
        self.begun_at, self._repository, self._branch = body.begun()
        self._shared: dict[str, Any] = {
            "session_id": f"{TOOL}:{native}",
            "person_id": person_id,
            "tool": TOOL,
            "repository_id": self._repository,
        }
        self._acts: dict[tuple[Act, int], list[int]] = {}
        self._lines: dict[tuple[str | None, str | None, str | None, int], list[int]] = {}
        self._first: int | None = None

    @property
    def is_copy(self) -> bool:
        """Whether there is nothing in it but what was copied from another session."""
        if not self._copied or (self._body.moment("replied") or 0) > self._copied:
            return False
        return not any(True for name in _ITEMS for _ in self._own(name))

    def add_to(self, rows: Rows) -> None:
        """Add all of them."""
        for name, kind in _NOTED.items():
            for at, one in self._own(name):
                self._act(at, kind, one.text("name"))
                if one.flag("plan"):
                    self._act(at, "plan", "prompt")
        compacted = [*self._own("compacted")] or [*self._own("summaries")]
        for at, one in compacted:
            self._act(at, "compacted", one.text("name"))
        self._calls()
        self._add_session(rows)
        for (act, _), (at, count) in sorted(self._acts.items(), key=repr):
            rows.add("ai_activity", **self._shared, happened_at=at, **act._asdict(), count=count)
        for (path, repository, model, _), (at, added, removed) in sorted(
            self._lines.items(), key=repr
        ):
            rows.add(
                "ai_lines",
                **{**self._shared, "repository_id": repository},
                layer="written",
                happened_at=at,
                model=model,
                mode="agent",
                path=path,
                lines_added=added,
                lines_removed=removed,
            )

    def _add_session(self, rows: Rows) -> None:
        origins = [one for one in self._body.texts("from") if one != self._native]
        turns = [one.whole("ms") or 0 for _, one in self._own("turns")]
        started = self._first if self._copied else self.begun_at
        rows.add(
            "ai_session",
            **self._shared,
            parent_session_id=f"{TOOL}:{min(origins)}" if origins else None,
            branch=self._branch,
            started_at=started if started is not None else self.begun_at,
            ended_at=self._body.moment("ended"),
            active_seconds=round(sum(turns) / 1000) if turns else None,
            seen_by="log",
        )

    def _own(self, name: str) -> Iterator[tuple[int, Body]]:
        """Yield what was noted under a name and is no copy."""
        for _, one in self._body.named(name):
            at = one.moment("at")
            if at is not None and at > self._copied:
                self._first = at if self._first is None else min(at, self._first)
                yield at, one

    def _calls(self) -> None:
        made: list[tuple[str, bytes]] = []
        first: dict[str, int] = {}
        for at, one in self._own("calls"):
            name = one.text("name")
            if name is None:  # how a call ended whose beginning was never seen
                continue
            made.append((name, (one.text("hash") or "").encode()))
            first[name] = min(at, first.get(name, at))
            self._call(at, name, one)
        for name, count in looped(made).items():
            self._act(first[name], "looped_call", name, count=count)

    def _call(self, at: int, name: str, one: Body) -> None:
        self._act(at, "tool_call", name)
        server = name.removeprefix("mcp__").partition("__")[0]
        ended = {"rejected": "tool_rejected", "failed": "tool_failed"}.get(one.text("end") or "")
        for holds, kind, called in (
            (name.startswith("mcp__"), "mcp", server),
            (name in _AGENTS, "subagent", one.text("detail")),
            (name == "Skill", "skill", one.text("detail")),
            (name in _PLANS, "plan", name),
            (ended is not None, ended or "", name),
            (one.flag("tests") and ended != "tool_rejected", "test_run", None),
            (one.flag("opens") and ended is None, "change_opened", None),
        ):
            if holds:
                self._act(at, kind, called)
        if one.flag("commits") and ended is None:
            self._commits(at, one)
        self._written(at, one)

    def _commits(self, at: int, one: Body) -> None:
        shas = one.texts("shas")
        whole = [sha for sha in shas if not any(o != sha and o.startswith(sha) for o in shas)]
        repository = one.text("repository") or self._repository
        for sha in whole:
            self._act(at, "commit", commit_id=f"{repository}:{sha}" if repository else sha)

    def _written(self, at: int, one: Body) -> None:
        added, removed = one.number("added") or 0, one.number("removed") or 0
        if not (added or removed):
            return
        path = one.text("path")
        repository = one.text("repository") if path else self._repository
        key = (path, repository, one.text("model"), at // _DAY)
        counted = self._lines.setdefault(key, [at, 0, 0])
        counted[:] = min(at, counted[0]), counted[1] + added, counted[2] + removed

    def _act(
        self,
        at: int,
        kind: str,
        name: str | None = None,
        *,
        commit_id: str | None = None,
        count: int = 1,
    ) -> None:
        key = (Act(kind, name, commit_id), at // _DAY)
        counted = self._acts.setdefault(key, [at, 0])
        counted[:] = min(at, counted[0]), counted[1] + count
