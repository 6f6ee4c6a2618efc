"""Incidents and bugs, over time, over changes and over developers."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, PerActive, PerWeek, RatioOfSums, Tables
from trueup.measure.production.deployed import incidents
from trueup.measure.records.acts import over_active
from trueup.measure.records.authorship import YES, proposals
from trueup.units import PER_CHANGE, PER_DEVELOPER_MONTH, PER_WEEK

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_CHANGES = ("change", "commit", "account", "ai_attribution", "repository")
_CODE = ("change", "commit", "change_commit", "proposed_commit", "review", "review_comment")
_TOOL = "Connect the incident tool, or name incidents in a file."
_TRACKER = "Connect the tracker (Jira, or the issues of GitHub or GitLab)."
_APART = (
    "Top and bottom are counted in the same window, not item by item: what opened need not come "
    "from what landed then."
)
_SERVED = "Connect the repositories of every service the incidents are of, and no others."


def _incidents(tables: Tables) -> ibis.Table:
    rows = incidents(tables)
    return rows.filter(rows.opened_at.notnull()).mutate(
        at=_.opened_at,
        person=ibis.null("string"),
        cluster=_.service.fill_null(_.incident_id),
        known=YES,
        value=1.0,
        weight=1.0,
    )


def _bugs(tables: Tables) -> ibis.Table:
    rows = tables["work_item"]
    rows = rows.filter((rows.item_type == "bug") & rows.created_at.notnull())
    return rows.mutate(
        at=rows.created_at,
        person=ibis.null("string"),
        cluster=rows.work_item_id,
        team=rows.team_id,
        known=YES,
        value=1.0,
    )


def _over_changes(above: ibis.Table, tables: Tables) -> ibis.Table:
    """Put things above the line and landed changes below it."""
    change = proposals(tables)
    change = change.filter(change.state == "merged")
    change = change.filter(change.actor_kind.fill_null("unknown") != "bot")
    below = change.select(
        "person",
        "cluster",
        at="landed_at",
        team=ibis.null("string"),
        known=change.landed_at.notnull(),
        value=ibis.literal(0.0),
        weight=ibis.literal(1.0),
        items=ibis.literal(1),
    )
    above = above.select(
        *("person", "cluster", "at", "team", "known", "value"),
        weight=ibis.literal(0.0),
        items=ibis.literal(0),
    )
    return below.union(above.select(below.columns))


def _incidents_over_changes(tables: Tables) -> ibis.Table:
    return _over_changes(_incidents(tables), tables)


def _bugs_over_changes(tables: Tables) -> ibis.Table:
    return _over_changes(_bugs(tables), tables)


def _bugs_over_developers(tables: Tables) -> ibis.Table:
    return over_active(_bugs(tables), tables)


INCIDENTS_PER_WEEK = Metric(
    name="incidents_per_week",
    question="How many incidents open in production per week?",
    definition="Incidents of production by the instant they opened, per seven days, linked to a "
    "deployment or not. Where the source names no environment, it is taken to be production.",
    unit=PER_WEEK,
    kind="quality",
    better="lower",
    needs=("incident",),
    rows=_incidents,
    summary=PerWeek(),
    n_of="incidents",
    version=1,
    references=(_FAROS,),
    caveats=(
        "More alerts, or a lower bar for calling something an incident, raise it.",
        "Vendors' outages are in it.",
    ),
    remedy=_TOOL,
    requires=("incident",),
    of_artefacts=True,
    source="incidents",
)

INCIDENTS_PER_CHANGE = Metric(
    name="incidents_per_change",
    question="How many incidents open for each change that lands?",
    definition="Incidents of production opened in the window, over changes that landed in it, "
    "those of bots left out: a ratio of sums, in which one change may carry several incidents.",
    unit=PER_CHANGE,
    kind="quality",
    better="lower",
    needs=(*_CHANGES, "incident"),
    rows=_incidents_over_changes,
    summary=RatioOfSums(),
    n_of="landed changes",
    version=1,
    references=(_FAROS,),
    caveats=(
        _APART,
        "It falls when changes are made smaller and rises when they are made bigger.",
        "Repositories that are connected without their incidents dilute it.",
    ),
    remedy=_SERVED,
    requires=("incident",),
    source="git, forge, incidents",
)

BUGS_PER_DEVELOPER_MONTH = Metric(
    name="bugs_per_developer_month",
    question="How many bugs are reported for each active developer and month?",
    definition="Work items of type bug by creation, over months in which a developer was active: a "
    "commit, a review, a comment or an event of a change is recorded of them. Bots, AI agents and "
    "deleted accounts are nobody.",
    unit=PER_DEVELOPER_MONTH,
    kind="quality",
    better="lower",
    needs=(*_CODE, "change_event", "account", "ai_attribution", "repository", "work_item"),
    rows=_bugs_over_developers,
    summary=PerActive(period="month"),
    n_of="developer-months",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Reporting more is not breaking more: triage, users and testers move it.",
        "Duplicates, and bugs that turn out to be none, count.",
    ),
    remedy=_TRACKER,
    requires=("work_item",),
    source="git, forge, tracker",
)

BUGS_PER_CHANGE = Metric(
    name="bugs_per_change",
    question="How many bugs are reported for each change that lands?",
    definition="Work items of type bug created in the window, over changes that landed in it, "
    "those of bots left out: a ratio of sums.",
    unit=PER_CHANGE,
    kind="quality",
    better="lower",
    needs=(*_CHANGES, "work_item"),
    rows=_bugs_over_changes,
    summary=RatioOfSums(),
    n_of="landed changes",
    version=1,
    references=(_FAROS,),
    caveats=(_APART, "Duplicates, and bugs that turn out to be none, count."),
    remedy=_TRACKER,
    requires=("work_item",),
    source="git, forge, tracker",
)
