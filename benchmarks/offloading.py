"""Work handed over: days without the tool, and review that is skimmed, on worlds of known truth.

``make bench BENCH=offloading``

Of days without the tool: how often intervals of 95 % hold what was put in, and how often a loss
is found. Of skimmed review: how each world ends; promised is to find it in 80 % of worlds in which
it is there, and to claim it in 5 % of each of the others at most.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.diagnose.mechanisms.test_skimmed_review import LARGER_AND_ELSEWHERE, SKIMMED, Reviews
from tests.estimate.offloading.test_days import Statistic, World
from trueup.diagnose.mechanisms.skimmed_review import judge
from trueup.estimate.offloading.days import contrasts, level_trend, loss_trend, mean_loss
from trueup.measure.comparing.looked_at import compare

DAYS: dict[str, tuple[World, Statistic, float]] = {
    "nothing, 10 days": (World(), mean_loss, 0.0),
    "nothing, 3 days": (World(outages=3), mean_loss, 0.0),
    "nothing, 20 days": (World(outages=20), mean_loss, 0.0),
    "a loss of 0.12, 10 days": (World(loss=0.12), mean_loss, -0.12),
    "a loss of 0.12, 4 days": (World(loss=0.12, outages=4), mean_loss, -0.12),
    "a loss that does not grow": (World(loss=0.12), loss_trend, 0.0),
    "a loss that grows by 0.05 a year": (World(loss=0.1, grows=0.05), loss_trend, -0.05),
    "nothing is unlearned": (World(loss=0.12), level_trend, 0.0),
    "0.1 a year is unlearned": (World(declines=0.1), level_trend, -0.1),
}
REVIEWS: dict[str, Reviews] = {
    "there: comments 0.6, unseen +10 points": SKIMMED,
    "there: comments 0.65 alone": Reviews(closeness=0.65),
    "not there": Reviews(),
    "too little: 120 changes": Reviews(changes=120),
    "rival: half as large, in quiet repositories": LARGER_AND_ELSEWHERE,
    "rival: 2.5 times as large": Reviews(larger=2.5),
}


def main() -> None:
    """Play the worlds and print a table of each kind."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--worlds", type=int, default=300)
    worlds = asked.parse_args().worlds
    print(
        "| Days without the tool | Truth | Mean | Holds | Finds |\n| --- | --- | --- | --- | --- |"
    )
    for name, (world, statistic, truth) in DAYS.items():
        found = [
            statistic(contrasts(world.panel(10_000 + seed)), seed=seed, draws=399)
            for seed in range(worlds)
        ]
        holds = np.mean([each.low <= truth <= each.high for each in found])
        finds = np.mean([each.high < 0 or each.low > 0 for each in found])
        mean = np.mean([each.value for each in found])
        print(f"| {name} | {truth:g} | {mean:.3f} | {holds:.3f} | {finds:.3f} |", flush=True)
    print("\n| Reviews | Found | Absent | Cannot tell |\n| --- | --- | --- | --- |")
    for name, kind in REVIEWS.items():
        ends = Counter(
            type(judge(compare(kind.looked(1_000 + seed), k=5))).__name__ for seed in range(worlds)
        )
        told = " | ".join(f"{ends[one]}" for one in ("Diagnosis", "Absent", "Abstention"))
        print(f"| {name} | {told} |", flush=True)


if __name__ == "__main__":
    main()
