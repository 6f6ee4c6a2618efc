"""Which changes go through the first time."""

from __future__ import annotations

import ibis

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import NO, record_horizon
from trueup.measure.records.delivery import WATCHED, incidents_by, repairs


def judged(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Return changes as event rows: ``value`` 1 where a change went through the first time.

    It did where it landed within 30 days of being proposed, and in the 30 days after was neither
    taken back, nor mended, nor in an incident; ``known`` once it is 60 days old.

    Parameters
    ----------
    rows
        Of `trueup.measure.records.authorship.proposals`, with ``tool`` and ``model``.
    """
    until = record_horizon(tables) or 0
    at = rows.opened_at.fill_null(rows.landed_at)
    rows = rows.mutate(at=at, known=at.notnull() & (at <= until - 2 * WATCHED))
    limit = rows.select(limit_change_id="change_id", limit_at=rows.landed_at + WATCHED)
    hurt, again = incidents_by(tables, limit), repairs(tables)
    again = again.inner_join(limit, again.early_change_id == limit.limit_change_id)
    again = again.filter(again.later_at <= again.limit_at)
    again = again.select(again_id="early_change_id").distinct()
    rows = rows.left_join(hurt, rows.change_id == hurt.hurt_id)
    rows = rows.left_join(again, rows.change_id == again.again_id)
    in_time = (rows.landed_at <= rows["at"] + WATCHED).fill_null(NO)
    passed = in_time & rows.hurt_id.isnull() & rows.again_id.isnull()
    return rows.select(
        *("change_id", "repository", "person", "cluster", "actor_kind", "origin"),
        *("tool", "model", "at", "known"),
        value=passed.cast("float64"),
        weight=ibis.literal(1.0),
    )
