"""A session of Copilot's command line: a line an event; tokens are told when a run ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.sessions.commands import command_of
from trueup.collect.ai.sessions.edits import edits
from trueup.collect.ai.sessions.files import LogFile
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
from trueup.collect.answers import part, said

NO_END = "a run without an end: its tokens are told nowhere"
_SHELLS = frozenset(("bash", "powershell", "shell", "run_in_terminal"))
_FAILED = frozenset(("failure", "error"))
_REFUSED = frozenset(("rejected", "denied"))
_ACTS = {
    "session.compaction_complete": "compacted",
    "session.plan_changed": "plan",
    "abort": "interrupted",
    "subagent.started": "subagent",
    "skill.invoked": "skill",
    "hook.start": "hook",
}
_KNOWN = frozenset(
    (
        *("session.start", "session.resume", "session.shutdown", "session.model_change"),
        *(
            "session.info",
            "session.warning",
            "session.error",
            "session.idle",
            "session.mode_changed",
        ),
        *("session.compaction_start", "session.context_changed", "session.title_changed"),
        *("session.truncation", "session.usage_info", "session.handoff", "session.task_complete"),
        *("session.snapshot_rewind", "session.workspace_file_changed", "session.usage_checkpoint"),
        *("user.message", "assistant.message", "assistant.intent", "assistant.reasoning"),
        *("assistant.turn_start", "assistant.turn_end", "assistant.usage", "system.message"),
        *("system.notification", "tool.execution_start", "tool.execution_complete"),
        *("tool.execution_progress", "tool.execution_partial_result", "tool.user_requested"),
        *("subagent.completed", "subagent.failed", "subagent.selected", "hook.end"),
        *("permission.requested", "permission.completed", "pending_messages.modified", *_ACTS),
    )
)
One = Mapping[str, Any]


def read_events(path: Path, native: str, around: Surroundings) -> Found:
    """Read one session.

    Parameters
    ----------
    native
        Its id, as its file or folder is named.
    """
    talk, faults = (
        _Talk(Session(native=native, provider="github", surface="cli"), around),
        Counter[str](),
    )
    reader, file = LineReader(dict[str, Any], faults), LogFile(path, faults)
    for _, text in file:
        line = reader.read(text)
        if line is not None and not talk.take(line):
            faults[around.shapes.add(said(line, "type"), text)] += 1
    if talk.is_running and talk.has_asked:
        faults[NO_END] += 1
    talk.session.person = around.person(talk.session.place)
    return Found(sessions=[talk.session], lines=file.lines, faults=faults)


class _Talk:
    """Gathers the events of a session."""

    def __init__(self, session: Session, around: Surroundings) -> None:
        self.session = session
        self.is_running = False
        self.has_asked = False
        self._around = around
        self._model: str | None = None
        self._runs = 0
        self._calls: dict[str, tuple[str, One, int | None]] = {}

    def take(self, line: One) -> bool:
        """Take an event; say whether its type is known."""
        kind, told = said(line, "type"), part(line, "data")
        at = instant_of(line.get("timestamp"))
        self.session.saw(at)
        match kind:
            case "session.start" | "session.resume":
                self._began(told)
            case "session.model_change":
                self._model = label(told.get("newModel")) or self._model
            case "user.message":
                self.is_running = self.has_asked = True
                self.session.act("prompt", at)
            case "tool.execution_start":
                self._called(told, at)
            case "tool.execution_complete":
                self._came_to(told, at)
            case "session.shutdown":
                self._ended(told, at)
            case _ if kind in _ACTS:
                self.session.act(_ACTS[kind], at, told.get("name") or told.get("agentName"))
        return kind in _KNOWN

    def _began(self, told: One) -> None:
        context, session = part(told, "context"), self.session
        session.native = said(told, "sessionId") or session.native
        session.place = self._around.place(said(context, "gitRoot") or said(context, "cwd"))
        host, name = said(context, "repositoryHost"), said(context, "repository")
        if host and name:
            session.repository_id = repository_of(f"https://{host}/{name}")
        session.branch = session.branch or label(context.get("branch"))
        session.sha = session.sha or sha_of(context.get("headCommit"))
        self._model = label(told.get("selectedModel")) or self._model
        self.is_running = True
        self.has_asked = False

    def _called(self, told: One, at: int | None) -> None:
        name, arguments = said(told, "toolName"), part(told, "arguments")
        self.session.called(name, repr(sorted(arguments.items(), key=str)), at)
        self._calls[said(told, "toolCallId")] = (name, arguments, at)
        if name.lower() in _SHELLS:
            self.session.ran(command_of(dict(arguments)), at)

    def _came_to(self, told: One, at: int | None) -> None:
        result, key = part(told, "result"), said(told, "toolCallId")
        name, arguments, called_at = self._calls.pop(key, ("", {}, at))
        state = said(result, "result_type") or said(told, "resultType")
        if state in _REFUSED:
            self.session.act("tool_rejected", at, name)
            return
        if told.get("success") is False or state in _FAILED:
            self.session.act("tool_failed", at, name)
            return
        if name.lower() in _SHELLS:
            for field in ("content", "text_result_for_llm", "detailedContent"):
                self.session.printed(said(result, field), at)
        for one in edits(name, arguments):
            self.session.wrote(one.path, one.added, one.removed, at=called_at, model=self._model)

    def _ended(self, told: One, at: int | None) -> None:
        """Take the sums of a run: each run of a session has its own."""
        self._runs += 1
        self.is_running = False
        for model, metrics in sorted(part(told, "modelMetrics").items()):
            counts = metrics if isinstance(metrics, Mapping) else {}
            asked = whole(part(counts, "requests").get("count"))
            self.session.request(
                f"run-{self._runs}/{model}",
                at,
                _tokens(part(counts, "usage")),
                model=label(model),
                count=asked or None,
            )


def _tokens(told: One) -> Tokens:
    """Return disjoint buckets: input counts what is cached, unless that is more than all of it."""
    prompt, output = whole(told.get("inputTokens")), whole(told.get("outputTokens"))
    read, written = whole(told.get("cacheReadTokens")), whole(told.get("cacheWriteTokens"))
    reasoning = whole(told.get("reasoningTokens")) if "reasoningTokens" in told else None
    if read + written > prompt:
        return Tokens(
            uncached_input=prompt,
            cache_read=read,
            cache_write_5m=written,
            output=output,
            reasoning_output=reasoning,
        )
    return Tokens.of_whole_prompt(
        prompt, cache_read=read, cache_write=written, output=output, reasoning_output=reasoning
    )
