"""An assessment as the sections read it: outcomes with how a reader calls them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from trueup.estimate.assessment import Assessed, Assessment
from trueup.estimate.estimator import Fit
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.report.names import Spoken, spoken
from trueup.report.sentence import Defined
from trueup.report.words import plain, value_of
from trueup.units import RELATIVE, significant

Standing = Literal["primary", "guardrail", "exploratory"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed:
    """One outcome of an assessment.

    Parameters
    ----------
    standing
        What the plan says it is for.
    called
        How a reader calls it.
    """

    standing: Standing
    called: Spoken
    assessed: Assessed

    @property
    def found(self) -> Estimate | Abstention:
        """What the recipe of the plan found."""
        return estimate_of(self.assessed.primary)

    @property
    def naive(self) -> Estimate | Abstention:
        """What a dashboard without a design would say."""
        return estimate_of(self.assessed.naive)

    @property
    def second(self) -> Estimate | Abstention:
        """What another recipe with a design found."""
        return estimate_of(self.assessed.second)

    @property
    def smallest(self) -> Defined:
        """The smallest difference of interest, as a reader would say it."""
        size = self.assessed.question.smallest
        if self.assessed.question.scale == "level":
            return Defined(text=self._level(size), by="the plan")
        return Defined(text=plain(size, RELATIVE).lstrip("+"), by="the plan")

    def _level(self, size: float) -> str:
        """Say a size on the scale of the outcome itself."""
        found = self.found if isinstance(self.found, Estimate) else self.naive
        if isinstance(found, Estimate):
            return value_of(replace(found, value=size)).lstrip("+")
        return f"{significant(size)} {self.assessed.question.unit}".strip()

    @property
    def two_way(self) -> Estimate | Abstention | None:
        """What is left once levels and the calendar are taken out; None where nobody asked."""
        fit = self.assessed.two_way
        return None if fit is None else estimate_of(fit)

    def per(self, base: float) -> float:
        """Return how a value is stretched to stand beside proportions whose band is `base`."""
        found = self.found if isinstance(self.found, Estimate) else self.naive
        if is_proportion(found):
            return 1.0
        return base / self.assessed.question.smallest

    @property
    def better(self) -> str:
        """Which direction is good, in words; empty where neither is."""
        words = {"higher": "more is better", "lower": "less is better", "neither": ""}
        return words[self.assessed.question.better]


def estimate_of(fit: Fit | Abstention) -> Estimate | Abstention:
    """Return the overall answer of a fit, or why there is none."""
    return fit.estimate if isinstance(fit, Fit) else fit


def weighed(assessment: Assessment) -> tuple[Weighed, ...]:
    """Return every outcome: the primary one, the guardrails, the exploratory ones."""
    return tuple(_all(assessment))


def _all(assessment: Assessment) -> Iterator[Weighed]:
    groups: Mapping[Standing, tuple[Assessed, ...]] = {
        "primary": (assessment.primary,),
        "guardrail": assessment.guardrails,
        "exploratory": assessment.exploratory,
    }
    for standing, group in groups.items():
        for each in group:
            called = spoken(each.question.outcome, each.question.unit)
            yield Weighed(standing=standing, called=called, assessed=each)


def use_of(assessment: Assessment) -> str:
    """Return what adoption is of: AI use in our own records, unknown in a reader's table."""
    ours = spoken(assessment.primary.question.outcome).is_ours
    return "AI use" if ours else "adoption"


def plural(units: str) -> str:
    """Return what units are called when there are several.

    >>> plural("team"), plural("repository"), plural("teams")
    ('teams', 'repositories', 'teams')
    """
    if units.endswith("s"):
        return units
    return f"{units[:-1]}ies" if units.endswith("y") else f"{units}s"


def is_proportion(found: Measurement | Estimate | Abstention) -> bool:
    """Return whether a result can stand on a scale of proportions."""
    return isinstance(found, Estimate) and found.unit == RELATIVE
