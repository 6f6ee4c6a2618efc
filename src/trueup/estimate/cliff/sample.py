"""From a panel to the rows a threshold is sought in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trueup.estimate.numerics.jump.ranked import Ranked, rank_rows
from trueup.estimate.panel import Bools, Floats, Ints, Panel
from trueup.model.evidence import Abstention, Window

Within = Literal["pooled", "unit"]

FEWEST_CLUSTERS = 20
FEWEST_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Rows with outcome, dose and covariates all seen.

    Where some rows have no dose at all and none has less, any use has a level of its own: places
    are sought among doses in use, and what use does however little it is, is no jump.

    Parameters
    ----------
    outcome, dose
        Names of the columns.
    y, q
        Their values, ``(n,)``.
    unit, period, cluster
        Codes, ``(n,)``.
    covariates
        ``(n, k)``.
    within
        ``pooled``: units are compared with each other, in the same period; ``unit``: each with
        itself, effects of units and periods taken out.
    row
        Which row of the panel each is, ``(n,)``.
    left_out
        Rows of the panel in which something was not seen.
    """

    outcome: str
    dose: str
    y: Floats
    q: Floats
    unit: Ints
    period: Ints
    cluster: Ints
    covariates: Floats
    within: Within
    row: Ints
    left_out: int
    window: Window
    source: str

    @property
    def n_units(self) -> int:
        """Units with a row."""
        return int(np.unique(self.unit).size)

    @property
    def n_clusters(self) -> int:
        """Clusters with a row."""
        return int(np.unique(self.cluster).size)

    @property
    def nuisance(self) -> Floats:
        """Effects of periods, the first left out, and covariates, ``(n, k)``."""
        codes = np.unique(self.period, return_inverse=True)[1]
        periods = np.eye(int(codes.max()) + 1)[:, 1:][codes]
        return np.column_stack([periods, self.covariates])

    @property
    def apart(self) -> bool:
        """Whether any use has a level of its own: some rows have no dose, and none has less."""
        return bool(self.q.min() == 0 and self.q.max() > 0)

    @property
    def in_use(self) -> Bools:
        """Which rows places are sought among, ``(n,)``: all, or those with a dose above nought."""
        return self.q > 0 if self.apart else np.ones(self.q.size, dtype=np.bool_)

    def ranked(self, *, line: bool = True, apart: bool = True, own_levels: bool = False) -> Ranked:
        """Return rows by dose; nuisance, level of use and line taken out, unless told not to.

        With `own_levels` each unit has its own level, and another of its own for any use.
        """
        absorbed = self.unit if self.within == "unit" else None
        if own_levels:
            absorbed = 2 * self.unit + self.in_use
        return rank_rows(
            self.y,
            self.q,
            self.cluster,
            nuisance=self.nuisance,
            absorbed=absorbed,
            line=line,
            apart=apart and self.apart,
        )

    def of(self, name: str, values: Floats) -> Sample:
        """Return the same rows with another outcome, those where it was not seen left out."""
        seen = np.isfinite(values)
        return replace(
            self,
            outcome=name,
            y=values[seen],
            q=self.q[seen],
            unit=self.unit[seen],
            period=self.period[seen],
            cluster=self.cluster[seen],
            covariates=self.covariates[seen],
            row=self.row[seen],
            left_out=self.left_out + int((~seen).sum()),
        )


def take_sample(
    panel: Panel, outcome: str, dose: str, covariates: Sequence[str], within: Within
) -> Sample | Abstention:
    """Return the rows a threshold can be sought in, or why there are too few.

    Raises
    ------
    EstimateError
        The panel has no such column.
    """
    y, q = panel.column(outcome), panel.column(dose)
    x = np.column_stack([np.empty((y.size, 0)), *(panel.column(name) for name in covariates)])
    seen = np.isfinite(y) & np.isfinite(q) & np.isfinite(x).all(axis=1)
    unit = panel.unit[seen]
    sample = Sample(
        outcome=outcome,
        dose=dose,
        y=y[seen],
        q=q[seen],
        unit=unit,
        period=panel.period[seen],
        cluster=panel.cluster[unit],
        covariates=x[seen],
        within=within,
        row=np.flatnonzero(seen),
        left_out=int((~seen).sum()),
        window=panel.window,
        source=panel.source,
    )
    return _refusal(sample) or sample


def abstain(sample: Sample, reason: str, remedy: str) -> Abstention:
    """Say why no threshold can be sought."""
    return Abstention(
        metric=f"threshold of {sample.outcome} in {sample.dose}",
        reason=reason,
        remedy=remedy,
        n=sample.y.size,
        n_of="unit-periods",
        window=sample.window,
    )


def _refusal(sample: Sample) -> Abstention | None:
    clusters, rows = sample.n_clusters, sample.y.size
    if clusters < FEWEST_CLUSTERS or rows < FEWEST_ROWS:
        return abstain(
            sample,
            f"{rows} rows of {clusters} clusters have both {sample.outcome} and {sample.dose}; "
            f"a threshold needs {FEWEST_ROWS} rows of {FEWEST_CLUSTERS}.",
            f"Bring {max(FEWEST_CLUSTERS - clusters, 1)} more clusters or a longer window.",
        )
    users = int(np.unique(sample.cluster[sample.in_use]).size)
    if users < FEWEST_CLUSTERS:
        return abstain(
            sample,
            f"{sample.dose} is above nought in {users} clusters; a threshold among doses in use "
            f"needs {FEWEST_CLUSTERS}.",
            f"Bring {FEWEST_CLUSTERS - users} more clusters with a dose above nought.",
        )
    if np.ptp(sample.q) == 0 or np.ptp(sample.y) == 0:
        still = sample.dose if np.ptp(sample.q) == 0 else sample.outcome
        return abstain(
            sample, f"{still} never changes.", "Bring rows among which it differs, or check it."
        )
    if sample.within == "unit" and sample.n_units == rows:
        return abstain(
            sample,
            "Each unit is seen once, so none can be compared with itself.",
            "Bring several periods, or compare units with each other.",
        )
    return None
