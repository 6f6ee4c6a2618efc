"""Who may be shown is decided by what a result is made of, not by who remembers to ask."""

from __future__ import annotations

import dataclasses

import pytest

from trueup.errors import PersonIsNotAUnit
from trueup.model.cohort import Cohort, OfPersons


@pytest.mark.parametrize(
    ("about", "fewest"), [("behaviour", 8), ("survey", 10), ("pay", 10), ("text", 20)]
)
def test_a_group_one_person_too_small_cannot_be_made(about: str, fewest: int) -> None:
    Cohort(about=about, persons=fewest, largest_ratio=0.2)  # type: ignore[arg-type]
    with pytest.raises(PersonIsNotAUnit, match="point at persons"):
        Cohort(about=about, persons=fewest - 1, largest_ratio=0.2)  # type: ignore[arg-type]


def test_a_group_that_one_person_dominates_cannot_be_made() -> None:
    Cohort(about="behaviour", persons=30, largest_ratio=0.4)
    with pytest.raises(PersonIsNotAUnit, match="point at persons"):
        Cohort(about="behaviour", persons=30, largest_ratio=0.41)


def test_a_number_about_persons_cannot_be_made_without_its_group() -> None:
    needed = [
        one.name for one in dataclasses.fields(OfPersons) if one.default is one.default_factory
    ]
    assert needed == ["measured", "cohort"]


def test_how_many_there_are_is_said_to_the_nearest_five() -> None:
    said = [Cohort(about="behaviour", persons=n, largest_ratio=0.2).says() for n in (8, 12, 13)]
    assert said == ["about 10 persons", "about 10 persons", "about 15 persons"]
