"""Reviews by whom: people, AI agents and other machines, never one for another.

A review is a submitted review or a comment on the change, by anyone but its author, before the
change was closed. What a deleted account did counts as a person's, and is nobody's.
"""

from __future__ import annotations

import ibis
from ibis import _

from trueup.measure.metric import Tables
from trueup.measure.records.authorship import NO, YES, proposals, shared, with_actor

_MACHINES = ("bot", "ai_agent")


def review_acts(tables: Tables) -> ibis.Table:
    """Return every act of review before the change was closed, the author's own left out.

    Columns: ``change_id``, ``repository_id``, ``acted_at``, ``actor`` (null: gone), ``person``,
    ``kind`` (of the actor), ``verdict`` (null of a comment), ``length`` (null of a review),
    ``is_on_code``, ``is_comment``.
    """
    return shared(tables, "review acts", lambda: _review_acts(tables))


def _review_acts(tables: Tables) -> ibis.Table:
    review, comment = tables["review"], tables["review_comment"]
    reviews = review.select(
        *("change_id", "repository_id", "actor_kind", "verdict"),
        account="reviewer_account_id",
        acted_at="submitted_at",
        length=ibis.null("int32"),
        is_on_code=NO,
        is_comment=NO,
    )
    comments = comment.select(
        *("change_id", "repository_id", "actor_kind"),
        verdict=ibis.null("string"),
        account="account_id",
        acted_at="written_at",
        length=comment.length.cast("int32"),
        is_on_code=comment.is_on_code.fill_null(NO),
        is_comment=YES,
    )
    rows = reviews.union(comments.select(reviews.columns))
    rows = with_actor(rows.filter(rows.acted_at.notnull()), tables, "account")
    change = proposals(tables).select("author", "closed_at", own_change_id="change_id")
    rows = rows.inner_join(change, rows.change_id == change.own_change_id)
    own = (rows.actor == rows.author).fill_null(NO)
    late = (rows.acted_at > rows.closed_at).fill_null(NO)
    rows = rows.filter(~own & ~late)
    return rows.drop("author", "closed_at", "own_change_id", "account", "actor_kind")


def reviewed(tables: Tables) -> ibis.Table:
    """Return every change with when and by whom it was reviewed, as far as the forge recorded it.

    Columns: those of `trueup.measure.records.authorship.proposals`, and ``human_review_at``,
    ``ai_review_at``, ``any_review_at`` (first of each; null: none), ``approved_at`` (last approval
    by a person), ``first_approved_at``, ``human_comments``, ``machine_comments``,
    ``human_code_comments``, ``human_reviewers`` (how many people).
    """
    return shared(tables, "reviewed", lambda: _reviewed(tables))


def _reviewed(tables: Tables) -> ibis.Table:
    act = review_acts(tables)
    is_human, is_ai = act.kind.notin(_MACHINES), act.kind == "ai_agent"
    approves = is_human & (act.verdict == "approved").fill_null(NO)
    found = act.group_by(reviewed_change_id=act.change_id).agg(
        human_review_at=act.acted_at.min(where=is_human),
        ai_review_at=act.acted_at.min(where=is_ai),
        any_review_at=act.acted_at.min(),
        approved_at=act.acted_at.max(where=approves),
        first_approved_at=act.acted_at.min(where=approves),
        human_comments=(is_human & act.is_comment).sum(),
        machine_comments=(~is_human & act.is_comment).sum(),
        human_code_comments=(is_human & act.is_on_code).sum(),
        human_reviewers=act.actor.nunique(where=is_human),
    )
    change = proposals(tables)
    rows = change.left_join(found, change.change_id == found.reviewed_change_id)
    return rows.mutate(
        human_comments=_.human_comments.fill_null(0),
        machine_comments=_.machine_comments.fill_null(0),
        human_code_comments=_.human_code_comments.fill_null(0),
        human_reviewers=_.human_reviewers.fill_null(0),
    ).drop("reviewed_change_id")


def landed_on_forge(rows: ibis.Table) -> ibis.Table:
    """Keep changes that landed but by a direct push; those only git recorded are not known."""
    pushed = ~rows.is_proposed & (rows.landing == "direct").fill_null(NO)
    rows = rows.filter((rows.state == "merged") & ~pushed)
    return rows.mutate(at=rows.landed_at, known=rows.is_proposed & rows.landed_at.notnull())
