"""A trial: treatment was dealt out by lot, so it is dealt out anew, the same way, to judge it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import Literal

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.estimator import SEED, Fit
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.cluster_robust import (
    classical_error,
    crv1_error,
    hc3_error,
    normal_interval,
)
from trueup.estimate.inference.permutation import DRAWS, arrangements, invert
from trueup.estimate.inference.wild import inverted
from trueup.estimate.numerics.regression.dealing import Dealt, deal_rows, shuffle_within
from trueup.estimate.numerics.regression.within import Partialled, Rows, partial_out, recode
from trueup.estimate.panel import Floats, Ints, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import RELATIVE

Adjust = Literal["pooled", "interacted"]
"""Covariates with one slope for both arms, or one for each (Lin)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """Rows that were given treatment by lot, or were not.

    Parameters
    ----------
    outcome, treatment
        ``(n_rows,)``; treatment is 0 or 1.
    block
        Lots were drawn within each, ``(n_rows,)``, codes from nought.
    cluster
        Rows that share shocks, ``(n_rows,)``, codes from nought.
    whole_clusters
        Lots were drawn for clusters; else for rows.
    covariates
        Known before the lots were drawn, ``(n_rows,)`` each.
    window, source
        As in `Panel`.
    """

    outcome: Floats
    treatment: Floats
    block: Ints
    cluster: Ints
    whole_clusters: bool = False
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    window: Window
    source: str

    def __post_init__(self) -> None:
        if not np.isin(self.treatment, (0.0, 1.0)).all():
            raise EstimateError(
                "Treatment in a trial is neither 0 nor 1 somewhere.",
                hint="Give 1 where treatment was allotted and 0 where it was not.",
            )
        columns = [self.outcome, *self.covariates.values()]
        if any(c.shape != self.treatment.shape or not np.isfinite(c).all() for c in columns):
            raise EstimateError(
                "An outcome or covariate of a trial is missing or infinite somewhere.",
                hint="Leave those rows out, and say so, or fill them in as registered.",
            )


def read_trial(
    columns: Mapping[str, Sequence[object]],
    *,
    outcome: str,
    treatment: str,
    window: Window,
    block: str = "",
    cluster: str = "",
    covariates: tuple[str, ...] = (),
    source: str = "",
) -> Trial:
    """Make a trial of columns by name, as a CSV or data frame holds them.

    Lots count as drawn for whole clusters where treatment never differs within one.

    Raises
    ------
    EstimateError
        A column is not there, treatment is not 0 or 1, or a value is missing.
    """
    for name in (outcome, treatment, block, cluster, *covariates):
        if name and name not in columns:
            known = ", ".join(sorted(columns))
            raise EstimateError(f"The trial has no column {name!r}.", hint=f"Use one of: {known}.")
    given = np.asarray(columns[treatment], dtype=float)
    labels = np.asarray(columns[cluster]) if cluster else np.arange(given.size)
    codes: Ints = np.unique(labels, return_inverse=True)[1].ravel()
    blocks = np.asarray(columns[block]) if block else np.zeros(given.size)
    return Trial(
        outcome=np.asarray(columns[outcome], dtype=float),
        treatment=given,
        block=np.unique(blocks, return_inverse=True)[1].ravel(),
        cluster=codes,
        whole_clusters=bool(cluster) and _whole(given, codes),
        covariates={name: np.asarray(columns[name], dtype=float) for name in covariates},
        window=window,
        source=source,
    )


def _whole(treatment: Floats, cluster: Ints) -> bool:
    share = np.bincount(cluster, treatment) / np.bincount(cluster)
    return bool(np.isin(share, (0.0, 1.0)).all())


@dataclass(frozen=True, slots=True)
class Randomised:
    """The difference between arms with covariates, judged by dealing treatment out anew.

    Parameters
    ----------
    adjust
        How covariates enter, as registered.
    block_effects
        Whether blocks have levels of their own. Leave them in where the share treated differs
        between blocks.
    assigned
        Column of a panel that holds the lot: 1 where treatment was allotted.
    """

    adjust: Adjust = "pooled"
    block_effects: bool = True
    assigned: str = "assigned"
    name: str = "randomised"
    answers: str = "How the outcome differs because treatment was allotted."
    assumes: tuple[str, ...] = (
        "Treatment was allotted by lot as the blocks say, and nobody was left out because of it.",
        "One row's treatment does not move another's outcome.",
        "For the interval: treatment moves every outcome by the same amount.",
    )
    references: tuple[str, ...] = (
        "Fisher (1935), The Design of Experiments: judging by the lots that were possible.",
        "Lin (2013), Annals of Applied Statistics 7: covariates with a slope for each arm.",
    )

    def fit(self, panel: Panel, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Read a trial out of a panel: lots by period within unit, or by unit.

        Raises
        ------
        EstimateError
            The question names a column the panel has not; a lot is neither 0 nor 1.
        """
        if self.assigned not in panel.columns:
            reason = f"The panel has no column {self.assigned!r} that says what was allotted."
            return _abstain(
                reason, "Record the lots: a consenting trial by week or team.", question
            )
        names = (question.outcome, self.assigned, *question.covariates)
        kept = np.isfinite([panel.column(name) for name in names]).all(axis=0)
        unit = recode(panel.unit[kept])
        treatment = panel.column(self.assigned)[kept]
        by_unit = _whole(treatment, unit)
        cluster = recode(panel.cluster[panel.unit[kept]])
        whole = by_unit and _whole(treatment, cluster)
        trial = Trial(
            outcome=panel.column(question.outcome)[kept],
            treatment=treatment,
            block=np.zeros_like(unit) if by_unit else unit,
            cluster=cluster if whole or not by_unit else unit,
            whole_clusters=by_unit,
            covariates={name: panel.column(name)[kept] for name in question.covariates},
            window=panel.window,
            source=panel.source,
        )
        return self.fit_trial(trial, question, seed=seed)

    def fit_trial(self, trial: Trial, question: Question, *, seed: int = SEED) -> Fit | Abstention:
        """Compare the arms; errors of rows and clusters, and the wild bootstrap, stand beside."""
        outcome = _scaled(trial, question)
        if isinstance(outcome, Refusal):
            return _abstain(outcome.reason, outcome.remedy, question, trial)
        covariates = self._covariates(trial)
        fitted = partial_out(outcome, trial.treatment, _rows(trial, covariates))
        if fitted is None or not covariates.shape[1] + 1 < outcome.size:
            reason = "Treatment cannot be told from the blocks and covariates: an arm is missing."
            return _abstain(reason, "Bring rows of both arms in the same block.", question, trial)
        deals = _deals(trial, seed)
        dealt = self._dealt(trial, fitted, outcome, deals)
        said = invert(dealt.shown, dealt.taken, question.level)
        if np.isinf(said.low) or np.isinf(said.high):
            reason = (
                f"The lots could have fallen in too few ways: the least p is {said.least_p:.2g}, "
                f"so that nothing can be refuted at {1 - question.level:.0%}."
            )
            return _abstain(reason, "Allot more rows or clusters.", question, trial)
        lots = "clusters" if trial.whole_clusters else "rows"
        where = " within blocks" if trial.block.any() else ""
        bounds = Bounds(
            coefficient=fitted.coefficient,
            low=said.low,
            high=said.high,
            level=question.level,
            recipe="permutation",
            method=f"lots drawn anew among {lots}{where} ({deals.shape[0] - 1:,} draws), inverted",
            error=None,
            p_value=said.p_value,
            least_p=said.least_p,
            n_clusters=int(trial.cluster.max()) + 1,
            n_treated=int(np.unique(trial.cluster[trial.treatment > 0]).size),
            speaks_of="these units",
            seed=seed,
        )
        design = f"randomised by {'cluster' if trial.whole_clusters else 'row'}{where}"
        words = _Words(self.assumes, design, trial, question)
        return Fit(
            estimate=words.state(bounds, "lots"),
            raw=fitted.coefficient,
            raw_error=None,
            beside=tuple(_beside(words, bounds, fitted, covariates, seed)),
        )

    def _covariates(self, trial: Trial) -> Floats:
        """Return the constant or the blocks, covariates, and their slopes in the treated arm."""
        columns = [np.ones((trial.treatment.size, 1))]
        if self.block_effects and trial.block.any():
            columns = [(trial.block[:, None] == np.unique(trial.block)) * 1.0]
        for values in trial.covariates.values():
            centred = (values - values.mean())[:, None]
            columns.append(centred)
            if self.adjust == "interacted":
                columns.append(centred * trial.treatment[:, None])
        return np.hstack(columns)

    def _dealt(self, trial: Trial, fitted: Partialled, outcome: Floats, deals: Floats) -> Dealt:
        if self.adjust == "pooled" or not trial.covariates:
            return deal_rows(fitted, deals)
        shown, taken = np.zeros(deals.shape[0]), np.zeros(deals.shape[0])
        for place, deal in enumerate(deals):
            other = replace(trial, treatment=deal)
            one = partial_out(outcome, deal, _rows(other, self._covariates(other)))
            if one is not None:
                length = np.sqrt(one.mass)
                shown[place] = one.regressor @ outcome / length
                taken[place] = one.regressor @ trial.treatment / length
        return Dealt(shown=shown, taken=taken)


def _rows(trial: Trial, covariates: Floats) -> Rows:
    return Rows(unit=None, period=None, cluster=trial.cluster, covariates=covariates)


def _scaled(trial: Trial, question: Question) -> Floats | Refusal:
    values = trial.outcome
    if values.size == 0 or np.ptp(values) <= 1e-12 * np.abs(values).max():
        return Refusal(reason="The outcome never changes.", remedy="Bring more rows.")
    if question.scale == "level":
        return values
    if question.scale == "log" and values.min() > 0:
        return np.asarray(np.log(values))
    return Refusal(
        reason="The outcome has no logarithm in places, or was asked for as a count, and a trial "
        "is answered as a difference or as a difference of logarithms.",
        remedy="Ask on the scale 'level'.",
    )


def _deals(trial: Trial, seed: int) -> Floats:
    """Deal treatment out as it was: rows or clusters, within blocks; the true deal first."""
    if not trial.whole_clusters:
        labels, blocks, back = trial.treatment, trial.block, None
    else:
        first = np.unique(trial.cluster, return_index=True)[1]
        labels, blocks, back = trial.treatment[first], trial.block[first], trial.cluster
    codes = labels.astype(np.int64)
    if blocks.any():
        found = shuffle_within(codes, blocks, seed=seed, draws=DRAWS)
    else:
        found = arrangements(codes, seed=seed)[0]
    return (found if back is None else found[:, back]).astype(float)


@dataclass(frozen=True, slots=True)
class _Words:
    """What goes with every number of one trial."""

    assumes: tuple[str, ...]
    design: str
    trial: Trial
    question: Question

    def state(self, found: Bounds, interval: str) -> Estimate:
        """Say a coefficient in a reader's unit."""
        trial, question = self.trial, self.question
        relative = question.scale != "level"
        value, low, high = (
            float(np.expm1(end)) if relative else end
            for end in (found.coefficient, found.low, found.high)
        )
        allotted = trial.cluster if trial.whole_clusters else np.arange(trial.treatment.size)
        return Estimate(
            outcome=question.outcome,
            estimand="rows allotted treatment against rows not allotted it, as allotted",
            design=self.design,
            estimator="randomised",
            value=value,
            unit=RELATIVE if relative else question.outcome_unit,
            standard_error=found.error,
            interval=Interval(low=low, high=high, level=found.level, method=found.method),
            p_value=found.p_value,
            least_p=found.least_p,
            speaks_of=found.speaks_of,
            n_rows=int(trial.treatment.size),
            n_units=int(np.unique(allotted).size),
            n_treated=int(np.unique(allotted[trial.treatment > 0]).size),
            n_clusters=found.n_clusters,
            assumptions=self.assumes,
            window=trial.window,
            source=trial.source,
            group=() if interval == "lots" else (("interval", interval),),
            seed=found.seed,
        )


def _beside(
    words: _Words, found: Bounds, fitted: Partialled, columns: Floats, seed: int
) -> list[Estimate]:
    """Say what other errors would: rows alike, rows unlike, clusters, and the wild bootstrap."""
    design = np.column_stack([words.trial.treatment, columns])
    residual = fitted.outcome - fitted.coefficient * fitted.regressor
    errors = {
        "rows alike": (classical_error(design, residual), "homoskedastic, normal"),
        "rows unlike": (hc3_error(design, residual), "HC3, normal"),
    }
    if found.n_clusters > 1:
        errors["clusters"] = (crv1_error(fitted), "cluster-robust (CRV1), normal")
    said = []
    for name, (error, method) in errors.items():
        low, high = normal_interval(fitted.coefficient, error, found.level)
        plain = replace(
            found,
            low=low,
            high=high,
            method=method,
            error=error,
            p_value=2 * NormalDist().cdf(-abs(fitted.coefficient) / error),
            least_p=None,
            speaks_of="units like these",
            seed=None,
        )
        said.append(words.state(plain, name))
    wild = inverted(found, fitted, seed) if found.n_clusters > 1 else None
    return said if wild is None else [*said, words.state(wild, "wild")]


def _abstain(
    reason: str, remedy: str, question: Question, trial: Trial | None = None
) -> Abstention:
    return Abstention(
        metric=question.outcome,
        reason=reason,
        remedy=remedy,
        n=0 if trial is None else int(trial.treatment.size),
        n_of="rows",
        window=None if trial is None else trial.window,
    )


ESTIMATOR = Randomised()
