"""The contract every check keeps: a fit and what it came from in, one attempt to break it out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from trueup.errors import EstimateError
from trueup.estimate import checks
from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.panel import Panel
from trueup.estimate.question import Question
from trueup.model.effect import Check
from trueup.model.evidence import Abstention

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


@cache
def all_checks() -> Mapping[str, Callable[[Case], Check]]:
    """Return every check by name, in alphabetical order, found by scanning the folder of checks.

    A check never raises for lack of data: it answers ``cannot tell``.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    return MappingProxyType(
        {name: importlib.import_module(f"{checks.__name__}.{name}").check for name in names}
    )
