"""Made-up team-weeks of tokens and surviving work, with inflation and look-alikes of known size.

A smaller world than `trueup.simulate.organisation`: only what a test of inflated tokens reads, so
that thousands can be drawn. Sizes are in log points: 0.2 is about a fifth more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.errors import EstimateError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
NEVER = -1
_WEEKS_OF_A_YEAR = 52.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenWorld:
    """What a made-up year of tokens is like.

    Parameters
    ----------
    teams, weeks, seed
        How large; the same world gives the same numbers.
    exposed
        Teams that are ranked by tokens from `policy_week` on.
    inflation
        Log points by which ranked teams raise tokens without more surviving work.
    growth, growth_spread
        Log points a year by which every team's tokens grow, and the spread of that among teams.
    needs
        Log points of tokens that one log point of surviving work takes.
    changes
        Mean surviving changes of a team-week.
    noise, persistence
        Of a team's weekly shock: standard deviation, and how much is left a week later.
    onboarding, migration, pricier_model, agents
        Log points by which each look-alike raises tokens of the exposed teams from the policy
        week on, all by tokens of its own kind, whose share is a column.
    """

    teams: int = 40
    weeks: int = 52
    seed: int = 1
    exposed: int = 20
    policy_week: int = 26
    inflation: float = 0.0
    growth: float = 0.6
    growth_spread: float = 0.1
    needs: float = 0.6
    changes: float = 8.0
    noise: float = 0.3
    persistence: float = 0.4
    onboarding: float = 0.0
    migration: float = 0.0
    pricier_model: float = 0.0
    agents: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.exposed <= self.teams or not 0 < self.policy_week < self.weeks:
            raise EstimateError(
                "A made-up year has no such teams or no such week.",
                hint="Expose some of the teams, in a week between the first and the last.",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TokenYear:
    """What was drawn.

    Parameters
    ----------
    columns
        By name, ``(teams, weeks)``; the names are those of
        `trueup.measure.units.token_weeks.token_weeks`.
    exposed_in
        Week from which each team is ranked, -1 for never, ``(teams,)``.
    """

    columns: Mapping[str, Floats]
    exposed_in: Ints


def draw_token_year(world: TokenWorld) -> TokenYear:
    """Draw a made-up year.

    Who games does so unevenly, more in weeks that end a month: so that surviving work follows
    tokens less, more is thrown away, and more calls are repeated.
    """
    rng = np.random.default_rng(world.seed)
    shape = (world.teams, world.weeks)
    week = np.arange(world.weeks)
    exposed = rng.permutation(world.teams) < world.exposed
    under = (exposed[:, None] & (week >= world.policy_week)).astype(np.float64)
    ends = np.tile((week % 13 % 4 == 3).astype(np.float64), (world.teams, 1))
    rate = world.changes * np.exp(0.3 * rng.standard_normal((world.teams, 1)))
    output = rng.poisson(rate * np.exp(0.25 * rng.standard_normal(shape))).astype(np.float64)
    gaming = world.inflation * under * (1 + 0.5 * (ends - ends.mean()))
    gaming *= 1 + 0.5 * rng.standard_normal(shape)
    alike = _look_alikes(world, under, rng)
    usual = {name: _share(0.1, np.zeros(shape), rng) for name in alike}
    growth = world.growth + world.growth_spread * rng.standard_normal((world.teams, 1))
    log_tokens = 16 + 0.5 * rng.standard_normal((world.teams, 1)) + gaming
    log_tokens = log_tokens + growth * week / _WEEKS_OF_A_YEAR
    log_tokens = log_tokens + world.needs * np.log(np.maximum(output, 0.5))
    log_tokens += sum(alike.values()) + _shocks(world, rng)
    price = -12.0 + 0.05 * rng.standard_normal(shape) + alike["new_models"]
    tokens = np.exp(log_tokens)
    columns = {
        "tokens": tokens,
        "surviving_changes": output,
        "constant_dollars": tokens * np.exp(price),
        "is_month_end": ends,
        "discard_ratio": _share(0.35, 0.6 * gaming, rng),
        "looped_ratio": _share(0.05, 0.9 * gaming, rng),
        **{f"{name}_ratio": 1 - (1 - usual[name]) * np.exp(-alike[name]) for name in alike},
    }
    exposed_in = np.where(exposed, world.policy_week, NEVER).astype(np.int64)
    return TokenYear(columns=columns, exposed_in=exposed_in)


def _look_alikes(world: TokenWorld, under: Floats, rng: np.random.Generator) -> dict[str, Floats]:
    """Return what each look-alike adds, ``(teams, weeks)``: uneven from week to week, too."""
    sizes = {
        "new_users": world.onboarding,
        "new_repositories": world.migration,
        "new_models": world.pricier_model,
        "agents": world.agents,
    }
    uneven = {name: 1 + 0.3 * rng.standard_normal(under.shape) for name in sizes}
    return {name: size * under * uneven[name] for name, size in sizes.items()}


def _shocks(world: TokenWorld, rng: np.random.Generator) -> Floats:
    found = np.empty((world.teams, world.weeks))
    found[:, 0] = rng.standard_normal(world.teams)
    fresh = np.sqrt(1 - world.persistence**2)
    for week in range(1, world.weeks):
        found[:, week] = world.persistence * found[:, week - 1]
        found[:, week] += fresh * rng.standard_normal(world.teams)
    return world.noise * found


def _share(usual: float, more: Floats, rng: np.random.Generator) -> Floats:
    """Return shares around a usual one, moved on the logistic scale."""
    place = np.log(usual / (1 - usual)) + more + 0.2 * rng.standard_normal(more.shape)
    found: Floats = 1 / (1 + np.exp(-place))
    return found
