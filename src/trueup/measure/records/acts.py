"""What people were seen to do, in code and on changes: the ground on which anyone counts as active.

Machines and deleted accounts are nobody, and so are never active; what they made counts elsewhere.
"""

from __future__ import annotations

import ibis

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import NO, YES, shared, with_actor


def acts(tables: Tables) -> ibis.Table:
    """Return one row per act of a person.

    Columns: ``person``, ``acted_at``, ``repository_id``, ``change_id``.

    Acts are commits (author instants, landed or not), commits proposed, opening a change, reviews,
    comments, and events of a change. ``change_id`` is null of a commit that belongs to none.
    """
    return shared(tables, "acts", lambda: _acts(tables))


def _acts(tables: Tables) -> ibis.Table:
    commit, part = tables["commit"], tables["change_commit"]
    part = part.select("change_id", part_commit_id="commit_id")
    commit = commit.filter(commit.clock == "ok")
    commit = commit.left_join(part, commit.commit_id == part.part_commit_id)
    found = [_by(commit, "authored_at", "author_account_id")]
    for name, instant, account in _ACTS:
        found.append(_by(tables[name], instant, account))
    rows = ibis.union(*found, distinct=False)
    rows = with_actor(rows.filter(rows.acted_at.notnull()), tables, "account")
    rows = rows.filter(rows.person.notnull())
    return rows.select("person", "acted_at", "repository_id", "change_id")


_ACTS = (
    ("change", "opened_at", "author_account_id"),
    ("proposed_commit", "authored_at", "author_account_id"),
    ("review", "submitted_at", "reviewer_account_id"),
    ("review_comment", "written_at", "account_id"),
    ("change_event", "happened_at", "account_id"),
)


def _by(rows: ibis.Table, instant: str, account: str) -> ibis.Table:
    return rows.select(
        *("repository_id", "change_id", "actor_kind"), account=account, acted_at=instant
    )


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
