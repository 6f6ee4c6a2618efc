"""Flow: events a second beside SimPy, and an organisation of 24,000 developers for a year.

``make bench BENCH=flow``

The same network of five stations with rework is played by trueup and by SimPy, in turns, at three
sizes; then 4,000 teams of six, for 2,000 hours of work, with reviewers apart and with everyone
doing everything. SimPy keeps no account of levels here, trueup does.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import simpy

from trueup.simulate.flow.engine import Player, play
from trueup.simulate.flow.network import Arriving, Network, Pool, Pushed, Station
from trueup.simulate.flow.team import Team, WhatIf, changed, network_of

PROMISED_APART, PROMISED_SHARED, PROMISED_RATIO = 60.0, 120.0, 5.0
HOURS = {"code": 10.0, "review": 1.5, "recode": 2.5, "ci": 0.5, "deploy": 0.25}
SERVERS = {"code": 34, "review": 10, "recode": 7, "ci": 3, "deploy": 2}
ROUTES: Mapping[str, Mapping[str, float]] = {
    "code": {"review": 1.0},
    "review": {"recode": 0.3, "ci": 0.7},
    "recode": {"review": 1.0},
    "ci": {"recode": 0.1, "deploy": 0.9},
    "deploy": {},
}
LARGER = WhatIf(coding_speed=1.6, change_size=1.51, defects_per_line=1.28)


def main() -> int:
    """Play; return 1 where less is reached than is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--takes", type=int, default=3)
    parser.add_argument("--teams", type=int, default=4_000)
    asked = parser.parse_args()
    ratios = {size: beside_simpy(size, asked.takes) for size in (1, 97, 679)}
    apart = a_year(Team(), asked.teams, "reviewers apart")
    shared = a_year(replace(Team(), coders=8, sharing="shared"), asked.teams, "everyone reviews")
    is_kept = ratios[97] >= PROMISED_RATIO and apart <= PROMISED_APART and shared <= PROMISED_SHARED
    return int(not is_kept)


def beside_simpy(size: int, takes: int) -> float:
    """Play the network at a size with both, in turns; print and return the ratio of speeds."""
    network = rework(size)
    hours = max(60.0, 60_000.0 / size)
    ours, theirs = [], []
    for take in range(takes):
        ours.append(speed(lambda seed=take: play(network, hours, random(seed)).events))
        theirs.append(speed(lambda seed=take: simpy_events(network, hours / 5, random(seed))))
    ratio = float(np.median(ours) / np.median(theirs))
    servers = sum(pool.servers for pool in network.pools)
    print(
        f"{servers:,} servers: trueup {np.median(ours):,.0f} events/s, "
        f"SimPy {np.median(theirs):,.0f}, {ratio:.1f} times",
        flush=True,
    )
    return ratio


def a_year(team: Team, teams: int, name: str) -> float:
    """Play so many teams for 2,000 hours, all that is begun being larger; print and return s."""
    began = time.perf_counter()
    player = Player(network_of(changed(team, LARGER), Pushed()), random(1))
    runs = [player.play(2_000.0) for _ in range(teams)]
    took = time.perf_counter() - began
    events = sum(run.events for run in runs)
    done = np.mean([run.finished for run in runs]) / 2_000
    print(
        f"{teams:,} teams of 6 coders, {name}: {took:.1f} s, {events:,} events, "
        f"{events / took:,.0f} a second; {done:.3f} changes a team and hour",
        flush=True,
    )
    return took


def speed(task: Any) -> float:
    """Return events a second of processor time."""
    began = time.process_time()
    return float(task() / (time.process_time() - began))


def rework(size: int) -> Network:
    """Return the network of five stations, `size` times as large."""
    return Network(
        stations=tuple(Station(name=name, hours=hours, form="exponential")
                       for name, hours in HOURS.items()),
        pools=tuple(Pool(stations=(name,), servers=count * size)
                    for name, count in SERVERS.items()),
        routes=ROUTES,
        entry="code",
        demand=Arriving(per_hour=2.9 * size),
    )  # fmt: skip


def simpy_events(network: Network, hours: float, chance: np.random.Generator) -> int:
    """Play the network with SimPy; return arrivals and ends of service."""
    world = simpy.Environment()
    place = {name: simpy.Resource(world, pool.servers)
             for pool in network.pools for name in pool.stations}  # fmt: skip
    draws = {station.name: station.draws(chance) for station in network.stations}
    seen = [0]

    def item() -> Iterator[Any]:
        at: str | None = network.entry
        while at is not None:
            with place[at].request() as turn:
                yield turn
                yield world.timeout(next(draws[at]))
            seen[0] += 1
            lot, onward = chance.random(), None
            for name, share in network.routes[at].items():
                lot -= share
                if lot < 0:
                    onward = name
                    break
            at = onward

    def arrivals() -> Iterator[Any]:
        assert isinstance(network.demand, Arriving)
        while True:
            yield world.timeout(chance.exponential(1 / network.demand.per_hour))
            seen[0] += 1
            world.process(item())

    world.process(arrivals())
    world.run(until=hours)
    return seen[0]


def random(seed: int) -> np.random.Generator:
    """Return a generator of its own for every take."""
    return np.random.default_rng(seed)


if __name__ == "__main__":
    raise SystemExit(main())
