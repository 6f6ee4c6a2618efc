"""What people were seen to do, in code and on changes: the ground on which anyone counts as active.

Machines and deleted accounts are nobody, and so are never active; what they made counts elsewhere.
"""

from __future__ import annotations

import ibis

from trueup.measure.authorship import NO, YES, proposals, shared, with_actor
from trueup.measure.metric import Tables


def acts(tables: Tables) -> ibis.Table:
    """Return one row per act of a person.

    Columns: ``person``, ``acted_at``, ``repository_id``, ``change_id``.

    Acts are commits (author instants, landed or not), commits proposed, opening a change, reviews,
    comments, and events of a change. ``change_id`` is null of a commit that belongs to none.
    """
    return shared(tables, "acts", lambda: _acts(tables))


def _acts(tables: Tables) -> ibis.Table:
    found = [
        _commits(tables),
        *(
            _by_account(tables, name, instant, account)
            for name, instant, account in (
                ("proposed_commit", "authored_at", "author_account_id"),
                ("review", "submitted_at", "reviewer_account_id"),
                ("review_comment", "written_at", "account_id"),
                ("change_event", "happened_at", "account_id"),
            )
        ),
    ]
    opened = proposals(tables)
    opened = opened.select("person", "repository_id", "change_id", acted_at="opened_at")
    rows = ibis.union(*(each.select(_COLUMNS) for each in [*found, opened]), distinct=False)
    return rows.filter(rows.person.notnull() & rows.acted_at.notnull())


_COLUMNS = ("person", "acted_at", "repository_id", "change_id")


def _commits(tables: Tables) -> ibis.Table:
    commit = tables["commit"]
    commit = commit.filter(commit.clock == "ok")
    part = tables["change_commit"].select("change_id", part_commit_id="commit_id")
    rows = commit.left_join(part, commit.commit_id == part.part_commit_id)
    return with_actor(rows, tables, "author_account_id").rename(acted_at="authored_at")


def _by_account(tables: Tables, name: str, instant: str, account: str) -> ibis.Table:
    return with_actor(tables[name], tables, account).rename(acted_at=instant)


def active(tables: Tables) -> ibis.Table:
    """Return acts as event rows of `trueup.measure.metric.PerActive` that only weigh."""
    rows = acts(tables)
    return rows.select(
        "person",
        "change_id",
        at="acted_at",
        repository="repository_id",
        actor="person",
        cluster="person",
        active=YES,
        known=YES,
        value=ibis.literal(0.0),
        team=ibis.null("string"),
    )


def made(rows: ibis.Table) -> ibis.Table:
    """Return finished things as event rows that stand above the line only.

    Parameters
    ----------
    rows
        With ``at``, ``person``, ``cluster``, ``known``; ``repository`` and ``change_id`` where they
        have one.
    """
    kept = [name for name in ("repository", "change_id", "team") if name in rows.columns]
    return rows.select(
        *("at", "person", "cluster", "known", *kept),
        actor="person",
        active=NO,
        value=ibis.literal(1.0),
    )


def over_active(done: ibis.Table, tables: Tables) -> ibis.Table:
    """Return finished things together with everybody's activity, for a rate per active person."""
    top, ground = made(done), active(tables)
    names = [name for name in ground.columns if name in top.columns]
    return top.select(names).union(ground.select(names))
