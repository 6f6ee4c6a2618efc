"""Rates per active person and day, week or month: what is done, over who did anything at all."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.frames.days import with_days
from trueup.measure.metric import OverPersons, PerActive, Period, PerWeek
from trueup.model.evidence import Window


def per_period(
    rows: ibis.Table,
    summary: PerActive | OverPersons | PerWeek,
    period: Period,
    window: Window,
    timezone: str,
    columns: list[str],
) -> ibis.Table:
    """Put event rows together: one row per actor, period of `timezone` and slice.

    Parameters
    ----------
    columns
        Dimensions to keep apart.

    Returns
    -------
    ibis.Table
        ``value`` (sum, or distinct ``item``), ``weight`` and ``items`` (1 where the actor did
        anything, else 0), ``at`` (start of the period, or of the window in its first), ``known``,
        ``actor``, ``person``, ``cluster``, `columns`, and ``unit`` (one, so that a week split
        between two teams stays one).
    """
    rows = with_days(rows, window, timezone)
    rows = rows.mutate(period_starts_at=rows[f"{period}_starts_at"])
    keys = [*dict.fromkeys([*columns, "actor", "person", "cluster", "known", "period_starts_at"])]
    if "unit" not in rows.columns:
        rows = rows.mutate(unit=ibis.null("string"))
    if isinstance(summary, PerActive) and summary.distinct:
        value = _.item.nunique().cast("float64")
    else:
        value = _.value.sum()
    acted = rows.active & rows.actor.notnull()
    found = rows.mutate(acted=acted.cast("int64")).group_by(keys)
    found = found.agg(value=value, weight=_.acted.max().cast("float64"), unit=_.unit.max())
    if isinstance(summary, PerActive) and summary.of_active:
        found = found.mutate(value=found["value"] * found.weight)
    at = ibis.greatest(found.period_starts_at, window.start_at)
    return found.mutate(
        at=ibis.ifelse(found.period_starts_at.isnull(), ibis.null("int64"), at),
        items=ibis.ifelse(found.known, found.weight, 1.0),
    )
