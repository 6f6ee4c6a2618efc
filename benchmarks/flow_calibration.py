"""Flow: how often intervals of the calibration hold the parameters of made-up worlds.

``make bench BENCH=flow_calibration``

Worlds are teams that work just as the model has it, with parameters drawn anew for each world;
counted is how often the 95 % interval over sets of parameters holds the true one. Promised is 90
to 98 % of all parameters together. Beside them the exponent of review in the size of a change.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from trueup.model.evidence import Abstention
from trueup.simulate.flow.calibrating import calibrate
from trueup.simulate.flow.closed_forms import capacity
from trueup.simulate.flow.made_up import made_up_records, made_up_stays
from trueup.simulate.flow.network import Pushed
from trueup.simulate.flow.sizing import review_exponents
from trueup.simulate.flow.team import Team, Touch, network_of

PROMISED = (0.90, 0.98)
PARAMETERS: dict[str, Callable[[Team], float]] = {
    "coding, hours": lambda team: team.code.hours,
    "review, hours": lambda team: team.review.hours,
    "reworking, hours": lambda team: team.recode.hours,
    "checks, hours": lambda team: team.ci.hours,
    "reviews that ask for changes": lambda team: team.rework_ratio,
    "checks that fail": lambda team: team.ci_fail_ratio,
    "deployments that do harm": lambda team: team.incident_ratio,
    "capacity": lambda team: capacity(network_of(team, Pushed())).per_hour,
}


def main() -> int:
    """Draw worlds; return 1 where intervals hold the truth less or more often than is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--teams", type=int, default=30)
    parser.add_argument("--weeks", type=int, default=26)
    asked = parser.parse_args()
    held: dict[str, list[bool]] = {name: [] for name in PARAMETERS}
    off: dict[str, list[float]] = {name: [] for name in PARAMETERS}
    for seed in range(asked.worlds):
        for name, (is_held, error) in world(seed, asked.teams, asked.weeks).items():
            held[name].append(is_held)
            off[name].append(error)
    for name, each in held.items():
        print(f"{name:<30} held {np.mean(each):6.1%}, off by {np.mean(off[name]):+.1%}", flush=True)
    for power in (0.3, 0.6, 1.0):
        sizes(power, asked.worlds)
    share = float(np.mean([one for each in held.values() for one in each]))
    print(f"{'all':<30} held {share:6.1%} of {asked.worlds} worlds")
    return int(not PROMISED[0] <= share <= PROMISED[1])


def world(seed: int, teams: int, weeks: int) -> dict[str, tuple[bool, float]]:
    """Return, by parameter, whether the interval holds the truth, and how far the middle is off."""
    random = np.random.default_rng([7, seed])
    team = drawn(random)
    records = made_up_records(team, Pushed(), units=teams, weeks=weeks, random=random)
    found = calibrate(records, k=5, seed=seed)
    assert not isinstance(found, Abstention), found
    answer = {}
    for name, of in PARAMETERS.items():
        values = np.array([of(one) for one in found.pushed])
        low, high = np.quantile(values, [0.025, 0.975])
        answer[name] = (bool(low <= of(team) <= high), float(np.median(values) / of(team) - 1))
    return answer


def sizes(power: float, worlds: int) -> None:
    """Print how often the interval of the exponent of review in size holds the true one."""
    found = []
    for seed in range(worlds):
        random = np.random.default_rng([8, seed, round(10 * power)])
        fits = review_exponents(made_up_stays(power, random), random)
        found += [] if fits is None else [np.quantile(fits, [0.025, 0.5, 0.975]) - power]
    low, middle, high = np.array(found).T
    step = 0.025  # half of the grid's
    name = f"review in size, {power:g}"
    share = np.mean((low <= step) & (high >= -step))
    said = f"held {share:6.1%}, off by {np.mean(middle):+.2f}"
    print(f"{name:<30} {said}, told in {len(found) / worlds:.0%} of worlds", flush=True)


def drawn(random: np.random.Generator) -> Team:
    """Return a team whose reviewers are busy between a third and nine tenths of their time."""

    def touch(low: float, high: float) -> Touch:
        return Touch(hours=float(random.uniform(low, high)), form="exponential")

    team = Team(
        coders=int(random.integers(3, 9)),
        reviewers=int(random.integers(1, 5)),
        code=touch(6, 20),
        recode=touch(1, 3),
        incident=touch(3, 8),
        ci=Touch(hours=float(random.uniform(0.2, 1.0))),
        rework_ratio=float(random.uniform(0.1, 0.4)),
        ci_fail_ratio=float(random.uniform(0.05, 0.2)),
        incident_ratio=float(random.uniform(0.02, 0.06)),
    )
    network = network_of(team, Pushed())
    reviews = float(network.visits[1]) * capacity_of_coders(team)
    busy = float(random.uniform(0.33, 0.9))
    review = Touch(hours=busy * team.reviewers / reviews, form="exponential")
    return replace(team, review=review)


def capacity_of_coders(team: Team) -> float:
    """Return changes an hour when coders are never idle and nothing else holds them up."""
    endless = replace(team, reviewers=10_000, ci_lanes=10_000, deploy_lanes=10_000)
    return capacity(network_of(endless, Pushed())).per_hour


if __name__ == "__main__":
    raise SystemExit(main())
