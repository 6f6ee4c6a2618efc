"""More use, more outcome? Dose against outcome within the same unit; nobody assigned the dose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Refusal
from trueup.estimate.inference.regression import Link, regress
from trueup.estimate.inference.sample import Sample, draw_sample, keep_informative
from trueup.estimate.inference.stating import (
    LARGEST,
    Saying,
    abstain,
    fit_and_state,
    on_scale,
    state,
)
from trueup.estimate.panel import Floats, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention

FIFTHS = 5
DESIGN = "dose-response within unit; dose is chosen, not assigned"
ASSUMES = (
    "Nothing that makes a unit use more in some period also moves its outcome in that period.",
    "The outcome answers the dose of the same period, and along a straight line.",
)


@dataclass(frozen=True, slots=True)
class DoseResponse:
    """Outcome on dose, with effects of unit and period: a straight line, and step by step.

    Parameters
    ----------
    dose
        Column of the panel that says how much: share of changes marked, sessions, tokens.
    """

    dose: str = "dose"
    name: str = "dose_response"
    answers: str = (
        "How the outcome differs between the periods in which the same unit uses more and less: "
        "per one of the dose, and by fifths of it against none."
    )
    assumes: tuple[str, ...] = ASSUMES
    references: tuple[str, ...] = (
        "arXiv:2606.00438: PPML on usage with engineer and week effects, the template.",
        "Callaway, Goodman-Bacon, Sant'Anna (2024), NBER 32117: what a dose coefficient averages.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Regress on the dose; fifths of it against none stand beside, where there is none.

        Raises
        ------
        EstimateError
            The question names a column the panel has not.
        """
        scaled = on_scale(panel, question)
        if isinstance(scaled, Refusal):
            return abstain(scaled, panel, question)
        if self.dose not in panel.columns:
            refusal = Refusal(
                reason=f"The panel has no column {self.dose!r} that says how much was used.",
                remedy="Name the column of the dose.",
            )
            return abstain(refusal, panel, question)
        asked = _Asked(self.dose, panel, question, *scaled, seed)
        sample = asked.sample(panel.column(self.dose), asked.covariates)
        saying = asked.saying(f"per one more of {self.dose}", "per one")
        found = fit_and_state(sample, asked.link, saying, panel, question, seed)
        if isinstance(found, Refusal):
            return abstain(found, panel, question)
        return replace(found, beside=(*found.beside, *_steps(asked)))


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What is regressed on what."""

    dose: str
    panel: Panel
    question: Question
    values: Floats
    link: Link
    relative: bool
    seed: int

    @property
    def covariates(self) -> tuple[Floats, ...]:
        """Columns held fixed, ``(n_rows,)`` each."""
        return tuple(self.panel.column(name) for name in self.question.covariates)

    def sample(self, regressor: Floats, covariates: tuple[Floats, ...]) -> Sample:
        """Return the rows in which a column, and what is held fixed, were seen."""
        wide = np.full((self.panel.n_units, self.panel.n_periods), np.nan)
        wide[self.panel.unit, self.panel.period] = regressor
        return draw_sample(self.panel, self.values, wide, covariates)

    def saying(self, contrast: str, member: str) -> Saying:
        """Return the words of a contrast of doses."""
        return Saying(
            outcome=self.question.outcome,
            estimand=f"{contrast}, within unit, period effects taken out",
            design=DESIGN,
            estimator="dose_response",
            assumptions=ASSUMES,
            unit=self.question.outcome_unit,
            group=(("dose", member),),
        )


def _steps(asked: _Asked) -> list[Estimate]:
    """Say what each fifth of the dose goes with, against none, or against the lowest of them."""
    dose = asked.panel.column(asked.dose)
    inside, edges = fifths(dose)
    any_none = bool((dose == 0).any())
    base = "none" if any_none else "the lowest fifth"
    compared = range(0 if any_none else 1, inside.shape[1])
    found = []
    for step in compared:
        others = tuple(inside[:, other] for other in compared if other != step)
        sample = asked.sample(inside[:, step], (*others, *asked.covariates))
        if asked.link == "proportion":
            sample = keep_informative(sample)
        whole = replace(sample, paths=None)
        level, seed = asked.question.level, asked.seed
        bounds = regress(whole, asked.link, level, seed, jackknife=False)
        if isinstance(bounds, Refusal) or (asked.relative and bounds.coefficient > LARGEST):
            continue
        contrast = f"{asked.dose} of {edges[step]:.3g} to {edges[step + 1]:.3g} against {base}"
        saying = asked.saying(contrast, f"fifth {step + 1} of {inside.shape[1]}")
        found.append(state(bounds, saying, asked.panel, sample, relative=asked.relative))
    return found


def fifths(dose: Floats) -> tuple[Floats, Floats]:
    """Cut doses above nought into five of equal count (fewer where values repeat).

    Returns
    -------
    tuple
        Whether each row lies in each, ``(n_rows, n_fifths)``, 0, 1, or NaN where no dose was
        seen; and the edges, ``(n_fifths + 1,)``. Lower edges belong to the fifth below.
    """
    some = dose[np.isfinite(dose) & (dose > 0)]
    edges = np.unique(np.quantile(some, np.linspace(0, 1, FIFTHS + 1))) if some.size else some
    if edges.size < 2:
        return np.where(np.isfinite(dose), (dose > 0) * 1.0, np.nan)[:, None], np.repeat(edges, 2)
    which = np.clip(np.searchsorted(edges, dose, side="left"), 1, edges.size - 1) - 1
    inside = (which[:, None] == np.arange(edges.size - 1)) & (dose > 0)[:, None]
    return np.where(np.isfinite(dose)[:, None], inside * 1.0, np.nan), edges


ESTIMATOR = DoseResponse()
