"""What a panel could see, from its outcomes before adoption alone: the effect it would find."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.assessment import Power
from trueup.estimate.inference.rule import count_arrangements, least_p_of_permutation, rule_for
from trueup.estimate.numerics.design.detectable import (
    Layout,
    Noise,
    callaway_santanna_weights,
    detectable,
    fewest,
    fit_noise,
    imputation_weights,
    variance_of,
)
from trueup.estimate.numerics.group_time_error import freedom_of
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention
from trueup.units import significant

CHANCE = 0.8
MOST_UNITS = 1_000_000
MOST_PERIODS = 520
FEWEST_UNITS = 4
WEIGHTS: dict[str, Callable[[Layout], Floats]] = {"callaway_santanna": callaway_santanna_weights}
"""How an estimator weighs outcomes; those not listed are taken to use all periods before."""


def power(
    panel: Panel, question: Question, *, estimator: str = "callaway_santanna"
) -> Power | Abstention:
    """Say which effect this panel would find with 80 % chance, reading no treated outcome.

    The noise is that of rows before adoption (less the anticipated periods) and of units never
    seen to adopt: its size, its persistence over time and what units of one cluster share. The
    design's weights are the estimator's own; Student's t with the degrees of freedom its smaller
    arm leaves (Welch). More units are thought to come in the present proportions, more periods
    at the end.

    Parameters
    ----------
    estimator
        By which the question will be answered.
    """
    values = untreated_outcomes(panel, question)
    if values is None:
        return _abstain(question, "The outcome is not positive before adoption.")
    sketch = _sketch(panel, question, values, estimator)
    if isinstance(sketch, str):
        return _abstain(question, sketch)
    floor = _floor(panel)
    if floor > 1 - question.level:
        return _abstain(
            question, f"With so few clusters no p under {significant(floor)} can be reached."
        )
    wanted = math.log1p(question.smallest) if question.scale == "log" else question.smallest
    found = sketch.finds()
    n = panel.n_units
    units = fewest(lambda more: sketch.with_units((n + more) / n).finds() <= wanted, MOST_UNITS)
    periods = fewest(lambda more: sketch.with_periods(more).finds() <= wanted, MOST_PERIODS)
    return Power(
        smallest_detectable=math.expm1(found) if question.scale == "log" else found,
        more_units=units,
        more_periods=periods,
        says=_says(panel, question, found, units, periods),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arms:
    """Clusters with an adopter, clusters without, and what they leave to judge errors by.

    Parameters
    ----------
    treated, others
        Clusters of each arm.
    share
        Of the treated unit-periods, each adopting cluster's, ``(treated,)``.
    """

    treated: int
    others: int
    share: Floats

    @property
    def degrees(self) -> float:
        """Degrees of freedom of a difference between the arms (Welch 1947, equal variances)."""
        return self.degrees_with(1.0)

    def degrees_with(self, grown: float) -> float:
        """Return the degrees of freedom of so many times the clusters, adopting alike."""
        treated, others = self.treated * grown, self.others * grown
        if treated < 2:
            return max(others - 1, 1.0)
        seen = freedom_of(self.share, self.share) if self.treated > 1 else 0.0
        own = (seen + 1) * grown - 1
        if others < 2:
            return max(own, 1.0)
        parts = (float(self.share @ self.share) / grown, 1 / others)
        return sum(parts) ** 2 / (parts[0] ** 2 / own + parts[1] ** 2 / (others - 1))


def arms(panel: Panel) -> Arms:
    """Count the clusters of each arm, and what each adopting one has of rows since adoption."""
    after = panel.cluster[panel.unit[~untreated_rows(panel)]]
    rows = np.unique(after, return_counts=True)[1].astype(float)
    return Arms(treated=rows.size, others=panel.n_clusters - rows.size, share=rows / rows.sum())


def untreated_rows(panel: Panel, anticipation: int = 0) -> Bools:
    """Return which rows lie before their unit's adoption is felt, shape ``(n_rows,)``."""
    start = panel.adopted_in[panel.unit]
    before: Bools = (start == NEVER) | (panel.period < start - anticipation)
    return before


def untreated_outcomes(panel: Panel, question: Question) -> Floats | None:
    """Return untreated outcomes on the scale effects are made on, ``(n_units, n_periods)``.

    Logarithms for ``log`` (None if any is not positive), shares of the mean for ``count`` (None
    if it is not positive); NaN elsewhere.
    """
    column = panel.column(question.outcome)
    chosen = untreated_rows(panel, question.anticipation) & np.isfinite(column)
    values = column[chosen]
    if question.scale == "log":
        if values.size and float(values.min()) <= 0:
            return None
        values = np.log(values)
    if question.scale == "count":
        if not values.size or float(values.mean()) <= 0:
            return None
        values = values / values.mean()
    spread = np.full((panel.n_units, panel.n_periods), np.nan)
    spread[panel.unit[chosen], panel.period[chosen]] = values
    return spread


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sketch:
    layout: Layout
    weights: Floats
    noise: Noise
    shared: Noise | None
    members: Floats | None
    weigh: Callable[[Layout], Floats]
    arms: Arms
    level: float
    grown: float = 1.0

    def finds(self) -> float:
        variance = variance_of(
            self.weights, self.layout.sizes, self.noise, self.shared, self.members
        )
        degrees = self.arms.degrees_with(self.grown)
        return detectable(math.sqrt(variance / self.grown), degrees, level=self.level, power=CHANCE)

    def with_units(self, factor: float) -> _Sketch:
        return replace(self, grown=factor)

    def with_periods(self, more: int) -> _Sketch:
        layout = replace(self.layout, n_periods=self.layout.n_periods + more)
        return replace(self, layout=layout, weights=self.weigh(layout))


def _sketch(panel: Panel, question: Question, values: Floats, estimator: str) -> _Sketch | str:
    useful = np.isfinite(values).sum(axis=1) >= 1
    classes, place = np.unique(panel.adopted_in, return_inverse=True)
    if panel.n_units < FEWEST_UNITS or not panel.ever_treated.any():
        return "Fewer than four units, or none that adopts."
    noise = fit_noise(values)
    if noise is None or noise.passing + noise.lasting <= 0:
        return "Before adoption the outcome does not vary from period to period."
    shared, members = None, None
    if panel.n_clusters < panel.n_units:
        shared = fit_noise(values, panel.cluster)
        members = np.zeros((int(panel.cluster.max()) + 1, classes.size))
        np.add.at(members, (panel.cluster[useful], place[useful]), 1.0)
    layout = Layout(
        starts=classes,
        sizes=np.bincount(place[useful], minlength=classes.size).astype(float),
        n_periods=panel.n_periods,
        horizon=question.horizon,
        anticipation=question.anticipation,
        never_only=question.controls == "never",
    )
    weigh = WEIGHTS.get(estimator, imputation_weights)
    weights = weigh(layout)
    if not weights.any():
        return "No unit that adopts has both a period before and units to compare with."
    return _Sketch(
        layout=layout,
        weights=weights,
        noise=noise,
        shared=shared,
        members=members,
        weigh=weigh,
        arms=arms(panel),
        level=question.level,
    )


def _floor(panel: Panel) -> float:
    """Return the smallest p that dealing adoption out anew can reach, where that is the rule."""
    found = arms(panel)
    if rule_for(panel.n_clusters, found.treated) != "permutation":
        return 0.0
    firsts = np.full(panel.n_clusters, NEVER)
    _, place = np.unique(panel.cluster, return_inverse=True)
    np.maximum.at(firsts, place, panel.adopted_in)
    if np.unique(firsts[firsts != NEVER]).size == 1:
        return least_p_of_permutation(panel.n_clusters, found.treated)
    return 1 / count_arrangements(firsts.tolist())


def _says(
    panel: Panel, question: Question, found: float, units: int | None, periods: int | None
) -> str:
    adopting = int(panel.ever_treated.sum())
    said = (
        f"With {panel.n_units} units ({adopting} adopting) and {panel.n_periods} {panel.grain}s, "
        f"an effect of {_size(question, found)} would be found with 80 % chance; "
    )
    wanted = _size(question, _raw(question))
    if units == 0:
        return said + f"that is within the smallest of interest, {wanted}."
    more = [f"{units:,} more units"] if units is not None else []
    more += [f"{periods} more {panel.grain}s"] if periods is not None else []
    return said + (
        f"{wanted} would take {' or '.join(more)}."
        if more
        else f"no number of units or {panel.grain}s would do for {wanted}."
    )


def _raw(question: Question) -> float:
    return math.log1p(question.smallest) if question.scale == "log" else question.smallest


def _size(question: Question, raw: float) -> str:
    if question.scale == "level":
        return f"{significant(raw)} {question.unit}".strip()
    told = math.expm1(raw) if question.scale == "log" else raw
    return f"{significant(100 * told)} %" if told < 100 else f"over {significant(100.0)} fold"


def _abstain(question: Question, reason: str) -> Abstention:
    return Abstention(
        metric=f"smallest detectable effect on {question.outcome}",
        reason=reason,
        remedy="Add units, periods before adoption, or an outcome that varies.",
    )
