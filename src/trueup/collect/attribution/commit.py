"""What a commit says about its makers, and the shapes rules look at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from trueup.collect.attribution.rule import Rule


@dataclass(frozen=True, slots=True)
class CommitText:
    """Everything of a commit that attribution reads.

    Parameters
    ----------
    author_name, author_email
        As recorded, before any mailmap: a mailmap may hide a name suffix.
    committer_name, committer_email
        As recorded.
    message
        The whole message, subject first.
    is_merge
        The commit has two parents or more.
    """

    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    message: str
    is_merge: bool


@dataclass(frozen=True, slots=True)
class Attribution:
    """One mark: which tool had which part in the commit, and which rule says so.

    Parameters
    ----------
    tool
        Short name of the tool, e.g. ``claude-code``.
    model
        Normalised model name, e.g. ``claude-opus-4.6``; None where the mark names none.
    role
        One of `trueup.model.tables.ROLES`.
    rule_id
        The rule of the table that matched.
    session_id
        The tool's own id of the session, without the address around it; None without one.
    probability
        How likely a mark like this means what its role says (0..1).
    """

    tool: str
    model: str | None
    role: str
    rule_id: str
    session_id: str | None
    probability: float


AUTHOR_KEYS = frozenset(
    (
        "co-authored-by",
        "coauthored-by",
        "co-author",
        "co-developed-by",
        "co-created-by",
        "authored-by",
        "written-by",
        "generated-by",
        "developed-by",
        "implemented-by",
        "assisted-by",
        "ai-assisted-by",
        "pair-programmed-with",
        "signed-off-by",
    )
)
"""Trailers whose value names someone who took part in the writing."""

REVIEW_KEYS = frozenset(
    ("reviewed-by", "acked-by", "tested-by", "suggested-by", "reported-by", "found-by")
)
"""Trailers whose value names someone who looked on."""

_KEYED = re.compile(
    r"[^\w`\"'(\[<]*([a-z](?:[a-z-]| (?=by\b)){1,40})[ \t]*:[ \t]*(\S.*)", re.IGNORECASE
)
_MERGED = re.compile(
    r"Merge (?:pull request #\d+ from [^/\s]+/(?P<pull>\S+)"
    r"|(?:remote-tracking )?branch(?:es)? '(?:origin/)?(?P<branch>[^']+)')"
)
_AROUND_ADDRESS = ' "\\'
_BARE_ADDRESS = re.compile(r"(.*?)[\s(]*([\w.+\[\]-]+@[\w.-]+\w)")


@dataclass(frozen=True)
class Message:
    """A commit message taken apart once, for every rule to look at."""

    text: str
    lowered: str
    is_merge: bool

    def possible(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """Return those rules that may match somewhere in this message."""
        return tuple(
            rule
            for rule in rules
            if not rule.needs or any(need in self.lowered for need in rule.needs)
        )

    @cached_property
    def lines(self) -> list[str]:
        """Every line, without the white space around it."""
        return [line.strip() for line in self.text.splitlines()]

    @cached_property
    def subject(self) -> str:
        """The first line."""
        return self.lines[0] if self.lines else ""

    @cached_property
    def trailers(self) -> list[tuple[str, str]]:
        """``(key, value)`` of every line of that form, wherever it stands, keys lower case.

        Squash merges nest trailers in bullets and leave them mid-message, so git's own
        reading of the last paragraph would miss them.
        """
        return list(self._keyed())

    def _keyed(self) -> Iterator[tuple[str, str]]:
        for line in self.lines:
            found = _KEYED.match(line) if ":" in line else None
            if found is not None:
                yield found[1].lower().replace(" ", "-"), found[2]

    @cached_property
    def merged_branch(self) -> str:
        """Name of the branch a merge brought in; empty when it names none."""
        found = _MERGED.match(self.subject) if self.is_merge else None
        return (found["pull"] or found["branch"]) if found is not None else ""


def identity(name: str, email: str) -> str:
    """Return the one form in which identity rules see a name and an address."""
    return f"{name.strip()} <{email.strip(_AROUND_ADDRESS)}>"


def identity_of_value(value: str) -> str:
    """Read a trailer's value as an identity, however it was written.

    The address may be missing, glued to the name, or stand without its brackets.
    """
    name, bracket, rest = value.partition("<")
    if bracket:
        email = rest.partition(">")[0].strip()
        return identity(name, email) if "@" in email else f"{value.strip()} <>"
    bare = _BARE_ADDRESS.match(value)
    if bare is not None:
        return identity(bare[1], bare[2])
    return f"{value.strip()} <>"
