"""Notes at work: one note's lines, and the rows and counts that grow as notes are placed."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import pyarrow as pa

from trueup.collect.sources.git.notes.form import Agent, NotedLines
from trueup.model.tables import AI_ATTRIBUTION, AI_EDIT

_PROBABILITY = {"same_commit": 1.0, "patch": 0.99, "content": 0.9}


@dataclass(slots=True)
class Noted:
    """One readable note with lines; `committed_at` (epoch seconds) of the commit it hangs on."""

    sha: str
    lines: list[NotedLines]
    committed_at: int = 0

    def count(self) -> int:
        """Return the number of lines."""
        return sum(part.line_count for part in self.lines)

    def by_path(self) -> dict[str, set[int]]:
        """Return the line numbers of each file."""
        numbers: dict[str, set[int]] = defaultdict(set)
        for part in self.lines:
            numbers[part.path].update(range(part.first_line, part.first_line + part.line_count))
        return numbers


@dataclass(slots=True)
class Ledger:
    """Rows and counts while they grow."""

    repository_id: str
    rules_version: str
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    edits: list[tuple[str | int | None, ...]] = field(default_factory=list)
    marks: dict[tuple[str, str, Agent], None] = field(default_factory=dict)

    def land(self, noted: str, landed: str, by: str, part: NotedLines) -> None:
        """Write one run of lines that reached a landed commit."""
        self._edit(noted, landed, by, part.path, part.first_line, part.line_count, part.agent)
        self.marks[landed, by, part.agent] = None

    def lose(self, noted: str, lines: list[NotedLines]) -> None:
        """Write the lines of a lost note, one row for each path and agent."""
        totals: dict[tuple[str, Agent], int] = defaultdict(int)
        for part in lines:
            totals[part.path, part.agent] += part.line_count
        for (path, agent), count in totals.items():
            self._edit(noted, None, None, path, None, count, agent)

    def _edit(
        self,
        noted: str,
        landed: str | None,
        by: str | None,
        path: str,
        first: int | None,
        count: int,
        agent: Agent,
    ) -> None:
        target = None if landed is None else self.commit_id(landed)
        here = (self.repository_id, self.commit_id(noted), target, by, path, first, count)
        self.edits.append((*here, agent.tool, agent.model, agent.session_id))

    def edit_table(self) -> pa.Table:
        """Return the AI_EDIT rows."""
        columns = list(zip(*self.edits, strict=True)) or [()] * len(AI_EDIT.schema)
        arrays = [
            pa.array(values, type=kind.type)
            for values, kind in zip(columns, AI_EDIT.schema, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=AI_EDIT.schema)

    def commit_id(self, sha: str) -> str:
        """Return the canonical id of a commit."""
        return f"{self.repository_id}:{sha}"

    def attribution_table(self) -> pa.Table:
        """Return the AI_ATTRIBUTION rows: one for each landed commit, way and agent."""
        rows = [
            {
                "repository_id": self.repository_id,
                "target_kind": "commit",
                "target_id": self.commit_id(sha),
                "tool": agent.tool,
                "model": agent.model,
                "role": "author",
                "rule_id": "git-ai-note" if by == "same_commit" else "git-ai-note-carried",
                "rules_version": self.rules_version,
                "session_id": agent.session_id,
                "probability": _PROBABILITY[by],
            }
            for sha, by, agent in self.marks
        ]
        return pa.Table.from_pylist(rows, schema=AI_ATTRIBUTION.schema)
