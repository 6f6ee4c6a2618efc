"""Shares of labels put right for mistakes: session_labels.py [--draws 2000].

Made-up organisations of persons who differ in habits and in how many sessions they have; a
labeller that is wrong as often as said, and sessions read by persons, drawn by lot. How far naive
shares are off, how far corrected ones, how often 95 % intervals hold the truth and how wide they
are; how often the labeller would be turned down as too poor. The first share of each world counts.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from trueup.measure.labels.correcting import certainty, corrected
from trueup.measure.labels.mixes import LEAST_CERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An organisation: shares of labels, and how often each is known for what it is."""

    truth: tuple[float, ...] = (0.6, 0.4)
    right: float = 0.9
    persons: int = 40
    read: int = 250


WORLDS = {
    "two labels, right in .90": World(),
    "two labels, right in .95": World(right=0.95),
    "two labels, right in .80": World(right=0.8),
    "two labels, right in .70": World(right=0.7),
    "two labels, right in .60": World(right=0.6),
    "of 20 persons, 200 read": World(persons=20, read=200),
    "one in ten": World(truth=(0.1, 0.9)),
    "three labels": World(truth=(0.5, 0.3, 0.2)),
    "six labels, 400 read": World(truth=(0.35, 0.2, 0.15, 0.12, 0.1, 0.08), read=400),
}


def drawn(world: World, chance: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return sessions by person and label, and those that were read by true and given label."""
    labels = len(world.truth)
    mistakes = np.full((labels, labels), (1 - world.right) / (labels - 1))
    np.fill_diagonal(mistakes, world.right)
    own = chance.dirichlet(8 * np.array(world.truth), world.persons)
    person = np.repeat(np.arange(world.persons), chance.integers(10, 60, world.persons))
    true = _dealt(own[person], chance)
    given = _dealt(mistakes[true], chance)
    seen = np.zeros((world.persons, labels), dtype=np.int64)
    np.add.at(seen, (person, given), 1)
    gold = np.zeros((world.persons, labels, labels), dtype=np.int64)
    some = chance.choice(person.size, world.read, replace=False)
    np.add.at(gold, (person[some], true[some], given[some]), 1)
    return seen, gold


def _dealt(shares: NDArray[np.float64], chance: np.random.Generator) -> NDArray[np.int64]:
    past = chance.random(len(shares))[:, None] > shares.cumsum(1)
    return np.asarray(past.sum(1).clip(max=shares.shape[1] - 1))


def main() -> None:
    """Print a row for each world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    draws = parser.parse_args().draws
    print("world                     | naive off | corrected off  covered  width | turned down")
    for name, world in WORLDS.items():
        chance = np.random.default_rng(20260202)
        naive, found, holds, width, poor = [], [], [], [], []
        for seed in range(draws if len(world.truth) < 6 else max(draws // 5, 1)):
            seen, gold = drawn(world, chance)
            ours = corrected(seen, gold, seed=seed)
            assert ours is not None
            naive.append(seen[:, 0].sum() / seen.sum() - world.truth[0])
            found.append(ours.shares[0] - world.truth[0])
            holds.append(ours.low[0] <= world.truth[0] <= ours.high[0])
            width.append(ours.high[0] - ours.low[0])
            poor.append(certainty(gold.sum(0)).min() < LEAST_CERTAIN)
        print(
            f"{name:<25} | {np.mean(naive):+9.3f} | {np.mean(found):+13.3f}  {np.mean(holds):7.3f}"
            f"  {np.mean(width):5.3f} | {np.mean(poor):11.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
