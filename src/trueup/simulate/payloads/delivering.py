"""What became of landed changes: pipelines, deployments, incidents."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np

from trueup.simulate.payloads.changing import FOUNDED_AT, Timeline
from trueup.simulate.payloads.story import (
    FOUNDER,
    Change,
    Colour,
    Deployment,
    Incident,
    Run,
)
from trueup.simulate.teams import FIRST_DAY, NEVER, Teams
from trueup.simulate.world import DEPLOY_TIME, Changes

SECOND = 1_000_000
DEPLOY_SECONDS = DEPLOY_TIME // SECOND
_HOUR = 3_600


def deployments(
    changes: Changes, teams: Teams, team: int, timeline: Timeline, colour: Colour
) -> tuple[Deployment, ...]:
    """Return the deployments of a team: that of the founding, then each that brings a change."""
    first = timeline.landed[0][1]
    numbers = count((team + 1) * 100_000)
    told = [_tried(next(numbers), first.sha, FOUNDED_AT + 2 * DEPLOY_SECONDS)]
    own = np.flatnonzero((changes.team == team) & (changes.deployed_at < timeline.end * SECOND))
    ends = dict(zip(changes.slot[own].tolist(), changes.deployed_at[own].tolist(), strict=True))
    orders = [order for order, _ in timeline.landed]
    for place, slot in enumerate(sorted(ends)):
        start = FIRST_DAY + int(teams.deploy_offset[team]) + slot * int(teams.cadence[team])
        newest = timeline.landed[np.searchsorted(orders, start, side="right") - 1][1]
        ended = ends[slot] // SECOND
        fails = colour.failed_every and place % colour.failed_every == colour.failed_every - 1
        if fails:
            told.append(_tried(next(numbers), newest.sha, ended - 400, is_success=False))
        told.append(_tried(next(numbers), newest.sha, ended, took=300 if fails else DEPLOY_SECONDS))
    return tuple(told)


def _tried(
    number: int, sha: str, ended: int, *, is_success: bool = True, took: int = DEPLOY_SECONDS
) -> Deployment:
    took = took if is_success else 200
    return Deployment(
        number=number,
        sha=sha,
        by=FOUNDER,
        asked_at=ended - took,
        started_at=ended - took,
        ended_at=ended,
        is_success=is_success,
    )


def runs(changes: Sequence[Change], team: int) -> tuple[Run, ...]:
    """Return a run of the pipeline of each change but drafts, and one of each landing."""
    numbers = count((team + 1) * 1_000_000)
    told = []
    for change in changes:
        if change.kind == "draft":
            continue
        told.append(
            Run(
                number=next(numbers),
                sha=change.head,
                by=change.author,
                change=change,
                started_at=change.opened_at + 5,
                ended_at=change.opened_at + 5 + 240 + change.number % 60,
                is_success=change.number % 9 != 0,
            )
        )
        if change.landed is not None and change.landed_at is not None:
            told.append(
                Run(
                    number=next(numbers),
                    sha=change.landed.sha,
                    by=change.merger or change.author,
                    change=None,
                    started_at=change.landed_at + 5,
                    ended_at=change.landed_at + 5 + 300,
                    is_success=change.number % 11 != 0,
                )
            )
    return tuple(told)


def incidents(
    changes: Changes, told: Sequence[Change], team: int, end: int, colour: Colour
) -> tuple[Incident, ...]:
    """Return the incidents of a team's changes that opened before `end`."""
    found = []
    numbers = count((team + 1) * 10_000)
    for change in told:
        if change.place < 0:
            continue
        opened, luck = int(changes.incident_at[change.place]), int(changes.luck[change.place])
        is_deployed = changes.deployed_at[change.place] < end * SECOND
        if opened == NEVER or opened >= end * SECOND or not is_deployed:
            continue
        number, at = next(numbers), opened // SECOND
        every = colour.unnamed_every
        resolved = at + _HOUR + luck % 24 * _HOUR
        found.append(
            Incident(
                number=number,
                change=None if every and number % every == 0 else change.number,
                opened_at=at,
                acknowledged_at=min(at + 600, end - 1),
                resolved_at=resolved if resolved < end else None,
            )
        )
    return tuple(found)
