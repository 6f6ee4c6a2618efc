"""Whom a number about persons speaks of: a group too large to point at anybody, by its type.

What is measured of how persons work, what they answered, or what they wrote to a machine is held
in `OfPersons` and in nothing else, and an `OfPersons` cannot be made without a `Cohort`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.errors import PersonIsNotAUnit
from trueup.model.evidence import Measurement

About = Literal["behaviour", "survey", "pay", "text"]
FEWEST = {"behaviour": 8, "survey": 10, "pay": 10, "text": 20}
"""Persons below which nothing is shown: of acts in sessions, answers, pay, conversations."""
LARGEST_RATIO = 0.40
"""No person contributes more of the rows behind a number than this."""
_ROUNDED_TO = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """A group of persons large and even enough for a number to be shown of it.

    Parameters
    ----------
    about
        What the number is made of; decides how many persons there must be.
    persons
        How many contribute.
    largest_ratio
        Share of the rows behind the number that the most active of them contributes, 0..1.

    Raises
    ------
    PersonIsNotAUnit
        There are too few of them, or one contributes more than two fifths.
    """

    about: About
    persons: int
    largest_ratio: float

    def __post_init__(self) -> None:
        if not may_be_shown(self.about, self.persons, self.largest_ratio):
            raise PersonIsNotAUnit(
                f"A number about {self.about} would point at persons.",
                hint=f"Show groups of {FEWEST[self.about]} persons or more, none of whom has over "
                f"{100 * LARGEST_RATIO:.0f} % of it.",
            )

    def says(self) -> str:
        """Say how many there are, to the nearest five: two reports do not give one person away."""
        return f"about {max(_ROUNDED_TO * round(self.persons / _ROUNDED_TO), _ROUNDED_TO)} persons"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPersons:
    """A measurement of what persons do, answer or write, with the cohort it is safe to show of."""

    measured: Measurement
    cohort: Cohort


def may_be_shown(about: About, persons: int, largest_ratio: float) -> bool:
    """Return whether a group is large and even enough; for rolling up before it is made."""
    return persons >= FEWEST[about] and largest_ratio <= LARGEST_RATIO
