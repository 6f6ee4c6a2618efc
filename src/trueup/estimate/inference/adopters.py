"""A panel cut to what a design of staggered adoption can use, and its answers put into words.

What cannot be answered is refused here, once, for every recipe that compares adopters with units
that have not adopted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trueup.estimate.estimator import need
from trueup.estimate.panel import NEVER, Bools, Floats, Ints, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Estimate, SpeaksOf
from trueup.model.evidence import Abstention, Interval
from trueup.units import RELATIVE

FEWEST_UNITS = 3
STILL = 1e-12
"""An outcome that varies by less than this share of its size does not vary."""
NO_ANTICIPATION = "Nothing changed because of adoption before it began."
NO_INTERFERENCE = "One unit's adoption does not move another's outcome."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """The units and periods a design of staggered adoption can use.

    Parameters
    ----------
    panel, question
        Where they come from and what is asked.
    values
        Outcome, in logarithms for ``log``, ``(n_units, n_periods)``; NaN where not seen.
    adopted
        First treated period, `NEVER` for none, ``(n_units,)``.
    cluster
        Codes from 0, ``(n_units,)``.
    unit
        Place of each in the panel, ``(n_units,)``.
    left_out
        Units that had adopted before anything was seen of them.
    """

    panel: Panel
    question: Question
    values: Floats
    adopted: Ints
    cluster: Ints
    unit: Ints
    left_out: int

    @property
    def treated(self) -> Bools:
        """Which unit-periods lie at or after adoption, ``(n_units, n_periods)``."""
        start = self.adopted[:, None]
        since: Bools = (start != NEVER) & (np.arange(self.values.shape[1]) >= start)
        return since

    @property
    def n_clusters(self) -> int:
        """Clusters in the sample."""
        return int(self.cluster.max()) + 1

    @property
    def n_treated_clusters(self) -> int:
        """Clusters with a unit that adopts."""
        return int(np.unique(self.cluster[self.adopted != NEVER]).size)

    def refuse(self, reason: str, remedy: str) -> Abstention:
        """Abstain on this outcome."""
        return refused(self.panel, self.question, reason, remedy)

    def no_proportion(self) -> Abstention:
        """Abstain from a proportion of the mean without adoption, which must be above nought."""
        return self.refuse(
            "The outcome's mean is nought with adoption, or estimated at nought or below without "
            "it: a proportion of it has no meaning.",
            "Ask on the level scale, or about an outcome that happens more often.",
        )


def refused(panel: Panel, question: Question, reason: str, remedy: str) -> Abstention:
    """Abstain from answering `question` on `panel`."""
    return Abstention(
        metric=question.outcome,
        reason=reason,
        remedy=remedy,
        n=panel.n_units,
        n_of="units",
        window=panel.window,
    )


def sample_of(panel: Panel, question: Question) -> Sample | Abstention:
    """Cut a panel to what can be used, or say why nothing can.

    Units that had adopted by the first period (less the anticipated ones) are left out: nothing
    of them is seen without adoption, and they are nobody's controls.

    Raises
    ------
    EstimateError
        The question names a column the panel has not.
    """
    values = panel.wide(question.outcome)
    odd = _unfit(values, question)
    if odd:
        return refused(panel, question, *odd)
    seen = np.isfinite(values)
    if question.scale == "log":
        values = np.log(values, out=np.full(values.shape, np.nan), where=seen)
    periods = np.flatnonzero(seen.any(axis=0))
    first = int(periods[0]) if periods.size else 0
    early = (panel.adopted_in != NEVER) & (panel.adopted_in - question.anticipation <= first)
    kept = np.flatnonzero(seen.any(axis=1) & ~early)
    sample = Sample(
        panel=panel,
        question=question,
        values=values[kept],
        adopted=panel.adopted_in[kept],
        cluster=np.unique(panel.cluster[kept], return_inverse=True)[1].astype(np.int64),
        unit=kept,
        left_out=int((early & seen.any(axis=1)).sum()),
    )
    reason = _why_not(sample, periods.size)
    return sample.refuse(*reason) if reason else sample


def _unfit(values: Floats, question: Question) -> tuple[str, str] | None:
    low = int((values <= 0).sum()) if question.scale == "log" else 0
    if low:
        of = int(np.isfinite(values).sum())
        return (
            f"{low} of {of} values are nought or below, which have no logarithm.",
            "Ask on the count scale, which says the effect as a share of the mean.",
        )
    if question.scale == "count" and bool((values < 0).any()):
        return ("Some counts are below nought.", "Correct them, or ask on the level scale.")
    return None


NOBODY = "Nothing is left: all units had adopted before they were first seen, or nothing was seen."


def _why_not(sample: Sample, n_periods: int) -> tuple[str, str] | None:
    adopters = sample.adopted != NEVER
    if n_periods < 2:
        return (
            "Only one period was seen: nothing changes within it." if n_periods else NOBODY,
            "Add periods from before adoption, or units that adopt later or never.",
        )
    if not adopters.any():
        if sample.left_out:
            return (
                f"All {sample.left_out} adopters had adopted before anything was seen of them.",
                "Add periods from before the first adoption.",
            )
        return ("No unit is seen to adopt.", "Wait for an adoption, or correct its dates.")
    if sample.adopted.size < FEWEST_UNITS:
        return (
            f"{sample.adopted.size} units cannot tell an effect from what differs between them.",
            "Add units: with fewer than six, no effect however large can be told from chance.",
        )
    spread = float(np.nanmax(sample.values) - np.nanmin(sample.values))
    if spread <= STILL * max(1.0, float(np.nanmax(np.abs(sample.values)))):
        return (
            "The outcome never varies: nothing shows how much chance would move it.",
            "Check how the outcome was recorded, or ask about another.",
        )
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer with its interval, on the scale the interval was made on.

    Parameters
    ----------
    value, low, high
        The answer and the ends of its interval; logarithms for ``log`` and ``count``.
    error
        Standard error; None for a permutation.
    method
        How the interval was made.
    speaks_of
        Whom it is about.
    p_value, least_p
        See `trueup.model.effect.Estimate`.
    """

    value: float
    low: float
    high: float
    error: float | None
    method: str
    speaks_of: SpeaksOf
    p_value: float | None = None
    least_p: float | None = None


def by_student(
    value: float, error: float, freedom: float, sample: Sample, speaks_of: SpeaksOf
) -> Judged:
    """Judge an answer by Student's t."""
    law = need("scipy.stats").t(freedom)
    reach = float(law.ppf(0.5 + sample.question.level / 2)) * error
    many = f"{sample.n_clusters} clusters, {sample.n_treated_clusters} of them treated"
    return Judged(
        value=value,
        low=value - reach,
        high=value + reach,
        error=error,
        method=f"influence functions, Student's t with {freedom:.3g} degrees of freedom ({many})",
        speaks_of=speaks_of,
        p_value=float(2 * law.sf(abs(value) / error)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What an estimate says of how it was made.

    Parameters
    ----------
    name
        The estimator's.
    design
        What identifies the effect.
    assumptions
        What must hold.
    """

    name: str
    design: str
    assumptions: tuple[str, ...]


def put(sample: Sample, recipe: Recipe, judged: Judged, seed: int | None = None) -> Estimate:
    """Put an answer on the scale a reader wants, with everything needed to doubt it."""
    question, panel = sample.question, sample.panel
    plain = question.scale == "level"
    left_out = f" ({sample.left_out} units adopted before the first period and are left out)"
    return Estimate(
        outcome=question.outcome,
        estimand=estimand(question, panel.grain),
        design=recipe.design + (left_out if sample.left_out else ""),
        estimator=recipe.name,
        value=judged.value if plain else math.expm1(judged.value),
        unit=question.outcome_unit if plain else RELATIVE,
        standard_error=judged.error,
        interval=Interval(
            low=judged.low if plain else _proportion(judged.low),
            high=judged.high if plain else _proportion(judged.high),
            level=question.level,
            method=judged.method,
        ),
        p_value=judged.p_value,
        least_p=judged.least_p,
        speaks_of=judged.speaks_of,
        n_rows=int(np.isfinite(sample.values).sum()),
        n_units=int(sample.adopted.size),
        n_treated=int((sample.adopted != NEVER).sum()),
        n_clusters=sample.n_clusters,
        assumptions=recipe.assumptions,
        window=panel.window,
        source=panel.source,
        seed=seed,
    )


def _proportion(logarithm: float) -> float:
    """Return ``exp(x) - 1``; infinite where that is too large to write."""
    return math.expm1(logarithm) if logarithm < 700 else math.inf


def estimand(question: Question, grain: str) -> str:
    """Say whose average effect over which periods is asked."""
    over = "all periods since adoption that are seen"
    if question.horizon is not None:
        many = question.horizon + 1
        over = f"the first {many} {grain}s since adoption" if many > 1 else "the period of adoption"
    scale = {"level": "", "log": ", as a proportion", "count": ", as a proportion of the mean"}
    return f"average effect on the units that adopted, over {over}{scale[question.scale]}"


def assumed(assumes: tuple[str, ...], question: Question) -> tuple[str, ...]:
    """Say what a recipe assumes where the question allows for some anticipation."""
    if not question.anticipation:
        return assumes
    until = (
        f"Nothing changed because of adoption more than {question.anticipation} periods before "
        "it began."
    )
    return tuple(until if one == NO_ANTICIPATION else one for one in assumes)
