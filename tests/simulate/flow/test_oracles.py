"""The player of networks against one that others wrote: SimPy.

A team with rework, once with everyone doing everything by priority, once with reviewers apart;
mean times inside lie within three standard errors of their difference.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import simpy

from trueup.simulate.flow.engine import Player
from trueup.simulate.flow.network import Arriving, Network
from trueup.simulate.flow.team import Team, Touch, network_of

RUNS, HOURS, WARM_UP = 10, 1_500.0, 300.0


def team(sharing: str) -> Team:
    """A team of short touch times, busy for some 80 % of its time, with rework of all kinds."""
    times = {"code": 4.0, "review": 1.0, "recode": 1.5, "ci": 0.3, "deploy": 0.2, "incident": 2.0}
    touches = {name: Touch(hours=hours, form="exponential") for name, hours in times.items()}
    plain = replace(Team(), **touches)  # type: ignore[arg-type]
    return replace(plain, coders=4, reviewers=1, ci_lanes=1, deploy_lanes=1, sharing=sharing)  # type: ignore[arg-type]


def ours(network: Network) -> list[float]:
    player = Player(network, np.random.default_rng(1))
    return [float(player.play(HOURS, warm_up=WARM_UP).lead_hours.mean()) for _ in range(RUNS)]


def z(one: Sequence[float], other: Sequence[float]) -> float:
    errors = math.hypot(*(np.std(each, ddof=1) / math.sqrt(len(each)) for each in (one, other)))
    return float((np.mean(one) - np.mean(other)) / errors)


def with_simpy(network: Network, chance: np.random.Generator) -> float:
    """Mean time inside of items that leave after the warm-up; lower numbers are served first."""
    world = simpy.Environment()
    pools = [simpy.PriorityResource(world, pool.servers) for pool in network.pools]
    turn = {name: (pools[at], rank) for at, pool in enumerate(network.pools)
            for rank, name in enumerate(pool.stations)}  # fmt: skip
    hours = {station.name: station.hours for station in network.stations}
    leads: list[float] = []

    def item() -> Generator[simpy.Event, Any, None]:
        began, at = world.now, network.entry
        while at:
            resource, rank = turn[at]
            with resource.request(priority=rank) as asked:
                yield asked
                yield world.timeout(chance.exponential(hours[at]))
            at = onward(network.routes.get(at, {}), chance.random())
        if world.now > WARM_UP:
            leads.append(world.now - began)

    def arrivals() -> Generator[simpy.Event, Any, None]:
        assert isinstance(network.demand, Arriving)
        while True:
            yield world.timeout(chance.exponential(1 / network.demand.per_hour))
            world.process(item())

    world.process(arrivals())
    world.run(until=WARM_UP + HOURS)
    return float(np.mean(leads))


def onward(routes: Mapping[str, float], lot: float) -> str:
    for name, share in routes.items():
        lot -= share
        if lot < 0:
            return name
    return ""


@pytest.mark.parametrize("sharing", ["shared", "apart"])
def test_a_team_with_rework_and_priorities_takes_as_long_as_in_simpy(sharing: str) -> None:
    network = network_of(team(sharing), Arriving(per_hour=0.42))
    theirs = [with_simpy(network, np.random.default_rng(100 + seed)) for seed in range(RUNS)]

    assert abs(z(ours(network), theirs)) <= 3
