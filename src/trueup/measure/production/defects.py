"""Defects, by the stage in which each was caught, and how long it took to be rid of it."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.production.deployed import LIKELY, incidents
from trueup.measure.production.pipelines import runs
from trueup.measure.records.authorship import NO, proposals, shared
from trueup.measure.records.reviewing import review_acts

CAUGHT_IN = ("work item", "review", "CI", "production")
"""In the order in which a defect could have been caught."""
NOBODY_SAYS = "nobody says"
_COLUMNS = (
    *("repository", "service", "team", "person", "cluster"),
    *("at", "ended_at", "given_up_at", "stage"),
)


def defects(tables: Tables) -> ibis.Table:
    """Return one row per defect: where and when it was caught, and until when it lasted.

    Columns: ``repository``, ``service``, ``team``, ``person``, ``cluster``, ``at``, ``ended_at``
    (null: not mended), ``given_up_at`` (left as it was), ``stage`` (of `CAUGHT_IN`, or
    `NOBODY_SAYS` of a bug whose tracker does not).
    """
    return shared(tables, "defects", lambda: _defects(tables))


def _defects(tables: Tables) -> ibis.Table:
    found = (_reported(tables), _sent_back(tables), _broke(tables), _hurt(tables))
    rows = ibis.union(*(_filled(each) for each in found), distinct=False)
    return rows.filter(rows["at"].notnull())


def _filled(rows: ibis.Table) -> ibis.Table:
    kinds = {name: "int64" if name.endswith("at") else "string" for name in _COLUMNS}
    absent = {name: ibis.null(kind) for name, kind in kinds.items() if name not in rows.columns}
    rows = rows.mutate(**absent)
    return rows.select(**{name: rows[name].cast(kinds[name]) for name in _COLUMNS})


def _reported(tables: Tables) -> ibis.Table:
    """Bugs; one that stands for an incident is counted as that."""
    rows, link = tables["work_item"], tables["incident_link"]
    twin = link.filter(
        (link.target_kind == "work_item") & (link.probability.fill_null(1) >= LIKELY)
    )
    rows = rows.filter(rows.item_type == "bug")
    rows = rows.anti_join(twin, rows.work_item_id == twin.target_id)
    stage = ibis.cases(
        (rows.found_in == "work_item", "work item"),
        (rows.found_in == "review", "review"),
        (rows.found_in == "ci", "CI"),
        (rows.found_in == "production", "production"),
        else_=NOBODY_SAYS,
    )
    dropped = rows.resolution.fill_null("done") == "abandoned"
    nothing = ibis.null("int64")
    return rows.select(
        at="created_at",
        ended_at=ibis.ifelse(dropped, nothing, rows.done_at),
        given_up_at=ibis.ifelse(dropped, rows.done_at, nothing),
        stage=stage,
        team="team_id",
        cluster=rows.team_id.fill_null(rows.work_item_id),
    )


def _sent_back(tables: Tables) -> ibis.Table:
    """Changes a reviewer asked to be changed: once each, until approved or landed."""
    act = review_acts(tables)
    asked = act.filter(act.verdict == "changes_requested")
    asked = asked.group_by(asked_id=asked.change_id).agg(at=_.acted_at.min())
    good = act.filter(act.verdict == "approved")
    good = good.select("acted_at", good_id="change_id")
    rows = asked.left_join(good, [asked.asked_id == good.good_id, good.acted_at > asked["at"]])
    rows = rows.group_by("asked_id", "at").agg(approved_at=_.acted_at.min())
    change = proposals(tables).select(
        "change_id", "repository", "person", "cluster", "state", "landed_at", "closed_at"
    )
    rows = rows.inner_join(change, rows.asked_id == change.change_id)
    given_up = ibis.ifelse(rows.state == "closed", rows.closed_at, ibis.null("int64"))
    return rows.mutate(
        ended_at=ibis.least(rows.approved_at.fill_null(rows.landed_at), rows.landed_at).fill_null(
            rows.approved_at
        ),
        given_up_at=given_up,
        stage=ibis.literal("review"),
    )


def _broke(tables: Tables) -> ibis.Table:
    """Spells of failing runs of one pipeline on one line of work, until the next that passes.

    A failure that passed on the same commit showed no defect of the code, and is left out.
    """
    rows = runs(tables)
    default = rows.is_default_branch.fill_null(NO)
    lane = rows.change_id.fill_null(ibis.ifelse(default, "default branch", ibis.null("string")))
    rows = rows.mutate(lane=lane)
    rows = rows.filter(rows.lane.notnull() & rows.finished_at.notnull())
    good = rows.filter(~rows.is_failed & rows.commit_id.notnull())
    same = ("repository", "pipeline", "commit_id")
    rows = rows.filter(~rows.is_failed).union(rows.filter(rows.is_failed).anti_join(good, same))
    one_lane = ibis.window(group_by=["repository", "pipeline", "lane"], order_by="finished_at")
    ahead = ibis.window(
        group_by=["repository", "pipeline", "lane"], order_by="finished_at", preceding=0
    )
    passed = ibis.ifelse(rows.is_failed, ibis.null("int64"), rows.finished_at)
    rows = rows.mutate(
        was_failed=rows.is_failed.lag().over(one_lane).fill_null(NO),
        ended_at=passed.min().over(ahead),
    )
    rows = rows.filter(rows.is_failed & ~rows.was_failed)
    change = proposals(tables).select("person", "state", "closed_at", own_change_id="change_id")
    rows = rows.left_join(change, rows.change_id == change.own_change_id)
    is_over = rows.state.isin(("closed", "merged"))
    return rows.mutate(
        at=rows.finished_at,
        given_up_at=ibis.ifelse(is_over, rows.closed_at, ibis.null("int64")),
        stage=ibis.literal("CI"),
        cluster=rows.repository + ":" + rows.pipeline,
    )


def _hurt(tables: Tables) -> ibis.Table:
    rows = incidents(tables)
    return rows.mutate(
        at=rows.opened_at,
        ended_at=rows.resolved_at,
        stage=ibis.literal("production"),
        cluster=rows.service.fill_null(rows.incident_id),
    )
