"""Work items on their way through the stages of a tracker: queue, active, review, QA, done."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.acts import acts
from trueup.measure.records.authorship import NOT_PERSONS, proposals, record_horizon, shared

TASKS = ("feature", "task", "bug", "other")
"""Types of work item that are units of work: epics hold others, incidents happen."""
_LIKELY = 0.5
_MICRO = 1e-6


def stage_spells(tables: Tables) -> ibis.Table:
    """Return how long each work item stood in which stage, each time.

    Columns: ``work_item_id``, ``stage``, ``entered_at``, ``left_at`` (null: still there),
    ``came_from`` (the stage before; null of the first). Moves between statuses of one stage
    end no spell.
    """
    return shared(tables, "stage spells", lambda: _stage_spells(tables))


def _stage_spells(tables: Tables) -> ibis.Table:
    moved = tables["work_item_transition"]
    moved = moved.filter(moved.happened_at.notnull() & moved.to_stage.notnull())
    moved = moved.select("work_item_id", "from_stage", "to_stage", entered_at="happened_at")
    rows = moved.union(_beginnings(moved, tables).select(moved.columns))
    rows = rows.mutate(is_move=rows.from_stage.notnull().cast("int64"))
    one_item = ibis.window(group_by="work_item_id", order_by=["entered_at", "is_move"])
    rows = rows.mutate(came_from=rows.to_stage.lag().over(one_item))
    rows = rows.filter(rows.came_from.isnull() | (rows.came_from != rows.to_stage))
    left = rows.entered_at.lead().over(
        ibis.window(group_by="work_item_id", order_by=["entered_at", "is_move"])
    )
    return rows.select(
        "work_item_id", "entered_at", "came_from", "is_move", stage="to_stage", left_at=left
    )


def _beginnings(moved: ibis.Table, tables: Tables) -> ibis.Table:
    """Return in which stage items began whose tracker names no first one: where they left from."""
    first = moved.group_by(first_item_id=moved.work_item_id).agg(
        earliest=moved.from_stage.argmin(moved.entered_at),
        begins=(moved.from_stage.isnull()).sum(),
    )
    item = tables["work_item"]
    rows = item.left_join(first, item.work_item_id == first.first_item_id)
    rows = rows.filter((rows.begins.fill_null(0) == 0) & rows.created_at.notnull())
    stage = rows.earliest.fill_null(rows.stage)
    found = rows.select(
        "work_item_id",
        from_stage=ibis.null("string"),
        to_stage=stage.cast("string"),
        entered_at="created_at",
    )
    return found.filter(found.to_stage.notnull())


def work_items(tables: Tables) -> ibis.Table:
    """Return work items with what their spells add up to.

    Columns: those of table ``work_item``; ``person`` (the assignee), ``team``, ``cluster``;
    ``is_finished`` (done, not given up), ``started_at`` (first entry into active),
    ``first_done_at``, ``reopened_at`` (first exit from done), ``restarts`` (entries into active
    after the first), ``ended_at`` (done, else how far records reach), ``flow_seconds`` and, from
    the first start to that end, ``active_seconds``, ``review_seconds``, ``qa_seconds``,
    ``waiting_seconds``.
    """
    return shared(tables, "work items", lambda: _work_items(tables))


def _work_items(tables: Tables) -> ibis.Table:
    until = record_horizon(tables) or 0
    item, spell = tables["work_item"], stage_spells(tables)
    first = spell.group_by(spelled_id=spell.work_item_id).agg(
        started_at=spell.entered_at.min(where=spell.stage == "active"),
        first_done_at=spell.entered_at.min(where=spell.stage == "done"),
        reopened_at=spell.entered_at.min(where=spell.came_from == "done"),
        entries=(spell.stage == "active").sum(),
    )
    rows = item.left_join(first, item.work_item_id == first.spelled_id).drop("spelled_id")
    rows = rows.mutate(
        ended_at=rows.done_at.fill_null(until),
        first_done_at=rows.first_done_at.fill_null(rows.done_at),
        restarts=ibis.greatest(rows.entries.fill_null(0) - 1, 0),
        is_finished=rows.done_at.notnull() & (rows.resolution.fill_null("done") != "abandoned"),
        person=rows.assignee_person_id,
        team=rows.team_id,
        cluster=ibis.coalesce(rows.assignee_person_id, rows.team_id, rows.work_item_id),
    ).drop("entries")
    times = _times(spell, rows)
    rows = rows.left_join(times, rows.work_item_id == times.timed_id).drop("timed_id")
    started = rows.started_at.notnull() & (rows.started_at <= rows.ended_at)
    flow = ibis.ifelse(started, (rows.ended_at - rows.started_at) * _MICRO, None)
    return rows.mutate(flow_seconds=flow)


def _times(spell: ibis.Table, rows: ibis.Table) -> ibis.Table:
    """Add up, from the first start until the end, the time in each stage but done."""
    end = rows.select("started_at", "ended_at", limit_id="work_item_id")
    within = spell.inner_join(end, spell.work_item_id == end.limit_id)
    left = ibis.least(within.left_at.fill_null(within.ended_at), within.ended_at)
    stood = left - ibis.greatest(within.entered_at, within.started_at)
    within = within.mutate(stood=ibis.greatest(stood, 0) * _MICRO)
    sums = {
        f"{name}_seconds": within.stood.sum(where=within.stage == stage).fill_null(0.0)
        for name, stage in (
            ("active", "active"),
            ("review", "review"),
            ("qa", "qa"),
            ("waiting", "queue"),
        )
    }
    had_qa = (within.stage == "qa").sum() > 0
    return within.group_by(timed_id=within.work_item_id).agg(**sums, had_qa=had_qa)


def links(tables: Tables) -> ibis.Table:
    """Return which landed change belongs to which work item: ``linked_item_id``, ``change_id``."""
    link = tables["work_item_change"]
    link = link.filter(link.probability.fill_null(1.0) >= _LIKELY)
    change = proposals(tables)
    change = change.filter(change.state == "merged").select(merged_id="change_id")
    rows = link.inner_join(change, link.change_id == change.merged_id)
    return rows.select("change_id", linked_item_id="work_item_id").distinct()


def item_acts(tables: Tables) -> ibis.Table:
    """Return what people did on work items: ``work_item_id``, ``acted_at``, ``person``.

    Events and moves in the tracker, machines' left out, and acts on linked changes.
    """
    return shared(tables, "item acts", lambda: _item_acts(tables))


def _item_acts(tables: Tables) -> ibis.Table:
    event, moved = tables["work_item_event"], tables["work_item_transition"]
    event = event.filter(event.actor_kind.fill_null("unknown").notin(NOT_PERSONS))
    link = tables["work_item_change"]
    link = link.filter(link.probability.fill_null(1.0) >= _LIKELY)
    link = link.select("work_item_id", linked_change_id="change_id")
    act = acts(tables).filter(_.change_id.notnull())
    through = act.inner_join(link, act.change_id == link.linked_change_id)
    columns = ("work_item_id", "acted_at", "person")
    found = (
        event.select("work_item_id", acted_at="happened_at", person="person_id"),
        moved.select("work_item_id", acted_at="happened_at", person="person_id"),
        through.select("work_item_id", "acted_at", "person"),
    )
    rows = ibis.union(*(each.select(columns) for each in found), distinct=False)
    return rows.filter(rows.acted_at.notnull())


def pauses(tables: Tables) -> ibis.Table:
    """Return the time items are in progress, cut wherever anything was done on them.

    Columns: ``work_item_id``, ``paused_at``, ``resumed_at`` (the next act, the end of the spell, or
    how far records reach), ``is_first`` of its spell.
    """
    until = record_horizon(tables) or 0
    spell = stage_spells(tables).filter(_.stage == "active")
    spell = spell.mutate(left_at=spell.left_at.fill_null(until))
    act = item_acts(tables).select("acted_at", acted_item_id="work_item_id").distinct()
    within = spell.inner_join(
        act,
        [
            spell.work_item_id == act.acted_item_id,
            act.acted_at > spell.entered_at,
            act.acted_at < spell.left_at,
        ],
    )
    columns = ["work_item_id", "entered_at", "left_at", "paused_at"]
    rows = within.rename(paused_at="acted_at").select(columns)
    rows = rows.union(spell.mutate(paused_at=spell.entered_at).select(columns))
    one_spell = ibis.window(group_by=["work_item_id", "entered_at"], order_by="paused_at")
    return rows.select(
        "work_item_id",
        "paused_at",
        is_first=rows.paused_at == rows.entered_at,
        resumed_at=rows.paused_at.lead().over(one_spell).fill_null(rows.left_at),
    )
