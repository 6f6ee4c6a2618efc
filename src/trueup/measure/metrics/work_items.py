"""How work items pass through the stages of a tracker, and where they stand."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Metric, Quantiles, RatioOfSums, Tables
from trueup.measure.records.authorship import NO, record_horizon
from trueup.measure.records.work import TASKS, pauses, work_items
from trueup.measure.windows import DAY
from trueup.units import PER_ITEM, RATIO, SECONDS

STALL_DAYS = 7
"""Without any act for longer than this, an item in progress stands still."""
WATCH_DAYS = 30
"""How long a finished item is watched for being opened again."""
OLD_SHARE = 0.85
"""Which quantile of finished items' flow time an open one must exceed to be called old."""
FEWEST_FINISHED = 20
"""With fewer finished items than this no open one is called old."""
_MICRO = 1e-6
_NEEDS = ("work_item", "work_item_transition", "membership", "change", "repository")
_FAROS = "Faros AI (2026), The Acceleration Whiplash"
_KAPLAN = "Kaplan and Meier (1958), JASA 53"
_FLOW = "Modig and Ahlstrom (2012), This is Lean (flow efficiency)"
_KANBAN = "Vacanti (2015), Actionable Agile Metrics for Predictability (work item age)"
_SCOPE = "Epics and incidents are left out."
_OPEN = "Items still open are censored at the newest record, those given up when they were. "
_HABIT = "A tracker shows when cards are moved, not when work is done."
_MAP = "Which status counts as which stage is a guess until somebody has looked at the map."
_MOVES = "Let the tracker connector read the whole history of items."
_NEVER = "have no recorded move into progress"
_MOVED = ("work_item", "work_item_transition")


def _tasks(tables: Tables) -> ibis.Table:
    rows = work_items(tables)
    return rows.filter(rows.item_type.fill_null("other").isin(TASKS))


def _started(tables: Tables, column: str) -> ibis.Table:
    """Work items by their first start; open ones and those given up are cut off."""
    rows = _tasks(tables)
    rows = rows.filter(rows.started_at.notnull() & rows.flow_seconds.notnull())
    return rows.mutate(
        at=rows.started_at, value=rows[column], censored=~rows.is_finished, known=True
    )


def _flow(tables: Tables) -> ibis.Table:
    rows = _tasks(tables)
    known = rows.flow_seconds.notnull()
    rows = rows.filter(known | rows.done_at.notnull())
    return rows.mutate(
        at=rows.started_at.fill_null(rows.done_at),
        value=rows.flow_seconds,
        censored=~rows.is_finished,
        known=rows.flow_seconds.notnull(),
    )


def _active(tables: Tables) -> ibis.Table:
    return _started(tables, "active_seconds")


def _waiting(tables: Tables) -> ibis.Table:
    return _started(tables, "waiting_seconds")


def _qa(tables: Tables) -> ibis.Table:
    rows = _started(tables, "qa_seconds")
    return rows.filter(rows.had_qa)


def _worked(tables: Tables) -> ibis.Table:
    rows = _tasks(tables)
    rows = rows.filter(rows.is_finished)
    known = rows.flow_seconds.notnull()
    worked = rows.active_seconds + rows.review_seconds + rows.qa_seconds
    return rows.mutate(
        at=rows.done_at,
        value=worked.fill_null(0.0),
        weight=(worked + rows.waiting_seconds).fill_null(0.0),
        known=known,
    )


def _restarts(tables: Tables) -> ibis.Table:
    rows = _tasks(tables)
    rows = rows.filter(rows.started_at.notnull())
    return rows.mutate(
        at=rows.started_at, value=rows.restarts.cast("float64"), weight=1.0, known=True
    )


def _stalled(tables: Tables) -> ibis.Table:
    """Time in progress, cut at every act: what exceeds `STALL_DAYS` without one stands still."""
    item = _tasks(tables).select("person", "team", "cluster", paused_item_id="work_item_id")
    pause = pauses(tables)
    rows = pause.inner_join(item, pause.work_item_id == item.paused_item_id)
    length = rows.resumed_at - rows.paused_at
    return rows.mutate(
        at=rows.paused_at,
        value=ibis.greatest(length - STALL_DAYS * DAY, 0) * _MICRO,
        weight=length * _MICRO,
        items=rows.is_first.cast("int64"),
        known=True,
    )


def _reopened(tables: Tables) -> ibis.Table:
    until = record_horizon(tables) or 0
    rows = _tasks(tables)
    rows = rows.filter(rows.first_done_at <= until - WATCH_DAYS * DAY)
    again = rows.reopened_at <= rows.first_done_at + WATCH_DAYS * DAY
    return rows.mutate(
        at=rows.first_done_at,
        value=again.fill_null(NO).cast("float64"),
        weight=1.0,
        known=True,
    )


def _open(tables: Tables) -> ibis.Table:
    """Items begun and not done, as of the newest record."""
    until = record_horizon(tables) or 0
    rows = _tasks(tables)
    rows = rows.filter(rows.started_at.notnull() & rows.done_at.isnull())
    age = (until - rows.started_at) * _MICRO
    return rows.mutate(at=ibis.literal(until - 1), value=age, censored=False, known=True)


def _old(tables: Tables) -> ibis.Table:
    finished = _tasks(tables)
    finished = finished.filter(finished.is_finished & finished.flow_seconds.notnull())
    limit = finished.agg(
        limit_seconds=_.flow_seconds.quantile(OLD_SHARE), finished=_.work_item_id.count()
    )
    rows = _open(tables).cross_join(limit)
    return rows.mutate(
        value=(rows.value > rows.limit_seconds).fill_null(NO).cast("float64"),
        weight=1.0,
        known=rows.finished >= FEWEST_FINISHED,
    )


WORK_RESTARTS_PER_ITEM = Metric(
    name="work_restarts_per_item",
    question="How often does a work item come back into progress after it had left?",
    definition="Entries into progress after the first, over work items ever in progress, by their "
    "first start. Moves between two statuses that both mean in progress are none. " + _SCOPE,
    unit=PER_ITEM,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_restarts,
    summary=RatioOfSums(),
    n_of="work items",
    version=1,
    references=(_FAROS,),
    caveats=(_HABIT, "The newest items have had less time to come back.", _MAP),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker",
)

STALLED_WORK_ITEMS_RATIO = Metric(
    name="stalled_work_items_ratio",
    question="Which share of work in progress stands still?",
    definition="Of the time work items are in progress, the share that lies more than 7 days after "
    "the last thing anybody did on them: an event or move in the tracker, or an act on a linked "
    "change. At any moment it is the stalled share of items in progress; this is its average "
    "over time. " + _SCOPE,
    unit=RATIO,
    kind="flow",
    better="lower",
    needs=(*_NEEDS, "work_item_event", "work_item_change"),
    rows=_stalled,
    summary=RatioOfSums(),
    n_of="spells in progress",
    version=1,
    references=(_FAROS,),
    caveats=(
        "Work nobody writes down looks like standing still.",
        "A stretch counts in the month in which it begins.",
    ),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker, forge",
)

WORK_ITEM_ACTIVE_SECONDS = Metric(
    name="work_item_active_seconds",
    question="How long is a work item in progress?",
    definition="Time in stages that mean in progress, from the first start until done, all spells "
    "together. " + _OPEN + _SCOPE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_active,
    summary=Quantiles(with_mean=True),
    n_of="work items",
    version=1,
    references=(_FAROS, _KAPLAN),
    caveats=(_HABIT, _MAP),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker",
)

WORK_ITEM_WAITING_SECONDS = Metric(
    name="work_item_waiting_seconds",
    question="How long does a work item wait, once begun?",
    definition="Time in queues and blocked, from the first start until done, all spells together; "
    "the wait before the first start is not in it. " + _OPEN + _SCOPE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_waiting,
    summary=Quantiles(with_mean=True),
    n_of="work items",
    version=1,
    references=(_FAROS, _FLOW, _KAPLAN),
    caveats=(
        "Where nobody moves a card back while it waits, it says 0.",
        "What waits inside a status that means in progress is not seen.",
        _MAP,
    ),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker",
)

WORK_ITEM_QA_SECONDS = Metric(
    name="work_item_qa_seconds",
    question="How long is a work item in QA?",
    definition="Time in stages that mean QA, from the first start until done, of items that were "
    "ever in one. " + _OPEN + _SCOPE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_qa,
    summary=Quantiles(with_mean=True),
    n_of="work items that were in QA",
    version=1,
    references=(_FAROS, _KAPLAN),
    caveats=("Waiting for a tester and being tested are one stage in most trackers.", _MAP),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker",
)

WORK_ITEM_FLOW_SECONDS = Metric(
    name="work_item_flow_seconds",
    question="How long does a work item take from its first start until it is done?",
    definition="From the first entry into progress to the last entry into done. "
    + _OPEN
    + "Items that went straight to done lower the coverage. "
    + _SCOPE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_flow,
    summary=Quantiles(with_mean=True),
    n_of="work items",
    version=1,
    references=(_FLOW, _KANBAN, _KAPLAN),
    caveats=(_HABIT, "Done in the tracker is not yet in production."),
    remedy=_MOVES,
    unknown_because=_NEVER,
    requires=_MOVED,
    source="tracker",
)

FLOW_EFFICIENCY_RATIO = Metric(
    name="flow_efficiency_ratio",
    question="Which share of the time between start and done is a work item being worked on?",
    definition="Time in progress, review and QA over that and time in queues or blocked, from "
    "first start until done, summed over finished work items. " + _SCOPE,
    unit=RATIO,
    kind="flow",
    better="higher",
    needs=_NEEDS,
    rows=_worked,
    summary=RatioOfSums(),
    n_of="finished work items",
    version=1,
    references=(_FLOW,),
    caveats=(
        "An item in progress or in review may still lie untouched: see stalled_work_items_ratio.",
        _HABIT,
        _MAP,
    ),
    qualifier="at most",
    remedy=_MOVES,
    unknown_because=_NEVER,
    requires=_MOVED,
    source="tracker",
)

WORK_ITEM_AGE_SECONDS = Metric(
    name="work_item_age_seconds",
    question="How old are the work items now open?",
    definition="From the first entry into progress to the newest record, of items begun and not "
    "done. " + _SCOPE,
    unit=SECONDS,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_open,
    summary=Quantiles(),
    n_of="open work items",
    version=1,
    references=(_KANBAN,),
    caveats=("Forgotten cards that nobody closes make it long.", _MAP),
    remedy=_MOVES,
    requires=_MOVED,
    source="tracker",
)

OLD_WORK_ITEMS_RATIO = Metric(
    name="old_work_items_ratio",
    question="Which share of open work items is older than 85 % of finished ones ever got?",
    definition="Open work items whose age exceeds the 85th percentile of the flow time of all "
    "finished ones, over open work items; needs 20 finished ones. " + _SCOPE,
    unit=RATIO,
    kind="flow",
    better="lower",
    needs=_NEEDS,
    rows=_old,
    summary=RatioOfSums(of_flags=True),
    n_of="open work items",
    version=1,
    references=(_KANBAN,),
    caveats=(
        "At any moment more than 15 % are expected: long items are open longer.",
        "Forgotten cards that nobody closes raise it.",
    ),
    remedy="Wait until 20 work items are finished.",
    unknown_because="have too few finished ones to be compared with",
    requires=_MOVED,
    source="tracker",
)

REOPENED_WORK_ITEMS_RATIO = Metric(
    name="reopened_work_items_ratio",
    question="Which share of finished work items is opened again within 30 days?",
    definition="Work items that leave done within 30 days of their first entry, over items first "
    "done 30 days or more before the newest record. " + _SCOPE,
    unit=RATIO,
    kind="quality",
    better="lower",
    needs=_NEEDS,
    rows=_reopened,
    summary=RatioOfSums(of_flags=True),
    n_of="finished work items",
    version=1,
    references=(
        "Zimmermann et al. (2012), Characterizing and predicting which bugs get reopened",
        _FAROS,
    ),
    caveats=(
        "A card moved to done by mistake and back counts.",
        "Filing a new item instead of opening the old one again hides it.",
    ),
    remedy="Wait until items have been done for 30 days.",
    requires=_MOVED,
    source="tracker",
)
