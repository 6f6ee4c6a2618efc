"""How big proposed changes are, as the forge counts them."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import proposals
from trueup.measure.records.reviewing import landed_on_forge
from trueup.units import FILES, LINES, RATIO

_NEEDS = ("change", "account", "ai_attribution", "repository")
_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_SMALL = "DORA, Capabilities: working in small batches"
_SCOPE = (
    "over changes that landed through the forge, as it counts them: from the point of departure "
    "to the proposed state, generated files included. Bots are left out unless the split is by "
    "actor kind."
)
_REMEDY = "Connect the forge of every repository."
_UNKNOWN = "have no size on the forge"


def _sized(tables: Tables) -> ibis.Table:
    rows = landed_on_forge(proposals(tables))
    known = rows.known & rows.lines_added.notnull() & rows.lines_deleted.notnull()
    return rows.mutate(known=known)


def _sizes(tables: Tables) -> ibis.Table:
    rows = _sized(tables)
    lines = (rows.lines_added + rows.lines_deleted).fill_null(0)
    return rows.mutate(value=lines.cast("float64"), weight=1.0)


def _churn(tables: Tables) -> ibis.Table:
    rows = _sized(tables)
    return rows.mutate(
        value=rows.lines_deleted.fill_null(0).cast("float64"),
        weight=rows.lines_added.fill_null(0).cast("float64"),
    )


def _files(tables: Tables) -> ibis.Table:
    rows = landed_on_forge(proposals(tables))
    return rows.mutate(
        value=rows.file_count.fill_null(0).cast("float64"),
        weight=1.0,
        known=rows.known & rows.file_count.notnull(),
    )


PROPOSED_SIZE_LINES = Metric(
    name="proposed_size_lines",
    question="How many lines does a proposed change touch on average?",
    definition="Mean of lines added plus lines deleted, " + _SCOPE,
    unit=LINES,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_sizes,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(_FAROS, _SMALL),
    caveats=(
        (
            "A mean is moved by a few huge changes: change_size_lines gives quantiles, without "
            "generated files."
        ),
        "A lock file written anew counts like code.",
    ),
    remedy=_REMEDY,
    unknown_because=_UNKNOWN,
    requires=("change.opened_at",),
    source="forge",
)

CHANGED_FILES = Metric(
    name="changed_files",
    question="How many files does a proposed change touch on average?",
    definition="Mean number of files changed, " + _SCOPE,
    unit=FILES,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_files,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(_FAROS, _SMALL),
    caveats=("A wide rename by tool touches many files and is not big.",),
    remedy=_REMEDY,
    unknown_because="have no number of files on the forge",
    requires=("change.opened_at",),
    source="forge",
)

PROPOSED_CHURN_RATIO = Metric(
    name="proposed_churn_ratio",
    question="How many lines do proposed changes delete for each line they add?",
    definition="Lines deleted over lines added, summed " + _SCOPE,
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=_NEEDS,
    rows=_churn,
    summary=RatioOfSums(),
    n_of="changes",
    version=1,
    references=(_FAROS, "Nagappan and Ball (2005), Use of relative code churn measures, ICSE"),
    caveats=(
        "Rework, clean-up and removal of old parts cannot be told apart.",
        "One large removal moves it: the interval shows how much.",
    ),
    remedy=_REMEDY,
    unknown_because=_UNKNOWN,
    requires=("change.opened_at",),
    source="forge",
)
