"""Made-up panels whose faults are known, and the case of an estimate made on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.checking import Case
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.callaway_santanna import ESTIMATOR
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.effect import Check
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def panel_of(
    columns: Mapping[str, Floats] | Floats, starts: Ints, clusters: Ints | None = None
) -> Panel:
    """Put ``(n_units, n_periods)`` tables, NaN where not seen, into a panel; one is called y."""
    tables = columns if isinstance(columns, Mapping) else {"y": columns}
    first = next(iter(tables.values()))
    n_units, n_periods = first.shape
    seen = np.isfinite(first)
    unit, period = np.nonzero(seen)
    return Panel(
        units=tuple(f"u{code:03}" for code in range(n_units)),
        periods=tuple(f"{code:03}" for code in range(n_periods)),
        unit=unit.astype(np.int64),
        period=period.astype(np.int64),
        columns={name: table[seen] for name, table in tables.items()},
        adopted_in=starts.astype(np.int64),
        cluster=np.arange(n_units) if clusters is None else clusters,
        grain="week",
        window=Window(start_at=0, end_at=n_periods * 7 * 86_400_000_000),
        source="made up",
    )


def staggered(n_units: int, n_periods: int, share: float = 0.5) -> Ints:
    """Adoption at 40, 50, 60 and 70 % of the periods in turn; the last `1 - share` never."""
    dates = np.array([round(part * n_periods) for part in (0.4, 0.5, 0.6, 0.7)])
    starts = np.full(n_units, NEVER)
    adopting = int(n_units * share)
    starts[:adopting] = dates[np.arange(adopting) % 4]
    return starts


def noise(seed: int, n_units: int, n_periods: int, *, sd: float = 1.0, rho: float = 0.3) -> Floats:
    """Units and periods of their own, and noise that fades by `rho` from week to week."""
    rng = np.random.default_rng(seed)
    made = rng.normal(0, sd, (n_units, n_periods))
    for week in range(1, n_periods):
        made[:, week] = rho * made[:, week - 1] + np.sqrt(1 - rho**2) * made[:, week]
    return made + rng.normal(0, 2, (n_units, 1)) + rng.normal(0, 1, (1, n_periods))


def treated(starts: Ints, n_periods: int) -> Floats:
    """One at or after adoption, else nought."""
    since = np.arange(n_periods)[None, :] - starts[:, None]
    return np.where((starts[:, None] != NEVER) & (since >= 0), 1.0, 0.0)


def case_of(panel: Panel, question: Question | None = None, **more: Any) -> Case:
    """Ask Callaway-Sant'Anna."""
    asked = question or Question(outcome="y", unit="changes", smallest=0.2)
    fit = ESTIMATOR.fit(panel, asked)
    assert isinstance(fit, Fit), fit
    return Case(panel=panel, question=asked, fit=fit, refit=ESTIMATOR.fit, **more)


def figure(check: Check, name: str) -> float:
    return dict(check.figures)[name]
