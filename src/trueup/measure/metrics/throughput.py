"""Finished things for each developer or team."""

from __future__ import annotations

from collections.abc import Sequence

import ibis

from trueup.measure.metric import Metric, PerActive, PerWeek, RatioOfSums, Tables
from trueup.measure.records.acts import acts, over_active
from trueup.measure.records.authorship import proposals
from trueup.measure.records.delivery import in_teams
from trueup.measure.records.work import TASKS, links, work_items
from trueup.units import PER_DEVELOPER_WEEK, PER_TEAM_WEEK, PER_WEEK, RATIO

_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_CODE = ("change", "commit", "change_commit", "proposed_commit", "review", "review_comment")
_NEEDS = (*_CODE, "change_event", "account", "ai_attribution", "repository")
_ITEMS = ("work_item", "work_item_transition")
_ACTIVE = (
    "A developer is active in a week in which a commit, a review, a comment or an event of a "
    "change is recorded of them; bots, AI agents and deleted accounts are nobody."
)
_HEADS = "It falls when people join and rises when they leave, before anything else changes."
_SPLIT = "Splitting work into smaller pieces raises it."


def _changes_landed(tables: Tables) -> ibis.Table:
    rows = proposals(tables)
    reviewed = rows.is_proposed | (rows.landing.fill_null("") != "direct")
    rows = rows.filter((rows.state == "merged") & reviewed)
    rows = rows.filter(rows.actor_kind.fill_null("unknown") != "bot")
    rows = rows.mutate(at=rows.landed_at, known=rows.landed_at.notnull())
    return over_active(rows, tables)


def _finished(tables: Tables, types: Sequence[str]) -> ibis.Table:
    rows = work_items(tables)
    rows = rows.filter(rows.is_finished & rows.item_type.fill_null("other").isin(types))
    return rows.mutate(at=rows.done_at, known=True)


def _tasks(tables: Tables) -> ibis.Table:
    return over_active(_finished(tables, TASKS), tables)


def _epics(tables: Tables) -> ibis.Table:
    return over_active(_finished(tables, ("epic",)), tables)


def _linked_flags(tables: Tables) -> ibis.Table:
    rows = _finished(tables, TASKS)
    linked = links(tables).select("linked_item_id").distinct()
    rows = rows.left_join(linked, rows.work_item_id == linked.linked_item_id)
    return rows.mutate(value=rows.linked_item_id.notnull().cast("float64"), weight=1.0)


def _linked_by_team(tables: Tables) -> ibis.Table:
    rows = _linked_flags(tables)
    rows = in_teams(rows.filter(rows.value > 0), tables, "person", "at")
    team = rows.team.fill_null(rows.person_team)
    done = rows.select("at", actor=team, value=1.0, known=team.notnull())
    ground = in_teams(acts(tables), tables, "person", "acted_at")
    ground = ground.filter(ground.person_team.notnull())
    ground = ground.select(at="acted_at", actor="person_team", value=0.0, known=True)
    both = done.union(ground.select(done.columns))
    return both.mutate(active=True, team=both.actor, cluster=both.actor, person=ibis.null("string"))


def _points(tables: Tables) -> ibis.Table:
    rows = _finished(tables, TASKS)
    return rows.mutate(
        value=rows.points.fill_null(0).cast("float64"), weight=1.0, known=rows.points.notnull()
    )


CHANGES_LANDED_PER_DEVELOPER_WEEK = Metric(
    name="changes_landed_per_developer_week",
    question="How many changes does an active developer land in a week?",
    definition="Changes that landed through the forge or by merge, squash or rebase, over weeks in "
    "which a developer was active, summed over developers. Direct pushes and bots are left out; "
    "changes of AI agents count above the line only. " + _ACTIVE,
    unit=PER_DEVELOPER_WEEK,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_changes_landed,
    summary=PerActive(period="week"),
    n_of="developer-weeks",
    version=1,
    references=(_FAROS,),
    caveats=("Landed is not yet in users' hands: this is not throughput.", _SPLIT, _HEADS),
    remedy="Widen the window, or connect the forge.",
    source="git, forge",
)

WORK_ITEMS_DONE_PER_DEVELOPER_WEEK = Metric(
    name="work_items_done_per_developer_week",
    question="How many work items are finished for each active developer and week?",
    definition="Work items, epics and incidents left out, whose last entry into done falls in the "
    "week and that were not given up, over weeks in which a developer was active. " + _ACTIVE,
    unit=PER_DEVELOPER_WEEK,
    kind="flow",
    better="higher",
    needs=(*_NEEDS, *_ITEMS),
    rows=_tasks,
    summary=PerActive(period="week"),
    n_of="developer-weeks",
    version=1,
    references=(_FAROS,),
    caveats=(_SPLIT, "Done in the tracker is not yet in production.", _HEADS),
    remedy="Connect the repositories these people work in.",
    requires=("work_item",),
    source="git, forge, tracker",
)

EPICS_DONE_PER_DEVELOPER_WEEK = Metric(
    name="epics_done_per_developer_week",
    question="How many epics are finished for each active developer and week?",
    definition="Epics whose last entry into done falls in the week and that were not given up, "
    "over weeks in which a developer was active. " + _ACTIVE,
    unit=PER_DEVELOPER_WEEK,
    kind="flow",
    better="higher",
    needs=(*_NEEDS, *_ITEMS),
    rows=_epics,
    summary=PerActive(period="week"),
    n_of="developer-weeks",
    version=1,
    references=(_FAROS,),
    caveats=("What an epic holds differs from team to team and drifts with time.", _HEADS),
    remedy="Connect the repositories these people work in.",
    requires=("work_item",),
    source="git, forge, tracker",
)

LINKED_WORK_ITEMS_DONE_PER_TEAM_WEEK = Metric(
    name="linked_work_items_done_per_team_week",
    question="How many work items that led to a landed change does a team finish in a week?",
    definition="Finished work items linked to one landed change or more, by the team of the item, "
    "else of its assignee, over weeks in which a team was active: a member was, or an item was "
    "finished.",
    unit=PER_TEAM_WEEK,
    kind="flow",
    better="higher",
    needs=(*_NEEDS, *_ITEMS, "work_item_change", "membership"),
    rows=_linked_by_team,
    summary=PerActive(period="week"),
    n_of="team-weeks",
    version=1,
    references=(_FAROS,),
    caveats=(
        "A new habit of naming the work item raises it: read it beside linked_work_items_ratio.",
        "Teams grow and shrink.",
    ),
    remedy="Name the teams, or widen the window.",
    unknown_because="belong to no team",
    requires=("work_item", "work_item_change"),
    source="git, forge, tracker",
)

LINKED_WORK_ITEMS_RATIO = Metric(
    name="linked_work_items_ratio",
    question="Which share of finished work items can be followed into the code?",
    definition="Finished work items linked to one landed change or more, over finished work items; "
    "epics and incidents are left out, and links less likely than 50 %.",
    unit=RATIO,
    kind="activity",
    better="neither",
    needs=(*_ITEMS, "work_item_change", "change"),
    rows=_linked_flags,
    summary=RatioOfSums(of_flags=True),
    n_of="finished work items",
    version=1,
    references=(_FAROS,),
    caveats=(
        "It is a share of what is known, not of what is done: not all work ends in code.",
        "Where it moves, every number that rests on links moves with it.",
    ),
    remedy="Wait until work items are finished.",
    requires=("work_item",),
    source="tracker, forge",
)

POINTS_DONE_PER_WEEK = Metric(
    name="points_done_per_week",
    question="How much estimated work is finished per week?",
    definition="Estimates of finished work items, as the tracker has them now, summed per seven "
    "days; epics and incidents are left out. Items without an estimate lower the coverage.",
    unit=PER_WEEK,
    kind="flow",
    better="higher",
    needs=_ITEMS,
    rows=_points,
    summary=PerWeek(signed=True),
    n_of="finished work items",
    version=1,
    references=("Reinertsen (2009), The Principles of Product Development Flow, chapter 5",),
    caveats=(
        "Estimates of two teams do not add up to anything a third would recognise.",
        "Estimates grow when they are counted.",
    ),
    remedy="Estimate work items in the tracker.",
    unknown_because="carry no estimate",
    requires=("work_item", "work_item.points"),
    source="tracker",
)
