"""Records of teams that work just as the model has it: what a calibration must recover."""

from __future__ import annotations

import numpy as np

from trueup.simulate.flow.engine import Player, Run
from trueup.simulate.flow.network import Demand, Floats
from trueup.simulate.flow.recorded import Recorded
from trueup.simulate.flow.sizing import Sized, sized
from trueup.simulate.flow.team import (
    CHECKS,
    CODE,
    DEPLOY,
    INCIDENT,
    RECODE,
    REVIEW,
    STAGES,
    Team,
    network_of,
)

_PLACE = {name: at for at, name in enumerate(STAGES)}


def made_up_records(
    team: Team,
    demand: Demand,
    *,
    units: int,
    weeks: int,
    random: np.random.Generator,
    hours_per_week: float = 40.0,
    warm_up_weeks: float = 13.0,
) -> Recorded:
    """Play teams that are alike and return what their records would say, even over the weeks.

    How long incidents took is told without error.
    """
    network = network_of(team, demand)
    player, span = Player(network, random), weeks * hours_per_week
    warm_up = warm_up_weeks * hours_per_week
    told = [
        _told(player.play(span, warm_up=warm_up), team, network.pool_of, weeks)
        for _ in range(units)
    ]
    sums = {
        name: np.repeat(np.array([[each[name] / weeks] for each in told]), weeks, axis=1)
        for name in told[0]
    }
    return Recorded(
        sums=sums,
        check_lanes=np.full(units, float(team.ci_lanes)),
        deploy_lanes=np.full(units, float(team.deploy_lanes)),
        hours_per_week=hours_per_week,
        unit_kind="team",
        author_count=units * team.coders,
        reviewer_count=units * team.reviewers,
    )


def _told(run: Run, team: Team, pool_of: tuple[int, ...], weeks: int) -> dict[str, float]:
    visits = {name: float(run.visits[at]) for name, at in _PLACE.items()}
    inside = {name: float(run.level[at]) * run.hours for name, at in _PLACE.items()}
    busy: Floats = run.busy * run.hours
    failed = max(visits[CHECKS] - visits[DEPLOY], 0.0)
    asked = max(visits[RECODE] - failed, 0.0)
    past = team.unreviewed_ratio * visits[CODE]
    return {
        "ready": visits[CODE],
        "for_review": visits[CODE] - past,
        "in_review": (inside[REVIEW] + inside[RECODE]) / run.hours * weeks,
        **dict.fromkeys(
            ("lines", "sized", "in_line", "undeployed", "filed", "begun", "unbegun"), 0.0
        ),
        "queued": visits[CHECKS],
        "started": visits[CHECKS],
        "to_deploy": visits[DEPLOY],
        "asked": asked,
        "reviewed": visits[REVIEW] - asked,
        "unreviewed": past,
        "landed": visits[DEPLOY],
        "deployed": visits[DEPLOY],
        "incidents": visits[INCIDENT],
        "late_checks": visits[CHECKS],
        "failed": failed,
        "authors": float(team.coders * weeks),
        "reviewers": float(team.reviewers * weeks),
        "review_hours": inside[REVIEW] + inside[RECODE],
        "review_timed": 0.0,
        "recode_hours": inside[RECODE],
        "recode_timed": visits[RECODE],
        "code_hours": inside[CODE],
        "code_timed": visits[CODE],
        "check_hours": float(busy[pool_of[_PLACE[CHECKS]]]),
        "check_timed": visits[CHECKS],
        "deploy_hours": float(busy[pool_of[_PLACE[DEPLOY]]]),
        "deploy_timed": visits[DEPLOY],
        "incident_hours": visits[INCIDENT] * team.incident.hours,
        "incident_timed": visits[INCIDENT],
    }


def made_up_stays(
    power: float, random: np.random.Generator, *, units: int = 20, wait: float = 3.0
) -> Sized:
    """Return 150 stays in review of each unit: a wait, and touch time that is a power of size.

    Parameters
    ----------
    power
        The exponent to be recovered.
    wait
        Mean, in hours; touch time is two hours on average.
    """
    unit = np.repeat(np.arange(units), 150)
    usual = 60 * np.exp(0.5 * random.standard_normal(units))[unit]
    lines = np.maximum(np.round(usual * np.exp(1.2 * random.standard_normal(unit.size))), 1.0)
    touch = (lines / usual) ** power
    slow = np.exp(0.3 * random.standard_normal(units))[unit]
    waited, read = random.exponential(size=(2, unit.size))
    hours = slow * (wait * waited + 2.0 * touch / touch.mean() * read)
    return sized(unit.astype(float), lines, hours, units)
