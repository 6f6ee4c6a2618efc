"""How big changes are."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.records.authorship import UNWRITTEN_KINDS, changes
from trueup.units import LINES, RATIO

_NEEDS = (
    "change",
    "change_commit",
    "commit",
    "commit_file",
    "account",
    "ai_attribution",
    "repository",
)


def _lines_of_changes(tables: Tables) -> ibis.Table:
    files, part = tables["commit_file"], tables["change_commit"]
    files = files.filter(files.file_kind.notin(UNWRITTEN_KINDS) & files.lines_added.notnull())
    part = part.select("commit_id", sized_change_id="change_id")
    rows = files.inner_join(part, files.commit_id == part.commit_id)
    sizes = rows.group_by("sized_change_id").agg(
        added=_.lines_added.sum().cast("float64"), deleted=_.lines_deleted.sum().cast("float64")
    )
    change = changes(tables)
    return change.inner_join(sizes, change.change_id == sizes.sized_change_id)


def _sizes(tables: Tables) -> ibis.Table:
    rows = _lines_of_changes(tables)
    rows = rows.filter(rows.added + rows.deleted > 0)
    return rows.mutate(value=rows.added + rows.deleted, censored=False)


def _churn(tables: Tables) -> ibis.Table:
    rows = _lines_of_changes(tables)
    return rows.mutate(value=rows.deleted, weight=rows.added)


CHANGE_SIZE_LINES = Metric(
    name="change_size_lines",
    question="How big is a change?",
    definition="Lines added plus lines deleted over all commits of a landed change; generated "
    "files, lock files, data files and binary files are left out, and so are changes without "
    "any other line.",
    unit=LINES,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_sizes,
    summary=Quantiles(),
    n_of="changes",
    version=1,
    references=(
        "Reinertsen (2009), The Principles of Product Development Flow, chapter 5 (batch size)",
        "DORA, Capabilities: working in small batches",
    ),
    caveats=(
        "Rework inside a merged branch counts each time; a squash landing shows only its result.",
        "A wide rename by tool looks big and is not.",
    ),
)

CHURN_RATIO = Metric(
    name="churn_ratio",
    question="How many lines are deleted for each line added?",
    definition="Lines deleted over lines added, summed over landed changes; generated, data and "
    "binary files are left out.",
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_churn,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=("Nagappan and Ball (2005), Use of relative code churn measures, ICSE",),
    caveats=(
        "Low churn is growth, not quality: a project that only adds has a churn near 0.",
        "One large removal moves it: the interval shows how much.",
    ),
)
