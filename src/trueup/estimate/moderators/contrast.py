"""One contrast of a moderator: the outcome on its scale, the slope of effects, its bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.inference.rule import rule_for
from trueup.estimate.moderators.frozen import Frozen, usable
from trueup.estimate.numerics.interaction import (
    Courses,
    Interaction,
    expected_mean,
    interaction,
    level_out,
)
from trueup.estimate.panel import NEVER, Bools, Floats, Panel
from trueup.estimate.question import Question

FEWEST_PEOPLE = 8
EQUIVALENCE_LEVEL = 0.90
"""Of the interval that must lie inside the band: two one-sided tests at 5 %."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrast:
    """What of a moderator is compared.

    Parameters
    ----------
    trait
        For each unit, NaN where unknown, ``(n_units,)``.
    says
        What is compared with what, e.g. ``"one standard deviation (0.21) more"``, of the moderator.
    band
        The band compared with all others; None for a score.
    """

    trait: Floats
    says: str
    band: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """The slope of effects with its interval, on the scale it was made on.

    Parameters
    ----------
    slope, error
        In logarithms for ``log``; else in the outcome's unit, or as a share of the mean.
    freedom
        Degrees of freedom of Student's t.
    n_rows, n_units, n_treated, n_clusters
        Treated unit-periods, units with a value, those of them that adopt, clusters.
    """

    slope: float
    error: float
    freedom: int
    n_rows: int
    n_units: int
    n_treated: int
    n_clusters: int

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval at a level."""
        reach = float(need("scipy.stats").t.ppf((1 + level) / 2, self.freedom)) * self.error
        return self.slope - reach, self.slope + reach

    @property
    def p(self) -> float:
        """Two-sided p of no difference."""
        return float(2 * need("scipy.stats").t.sf(abs(self.slope) / self.error, self.freedom))


def contrasts(frozen: Frozen, used: Bools, ever: Bools) -> list[Contrast | str]:
    """Return what is compared: a score for one standard deviation, each band with the others.

    A comparison of bands in which either side has fewer than `FEWEST_PEOPLE` people who adopt is
    refused with its reason.

    Parameters
    ----------
    used, ever
        Which units can be used, and which of all adopt, ``(n_units,)``.
    """
    value = np.where(used, frozen.value, np.nan)
    if not frozen.bands:
        sd = float(np.nanstd(value, ddof=1))
        if not sd > 0:
            return ["It does not differ among the units that can be used."]
        trait = (value - np.nanmean(value)) / sd
        return [Contrast(trait=trait, says=f"one standard deviation ({sd:.3g}) more")]
    bands = frozen.bands[1:] if len(frozen.bands) == 2 else frozen.bands
    found: list[Contrast | str] = []
    for band in bands:
        inside = np.where(used, (value == band).astype(float), np.nan)
        sides = [float(frozen.people[used & ever & (inside == side)].sum()) for side in (0, 1)]
        if min(sides) < FEWEST_PEOPLE:
            found.append(
                f"Only {min(sides):.0f} people who adopt are on one side of band {band:g}; "
                f"a comparison needs {FEWEST_PEOPLE} on each."
            )
            continue
        found.append(Contrast(trait=inside, says=f"{band:g} rather than another value", band=band))
    return found


def bound(panel: Panel, question: Question, frozen: Frozen, contrast: Contrast) -> Bounded | str:
    """Return the slope of effects in the contrast with its error, or why there is none.

    The error is the jackknife's over clusters, exact, with Student's t on one less than the
    clusters of the thinner arm. Where the rule for few clusters would permute, there is no answer:
    a slope among three adopters is nothing that can be permuted.
    """
    outcome = _on_scale(panel, question, frozen, contrast.trait)
    if isinstance(outcome, str):
        return outcome
    cluster = np.unique(panel.cluster, return_inverse=True)[1].astype(np.int64)
    found = interaction(
        Courses(
            outcome=outcome,
            trait=np.where(usable(panel, frozen), contrast.trait, np.nan),
            adopted_in=panel.adopted_in,
            cluster=cluster,
            baseline=frozen.baseline,
        ),
        horizon=question.horizon,
        anticipation=question.anticipation,
        never_only=question.controls == "never",
    )
    if found is None:
        return (
            "No period has units after adoption and, beside them, units not yet treated among "
            "which it differs."
        )
    return _bounded(panel, contrast, cluster, found)


def _bounded(
    panel: Panel, contrast: Contrast, cluster: np.typing.NDArray[np.int64], found: Interaction
) -> Bounded | str:
    known = np.isfinite(contrast.trait)
    clusters = int(np.unique(cluster[known]).size)
    treated, control = found.treated_clusters, found.control_clusters
    if rule_for(clusters, treated) == "permutation" or control <= 3:
        return (
            f"{treated} clusters that adopt and {control} that serve as comparisons, of "
            f"{clusters}, are too few to say how an effect changes among them."
        )
    error = found.error
    if not np.isfinite(error) or error <= 0:
        return "It rests on a single cluster: without it nothing can be compared."
    return Bounded(
        slope=found.slope,
        error=error,
        freedom=max(min(treated, control) - 1, 1),
        n_rows=found.n_rows,
        n_units=int(known.sum()),
        n_treated=int((known & (panel.adopted_in > 0)).sum()),
        n_clusters=clusters,
    )


def _on_scale(panel: Panel, question: Question, frozen: Frozen, trait: Floats) -> Floats | str:
    """Return the outcome by unit and period such that differences are effects on its scale."""
    wide = panel.wide(question.outcome)
    wide[:, ~frozen.baseline & _before_all(panel, question)] = np.nan
    wide[~np.isfinite(trait)] = np.nan
    start = np.where(panel.adopted_in == NEVER, panel.n_periods + 1, panel.adopted_in)
    untreated = np.arange(panel.n_periods) < (start - question.anticipation)[:, None]
    seen = wide[np.isfinite(wide)]
    if not seen.size or np.ptp(seen) == 0:
        return f"{question.outcome} never changes among the units that can be used."
    if question.scale == "count":
        if bool((seen < 0).any()):
            return f"{question.outcome} is negative somewhere, and has no proportion of its mean."
        expected = expected_mean(wide, untreated, trait)
        return np.where(expected > 0, wide / np.where(expected > 0, expected, 1.0), np.nan)
    if question.scale == "log":
        if bool((seen <= 0).any()):
            return f"{question.outcome} is nought or negative somewhere, and has no logarithm."
        wide = np.log(wide)
    whole = np.isfinite(wide[np.isfinite(trait)]).all()
    return wide if whole else level_out(wide, untreated)


def _before_all(panel: Panel, question: Question) -> Bools:
    """Return which periods lie before anyone adopts, ``(n_periods,)``."""
    later = panel.adopted_in[panel.adopted_in > 0]
    before: Bools = np.arange(panel.n_periods) < int(later.min()) - question.anticipation
    return before
