"""Rows of lines that an AI wrote; of what is mixed or unknown none are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.sources.agent_trace.traces import is_span

_TOOLS = {"claude": "claude-code", "codex": "openai-codex", "github-copilot": "copilot",
          "droid": "factory-droid", "unknown": None, "": None}  # fmt: skip
_NOT_TOLD_APART = {"mixed", "unknown"}
Span = tuple[int, int]


def lines(rows: Rows, row_id: str, body: Counts) -> None:
    """Add the lines of a record, a row for each file, model and session."""
    happened_at = body.at("timestamp")
    if happened_at is None:
        raise Unreadable("it says no time")
    if not body.parts("spans"):
        body.faults.append("it names no lines")
    tool, repository_id, commit = _tool(body), body.text("repository_id"), body.text("commit")
    found: dict[tuple[str, str, str], list[Span]] = defaultdict(list)
    for span in body.parts("spans"):
        kind, path = span.text("type"), span.text("path")
        first, last = span.number("first"), span.number("last")
        if kind in _NOT_TOLD_APART:
            body.faults.append(f"lines of {kind} origin are not counted as an AI's")
        elif kind == "ai" and path and first and last and is_span(first, last):
            who = (path, span.text("model") or "", span.text("session") or "")
            found[who].append((first, last))
        elif kind != "human":
            body.faults.append("a range names no lines, no file or nobody")
    for (path, model, session), spans in sorted(found.items()):
        rows.add(
            "ai_lines",
            report_id=row_id,
            layer="committed" if commit else "written",
            happened_at=happened_at,
            session_id=f"{tool}:{session}" if tool and session else None,
            tool=tool,
            model=model.rpartition("/")[2] or None,
            repository_id=repository_id,
            path=path,
            commit_id=f"{repository_id}:{commit}" if commit and repository_id else None,
            lines_added=covered(spans),
        )


def covered(spans: Iterable[Span]) -> int:
    """Return how many lines spans cover, those in several of them once.

    >>> covered([(1, 3), (3, 5), (9, 9)])
    6
    """
    total, reached = 0, 0
    for first, last in sorted(spans):
        total += max(0, last - max(first, reached + 1) + 1)
        reached = max(reached, last)
    return total


def _tool(body: Counts) -> str | None:
    name = (body.text("tool") or "").strip().lower().replace("_", "-").replace(" ", "-")
    return _TOOLS.get(name, name or None)
