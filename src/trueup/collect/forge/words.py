"""What the words of a change say, before they are dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trueup.collect.attribution import Attribution, CommitText, RuleTable
from trueup.collect.mentions import Mention, branch_mentions, mentions

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNCHECKED = re.compile(r"^[ \t>]*[-*+][ \t]+\[[ \t]?\].*$", re.MULTILINE)
_QUOTED = re.compile(r"^[ \t]*>(?![ \t]*\[!).*$", re.MULTILINE)

Mark = tuple[str, str | None, str, str, str | None, float]
"""Tool, model, role, rule, session and probability, as they are archived."""


def written(body: str) -> str:
    """Return what somebody wrote: without comments of templates, open boxes and quotations.

    A template asks everyone whether AI was used; only a ticked box answers.
    """
    return _QUOTED.sub("", _UNCHECKED.sub("", _COMMENT.sub("", body)))


def text_marks(rules: RuleTable, message: str, *, is_merge: bool = False) -> list[Mark]:
    """Return the marks a text carries, whoever wrote it."""
    return packed(rules.classify(CommitText("", "", "", "", message, is_merge)))


def packed(marks: Iterable[Attribution]) -> list[Mark]:
    """Return marks in the form they are archived in."""
    return [(m.tool, m.model, m.role, m.rule_id, m.session_id, m.probability) for m in marks]


def named_items(
    repository_id: str, title: str, body: str, branch: str
) -> list[tuple[str, str, bool]]:
    """Return (work item, place, whether it is closed) of everything a change's words name."""
    found = {
        "title": mentions(title, repository_id),
        "body": mentions(body, repository_id),
        "branch": branch_mentions(branch),
    }
    return [entry for place, said in found.items() for entry in placed(place, said)]


def placed(place: str, said: Iterable[Mention]) -> list[tuple[str, str, bool]]:
    """Return mentions in the form they are archived in."""
    return [(mention.key, place, mention.is_closing) for mention in said]
