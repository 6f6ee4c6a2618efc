"""How commits landed: every commit that HEAD has is part of exactly one change.

The main line is the chain of first parents from HEAD. On it, a commit with one parent is a
change of its own; a merge is a change made of all it brought in, unless it only brought
lines together (the default branch merged into a topic, a pull, a release branch merged
forward): then what it brought in landed on that other line, commit by commit, and the merge
itself counts to the change before it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trueup.collect.messages import MergeWords
from trueup.collect.sources.git.changes.commits import Commits
from trueup.collect.sources.git.clone.addresses import normalised

_USUAL_DEFAULTS = frozenset(("main", "master", "trunk"))
_LONG_LIVED = re.compile(
    r"develop(?:ment)?|devel?|next|staging|stable|prod(?:uction)?|release|maint"
    r"|(?:releases?|rel|stable|maint(?:enance)?|support)[/-].+"
    r"|v?\d+(?:[._]\d+)*[._](?:\d+|x)(?:[-.]?(?:maint(?:enance)?|stable|dev|branch))?",
    re.IGNORECASE,
)


class MessageGone(Exception):
    """Landing needs a message that an earlier collection read and dropped: read all again."""


@dataclass(slots=True)
class Landing:
    """A change on the main line: the commit it landed with, and all commits it is made of."""

    at: int
    kind: str
    number: int | None
    commits: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What tells a merge that brings lines together from one that lands a change.

    Parameters
    ----------
    branch
        The branch that is read, None when HEAD is detached.
    own_addresses
        Normalised addresses under which this repository is fetched from.
    change_numbers
        Numbers of the changes whose heads the clone holds.
    earlier_numbers
        For commits that landed a change in earlier collections: the number their message named.
    earlier_members
        Commits that were part of a change in earlier collections.
    """

    branch: str | None
    own_addresses: frozenset[str]
    change_numbers: frozenset[int] = frozenset()
    earlier_numbers: Mapping[int, int | None] = field(default_factory=dict)
    earlier_members: frozenset[int] = frozenset()

    def brings_together(self, words: MergeWords) -> bool:
        """Tell whether a merge with these words only brings lines together."""
        name, address = words.name, words.address
        if address == "remote-tracking":
            remote, _, name = name.partition("/")
            ours = remote in ("origin", "upstream")
        else:
            ours = not address or normalised(address) in self.own_addresses
        if not ours:
            return False
        pulled = bool(address) and name == (words.into or self.branch)
        return pulled or self._is_lasting(name)

    def _is_lasting(self, name: str) -> bool:
        lasting = name == self.branch or name in _USUAL_DEFAULTS
        return lasting or _LONG_LIVED.fullmatch(name) is not None


def names_other_addresses(commits: Commits, own_addresses: Iterable[str]) -> bool:
    """Tell whether a merge names an address that is not known to be the repository's own."""
    own = {*own_addresses, None}
    return any(
        said.merged is not None and normalised(said.merged.address) not in own
        for said in commits.said.values()
    )


def often_pulled_from(commits: Commits, head: int) -> str | None:
    """Return the address most merges name: the repository's own, also under an old name."""
    inside = commits.ancestors([head], [False] * len(commits))
    merges = (said.merged for at in inside if (said := commits.said.get(at)) is not None)
    named = Counter(
        normalised(merged.address)
        for merged in merges
        if merged is not None and merged.address not in ("", "remote-tracking")
    )
    address, times = named.most_common(1)[0] if named else (None, 0)
    return address if times > 1 else None


def land(commits: Commits, head: int, around: Surroundings) -> list[Landing]:
    """Divide all commits reachable from `head` into changes, oldest first.

    Raises
    ------
    MessageGone
        A message decides that this reading did not include.
    """
    return _Walk(commits, around).walk(head)


class _Walk:
    def __init__(self, commits: Commits, around: Surroundings) -> None:
        self._commits = commits
        self._around = around
        self._owner = [-1] * len(commits)
        self._landings: list[Landing] = []
        self._trusted = _numbers_are_heads(commits, around)

    def walk(self, head: int) -> list[Landing]:
        waiting = [iter(self._line(head))]
        while waiting:
            at = next(waiting[-1], None)
            if at is None:
                waiting.pop()
                continue
            others = [p for p in self._commits.parents[at][1:] if self._owner[p] < 0]
            if not self._brings_together(at):
                self._land(at, others)
            elif others:
                waiting.append(iter((*self._line(others[0]), at)))
            else:
                self._join(at)
        return self._landings

    def _line(self, tip: int) -> list[int]:
        """First parents from `tip` back to the first that has landed, oldest first."""
        line = []
        at = tip
        while self._owner[at] < 0:
            line.append(at)
            above = self._commits.parents[at]
            if not above:
                break
            at = above[0]
        return line[::-1]

    def _land(self, at: int, others: list[int]) -> None:
        number = self._number(at)
        if len(self._commits.parents[at]) > 1:
            kind = "merge"
        else:
            kind = "direct" if number is None else "squash"
        change = len(self._landings)
        landing = Landing(at, kind, number, [])
        self._landings.append(landing)
        waiting = [at, *others]
        while waiting:
            member = waiting.pop()
            if self._owner[member] < 0:
                self._owner[member] = change
                landing.commits.append(member)
                if member != at:
                    waiting.extend(self._commits.parents[member])

    def _join(self, at: int) -> None:
        change = self._owner[self._commits.parents[at][0]]
        self._owner[at] = change
        self._landings[change].commits.append(at)

    def _number(self, at: int) -> int | None:
        if not self._is_read(at):
            return self._around.earlier_numbers.get(at)
        said = self._commits.said.get(at)
        if said is None or said.number is None:
            return None
        if len(self._commits.parents[at]) > 1 or said.number in self._around.change_numbers:
            return said.number
        return None if self._trusted and said.number <= self._trusted else said.number

    def _brings_together(self, at: int) -> bool:
        if len(self._commits.parents[at]) < 2:
            return False
        if not self._is_read(at):
            return at not in self._around.earlier_numbers
        said = self._commits.said.get(at)
        if said is None or said.merged is None or said.number is not None:
            return False
        return self._around.brings_together(said.merged)

    def _is_read(self, at: int) -> bool:
        if at < self._commits.read_now:
            return True
        if at not in self._around.earlier_members:
            raise MessageGone
        return False


def _numbers_are_heads(commits: Commits, around: Surroundings) -> int:
    """Return up to which number a ``(#12)`` without a head is an issue's, not a change's.

    Only where the clone holds the heads of most numbers that messages name; else 0.
    """
    numbers = around.change_numbers
    newest = max(numbers, default=0)
    named = {said.number for said in commits.said.values()}
    named.update(around.earlier_numbers.values())
    within = [number for number in named if number is not None and number <= newest]
    present = sum(number in numbers for number in within)
    return newest if within and 2 * present >= len(within) else 0


def first_of_each_number(landings: Iterable[Landing]) -> dict[int, int]:
    """Map each number to the position of the oldest landing that names it."""
    first: dict[int, int] = {}
    for position, landing in enumerate(landings):
        if landing.number is not None:
            first.setdefault(landing.number, position)
    return first
