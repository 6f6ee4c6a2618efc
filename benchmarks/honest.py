"""The honest interval: its coverage where trends part as much as allowed, its reach and its time.

Usage::

    python benchmarks/honest.py [--draws 2000]

Event studies are drawn from a normal law with the covariance of independent weeks. `truth` is the
shape of the difference in trends; the effect is nought, so an interval that excludes nought is
wrong. Nominal: at most 5 % excluded, and exactly 5 % in the worst case.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.numerics.honest.blocks import block_length, in_blocks
from trueup.estimate.numerics.honest.relative import (
    _polyhedra,
    _rejected,
    moves,
    relative_interval,
)

Floats = NDArray[np.float64]

SHAPES = (
    ("parallel", [0, 0, 0, 0, 0, 0, 0.0]),
    ("straight drift", [-3, -2, -1, 0, 1, 2, 3.0]),
    ("one earlier move of 1, half of it after", [-1, -1, -1, 0, 0.5, 1.0, 1.5]),
    ("one earlier move of 1, half of it after, downward", [-1, -1, -1, 0, -0.5, -1.0, -1.5]),
)


def covariance_of(size: int, reference: int, error: float) -> Floats:
    """Return the covariance of independent periods, each less the reference period."""
    to_base = np.eye(size)
    to_base[:, reference] -= 1
    return error**2 * to_base @ to_base.T


def coverage(draws: int) -> None:
    """Print how often nought is excluded at Mbar 0.5 and 1, by shape and noise."""
    rng = np.random.default_rng(1)
    weights = np.array([0, 0, 0, 0, 1 / 3, 1 / 3, 1 / 3])
    print(f"{'truth':50} {'error':>6} {'excluded at 0.5':>16} {'at 1':>6}")
    for name, shape in SHAPES:
        for error in (0.1, 0.5):
            covariance = covariance_of(7, 3, error)
            root = np.linalg.cholesky(covariance + 1e-12 * np.eye(7))
            out = np.zeros(2)
            any_of = moves(np.zeros(7), covariance, 3, weights)
            shapes = [_polyhedra(any_of, mbar, 0.95) for mbar in (0.5, 1.0)]
            for _ in range(draws):
                effects = np.array(shape) + root @ rng.normal(size=7)
                of = moves(effects - effects[3], covariance, 3, weights)
                seen = np.concatenate([of.before, -of.before])
                out += [
                    _rejected(replace(one, moments=seen), np.array([-of.target]), 0.95)[0]
                    for one in shapes
                ]
            print(f"{name:50} {error:6.1f} {out[0] / draws:16.3f} {out[1] / draws:6.3f}")


def reach(draws: int) -> None:
    """Print half the honest interval in terms of the plain one, by weeks and block."""
    rng = np.random.default_rng(2)
    print(f"\n{'weeks before, after':20} {'block':>6} {'half width over plain, Mbar 0.5':>32}")
    for before, after in ((8, 8), (20, 20), (52, 52)):
        reference, size = before - 1, before + after
        covariance = covariance_of(size, reference, 1.0)
        weights = np.concatenate([np.zeros(before), np.full(after, 1 / after)])
        root = np.linalg.cholesky(covariance + 1e-9 * np.eye(size))
        for length in sorted({1, block_length(before)}):
            ratios = []
            for _ in range(draws):
                effects = root @ rng.normal(size=size)
                blocks = in_blocks(effects, covariance, reference, weights, length)
                of = moves(blocks.effects, blocks.covariance, blocks.reference, blocks.weights)
                low, high = relative_interval(of, 0.5, 0.95)
                ratios.append((high - low) / 2 / (1.96 * np.sqrt(weights @ covariance @ weights)))
            print(f"{before:9} {after:9} {length:7} {np.median(ratios):32.1f}")


def seconds() -> None:
    """Print the time of one interval without blocks."""
    print(f"\n{'periods before, after':22} {'seconds, one interval':>22}")
    for size in (5, 20, 52, 104):
        covariance = covariance_of(2 * size, size - 1, 1.0)
        weights = np.concatenate([np.zeros(size), np.full(size, 1 / size)])
        effects = np.random.default_rng(3).normal(size=2 * size)
        effects -= effects[size - 1]
        started = time.process_time()
        relative_interval(moves(effects, covariance, size - 1, weights), 0.5, 0.95)
        print(f"{size:11} {size:10} {time.process_time() - started:22.3f}")


def main() -> None:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    asked = parser.parse_args()
    coverage(asked.draws)
    reach(max(asked.draws // 40, 5))
    seconds()


if __name__ == "__main__":
    main()
