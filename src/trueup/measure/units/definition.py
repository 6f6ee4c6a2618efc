"""What an outcome of a unit in a week is: a definition, as data.

`trueup.measure.units.weeks` counts; an outcome says which count is divided by which, or which
metric is asked of the unit in the week.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trueup.measure.metric import Metric
from trueup.units import Unit

Count = Literal[
    "active",
    "deployed",
    "sound",
    "merged",
    "marked",
    "failed",
    "incidents",
    "rework",
    "timed",
    "lead_seconds",
    "lead_median_seconds",
    "arrived",
    "inside",
    "reviews",
    "review_wait_seconds",
    "items_done",
    "tokens",
    "ai_users",
    "ai_hours",
]
"""What is counted per unit and week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One column of unit-weeks.

    Parameters
    ----------
    name
        Of the column; ends in its unit.
    question
        What a reader would ask.
    definition
        What exactly counts.
    unit, says_unit
        What one of it stands for; the same in words.
    better
        Which direction is good, if any is.
    kind
        ``exposure`` is never an outcome.
    scale
        How a difference in it is best said: ``level`` in its unit, ``log`` as a proportion of a
        positive number, ``count`` as a proportion of the mean of a number that may be nought.
    is_throughput
        Whether it counts finished work that reached users.
    needs
        Tables without which it is not observed.
    top, bottom
        Counts of which it is the ratio; without `bottom` it is `top` itself.
    metric
        Whose rows are added up instead of counts: over the same unit and week it gives the same
        number. None where `top` is counted.
    metric_name
        The metric that answers the same question over a window; empty where none does.
    seen_with
        Count that must be above nought for it to be observed.
    is_watched
        Only observed once 30 days have passed since the week.
    version
        Raised when the meaning changes.
    """

    name: str
    question: str
    definition: str
    unit: Unit
    says_unit: str
    better: Literal["higher", "lower", "neither"]
    kind: Literal["outcome", "flow", "quality", "exposure"]
    scale: Literal["level", "log", "count"]
    needs: tuple[str, ...]
    top: Count | None = None
    bottom: Count | None = None
    metric: Metric | None = None
    metric_name: str = ""
    seen_with: Count | None = None
    is_throughput: bool = False
    is_watched: bool = False
    version: int = 1
