"""Whether those who adopt were like the others before anyone did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trueup.estimate.numerics.seen import mean_by_unit
from trueup.estimate.panel import Floats, Panel


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """One column before the first adoption of anyone: adopters beside the others.

    Parameters
    ----------
    column
        Of the panel.
    adopters, others
        Mean of the units' means; None where no unit is seen.
    n_adopters, n_others
        Units the means are of.
    apart
        Difference over the pooled standard deviation of the units' means; above a quarter,
        adjustment by regression alone is not to be trusted (Imbens and Rubin 2015, §14.2). None
        where it cannot be worked out.
    """

    column: str
    adopters: float | None
    others: float | None
    n_adopters: int
    n_others: int
    apart: float | None


def balance(panel: Panel, columns: Sequence[str] = ()) -> tuple[BalanceRow, ...]:
    """Compare adopters with the others in the periods before anyone adopts.

    Parameters
    ----------
    columns
        Which to compare; all by default.
    """
    treated = panel.ever_treated
    until = int(panel.adopted_in[treated].min()) if bool(treated.any()) else panel.n_periods
    found = []
    for name in columns or panel.columns:
        before = np.where(panel.period < until, panel.column(name), np.nan)
        means = mean_by_unit(before, panel.unit, panel.n_units)
        found.append(_row(name, means[treated], means[~treated]))
    return tuple(found)


def _row(name: str, adopters: Floats, others: Floats) -> BalanceRow:
    adopters, others = adopters[~np.isnan(adopters)], others[~np.isnan(others)]
    return BalanceRow(
        column=name,
        adopters=float(adopters.mean()) if adopters.size else None,
        others=float(others.mean()) if others.size else None,
        n_adopters=int(adopters.size),
        n_others=int(others.size),
        apart=_apart(adopters, others),
    )


def _apart(adopters: Floats, others: Floats) -> float | None:
    if min(adopters.size, others.size) < 2:
        return None
    spread = math.sqrt((float(adopters.var(ddof=1)) + float(others.var(ddof=1))) / 2)
    return float(adopters.mean() - others.mean()) / spread if spread else None
