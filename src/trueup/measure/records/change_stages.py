"""From first commit to production in stages, whose sum and what is left over are the whole."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import YES, proposals, shared
from trueup.measure.records.delivery import produced
from trueup.measure.records.reviewing import reviewed
from trueup.measure.windows import DAY

STAGES = ("coding", "pickup", "review", "merge", "deploy")
UNATTRIBUTED = "unattributed"
"""Time between two events of which one did not happen: nobody reviewed, or nobody approved."""
_MICRO = 1e-6
_OLDEST_START = 180 * DAY
"""An author instant this much older than the proposal came with older work: rebasing and picking
keep it, so it does not tell when this change was begun."""


def staged(tables: Tables) -> ibis.Table:
    """Return the changes the forge recorded, with the instants at which their stages change.

    Columns: those of `trueup.measure.records.reviewing.reviewed`, and ``begun_at`` (null: unknown),
    ``produced_at`` (null: not in production), and a column per stage and ``unattributed``, seconds;
    they add up to ``whole``: from the first known of begun, ready and opened until production,
    else landing. They are null of what has not landed.
    """
    return shared(
        tables, "staged", lambda: split(_begun(produced(reviewed(tables), tables), tables))
    )


def _begun(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Add ``begun_at``: the first author instant of what was proposed, guarded against rebases."""
    commit = tables["proposed_commit"]
    commit = commit.filter(commit.authored_at.notnull())
    change = proposals(tables)
    limit = change.select(limit_change_id="change_id", limit_at=change.opened_at - _OLDEST_START)
    commit = commit.inner_join(limit, commit.change_id == limit.limit_change_id)
    commit = commit.filter(commit.authored_at >= commit.limit_at)
    first = commit.group_by(first_change_id=commit.change_id).agg(authored_at=_.authored_at.min())
    names = rows.columns
    rows = rows.left_join(first, rows.change_id == first.first_change_id)
    from_git = rows.first_commit_at
    stale = (from_git < rows.opened_at - _OLDEST_START).fill_null(YES)
    begun = rows.authored_at.fill_null(ibis.ifelse(stale, ibis.null("int64"), from_git))
    begun = ibis.ifelse(begun > rows.opened_at, rows.opened_at, begun)
    return rows.select(*names, begun_at=begun)


def split(rows: ibis.Table) -> ibis.Table:
    """Add the stages of landed changes; whatever order events came in, they add up to ``whole``.

    Parameters
    ----------
    rows
        Columns ``begun_at``, ``opened_at``, ``ready_at``, ``human_review_at``, ``approved_at``,
        ``landed_at``, ``produced_at``: epoch microseconds, null where it did not happen.
    """
    landed = rows.landed_at
    opened = ibis.least(rows.opened_at.fill_null(landed), landed)
    ready = ibis.least(rows.ready_at.fill_null(rows.opened_at).fill_null(landed), landed)
    ready = ibis.greatest(ready, opened)
    begun = ibis.least(rows.begun_at.fill_null(opened), opened)
    review = _during(rows.human_review_at, ready, landed)
    approved = _during(rows.approved_at, ibis.coalesce(review, ready), landed)
    approved = ibis.ifelse(review.isnull(), ibis.null("int64"), approved)
    produced_at = ibis.greatest(rows.produced_at.fill_null(landed), landed)
    seconds = {
        "coding": ready - begun,
        "pickup": (review - ready).fill_null(0),
        "review": (approved - review).fill_null(0),
        "merge": (landed - approved).fill_null(0),
        "deploy": produced_at - landed,
        UNATTRIBUTED: ibis.ifelse(approved.isnull(), landed - ibis.coalesce(review, ready), 0),
        "whole": produced_at - begun,
    }
    return rows.mutate(**{name: value * _MICRO for name, value in seconds.items()})


def _during(
    instant: ibis.expr.types.IntegerValue,
    start: ibis.expr.types.IntegerValue,
    end: ibis.expr.types.IntegerValue,
) -> ibis.expr.types.IntegerValue:
    """Return an instant no earlier than `start`; null after `end`."""
    early = ibis.greatest(instant, start)
    return ibis.ifelse(instant.isnull() | (instant > end), ibis.null("int64"), early)
