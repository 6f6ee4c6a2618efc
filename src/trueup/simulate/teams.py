"""Who works where and when, which teams adopt and how much they use: drawn once for both worlds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.simulate.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FIRST_DAY = 1_704_067_200_000_000
"""Monday 2024-01-01, 00:00 UTC, epoch microseconds: week 0 begins."""
HOUR = 3_600_000_000
DAY = 24 * HOUR
WEEK = 7 * DAY
CADENCES_DAYS = (1.0, 2.0, 3.5, 7.0)
"""How often teams deploy."""
NEVER = -1


def stream(scenario: Scenario, part: int) -> np.random.Generator:
    """Return the random numbers of one part of the world; parts do not disturb each other."""
    return np.random.default_rng(np.random.SeedSequence(scenario.seed, spawn_key=(part,)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Teams:
    """Teams and their people.

    A *cell* is a team in a week: ``team * weeks + week``. A *seat* is a person active in a
    week; seats are sorted by cell, and those of cell c are ``first_seat[c]:first_seat[c + 1]``.

    Parameters
    ----------
    quality, foundation, strength_here
        Per team: standardised quality; foundations 0..1; how strongly it responds, mean 1.
    adopts_in
        Per team: week of adoption, `NEVER` if it does not.
    is_hidden, is_ranked
        Per team: whether its use leaves no record; whether the token policy covers it.
    hours
        Per team: mean AI hours per active developer and week once adopted.
    cadence, deploy_offset
        Per team, microseconds: time between deployments, and of the first one after week 0 begins.
    shock
        Shape ``(teams, weeks)``.
    person_team, joins_in, leaves_in
        Per person: team, first week, first week no longer there (`weeks`: stays).
    seat_person, first_seat
        Person of each seat; offsets, ``(cells + 1,)``.
    """

    quality: Floats
    foundation: Floats
    strength_here: Floats
    adopts_in: Ints
    is_hidden: Bools
    is_ranked: Bools
    hours: Floats
    cadence: Ints
    deploy_offset: Ints
    shock: Floats
    person_team: Ints
    joins_in: Ints
    leaves_in: Ints
    seat_person: Ints
    first_seat: Ints

    @property
    def active(self) -> Ints:
        """Active developers of each cell."""
        return np.diff(self.first_seat)

    @property
    def seat_cell(self) -> Ints:
        """Cell of each seat."""
        return np.repeat(np.arange(self.active.size), self.active)

    def seat_at(self, cell: Ints, share: Floats) -> Ints:
        """Return the seat a share of the way (0..1) through each cell."""
        seats: Ints = self.first_seat[cell] + (share * self.active[cell]).astype(np.int64)
        return seats


def draw_teams(scenario: Scenario) -> Teams:
    """Draw the teams, their people, and who adopts when."""
    random = stream(scenario, 0)
    teams, use = scenario.teams, scenario.use
    quality = random.standard_normal(teams)
    foundation = random.beta(2.0, 2.0, teams)
    spread = 1.0 + scenario.response.spread * random.standard_normal(teams)
    shock = _shocks(scenario, random)
    adopts_in = _adoption(scenario, random, quality, shock)
    cadence = (random.choice(CADENCES_DAYS, teams) * DAY).astype(np.int64)
    person_team, joins_in, leaves_in = _people(scenario, random)
    seat_person, first_seat = _seats(scenario, random, (person_team, joins_in, leaves_in))
    adopts = adopts_in != NEVER
    return Teams(
        quality=quality,
        foundation=foundation,
        strength_here=np.maximum(spread, 0.0),
        adopts_in=adopts_in,
        is_hidden=adopts & (random.random(teams) < use.hidden_ratio),
        is_ranked=adopts & (random.random(teams) < 0.5),
        hours=2.0 * use.hours * random.beta(2.0, 2.0, teams),
        cadence=cadence,
        deploy_offset=(random.random(teams) * cadence).astype(np.int64),
        shock=shock,
        person_team=person_team,
        joins_in=joins_in,
        leaves_in=leaves_in,
        seat_person=seat_person,
        first_seat=first_seat,
    )


def _shocks(scenario: Scenario, random: np.random.Generator) -> Floats:
    left = scenario.confounding.shock_persistence
    noise = random.standard_normal((scenario.teams, scenario.weeks))
    shock = np.empty_like(noise)
    shock[:, 0] = noise[:, 0]
    for week in range(1, scenario.weeks):
        shock[:, week] = left * shock[:, week - 1] + np.sqrt(1 - left**2) * noise[:, week]
    return scenario.confounding.shock * shock


def _adoption(
    scenario: Scenario, random: np.random.Generator, quality: Floats, shock: Floats
) -> Ints:
    """Choose adopters by quality and luck, and each one's week by its shock and luck."""
    confounding, use = scenario.confounding, scenario.use
    drive = confounding.quality_drives_adoption * quality + random.standard_normal(quality.size)
    adopters = np.argsort(-drive, kind="stable")[: round(use.adopting_ratio * quality.size)]
    last = max(1, min(use.last_week, scenario.weeks - 5))
    first = max(1, min(use.first_week, last))
    before = shock[:, first - 1 : last] / max(confounding.shock, 1e-9)
    appeal = confounding.burst_drives_adoption * before + random.gumbel(size=before.shape)
    adopts_in = np.full(quality.size, NEVER)
    adopts_in[adopters] = (first + appeal.argmax(axis=1))[adopters]
    return adopts_in


def _people(scenario: Scenario, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    sizes = 2 + random.poisson(scenario.people_per_team - 2, scenario.teams)
    team = np.repeat(np.arange(scenario.teams), sizes)
    place = np.arange(team.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    stays = place < 2
    joins = np.where(random.random(team.size) < 0.15, random.random(team.size), 0.0)
    leaves = np.where(random.random(team.size) < 0.1, random.random(team.size), 1.0)
    joins_in = np.where(stays, 0, (joins * scenario.weeks)).astype(np.int64)
    leaves_in = np.where(stays, scenario.weeks, np.ceil(leaves * scenario.weeks)).astype(np.int64)
    return team, joins_in, np.maximum(leaves_in, joins_in + 1)


def _seats(
    scenario: Scenario, random: np.random.Generator, people: tuple[Ints, Ints, Ints]
) -> tuple[Ints, Ints]:
    team, joins_in, leaves_in = people
    week = np.arange(scenario.weeks)
    is_summer, is_winter = (week % 52 >= 29) & (week % 52 < 33), week % 52 == 51
    there = np.where(is_winter, 0.45, np.where(is_summer, 0.75, 0.93))
    employed = (joins_in[:, None] <= week) & (week < leaves_in[:, None])
    active = employed & (random.random((team.size, week.size), dtype=np.float32) < there)
    active[np.flatnonzero(np.diff(team, prepend=-1))] = True  # someone always minds the shop
    person, in_week = np.nonzero(active)
    cell = team[person] * scenario.weeks + in_week
    order = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=scenario.teams * scenario.weeks)
    return person[order], np.concatenate([[0], np.cumsum(counts)])
