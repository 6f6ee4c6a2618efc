"""How teams put AI tools to work, quarter by quarter: which points of practice they earn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.measure.practices.rubric import CAPACITIES
from trueup.simulate.scenario import Practising, Scenario
from trueup.simulate.teams import FIRST_DAY, NEVER, WEEK, Bools, Floats, Ints, Teams, stream

POINTS = tuple((capacity, number) for capacity in CAPACITIES for number in (1, 2))
"""Every point there is, as `Practice.earned` has them."""
FIRST = ("orchestrate", 1)
"""What every team earns that uses tools at all: here they are agents, in every session."""
_AFTER = {("adapt", 2): ("orchestrate", 2)}
"""What is earned before what, besides the second point of a capacity after its first: models are
set for subagents that are kept up."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Practice:
    """The practice of every team.

    Parameters
    ----------
    starts
        First week of each calendar quarter, and the week after the last one, ``(quarters + 1,)``.
    earned
        ``(teams, quarters, 10)``, in the order of `POINTS`.
    before
        Points in the quarter before that of each week, ``(teams, weeks)``: what is built in one
        quarter tells in the next.
    """

    starts: Ints
    earned: Bools
    before: Floats

    @property
    def points(self) -> Ints:
        """Points of each team and quarter."""
        return np.asarray(self.earned.sum(axis=2))

    def has(self, capacity: str, number: int) -> Bools:
        """Say which teams have a point in which quarters, ``(teams, quarters)``."""
        return np.asarray(self.earned[:, :, POINTS.index((capacity, number))])


def draw_practice(scenario: Scenario, teams: Teams) -> Practice:
    """Draw what each adopting team earns from its first full quarter of use on; none if none."""
    starts = quarter_starts(scenario.weeks)
    counts = np.zeros((scenario.teams, starts.size - 1), dtype=np.int64)
    order = np.zeros((scenario.teams, len(POINTS)), dtype=np.int64)
    if scenario.practising is not None:
        random = stream(scenario, 13)
        order = np.array([_order(random) for _ in range(scenario.teams)])
        counts = _counts(scenario.practising, teams, random, starts)
    earned = order[:, None, :] < counts[:, :, None]
    quarter = np.searchsorted(starts, np.arange(scenario.weeks), side="right") - 1
    before = np.where(quarter > 0, counts[:, np.maximum(quarter - 1, 0)], 0)
    return Practice(starts=starts, earned=earned, before=before.astype(float))


def quarter_starts(weeks: int) -> Ints:
    """Return the first week of each calendar quarter, a week being where its Monday is."""
    monday = np.datetime64(FIRST_DAY, "us") + np.arange(weeks) * np.timedelta64(WEEK, "us")
    quarter = monday.astype("datetime64[M]").astype(np.int64) // 3
    return np.append(np.flatnonzero(np.diff(quarter, prepend=-1)), weeks)


def _counts(how: Practising, teams: Teams, random: np.random.Generator, starts: Ints) -> Ints:
    """Return how many points each team has in each quarter."""
    lot = random.random((2, teams.quality.size))
    if how.quality_drives:
        mixed = how.quality_drives * teams.quality + random.standard_normal(teams.quality.size)
        lot[0] = (np.argsort(np.argsort(mixed)) + 0.5) / mixed.size
    since = np.cumsum(teams.adopts_in[:, None] <= starts[:-1], axis=1) - 1
    wanted = 2 * how.start * lot[0][:, None] + 2 * how.growth * lot[1][:, None] * since
    used = (teams.adopts_in != NEVER)[:, None] & (since >= 0)
    counts: Ints = np.where(used, np.clip(np.rint(wanted), 1, len(POINTS)), 0).astype(np.int64)
    return counts


def _order(random: np.random.Generator) -> Ints:
    """Return the turn at which a team earns each point: by lot, none before what it needs."""
    left = list(POINTS)
    turn = np.zeros(len(POINTS), dtype=np.int64)
    for number in range(len(POINTS)):
        open_ones = [each for each in left if not any(need in left for need in _needs(each))]
        chosen = open_ones[int(random.integers(len(open_ones)))]
        left.remove(chosen)
        turn[POINTS.index(chosen)] = number
    return turn


def _needs(point: tuple[str, int]) -> tuple[tuple[str, int], ...]:
    capacity, number = point
    first = ((capacity, 1),) if number == 2 else ()
    later = (_AFTER[point],) if point in _AFTER else ()
    return (*first, *later, *((FIRST,) if point != FIRST else ()))
