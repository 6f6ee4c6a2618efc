"""Group-time effects: each adoption cohort against units that have not adopted, period by period.

Callaway and Sant'Anna (2021), Journal of Econometrics 225(2), without covariates: the effect on
cohort g in period t is the mean change from the cohort's base period, less the same change among
units not yet (or never) adopting (their eq. 2.9 and 2.10 with a constant only). The base period is
the last one seen before adoption (less the anticipated periods) for leads and lags alike.
A unit counts in a cell if it is seen in both periods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEVER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """Who serves as control for whom.

    Parameters
    ----------
    never_only
        Only units that never adopt are controls; else those that adopt later are, until they do.
    anticipation
        Periods before adoption in which behaviour may already have changed.
    horizon
        Last period since adoption that enters the overall effect; None for all.
    """

    never_only: bool = False
    anticipation: int = 0
    horizon: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Group-time effects, shape ``(n_cohorts, n_periods)`` unless said otherwise.

    Parameters
    ----------
    cohorts
        Period of adoption, ascending, ``(n_cohorts,)``; those without a base period are left out.
    bases
        Base period of each, ``(n_cohorts,)``.
    effects
        Treated less control change; NaN where a cell has no treated or no control unit, and in
        the base period.
    treated, controls
        Mean change from the base period.
    levels
        Mean outcome of the treated in the period itself.
    n_treated, n_controls
        Units in each mean.
    """

    cohorts: Ints
    bases: Ints
    effects: Floats
    treated: Floats
    controls: Floats
    levels: Floats
    n_treated: Floats
    n_controls: Floats

    @property
    def since(self) -> Ints:
        """Periods since adoption of every cell."""
        periods: Ints = np.arange(self.effects.shape[1])[None, :] - self.cohorts[:, None]
        return periods

    def after(self, horizon: int | None) -> Bools:
        """Which cells enter the overall effect: known, at or after adoption, within `horizon`."""
        chosen: Bools = np.isfinite(self.effects) & (self.since >= 0)
        return chosen if horizon is None else chosen & (self.since <= horizon)


def bases_of(cohorts: Ints, periods: Ints, anticipation: int) -> Ints:
    """Return the last of `periods` (with anything seen) before each ``cohort - anticipation``.

    Minus one where there is none.
    """
    places = np.searchsorted(periods, cohorts - anticipation) - 1
    return np.where(places >= 0, periods[np.maximum(places, 0)], -1)


def serving(design: Design, classes: Ints, cohort: int, base: int, n_periods: int) -> Bools:
    """Which adoption classes serve `cohort` as controls, ``(n_classes, n_periods)``."""
    if design.never_only:
        return np.repeat((classes == NEVER)[:, None], n_periods, axis=1)
    last = np.maximum(np.arange(n_periods), base) + design.anticipation
    later = (classes[:, None] > last) & (classes != cohort)[:, None]
    serves: Bools = later | (classes == NEVER)[:, None]
    return serves


def group_time(values: Floats, adopted: Ints, design: Design) -> Cells:
    """Estimate the effect on every cohort in every period.

    Parameters
    ----------
    values
        Outcome, ``(n_units, n_periods)``, NaN where nothing was seen.
    adopted
        First treated period, `NEVER` for none, ``(n_units,)``.
    design
        Who is compared with whom.
    """
    classes, place = np.unique(adopted, return_inverse=True)
    seen: Bools = np.isfinite(values)
    cohorts = classes[classes != NEVER]
    bases = bases_of(cohorts, np.flatnonzero(seen.any(axis=0)), design.anticipation)
    cohorts, bases = cohorts[bases >= 0], bases[bases >= 0]
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(classes.size))
    shape = (cohorts.size, values.shape[1])
    out = {name: np.full(shape, np.nan) for name in ("treated", "controls", "levels")}
    counts = {name: np.zeros(shape) for name in ("n_treated", "n_controls")}
    filled = np.where(seen, values, 0.0)[order]
    seen = seen[order]
    for row, (cohort, base) in enumerate(zip(cohorts, bases, strict=True)):
        both = seen & seen[:, [base]]
        n = np.add.reduceat(both, starts, axis=0, dtype=float)
        change = np.add.reduceat((filled - filled[:, [base]]) * both, starts, axis=0)
        own = int(np.searchsorted(classes, cohort))
        mine = slice(starts[own], starts[own] + int((place == own).sum()))
        serves = serving(design, classes, int(cohort), int(base), shape[1])
        counts["n_treated"][row] = n[own]
        counts["n_controls"][row] = (n * serves).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            out["treated"][row] = change[own] / n[own]
            out["levels"][row] = (filled[mine] * both[mine]).sum(axis=0) / n[own]
            out["controls"][row] = (change * serves).sum(axis=0) / counts["n_controls"][row]
    effects = out["treated"] - out["controls"]
    effects[np.arange(cohorts.size), bases] = np.nan
    return Cells(cohorts=cohorts, bases=bases, effects=effects, **out, **counts)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Average:
    """How cells are averaged into answers.

    Parameters
    ----------
    place
        Which answer a cell enters, ``(n_cohorts, n_periods)``; -1 for none.
    weight
        With which it enters, by its treated units; sums to one over each answer.
    total
        Treated unit-periods behind each answer, ``(n_answers,)``.
    """

    place: Ints
    weight: Floats
    total: Floats

    def of(self, cell_values: Floats) -> Floats:
        """Average a quantity of the cells into the answers, ``(n_answers,)``."""
        used = self.place >= 0
        total = np.zeros(self.total.size)
        np.add.at(total, self.place[used], self.weight[used] * cell_values[used])
        return total


def averaged(cells: Cells, place: Ints, n_answers: int) -> Average:
    """Weigh every cell of an answer by its treated units."""
    used = place >= 0
    n = np.where(used, cells.n_treated, 0.0)
    total = np.zeros(n_answers)
    np.add.at(total, place[used], n[used])
    weight = np.where(used, n / np.maximum(total[np.maximum(place, 0)], 1.0), 0.0)
    return Average(place=place, weight=weight, total=total)


def overall(cells: Cells, horizon: int | None) -> Average:
    """Average every cell at or after adoption into one answer."""
    return averaged(cells, np.where(cells.after(horizon), 0, -1), 1)


def by_horizon(cells: Cells, horizon: int | None) -> tuple[Ints, Average]:
    """Average cells by periods since adoption; returns the horizons known, ascending."""
    known = np.isfinite(cells.effects)
    if horizon is not None:
        known &= cells.since <= horizon
    horizons, place = np.unique(cells.since[known], return_inverse=True)
    places = np.full(cells.effects.shape, -1)
    places[known] = place
    return horizons, averaged(cells, places, horizons.size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influence:
    """What each unit adds to the error of each answer, ``(n_units, n_answers)``.

    Parameters
    ----------
    treated
        As a treated unit: its change less its cohort's mean.
    controls
        As a control: less the controls' mean, negative.
    composition
        By which cohorts happen to be how large (the weights' own influence).
    share
        Each unit's weight in the treated mean of the answer; they add up to one.
    served
        Each unit's weight in the mean of the controls; they add up to one as well.
    """

    treated: Floats
    controls: Floats
    composition: Floats
    share: Floats
    served: Floats

    @property
    def whole(self) -> Floats:
        """The sum: the influence of Callaway and Sant'Anna (2021), with estimated weights."""
        return self.treated + self.controls + self.composition

    def combined(self, scale: Floats, other: Influence, other_scale: Floats) -> Influence:
        """Return ``scale * self + other_scale * other``, answer by answer; weights are its own."""
        return Influence(
            treated=scale * self.treated + other_scale * other.treated,
            controls=scale * self.controls + other_scale * other.controls,
            composition=scale * self.composition + other_scale * other.composition,
            share=self.share,
            served=self.served,
        )


def influence(
    values: Floats, adopted: Ints, cells: Cells, average: Average, design: Design
) -> Influence:
    """Return each unit's influence on the averages of `cells`.

    Formula: Callaway and Sant'Anna (2021), theorem 2 and corollary 2 with a constant only;
    the composition part is the derivative of the averages by the number of units in each cell.
    """
    classes, place = np.unique(adopted, return_inverse=True)
    parts = [np.zeros((values.shape[0], average.total.size)) for _ in range(5)]
    answers = average.of(cells.effects)
    for row, (cohort, base) in enumerate(zip(cells.cohorts, cells.bases, strict=True)):
        periods = np.flatnonzero(average.place[row] >= 0)
        if not periods.size:
            continue
        into = average.place[row, periods]
        weight = average.weight[row, periods]
        serves = serving(design, classes, int(cohort), int(base), values.shape[1])[:, periods]
        mine = np.flatnonzero(adopted == cohort)
        theirs = np.flatnonzero(np.any(serves, axis=1)[place])
        gap = (cells.effects[row, periods] - answers[into]) / average.total[into]
        for part, units, mean, scale in (
            (0, mine, cells.treated, weight / cells.n_treated[row, periods]),
            (1, theirs, cells.controls, -weight / cells.n_controls[row, periods]),
        ):
            change = values[np.ix_(units, periods)] - values[units, base][:, None]
            counted = np.isfinite(change) * (1.0 if part == 0 else serves[place[units]])
            away = np.nan_to_num(change - mean[row, periods]) * counted * scale
            _add(parts[part], units, into, away)
            _add(parts[3 + part], units, into, counted * np.abs(scale))
            if part == 0:
                _add(parts[2], units, into, counted * gap)
    return Influence(
        treated=parts[0], controls=parts[1], composition=parts[2], share=parts[3], served=parts[4]
    )


def level_influence(values: Floats, adopted: Ints, cells: Cells, average: Average) -> Influence:
    """Return each unit's influence on the averages of the treated outcome itself."""
    shape = (values.shape[0], average.total.size)
    treated, none, composition, share = (np.zeros(shape) for _ in range(4))
    answers = average.of(cells.levels)
    for row, (cohort, base) in enumerate(zip(cells.cohorts, cells.bases, strict=True)):
        periods = np.flatnonzero(average.place[row] >= 0)
        into = average.place[row, periods]
        mine = np.flatnonzero(adopted == cohort)
        seen = np.isfinite(values[np.ix_(mine, periods)] - values[mine, base][:, None])
        level = cells.levels[row, periods]
        away = np.where(seen, values[np.ix_(mine, periods)] - level, 0.0)
        _add(treated, mine, into, away / average.total[into])
        _add(composition, mine, into, seen * (level - answers[into]) / average.total[into])
        _add(share, mine, into, seen / average.total[into])
    return Influence(
        treated=treated, controls=none, composition=composition, share=share, served=none
    )


def _add(total: Floats, units: Ints, into: Ints, amounts: Floats) -> None:
    """Add the columns of `amounts` into the columns `into` of the rows `units`."""
    if total.shape[1] == 1:
        total[units, 0] += amounts.sum(axis=1)
    else:  # a cohort meets each horizon once
        total[np.ix_(units, into)] += amounts
