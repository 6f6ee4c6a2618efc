"""One set of parameters, with and without a change: exact rates first, played where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trueup.simulate.flow.closed_forms import capacity, rate_with_a_cap
from trueup.simulate.flow.engine import Player, Run
from trueup.simulate.flow.network import Arriving, Demand, Floats, Network
from trueup.simulate.flow.team import Scaling, Team, WhatIf, changed, demand_of, network_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How it is played.

    Parameters
    ----------
    weeks, warm_up_weeks
        How long each playing is watched, and how long it runs before.
    hours_per_week
        Hours of work in a week, as touch times count them.
    runs
        How often each set of parameters is played.
    """

    weeks: float = 26.0
    warm_up_weeks: float = 13.0
    hours_per_week: float = 40.0
    runs: int = 4
    seed: int = 20_260_101


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What one set of parameters showed.

    Parameters
    ----------
    per_week, rate_error
        Items finished per week in the long run; its error of playing, 0 where it is exact.
    limit
        The pool that is busy first.
    growth
        Items by which what is under way grows per week.
    busy
        Share of its time each pool works.
    runs
        Playings; none where more is begun than can be finished.
    """

    per_week: float
    rate_error: float
    limit: str
    growth: float
    busy: Mapping[str, float]
    runs: tuple[Run, ...]


def play_all(
    teams: Sequence[Team],
    demands: Sequence[Demand],
    what_if: WhatIf,
    how: Manner,
    scalings: Sequence[Scaling],
) -> list[Played]:
    """Play every set of parameters with a change; a set has the same luck whatever is changed."""
    return [
        _play(
            network_of(changed(team, what_if, by), demand_of(demand, what_if)),
            how,
            np.random.default_rng([how.seed, place]),
        )
        for place, (team, demand, by) in enumerate(zip(teams, demands, scalings, strict=True))
    ]


def _play(network: Network, how: Manner, random: np.random.Generator) -> Played:
    """Answer by a closed form where one holds, and play what is left."""
    most = capacity(network)
    inflow = _inflow(network, most.per_hour)
    is_overrun = inflow > most.per_hour * (1 + 1e-9)
    runs: tuple[Run, ...] = ()
    if not is_overrun:
        player = Player(network, random)
        span = how.weeks * how.hours_per_week
        warm_up = how.warm_up_weeks * how.hours_per_week
        runs = tuple(player.play(span, warm_up=warm_up) for _ in range(how.runs))
    rate, off_by = _rate(network, min(inflow, most.per_hour), runs)
    asked = np.bincount(
        network.pool_of, weights=network.visits * network.hours, minlength=len(network.pools)
    )
    return Played(
        per_week=rate * how.hours_per_week,
        rate_error=off_by * how.hours_per_week,
        limit=network.pools[most.pool].called,
        growth=max(inflow - most.per_hour, 0.0) * how.hours_per_week,
        busy={
            pool.called: min(rate * load / pool.servers, 1.0)
            for pool, load in zip(network.pools, asked, strict=True)
        },
        runs=runs,
    )


def _inflow(network: Network, most: float) -> float:
    """Return what is begun per hour in the long run; a limit on what is under way holds it back.

    Pushed without limit, the entry's pool is never idle: it begins as much as it could finish if
    nothing held back what comes after it.
    """
    demand = network.demand
    if isinstance(demand, Arriving):
        return demand.per_hour
    if demand.most is not None:
        return most
    entry = network.pool_of[network.names.index(network.entry)]
    loads = np.bincount(network.pool_of, weights=network.visits * network.hours)
    own = network.pools[entry].servers / float(loads[entry])
    return max(most, own)


def _rate(network: Network, rate: float, runs: Sequence[Run]) -> tuple[float, float]:
    """Return items finished per hour and its error of playing, 0 where the rate is exact."""
    demand = network.demand
    if isinstance(demand, Arriving) or demand.most is None:
        return rate, 0.0
    exact = rate_with_a_cap(network)
    if exact is not None:
        return exact, 0.0
    seen = np.array([run.finished / run.hours for run in runs])
    return float(seen.mean()), error(seen)


def error(values: Floats) -> float:
    """Return the standard error of the mean of several playings; 0 of one."""
    return float(values.std(ddof=1) / np.sqrt(values.size)) if values.size > 1 else 0.0
