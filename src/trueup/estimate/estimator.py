"""The contract every estimator keeps: a panel and a question in, a fit or an abstention out."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.panel import Floats, Ints, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention

SEED = 20_260_101
"""Of every resampling, unless another is given: the same panel gives the same interval."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """The effect by periods since adoption: an event study.

    Parameters
    ----------
    horizons
        Periods since adoption, ascending, ``(n_horizons,)``; negative is before it.
    reference
        The horizon that is nought by construction (it is in `horizons`, with effect and
        covariance nought), so that leads before it are differences from one fixed period.
    effects
        On the scale the intervals are made on (logarithms for ``log``), ``(n_horizons,)``.
    covariance
        Of `effects`, ``(n_horizons, n_horizons)``; its error is about units like these.
    weights
        With which each horizon enters the overall effect, ``(n_horizons,)``; nought before it.
    n_units
        Treated units seen at each horizon, ``(n_horizons,)``.
    """

    horizons: Ints
    reference: int
    effects: Floats
    covariance: Floats
    weights: Floats
    n_units: Ints

    @property
    def errors(self) -> Floats:
        """Standard errors, ``(n_horizons,)``."""
        errors: Floats = np.sqrt(np.maximum(np.diag(self.covariance), 0.0))
        return errors


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """What an estimator found.

    Parameters
    ----------
    estimate
        The overall answer, on the scale a reader wants.
    raw, raw_error
        The same and its standard error on the scale the interval was made on.
    path
        By horizon; None for designs without one.
    beside
        Other answers of the same recipe, e.g. the extensive margin, or the other interval.
    """

    estimate: Estimate
    raw: float
    raw_error: float | None
    path: Path | None = None
    beside: tuple[Estimate, ...] = ()


class Estimator(Protocol):
    """A recipe: validates, calls its numerics, packs the result."""

    @property
    def name(self) -> str:
        """Snake case, the file's name."""
        ...

    @property
    def answers(self) -> str:
        """What it estimates, one sentence."""
        ...

    @property
    def assumes(self) -> tuple[str, ...]:
        """What must hold for that to be the effect, one sentence each."""
        ...

    @property
    def references(self) -> tuple[str, ...]:
        """Papers and equations."""
        ...

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Answer the question, or say why not and what would change that.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        ...


LIBRARIES = ("scipy", "diff_diff")
"""What the extra ``estimate`` brings."""


def need_libraries() -> None:
    """Check that effects can be estimated here, before anything long is begun.

    Raises
    ------
    EstimateError
        A library of the extra ``estimate`` is not installed.
    """
    for library in LIBRARIES:
        need(library)


def need(library: str) -> Any:
    """Import an optional library of the extra ``estimate``.

    Raises
    ------
    EstimateError
        It is not installed.
    """
    try:
        return importlib.import_module(library)
    except ModuleNotFoundError as error:
        raise EstimateError(
            f"Effects are estimated with {library}, which is not installed.",
            hint="Install trueup with its extra: pip install 'trueup[estimate]' "
            "(in a checkout: make demo).",
        ) from error
