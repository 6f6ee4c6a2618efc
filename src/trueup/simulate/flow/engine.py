"""Plays a network of queues, event by event, in pure Python.

An event is an arrival or the end of a service. Levels and busy time are exact integrals over
time: each entry takes its instant off a sum, each exit puts its own on it.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from trueup.simulate.flow.network import Arriving, Floats, Network

_ARRIVAL = -1
_NO_END = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """What one playing of a network showed between the end of its warm-up and its own end.

    Parameters
    ----------
    hours
        How long that was.
    started, finished
        Items that came in, and that left.
    lead_hours
        Time in the network of each item that left, in the order of leaving.
    level
        Items at each station, waiting or served, on average over time.
    level_at_end
        Items at each station when it ended.
    busy
        Servers of each pool at work, on average over time.
    visits
        Services ended at each station.
    events
        How many there were, warm-up included.
    """

    hours: float
    started: int
    finished: int
    lead_hours: Floats
    level: Floats
    level_at_end: Floats
    busy: Floats
    visits: Floats
    events: int


@dataclass(slots=True)
class _Counts:
    started: int = 0
    finished: int = 0
    lead_hours: list[float] = field(default_factory=list)
    events: int = 0


def play(
    network: Network, hours: float, random: np.random.Generator, *, warm_up: float = 0.0
) -> Run:
    """Play a network from empty.

    Parameters
    ----------
    hours
        How long it is watched, after `warm_up` hours that are not.
    """
    return Player(network, random).play(hours, warm_up=warm_up)


class Player:
    """Plays the same network again and again, each time from empty and with new luck."""

    def __init__(self, network: Network, random: np.random.Generator) -> None:
        self._network = network
        self._touch = [station.draws(random) for station in network.stations]
        self._chance = _uniforms(random)
        self._gaps = _gaps(network, random)

    def play(self, hours: float, *, warm_up: float = 0.0) -> Run:
        """Play it once; see `play`."""
        floor = _Floor(self._network, self._touch, self._chance, self._gaps)
        if warm_up:
            floor.advance(warm_up)
            floor.counts = _Counts(events=floor.counts.events)
        before = floor.integrals(warm_up)
        visits = list(floor.visits)
        floor.advance(warm_up + hours)
        after = floor.integrals(warm_up + hours)
        level, busy = (
            (np.array(late) - np.array(early)) / hours
            for late, early in zip(after, before, strict=True)
        )
        return Run(
            hours=hours,
            started=floor.counts.started,
            finished=floor.counts.finished,
            lead_hours=np.array(floor.counts.lead_hours),
            level=level,
            level_at_end=np.array(floor.level, float),
            busy=busy,
            visits=np.array(floor.visits, float) - np.array(visits, float),
            events=floor.counts.events,
        )


class _Floor:
    """The state of a network while it is played."""

    def __init__(
        self,
        network: Network,
        touch: list[Iterator[float]],
        chance: Iterator[float],
        gaps: Iterator[float] | None,
    ) -> None:
        self._touch, self._chance, self._gaps = touch, chance, gaps
        names, matrix = network.names, network.matrix
        self._entry = names.index(network.entry)
        self._pool_of = network.pool_of
        self._order = [tuple(map(names.index, pool.stations)) for pool in network.pools]
        self._next = [_nexts(row) for row in matrix]
        self._servers = [pool.servers for pool in network.pools]
        demand = network.demand
        self._room = -_NO_END  # how many more items may be begun unasked
        if not isinstance(demand, Arriving):
            self._room = _NO_END if demand.most is None else demand.most
        self._free = list(self._servers)
        self._queues: list[deque[int]] = [deque() for _ in names]
        self._heap: list[tuple[float, int]] = []
        self._entered: list[float] = []
        self._area = [0.0] * len(names)
        self._busy = [0.0] * len(self._servers)
        self.level = [0] * len(names)
        self.visits = [0] * len(names)
        self._counters = self._area, self.level, self.visits, self._free, self._busy
        self.counts = _Counts()
        if gaps is not None:
            heapq.heappush(self._heap, (next(gaps), _ARRIVAL))
        while self._room > 0 and self._free[self._pool_of[self._entry]]:
            self._begin(0.0)

    def integrals(self, now: float) -> tuple[list[float], list[float]]:
        """Return items times hours of each station, and busy hours of each pool, until `now`."""
        areas = zip(self._area, self.level, strict=True)
        pools = zip(self._busy, self._servers, self._free, strict=True)
        return (
            [area + count * now for area, count in areas],
            [busy + (servers - free) * now for busy, servers, free in pools],
        )

    def _begin(self, now: float) -> None:
        """A free server at the entry begins a new item."""
        self._free[self._pool_of[self._entry]] -= 1
        self._busy[self._pool_of[self._entry]] -= now
        self._room -= 1
        self._serve_new(now)

    def _serve_new(self, now: float) -> None:
        entry = self._entry
        item = len(self._entered)
        self._entered.append(now)
        self.counts.started += 1
        self.level[entry] += 1
        self._area[entry] -= now
        code = item * len(self.level) + entry
        heapq.heappush(self._heap, (now + next(self._touch[entry]), code))

    def _arrive(self, now: float) -> None:
        assert self._gaps is not None
        heapq.heappush(self._heap, (now + next(self._gaps), _ARRIVAL))
        pool = self._pool_of[self._entry]
        if self._free[pool]:
            self._free[pool] -= 1
            self._busy[pool] -= now
            self._serve_new(now)
            return
        self._queues[self._entry].append(len(self._entered))
        self._entered.append(now)
        self.counts.started += 1
        self.level[self._entry] += 1
        self._area[self._entry] -= now

    def advance(self, until: float) -> None:
        """Play on until that hour."""
        # the hot loop: names are local, for looking up attributes would take a third of the time
        heap, push, pop = self._heap, heapq.heappush, heapq.heappop
        touch, chance, entered, queues = self._touch, self._chance, self._entered, self._queues
        area, level, visits, free, busy = self._counters
        pool_of, order, leads = self._pool_of, self._order, self._next
        entry_pool, stations = self._pool_of[self._entry], len(level)
        counts, lead_hours = self.counts, self.counts.lead_hours
        events = 0
        while heap and heap[0][0] <= until:
            now, code = pop(heap)
            events += 1
            if code < 0:
                self._arrive(now)
                continue
            item, station = divmod(code, stations)
            pool = pool_of[station]
            area[station] += now
            level[station] -= 1
            visits[station] += 1
            bounds, targets = leads[station]
            onward = targets[bisect_right(bounds, next(chance))] if bounds else targets[0]
            if onward < 0:
                counts.finished += 1
                lead_hours.append(now - entered[item])
                self._room += 1
            else:
                area[onward] -= now
                level[onward] += 1
                there = pool_of[onward]
                if there != pool and free[there]:
                    free[there] -= 1
                    busy[there] -= now
                    push(heap, (now + next(touch[onward]), item * stations + onward))
                else:
                    queues[onward].append(item)
            for waiting in order[pool]:
                if queues[waiting]:
                    code = queues[waiting].popleft() * stations + waiting
                    push(heap, (now + next(touch[waiting]), code))
                    break
            else:
                free[pool] += 1
                busy[pool] += now
            if self._room > 0 and free[entry_pool]:
                self._begin(now)
        counts.events += events


def _nexts(row: Floats) -> tuple[list[float], list[int]]:
    """Return bounds of a uniform number and where each part of it leads; -1 is out."""
    to = [int(place) for place in np.flatnonzero(row)]
    bounds = np.cumsum(row[to]).tolist()
    if bounds and bounds[-1] > 1 - 1e-12:
        return bounds[:-1], to
    return bounds, [*to, -1]


def _uniforms(random: np.random.Generator) -> Iterator[float]:
    while True:
        yield from random.random(4_096).tolist()


def _gaps(network: Network, random: np.random.Generator) -> Iterator[float] | None:
    demand = network.demand
    if not isinstance(demand, Arriving):
        return None

    def gaps() -> Iterator[float]:
        while True:
            yield from random.exponential(1 / demand.per_hour, 1_024).tolist()

    return gaps()
