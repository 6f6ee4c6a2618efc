"""The contract every metric keeps: a question, a unit, and the event rows that answer it.

A metric says which rows count and what each is worth. Grouping, the k-rule, calendar windows,
n, coverage and intervals are added once, by `trueup.measure.plan`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import ibis

from trueup.errors import MeasureError
from trueup.units import UNITS, Unit

Kind = Literal["outcome", "flow", "quality", "exposure", "activity"]

DIMENSIONS = ("repository", "origin", "tool", "model", "actor_kind", "file_kind")
"""Columns of event rows a metric may be split by, besides month and week."""

ABOUT_AUTHORS = ("origin", "tool", "model", "actor_kind")
"""Dimensions whose members are groups of authors: each needs k of them to be shown."""


class Tables(Protocol):
    """The canonical tables, by name, as relational expressions."""

    def __getitem__(self, name: str) -> ibis.Table:
        """Return the table called `name`; it has the columns `trueup.model.tables` promises."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PerWeek:
    """How many rows there are per week of seven days.

    Its interval resamples blocks of weeks where the window has 26 or more; in a shorter window
    it is a Poisson interval widened by the week-to-week dispersion.

    Parameters
    ----------
    signed
        Rows count for their `value`, +1 in and -1 out, so that the rate is that of growth.
    """

    signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioOfSums:
    """The sum of `value` over the sum of `weight`: big items count for what they are.

    Parameters
    ----------
    of_flags
        Every row is one item whose value is 0 or 1, so that counting intervals apply.
    parts
        Dimensions that split the numerator only: the share of *all* rows that is marked with
        this tool, not the share among the rows of this tool.
    """

    of_flags: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Exact quantiles of `value`: smallest value at which the share is reached.

    Rows with ``censored`` true say "at least this long" and stay in (Kaplan-Meier).

    Parameters
    ----------
    shares
        Which quantiles, 0..1; each is a measurement of its own.
    clusters_of
        What the interval resamples, as the column ``cluster`` names it.
    """

    shares: tuple[float, ...] = (0.5, 0.85)
    clusters_of: str = "authors"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAverage:
    """How many items are inside on average: each from ``at`` to ``until_at`` (null: still in)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FewestOwners:
    """The smallest number of persons who together hold `share` of the sum of `value`."""

    share: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """The share of lines still there at each age, by Kaplan-Meier.

    Parameters
    ----------
    ages_days
        At which ages, in days.
    difference
        Marked lines' share minus that of unmarked lines born alike, instead of the share itself.
    """

    ages_days: tuple[int, ...] = (14, 30, 90, 365)
    difference: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The four mean waits of Little's law, from rows with ``at`` and ``until_at``.

    Parameters
    ----------
    stage
        ``release`` or ``develop``.
    """

    stage: Literal["release", "develop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsCompared:
    """A figure in months with more marked changes, over the same in months with fewer.

    Parameters
    ----------
    stage
        ``release`` or ``develop``.
    figure
        Items leaving per day, or the edge-corrected wait.
    """

    stage: Literal["release", "develop"]
    figure: Literal["released", "lead_time"]


Summary = (
    PerWeek
    | RatioOfSums
    | Quantiles
    | TimeAverage
    | FewestOwners
    | Survival
    | Waits
    | MonthsCompared
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition, written once, that works at every grain and on every engine.

    Parameters
    ----------
    name
        Ends in its unit.
    question
        What a reader would ask.
    unit
        What one of it stands for.
    kind
        Activity and exposure are never outcomes.
    better
        Which direction is good, if any is.
    needs
        Tables `rows` reads.
    rows
        Event rows. Columns: ``repository`` (id), ``at`` (epoch microseconds UTC; null where
        the clock cannot be trusted), ``person`` (pseudonym; null for bots and agents, who are
        not persons), ``cluster``, ``value``, ``weight``, ``known`` (false: should be in the
        number but cannot be; lowers coverage), and any of `DIMENSIONS`. Waiting times add
        ``censored``, stocks ``until_at``.
    summary
        How rows become a number.
    n_of
        What a row is, in the plural.
    version
        Raised when the meaning changes.
    definition
        What exactly counts, in a few sentences.
    references, caveats
        Where the definition comes from; what it does not say.
    qualifier
        ``"at least"`` where the number is a lower bound by construction.
    remedy
        What would make it known where it is not; one sentence.
    unknown_because
        Why rows that are not known are not, as the end of a sentence about them.
    least_coverage
        Below this share of known rows the metric abstains: the rest may well be different.
    """

    name: str
    question: str
    definition: str
    unit: Unit
    kind: Kind
    better: Literal["higher", "lower", "neither"]
    needs: tuple[str, ...]
    rows: Callable[[Tables], ibis.Table]
    summary: Summary
    n_of: str
    version: int
    references: tuple[str, ...]
    caveats: tuple[str, ...]
    qualifier: Literal["", "at least", "at most", "about"] = ""
    remedy: str = "Widen the window, or measure more repositories together."
    unknown_because: str = "cannot be used"
    least_coverage: float = 0.0
    source: str = field(default="git")

    def __post_init__(self) -> None:
        if self.unit not in UNITS or not self.name.endswith("_" + self.unit.name):
            raise MeasureError(
                f"The metric {self.name!r} does not end in its unit {self.unit.name!r}.",
                hint="Name it after what it measures, unit last.",
            )
