"""Lines of code and tests, from the commit that wrote them to the one that removed them."""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import FOLLOWED_KINDS, commits

BULK_LINES = 10_000
"""A commit that brings more lines of code and tests than this is an import, not writing."""


def spans(tables: Tables) -> ibis.Table:
    """Return spans of code and test lines with their origin commit.

    Columns: those of `trueup.measure.records.authorship.commits` (``at`` is the birth),
    ``line_id``, ``span_repository_id``, ``line_count``, ``path``, ``file_kind``, ``first_line``,
    ``is_bulk``.
    """
    span = tables["line_span"]
    span = span.filter(span.file_kind.isin(FOLLOWED_KINDS))
    brought = span.group_by(bulk_commit_id=span.commit_id).agg(brought=_.line_count.sum())
    brought = brought.filter(brought.brought > BULK_LINES)
    named = span.select(
        "line_id",
        "line_count",
        "path",
        "file_kind",
        "first_line",
        origin_commit_id="commit_id",
        span_repository_id="repository_id",
    )
    origin = commits(tables)
    rows = named.inner_join(origin, named.origin_commit_id == origin.commit_id)
    rows = rows.left_join(brought, rows.origin_commit_id == brought.bulk_commit_id)
    return rows.mutate(is_bulk=rows.bulk_commit_id.notnull()).drop("brought", "bulk_commit_id")


def deaths(tables: Tables) -> ibis.Table:
    """Return how many lines of each span each commit removed, and when.

    Columns: ``dead_repository_id``, ``dead_line_id`` (of the span), ``dead_offset`` (of the first
    of them, in the span), ``dead``, ``killer_id``, ``died_at`` (null where the remover or its
    instant is not known), ``killer_fix_rule``.
    """
    return _by_remover(tables["line_death"], tables)


def removals(tables: Tables) -> ibis.Table:
    """Return every removal of lines, also where it was not their end; columns as of `deaths`."""
    return deaths(tables).union(_by_remover(tables["line_removal"], tables))


def _by_remover(death: ibis.Table, tables: Tables) -> ibis.Table:
    killer = tables["commit"]
    killer = killer.select("committed_at", "clock", "fix_rule", by_commit_id="commit_id")
    rows = death.left_join(killer, death.commit_id == killer.by_commit_id)
    return rows.select(
        dead_repository_id="repository_id",
        dead_line_id="span_line_id",
        dead_offset="line_offset",
        dead="line_count",
        killer_id="commit_id",
        died_at=ibis.ifelse(rows.clock == "ok", rows.committed_at, ibis.null("int64")),
        killer_fix_rule="fix_rule",
    )


def surviving_lines(tables: Tables) -> ibis.Table:
    """Return spans with the number of their lines still ``alive`` at the newest commit."""
    rows = spans(tables)
    death = tables["line_death"]
    gone = death.group_by(
        gone_repository_id=death.repository_id, gone_line_id=death.span_line_id
    ).agg(gone=_.line_count.sum())
    rows = rows.left_join(
        gone,
        [rows.span_repository_id == gone.gone_repository_id, rows.line_id == gone.gone_line_id],
    )
    left = rows.line_count - rows.gone.fill_null(0)
    rows = rows.mutate(alive=ibis.greatest(left, 0).cast("float64"))
    return rows.filter(rows.alive > 0)


def change_sizes(tables: Tables) -> ibis.Table:
    """Return the lines of each change: ``sized_change_id``, ``lines`` (null: unknown).

    Added and deleted, as the forge counts them, else as git does.
    """
    diff = tables["commit_diff"].select("lines_added", "lines_deleted", diff_commit_id="commit_id")
    part = tables["change_commit"].select("change_id", "commit_id")
    rows = part.inner_join(diff, part.commit_id == diff.diff_commit_id)
    in_git = rows.group_by(git_change_id=rows.change_id).agg(
        git_lines=(_.lines_added + _.lines_deleted).sum()
    )
    change = tables["change"]
    rows = change.left_join(in_git, change.change_id == in_git.git_change_id)
    on_forge = (rows.lines_added + rows.lines_deleted).cast("int64")
    return rows.select(sized_change_id="change_id", lines=on_forge.fill_null(rows.git_lines))
