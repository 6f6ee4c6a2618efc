"""What a reader in a hurry passes over: folded away here, in one place, for every section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from trueup.report.document import Block, Chart, Definitions, Fold, Section, Table
from trueup.report.scrutiny import EmptyBeside

FOLDED: Mapping[str, tuple[type[Block], str]] = MappingProxyType(
    {
        "ai": (Table, "Which tools and models the marks name"),
        "flow": (Table, "Mean waits, counted in four ways"),
        "effects": (Table, "Every outcome by every recipe"),
        "dose": (Table, "Shapes that compete"),
        "review": (Table, "Every measure of review, and of people, agents and bots"),
        "work": (Table, "Every measure of work items"),
        "beside": (EmptyBeside, "Rows your records cannot fill yet"),
        "studies": (Chart, "What others report, drawn beside yours"),
        "method": (Definitions, "How every number on this page is computed"),
    }
)
"""By section: which blocks are folded, and the words a reader opens them by.

Never what doubts the answer: checks, what is not controlled, what cannot be told.
"""


def fold(section: Section) -> Section:
    """Return the section with neighbouring blocks of its foldable kind under one fold."""
    if section.id not in FOLDED:
        return section
    return replace(section, blocks=tuple(_folded(section, *FOLDED[section.id])))


def _folded(section: Section, kind: type[Block], says: str) -> Iterator[Block | Fold]:
    for is_foldable, blocks in groupby(section.unfolded(), lambda each: isinstance(each, kind)):
        if is_foldable:
            yield Fold(says=says, blocks=tuple(blocks))
        else:
            yield from blocks
