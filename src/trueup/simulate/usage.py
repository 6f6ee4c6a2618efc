"""The use of AI tools: who, when, how long, how many tokens; in the twin world there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.simulate.scenario import Scenario
from trueup.simulate.teams import (
    DAY,
    FIRST_DAY,
    HOUR,
    NEVER,
    WEEK,
    Bools,
    Floats,
    Ints,
    Teams,
    stream,
)

BUCKETS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")
FROM_HOUR, UNTIL_HOUR = 8, 18
"""Between which hours of a day tools fail."""
WORKING_DAYS = 5
_SHARES = (0.05, 0.78, 0.09, 0.03, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Usage:
    """Every session there was, recorded or not.

    Parameters
    ----------
    is_user
        Per seat: whether that person used AI that week.
    hours
        Per cell: AI hours per active developer, exactly what the sessions add up to.
    seat, started_at, active_seconds
        Per session.
    tokens
        Per session and bucket, ``(sessions, 5)``.
    """

    is_user: Bools
    hours: Floats
    seat: Ints
    started_at: Ints
    active_seconds: Ints
    tokens: Ints


def draw_usage(scenario: Scenario, teams: Teams) -> Usage:
    """Draw the sessions of every team that adopts, from its week of adoption on."""
    random = stream(scenario, 1)
    cell = teams.seat_cell
    since = weeks_since(scenario, teams).ravel()
    is_user = _users(scenario, teams, random, since[cell] >= 0)
    seat = np.repeat(np.flatnonzero(is_user), 1 + random.poisson(1.0, int(is_user.sum())))
    of_cell = cell[seat]
    jitter = np.exp(0.15 * random.standard_normal(since.size))
    wanted = teams.hours.repeat(scenario.weeks) * jitter * teams.active * 3_600
    sessions = np.bincount(of_cell, minlength=since.size)
    each = (wanted[of_cell] / sessions[of_cell]).astype(np.int64) + 1
    hours = np.bincount(of_cell, weights=each, minlength=since.size) / (3_600 * teams.active)
    moment = random.integers(0, 5, seat.size) * DAY + random.integers(
        8 * HOUR, 18 * HOUR, seat.size
    )
    return Usage(
        is_user=is_user,
        hours=hours,
        seat=seat,
        started_at=_put_off(scenario, FIRST_DAY + (of_cell % scenario.weeks) * WEEK + moment),
        active_seconds=each,
        tokens=_tokens(scenario, teams, random, of_cell, each),
    )


def weeks_since(scenario: Scenario, teams: Teams) -> Ints:
    """Return weeks since adoption, ``(teams, weeks)``; always negative where there is none."""
    start = np.where(teams.adopts_in == NEVER, scenario.weeks + 1_000_000, teams.adopts_in)
    since: Ints = np.arange(scenario.weeks) - start[:, None]
    return since


def _users(scenario: Scenario, teams: Teams, random: np.random.Generator, adopted: Bools) -> Bools:
    """Choose users by lot, and always more than half of the active developers."""
    lot = random.random(adopted.size)
    cell = teams.seat_cell
    rank = np.empty(lot.size, dtype=np.int64)
    rank[np.lexsort((lot, cell))] = np.arange(lot.size)
    rank -= teams.first_seat[cell]
    majority = teams.active[cell] // 2 + 1
    chosen: Bools = adopted & ((lot < scenario.use.users_ratio) | (rank < majority))
    return chosen


def _tokens(
    scenario: Scenario, teams: Teams, random: np.random.Generator, cell: Ints, seconds: Ints
) -> Ints:
    use = scenario.use
    team, week = np.divmod(cell, scenario.weeks)
    habit = np.exp(0.4 * random.standard_normal(scenario.teams) - 0.08)
    total = use.tokens_per_hour / 3_600 * seconds * habit[team]
    total *= np.exp(0.3 * random.standard_normal(cell.size) - 0.045)
    if use.policy_week is not None:
        ranked = teams.is_ranked[team] & (week >= use.policy_week)
        total *= np.exp(use.tokenmaxxing * ranked)
    tokens: Ints = (total[:, None] * np.array(_SHARES)).astype(np.int64)
    return tokens


FROM_HOUR, UNTIL_HOUR = 8, 18


def failing_days(scenario: Scenario) -> Ints:
    """Return the days on which tools fail, as days since the first Monday, in order."""
    if scenario.outages is None:
        return np.zeros(0, dtype=np.int64)
    day = np.arange(7 * (scenario.use.last_week + 1), 7 * (scenario.weeks - 4))
    working = day[day % 7 < 5]
    count = min(scenario.outages.count, working.size)
    return np.sort(stream(scenario, 31).choice(working, count, replace=False))


def is_failing(days: Ints, at: Ints) -> Bools:
    """Say which instants lie on such a day."""
    found: Bools = np.isin((at - FIRST_DAY) // DAY, days)
    return found


def _put_off(scenario: Scenario, started_at: Ints) -> Ints:
    """Return when sessions start: not on a day on which tools fail, but later in the week."""
    days, found = failing_days(scenario), started_at
    for _ in range(WORKING_DAYS - 1):
        day = (found - FIRST_DAY) // DAY % 7
        step = np.where(day == WORKING_DAYS - 1, 1 - WORKING_DAYS, 1) * DAY
        found = found + np.where(is_failing(days, found), step, 0)
    return found


def postponed(scenario: Scenario, landed_at: Ints, lots: Floats, users: Bools) -> Ints:
    """Return when changes land, those of users on such days later by lot.

    Parameters
    ----------
    lots
        In 0..1.
    """
    if scenario.outages is None:
        return landed_at
    late = users & is_failing(failing_days(scenario), landed_at)
    late &= lots < scenario.outages.postponed_ratio
    is_friday = (landed_at - FIRST_DAY) // DAY % 7 == 4
    found: Ints = landed_at + np.where(late, np.where(is_friday, 3, 1) * DAY, 0)
    return found
