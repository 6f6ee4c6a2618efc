"""Commits, changes and lines with who wrote them and what they are marked with.

A commit is *marked* when an attribution rule names an AI tool as its author; everything else
is *unmarked*, which means unknown. A change is marked when any of its commits is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar, cast

import ibis

from trueup.measure.metric import Tables

T = TypeVar("T")
YES, NO = ibis.literal(value=True), ibis.literal(value=False)
MARKED = "marked"
UNMARKED = "unmarked"
SEVERAL_TOOLS = "several tools"
SEVERAL_MODELS = "several models"
NO_MODEL = "model not named"
NOT_PERSONS = ("bot", "ai_agent", "deleted")
"""Actor kinds that never count towards k. What a deleted account did counts, and is nobody's."""
_INSTANTS = {
    "repository": ("last_commit_at",),
    "change": ("opened_at", "closed_at"),
    "change_event": ("happened_at",),
    "review": ("submitted_at",),
    "review_comment": ("written_at",),
    "work_item": ("created_at", "done_at"),
    "work_item_transition": ("happened_at",),
    "work_item_event": ("happened_at",),
    "pipeline_run": ("finished_at",),
    "deployment": ("finished_at",),
    "incident": ("opened_at", "resolved_at"),
}
"""Instants that show how far records reach."""
_USED = {
    "ai_session": ("started_at", "ended_at"),
    "ai_request": ("requested_at",),
    "ai_activity": ("happened_at",),
    "ai_lines": ("happened_at",),
    "ai_spend": ("started_at",),
}
"""Instants that show how far the records of AI tools reach, which says nothing of any others."""
FOLLOWED_KINDS = ("code", "test")
"""File kinds whose lines are followed through their life."""
UNWRITTEN_KINDS = ("generated", "data")
"""File kinds nobody wrote by hand: lock files, snapshots, vendored code, data."""


class Prepared:
    """Tables whose shared relations are worked out once, for many questions in a row."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._remembered: dict[Hashable, object] = {}
        self._last: tuple[Hashable, object] = (None, None)

    @classmethod
    def of(cls, tables: Tables) -> Prepared:
        """Return the tables as they are where they remember already, else so that they do."""
        return tables if isinstance(tables, cls) else cls(tables)

    def remember(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what `work_out` gave the first time it was asked for under `key`."""
        if key not in self._remembered:
            self._remembered[key] = work_out()
        return cast("T", self._remembered[key])

    def remember_last(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what `work_out` gave if `key` is the one asked for last; only that is kept."""
        if self._last[0] != key:
            self._last = (None, None)
            self._last = (key, work_out())
        return cast("T", self._last[1])

    def __getitem__(self, name: str) -> ibis.Table:
        """Return the table called `name`."""
        return self._tables[name]


def remembered(tables: Tables, key: Hashable, work_out: Callable[[], T]) -> T:
    """Return what `work_out` gives, worked out once where the tables are `Prepared`."""
    return tables.remember(key, work_out) if isinstance(tables, Prepared) else work_out()


def remembered_last(tables: Tables, key: Hashable, work_out: Callable[[], T]) -> T:
    """Return what `work_out` gives, once while `Prepared` tables are asked for the same key."""
    return tables.remember_last(key, work_out) if isinstance(tables, Prepared) else work_out()


def shared(tables: Tables, name: str, relation: Callable[[], ibis.Table]) -> ibis.Table:
    """Return a relation several metrics read, its rows worked out once for `Prepared` tables."""
    if not isinstance(tables, Prepared):
        return relation()
    return tables.remember(("relation", name), lambda: ibis.memtable(relation().to_pyarrow()))


def marks(tables: Tables) -> ibis.Table:
    """Return one row per marked commit: ``commit_id``, ``tool``, ``model``, ``probability``.

    A commit that several tools or models sign becomes one row naming neither, so that parts
    add up to the whole.
    """
    mark = _marked_targets(tables)
    return mark.filter(mark.marked_kind == "commit").select(
        "probability", "tool", "model", commit_id="marked_id"
    )


def _marked_targets(tables: Tables) -> ibis.Table:
    """Return one row per marked commit or change, by ``marked_kind`` and ``marked_id``."""
    rows = tables["ai_attribution"]
    rows = rows.filter((rows.role == "author") & rows.target_kind.isin(("commit", "change")))
    found = rows.group_by(marked_kind=rows.target_kind, marked_id=rows.target_id).agg(
        tools=rows.tool.nunique(),
        one_tool=rows.tool.max(),
        models=rows.model.nunique(),
        one_model=rows.model.max(),
        probability=rows.probability.max(),
    )
    return found.select(
        *("marked_kind", "marked_id", "probability"),
        tool=ibis.ifelse(found.tools > 1, SEVERAL_TOOLS, found.one_tool),
        model=_named(found.models, found.one_model),
    )


def commits(tables: Tables) -> ibis.Table:
    """Return every landed commit with author and marking.

    Landed is what the default branch reaches; proposed and abandoned commits are in the tables
    (they tell when a change began) but in no measure. Columns: ``commit_id``,
    ``repository_id``, ``repository``, ``at`` (committer instant, null where the clock cannot be
    trusted), ``known``, ``person``, ``cluster``, ``actor_kind``, ``origin``, ``tool``,
    ``model``, ``fix_rule``.
    """
    return shared(tables, "commits", lambda: _commits(tables))


def _commits(tables: Tables) -> ibis.Table:
    account, landed = people(tables), tables["change_commit"].select(part_id="commit_id")
    commit = tables["commit"].select(
        *("commit_id", "repository_id", "author_account_id", "actor_kind", "fix_rule"),
        *("clock", "committed_at"),
    )
    commit = commit.filter(commit.commit_id.isin(landed.part_id))
    mark = marks(tables).select("tool", "model", mark_commit_id="commit_id")
    rows = commit.left_join(
        account,
        [
            commit.repository_id == account.account_repository_id,
            commit.author_account_id == account.account_id,
        ],
    ).left_join(mark, commit.commit_id == mark.mark_commit_id)
    kind, writer = rows.account_actor_kind.fill_null(rows.actor_kind), _writer(rows)
    known = rows.clock == "ok"
    return with_repository(
        rows.select(
            *("commit_id", "repository_id", "fix_rule", "model", "tool"),
            known=known,
            actor_kind=kind,
            at=known.ifelse(rows.committed_at, ibis.null("int64")),
            cluster=writer,
            person=_person(kind, writer),
            origin=_origin(rows.mark_commit_id),
        ),
        tables,
    )


def changes(tables: Tables) -> ibis.Table:
    """Return every landed change with author and marking.

    Columns: ``change_id``, ``repository_id``, ``landing``, ``landed_commit_id``,
    ``first_commit_at``, ``first_release_id``, ``released_at``, ``repository`` (its id), ``at``
    (landing instant), ``known``, ``person``, ``cluster``, ``actor_kind``, ``origin``, ``tool``,
    ``model``. A landing is known where the forge dates it, or a commit whose clock can be trusted.
    """
    return shared(tables, "changes", lambda: _changes(tables))


def _changes(tables: Tables) -> ibis.Table:
    change = tables["change"]
    rows = _authored(
        change.filter(change.state == "merged"),
        tables,
        *("change_id", "repository_id", "landing", "landed_commit_id", "first_commit_at"),
        *("first_release_id", "released_at"),
    )
    at = rows.known.ifelse(rows.landed_at, ibis.null("int64"))
    return with_repository(rows.mutate(at=at).drop("landed_at", "opened_at", "author"), tables)


def proposals(tables: Tables) -> ibis.Table:
    """Return every change, open, landed or given up, with author and marking.

    Columns: those of table ``change`` but accounts and ``head_sha``; ``author`` (who wrote it, null
    where the account is gone), ``person``, ``cluster``, ``origin``, ``tool``, ``model``,
    ``repository``, ``is_proposed`` (the forge recorded it). ``landed_at`` is null where it cannot
    be trusted.
    """
    return shared(tables, "proposals", lambda: _proposals(tables))


def _proposals(tables: Tables) -> ibis.Table:
    names = (
        *("change_id", "repository_id", "number", "landing", "landed_commit_id", "state"),
        *("first_commit_at", "first_release_id", "released_at", "ready_at"),
        *("closed_at", "lines_added", "lines_deleted", "file_count", "commit_count"),
    )
    rows = _authored(tables["change"], tables, *names)
    return rows.select(
        *(*names, "opened_at", "actor_kind", "tool", "model", "cluster", "person", "origin"),
        "author",
        repository=rows.repository_id,
        landed_at=rows.known.ifelse(rows.landed_at, ibis.null("int64")),
        is_proposed=rows.opened_at.notnull(),
    )


def _authored(change: ibis.Table, tables: Tables, *names: str) -> ibis.Table:
    """Return columns of changes with who wrote each, what marks it, and whether it is dated.

    Only what is asked for goes through the joins: what an expression costs grows with its columns.
    """
    account, mark = people(tables), change_marks(tables)
    clocks = tables["commit"].select(landing_id="commit_id", landing_clock="clock")
    said = ("landed_at", "opened_at", "actor_kind")
    change = change.select(*names, *said, "author_account_id")
    rows = (
        change.left_join(
            account,
            [
                change.repository_id == account.account_repository_id,
                change.author_account_id == account.account_id,
            ],
        )
        .left_join(mark, change.change_id == mark.mark_change_id)
        .left_join(clocks, change.landed_commit_id == clocks.landing_id)
    )
    dated = (rows.landing_clock == "ok").fill_null(NO) | rows.opened_at.notnull()
    writer = _writer(rows)
    return rows.select(
        *(*names, *said, "tool", "model"),
        known=dated & rows.landed_at.notnull(),
        author=writer,
        cluster=writer.fill_null(rows.change_id),
        person=_person(rows.actor_kind, writer),
        origin=_origin(rows.mark_change_id),
    )


def change_marks(tables: Tables) -> ibis.Table:
    """Return one row per marked change: ``mark_change_id``, ``tool``, ``model``.

    A change is marked by its commits, or itself: by its branch, its text, its labels.
    """
    mark, none = _marked_targets(tables), ibis.null("string")
    is_own = mark.marked_kind == "change"
    mark = mark.select(
        *("tool", "model"),
        own_id=is_own.ifelse(mark.marked_id, none),
        commit_id=is_own.ifelse(none, mark.marked_id),
    )
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    rows = mark.left_join(part, mark.commit_id == part.part_commit_id)
    rows = rows.select("tool", "model", change_id=rows.own_id.fill_null(rows.change_id))
    rows = rows.filter(rows.change_id.notnull())
    found = rows.group_by(mark_change_id=rows.change_id).agg(
        tools=rows.tool.nunique(),
        one_tool=rows.tool.max(),
        models=rows.model.nunique(),
        one_model=rows.model.max(),
    )
    return found.select(
        "mark_change_id",
        tool=ibis.ifelse(found.tools > 1, SEVERAL_TOOLS, found.one_tool),
        model=_named(found.models, found.one_model),
    )


def people(tables: Tables) -> ibis.Table:
    """Return accounts by ``account_repository_id`` and ``account_id``.

    Further columns: ``person_id``, and ``account_actor_kind`` by the rules of the newest
    collection; a commit row, landed once, keeps what the rules said then.
    """
    account = tables["account"]
    return account.select(
        "account_id",
        "person_id",
        account_repository_id="repository_id",
        account_actor_kind="actor_kind",
    )


def with_repository(rows: ibis.Table, tables: Tables) -> ibis.Table:
    """Add the dimension ``repository`` and how far its history is known (``observed_until_at``)."""
    reach = tables["repository"].select(
        reach_repository_id="repository_id", observed_until_at="last_commit_at"
    )
    joined = rows.left_join(reach, rows.repository_id == reach.reach_repository_id)
    return joined.select(*rows.columns, "observed_until_at", repository=joined.repository_id)


def horizon(tables: Tables) -> int | None:
    """Return the newest instant history reaches, plus 1 µs; None when nothing is recorded.

    That is the newest commit, or without a clone the newest record.
    """
    return remembered(tables, "horizon", lambda: _newest_commit(tables))


def _newest_commit(tables: Tables) -> int | None:
    newest = tables["repository"].last_commit_at.max().to_pyarrow().as_py()
    return record_horizon(tables) if newest is None else int(newest) + 1


def record_horizon(tables: Tables) -> int | None:
    """Return the newest instant any record names, plus 1 µs; None where there is none."""
    return remembered(tables, "record horizon", lambda: _newest_record(tables))


def usage_horizon(tables: Tables) -> int | None:
    """Return the newest instant any record names, those of AI tools too; None without any."""
    return remembered(tables, "usage horizon", lambda: _newest_record(tables, _INSTANTS | _USED))


def _newest_record(tables: Tables, instants: Mapping[str, Sequence[str]] = _INSTANTS) -> int | None:
    found = [
        tables[name].aggregate(newest=tables[name][column].max())
        for name, columns in instants.items()
        for column in columns
    ]
    newest = ibis.union(*found, distinct=False).newest.max().to_pyarrow().as_py()
    return int(newest) + 1 if newest else None


def with_actor(rows: ibis.Table, tables: Tables, account: str) -> ibis.Table:
    """Add who did what a row records: ``actor`` (null: gone), ``person``, ``kind``.

    Parameters
    ----------
    account
        The column that names the account; the row's own ``actor_kind`` stands where the account
        is not known. ``person`` is null unless it is one.
    """
    known = people(tables).rename(known_id="account_id", known_person="person_id")
    names = rows.columns
    rows = rows.left_join(
        known,
        [rows.repository_id == known.account_repository_id, rows[account] == known.known_id],
    )
    kind = rows.account_actor_kind.fill_null(rows.actor_kind).fill_null("unknown")
    actor = rows.known_person.fill_null(rows[account])
    return rows.select(*names, kind=kind, actor=actor, person=_person(kind, actor))


def _named(models: ibis.expr.types.IntegerValue, one: ibis.expr.types.StringValue) -> ibis.Value:
    return ibis.ifelse(models > 1, SEVERAL_MODELS, one.fill_null(NO_MODEL))


def _origin(mark: ibis.Value) -> ibis.Value:
    return ibis.ifelse(mark.notnull(), MARKED, UNMARKED)


def _writer(rows: ibis.Table) -> ibis.expr.types.StringValue:
    return rows.person_id.fill_null(rows.author_account_id)


def _person(kind: ibis.expr.types.StringValue, writer: ibis.Value) -> ibis.Value:
    return ibis.ifelse(kind.isin(NOT_PERSONS), ibis.null("string"), writer)
