"""Lines of AI tools in layers that are never mixed, what of them is accepted, what thrown away."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, PerWeek, RatioOfSums, Tables
from trueup.measure.records.authorship import NO_MODEL, record_horizon
from trueup.measure.records.spending import NO_TOOL, NOT_TOLD
from trueup.measure.windows import DAY
from trueup.units import LINES_PER_WEEK, RATIO

KEPT_DAYS = 7
"""A line that is in no commit so long after it was written is thrown away."""
_NEEDS = ("ai_lines",)
_SOURCE = "AI tools"
_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_ZIEGLER = "Ziegler and others (2022), Productivity assessment of neural code completion, MAPS"
_CONNECT = "Connect the tools that count lines and offers."
_NOT_KEPT = "Accepted is not kept: line_survival_ratio says what stays."


def _lines(tables: Tables) -> ibis.Table:
    rows = tables["ai_lines"]
    return rows.select(
        *("layer", "lines_added", "offered_count", "accepted_count", "session_id", "path"),
        person=rows.person_id,
        cluster=rows.person_id.fill_null(rows.session_id).fill_null(rows.tool),
        at=rows.happened_at,
        repository=rows.repository_id,
        tool=rows.tool.fill_null(NO_TOOL),
        model=rows.model.fill_null(NO_MODEL),
        mode=rows["mode"].fill_null(NOT_TOLD),
        known=rows.happened_at.notnull(),
    )


def _by_layer(tables: Tables) -> ibis.Table:
    rows = _lines(tables)
    rows = rows.filter(rows.lines_added.fill_null(0) > 0)
    return rows.mutate(value=rows.lines_added.cast("float64"), weight=1.0)


def _offers(tables: Tables) -> ibis.Table:
    rows = _lines(tables)
    rows = rows.filter(rows.offered_count.fill_null(0) > 0)
    return rows.mutate(
        value=rows.accepted_count.fill_null(0).cast("float64"),
        weight=rows.offered_count.cast("float64"),
        items=rows.offered_count,
    )


def _offered_lines(tables: Tables) -> ibis.Table:
    rows = _lines(tables)
    offering = rows.filter((rows.layer == "suggested") & (rows.lines_added > 0))
    offering = offering.select(offering_tool="tool", offering_mode="mode").distinct()
    rows = rows.filter(rows.layer.isin(("suggested", "accepted")))
    rows = rows.inner_join(
        offering, [rows.tool == offering.offering_tool, rows["mode"] == offering.offering_mode]
    )
    lines, is_offer = rows.lines_added.fill_null(0), rows.layer == "suggested"
    return rows.mutate(
        value=ibis.ifelse(is_offer, 0, lines).cast("float64"),
        weight=ibis.ifelse(is_offer, lines, 0).cast("float64"),
        items=ibis.ifelse(is_offer, lines, 0),
    )


def _discarded(tables: Tables) -> ibis.Table:
    """What each session wrote to each file, and how much of it is in no commit a week later."""
    until = record_horizon(tables) or 0
    rows = _lines(tables)
    rows = rows.filter((rows.layer == "written") & rows.session_id.notnull() & rows.path.notnull())
    written = rows.group_by("session_id", "path", "repository", "tool", "model", "person").agg(
        lines=_.lines_added.fill_null(0).sum(), at=_["at"].max(), cluster=_.cluster.max()
    )
    kept = _committed(tables)
    written = written.left_join(
        kept,
        [
            written.session_id == kept.kept_session_id,
            written.path == kept.kept_path,
            kept.committed_at <= written["at"] + KEPT_DAYS * DAY,
        ],
    )
    keys = ["session_id", "path", "repository", "tool", "model", "person", "cluster", "at", "lines"]
    found = written.group_by(keys).agg(committed=_.added.sum().fill_null(0))
    read = tables["commit_file"].select(read_id="repository_id").distinct()
    found = found.left_join(read, found.repository == read.read_id)
    gone = ibis.greatest(found.lines - found.committed, 0)
    return found.mutate(
        value=gone.cast("float64"),
        weight=found.lines.cast("float64"),
        items=found.lines,
        known=found.read_id.notnull() & (found["at"] <= until - KEPT_DAYS * DAY),
    )


def _committed(tables: Tables) -> ibis.Table:
    """Return lines by session and path that its commits brought: ``added``, ``committed_at``."""
    tie, file = tables["ai_session_commit"], tables["commit_file"]
    when = tables["commit"].select("committed_at", when_id="commit_id")
    rows = tie.select(kept_session_id="session_id", tied_commit_id="commit_id").distinct()
    rows = rows.inner_join(file, rows.tied_commit_id == file.commit_id)
    rows = rows.inner_join(when, rows.tied_commit_id == when.when_id)
    return rows.select(
        "kept_session_id",
        "committed_at",
        kept_path=rows.path.cast("string"),
        added=rows.lines_added.fill_null(0),
    )


AI_LINES_PER_WEEK = Metric(
    name="ai_lines_per_week",
    question="How many lines come from AI tools in a week?",
    definition="Lines added, per seven days, in layers that are always told apart: suggested in an "
    "editor, accepted there, written to files by an agent, present in commits. The same line may "
    "be in several layers, so that they are never added up.",
    unit=LINES_PER_WEEK,
    kind="activity",
    better="neither",
    needs=_NEEDS,
    rows=_by_layer,
    summary=PerWeek(signed=True),
    n_of="records of lines",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Lines are size, not worth.",
        "Which layers there are depends on the tools: a layer without records is unknown, not 0.",
    ),
    remedy=_CONNECT,
    requires=_NEEDS,
    apart=("layer",),
    of_sessions=True,
    qualifier="at least",
    source=_SOURCE,
)

AI_CODE_ACCEPTED_RATIO = Metric(
    name="ai_code_accepted_ratio",
    question="Which share of the code AI tools offer is accepted?",
    definition="Offers accepted over offers made, counted by offers, for completions, chat and "
    "agents apart: they have nothing in common but the name.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_offers,
    summary=RatioOfSums(clusters_of="users"),
    n_of="offers",
    version=2,
    references=(_FAROS, _ZIEGLER),
    caveats=(
        _NOT_KEPT,
        "Counted by lines it is another number: ai_lines_accepted_ratio.",
    ),
    remedy=_CONNECT,
    requires=("ai_lines.offered_count",),
    apart=("mode",),
    of_sessions=True,
    source=_SOURCE,
)

AI_LINES_ACCEPTED_RATIO = Metric(
    name="ai_lines_accepted_ratio",
    question="Which share of the lines AI tools offer is accepted?",
    definition="Lines accepted over lines suggested, of tools that count both, for completions, "
    "chat and agents apart.",
    unit=RATIO,
    kind="exposure",
    better="neither",
    needs=_NEEDS,
    rows=_offered_lines,
    summary=RatioOfSums(clusters_of="users"),
    n_of="lines suggested",
    version=1,
    references=(_ZIEGLER,),
    caveats=(
        _NOT_KEPT,
        "Long offers weigh more; counted by offers it is ai_code_accepted_ratio.",
    ),
    remedy=_CONNECT,
    requires=("ai_lines",),
    apart=("mode",),
    of_sessions=True,
    source=_SOURCE,
)

AI_DISCARDED_LINES_RATIO = Metric(
    name="ai_discarded_lines_ratio",
    question="Which share of the lines agents write is thrown away?",
    definition="Lines an agent wrote to a file, less the lines that the commits of its session "
    "brought to that file within 7 days, over the lines it wrote. Sessions of the last 7 days are "
    "not judged yet.",
    unit=RATIO,
    kind="quality",
    better="neither",
    needs=(*_NEEDS, "ai_session_commit", "commit_file", "commit"),
    rows=_discarded,
    summary=RatioOfSums(clusters_of="users"),
    n_of="lines written by agents",
    version=1,
    references=(_ZIEGLER,),
    caveats=(
        "A line written twice counts twice: trying again is thrown away here.",
        "Trying things out is what some sessions are for.",
        "Lines written by hand hide some of it, and a commit that cannot be found adds to it.",
    ),
    qualifier="about",
    remedy="Collect the repositories the agents worked in, and wait 7 days.",
    unknown_because="are of the last 7 days or of repositories that are not collected",
    requires=("ai_lines", "ai_session_commit", "commit_file"),
    of_sessions=True,
    source="AI tools, git",
)
