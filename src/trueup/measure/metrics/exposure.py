"""How much carries an AI marker: at least, because what carries none is unknown."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import MARKED, UNWRITTEN_KINDS, commits
from trueup.measure.records.lines import surviving_lines
from trueup.units import RATIO

_REFERENCES = (
    "Robbes et al. (2026), Agentic Much? Adoption of Coding Agents on GitHub, arXiv 2601.18341",
    "Li, Zhang and Hassan (2025), The Rise of AI Teammates in SE 3.0, arXiv 2507.15003",
)
_UNKNOWN = "No marker does not mean no AI: many tools leave none, and squashing can drop it."
_REMEDY = "Turn on the co-author trailer of the tools in use, or connect their usage records."


def _marked_commits(tables: Tables) -> ibis.Table:
    rows = commits(tables)
    return rows.mutate(value=(rows.origin == MARKED).cast("float64"), weight=1.0).drop("origin")


def _marked_lines(tables: Tables) -> ibis.Table:
    files = tables["commit_file"]
    files = files.filter(files.file_kind.notin(UNWRITTEN_KINDS))
    added = files.group_by(file_commit_id=files.commit_id, file_kind=files.file_kind).agg(
        added=_.lines_added.sum().cast("float64")
    )
    rows = commits(tables)
    rows = rows.inner_join(added, rows.commit_id == added.file_commit_id)
    marked = (rows.origin == MARKED).cast("float64")
    return rows.mutate(value=marked * rows.added, weight=rows.added).drop("origin")


def _marked_survivors(tables: Tables) -> ibis.Table:
    rows = surviving_lines(tables)
    marked = (rows.origin == MARKED).cast("float64")
    return rows.mutate(value=marked * rows.alive, weight=rows.alive).drop("origin")


AI_MARKED_COMMITS_RATIO = Metric(
    name="ai_marked_commits_ratio",
    question="Which share of commits carries the mark of an AI tool?",
    definition="Commits that an attribution rule assigns to an AI tool as author or co-author, "
    "over all commits except those of bots. Split by tool or model, each part is a share of "
    "all commits.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("commit", "account", "ai_attribution", "repository"),
    rows=_marked_commits,
    summary=RatioOfSums(of_flags=True, parts=("tool", "model")),
    n_of="commits",
    version=1,
    references=_REFERENCES,
    caveats=(_UNKNOWN, "A commit signed by several tools is counted once, under several tools."),
    qualifier="at least",
    remedy=_REMEDY,
)

AI_MARKED_ADDED_LINES_RATIO = Metric(
    name="ai_marked_added_lines_ratio",
    question="Which share of added lines comes in commits that carry the mark of an AI tool?",
    definition="Lines added by marked commits over lines added by all commits except those of "
    "bots; generated files, lock files and data files are left out.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("commit", "commit_file", "account", "ai_attribution", "repository"),
    rows=_marked_lines,
    summary=RatioOfSums(parts=("tool", "model")),
    n_of="files of one kind in one commit",
    version=1,
    references=_REFERENCES,
    caveats=(
        _UNKNOWN,
        "All lines of a marked commit count as marked; a person may have typed some.",
    ),
    qualifier="at least",
    remedy=_REMEDY,
)

AI_MARKED_SURVIVING_LINES_RATIO = Metric(
    name="ai_marked_surviving_lines_ratio",
    question="Which share of the lines in use today came in commits marked with an AI tool?",
    definition="Lines of code and tests alive at the newest commit whose origin is a marked "
    "commit, over all such lines except those of bots. Months and weeks are those of birth.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=("line_span", "line_death", "commit", "account", "ai_attribution", "repository"),
    rows=_marked_survivors,
    summary=RatioOfSums(parts=("tool", "model")),
    n_of="spans of lines",
    version=1,
    references=_REFERENCES,
    caveats=(_UNKNOWN, "A line moved to another place counts as new there."),
    qualifier="at least",
    remedy=_REMEDY,
)
