"""What trueup may say of what was seen: a measurement or an abstention.

A number never travels alone: it carries its unit, its interval or the reason it has none,
how many items and clusters it rests on, the window it speaks of, and its source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from trueup.errors import MeasureError
from trueup.units import Unit, say

Group = tuple[tuple[str, str], ...]
"""Which slice a number speaks of, as sorted (dimension, member) pairs; empty is everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of time, half open: ``[start_at, end_at)``, epoch microseconds UTC."""

    start_at: int
    end_at: int

    def __post_init__(self) -> None:
        if self.end_at < self.start_at:
            raise MeasureError("A window ends before it starts.", hint="Swap its two ends.")

    @property
    def days(self) -> float:
        """Length in days of 86,400 seconds."""
        return (self.end_at - self.start_at) / 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Between which two values the quantity lies, at what confidence, by which method."""

    low: float
    high: float
    level: float = 0.95
    method: str

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise MeasureError(
                f"An interval from {self.low} to {self.high} is not an interval.",
                hint="Abstain when there is no interval.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOfRatios:
    """What a ratio would be if each unit counted alike, big or small.

    Parameters
    ----------
    value
        The mean over units of each unit's own ratio.
    n, n_of
        How many units, and what they are: ``"teams"`` or ``"repositories"``.
    """

    value: float
    n: int
    n_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A number with everything a reader needs to doubt it.

    Parameters
    ----------
    metric, version
        Which definition it follows; charts break their line where the version changes.
    value, unit
        The number. Never NaN: what cannot be known is an `Abstention`.
    interval
        Uncertainty of `value`; None only together with `no_interval_because`.
    no_interval_because
        E.g. ``"complete count"`` for a census of what the source holds.
    n, n_of
        How many items it rests on, and what they are (``"changes"``).
    clusters
        How many independent clusters (authors, weeks) the interval resamples; None if none.
    window
        Which span of time it speaks of.
    coverage
        Share of the items that should be in it and are, 0..1; None if unknown.
    source
        Which records it comes from, e.g. ``"git"``.
    group
        Which slice it speaks of.
    qualifier
        ``"at least"`` or ``"about"`` where the number is a bound or a guess.
    mean_of_ratios
        Only of ratios of sums, and only where the two disagree: then it is uncertain which of
        them somebody else's published figure should be laid beside.
    """

    metric: str
    version: int
    value: float
    unit: Unit
    interval: Interval | None
    no_interval_because: str = ""
    n: int
    n_of: str
    clusters: int | None = None
    window: Window
    coverage: float | None = None
    source: str
    group: Group = ()
    qualifier: Literal["", "at least", "at most", "about"] = ""
    mean_of_ratios: MeanOfRatios | None = None

    def __post_init__(self) -> None:
        if math.isnan(self.value) or math.isinf(self.value):
            raise MeasureError(f"{self.metric} is not a number.", hint="Abstain instead.")
        if self.interval is None and not self.no_interval_because:
            raise MeasureError(
                f"{self.metric} has neither an interval nor a reason for having none.",
                hint="Give one of the two.",
            )

    def say(self) -> str:
        """Say the value with its qualifier, e.g. ``at least 12 %``."""
        return f"{self.qualifier} {say(self.value, self.unit)}".strip()

    def say_interval(self) -> str:
        """Say the interval, or why there is none."""
        if self.interval is None:
            return self.no_interval_because
        low, high = say(self.interval.low, self.unit), say(self.interval.high, self.unit)
        return f"{low} to {high}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """A refusal to answer: "cannot tell", with the reason and with what would change it.

    Parameters
    ----------
    metric
        What could not be said.
    reason
        Why not, as one sentence.
    remedy
        What would change it: weeks, teams, or a source to connect; one sentence.
    """

    metric: str
    reason: str
    remedy: str
    group: Group = ()
    n: int = 0
    n_of: str = ""
    window: Window | None = None


Finding = Measurement | Abstention
"""What a metric answers for one group."""
