"""The contract every check keeps: a fit and what it came from in, one attempt to break it out."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Answer, Check
from trueup.model.evidence import Abstention, Interval

GATE_SIZE = 0.025
"""False alarms of each of the two gates every design meets, trend and placebo date: together they
stop at most one sound design in twenty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How an effect on the scale of an interval is told to a reader.

    Parameters
    ----------
    logarithmic
        Told as ``exp(raw) - 1``.
    stretch
        Else told as this many times the raw effect.
    """

    logarithmic: bool
    stretch: float = 1.0

    def told(self, raw: float) -> float:
        """Return a raw effect as a reader reads it."""
        if self.logarithmic:
            return math.expm1(min(raw, 700.0))
        return raw * self.stretch

    def raw(self, told: float) -> float:
        """Return an effect as a reader reads it on the scale the interval was made on."""
        if self.logarithmic:
            return math.log1p(told) if told > -1 else -math.inf
        return told / self.stretch


Refit = Callable[[Panel, Question], Fit | Abstention]
"""The estimator that made the fit, run again on another panel or for another question."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A fit, with what is needed to try to break it.

    Parameters
    ----------
    panel, question
        What the fit answers.
    fit
        The answer under attack.
    refit
        See `Refit`.
    placebo_outcomes
        Columns of the panel that adoption cannot have moved.
    unmarked
        Most that may be marked wrongly: the share of units not seen to adopt that are users all
        the same, and the share of adopters that are none; each in ``[0, 1]``.
    seed
        Of resampling.
    """

    panel: Panel
    question: Question
    fit: Fit
    refit: Refit
    placebo_outcomes: tuple[str, ...] = ()
    unmarked: tuple[float, float] = (0.0, 0.0)
    seed: int = SEED

    def __post_init__(self) -> None:
        if not all(0 <= share <= 1 for share in self.unmarked):
            raise EstimateError(
                f"Shares of units marked wrongly of {self.unmarked} make no sense.",
                hint="Give two shares between 0 and 1.",
            )

    @property
    def scale(self) -> Told:
        """How the raw estimate is told."""
        return _told(self.question, self.fit.raw, self.fit.estimate.value)

    @property
    def path_scale(self) -> Told:
        """How the event study is told: for counts it may be in proportions, not logarithms."""
        path, value = self.fit.path, self.fit.estimate.value
        if path is None or self.question.scale == "level":
            return self.scale
        overall = float(path.weights @ path.effects)
        nearer = abs(overall - value) < abs(overall - self.fit.raw)
        return Told(logarithmic=False, stretch=1.0) if nearer else self.scale

    @property
    def matters(self) -> float:
        """Bias that would change the answer, as a reader reads it.

        The smallest effect of interest, or what would have to be taken from the effect found for
        less than that to be left.
        """
        smallest = self.question.smallest
        return max(smallest, abs(self.fit.estimate.value) - smallest)

    @property
    def sign(self) -> int:
        """Which side of nought the interval lies on: -1, 1, or 0 when it holds nought."""
        interval = self.fit.estimate.interval
        return int(interval.low > 0) - int(interval.high < 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What a check asks of every design, before it knows how that ends.

    Parameters
    ----------
    name, question, reference
        As in `trueup.model.effect.Check`.
    """

    name: str
    question: str
    reference: str

    def ended(self, answer: Answer, says: str, figures: Iterable[tuple[str, float]] = ()) -> Check:
        """Say how it ended on one design."""
        return Check(
            name=self.name,
            question=self.question,
            answer=answer,
            says=says,
            figures=tuple(figures),
            reference=self.reference,
        )


def finds_effect(interval: Interval, smallest: float) -> bool:
    """Whether an interval refuses nought, and not only for effects too small to matter."""
    refuses = interval.low > 0 or interval.high < 0
    return refuses and not -smallest < interval.low <= interval.high < smallest


def outcomes(panel: Panel, question: Question) -> Floats:
    """Return what is asked about, ``(n_units, n_periods)``: logarithms for ``log``.

    NaN where nothing was seen, or nothing that has a logarithm.
    """
    wide = panel.wide(question.outcome)
    if question.scale == "log":
        wide = np.log(np.where(wide > 0, wide, np.nan))
    return wide


@cache
def all_checks() -> Mapping[str, Callable[[Case], Check]]:
    """Return every check by name, in alphabetical order, found by scanning the folder of checks.

    A check never raises for lack of data: it answers ``cannot tell``.
    """
    checks = importlib.import_module("trueup.estimate.checks")
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    return MappingProxyType(
        {name: importlib.import_module(f"{checks.__name__}.{name}").check for name in names}
    )


def _told(question: Question, raw: float, value: float) -> Told:
    if question.scale == "level":
        return Told(logarithmic=False)
    if math.isclose(value, math.expm1(min(raw, 700.0)), rel_tol=1e-6, abs_tol=1e-12):
        return Told(logarithmic=True)
    return Told(logarithmic=False, stretch=value / raw if raw and value else 1.0)
