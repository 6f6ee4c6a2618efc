"""Outcome by dose in bins, nuisance taken out: what a reader sees before any model."""

from __future__ import annotations

import numpy as np

from trueup.estimate.cliff.location import LEVEL
from trueup.estimate.cliff.sample import Sample
from trueup.estimate.estimator import need

BINS = 20
FEWEST_UNITS = 8
"""Units in a bin, so that none of them can be read off the drawing."""


def curve(sample: Sample) -> tuple[tuple[float, float, float, float, int], ...]:
    """Return dose, mean outcome, its interval and rows in each bin of about equal count.

    Means are those of bins with effects of periods (and units) and covariates taken out, moved so
    that their mean is that of all rows; intervals are cluster-robust, of the distance to it. What
    any use does stays in: the drawing shows it, the search does not call it a jump.
    Empty where no two bins of `FEWEST_UNITS` units can be made.
    """
    for bins in range(BINS, 1, -1):
        code = _bins(sample, bins)
        if code.max() > 0 and _fewest_units(sample, code) >= FEWEST_UNITS:
            return _means(sample, code)
    return ()


def _bins(sample: Sample, bins: int) -> np.typing.NDArray[np.int64]:
    edges = np.unique(np.quantile(sample.q, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.unique(np.searchsorted(edges, sample.q, side="left"), return_inverse=True)[1].astype(
        np.int64
    )


def _fewest_units(sample: Sample, code: np.typing.NDArray[np.int64]) -> int:
    pairs = np.unique(np.column_stack([code, sample.unit]), axis=0)
    return int(np.bincount(pairs[:, 0]).min())


def _means(
    sample: Sample, code: np.typing.NDArray[np.int64]
) -> tuple[tuple[float, float, float, float, int], ...]:
    rows = sample.ranked(line=False, apart=False)
    bins = np.eye(int(code.max()) + 1)[code]
    count = bins.sum(axis=0)
    clean = rows.clean(bins[rows.order])
    centre = np.eye(count.size) - count / count.sum()
    turn = centre @ np.linalg.pinv(clean.T @ clean, rcond=1e-10)
    apart = turn @ (clean.T @ rows.residual)
    left = (rows.residual - clean @ apart)[:, None] * clean
    scores = np.column_stack([np.bincount(rows.cluster, column) for column in left.T])
    small = rows.n_clusters / (rows.n_clusters - 1)
    error = np.sqrt(small * np.einsum("ci,ci->i", scores @ turn.T, scores @ turn.T))
    reach = float(need("scipy.stats").t.ppf((1 + LEVEL) / 2, rows.n_clusters - 1)) * error
    mean = apart + sample.y.mean()
    dose = bins.T @ sample.q / count
    told = zip(dose, mean, mean - reach, mean + reach, count, strict=True)
    return tuple((float(q), float(m), float(low), float(up), int(n)) for q, m, low, up, n in told)
