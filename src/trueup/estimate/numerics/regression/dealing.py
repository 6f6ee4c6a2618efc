"""The statistic of a regression when treatment is dealt out anew, for many deals at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.numerics.regression.within import Nuisance, Partialled
from trueup.estimate.panel import Floats, Ints

CHUNK = 4_000_000
"""Most numbers held at once."""
NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dealt:
    """What every deal gives, the true one first.

    Parameters
    ----------
    shown, taken
        ``d'My`` and ``d'Md0`` over the length of ``Md``, ``(n_deals,)``: linear in the effect
        taken out of the outcome, and no deal's ``taken`` is larger in size than the true one's.
        Nought where a deal cannot be told from the nuisance.
    """

    shown: Floats
    taken: Floats


def deal_paths(fit: Partialled, paths: Floats, labels: Ints) -> Dealt:
    """Give clusters one another's treatment paths.

    Parameters
    ----------
    fit
        A regression with unit and period effects.
    paths
        Treatment by kind of path and period, ``(n_kinds, n_periods)``.
    labels
        Kind each cluster has, ``(n_deals, n_clusters)``, the true one first.
    """
    rows, weights = fit.nuisance.rows, fit.nuisance.weights
    assert rows.period is not None
    cells = rows.cluster * rows.n_periods + rows.period
    shape = (rows.n_clusters, rows.n_periods)
    outcome, own = (
        np.bincount(cells, weights * column, shape[0] * shape[1]).reshape(shape) @ paths.T
        for column in (fit.outcome, fit.regressor)
    )
    squares, through = _nuisance_of(fit.nuisance, paths)
    common = int(np.bincount(labels[0]).argmax())
    where = np.nonzero(labels != common)[1].reshape(labels.shape[0], -1)
    kind = np.take_along_axis(labels, where, axis=1)
    lengths = np.empty(labels.shape[0])
    size = max(1, CHUNK // max(1, through.shape[2] * where.shape[1]))
    for start in range(0, labels.shape[0], size):
        here, given = where[start : start + size], kind[start : start + size]
        sums = through[:, common].sum(axis=0) + _beyond(through, here, given, common)
        lost = np.einsum("ij,jk,ik->i", sums, fit.nuisance.inverse, sums)
        square = squares[:, common].sum() + _beyond(squares, here, given, common)
        lengths[start : start + size] = square - lost
    shown, taken = (
        cross[:, common].sum() + _beyond(cross, where, kind, common) for cross in (outcome, own)
    )
    return _scaled(shown, taken, lengths)


def _beyond(cross: Floats, where: Ints, kind: Ints, common: int) -> Floats:
    """Add up, over the clusters not given the common path, what theirs gives beyond it."""
    found: Floats = (cross[where, kind] - cross[where, common]).sum(axis=1)
    return found


def _nuisance_of(nuisance: Nuisance, paths: Floats) -> tuple[Floats, Floats]:
    """Return, by cluster and kind of path, its swept square and its products with nuisance."""
    rows, weights = nuisance.rows, nuisance.weights
    squares = np.empty((rows.n_clusters, paths.shape[0]))
    columns = nuisance.inverse.shape[0]
    through = np.empty((rows.n_clusters, paths.shape[0], columns))
    for kind, path in enumerate(paths):
        swept = nuisance.swept(path[rows.period])
        squares[:, kind] = np.bincount(rows.cluster, weights * swept**2, rows.n_clusters)
        through[:, kind] = nuisance.sums_by_cluster(weights * swept)
    return squares, through


def deal_rows(fit: Partialled, treatments: Floats) -> Dealt:
    """Give rows one another's treatments, or any others that could have been.

    Parameters
    ----------
    fit
        A regression, with or without unit and period effects.
    treatments
        ``(n_deals, n_rows)``, the true one first.
    """
    nuisance = fit.nuisance
    rows, weights = nuisance.rows, nuisance.weights
    columns = [nuisance.swept(column) for column in rows.covariates.T]
    if rows.period is not None:
        columns = [*((rows.period[:, None] == np.arange(rows.n_periods)) * 1.0).T, *columns]
    through = np.column_stack([np.empty((weights.size, 0)), *columns]) * weights[:, None]
    lengths = np.empty(treatments.shape[0])
    size = max(1, CHUNK // weights.size)
    for start in range(0, treatments.shape[0], size):
        here = treatments[start : start + size]
        swept = here if rows.unit is None else _swept(here, rows.unit, weights)
        sums = swept @ through
        lost = np.einsum("ij,jk,ik->i", sums, nuisance.inverse, sums)
        lengths[start : start + size] = np.einsum("ij,ij->i", weights * swept, swept) - lost
    weighted = weights * treatments
    return _scaled(weighted @ fit.outcome, weighted @ fit.regressor, lengths)


def _swept(deals: Floats, unit: Ints, weights: Floats) -> Floats:
    """Take the mean of each unit out of many columns, ``(n_deals, n_rows)``."""
    order = np.argsort(unit, kind="stable")
    firsts = np.searchsorted(unit[order], np.arange(int(unit.max()) + 1))
    masses = np.add.reduceat(weights[order], firsts)
    means = np.add.reduceat((weights * deals)[:, order], firsts, axis=1) / masses
    left: Floats = deals - means[:, unit]
    return left


def _scaled(shown: Floats, taken: Floats, squares: Floats) -> Dealt:
    usable = squares > NEAR * squares[0]
    lengths = np.sqrt(np.where(usable, squares, 1.0))
    return Dealt(
        shown=np.where(usable, shown / lengths, 0.0), taken=np.where(usable, taken / lengths, 0.0)
    )


def shuffle_within(labels: Ints, blocks: Ints, *, seed: int, draws: int) -> Ints:
    """Return labels exchanged at random within blocks, the true ones first.

    Parameters
    ----------
    labels, blocks
        Of each receiver, ``(n_receivers,)``.

    Returns
    -------
    Ints
        ``(draws + 1, n_receivers)``.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(blocks, kind="stable")
    found = np.tile(labels, (draws + 1, 1))
    for draw in found[1:]:
        draw[order] = labels[np.lexsort((rng.random(labels.size), blocks))]
    return found
