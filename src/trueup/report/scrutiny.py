"""Blocks that hold an answer up to doubt: checks, what it would take, what others found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.estimate.assessment import Power
from trueup.estimate.studies import Study
from trueup.measure.comparing.published import PublishedFigure
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Finding
from trueup.report.sentence import Defined, Sentence
from trueup.report.words import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One attempt to break a design.

    Parameters
    ----------
    about
        Which outcome, as a reader calls it.
    """

    about: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """How the attempts to break a design ended, a word and a mark for each.

    Parameters
    ----------
    id
        Anchor, unique in the report.
    is_short
        Only names and answers, each leading to the whole line elsewhere.
    is_folded
        Opened by whoever wants to see it.
    """

    id: str
    caption: Sentence
    lines: tuple[CheckLine, ...]
    is_short: bool = False
    is_folded: bool = False

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order; a check is its own evidence."""
        yield from self.caption.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What these data could have seen of one outcome, and how many more it would take.

    Parameters
    ----------
    found
        The smallest change that would have been found, in the unit of the answer.
    """

    about: str
    power: Power | Abstention
    found: Defined


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """How many more units or periods each answer would take.

    Parameters
    ----------
    units, periods
        What they are called, in the plural.
    """

    caption: Sentence
    units: str
    periods: str
    rows: tuple[Need, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.caption.shown()
        for row in self.rows:
            if isinstance(row.power, Abstention):
                yield row.power


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """Published studies of one family, with their links and how far their figures are checked."""

    caption: Sentence
    studies: tuple[Study, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.caption.shown()
        yield from self.studies


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideLine:
    """One row.

    Parameters
    ----------
    metric
        What computes it here.
    figures
        As published, newest edition first.
    now
        The metric over the year up to the newest record.
    low, high, change
        In the quarters of least and of most AI use, and the one over the other.
    change_of_sums
        The same with all units as one, where that is another answer; else None.
    by_design
        What a comparison with a design says of it, or why none does.
    """

    metric: str
    figures: tuple[PublishedFigure, ...]
    now: Finding
    low: Finding
    high: Finding
    change: Finding
    change_of_sums: Finding | None
    by_design: Estimate | Abstention
    is_asked: bool = True
    """Whether a plan asks about it: a question nobody put is not one without an answer."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of one's own stands in it."""
        return isinstance(self.now, Abstention) and isinstance(self.change, Abstention)

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from (self.now, self.low, self.high, self.change)
        if self.change_of_sums is not None:
            yield self.change_of_sums
        yield self.by_design


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideTable:
    """Rows that hold something of one's own."""

    caption: Sentence
    lines: tuple[BesideLine, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.caption.shown()
        for line in self.lines:
            yield from line.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyBeside:
    """Rows nothing of one's own can fill yet, and what would."""

    lines: tuple[BesideLine, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for line in self.lines:
            yield from line.shown()
