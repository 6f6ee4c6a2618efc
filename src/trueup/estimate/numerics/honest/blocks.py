"""An event study in blocks of periods, so that weekly noise is not read as a parting of trends.

A restriction on moves between one period and the next compares what may happen after adoption
with the largest move seen before it. Between weeks that largest move is mostly noise, and it
adds up over the horizon. So the periods before adoption are put into four blocks, or a few more
where they do not divide, and those after into blocks of the same length; with fewer than eight
periods before adoption a block is one period, and nothing changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BLOCKS_BEFORE = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """An event study by blocks; the block that ends at the reference is nought.

    Parameters
    ----------
    effects, covariance
        ``(n_blocks,)`` and ``(n_blocks, n_blocks)``, ascending.
    reference
        Index of the block that ends at the reference.
    weights
        Of each block in the target; nought up to the reference.
    midpoints
        Middle of each block in periods from the middle of the reference block.
    length
        Periods in a block.
    """

    effects: Floats
    covariance: Floats
    reference: int
    weights: Floats
    midpoints: Floats
    length: int


def block_length(n_before: int) -> int:
    """Return how many periods make a block, from the periods up to and with the reference.

    >>> block_length(5), block_length(8), block_length(26), block_length(52)
    (1, 2, 6, 13)
    """
    return max(1, n_before // BLOCKS_BEFORE)


def in_blocks(
    effects: Floats, covariance: Floats, reference: int, weights: Floats, length: int
) -> Blocks:
    """Put an event study into blocks of `length` periods, counted from the reference both ways.

    What is left over at the early end is dropped; what is left over at the late end is a shorter
    block. A block after the reference is its horizons' average by their weights, so that the
    target is unchanged but for its base: the block that ends at the reference instead of that
    one period.

    Parameters
    ----------
    effects, covariance, weights
        By consecutive horizon, ``(n,)``, ``(n, n)``, ``(n,)``.
    reference
        Index of the reference among them.
    """
    size = effects.size
    n_before = (reference + 1) // length
    first = reference + 1 - n_before * length
    starts = np.arange(first, size, length)
    averages = np.zeros((starts.size, size))
    for row, start in enumerate(starts.tolist()):
        inside = np.arange(start, min(start + length, size))
        own = weights[inside] if start > reference else np.zeros(inside.size)
        share = np.abs(own) if own.any() else np.ones(inside.size)
        averages[row, inside] = share / share.sum()
    middle = averages @ np.arange(size)
    base = n_before - 1
    relative = averages - averages[base]
    of_block = np.add.reduceat(np.where(np.arange(size) > reference, weights, 0.0), starts)
    return Blocks(
        effects=relative @ effects,
        covariance=relative @ covariance @ relative.T,
        reference=base,
        weights=of_block,
        midpoints=middle - middle[base],
        length=length,
    )
