"""Exact answers where a network is simple enough: they need no playing, and check the player.

References
----------
Erlang (1917), Solution of some problems in the theory of probabilities; Pollaczek (1930) and
Khinchine (1932) for one server with any touch time; Jackson (1957), Networks of waiting lines;
Buzen (1973), Computational algorithms for closed queueing networks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.simulate.flow.network import Arriving, Floats, Network, Pushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a network can do at most, and what holds it back.

    Parameters
    ----------
    per_hour
        Items that can leave in an hour of work when there is always more to do.
    pool
        Place of the pool that is busy first.
    """

    per_hour: float
    pool: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """How a network stands in the long run.

    Parameters
    ----------
    per_hour
        Items leaving in an hour.
    level
        Items at each station, waiting or served.
    busy
        Share of its servers at work, by station.
    lead_hours
        Mean time from coming in to leaving.
    """

    per_hour: float
    level: Floats
    busy: Floats
    lead_hours: float


def capacity(network: Network) -> Capacity:
    """Return the rate at which the first pool is always busy.

    Items leaving cannot exceed servers over the touch time an item asks of them on all its
    visits, whatever the order of service: ``min over pools of c / sum(visits * hours)``.
    """
    asked = network.visits * network.hours
    of_pool = np.bincount(network.pool_of, weights=asked, minlength=len(network.pools))
    servers = np.array([pool.servers for pool in network.pools], float)
    rates = np.divide(servers, of_pool, out=np.full_like(servers, np.inf), where=of_pool > 0)
    return Capacity(per_hour=float(rates.min()), pool=int(rates.argmin()))


def waiting_probability(load: float, servers: int) -> float:
    """Return the probability that an arrival waits, by Erlang's C formula.

    Parameters
    ----------
    load
        Arrivals an hour times mean touch time; below `servers`.
    """
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load * blocked / (count + load * blocked)
    share = load / servers
    return blocked / (1 - share * (1 - blocked))


def time_with_many_servers(per_hour: float, hours: float, servers: int) -> float:
    """Return the mean time at a station of several servers, exponential touch times."""
    load = per_hour * hours
    return hours + waiting_probability(load, servers) * hours / (servers - load)


def time_with_one_server(per_hour: float, hours: float, cv: float) -> float:
    """Return the mean time at a station of one server, by Pollaczek and Khinchine."""
    load = per_hour * hours
    return hours + load * hours * (1 + cv**2) / (2 * (1 - load))


def standing(network: Network) -> Standing | None:
    """Return the exact long-run standing, or None where no closed form holds.

    One holds where items arrive at random, every station has a pool of its own, no pool is
    overrun, and touch times are exponential (Jackson) or there is a single station of one server
    that is never visited twice (Pollaczek-Khinchine).
    """
    demand = network.demand
    if not isinstance(demand, Arriving) or demand.per_hour >= capacity(network).per_hour:
        return None
    if any(len(pool.stations) > 1 for pool in network.pools):
        return None
    rates = network.visits * demand.per_hour
    if all(station.form == "exponential" and not station.seen for station in network.stations):
        times = np.array(
            [
                time_with_many_servers(rate, hours, servers) if rate else 0.0
                for rate, hours, servers in zip(rates, network.hours, network.servers, strict=True)
            ]
        )
    elif len(network.stations) == 1 and network.servers == (1,) and not network.matrix.any():
        only = network.stations[0]
        spread = float(np.std(only.seen) / np.mean(only.seen)) if only.seen else only.cv
        times = np.array([time_with_one_server(demand.per_hour, only.hours, spread)])
    else:
        return None
    level = rates * times
    return Standing(
        per_hour=demand.per_hour,
        level=level,
        busy=rates * network.hours / np.array(network.servers),
        lead_hours=float(level.sum() / demand.per_hour),
    )


def rate_with_a_cap(network: Network) -> float | None:
    """Return items leaving an hour under a cap of items under way, by Buzen's convolution.

    None unless there is a cap, every station has a pool of its own, and touch times are
    exponential. An item that leaves makes room for the next: the network is a closed one.
    """
    demand = network.demand
    if not isinstance(demand, Pushed) or demand.most is None:
        return None
    is_plain = all(one.form == "exponential" and not one.seen for one in network.stations)
    if not is_plain or any(len(pool.stations) > 1 for pool in network.pools):
        return None
    asked = network.visits * network.hours
    constants = np.eye(1, demand.most + 1)[0]
    for load, servers in zip(asked, network.servers, strict=True):
        factors = np.ones(demand.most + 1)  # of a station with 0, 1, ... items
        for items in range(1, demand.most + 1):
            factors[items] = factors[items - 1] * load / min(items, servers)
        constants = np.convolve(constants, factors)[: demand.most + 1]
    return float(constants[-2] / constants[-1])
