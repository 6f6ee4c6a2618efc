"""The arithmetic of days without a tool: contrasts by dose, and days drawn in their place.

A day without the tool is held against the same weekday one to four weeks before and after, unit by
unit, and the difference against the dose: the share of a unit's developers who used the tool in
the four weeks before. What befell everyone alike on that day falls out. How much such a contrast
moves when nothing happened is seen by asking the same of other days of the same weekday, at most
half a year away (Fisher 1935, by dates; as placebo dates in Abadie, Diamond and Hainmueller 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.inference.permutation import invert
from trueup.estimate.panel import Floats, Ints

Bools = NDArray[np.bool_]

LAGS = (-28, -21, -14, -7, 7, 14, 21, 28)
"""Days away of those a day is held against."""
FEWEST_BESIDE = 4
"""Of these, how many must be there."""
SHIFTS: Ints = np.arange(-26, 27)
"""Weeks away from which another day of the same weekday may stand in for one."""
_SELF = 26
LEAST_DOSE = 0.25
"""Another day stands in for one only where doses differ at least this much as much."""
DRAWS = 999
LEVEL = 0.95
_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class UnitDays:
    """Units by days; day 0 is a Monday.

    Parameters
    ----------
    count
        What is counted, ``(units, days)``.
    developers
        Active in the four weeks before each day, ``(units, days)``.
    dose
        Share of these who used the tool in that time, 0..1, ``(units, days)``.
    hit
        Whether the unit could not use the tool for most of the day, ``(units, days)``.
    touched
        Whether the tool failed anybody at all, however short, ``(days,)``: such days are held
        against nothing, and nothing against them.
    """

    count: Floats
    developers: Floats
    dose: Floats
    hit: Bools
    touched: Bools

    @property
    def rate(self) -> Floats:
        """What is counted per developer; 0 where there is none."""
        found: Floats = np.divide(
            self.count,
            self.developers,
            out=np.zeros_like(self.count, dtype=float),
            where=self.developers > 0,
        )
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contrasts:
    """Of each day without the tool, and of the same weekday up to half a year away.

    Parameters
    ----------
    days
        Days without the tool that can be judged, ``(m,)``.
    spell
        Days less than a week apart are of one spell and move together, ``(m,)`` codes.
    stands_in
        Whether the day so many weeks away may stand in for it, ``(m, shifts)``; in the middle is
        the day itself.
    top, level_top
        The sum over units of dose, centred, times the difference to the days beside, in
        ``(m, shifts)``; and times the rate itself.
    bottom
        The sum of squares of the dose, centred, ``(m, shifts)``.
    """

    days: Ints
    spell: Ints
    stands_in: Bools
    top: Floats
    level_top: Floats
    bottom: Floats

    @property
    def spells(self) -> int:
        """How many spells there are."""
        return int(np.unique(self.spell).size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A statistic, and what it is when nothing happened.

    Parameters
    ----------
    low, high
        Of the interval: effects that, taken out, leave nothing remarkable.
    p_value, least_p
        Of no effect, two-sided; and the smallest there could be.
    """

    value: float
    error: float
    low: float
    high: float
    p_value: float
    least_p: float


def contrasts(panel: UnitDays, *, by_dose: bool = True) -> Contrasts:
    """Work out the contrast of every day without the tool, and of those that may stand in for it.

    Parameters
    ----------
    by_dose
        Hold units of high dose against units of low dose; else all against the days beside.
    """
    gap, is_sound = _gaps(panel)
    days = np.flatnonzero(panel.hit.any(axis=0) & is_sound)
    at = days[:, None] + 7 * SHIFTS
    inside = (at >= 0) & (at < panel.touched.size)
    at = np.where(inside, at, 0)
    stands_in = inside & is_sound[at] & ~panel.touched[at]
    stands_in[:, _SELF] = True
    weight = panel.developers[:, at]
    dose = panel.dose[:, at] * panel.hit[:, days][:, :, None]
    mean = (weight * dose).sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-12)
    centred = dose - mean if by_dose else (dose > 0) * 1.0
    bottom = (weight * centred**2).sum(axis=0)
    stands_in &= bottom >= LEAST_DOSE * bottom[:, [_SELF]]
    spell = np.cumsum(np.diff(days, prepend=-7) >= 7)
    for one in np.unique(spell):
        stands_in[spell == one] = stands_in[spell == one].all(axis=0)
    kept = (bottom[:, _SELF] > 1e-9) & (stands_in.sum(axis=1) > FEWEST_BESIDE)
    return Contrasts(
        days=days[kept],
        spell=np.unique(spell[kept], return_inverse=True)[1],
        stands_in=stands_in[kept],
        top=(weight * centred * gap[:, at]).sum(axis=0)[kept],
        level_top=(weight * centred * panel.rate[:, at]).sum(axis=0)[kept],
        bottom=bottom[kept],
    )


def _gaps(panel: UnitDays) -> tuple[Floats, Bools]:
    """Return each rate less the mean beside it, and on which days enough stands beside."""
    rate, days = panel.rate, panel.touched.size
    total, counted = np.zeros_like(rate), np.zeros(days)
    for lag in LAGS:
        at = np.arange(days) + lag
        there = (at >= 0) & (at < days)
        there[there] &= ~panel.touched[at[there]]
        total[:, there] += rate[:, at[there]]
        counted[there] += 1
    beside = total / np.maximum(counted, 1)
    return rate - beside, (counted >= FEWEST_BESIDE) & (np.arange(days) % 7 < 5)


def mean_loss(found: Contrasts, *, seed: int, draws: int = DRAWS) -> Drawn:
    """Return by how much the rate differs on days without the tool, per unit of dose."""
    shift = _drawn(found, seed, draws)
    bottom = _taken(found.bottom, shift)
    total, own = bottom.sum(axis=1), np.where(shift == _SELF, bottom, 0.0)
    return _judged(_taken(found.top, shift).sum(axis=1) / total, own.sum(axis=1) / total)


def loss_trend(found: Contrasts, *, seed: int, draws: int = DRAWS) -> Drawn:
    """Return by how much that difference rises in a year: a line through the days."""
    shift = _drawn(found, seed, draws)
    bottom = _taken(found.bottom, shift)
    away = np.where(shift == _SELF, _away(found, bottom[:1]), 0.0)
    return _judged(
        _slopes(found, _taken(_without_mean(found), shift), bottom),
        _slopes(found, away * bottom, bottom),
    )


def level_trend(found: Contrasts, *, seed: int, draws: int = DRAWS) -> Drawn:
    """Return by how much the rate itself on days without the tool rises in a year, per dose.

    How far the level of a day lies from its smooth course is drawn from other days: their level
    less that of the days beside them.
    """
    shift = _drawn(found, seed, draws)
    bottom = _taken(found.bottom, shift)
    own = _slopes(found, _taken(found.level_top, shift[:1]), bottom[:1])
    noise = _slopes(found, _taken(_without_mean(found), shift[1:]), bottom[1:])
    return _judged(np.concatenate([own, noise]), np.eye(1, shift.shape[0])[0])


def years(found: Contrasts) -> float:
    """Return how many years lie between the first and the last day without the tool."""
    return float(found.days.max() - found.days.min()) / _YEAR if found.days.size else 0.0


def _without_mean(found: Contrasts) -> Floats:
    """Return the contrasts, those of the days themselves less what they lose on average."""
    top = found.top.copy()
    own, bottom = top[:, _SELF], found.bottom[:, _SELF]
    top[:, _SELF] = own - own.sum() / bottom.sum() * bottom
    return top


def _drawn(found: Contrasts, seed: int, draws: int) -> Ints:
    """Return by how many weeks each day is moved in each draw, as a place; in the first by none."""
    random = np.random.default_rng(seed)
    first = np.unique(found.spell, return_index=True)[1]
    places = [random.choice(np.flatnonzero(found.stands_in[one]), draws) for one in first]
    moved = np.stack(places, axis=1)[:, found.spell]
    return np.concatenate([np.full((1, found.days.size), _SELF), moved])


def _taken(values: Floats, shift: Ints) -> Floats:
    found: Floats = values[np.arange(values.shape[0]), shift]
    return found


def _away(found: Contrasts, bottom: Floats) -> Floats:
    """Return how many years each day lies from their middle, weighed by what they know."""
    at = found.days / _YEAR
    away: Floats = at - ((bottom * at).sum(axis=1) / bottom.sum(axis=1))[:, None]
    return away


def _slopes(found: Contrasts, top: Floats, bottom: Floats) -> Floats:
    """Return the slope over years of the contrasts, each weighing as much as it knows."""
    away = _away(found, bottom)
    slopes: Floats = (away * top).sum(axis=1) / (bottom * away**2).sum(axis=1)
    return slopes


def _judged(shown: Floats, taken: Floats) -> Drawn:
    inverted = invert(shown, taken, LEVEL)
    return Drawn(
        value=float(shown[0]),
        error=float(shown[1:].std(ddof=1)),
        low=inverted.low,
        high=inverted.high,
        p_value=inverted.p_value,
        least_p=inverted.least_p,
    )
