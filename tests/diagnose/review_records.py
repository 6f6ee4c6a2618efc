"""What would be recorded of made-up teams: sums by unit and week, and a flow fitted to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.diagnose.review_worlds import WEEK, Floats, Played, ReviewWorld, play
from trueup.model.evidence import Abstention, Window
from trueup.simulate.flow.calibrating import calibrate
from trueup.simulate.flow.question import Fitted
from trueup.simulate.flow.recorded import Recorded

_WEEK = 7 * 86_400_000_000


def fitted(world: ReviewWorld, seed: int, *, draws: int = 40) -> Fitted | Abstention:
    """Fit a flow to what would be recorded of a world."""
    return fit(records(world, seed), draws=draws)


def fit(told: Recorded, *, draws: int) -> Fitted | Abstention:
    """Fit a flow to what is recorded, weeks counted from 1970."""
    found = calibrate(told, k=5, draws=draws)
    if isinstance(found, Abstention):
        return found
    window = Window(start_at=0, end_at=told.shape[1] * _WEEK)
    return Fitted(records=told, calibrated=found, weeks=window)


def first(told: Recorded, teams: int) -> Recorded:
    """Return what is recorded of the first teams alone."""
    share = teams / told.shape[0]
    return replace(
        told,
        sums={name: values[:teams] for name, values in told.sums.items()},
        check_lanes=told.check_lanes[:teams],
        deploy_lanes=told.deploy_lanes[:teams],
        author_count=round(told.author_count * share),
        reviewer_count=round(told.reviewer_count * share),
    )


def played(world: ReviewWorld, seed: int) -> list[Played]:
    """Play every team of a world."""
    random = np.random.default_rng([31, seed])
    return [play(world, random) for _ in range(world.teams)]


def records(world: ReviewWorld, seed: int) -> Recorded:
    """Return what would be recorded of teams of a world, quiet weeks left out."""
    told = [_sums(team, world) for team in played(world, seed)]
    sums = {name: np.stack([each[name] for each in told]) for name in told[0]}
    people = (sums["authors"] + sums["reviewers"]).sum(axis=0)
    kept = people > 0.5 * np.median(people)
    return Recorded(
        sums={name: values[:, kept] for name, values in sums.items()},
        check_lanes=np.zeros(world.teams),
        deploy_lanes=np.zeros(world.teams),
        hours_per_week=WEEK,
        unit_kind="team",
        author_count=7 * world.teams,
        reviewer_count=3 * world.teams,
    )


def _sums(team: Played, world: ReviewWorld) -> dict[str, Floats]:
    weeks = world.weeks
    edges: Floats = np.arange(weeks + 1) * np.float64(WEEK)

    def count(at: Floats, worth: Floats | None = None) -> Floats:
        return np.histogram(at[np.isfinite(at)], edges, weights=worth)[0].astype(float)

    def people(acts: Floats) -> Floats:
        week = np.floor(acts[:, 0] / WEEK)
        return np.array([np.unique(acts[week == w, 1]).size for w in range(weeks)], float)

    seen = (team.landed >= 0) & (team.ready < edges[-1])
    seen &= (team.landed < edges[-1]) | (team.ready >= 0)  # as what waits since before is left out
    ready, approved, landed = team.ready[seen], team.approved[seen], team.landed[seen]
    starts, ends = edges[:-1, None], edges[1:, None]
    stay = np.clip(np.minimum(approved, ends) - np.maximum(ready, starts), 0, None).sum(axis=1)
    nothing = np.zeros(weeks)
    wanted = (team.filed >= 0) | np.isfinite(team.taken)
    filed, taken = team.filed[wanted], team.taken[wanted[: team.taken.size]]
    deployed = team.deployed[seen]
    is_answered = np.isfinite(team.answered)
    asked, recoding = team.asked[is_answered], (team.answered - team.asked)[is_answered]
    mending = np.minimum(team.mended, 1e6) - team.incidents
    coded = ready[ready >= 0] - team.begun[seen][ready >= 0]
    return {
        "ready": count(ready),
        "for_review": count(ready),
        "in_review": ((ready < ends) & (approved >= ends)).sum(axis=1).astype(float),
        "reviewed": count(approved),
        "unreviewed": nothing,
        "asked": count(team.asked),
        "landed": count(landed),
        "deployed": count(deployed),
        "to_deploy": count(landed),
        "undeployed": ((landed < ends) & (deployed >= ends)).sum(axis=1).astype(float),
        "lines": count(ready, 60.0 * np.ones_like(ready)),
        "sized": count(ready),
        "filed": count(filed),
        "begun": count(taken),
        "unbegun": ((filed < ends) & (taken >= ends)).sum(axis=1).astype(float),
        **_checks(ready, team.checked[seen], edges, is_recorded=world.checking is not None),
        "incidents": count(team.incidents),
        "late_checks": nothing,
        "failed": nothing,
        "authors": people(team.coding),
        "reviewers": people(team.reviewing),
        "review_hours": stay,
        "review_timed": nothing,
        "recode_hours": count(asked, recoding),
        "recode_timed": count(asked),
        "code_hours": count(ready[ready >= 0], coded),
        "code_timed": count(ready),
        "check_hours": nothing,
        "check_timed": nothing,
        "deploy_hours": nothing,
        "deploy_timed": nothing,
        "incident_hours": count(team.incidents, mending),
        "incident_timed": count(team.incidents),
    }


def _checks(
    queued: Floats, started: Floats, edges: Floats, *, is_recorded: bool
) -> dict[str, Floats]:
    if not is_recorded:
        return dict.fromkeys(("queued", "started", "in_line"), np.zeros(edges.size - 1))
    ends = edges[1:, None]
    return {
        "queued": np.histogram(queued, edges)[0].astype(float),
        "started": np.histogram(started[np.isfinite(started)], edges)[0].astype(float),
        "in_line": ((queued < ends) & (started >= ends)).sum(axis=1).astype(float),
    }
