"""Panels built from an outcome of units by periods, and the same rows as a library wants them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from trueup.estimate.panel import NEVER, Panel
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def panel_of(
    values: Floats,
    adopted: ArrayLike,
    *,
    cluster: ArrayLike | None = None,
    **columns: Floats,
) -> Panel:
    """Return the panel of an outcome ``(n_units, n_periods)``; missing values are missing rows."""
    n, periods = values.shape
    unit, period = np.nonzero(np.isfinite(values))
    layers = {"outcome": values, **columns}
    return Panel(
        units=tuple(f"team {k}" for k in range(n)),
        periods=tuple(f"week {k}" for k in range(periods)),
        unit=unit,
        period=period,
        columns={name: layer[unit, period] for name, layer in layers.items()},
        adopted_in=np.asarray(adopted),
        cluster=np.arange(n) if cluster is None else np.asarray(cluster),
        grain="week",
        window=Window(start_at=0, end_at=periods),
        source="made up",
    )


def frame_of(values: Floats, adopted: Ints) -> pd.DataFrame:
    """Return the rows a library reads: periods from 1, ``start`` 0 for never."""
    unit, period = np.nonzero(np.isfinite(values))
    start = np.where(adopted == NEVER, 0, adopted + 1)
    return pd.DataFrame(
        {
            "unit": unit,
            "period": period + 1,
            "start": start[unit],
            "outcome": values[unit, period],
        }
    )


def panel_from(rows: Any, unit: str, period: str, start: str, columns: dict[str, str]) -> Panel:
    """Return the panel of published rows, `start` 0 for never; `columns` are renamed."""
    units, places = np.unique(rows[unit], return_inverse=True)
    periods, times = np.unique(rows[period], return_inverse=True)
    adopted = np.full(units.size, NEVER)
    starts = np.asarray(rows[start], dtype=float)
    adopted[places] = np.where(starts > 0, np.searchsorted(periods, starts), NEVER)
    layers = {}
    for name, column in columns.items():
        layers[name] = np.full((units.size, periods.size), np.nan)
        layers[name][places, times] = rows[column]
    return panel_of(layers.pop("outcome"), adopted, **layers)


def staggered(
    seed: int,
    n: int = 60,
    periods: int = 12,
    dates: tuple[int, ...] = (4, 6, 9),
    strength: float = 0.5,
) -> tuple[Floats, Ints]:
    """Draw an outcome whose effect grows and differs by cohort, forty per cent never adopting."""
    rng = np.random.default_rng(seed)
    adopted = np.where(rng.random(n) < 0.4, NEVER, rng.choice(dates, n))
    noise = rng.normal(size=(n, periods))
    for t in range(1, periods):
        noise[:, t] += 0.5 * noise[:, t - 1]
    since = np.arange(periods)[None, :] - adopted[:, None]
    treated = (adopted[:, None] != NEVER) & (since >= 0)
    effect = strength * (1 + since / 4) * adopted[:, None] / periods
    return noise + rng.normal(size=(n, 1)) + np.linspace(0, 1, periods) + treated * effect, adopted
