"""What trueup may say of causes: an estimate, with the design that identifies it and its checks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from trueup.errors import EstimateError
from trueup.model.evidence import Group, Interval, Window
from trueup.units import Unit, say

SpeaksOf = Literal["these units", "units like these"]
"""Whom an interval is about: the error of an average over the units at hand, or over all such."""

Answer = Literal["holds", "fails", "weak", "cannot tell"]
"""How a check ends; see `Check`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One attempt to break a design, and how it ended.

    Parameters
    ----------
    name
        Snake case, e.g. ``"pre_trend"``.
    question
        What it asks, as a reader would.
    answer
        ``holds``: nothing against the design, and the check could have found it;
        ``fails``: evidence against the design;
        ``weak``: nothing found, but the check could not have found what matters;
        ``cannot tell``: it could not be run.
    says
        One sentence with its numbers.
    figures
        The same numbers by name, for machines; units in the names.
    reference
        Where the method comes from.
    """

    name: str
    question: str
    answer: Answer
    says: str
    figures: tuple[tuple[str, float], ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An answer to "what did it cause", with the question and the design that identify it.

    Parameters
    ----------
    outcome
        Which measure it is about, as the panel calls it.
    estimand
        The question: whose outcome, under which contrast, over which horizon; one phrase.
    design
        What identifies it, e.g. ``"staggered adoption, not-yet treated as controls"``.
    estimator
        Name of the recipe, e.g. ``"callaway_santanna"``.
    value, unit
        The answer. With `trueup.units.RELATIVE`, 0.1 means ten per cent more than without.
    standard_error
        On the scale the interval was made on; None where the method has none (permutation).
    interval
        Says its own level and method.
    p_value
        Of no effect, two-sided; None where the method gives none.
    least_p
        Smallest p the design could have given (permutation); None where it has no floor.
    speaks_of
        Whom the interval is about.
    n_rows, n_units, n_treated, n_clusters
        Unit-periods used; units; units that adopted; clusters the interval rests on.
    assumptions
        What must hold for `value` to be the effect; one sentence each.
    window
        First to last period used.
    source
        Where the panel comes from.
    group
        Which slice it speaks of, e.g. ``(("horizon", "-3"),)`` on an event-study path.
    seed
        Of resampling, None where nothing was drawn.
    """

    outcome: str
    estimand: str
    design: str
    estimator: str
    value: float
    unit: Unit
    standard_error: float | None
    interval: Interval
    p_value: float | None = None
    least_p: float | None = None
    speaks_of: SpeaksOf
    n_rows: int
    n_units: int
    n_treated: int
    n_clusters: int
    assumptions: tuple[str, ...]
    window: Window
    source: str
    group: Group = ()
    seed: int | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise EstimateError(
                f"The effect on {self.outcome} is not a number.", hint="Abstain instead."
            )

    def say(self) -> str:
        """Say the value in its unit, e.g. ``-4 %``."""
        return say(self.value, self.unit)

    def say_interval(self) -> str:
        """Say the interval."""
        return f"{say(self.interval.low, self.unit)} to {say(self.interval.high, self.unit)}"

    def _repr_markdown_(self) -> str:
        level = f"{100 * self.interval.level:g} %"
        return (
            f"**{self.outcome}: {self.say()}** ({self.say_interval()}, {level})  \n"
            f"{self.estimand}; {self.design}; {self.n_units:,} units, {self.n_treated:,} treated; "
            f"about {self.speaks_of}"
        )
