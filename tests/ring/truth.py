"""What is true of a story, counted from the draws and the story itself; no source has a say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from trueup.simulate.payloads.story import Actor, Organisation, Repository
from trueup.simulate.team_weeks import team_weeks
from trueup.simulate.teams import FIRST_DAY, WEEK, Floats
from trueup.simulate.world import NEVER

SECOND = 1_000_000
PER_DEVELOPER = (
    *("merged_changes_per_developer_week", "deployed_changes_per_developer_week"),
    *("sound_changes_per_developer_week", "work_items_done_per_developer_week"),
)
COLUMNS = (
    *PER_DEVELOPER,
    *("active_developers", "lead_time_mean_seconds", "lead_time_median_seconds"),
    *("review_wait_mean_seconds", "incidents_per_change", "change_failure_ratio"),
    *("rework_ratio", "ai_marked_changes_ratio"),
)
"""Outcomes of repositories by week that no other source than these feeds."""


def weeks(organisation: Organisation) -> Mapping[str, Floats]:
    """Return every column, ``(repositories, weeks)``; NaN where nothing is to be observed.

    Per developer means per developer seen: who commits what a clone holds, or reviews.
    """
    until = recorded_until(organisation)
    drawn = team_weeks(
        organisation.scenario,
        organisation.teams,
        organisation.changes,
        organisation.usage,
        until,
    )
    count = next(iter(drawn.values())).shape[1]
    seen = active(organisation)[:, :count]
    seats = drawn["active_developers"]
    found = {name: drawn[name] for name in COLUMNS if name not in PER_DEVELOPER}
    with np.errstate(divide="ignore", invalid="ignore"):
        found |= {name: drawn[name] * seats / seen for name in PER_DEVELOPER}
    return found | {"active_developers": seen}


def recorded_until(organisation: Organisation) -> int:
    """Return the newest instant a clone shows, plus 1 µs."""
    told = organisation.repositories.values()
    newest = max(each.landed_at or 0 for one in told for each in one.changes)
    return newest * SECOND + 1


def active(organisation: Organisation) -> Floats:
    """Return how many people are seen to do anything, ``(repositories, weeks)``."""
    scenario = organisation.scenario
    people = {one.email: one for one in organisation.people}
    found = np.zeros((scenario.teams, scenario.weeks + 1))
    for one in organisation.repositories.values():
        acts = set(_acts(one, people))
        for at in (week for week, _ in acts if 0 <= week <= scenario.weeks):
            found[one.team, at] += 1
    return found


def _acts(one: Repository, people: Mapping[str, Actor]) -> Iterator[tuple[int, int]]:
    for commit in one.history:
        who = people.get(commit.author.email)
        if who is not None:
            yield _week(commit.authored_at), who.number
    for change in one.changes:
        by, at = change.reviewer, change.reviewed_at
        if by is not None and at is not None and not by.is_deleted:
            yield _week(at), by.number


def _week(at: int) -> int:
    return (at * SECOND - FIRST_DAY) // WEEK


def everyone(organisation: Organisation) -> set[int]:
    """Return the numbers of all people who are seen to have done anything."""
    people = {one.email: one for one in organisation.people}
    told = organisation.repositories.values()
    return {number for one in told for _, number in _acts(one, people)}


def incidents_linked(organisation: Organisation) -> int:
    """Return how many incidents name the change that brought them."""
    told = organisation.repositories.values()
    return sum(each.change is not None for one in told for each in one.incidents)


def deployed(organisation: Organisation) -> int:
    """Return how many changes people made reached production."""
    changes, scenario = organisation.changes, organisation.scenario
    end = FIRST_DAY + scenario.weeks * WEEK
    return int(((changes.deployed_at < end) & (changes.deployed_at != NEVER)).sum())
