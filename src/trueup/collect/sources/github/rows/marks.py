"""Rows on what a change names and what marks it: work items, and the use of AI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from trueup.collect.attribution import Attribution, CommitText, RuleTable
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.marks import add_marks, add_mentions, named_in, people
from trueup.collect.gathering import Rows
from trueup.collect.sources.github.rows.actors import Actors


def add_named(rows: Rows, of: Mapping[str, str], body: Fields, commits: Sequence[Fields]) -> None:
    """Add each work item the words of a change name, and those GitHub itself links to it.

    Parameters
    ----------
    of
        ``change_id`` and ``repository_id``.
    commits
        The commits proposed.
    """
    found = named_in((body, *commits))
    closed = {key.lower() for (key, _), is_closing in found.items() if is_closing}
    host = of["repository_id"].partition("/")[0]
    for issue in body.nodes("closingIssuesReferences"):
        owner, number = issue.part("repository").text("nameWithOwner"), issue.number("number")
        key = f"{host}/{owner}/issues/{number}"
        if owner is not None and number is not None and key.lower() not in closed:
            found[key, "body"] = True
    add_mentions(rows, of, found)


def add_marked(
    rows: Rows,
    rules: RuleTable,
    actors: Actors,
    of: Mapping[str, str],
    holders: Sequence[Fields],
) -> None:
    """Add each mark of AI on a change, once.

    Parameters
    ----------
    holders
        The change, then the commits it proposes.
    """
    body, *commits = holders
    marks = (
        *_by_accounts(actors, body),
        *_by_names(rules, body),
        *(mark for holder in holders for mark in holder.marks("marks")),
        *(mark for commit in commits for mark in rules.classify(_people(commit))),
    )
    add_marks(rows, of, rules.version, marks)


def _by_accounts(actors: Actors, body: Fields) -> Iterator[Attribution]:
    """Yield marks by who opened the change and who reviewed it, whatever else they may be."""
    for mark in actors.marks(body.part("author")):
        yield replace(mark, role="author")
    for review in body.nodes("reviews"):
        for mark in actors.marks(review.part("author")):
            yield replace(mark, role="reviewer")


def _by_names(rules: RuleTable, body: Fields) -> Iterator[Attribution]:
    yield from rules.branch(body.text("headRefName") or "")
    for label in body.nodes("labels"):
        yield from rules.label(label.text("name") or "")


def _people(commit: Fields) -> CommitText:
    author, committer = commit.part("author"), commit.part("committer")
    return people(
        (author.text("name") or "", author.text("email") or ""),
        (committer.text("name") or "", committer.text("email") or ""),
        is_merge=(commit.part("parents").number("totalCount") or 0) > 1,
    )
