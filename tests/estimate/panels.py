"""Made-up panels for tests of regressions: balanced or not, with and without an effect."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.inference.sample import Sample, draw_sample
from trueup.estimate.inference.stating import adoption
from trueup.estimate.panel import Grain, Panel
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
WINDOW = Window(start_at=0, end_at=86_400_000_000)


def made_panel(
    columns: dict[str, Floats],
    adopted_in: list[int],
    *,
    cluster: list[int] | None = None,
    grain: Grain = "week",
) -> Panel:
    """Return a panel from wide columns, ``(n_units, n_periods)``; cells with a NaN `y` are gaps."""
    n_units, n_periods = columns["y"].shape
    seen = np.isfinite(columns["y"]).ravel()
    unit = np.repeat(np.arange(n_units), n_periods)[seen]
    period = np.tile(np.arange(n_periods), n_units)[seen]
    return Panel(
        units=tuple(f"team {place}" for place in range(n_units)),
        periods=tuple(f"week {place}" for place in range(n_periods)),
        unit=unit,
        period=period,
        columns={name: wide.ravel()[seen] for name, wide in columns.items()},
        adopted_in=np.array(adopted_in),
        cluster=np.arange(n_units) if cluster is None else np.array(cluster),
        grain=grain,
        window=WINDOW,
        source="made up",
    )


def drawn_panel(
    seed: int,
    *,
    units: int = 30,
    periods: int = 12,
    treated: int = 10,
    gaps: float = 0.0,
    effect: float = 0.0,
    counted: bool = False,
    per_cluster: int = 1,
) -> Panel:
    """Return a panel of normal or Poisson outcomes; adoption staggered over three periods.

    Column ``x`` is a covariate that matters, column ``dose`` how much is used once adopted.
    """
    rng = np.random.default_rng(seed)
    clusters = units // per_cluster
    dates = np.full(clusters, -1)
    dates[:treated] = periods // 3 + 2 * (np.arange(treated) % 3)
    adopted = np.repeat(dates, per_cluster)
    since = (adopted[:, None] >= 0) & (np.arange(periods) >= adopted[:, None])
    covariate = rng.normal(size=(units, periods))
    level = rng.normal(size=(units, 1)) + np.linspace(0, 0.5, periods) + 0.3 * covariate
    mean = level + effect * since
    outcome = rng.normal(mean)
    if counted:
        outcome = rng.poisson(np.exp(mean)).astype(float)
    outcome[rng.random(outcome.shape) < gaps] = np.nan
    dose = np.where(since, rng.uniform(0.1, 1.0, outcome.shape), 0.0)
    columns = {"y": outcome, "x": covariate, "dose": dose}
    cluster = np.repeat(np.arange(clusters), per_cluster).tolist()
    return made_panel(columns, adopted.tolist(), cluster=cluster)


def sample_of(panel: Panel, *covariates: str) -> Sample:
    """Return the rows of a panel with adoption as the regressor."""
    columns = tuple(panel.column(name) for name in covariates)
    return draw_sample(panel, panel.column("y"), adoption(panel), columns)
