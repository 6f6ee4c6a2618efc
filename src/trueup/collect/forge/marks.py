"""Rows on what a change names and what marks it: work items, and the use of AI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trueup.collect.attribution import Attribution, CommitText
from trueup.collect.forge.fields import Fields
from trueup.collect.gathering import Rows


def named_in(holders: Iterable[Fields]) -> dict[tuple[str, str], bool]:
    """Return whether each (work item, place) that words name is closed by them."""
    found: dict[tuple[str, str], bool] = {}
    for holder in holders:
        for key, place, is_closing in holder.mentions("mentions"):
            found[key, place] = found.get((key, place), False) or is_closing
    return found


def add_mentions(rows: Rows, of: Mapping[str, str], named: Mapping[tuple[str, str], bool]) -> None:
    """Add each work item a change names.

    Parameters
    ----------
    of
        ``change_id`` and ``repository_id``.
    """
    for (key, place), is_closing in named.items():
        rows.add(
            "work_item_mention",
            repository_id=of["repository_id"],
            target_kind="change",
            target_id=of["change_id"],
            key=key,
            place=place,
            is_closing=is_closing,
        )


def add_marks(
    rows: Rows, of: Mapping[str, str], rules_version: str, marks: Iterable[Attribution]
) -> None:
    """Add each mark of AI on a change, once."""
    for mark in dict.fromkeys(marks):
        rows.add(
            "ai_attribution",
            repository_id=of["repository_id"],
            target_kind="change",
            target_id=of["change_id"],
            tool=mark.tool,
            model=mark.model,
            role=mark.role,
            rule_id=mark.rule_id,
            rules_version=rules_version,
            session_id=mark.session_id,
            probability=mark.probability,
        )


def people(author: tuple[str, str], committer: tuple[str, str], *, is_merge: bool) -> CommitText:
    """Return who a commit is by, each as (name, address), in the form rules read."""
    return CommitText(*author, *committer, "", is_merge)
