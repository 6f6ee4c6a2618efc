"""A network of queues: who works where, how long it takes, where an item goes next.

Times are hours of work, not of the calendar: a station whose people are asleep does not serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError

Floats = NDArray[np.float64]
OUT = "out"
"""Where an item goes that is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where an item is worked on.

    Parameters
    ----------
    name
        ``code``, ``review``, ``recode``, ``ci``, ``deploy``, ``incident``.
    hours
        Mean touch time of one visit.
    cv
        Standard deviation of touch times over their mean.
    form
        Of touch times; an exponential one has a cv of 1, whatever is said.
    seen
        Touch times to draw from instead, each as likely as the next; `hours` is then their mean.
    """

    name: str
    hours: float
    cv: float = 1.0
    form: Literal["lognormal", "exponential"] = "lognormal"
    seen: tuple[float, ...] = ()

    def draws(self, random: np.random.Generator) -> Iterator[float]:
        """Yield touch times for ever."""
        size = 256
        while True:
            yield from self._block(random, size).tolist()
            size = min(2 * size, 8_192)

    def _block(self, random: np.random.Generator, size: int) -> Floats:
        if self.seen:
            return np.asarray(random.choice(np.asarray(self.seen), size), dtype=float)
        if self.form == "exponential":
            return random.exponential(self.hours, size)
        if not self.cv:
            return np.full(size, self.hours)
        variance = np.log1p(self.cv**2)
        logarithms = np.sqrt(variance) * random.standard_normal(size) - variance / 2
        return np.asarray(self.hours * np.exp(logarithms))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """People, or machines, who serve one station or several.

    Parameters
    ----------
    stations
        Whom they serve, first what goes first.
    servers
        How many of them.
    name
        What they are called: ``coders``; empty: by their stations.
    """

    stations: tuple[str, ...]
    servers: int
    name: str = ""

    @property
    def called(self) -> str:
        """Its name, else its stations."""
        return self.name or ", ".join(self.stations)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """Items arrive by themselves, at random, so many an hour."""

    per_hour: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """There is always more to begin: whoever is free begins it.

    Parameters
    ----------
    most
        Items that may be under way at a time; None: no limit.
    """

    most: int | None = None


Demand = Arriving | Pushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Stations, pools and routes.

    Parameters
    ----------
    routes
        From each station, the probability of each next one; what is left of 1 is done.
    entry
        Where items come in.

    Raises
    ------
    EstimateError
        A station has no pool or several, a route leads nowhere, a probability is none, a time is
        not above 0, or an item can never leave.
    """

    stations: tuple[Station, ...]
    pools: tuple[Pool, ...]
    routes: Mapping[str, Mapping[str, float]]
    entry: str
    demand: Demand

    def __post_init__(self) -> None:
        names = set(self.names)
        served = [name for pool in self.pools for name in pool.stations]
        to = [name for leads in self.routes.values() for name in leads]
        chances = [chance for leads in self.routes.values() for chance in leads.values()]
        totals = [sum(leads.values()) for leads in self.routes.values()]
        faults = {
            "Each station needs one pool": sorted(served) != sorted(self.names),
            "Routes and entry must name stations": not {*to, *self.routes, self.entry}
            <= set(names),
            "Probabilities lie in 0..1 and add up to 1 at most": min(chances, default=0) < 0
            or max(totals, default=0) > 1 + 1e-9,
            "Touch times are above 0": min((one.hours for one in self.stations), default=0) <= 0,
            "A pool needs someone": min((pool.servers for pool in self.pools), default=0) < 1,
        }
        fault = next((text for text, is_so in faults.items() if is_so), None)
        if fault is None and np.max(np.abs(np.linalg.eigvals(self.matrix))) > 1 - 1e-9:
            fault = "Every item must be able to leave"
        if fault is not None:
            raise EstimateError(f"{fault}.", hint="Correct the network.")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the stations, in order."""
        return tuple(station.name for station in self.stations)

    @property
    def matrix(self) -> Floats:
        """Probability of going from one station to another, shape (stations, stations)."""
        names = self.names
        return np.array(
            [[self.routes.get(one, {}).get(other, 0.0) for other in names] for one in names]
        )

    @property
    def visits(self) -> Floats:
        """How often an item visits each station on its way, by the traffic equations."""
        begin = np.array([float(name == self.entry) for name in self.names])
        return np.linalg.solve(np.eye(len(begin)) - self.matrix.T, begin)

    @property
    def hours(self) -> Floats:
        """Mean touch time of each station."""
        return np.array([station.hours for station in self.stations])

    @property
    def pool_of(self) -> tuple[int, ...]:
        """Place of each station's pool."""
        place = {name: at for at, pool in enumerate(self.pools) for name in pool.stations}
        return tuple(place[name] for name in self.names)

    @property
    def servers(self) -> tuple[int, ...]:
        """How many serve each station, shared or not."""
        return tuple(self.pools[pool].servers for pool in self.pool_of)
