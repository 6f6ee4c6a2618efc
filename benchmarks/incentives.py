"""Incentives: exact answers beside grids and beside 22,000 workers played one by one.

``make bench BENCH=incentives``

The best share on 2,000 draws against a grid in steps of 0.00005; the best pass-through on 500 draws
against a grid in steps of 0.0002; captured shares and the path of what is asked, over 200 seeds;
how often the interval of the pass-through from a file of pay holds the truth; and the time a whole
answer takes.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import t

from trueup.model.evidence import Interval
from trueup.simulate.incentives.answer import answer
from trueup.simulate.incentives.choice import shown_share, worth_to_worker
from trueup.simulate.incentives.employer import best_pass_through, profit
from trueup.simulate.incentives.motives import Motives, Offers
from trueup.simulate.incentives.payroll import Slope, weighted_slope
from trueup.simulate.incentives.terms import Gain
from trueup.simulate.incentives.workforce import captured, captured_later, play

PROMISED_SHARE, PROMISED_ERRORS = 1e-4, 3.0
SEEDS = 200
GAIN, BESIDE, TOP, FOLLOWS = 0.3, 0.1, 1.2, 0.15


def main() -> int:
    """Compare; return 1 where less is reached than is promised."""
    rng = np.random.default_rng(20261121)
    share, lost = worker(rng), employer(rng)
    errors = [shares(passed) for passed in (0.0, 0.05, 0.2, 0.4)]
    path()
    slopes(rng)
    begun = time.perf_counter()
    interval = Interval(low=0.2, high=0.45, method="made up")
    answer(Gain(value=0.3, source="made up", interval=interval))
    print(f"a whole answer over 2,000 sets of parameters: {time.perf_counter() - begun:.2f} s")
    is_kept = share <= PROMISED_SHARE and lost <= 1e-12 and max(errors) <= PROMISED_ERRORS
    return int(not is_kept)


def worker(rng: np.random.Generator) -> float:
    """Return how far the exact share is from the best of a grid, at worst."""
    grid, worst = np.linspace(0, 1, 20_001), 0.0
    for _ in range(2_000):
        gain, cost, reward = rng.uniform([0.02, 0.05, -0.1], [2, 3, 1.5])
        best = grid[worth_to_worker(grid, gain, cost, reward).argmax()]
        worst = max(worst, abs(best - float(shown_share(gain, cost, reward))))
    print(f"share shown: at most {worst:.1e} from the best of a grid, 2,000 draws")
    return worst


def employer(rng: np.random.Generator) -> float:
    """Return by how much a pass-through of a grid beats the exact one, at worst."""
    grid, worst = np.linspace(0, 3, 15_001), -np.inf
    for place in range(500):
        gain, cost, worth, steady = rng.uniform([0.02, 0.05, 0.05, -0.2], [2, 3, 3, 0.6])
        visible, outside, friction = rng.uniform(0, [1, 1.5, 0.2])
        offers = Offers(visible=visible * (place % 2), pass_through=outside, friction=friction)
        motives = Motives(steady=steady, offers=offers)
        best = best_pass_through(gain=gain, effort_cost=cost, motives=motives, worth=worth)
        kept = profit(
            np.append(grid, best), gain=gain, effort_cost=cost, motives=motives, worth=worth
        )
        worst = max(worst, float(kept[:-1].max() - kept[-1]))
    print(f"employer: a grid beats the exact pass-through by at most {worst:.1e}, 500 draws")
    return worst


def shares(passed: float) -> float:
    """Return how many standard errors the mean over seeds is from the exact share."""
    exact = float(captured(GAIN, passed + BESIDE, TOP))
    played = [
        play(GAIN, passed + BESIDE, TOP, np.random.default_rng(seed))[0] for seed in range(SEEDS)
    ]
    away = abs(np.mean(played) - exact) / (np.std(played, ddof=1) / np.sqrt(SEEDS))
    print(
        f"captured at {passed:g}: exact {exact:.4f}, seed 0 {played[0]:.4f}, "
        f"mean of {SEEDS} seeds {np.mean(played):.4f}, {away:.1f} standard errors away"
    )
    return float(away)


def path() -> None:
    """Print the captured share while what is asked follows what others show."""
    played = np.mean(
        [
            play(GAIN, 0.15, TOP, np.random.default_rng(seed), follows=FOLLOWS, periods=40)
            for seed in range(SEEDS)
        ],
        axis=0,
    )
    for quarters in (0, 1, 8, 20, 40):
        exact = captured_later(GAIN, 0.15, TOP, follows=FOLLOWS, periods=quarters)
        print(f"after {quarters} quarters: exact {float(exact):.4f}, played {played[quarters]:.4f}")


def slopes(rng: np.random.Generator, truth: float = 0.2, files: int = 3_000) -> None:
    """Print how often the interval from made-up files of pay holds the truth."""
    for cells, noise in ((8, 0.0), (12, 0.0), (30, 0.0), (12, 0.1), (30, 0.1)):
        found = [slope_of_a_file(rng, truth, cells, noise) for _ in range(files)]
        reach = float(t.ppf(0.975, cells - 2))
        held = np.mean([abs(one.value - truth) <= reach * one.error for one in found])
        middle = np.mean([one.value for one in found])
        print(
            f"{cells} cells, noise {noise:g}: {middle:.3f} for {truth:g}, held {100 * held:.1f} %"
        )


def slope_of_a_file(rng: np.random.Generator, truth: float, cells: int, noise: float) -> Slope:
    """Return what a made-up file tells; cells vary more where output changed more."""
    output = rng.normal(0.2, 0.15, cells)
    people = rng.integers(10, 80, cells).astype(float)
    spread = 0.1 / np.sqrt(people) * (1 + 2 * np.abs(output))
    raises = 0.01 + truth * output + rng.normal(size=cells) * spread
    found = weighted_slope(output + rng.normal(size=cells) * noise, raises, people)
    assert found is not None
    return found


if __name__ == "__main__":
    sys.exit(main())
