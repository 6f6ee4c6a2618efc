"""A team that codes, reviews, checks, deploys and mends, as a network; and what might change.

How much one thing moves another is an assumption with a name (`Scaling`), to be fitted where the
records allow it and shown where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from trueup.simulate.flow.network import Demand, Network, Pool, Pushed, Station

STAGES = ("code", "review", "recode", "ci", "deploy", "incident")
CODE, REVIEW, RECODE, CHECKS, DEPLOY, INCIDENT = STAGES
Sharing = Literal["apart", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """How long one visit to a stage takes: mean touch time in hours of work, and its spread.

    Parameters
    ----------
    hours
        Mean.
    cv
        Standard deviation over mean.
    form
        Of the distribution.
    """

    hours: float
    cv: float = 1.0
    form: Literal["lognormal", "exponential"] = "lognormal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How a team works before anything is changed.

    Parameters
    ----------
    coders
        Who write, rework and mend; with `sharing` ``shared`` they review too.
    reviewers
        Who do nothing but review; unused where reviewing is shared.
    code, review, recode, ci, deploy, incident
        Touch times.
    rework_ratio, ci_fail_ratio, incident_ratio
        Probability that a review asks for changes, a run of checks fails, a deployment leads to
        an incident. All three lead back through review.
    unreviewed_ratio
        Share of changes that go past review.
    ci_lanes, deploy_lanes
        How many runs and deployments there can be at a time.
    """

    coders: int = 6
    reviewers: int = 2
    sharing: Sharing = "apart"
    code: Touch = field(default_factory=lambda: Touch(hours=10.0))
    review: Touch = field(default_factory=lambda: Touch(hours=1.5))
    recode: Touch = field(default_factory=lambda: Touch(hours=2.5))
    ci: Touch = field(default_factory=lambda: Touch(hours=0.5))
    deploy: Touch = field(default_factory=lambda: Touch(hours=0.25))
    incident: Touch = field(default_factory=lambda: Touch(hours=6.0))
    rework_ratio: float = 0.30
    ci_fail_ratio: float = 0.10
    incident_ratio: float = 0.03
    unreviewed_ratio: float = 0.0
    ci_lanes: int = 6
    deploy_lanes: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is changed, each as a multiple of what is; all at 1 changes nothing.

    Parameters
    ----------
    coding_speed
        Of writing anew; reworking gains less, see `Scaling.recode_speed`.
    change_size
        Lines of a change.
    defects_per_line
        Of what is written.
    review_speed
        Of a reviewer; an AI reviewer that takes a third of the reading off makes it 1.5.
    coders, reviewers
        How many more there are, or fewer.
    most_under_way
        Limit on changes under way; None: as it is.
    """

    coding_speed: float = 1.0
    change_size: float = 1.0
    defects_per_line: float = 1.0
    review_speed: float = 1.0
    coders: int = 0
    reviewers: int = 0
    most_under_way: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Exponents: how touch times and mishaps grow with the size of a change.

    Parameters
    ----------
    code_size, review_size
        Of touch time in the size of a change.
    recode_speed
        Of reworking in coding speed: less than writing anew, for much of it is understanding.
    rework_size, ci_size, incident_size
        A change twice as large is that many times as often asked to be changed, fails checks, or
        leads to an incident, as independent chances add up: ``1 - (1 - p) ** size ** exponent``.
    """

    code_size: float = 0.5
    review_size: float = 1.0
    recode_speed: float = 0.5
    rework_size: float = 0.3
    ci_size: float = 1.0
    incident_size: float = 1.0


SCALINGS = {
    "code_size": (0.3, 0.7),
    "review_size": (0.5, 1.2),
    "recode_speed": (0.25, 0.75),
    "rework_size": (0.0, 0.6),
    "ci_size": (0.5, 1.2),
    "incident_size": (0.5, 1.2),
}
"""Between which values each exponent may lie where no record tells: our judgement."""


def drawn_scaling(
    random: np.random.Generator, review_sizes: NDArray[np.float64] | None = None
) -> Scaling:
    """Draw exponents, each as likely anywhere in its range; that of review, where it was fitted.

    Parameters
    ----------
    review_sizes
        Exponents that fit, each as likely as the next.
    """
    drawn = {name: float(random.uniform(*ends)) for name, ends in SCALINGS.items()}
    if review_sizes is not None:
        drawn["review_size"] = float(random.choice(review_sizes))
    return Scaling(**drawn)


def changed(team: Team, what_if: WhatIf, scaling: Scaling | None = None) -> Team:
    """Return the team as it would be."""
    by = scaling or Scaling()
    size, speed = what_if.change_size, what_if.coding_speed
    writing = size**by.code_size
    mishaps = size**by.incident_size * what_if.defects_per_line
    return replace(
        team,
        coders=team.coders + what_if.coders,
        reviewers=team.reviewers + what_if.reviewers,
        code=_times(team.code, writing / speed),
        recode=_times(team.recode, writing / speed**by.recode_speed),
        review=_times(team.review, size**by.review_size / what_if.review_speed),
        rework_ratio=_compounded(team.rework_ratio, size**by.rework_size),
        ci_fail_ratio=_compounded(team.ci_fail_ratio, size**by.ci_size),
        incident_ratio=_compounded(team.incident_ratio, mishaps),
    )


def demand_of(demand: Demand, what_if: WhatIf) -> Demand:
    """Return the demand as it would be: a limit on what is under way makes it a pushed one."""
    return demand if what_if.most_under_way is None else Pushed(most=what_if.most_under_way)


def network_of(team: Team, demand: Demand) -> Network:
    """Return the network of a team; who is free first finishes what is begun."""
    touches = {name: getattr(team, name) for name in STAGES}
    writing = (INCIDENT, RECODE, CODE)
    pools = [
        Pool(stations=(CHECKS,), servers=team.ci_lanes, name="checks"),
        Pool(stations=(DEPLOY,), servers=team.deploy_lanes, name="deployment"),
    ]
    if team.sharing == "shared":
        everything = (INCIDENT, REVIEW, RECODE, CODE)
        pools.append(Pool(stations=everything, servers=team.coders, name="developers"))
    else:
        pools.append(Pool(stations=writing, servers=team.coders, name="coders"))
        pools.append(Pool(stations=(REVIEW,), servers=team.reviewers, name="reviewers"))
    return Network(
        stations=tuple(
            Station(name=name, hours=touch.hours, cv=touch.cv, form=touch.form)
            for name, touch in touches.items()
        ),
        pools=tuple(pools),
        routes={
            CODE: {REVIEW: 1 - team.unreviewed_ratio, CHECKS: team.unreviewed_ratio},
            REVIEW: {RECODE: team.rework_ratio, CHECKS: 1 - team.rework_ratio},
            RECODE: {REVIEW: 1.0},
            CHECKS: {RECODE: team.ci_fail_ratio, DEPLOY: 1 - team.ci_fail_ratio},
            DEPLOY: {INCIDENT: team.incident_ratio},
            INCIDENT: {REVIEW: 1.0},
        },
        entry=CODE,
        demand=demand,
    )


def _times(touch: Touch, factor: float) -> Touch:
    return replace(touch, hours=touch.hours * factor)


def _compounded(chance: float, times: float) -> float:
    return chance if times == 1 else float(1 - (1 - chance) ** times)
