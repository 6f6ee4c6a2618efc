"""How well a repository was tended before AI tools came: five practices, each a share.

What was practised is counted from records: an absent source leaves a practice unknown, never 0.
"""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.production.deployed import deployments
from trueup.measure.production.pipelines import checks
from trueup.measure.records.authorship import marks, shared
from trueup.measure.records.lines import change_sizes
from trueup.measure.records.reviewing import landed_on_forge, reviewed
from trueup.measure.windows import WEEK

PRACTICES = (
    *("checks pass", "tests come along", "people review", "changes are small"),
    "deployments are frequent",
)
SMALL_LINES = 200
"""A change of no more lines is small."""
FEWEST = 10
"""Of fewer items a practice is not known."""
_COLUMNS = ("repository", "at", "practice", "value", "weight")


def practised(tables: Tables) -> ibis.Table:
    """Return what shows how often each practice was kept: ``value`` of ``weight`` at an instant.

    Columns: ``repository``, ``at``, ``practice``, ``value``, ``weight``. Checks count 1 if the
    first run passed; landed changes to code if they touch tests, if a person reviewed them, if they
    have `SMALL_LINES` lines or fewer; the time between two deployments as far as it is within a
    week.
    """
    return shared(tables, "practised", lambda: _practised(tables))


def _practised(tables: Tables) -> ibis.Table:
    found = (
        _checks(tables),
        _tests(tables),
        _reviews(tables),
        _batches(tables),
        _deployments(tables),
    )
    rows = ibis.union(*(each.select(_COLUMNS) for each in found), distinct=False)
    return rows.filter(rows["at"].notnull() & rows.repository.notnull())


def before_adoption(tables: Tables) -> ibis.Table:
    """Return `practised` up to the first commit marked with an AI tool in the repository."""
    mark, commit = marks(tables), tables["commit"]
    commit = commit.filter(commit.clock == "ok")
    marked = commit.inner_join(mark, commit.commit_id == mark.commit_id)
    first = marked.group_by(marked_repository_id=marked.repository_id).agg(
        marked_at=_.committed_at.min()
    )
    rows = practised(tables)
    rows = rows.left_join(first, rows.repository == first.marked_repository_id)
    rows = rows.filter(rows.marked_at.isnull() | (rows["at"] < rows.marked_at))
    return rows.select(_COLUMNS)


def _flagged(rows: ibis.Table, practice: str, kept: ibis.Value) -> ibis.Table:
    return rows.mutate(
        practice=ibis.literal(practice), value=kept.cast("float64"), weight=ibis.literal(1.0)
    )


def _checks(tables: Tables) -> ibis.Table:
    rows = checks(tables)
    return _flagged(rows, PRACTICES[0], ~rows.failed_first)


def _tests(tables: Tables) -> ibis.Table:
    file = tables["commit_file"].select("commit_id", "file_kind")
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    rows = file.inner_join(part, file.commit_id == part.part_commit_id)
    touched = rows.group_by(touched_change_id=rows.change_id).agg(
        has_code=(_.file_kind == "code").any(), has_tests=(_.file_kind == "test").any()
    )
    rows = _landed(tables)
    rows = rows.inner_join(touched, rows.change_id == touched.touched_change_id)
    rows = rows.filter(rows.has_code)
    return _flagged(rows, PRACTICES[1], rows.has_tests)


def _reviews(tables: Tables) -> ibis.Table:
    rows = landed_on_forge(reviewed(tables))
    rows = rows.filter(rows.known & (rows.actor_kind.fill_null("unknown") != "bot"))
    return _flagged(rows, PRACTICES[2], rows.human_review_at.notnull())


def _batches(tables: Tables) -> ibis.Table:
    rows, size = _landed(tables), change_sizes(tables)
    rows = rows.inner_join(size, rows.change_id == size.sized_change_id)
    rows = rows.filter(rows.lines.notnull())
    return _flagged(rows, PRACTICES[3], rows.lines <= SMALL_LINES)


def _deployments(tables: Tables) -> ibis.Table:
    rows = deployments(tables)
    rows = rows.filter(rows.finished_at.notnull() & rows.repository.notnull())
    chain = ibis.window(group_by="repository", order_by=["finished_at", "deployment_id"])
    rows = rows.mutate(gap=rows.finished_at - rows.finished_at.lag().over(chain))
    rows = rows.filter(rows.gap > 0)
    return rows.mutate(
        at=rows.finished_at,
        practice=ibis.literal(PRACTICES[4]),
        value=ibis.least(rows.gap, WEEK).cast("float64"),
        weight=rows.gap.cast("float64"),
    )


def _landed(tables: Tables) -> ibis.Table:
    rows = tables["change"]
    kind = rows.actor_kind.fill_null("unknown")
    rows = rows.filter((rows.state == "merged") & (kind != "bot"))
    return rows.select("change_id", repository="repository_id", at="landed_at")
