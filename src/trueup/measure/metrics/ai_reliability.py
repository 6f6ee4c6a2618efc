"""How often what AI tools make goes through the first time, and whether that is rising."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables, Trend
from trueup.measure.records.authorship import (
    MARKED,
    NO_MODEL,
    SEVERAL_MODELS,
    SEVERAL_TOOLS,
    proposals,
    shared,
)
from trueup.measure.records.passing import judged
from trueup.measure.records.spending import NO_TOOL, session_requests, tied
from trueup.units import RATIO, RATIO_PER_YEAR

_NEEDS = (
    *("change", "commit", "change_commit", "account", "ai_attribution", "repository"),
    *("commit_revert", "line_span", "line_death", "line_removal", "incident", "incident_link"),
    *("ai_session", "ai_request", "ai_session_commit"),
)
_SZZ = "Sliwerski, Zimmermann and Zeller (2005), When do changes induce fixes?, MSR"
_YIELD = "Juran (1951), Quality Control Handbook (first-pass yield)"
_AIDEV = "Li, Zhang and Hassan (2025), The rise of AI teammates in software engineering 3.0"
_WHOLE = (
    "Changes that carry the mark of an AI tool or that a session with one went into, by the day "
    "they were proposed, else landed; passed are those that landed within 30 days and in the 30 "
    "days after were neither taken back, nor mended, nor in an incident. All are judged 60 days "
    "after they were proposed, so that slow ones are not left out. "
)
_CAVEATS = (
    "What AI tools are used for changes, and with it how hard it is: this is an association.",
    "Mending is told from messages and lines (SZZ candidates), and so only about right.",
    "Where the forge is not connected only what landed is seen, and it is too high.",
)
_WAIT = "Wait until changes are 60 days old, or widen the window."
_UNKNOWN = "are younger than 60 days"


def _passes(tables: Tables) -> ibis.Table:
    return shared(tables, "ai first passes", lambda: _judged(tables))


def _judged(tables: Tables) -> ibis.Table:
    made = _makers(tables)
    rows = proposals(tables)
    rows = rows.left_join(made, rows.change_id == made.made_change_id)
    rows = rows.filter((rows.origin == MARKED) | rows.made_change_id.notnull())
    rows = rows.mutate(
        tool=rows.made_tool.fill_null(rows.tool).fill_null(NO_TOOL),
        model=rows.made_model.fill_null(rows.model).fill_null(NO_MODEL),
    ).drop("made_tool", "made_model", "made_change_id")
    return judged(rows, tables)


def _makers(tables: Tables) -> ibis.Table:
    """Return tool and main model of the sessions that went into each change."""
    used = session_requests(tables).group_by("session_id", "model").agg(tokens=_.tokens.sum())
    main = used.group_by(main_session_id=used.session_id).agg(model=_.model.argmax(_.tokens))
    tie = tied(tables).filter(_.change_id.notnull())
    tie = tie.left_join(main, tie.session_id == main.main_session_id)
    found = tie.group_by(made_change_id=tie.change_id).agg(
        tools=_.tool.nunique(),
        one_tool=_.tool.max(),
        models=_.model.nunique(),
        one_model=_.model.max(),
    )
    return found.select(
        "made_change_id",
        made_tool=ibis.ifelse(found.tools > 1, SEVERAL_TOOLS, found.one_tool),
        made_model=ibis.ifelse(found.models > 1, SEVERAL_MODELS, found.one_model),
    )


AI_FIRST_PASS_RATIO = Metric(
    name="ai_first_pass_ratio",
    question="How often does a change made with AI tools go through the first time?",
    definition=_WHOLE + "Over all of them.",
    unit=RATIO,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_passes,
    summary=RatioOfSums(of_flags=True),
    n_of="changes made with AI tools",
    version=1,
    references=(_YIELD, _SZZ, _AIDEV),
    caveats=_CAVEATS,
    qualifier="about",
    remedy=_WAIT,
    unknown_because=_UNKNOWN,
    of_sessions=True,
    source="git, forge",
)

AI_FIRST_PASS_RATIO_PER_YEAR = Metric(
    name="ai_first_pass_ratio_per_year",
    question="Do changes made with AI tools go through the first time more often than they did?",
    definition=_WHOLE
    + "How much their share rises in a year: the slope of a straight line through "
    "all of them.",
    unit=RATIO_PER_YEAR,
    kind="quality",
    better="higher",
    needs=_NEEDS,
    rows=_passes,
    summary=Trend(),
    n_of="changes made with AI tools",
    version=1,
    references=(_YIELD, _SZZ),
    caveats=(*_CAVEATS, "A straight line says nothing of when it rose, nor of what comes next."),
    remedy=_WAIT,
    unknown_because=_UNKNOWN,
    of_sessions=True,
    source="git, forge",
)
