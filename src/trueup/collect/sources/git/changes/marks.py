"""Rows of `ai_attribution` from commit messages, carried over squash merges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from trueup.collect.attribution import Attribution
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.changes.landing import Landing
from trueup.model.tables import AI_ATTRIBUTION

CARRIED = "@branch"
"""Follows the rule's id where the mark was found on a commit of the branch that was squashed."""
_NOTES = "git-ai-note"

Mark = tuple[int, Attribution]


def carried(
    marks: Iterable[Mark], landings: list[Landing], change_of: Mapping[int, int]
) -> list[Mark]:
    """Carry marks of squashed branches to the commit they landed as, where it lacks them.

    A squash merge of a forge copies the trailers of the commits it joins only when told to.
    """
    marks = list(marks)
    present = {(at, mark.tool, mark.role) for at, mark in marks}
    found: dict[tuple[int, str, str], Attribution] = {}
    for at, mark in sorted(marks, key=lambda pair: (pair[1].rule_id, pair[1].model or "")):
        position = change_of.get(at)
        if position is None or landings[position].kind != "squash":
            continue
        key = (landings[position].at, mark.tool, mark.role)
        if key not in present:
            found.setdefault(key, mark)
    return [(at, _renamed(mark)) for (at, _, _), mark in found.items()]


def mark_rows(
    repository_id: str, commits: Commits, marks: Iterable[Mark], rules_version: str
) -> pa.Table:
    """Return the rows of message marks."""
    rows = [
        {
            "repository_id": repository_id,
            "target_kind": "commit",
            "target_id": f"{repository_id}:{commits.shas[at]}",
            "tool": mark.tool,
            "model": mark.model,
            "role": mark.role,
            "rule_id": mark.rule_id,
            "rules_version": rules_version,
            "session_id": mark.session_id,
            "probability": mark.probability,
        }
        for at, mark in marks
    ]
    return pa.Table.from_pylist(rows, schema=AI_ATTRIBUTION.schema)


def earlier_marks(rows: pa.Table, commits: Commits) -> list[Mark]:
    """Read back the message marks an earlier collection landed, without carried ones."""
    if rows.num_rows == 0:
        return []
    rule = rows["rule_id"].cast(pa.string())
    derived = pc.or_(pc.ends_with(rule, CARRIED), pc.starts_with(rule, _NOTES))
    return [
        (commits.index[row["target_id"].rpartition(":")[2]], _mark(row))
        for row in rows.filter(pc.invert(derived)).to_pylist()
    ]


def _mark(row: Mapping[str, object]) -> Attribution:
    return Attribution(
        tool=str(row["tool"]),
        model=_text(row["model"]),
        role=str(row["role"]),
        rule_id=str(row["rule_id"]),
        session_id=_text(row["session_id"]),
        probability=float(str(row["probability"])),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _renamed(mark: Attribution) -> Attribution:
    return Attribution(
        tool=mark.tool,
        model=mark.model,
        role=mark.role,
        rule_id=mark.rule_id + CARRIED,
        session_id=mark.session_id,
        probability=mark.probability,
    )
