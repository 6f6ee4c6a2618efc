"""Runs of pipelines, and what they say of a commit: passed at first, passed when tried again."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import shared

FAILED = ("failure", "timed_out")
_MICRO = 1e-6


def runs(tables: Tables) -> ibis.Table:
    """Return the runs of pipelines that ended, each of which no other run began.

    Cancelled and skipped runs say nothing of the code and are left out. Columns: ``run_id``,
    ``repository``, ``service``, ``pipeline``, ``commit_id``, ``change_id``, ``started_at``,
    ``finished_at``, ``is_failed``, ``seconds`` (null: unknown), ``tests_run``, ``tests_failed``.
    """
    rows = tables["pipeline_run"]
    rows = rows.filter(rows.parent_run_id.isnull() & rows.outcome.isin(("success", *FAILED)))
    begun = ibis.coalesce(rows.started_at, rows.queued_at, rows.finished_at)
    lasted = (rows.finished_at - rows.started_at) * _MICRO
    return rows.select(
        *("run_id", "commit_id", "change_id", "is_default_branch", "finished_at"),
        *("tests_run", "tests_failed", "attempt"),
        repository="repository_id",
        service="service_id",
        pipeline=rows.pipeline.fill_null(""),
        started_at=begun,
        is_failed=rows.outcome != "success",
        seconds=ibis.ifelse(lasted >= 0, lasted, ibis.null("float64")),
    )


def checks(tables: Tables) -> ibis.Table:
    """Return what the runs of each pipeline say of each commit.

    Columns: ``repository``, ``service``, ``pipeline``, ``commit_id``, ``at`` (first start),
    ``failed_first``, ``failed_last``, ``is_flaky`` (it failed and succeeded, with no line between).
    """
    return shared(tables, "checks", lambda: _checks(tables))


def _checks(tables: Tables) -> ibis.Table:
    rows = runs(tables)
    rows = rows.filter(rows.commit_id.notnull() & rows.started_at.notnull())
    order = rows.started_at * 64 + ibis.least(rows.attempt.fill_null(1), 63)
    rows = rows.mutate(order=order)
    return rows.group_by("repository", "pipeline", "commit_id").agg(
        at=_.started_at.min(),
        service=_.service.max(),
        failed_first=_.is_failed.argmin(_.order),
        failed_last=_.is_failed.argmax(_.order),
        is_flaky=_.is_failed.any() & ~_.is_failed.all(),
    )
