"""Size, coverage and power of the test of inflated tokens: goodhart.py [--draws 2000].

Made-up years of 40 teams, half of them ranked by tokens from the middle on, and how often the
interval of the rise refutes nought, how often it holds the truth, how often the whole verdict says
"inflated"; beside it how often comparing the same teams before and after finds a rise. Further
rows: look-alikes of 0.3 log points without any gaming, fewer teams, more noise, several dates, and
no date.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trueup.estimate.goodhart.difference import before_after, inflation, log_tokens
from trueup.estimate.goodhart.excess import TOKENS, Rate, excess, rate_of
from trueup.estimate.goodhart.finding import Goodhart
from trueup.estimate.goodhart.judging import judge
from trueup.estimate.goodhart.turn import find_turn
from trueup.estimate.inference.bounds import Bounds
from trueup.estimate.panel import NEVER, Panel
from trueup.model.evidence import Window
from trueup.simulate.token_weeks import TokenWorld, draw_token_year

WORLDS = {
    "no inflation": TokenWorld(),
    "inflation 0.2": TokenWorld(inflation=0.2),
    "inflation 0.7": TokenWorld(inflation=0.7),
    "none, 12 teams, 4 exposed": TokenWorld(teams=12, exposed=4),
    "0.2, 12 teams, 4 exposed": TokenWorld(teams=12, exposed=4, inflation=0.2),
    "none, twice the noise": TokenWorld(noise=0.6),
    "0.2, twice the noise": TokenWorld(noise=0.6, inflation=0.2),
    "none, persistent shocks": TokenWorld(persistence=0.8),
    "none, few changes": TokenWorld(changes=1.5),
    "none, 100 teams": TokenWorld(teams=100, exposed=50),
}
ALIKE = {
    "no inflation": TokenWorld(),
    "inflation 0.2": TokenWorld(inflation=0.2),
    "inflation 0.7": TokenWorld(inflation=0.7),
    "onboarding 0.3": TokenWorld(onboarding=0.3),
    "migration 0.3": TokenWorld(migration=0.3),
    "another model 0.3": TokenWorld(pricier_model=0.3),
    "agents 0.3": TokenWorld(agents=0.3),
    "everyone exposed": TokenWorld(exposed=40, inflation=0.2),
}


def drawn(world: TokenWorld) -> Panel:
    """Draw a year as a panel; a team is a cluster."""
    year = draw_token_year(world)
    teams, weeks = year.columns["tokens"].shape
    return Panel(
        units=tuple(f"team {place}" for place in range(teams)),
        periods=tuple(f"week {place}" for place in range(weeks)),
        unit=np.repeat(np.arange(teams), weeks),
        period=np.tile(np.arange(weeks), teams),
        columns={name: wide.ravel() for name, wide in year.columns.items()},
        adopted_in=year.exposed_in,
        cluster=np.arange(teams),
        grain="week",
        window=Window(start_at=0, end_at=weeks * 604_800_000_000),
        source="made up",
    )


def undated(panel: Panel) -> Panel:
    """Take the dates away."""
    return replace(panel, adopted_in=np.full(panel.n_units, NEVER))


def intervals(draws: int) -> None:
    """Print how the interval of the rise does."""
    print("world                       | estimate  refuted  covered | naive estimate  refuted")
    for name, world in WORLDS.items():
        rises, naives = [], []
        for seed in range(draws):
            panel = drawn(replace(world, seed=seed))
            rate = rate_of(panel)
            assert isinstance(rate, Rate)
            rise = inflation(panel, rate, TOKENS, seed=seed)
            naive = before_after(panel, log_tokens(panel, TOKENS), seed=seed)
            assert isinstance(rise, Bounds)
            assert isinstance(naive, Bounds)
            rises.append(rise)
            naives.append(naive)
        truth = world.inflation
        print(
            f"{name:27} | {np.mean([r.coefficient for r in rises]):8.3f}"
            f"  {np.mean([not r.low <= 0 <= r.high for r in rises]):7.3f}"
            f"  {np.mean([r.low <= truth <= r.high for r in rises]):7.3f}"
            f" | {np.mean([r.coefficient for r in naives]):14.3f}"
            f"  {np.mean([r.low > 0 for r in naives]):7.3f}"
        )


def several_dates(draws: int) -> None:
    """Print how the interval does where policies came in weeks 16 and 34, and the rise grows."""
    print("two dates, rise grows by    |    bias  covered")
    for growing in (0.0, 0.02):
        errors, covered = [], []
        for seed in range(draws):
            panel = drawn(TokenWorld(seed=seed, exposed=26))
            dates = np.where(np.cumsum(panel.ever_treated) % 2 == 0, 16, 34)
            panel = replace(panel, adopted_in=np.where(panel.ever_treated, dates, NEVER))
            since = panel.period - panel.adopted_in[panel.unit]
            grown = np.where(panel.treated, 0.1 + growing * since, 0.0)
            truth = float(grown[panel.treated].mean())
            tokens = panel.column(TOKENS) * np.exp(grown)
            panel = replace(panel, columns={**panel.columns, TOKENS: tokens})
            rate = rate_of(panel)
            assert isinstance(rate, Rate)
            rise = inflation(panel, rate, TOKENS, seed=seed)
            assert isinstance(rise, Bounds)
            errors.append(rise.coefficient - truth)
            covered.append(rise.low <= truth <= rise.high)
        bias, held = np.mean(errors), np.mean(covered)
        print(f"{growing:.2f} a week                 | {bias:7.3f}  {held:7.3f}")


def verdicts(draws: int) -> None:
    """Print what the whole verdict says."""
    answers = ("inflated", "rose, cause unknown", "no sign", "cannot tell")
    print("world                       | " + "  ".join(answers))
    for name, world in ALIKE.items():
        found = Counter[str]()
        for seed in range(draws):
            said = judge(drawn(replace(world, seed=seed)), seed=seed)
            found[said.verdict if isinstance(said, Goodhart) else "abstains"] += 1
        shares = "  ".join(f"{found[a] / draws:{len(a)}.3f}" for a in answers)
        print(f"{name:27} | {shares}")


def turns(draws: int) -> None:
    """Print how often a date is found that nobody wrote down, and where."""
    print("no date                     | p <= 5 %  within two weeks of the true one")
    for named in (True, False):
        for size in (0.0, 0.2, 0.4, 0.7):
            found = within = 0
            for seed in range(draws):
                dated = drawn(TokenWorld(seed=seed, inflation=size, exposed=20 if named else 40))
                panel = undated(dated)
                rate = rate_of(panel)
                assert isinstance(rate, Rate)
                who = dated.ever_treated if named else None
                turn = find_turn(panel, excess(panel, rate), who, seed=seed, draws=199)
                assert not hasattr(turn, "remedy")
                found += turn.p_value <= 0.05  # type: ignore[union-attr]
                within += abs(panel.periods.index(turn.week) - 26) <= 2  # type: ignore[union-attr]
            arm = "against the others" if named else "all teams, one series"
            print(f"{arm:21} {size:5} | {found / draws:8.3f}  {within / draws:6.3f}")


def main() -> None:
    """Read how many draws and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2_000)
    draws = parser.parse_args().draws
    intervals(draws)
    print()
    several_dates(max(draws // 5, 20))
    print()
    verdicts(max(draws // 10, 20))
    print()
    turns(max(draws // 10, 20))


if __name__ == "__main__":
    main()
