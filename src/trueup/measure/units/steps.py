"""What every change went through on its way, with what a model of the flow is fitted to.

No row names a person: who acted is only counted, by unit and week.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis
import pyarrow as pa
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.production.deployed import LIKELY, brought, incidents
from trueup.measure.production.pipelines import FAILED
from trueup.measure.records.authorship import NOT_PERSONS, Prepared
from trueup.measure.records.change_stages import staged
from trueup.measure.records.delivery import UnitKind, in_teams, in_units, writers
from trueup.measure.records.presence import has
from trueup.measure.records.reviewing import review_acts
from trueup.measure.records.work import TASKS, work_items
from trueup.measure.units.calendar import Calendar
from trueup.measure.windows import Bucket

_ITEMS = pa.schema({"unit": pa.string(), "filed_at": pa.int64(), "begun_at": pa.int64()})
_ANSWERS = ("pushed", "force_pushed", "review_requested")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """The ways of changes, unit by unit; instants in epoch microseconds UTC.

    Parameters
    ----------
    unit_kind
        Whether a unit is a team or a repository.
    weeks
        Over which people are counted; changes are those under way in any of them.
    changes
        One row per change that a person wrote: ``unit``, ``change_id``, ``begun_at`` (first
        commit; null: unknown), ``ready_at``, ``reviewed_at`` (last approval by a person; else, of
        what landed, last act of review; null: none), ``landed_at`` (null: it has not),
        ``is_given_up``, ``lines``, ``deployed_at`` (null: not known to have reached production).
    reworks
        One row per round in which a person asked for changes: ``unit``, ``change_id``,
        ``asked_at``, ``answered_at`` (next commit or request for review; null: unknown).
    checks
        One row per commit of a change that pipelines ran on: ``unit``, ``change_id``,
        ``queued_at``, ``started_at`` (null: unknown), ``finished_at``, ``is_failed``.
    deployments
        One row per deployment that brought a change: ``unit``, ``started_at`` (null: unknown),
        ``finished_at``, ``changes``.
    incidents
        One row per incident: ``unit``, ``opened_at``, ``acknowledged_at``, ``resolved_at``,
        ``probability`` that a change of the unit led to it.
    people
        ``unit``, ``week`` (place in `weeks`), ``authors``, ``reviewers``: persons who committed,
        and who reviewed.
    author_count, reviewer_count
        Persons in all units and weeks together.
    items
        One row per task of a team: ``unit``, ``filed_at``, ``begun_at`` (null: it is not). What
        was given up unbegun, or waits since before the first week, is left out.
    """

    unit_kind: UnitKind
    weeks: tuple[Bucket, ...]
    changes: pa.Table
    reworks: pa.Table
    checks: pa.Table
    deployments: pa.Table
    incidents: pa.Table
    people: pa.Table
    author_count: int
    reviewer_count: int
    items: pa.Table = field(default_factory=_ITEMS.empty_table)


def steps(tables: Tables, weeks: tuple[Bucket, ...]) -> Steps:
    """Read the ways of changes that were under way in some weeks.

    Units are teams where any are recorded, else repositories.
    """
    tables = Prepared.of(tables)
    kind: UnitKind = "team" if has(tables, "membership|service.team_id") else "repository"
    start, end = weeks[0].window.start_at, weeks[-1].window.end_at
    change = _changes(tables, kind)
    gone = ibis.coalesce(change.landed_at, change.closed_at)
    change = change.filter(change.ready_at.notnull() & (change.ready_at < end))
    change = change.filter((gone >= start) | (change.deployed_at >= start) | gone.isnull())
    change = ibis.memtable(change.to_pyarrow())
    of_change = change.select("unit", own_change_id="change_id")
    authors, author_count = _people(tables, kind, weeks, _committing(tables), "authors")
    reviewers, reviewer_count = _people(tables, kind, weeks, _reviewing(tables), "reviewers")
    people = authors.outer_join(reviewers, ["unit", "week"])
    return Steps(
        unit_kind=kind,
        weeks=weeks,
        changes=_sorted(change.drop("closed_at"), "unit", "change_id"),
        reworks=_of_units(_reworks(tables), of_change),
        checks=_of_units(_checks(tables), of_change),
        deployments=_sorted(_deployments(tables, of_change), "unit", "finished_at"),
        incidents=_sorted(_incidents(tables, of_change, start), "unit", "opened_at"),
        people=_sorted(
            people.select(
                unit=people.unit.fill_null(people.unit_right),
                week=people.week.fill_null(people.week_right),
                authors=people.authors.fill_null(0),
                reviewers=people.reviewers.fill_null(0),
            ),
            "unit",
            "week",
        ),
        author_count=author_count,
        reviewer_count=reviewer_count,
        items=_items(tables, start) if kind == "team" else _ITEMS.empty_table(),
    )


def _sorted(rows: ibis.Table, *keys: str) -> pa.Table:
    return rows.order_by(*keys).to_pyarrow()


def _of_units(rows: ibis.Table, of_change: ibis.Table) -> pa.Table:
    rows = rows.inner_join(of_change, rows.change_id == of_change.own_change_id)
    rows = rows.drop("own_change_id")
    return _sorted(rows, "unit", "change_id", rows.columns[1])


def _changes(tables: Tables, kind: UnitKind) -> ibis.Table:
    rows = staged(tables)
    rows = rows.filter(rows.actor_kind.fill_null("unknown").notin(NOT_PERSONS))
    event = tables["change_event"]
    event = event.filter(event.kind.isin(("opened", "ready")))
    event = event.group_by(event_change_id=event.change_id).agg(event_at=_.happened_at.min())
    rows = rows.left_join(event, rows.change_id == event.event_change_id)
    act = review_acts(tables)
    last = act.filter(act.kind.notin(("bot", "ai_agent")))
    last = last.group_by(act_change_id=last.change_id).agg(last_review_at=_.acted_at.max())
    rows = rows.left_join(last, rows.change_id == last.act_change_id)
    opened = ibis.ifelse(rows.landed_at.notnull(), rows.opened_at, ibis.null("int64"))
    put_up = rows.ready_at.fill_null(opened)  # a draft that landed was put up all the same
    ready = ibis.ifelse(rows.is_proposed, put_up, rows.event_at)
    begun = ibis.ifelse(rows.is_proposed, rows.begun_at, rows.first_commit_at)
    is_over = rows.landed_at.notnull()  # what is open and was not approved is in review
    last_review = ibis.ifelse(is_over, rows.last_review_at, ibis.null("int64"))
    rows = rows.mutate(ready_at=ready, begun_at=begun, last_review_at=last_review)
    rows = in_units(rows.mutate(first_at=begun, begun_at=ready), tables, kind)
    return rows.filter(rows.unit.notnull()).select(
        *("unit", "change_id", "ready_at", "landed_at", "closed_at"),
        begun_at="first_at",
        reviewed_at=rows.approved_at.fill_null(rows.last_review_at),
        is_given_up=rows.state == "closed",
        lines=rows.lines_added,
        deployed_at="produced_at",
    )


def _reworks(tables: Tables) -> ibis.Table:
    act = review_acts(tables)
    asked = act.filter((act.verdict == "changes_requested") & act.kind.notin(("bot", "ai_agent")))
    asked = asked.select("change_id", asked_at="acted_at")
    event = tables["change_event"]
    event = event.filter(event.kind.isin(_ANSWERS))
    answer = event.select(by_change_id="change_id", answer_at="happened_at")
    commit = tables["proposed_commit"]
    answer = answer.union(
        commit.select(by_change_id="change_id", answer_at="committed_at"), distinct=False
    )
    rows = asked.left_join(
        answer, [asked.change_id == answer.by_change_id, answer.answer_at > asked.asked_at]
    )
    rows = rows.group_by("change_id", "asked_at").agg(answered_at=_.answer_at.min())
    rows = rows.group_by("change_id", "answered_at").agg(asked_at=_.asked_at.min())
    return rows.select("change_id", "asked_at", "answered_at")


def _checks(tables: Tables) -> ibis.Table:
    rows = tables["pipeline_run"]
    rows = rows.filter(rows.parent_run_id.isnull() & rows.outcome.isin(("success", *FAILED)))
    rows = rows.filter(rows.change_id.notnull() & rows.finished_at.notnull())
    rows = rows.mutate(
        place=rows.commit_id.fill_null(rows.run_id), is_failed=rows.outcome != "success"
    )
    each = rows.group_by("change_id", "place", pipeline=rows.pipeline.fill_null("")).agg(
        queued_at=_.queued_at.min(),
        started_at=_.started_at.min(),
        finished_at=_.finished_at.max(),
        is_failed=_.is_failed.argmax(_.finished_at),
    )
    return each.group_by("change_id", "place").agg(
        queued_at=_.queued_at.min(),
        started_at=_.started_at.min(),
        finished_at=_.finished_at.max(),
        is_failed=_.is_failed.any(),
    )


def _deployments(tables: Tables, of_change: ibis.Table) -> ibis.Table:
    rows = brought(tables)
    known = tables["deployment"].select("started_at", own_deployment_id="deployment_id")
    rows = rows.drop("started_at").inner_join(known, rows.deployment_id == known.own_deployment_id)
    rows = rows.inner_join(of_change, rows.change_id == of_change.own_change_id)
    return rows.group_by("deployment_id").agg(
        unit=_.unit.max(),
        started_at=_.started_at.min(),
        finished_at=_.finished_at.max(),
        changes=_.change_id.nunique(),
    )


def _incidents(tables: Tables, of_change: ibis.Table, start: int) -> ibis.Table:
    link = tables["incident_link"]
    link = link.mutate(odds=link.probability.fill_null(1.0).cast("float64"))
    direct = link.filter(link.target_kind == "change")
    direct = direct.select("incident_id", "odds", hit_change_id="target_id")
    part = tables["deployment_change"]
    part = part.filter(part.probability.fill_null(1.0) >= LIKELY)
    part = part.select(part_deployment_id="deployment_id", hit_change_id="change_id")
    through = link.filter(link.target_kind == "deployment")
    through = through.inner_join(part, through.target_id == part.part_deployment_id)
    hit = direct.union(through.select(direct.columns), distinct=False)
    hit = hit.inner_join(of_change, hit.hit_change_id == of_change.own_change_id)
    hit = hit.group_by(hit_incident_id=hit.incident_id).agg(
        unit=_.unit.max(), probability=_.odds.max()
    )
    rows = incidents(tables)
    rows = rows.filter(rows.opened_at >= start)
    rows = rows.inner_join(hit, rows.incident_id == hit.hit_incident_id)
    return rows.select("unit", "opened_at", "acknowledged_at", "resolved_at", "probability")


def _items(tables: Tables, start: int) -> pa.Table:
    rows = work_items(tables)
    rows = rows.filter(rows.item_type.fill_null("other").isin(TASKS) & rows.team_id.notnull())
    begun = rows.started_at.fill_null(rows.done_at)
    rows = rows.mutate(unit=rows.team_id, filed_at=rows.created_at, begun_at=begun)
    given_up = rows.begun_at.isnull() & (rows.resolution.fill_null("") == "abandoned")
    stale = rows.begun_at.isnull() & (rows.filed_at < start)
    rows = rows.filter(rows.filed_at.notnull() & ~given_up & ~stale)
    return _sorted(rows.select(*_ITEMS.names), "unit", "filed_at")


def _committing(tables: Tables) -> ibis.Table:
    return writers(tables).select("person", "acted_at", "repository_id")


def _reviewing(tables: Tables) -> ibis.Table:
    act = review_acts(tables)
    act = act.filter(act.person.notnull())
    return act.select("person", "acted_at", "repository_id")


def _people(
    tables: Tables, kind: UnitKind, weeks: tuple[Bucket, ...], acts: ibis.Table, name: str
) -> tuple[ibis.Table, int]:
    """Return how many persons acted in each unit and week, and in all of them together."""
    rows = Calendar(weeks).weekly(acts.filter(acts.person.notnull()), "acted_at")
    if kind == "team":
        rows = in_teams(rows, tables, "person", "acted_at").rename(unit="person_team")
    else:
        rows = rows.rename(unit="repository_id")
    rows = rows.filter(rows.unit.notnull())
    count = int(rows.person.nunique().to_pyarrow().as_py())
    found = rows.group_by("unit", "week").agg(people=_.person.nunique())
    return found.rename({name: "people"}), count
