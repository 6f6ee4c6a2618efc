"""Commits, changes and lines with who wrote them and what they are marked with.

A commit is *marked* when an attribution rule names an AI tool as its author; everything else
is *unmarked*, which means unknown. A change is marked when any of its commits is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

import ibis

from trueup.measure.metric import Tables

T = TypeVar("T")
MARKED = "marked"
UNMARKED = "unmarked"
SEVERAL_TOOLS = "several tools"
SEVERAL_MODELS = "several models"
NO_MODEL = "model not named"
NOT_PERSONS = ("bot", "ai_agent")
"""Actor kinds that are clusters of their own but never count towards k."""
FOLLOWED_KINDS = ("code", "test")
"""File kinds whose lines are followed through their life."""
UNWRITTEN_KINDS = ("generated", "data")
"""File kinds nobody wrote by hand: lock files, snapshots, vendored code, data."""


class Prepared:
    """Tables whose shared relations are worked out once, for many questions in a row."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.until = horizon(tables)
        self.commits = ibis.memtable(commits(tables).to_pyarrow())
        self.changes = ibis.memtable(changes(tables).to_pyarrow())
        self._remembered: dict[Hashable, object] = {}

    def remember(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return what `work_out` gave the first time it was asked for under `key`."""
        if key not in self._remembered:
            self._remembered[key] = work_out()
        return cast("T", self._remembered[key])

    def __getitem__(self, name: str) -> ibis.Table:
        """Return the table called `name`."""
        return self._tables[name]


def marks(tables: Tables) -> ibis.Table:
    """Return one row per marked commit: ``commit_id``, ``tool``, ``model``, ``probability``.

    A commit that several tools or models sign becomes one row naming neither, so that parts
    add up to the whole.
    """
    rows = tables["ai_attribution"]
    rows = rows.filter((rows.role == "author") & (rows.target_kind == "commit"))
    found = rows.group_by(commit_id=rows.target_id).agg(
        tools=rows.tool.nunique(),
        one_tool=rows.tool.max(),
        models=rows.model.nunique(),
        one_model=rows.model.max(),
        probability=rows.probability.max(),
    )
    return found.select(
        "commit_id",
        "probability",
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
    if isinstance(tables, Prepared):
        return tables.commits
    account, landed = people(tables), tables["change_commit"].select(part_id="commit_id")
    commit = tables["commit"]
    commit = commit.filter(commit.commit_id.isin(landed.part_id))
    mark = marks(tables).rename(mark_commit_id="commit_id")
    rows = commit.left_join(
        account,
        [
            commit.repository_id == account.account_repository_id,
            commit.author_account_id == account.account_id,
        ],
    ).left_join(mark, commit.commit_id == mark.mark_commit_id)
    rows = rows.mutate(
        known=rows.clock == "ok",
        actor_kind=rows.account_actor_kind.fill_null(rows.actor_kind),
        writer=rows.person_id.fill_null(rows.author_account_id),
    )
    return with_repository(
        rows.select(
            "commit_id",
            "repository_id",
            "known",
            "actor_kind",
            "fix_rule",
            "model",
            at=rows.known.ifelse(rows.committed_at, ibis.null("int64")),
            cluster=rows.writer,
            person=_person(rows),
            origin=_origin(rows.mark_commit_id),
            tool=rows.tool,
        ),
        tables,
    )


def changes(tables: Tables) -> ibis.Table:
    """Return every landed change with author and marking.

    Columns: those of table ``change`` but the account, and ``repository`` (its id), ``at`` (landing
    instant), ``known``, ``person``, ``cluster``, ``origin``, ``tool``, ``model``. A change whose
    landing commit carries a clock that cannot be trusted is not known.
    """
    if isinstance(tables, Prepared):
        return tables.changes
    change, account, mark = tables["change"], people(tables), change_marks(tables)
    change = change.filter(change.state == "merged")  # open and abandoned ones landed nothing
    clocks = tables["commit"].select(landing_id="commit_id", landing_clock="clock")
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
    rows = rows.mutate(
        known=(rows.landing_clock == "ok") & rows.landed_at.notnull(),
        writer=rows.person_id.fill_null(rows.author_account_id),
    )
    return with_repository(
        rows.select(
            "change_id",
            "repository_id",
            "landing",
            "landed_commit_id",
            "first_commit_at",
            "first_release_id",
            "released_at",
            "known",
            "actor_kind",
            "tool",
            "model",
            at=rows.known.ifelse(rows.landed_at, ibis.null("int64")),
            cluster=rows.writer,
            person=_person(rows),
            origin=_origin(rows.mark_change_id),
        ),
        tables,
    )


def change_marks(tables: Tables) -> ibis.Table:
    """Return one row per marked change: ``mark_change_id``, ``tool``, ``model``."""
    mark = marks(tables)
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    rows = part.inner_join(mark, part.part_commit_id == mark.commit_id)
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
    return joined.mutate(repository=joined.repository_id).drop("reach_repository_id")


def horizon(tables: Tables) -> int | None:
    """Return the newest instant history reaches, plus 1 µs; None when every repository is empty."""
    if isinstance(tables, Prepared):
        return tables.until
    newest = tables["repository"].last_commit_at.max().to_pyarrow().as_py()
    return None if newest is None else int(newest) + 1


def _named(models: ibis.expr.types.IntegerValue, one: ibis.expr.types.StringValue) -> ibis.Value:
    return ibis.ifelse(models > 1, SEVERAL_MODELS, one.fill_null(NO_MODEL))


def _origin(mark: ibis.Value) -> ibis.Value:
    return ibis.ifelse(mark.notnull(), MARKED, UNMARKED)


def _person(rows: ibis.Table) -> ibis.Value:
    return ibis.ifelse(rows.actor_kind.isin(NOT_PERSONS), ibis.null("string"), rows.writer)
