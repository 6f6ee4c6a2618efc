"""Made-up doses and outcomes whose shape is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.cliff.sample import Sample, Within, take_sample
from trueup.estimate.panel import Panel
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
PLACE = 0.6


def jump(size: float) -> Callable[[Floats], Floats]:
    """Return a jump at the place."""
    return lambda q: np.where(q > PLACE, size, 0.0)


def line(q: Floats) -> Floats:
    """Return a straight line of slope one."""
    return q


def team_weeks(
    shape: Callable[[Floats], Floats],
    *,
    teams: int = 60,
    weeks: int = 10,
    shared: float = 0.3,
    seed: int = 0,
    wander: float = 0.15,
) -> Panel:
    """Return teams whose doses wander around their own; `shared` of the variance is the team's.

    Column ``z`` is noise the dose cannot move; ``moved`` jumps where ``y`` does.
    """
    rng = np.random.default_rng(seed)
    team = np.repeat(np.arange(teams), weeks)
    q = np.clip(rng.beta(2, 2, teams)[team] + wander * rng.normal(size=team.size), 0.001, 1)
    error = np.sqrt(shared) * rng.normal(size=teams)[team]
    error = error + np.sqrt(1 - shared) * rng.normal(size=team.size)
    y = shape(q) + error
    z = rng.normal(size=team.size)
    return panel_of(team, np.tile(np.arange(weeks), teams), y=y, q=q, z=z, moved=z + (q > PLACE))


def once(shape: Callable[[Floats], Floats], n: int, seed: int = 0) -> Panel:
    """Return teams seen once each, noise of one."""
    rng = np.random.default_rng(seed)
    q = rng.beta(2, 2, n)
    return panel_of(np.arange(n), np.zeros(n, dtype=int), y=shape(q) + rng.normal(size=n), q=q)


def panel_of(team: NDArray[np.int64], week: NDArray[np.int64], **columns: Floats) -> Panel:
    """Return the panel of these rows, each team its own cluster."""
    teams = int(team.max()) + 1
    return Panel(
        units=tuple(f"team {k}" for k in range(teams)),
        periods=tuple(f"week {k}" for k in range(int(week.max()) + 1)),
        unit=team,
        period=week,
        columns=columns,
        adopted_in=np.full(teams, -1),
        cluster=np.arange(teams),
        grain="week",
        window=Window(start_at=0, end_at=1),
        source="made up",
    )


def sample_of(panel: Panel, within: Within = "pooled") -> Sample:
    """Return the rows a threshold of ``y`` in ``q`` is sought in."""
    sample = take_sample(panel, "y", "q", (), within)
    assert isinstance(sample, Sample)
    return sample


def adopters(
    shape: Callable[[Floats], Floats],
    *,
    adoption: float = 0.5,
    teams: int = 60,
    months: int = 20,
    shared: float = 0.3,
    seed: int = 0,
    wander: float = 0.15,
) -> Panel:
    """Return teams without any dose until they adopt, one in four never; `adoption` for any use."""
    rng = np.random.default_rng(seed)
    team, month = np.repeat(np.arange(teams), months), np.tile(np.arange(months), teams)
    starts = np.where(rng.random(teams) < 0.75, rng.integers(5, months - 5, teams), months)
    own = rng.beta(2, 2, teams)
    wanted = np.clip(own[team] + wander * rng.normal(size=team.size), 0.02, 1)
    q = wanted * (month >= starts[team])
    error = np.sqrt(shared) * rng.normal(size=teams)[team]
    error = error + np.sqrt(1 - shared) * rng.normal(size=team.size)
    y = np.where(q > 0, adoption + shape(q), 0.0) + error
    return panel_of(team, month, y=y, q=q)
