"""The rows a regression uses, and how treatment lies among their clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.numerics.regression.poisson import informative
from trueup.estimate.numerics.regression.within import Rows
from trueup.estimate.panel import Bools, Floats, Ints, Panel

NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows of a panel made ready for a regression.

    Parameters
    ----------
    outcome, regressor
        ``(n_rows,)``.
    rows
        Units, periods, clusters and covariates.
    paths
        Regressor of each cluster in each period, ``(n_clusters, n_periods)``; None where units
        of a cluster differ or cells are missing, so that it cannot be dealt out anew.
    place
        Rows of the panel these are, ``(n_rows,)``.
    """

    outcome: Floats
    regressor: Floats
    rows: Rows
    paths: Floats | None
    place: Ints

    def take(self, chosen: Ints) -> Sample:
        """Return some rows, by place; treatment cannot be dealt out among what is left."""
        return Sample(
            outcome=self.outcome[chosen],
            regressor=self.regressor[chosen],
            rows=self.rows.take(chosen),
            paths=None,
            place=self.place[chosen],
        )

    @property
    def moving(self) -> Bools:
        """Rows of units within which the regressor varies, ``(n_rows,)``."""
        assert self.rows.unit is not None
        moving: Bools = np.bincount(self.rows.unit, self._moves)[self.rows.unit] > 0
        return moving

    @property
    def _least(self) -> float:
        """Smallest difference of the regressor that is one."""
        return NEAR * float(np.abs(self.regressor).max(initial=0.0))

    @property
    def _moves(self) -> Bools:
        unit = self.rows.unit
        assert unit is not None
        means = np.bincount(unit, self.regressor) / np.bincount(unit)
        moves: Bools = np.abs(self.regressor - means[unit]) > self._least
        return moves

    @property
    def switching(self) -> Bools:
        """Clusters in which the regressor varies within a unit, ``(n_clusters,)``."""
        varies: Bools = np.bincount(self.rows.cluster, self._moves, self.rows.n_clusters) > 0
        return varies

    @property
    def arms(self) -> bool:
        """Whether all that switch do so alike, so that the rest is what they are compared with."""
        rows = self.rows
        assert rows.period is not None
        moved = self.switching[rows.cluster]
        values, period = self.regressor[moved], rows.period[moved]
        many = np.maximum(np.bincount(period, minlength=rows.n_periods), 1)
        means = np.bincount(period, values, rows.n_periods) / many
        return bool((np.abs(values - means[period]) <= self._least).all())

    @property
    def n_switching(self) -> int:
        """Units within which the regressor varies."""
        assert self.rows.unit is not None
        return int(np.unique(self.rows.unit[self._moves]).size)

    @property
    def n_units(self) -> int:
        """Units seen."""
        assert self.rows.unit is not None
        return int(self.rows.unit.max()) + 1


def draw_sample(
    panel: Panel, outcome: Floats, regressor: Floats, covariates: tuple[Floats, ...] = ()
) -> Sample:
    """Keep the rows in which everything was seen.

    Parameters
    ----------
    outcome, covariates
        Of each row of the panel, ``(n_rows,)``; NaN is not observed.
    regressor
        Of each unit in each period, ``(n_units, n_periods)``.
    """
    values = regressor[panel.unit, panel.period]
    columns = np.column_stack([outcome, values, *covariates])
    place = np.flatnonzero(np.isfinite(columns).all(axis=1))
    unit, period = panel.unit[place], panel.period[place]
    kept, cluster = np.unique(panel.cluster[unit], return_inverse=True)
    rows = Rows(
        unit=np.unique(unit, return_inverse=True)[1].ravel(),
        period=np.unique(period, return_inverse=True)[1].ravel(),
        cluster=cluster.ravel(),
        covariates=columns[place, 2:],
    )
    wide = regressor[np.unique(unit)][:, np.unique(period)]
    return Sample(
        outcome=outcome[place],
        regressor=values[place],
        rows=rows,
        paths=_paths(wide, panel.cluster[np.unique(unit)], kept),
        place=place,
    )


def _paths(wide: Floats, cluster: Ints, kept: Ints) -> Floats | None:
    first = np.empty((kept.size, wide.shape[1]))
    for code, name in enumerate(kept):
        own = wide[cluster == name]
        if not (own == own[0]).all():
            return None
        first[code] = own[0]
    return first


def bare(rows: Rows) -> Rows:
    """Return the same rows without covariates."""
    return Rows(
        unit=rows.unit,
        period=rows.period,
        cluster=rows.cluster,
        covariates=np.empty((rows.cluster.size, 0)),
    )


def keep_informative(sample: Sample) -> Sample:
    """Leave out units and periods that are nought throughout: they say nothing of proportions."""
    kept = informative(sample.outcome, sample.rows)
    if kept.all():
        return sample
    found = sample.take(np.flatnonzero(kept))
    if sample.paths is None or not kept.any():
        return found
    assert sample.rows.period is not None
    clusters, periods = np.unique(sample.rows.cluster[kept]), np.unique(sample.rows.period[kept])
    return Sample(
        outcome=found.outcome,
        regressor=found.regressor,
        rows=found.rows,
        paths=sample.paths[clusters][:, periods],
        place=found.place,
    )
