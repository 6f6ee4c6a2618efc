"""What one change, one line that stays and one change without an incident cost in AI tools."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, RatioOfSums, Tables
from trueup.measure.records.authorship import (
    FOLLOWED_KINDS,
    SEVERAL_TOOLS,
    changes,
    record_horizon,
    shared,
)
from trueup.measure.records.delivery import WATCHED, incidents_by, produced
from trueup.measure.records.lines import deaths
from trueup.measure.records.presence import has
from trueup.measure.records.spending import NO_TOOL, change_costs, tied
from trueup.measure.windows import DAY
from trueup.units import COST_PER_CHANGE, COST_PER_LINE

_NEEDS = (
    *("ai_request", "ai_session", "ai_session_commit"),
    *("change", "commit", "change_commit", "account", "ai_attribution", "repository"),
)
_SHIPPING = ("deployment", "deployment_change")
_REQUIRES = ("ai_request.list_cost", "ai_session_commit")
_FOCUS = "FinOps Foundation (2025), Unit economics: cost per unit of value"
_LIST = "Cost is at list price, and only of sessions whose commits are known."
_PART = "What went into no change is not in it: ai_unattributed_cost_ratio says how much that is."
_CHOICE = "People choose what to use AI tools for: this is no saving, and no comparison."
_SESSION = "Collect the logs of the tools on the machines where commits are made."


def _spent(tables: Tables) -> ibis.Table:
    """Changes that sessions went into, with their cost, and when they landed, if they did."""
    return shared(tables, "ai changes", lambda: _with_fates(tables))


def _with_fates(tables: Tables) -> ibis.Table:
    cost, landed = change_costs(tables), changes(tables)
    landed = produced(landed, tables)
    landed = landed.select("change_id", "produced_at", landed_at="at")
    whose = tables["change"].select("repository_id", own_change_id="change_id")
    person = tied(tables)
    person = person.filter(person.change_id.notnull())
    person = person.group_by(user_change_id=person.change_id).agg(
        person=_.person.max(),
        session_id=_.session_id.min(),
        tools=_.tool.nunique(),
        one_tool=_.tool.max(),
    )
    rows = cost.left_join(landed, cost.cost_change_id == landed.change_id)
    rows = rows.left_join(whose, rows.cost_change_id == whose.own_change_id)
    rows = rows.left_join(person, rows.cost_change_id == person.user_change_id)
    shipped = rows.produced_at if _is_deploying(tables) else rows.landed_at
    rows = rows.mutate(shipped_at=shipped)
    return rows.select(
        "person",
        "landed_at",
        "shipped_at",
        "is_priced",
        "cost_change_id",
        cluster=rows.person.fill_null(rows.session_id),
        repository=rows.repository_id,
        tool=ibis.ifelse(rows.tools > 1, SEVERAL_TOOLS, rows.one_tool.fill_null(NO_TOOL)),
        at=rows.shipped_at.fill_null(rows.landed_at).fill_null(rows.last_at),
        value=rows.cost.fill_null(0.0),
    )


def _is_deploying(tables: Tables) -> bool:
    return has(tables, "deployment_change") or has(tables, "change.released_at")


def _watched(rows: ibis.Table, tables: Tables, span: int) -> ibis.Table:
    """Add ``known``: priced, and as long ago as it takes to see what became of it."""
    until = record_horizon(tables) or 0
    return rows.mutate(known=rows.is_priced & (rows["at"] <= until - span))


def _shipped(tables: Tables) -> ibis.Table:
    rows = _watched(_spent(tables), tables, WATCHED)
    limit = rows.select(limit_change_id="cost_change_id", limit_at=rows.shipped_at + WATCHED)
    undone = _undone(tables, limit)
    rows = rows.left_join(undone, rows.cost_change_id == undone.undone_id)
    sound = rows.shipped_at.notnull() & rows.undone_id.isnull()
    return rows.mutate(weight=sound.cast("float64"))


def _undone(tables: Tables, limit: ibis.Table) -> ibis.Table:
    """Return which changes were taken back by their limit: ``undone_id``."""
    revert, part = tables["commit_revert"], tables["change_commit"]
    late = tables["commit"].select(later_id="commit_id", later_at="committed_at")
    early = part.select(undone_id="change_id", part_id="commit_id")
    rows = revert.inner_join(late, revert.commit_id == late.later_id)
    rows = rows.inner_join(early, rows.reverted_commit_id == early.part_id)
    rows = rows.inner_join(limit, rows.undone_id == limit.limit_change_id)
    return rows.filter(rows.later_at <= rows.limit_at).select("undone_id").distinct()


def _harmless(tables: Tables) -> ibis.Table:
    rows = _watched(_spent(tables), tables, WATCHED)
    limit = rows.select(limit_change_id="cost_change_id", limit_at=rows.shipped_at + WATCHED)
    hurt = incidents_by(tables, limit)
    rows = rows.left_join(hurt, rows.cost_change_id == hurt.hurt_id)
    sound = rows.shipped_at.notnull() & rows.hurt_id.isnull()
    return rows.mutate(weight=sound.cast("float64"))


def _alive(tables: Tables, days: int) -> ibis.Table:
    """Changes with the lines their tied commits brought that are there after so many days."""
    rows = _watched(_spent(tables), tables, days * DAY)
    lines = _lines_left(tables, days)
    rows = rows.left_join(lines, rows.cost_change_id == lines.lines_change_id)
    followed = tables["line_span"].select(followed_id="repository_id").distinct()
    rows = rows.left_join(followed, rows.repository == followed.followed_id)
    return rows.mutate(
        weight=rows.left.fill_null(0.0), known=rows.known & rows.followed_id.notnull()
    )


def _lines_left(tables: Tables, days: int) -> ibis.Table:
    """Return lines of code and tests still there, by change: ``lines_change_id``, ``left``."""
    span = tables["line_span"]
    span = span.filter(span.file_kind.isin(FOLLOWED_KINDS))
    born = tables["commit"].select(born_id="commit_id", born_at="committed_at")
    tie = tied(tables)
    tie = tie.filter(tie.change_id.notnull())
    tie = tie.select("change_id", tied_commit_id="commit_id").distinct()
    span = span.inner_join(tie, span.commit_id == tie.tied_commit_id)
    span = span.inner_join(born, span.commit_id == born.born_id)
    gone = deaths(tables)
    keys = [
        span.repository_id == gone.dead_repository_id,
        span.line_id == gone.dead_line_id,
        gone.died_at <= span.born_at + days * DAY,
    ]
    dead = span.inner_join(gone, keys).group_by(dead_change_id=_.change_id).agg(dead=_.dead.sum())
    whole = span.group_by(lines_change_id=span.change_id).agg(born=_.line_count.sum())
    rows = whole.left_join(dead, whole.lines_change_id == dead.dead_change_id)
    left = ibis.greatest(rows.born - rows.dead.fill_null(0), 0).cast("float64")
    return rows.select("lines_change_id", left=left)


def _alive_30(tables: Tables) -> ibis.Table:
    return _alive(tables, 30)


def _alive_90(tables: Tables) -> ibis.Table:
    return _alive(tables, 90)


_SPREAD = "The cost at list price of sessions is spread over the changes they went into. "
_ALL = "Above the line stands the cost of all these changes, also of those that never got so far. "

AI_SHIPPED_COST_PER_CHANGE = Metric(
    name="ai_shipped_cost_per_change",
    question="What does a change that reaches users and stays cost in AI tools?",
    definition=_SPREAD + _ALL + "Below it stand those that landed, were deployed where deployments "
    "are recorded or else released where releases are, and were not taken back in the 30 days "
    "after. Changes younger than 30 days are not judged yet.",
    unit=COST_PER_CHANGE,
    kind="outcome",
    better="lower",
    needs=(*_NEEDS, *_SHIPPING, "commit_revert"),
    rows=_shipped,
    summary=RatioOfSums(clusters_of="users"),
    n_of="changes made with AI tools",
    version=1,
    references=(_FOCUS,),
    caveats=(_LIST, _PART, _CHOICE, "Smaller changes are cheaper, and worth less."),
    qualifier="about",
    remedy=_SESSION,
    unknown_because="have no price or are younger than 30 days",
    requires=_REQUIRES,
    of_sessions=True,
    source="AI tools, git, forge",
)

AI_INCIDENT_FREE_COST_PER_CHANGE = Metric(
    name="ai_incident_free_cost_per_change",
    question="What does a change without an incident cost in AI tools?",
    definition=_SPREAD + _ALL + "Below it stand those that reached users as in "
    "ai_shipped_cost_per_change and are in no incident that opened in the 30 days after.",
    unit=COST_PER_CHANGE,
    kind="outcome",
    better="lower",
    needs=(*_NEEDS, *_SHIPPING, "incident", "incident_link"),
    rows=_harmless,
    summary=RatioOfSums(clusters_of="users"),
    n_of="changes made with AI tools",
    version=1,
    references=(_FOCUS,),
    caveats=(_LIST, _PART, _CHOICE, "Incidents that nobody linked to a change are not seen."),
    qualifier="about",
    remedy=_SESSION,
    unknown_because="have no price or are younger than 30 days",
    requires=(*_REQUIRES, "incident"),
    of_sessions=True,
    source="AI tools, git, incidents",
)

AI_SURVIVING_30_DAYS_COST_PER_LINE = Metric(
    name="ai_surviving_30_days_cost_per_line",
    question="What does a line that is still there after 30 days cost in AI tools?",
    definition=_SPREAD + _ALL + "Below it stand the lines of code and tests that the commits of "
    "these sessions brought and that are there 30 days later. Changes younger than that are not "
    "judged yet.",
    unit=COST_PER_LINE,
    kind="outcome",
    better="lower",
    needs=(*_NEEDS, *_SHIPPING, "line_span", "line_death"),
    rows=_alive_30,
    summary=RatioOfSums(clusters_of="users"),
    n_of="changes made with AI tools",
    version=1,
    references=(_FOCUS,),
    caveats=(
        _LIST,
        _PART,
        "Lines are size, not worth: writing more of them for the same use lowers it.",
        "Lines of these commits written by hand count too.",
    ),
    qualifier="about",
    remedy=_SESSION,
    unknown_because="have no price, have lines nobody follows, or are younger than 30 days",
    requires=_REQUIRES,
    of_sessions=True,
    source="AI tools, git",
)

AI_SURVIVING_90_DAYS_COST_PER_LINE = Metric(
    name="ai_surviving_90_days_cost_per_line",
    question="What does a line that is still there after 90 days cost in AI tools?",
    definition="As ai_surviving_30_days_cost_per_line, after 90 days.",
    unit=COST_PER_LINE,
    kind="outcome",
    better="lower",
    needs=(*_NEEDS, *_SHIPPING, "line_span", "line_death"),
    rows=_alive_90,
    summary=RatioOfSums(clusters_of="users"),
    n_of="changes made with AI tools",
    version=1,
    references=(_FOCUS,),
    caveats=(
        _LIST,
        _PART,
        "Lines are size, not worth: writing more of them for the same use lowers it.",
        "Lines of these commits written by hand count too.",
    ),
    qualifier="about",
    remedy=_SESSION,
    unknown_because="have no price, have lines nobody follows, or are younger than 90 days",
    requires=_REQUIRES,
    of_sessions=True,
    source="AI tools, git",
)
