"""Blocks only the balance fills: how checks ended, what it would take, what others found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.estimate.assessment import Power
from trueup.estimate.studies import Study
from trueup.model.effect import Check
from trueup.model.evidence import Abstention
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
