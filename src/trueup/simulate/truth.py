"""What adoption really did in one made-up world: it happened twice, once without adoption."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trueup.simulate.teams import NEVER, Floats, Ints, Teams


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrueEffect:
    """The average effect of adoption on the treated team-weeks of this very draw.

    Averages are over team-weeks in which both worlds observe the outcome; by horizon, 0 being
    the week of adoption.

    Parameters
    ----------
    outcome
        Column of `trueup.measure.units.weeks`.
    horizons
        Weeks since adoption, ``(n,)``.
    cells, log_cells
        Team-weeks at each horizon; and of those, the ones in which both outcomes are positive.
    with_adoption, without
        Sum of the outcome over them in the two worlds.
    log_gaps
        Sum of the difference of logarithms over `log_cells`.
    """

    outcome: str
    horizons: Ints
    cells: Floats
    log_cells: Floats
    with_adoption: Floats
    without: Floats
    log_gaps: Floats

    @property
    def level(self) -> float | None:
        """Difference of means, in the outcome's unit; None where no team-week is treated."""
        return _over(self.with_adoption.sum() - self.without.sum(), self.cells.sum())

    @property
    def proportional(self) -> float | None:
        """Ratio of means less one; None where the mean without adoption is nought."""
        return _over(self.with_adoption.sum() - self.without.sum(), self.without.sum())

    @property
    def log(self) -> float | None:
        """Mean difference of logarithms, where both are positive."""
        return _over(self.log_gaps.sum(), self.log_cells.sum())

    @property
    def levels(self) -> Floats:
        """Difference of means at each horizon; NaN where no team-week is seen."""
        return _each(self.with_adoption - self.without, self.cells)

    @property
    def proportions(self) -> Floats:
        """Ratio of means less one at each horizon."""
        return _each(self.with_adoption - self.without, self.without)

    @property
    def logs(self) -> Floats:
        """Mean difference of logarithms at each horizon."""
        return _each(self.log_gaps, self.log_cells)

    def within(self, horizon: int | None) -> TrueEffect:
        """Return the same over the first `horizon` weeks only; all when None."""
        if horizon is None:
            return self
        kept = self.horizons < horizon
        arrays = ("horizons", "cells", "log_cells", "with_adoption", "without", "log_gaps")
        return TrueEffect(
            outcome=self.outcome, **{name: getattr(self, name)[kept] for name in arrays}
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """The known answer of one made-up organisation.

    Parameters
    ----------
    outcomes
        By column of `trueup.measure.units.weeks`.
    adopted_in
        Week of the adoption records show, by team; -1 where they show none.
    """

    outcomes: Mapping[str, TrueEffect]
    adopted_in: Mapping[str, int]


def compare(
    teams: Teams,
    happened: Mapping[str, Floats],
    twin: Mapping[str, Floats],
) -> dict[str, TrueEffect]:
    """Compare the world that happened with its twin without adoption, outcome by outcome."""
    weeks = next(iter(happened.values())).shape[1]
    since = np.arange(weeks) - seen_adoption(teams)[:, None]
    treated = (since >= 0) & (seen_adoption(teams) != NEVER)[:, None]
    horizons = np.arange(int(since[treated].max()) + 1 if treated.any() else 0)
    found: dict[str, TrueEffect] = {}
    for name, column in happened.items():
        both = treated & np.isfinite(column) & np.isfinite(twin[name])
        one, other, at = column[both], twin[name][both], since[both]
        positive = (one > 0) & (other > 0)
        gaps = np.log(one[positive]) - np.log(other[positive])
        found[name] = TrueEffect(
            outcome=name,
            horizons=horizons,
            cells=_summed(at, np.ones(at.size), horizons),
            log_cells=_summed(at[positive], np.ones(gaps.size), horizons),
            with_adoption=_summed(at, one, horizons),
            without=_summed(at, other, horizons),
            log_gaps=_summed(at[positive], gaps, horizons),
        )
    return found


def seen_adoption(teams: Teams) -> Ints:
    """Return the week of adoption by team as records show it: hidden use is never seen."""
    return np.where(teams.is_hidden, NEVER, teams.adopts_in)


def _over(top: float, bottom: float) -> float | None:
    return None if bottom == 0 or not math.isfinite(top) else float(top / bottom)


def _summed(at: Ints, amounts: Floats, horizons: Ints) -> Floats:
    return np.bincount(at, amounts, minlength=horizons.size).astype(float)


def _each(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return found
