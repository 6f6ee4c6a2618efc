"""How questionnaires are scored: keys, never the wording of questions that are not ours.

Where the authors of a scale do not say whether a product may carry its wording, it carries none:
whoever asks takes the questions from the authors and their licence with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from trueup.units import POINTS, RELATIVE, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A scoring key.

    Parameters
    ----------
    name, title
        In columns and for readers.
    items
        Codes of its questions, in the order of the publication.
    lowest, highest
        Of one answer.
    reversed_items
        Questions where agreeing means little of it: scored ``lowest + highest - answer``.
    made_by
        How answers become one number: their sum, their mean, or so much less time.
    most_missing
        With more questions left out than these, nobody gets a score; with fewer, the mean of
        those answered stands for those left out.
    unit
        Of the score.
    is_validated
        Whether anybody has shown that it measures what it says.
    source, licence
        Where it was published; what was seen of the terms.
    """

    name: str
    title: str
    items: tuple[str, ...]
    lowest: int
    highest: int
    reversed_items: frozenset[str] = frozenset()
    made_by: Literal["sum", "mean", "less"] = "mean"
    most_missing: int
    unit: Unit = POINTS
    is_validated: bool
    source: str
    licence: str

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest score."""
        if self.made_by == "less":
            return -self.highest / 100, -self.lowest / 100
        times = len(self.items) if self.made_by == "sum" else 1
        return float(times * self.lowest), float(times * self.highest)


FELT = Scale(
    name="felt_time",
    title="Felt change in time per task",
    items=("felt_time_saved",),
    lowest=-300,
    highest=100,
    made_by="less",
    most_missing=0,
    unit=RELATIVE,
    is_validated=False,
    source="Own question, after the one METR put at the end of its trial of 2025.",
    licence="Ours, with its wording in docs/how-to/ask-people.md.",
)
"""Per cent of time people say AI tools save them; scored as a change in time, less below nought."""

_ALL = (
    Scale(
        name="gse",
        title="General self-efficacy",
        items=tuple(f"gse_{number}" for number in range(1, 11)),
        lowest=1,
        highest=4,
        made_by="sum",
        most_missing=3,
        is_validated=True,
        source="Schwarzer and Jerusalem (1995), Generalized Self-Efficacy scale. "
        "http://userpage.fu-berlin.de/%7Ehealth/engscal.htm",
        licence="The authors allow use in studies that name the source; of products they say "
        "nothing.",
    ),
    Scale(
        name="ngse",
        title="New general self-efficacy",
        items=tuple(f"ngse_{number}" for number in range(1, 9)),
        lowest=1,
        highest=5,
        most_missing=2,
        is_validated=True,
        source="Chen, Gully and Eden (2001), Organizational Research Methods 4(1). "
        "https://edinstruments.com/instruments/new-general-self-efficacy-scale-ngse",
        licence="Listed as free; terms of the publisher not seen.",
    ),
    Scale(
        name="unaided",
        title="Confidence in coding without AI",
        items=("unaided_1", "unaided_2", "unaided_3"),
        lowest=1,
        highest=5,
        reversed_items=frozenset(("unaided_3",)),
        most_missing=0,
        is_validated=False,
        source="Own questions: the general scales do not ask about coding.",
        licence="Ours, with their wording in docs/how-to/ask-people.md.",
    ),
    FELT,
)

SCALES: Mapping[str, Scale] = MappingProxyType({scale.name: scale for scale in _ALL})
"""Every scoring key by name."""
SCALE_OF: Mapping[str, Scale] = MappingProxyType(
    {item: scale for scale in _ALL for item in scale.items}
)
"""The scale each question belongs to."""
