"""How an effect changes with a trait of units: slopes after adoption less slopes of those not yet.

For unit i of the cohort that adopts in g, seen at t >= g, the effect is what it rose above its
own mean before g, less what units not yet treated at t rose above theirs, at the same value of
the trait (a line fitted among them, so that the trait may have its own course over time). The
slope of these effects in the trait, at equal time since adoption, is the interaction. No unit
already treated ever serves as a comparison.

References
----------
Callaway, Sant'Anna (2021), Journal of Econometrics 225(2), for the comparisons; Borusyak,
Jaravel, Spiess (2024), Review of Economic Studies 91(6), for effects of single units regressed
on traits; Bell, McCaffrey (2002), Survey Methodology 28(2), for the jackknife over clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.numerics.seen import mean_of_seen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_LEAST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Courses:
    """Units over periods, and when each adopts.

    Parameters
    ----------
    outcome
        Shape ``(n_units, n_periods)``; NaN is not observed.
    trait
        Fixed before adoption, ``(n_units,)``; NaN where unknown: the unit is left out.
    adopted_in
        First treated period, -1 for never, ``(n_units,)``.
    cluster
        Codes from nought, ``(n_units,)``.
    baseline
        Which periods may serve as "before", ``(n_periods,)``.
    """

    outcome: Floats
    trait: Floats
    adopted_in: Ints
    cluster: Ints
    baseline: Bools


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Interaction:
    """The slope of effects in the trait.

    Parameters
    ----------
    slope
        Change of the effect for one of the trait.
    left_out
        The same without each cluster in turn; NaN where it has no answer, ``(n_clusters,)``.
    n_rows
        Treated unit-periods with an effect.
    treated_clusters, control_clusters
        Clusters that have any.
    """

    slope: float
    left_out: Floats
    n_rows: int
    treated_clusters: int
    control_clusters: int

    @property
    def error(self) -> float:
        """Jackknife error over clusters (CV3); NaN where any cluster cannot be left out."""
        used = self.left_out[self.left_out != self.slope]
        many = used.size
        if many < 2:
            return float("nan")
        return float(np.sqrt((many - 1) / many * np.sum((used - self.slope) ** 2)))


def interaction(
    courses: Courses, *, horizon: int | None, anticipation: int, never_only: bool
) -> Interaction | None:
    """Return the slope of effects in the trait and what it is without each cluster.

    Parameters
    ----------
    horizon
        Periods after adoption looked at, the adoption period being 0; None for all.
    anticipation
        Periods before adoption that count neither as before nor as not yet treated.
    never_only
        Whether only units that never adopt serve as comparisons.

    Returns
    -------
    Interaction or None
        None where no cell has treated units and two values of the trait among those not yet.

    Notes
    -----
    Everything is a function of sums by cluster, so leaving one out is a subtraction, and the
    jackknife is exact.
    """
    known = np.isfinite(courses.trait)
    trait = np.where(known, courses.trait, 0.0)
    clusters = int(courses.cluster.max()) + 1
    periods = courses.outcome.shape[1]
    sums = np.zeros((periods, 5, clusters + 1))
    reached = np.zeros((2, clusters), dtype=bool)
    rows = 0
    for g in np.unique(courses.adopted_in[courses.adopted_in > anticipation]):
        before = courses.baseline & (np.arange(periods) < g - anticipation)
        if not before.any():
            continue
        rise = courses.outcome - mean_of_seen(courses.outcome[:, before])[:, None]
        last = periods - 1 if horizon is None else min(periods - 1, int(g) + horizon)
        for t in range(int(g), last + 1):
            seen = known & np.isfinite(rise[:, t])
            treated = seen & (courses.adopted_in == g)
            later = courses.adopted_in > t + anticipation
            control = seen & ((courses.adopted_in == -1) | (later & (not never_only)))
            cell = [
                _sums(trait[who], rise[who, t], courses.cluster[who], clusters)
                for who in (treated, control)
            ]
            added = _effects(*cell)
            if added is None:
                continue
            sums[t - int(g)] += added
            reached[0, courses.cluster[treated]] = True
            reached[1, courses.cluster[control]] = True
            rows += int(treated.sum())
    slopes = _slopes(sums)
    if not np.isfinite(slopes[-1]):
        return None
    return Interaction(
        slope=float(slopes[-1]),
        left_out=slopes[:-1],
        n_rows=rows,
        treated_clusters=int(reached[0].sum()),
        control_clusters=int(reached[1].sum()),
    )


def _sums(m: Floats, y: Floats, cluster: Ints, clusters: int) -> Floats:
    """Return count, m, m squared, y and m y summed without each cluster, and over all, last."""
    own = np.stack(
        [np.bincount(cluster, w, clusters) for w in (np.ones_like(m), m, m * m, y, m * y)]
    )
    total = own.sum(axis=1, keepdims=True)
    without: Floats = np.concatenate([total - own, total], axis=1)
    return without


def _effects(treated: Floats, control: Floats) -> Floats | None:
    """Return the sums of the treated with the line of the controls taken out of the outcome.

    None where the full sample has no line; nothing is added for a cluster without which there is
    none.
    """
    n, m, mm, y, my = control
    spread = n * mm - m * m
    real = spread > _LEAST * np.maximum(n * mm, _LEAST)
    if not real[-1] or treated[0, -1] == 0:
        return None
    safe = np.where(real, spread, 1.0)
    b = (n * my - m * y) / safe
    a = (y - b * m) / np.maximum(n, 1.0)
    out = treated.copy()
    out[3] -= a * treated[0] + b * treated[1]
    out[4] -= a * treated[1] + b * treated[2]
    return np.where(real, out, 0.0)


def _slopes(sums: Floats) -> Floats:
    """Return the slope at equal time since adoption, without each cluster and over all, last."""
    n, m, mm, y, my = np.moveaxis(sums, 1, 0)
    count = np.maximum(n, 1.0)
    top = (my - m * y / count).sum(axis=0)
    spread = (mm - m * m / count).sum(axis=0)
    real = spread > _LEAST * np.maximum(mm.sum(axis=0), _LEAST)
    slopes: Floats = np.where(real, top / np.where(real, spread, 1.0), np.nan)
    return slopes


def level_out(outcome: Floats, untreated: Bools) -> Floats:
    """Return outcomes less effects of periods fitted, with those of units, where untreated.

    Needed only where cells are missing: a mean over the periods a unit happens to be seen in
    would carry those periods' common level.
    """
    seen = np.isfinite(outcome) & untreated
    values = np.where(seen, outcome, 0.0)
    rows, columns = np.maximum(seen.sum(axis=1), 1), np.maximum(seen.sum(axis=0), 1)
    period = np.zeros(outcome.shape[1])
    for _ in range(500):
        unit = (values - seen * period).sum(axis=1) / rows
        new = (values - seen * unit[:, None]).sum(axis=0) / columns
        new -= new.mean()
        if np.abs(new - period).max() < 1e-10 * (1 + np.abs(new).max()):
            break
        period = new
    return outcome - period


def expected_mean(outcome: Floats, untreated: Bools, trait: Floats) -> Floats:
    """Return the mean expected of each unit and period without treatment, ``(n_units, n_periods)``.

    ``E[y] = exp(a + b trait) * period``, by Poisson's likelihood on untreated cells. Periods are
    fitted with an effect of each unit, so that who is still untreated does not move them; the
    level then goes with the trait and not with the unit's own past, which as a divisor would be
    noise.
    """
    seen = np.isfinite(outcome) & untreated & np.isfinite(trait)[:, None]
    values = np.where(seen, outcome, 0.0)
    period = np.ones(outcome.shape[1])
    for _ in range(500):
        unit = values.sum(axis=1) / np.maximum(seen @ period, 1e-300)
        new = values.sum(axis=0) / np.maximum(unit @ seen, 1e-300)
        new /= max(float(new.mean()), 1e-300)
        if np.abs(new - period).max() < 1e-10:
            break
        period = new
    m, total, exposure = np.where(np.isfinite(trait), trait, 0.0), values.sum(axis=1), seen @ period
    level, slope = _log_line(m, total, exposure)
    expected: Floats = level * np.exp(slope * m)[:, None] * period
    return expected


def _log_line(m: Floats, total: Floats, exposure: Floats) -> tuple[float, float]:
    """Fit ``E[total] = level * exp(slope * m) * exposure`` by Newton's steps."""
    slope = 0.0
    for _ in range(100):
        weight = np.exp(slope * m) * exposure
        level = float(total.sum() / max(float(weight.sum()), 1e-300))
        fitted = level * weight
        centred = m - float(fitted @ m) / max(float(fitted.sum()), 1e-300)
        step = float((total - fitted) @ m) / max(float(fitted @ centred**2), 1e-300)
        slope += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-12:
            break
    return level, slope
