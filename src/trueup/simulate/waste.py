"""What of the use of AI tools comes to nothing: lines thrown away, calls made again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.simulate.scenario import Scenario
from trueup.simulate.teams import Bools, Ints, Teams, stream
from trueup.simulate.usage import Usage

CALLS = 12
"""Calls of tools in a session."""
LOOP = 4
"""How often the call of a loop is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waste:
    """How much of what is used comes to nothing.

    Parameters
    ----------
    discarded_ratio, looped_ratio
        Expected share of written lines that are never committed, and of calls that repeat others.
    gamed_discarded_ratio, gamed_looped_ratio
        The same in teams that are ranked by tokens, from then on.
    """

    discarded_ratio: float = 0.3
    looped_ratio: float = 0.08
    gamed_discarded_ratio: float = 0.6
    gamed_looped_ratio: float = 0.25


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wasted:
    """What became of every session.

    Parameters
    ----------
    is_gamed
        Whether its team is ranked by tokens by then, ``(sessions,)``.
    looped
        Calls that are the same one again and again, of `CALLS`.
    written
        Lines it wrote.
    is_discarded
        None of them was committed; else all were.
    """

    is_gamed: Bools
    looped: Ints
    written: Ints
    is_discarded: Bools


def draw_waste(scenario: Scenario, teams: Teams, usage: Usage, waste: Waste) -> Wasted:
    """Draw what became of every session."""
    team, week = np.divmod(teams.seat_cell[usage.seat], scenario.weeks)
    since = scenario.use.policy_week
    gamed: Bools = teams.is_ranked[team] & (week >= (scenario.weeks if since is None else since))
    random = stream(scenario, 12)
    loops, losses = random.random((2, usage.seat.size))
    written = random.integers(4, 40, usage.seat.size)
    looped = np.where(gamed, waste.gamed_looped_ratio, waste.looped_ratio) * CALLS / LOOP
    lost = np.where(gamed, waste.gamed_discarded_ratio, waste.discarded_ratio)
    return Wasted(
        is_gamed=gamed,
        looped=np.where(loops < looped, LOOP, 0).astype(np.int64),
        written=written,
        is_discarded=losses < lost,
    )
