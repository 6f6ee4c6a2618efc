"""Shares of labels as they would be if whatever labelled made no mistakes.

A labeller that is wrong in one session of five moves every share towards the middle. How often it
takes which label for which is known from sessions that persons read; shares are what, put through
these mistakes, comes nearest to what was counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.resampling import cluster_draws, percentile_interval

Floats = NDArray[np.float64]
DRAWS = 1000
_NEARLY_NONE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Shares of all labels, each with its 95 % interval; arrays of shape (labels,)."""

    shares: Floats
    low: Floats
    high: Floats


def unmixed(counted: Floats, mistakes: Floats) -> Floats:
    """Return the shares that come nearest to what was counted once they went through mistakes.

    The least-squares solution of ``shares @ mistakes = counted`` among shares from 0 to 1 that add
    up to 1, found exactly: by trying which of them are 0. With two labels it is
    ``(p + sp - 1) / (se + sp - 1)``, cut off at 0 and 1.

    Parameters
    ----------
    counted
        Shares as labelled, shape (..., labels).
    mistakes
        Of sessions of each label, how many got which, shape (..., labels, labels); rows add up
        to 1.

    References
    ----------
    Rogan and Gladen (1978), Estimating prevalence from the results of a screening test.
    """
    counted = np.broadcast_to(counted, mistakes.shape[:-1])
    best = np.full(counted.shape[:-1], np.inf)
    found = np.zeros(counted.shape)
    places = range(counted.shape[-1])
    for size in places:
        for some in combinations(places, size + 1):
            shares = _with_only(some, counted, mistakes)
            off = ((shares[..., None, :] @ mistakes)[..., 0, :] - counted) ** 2
            far = np.where((shares >= -_NEARLY_NONE).all(-1), off.sum(-1), np.inf)
            nearer = far < best
            best = np.where(nearer, far, best)
            found = np.where(nearer[..., None], shares, found)
    return found.clip(0.0, 1.0)


def corrected(seen: NDArray[np.int64], gold: NDArray[np.int64], *, seed: int) -> Corrected | None:
    """Return the shares of all labels, with intervals that know of both samples.

    Persons are drawn anew with all their sessions, those that were read among them; so what one
    person does alike in all sessions widens the interval as it should.

    Parameters
    ----------
    seen
        Sessions of each person by the label they got, shape (persons, labels).
    gold
        Sessions of each person that persons read, by the label these gave and the label they got,
        shape (persons, labels, labels). Each label has one at least.

    Returns
    -------
    Corrected or None
        None where there are too few persons for an interval.
    """
    mistakes = _in_rows(gold.sum(0).astype(float))
    counted = _in_rows(seen.sum(0).astype(float))
    drawn = cluster_draws(len(seen), DRAWS, seed)
    redrawn = np.tensordot(drawn, gold.astype(float), 1)
    none = redrawn.sum(-1, keepdims=True) == 0
    redrawn = np.where(none, mistakes, _in_rows(redrawn))
    again = drawn @ seen.astype(float)
    kept = again.sum(1) > 0
    values = unmixed(_in_rows(again[kept]), redrawn[kept])
    ends = [percentile_interval(column, len(seen)) for column in values.T]
    told = [end for end in ends if end is not None]
    if len(told) < len(ends):
        return None
    low, high = np.array(told).clip(0.0, 1.0).T
    return Corrected(shares=unmixed(counted, mistakes), low=low, high=high)


def certainty(gold: NDArray[np.int64]) -> Floats:
    """Return sensitivity plus specificity of each label, shape (labels,).

    2: never wrong; 1: as good as drawing lots. NaN of a label of which nothing was read, or all.

    Parameters
    ----------
    gold
        Sessions by the label persons gave and the label they got, shape (labels, labels).
    """
    whole, own = gold.sum(), gold.sum(1)
    right = np.diag(gold)
    taken = gold.sum(0) - right
    with np.errstate(invalid="ignore"):
        return np.asarray(right / own + 1 - taken / (whole - own))


def _with_only(some: tuple[int, ...], counted: Floats, mistakes: Floats) -> Floats:
    """Return the best shares of which all others are 0; they may be below 0."""
    rows = mistakes[..., some, :]
    size = len(some)
    system = np.ones((*rows.shape[:-2], size + 1, size + 1))
    system[..., :size, :size] = rows @ rows.swapaxes(-1, -2) + 1e-12 * np.eye(size)
    system[..., size, size] = 0.0
    wanted = np.ones((*rows.shape[:-2], size + 1, 1))
    wanted[..., :size, :] = rows @ counted[..., None]
    shares = np.zeros(counted.shape)
    shares[..., some] = np.linalg.solve(system, wanted)[..., :size, 0]
    return shares


def _in_rows(counts: Floats) -> Floats:
    total = counts.sum(-1, keepdims=True)
    return np.asarray(np.divide(counts, total, out=np.zeros_like(counts), where=total > 0))
