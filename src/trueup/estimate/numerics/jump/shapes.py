"""Rival shapes of one curve, fitted to rows whose nuisance is out, from their moments alone.

Every shape is a choice of columns from one bank. The moments of the bank, per fold of clusters,
are made once; all fits, all searches for a place and all out-of-sample errors are small systems
of equations in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.numerics.jump.ranked import Ranked

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

SHAPES = ("constant", "linear", "quadratic", "spline", "logistic", "kink", "jump")
FOLDS = 10

_WIDTHS = (0.05, 0.1, 0.2)
"""Of the S-curve, as shares of the range of dose; it passes from 10 to 90 % in 4.4 of them."""

_KNOTS = (0.05, 0.275, 0.5, 0.725, 0.95)
"""Three inner knots, and the two beyond which the spline is straight."""

_EXTRA = {"logistic": 2, "kink": 1, "jump": 1}
"""Parameters a shape has besides its columns: a place, a width."""

_COLUMNS_AT_ONCE = 16
_RIDGE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """How well one shape describes the rows.

    Parameters
    ----------
    shape
        One of `SHAPES`.
    bic
        Bayesian information criterion, on the effective number of rows.
    error
        Mean squared error on clusters left out, everything about the shape fitted without them.
    place
        Dose of the bend, middle or jump; None for shapes without one.
    """

    shape: str
    bic: float
    error: float
    place: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Shape:
    """The columns of each of a shape's options, and the dose each is placed at."""

    columns: Codes
    places: Floats


def fit_rivals(
    rows: Ranked,
    above: Codes,
    *,
    effective: float,
    rng: np.random.Generator,
    places: int = 20,
    steps: int = 80,
) -> tuple[Rival, ...]:
    """Fit every shape to all rows, and to all but each fold of clusters in turn.

    Parameters
    ----------
    rows
        From `rank_rows` with ``line=False``.
    above
        Admissible jumps, as rows above each; at most `steps` of them are tried.
    effective
        Number of independent rows that would tell as much as these do, at most ``n``.
    places
        Bends and middles tried.

    Notes
    -----
    ``BIC = m ln(S / n) + k ln m`` with ``m`` the effective rows and ``k`` the columns, the
    place and the width of a shape. With independent rows ``m = n``; with rows that repeat
    themselves within a cluster it falls towards the number of clusters, and with it the
    evidence that any difference in the sum of squares can be.
    """
    bank, shapes = _bank(rows, above, places, steps)
    fold = _folds(rows, rng)
    moments = np.stack([_moments(bank[fold == f], rows.residual[fold == f]) for f in range(FOLDS)])
    total = moments.sum(axis=0)
    n = rows.dose.size
    found = []
    for name in SHAPES:
        shape = shapes[name]
        left, _ = _fitted(total, shape.columns)
        best = int(np.argmin(left))
        k = shape.columns.shape[1] + _EXTRA.get(name, 0)
        error = sum(_left_out(total - part, part, shape.columns) for part in moments) / n
        found.append(
            Rival(
                shape=name,
                bic=effective * float(np.log(left[best] / n)) + k * float(np.log(effective)),
                error=float(error),
                place=None if name not in _EXTRA else float(shape.places[best]),
            )
        )
    return tuple(found)


def _bank(rows: Ranked, above: Codes, places: int, steps: int) -> tuple[Floats, dict[str, _Shape]]:
    low, high = np.quantile(rows.dose[: rows.in_use], [0.01, 0.99])
    span = float(high - low) or 1.0
    x = (rows.dose - low) / span
    used = x[: rows.in_use]
    inner = np.unique(np.quantile(used, np.linspace(0.12, 0.88, places)))
    chosen = above[np.unique(np.linspace(0, above.size - 1, steps).astype(int))]
    middles = np.tile(inner, len(_WIDTHS))
    widths = np.repeat(_WIDTHS, inner.size)
    order = np.arange(x.size)
    groups = (
        [x, x**2, *_natural(x, _knots(used)).T],
        [np.maximum(x - k, 0.0) for k in inner],
        [1 / (1 + np.exp(-(x - m) / w)) for m, w in zip(middles, widths, strict=True)],
        [(order < k).astype(float) for k in chosen],
    )
    columns = np.column_stack([column for group in groups for column in group])
    for start in range(0, columns.shape[1], _COLUMNS_AT_ONCE):
        block = slice(start, start + _COLUMNS_AT_ONCE)
        columns[:, block] = rows.clean(columns[:, block])
    bends, curves, jumps = np.split(
        np.arange(len(groups[0]), columns.shape[1]),
        np.cumsum([len(groups[1]), len(groups[2])]),
    )
    nowhere = np.zeros(1)
    return columns, {
        "constant": _Shape(columns=np.zeros((1, 0), dtype=np.int64), places=nowhere),
        "linear": _Shape(columns=np.array([[0]]), places=nowhere),
        "quadratic": _Shape(columns=np.array([[0, 1]]), places=nowhere),
        "spline": _Shape(columns=np.array([[0, *range(2, len(groups[0]))]]), places=nowhere),
        "kink": _Shape(columns=_with_line(bends), places=low + span * inner),
        "logistic": _Shape(columns=curves[:, None], places=low + span * middles),
        "jump": _Shape(columns=_with_line(jumps), places=rows.dose[chosen]),
    }


def _with_line(columns: Codes) -> Codes:
    return np.column_stack([np.zeros(columns.size, dtype=np.int64), columns])


def _knots(x: Floats) -> Floats:
    """Return the quantiles the spline bends at, evenly spaced where doses pile up on few values."""
    knots = np.quantile(x, _KNOTS)
    if np.diff(knots).min() > 0.01 * np.ptp(knots):
        return knots
    even: Floats = np.quantile(np.unique(x), _KNOTS)
    return even


def _natural(x: Floats, knots: Floats) -> Floats:
    """Return the bending columns of a natural cubic spline, straight beyond its outer knots.

    Harrell, F. E. (2015), Regression Modeling Strategies, equation 2.25.
    """
    cubes = np.maximum(x[:, None] - knots, 0.0) ** 3
    inner, before, last = knots[:-2], knots[-2], knots[-1]
    gap = max(last - before, 1e-12)
    bend: Floats = (
        cubes[:, :-2] + (cubes[:, -1:] * (before - inner) - cubes[:, -2:-1] * (last - inner)) / gap
    )
    return bend


def _folds(rows: Ranked, rng: np.random.Generator) -> Codes:
    """Return which fold each row's cluster is left out with."""
    fold: Codes = rng.permutation(np.arange(rows.n_clusters) % FOLDS)[rows.cluster]
    return fold


def _moments(bank: Floats, outcome: Floats) -> Floats:
    """Return the Gram matrix of the columns with the outcome as the last of them."""
    columns = np.column_stack([bank, outcome])
    moments: Floats = columns.T @ columns
    return moments


def _fitted(moments: Floats, options: Codes) -> tuple[Floats, Floats]:
    """Return the least sum of squares of each option and its coefficients."""
    inner = moments[options[:, :, None], options[:, None, :]]
    with_outcome = moments[options, -1]
    size = np.einsum("oii->oi", inner)
    inner = inner + (_RIDGE * size + 1e-300)[:, :, None] * np.eye(options.shape[1])
    slopes = np.linalg.solve(inner, with_outcome[:, :, None])[:, :, 0]
    return moments[-1, -1] - np.einsum("oi,oi->o", slopes, with_outcome), slopes


def _left_out(kept: Floats, out: Floats, options: Codes) -> float:
    """Return the sum of squares on a fold by the option and coefficients of the others."""
    left, slopes = _fitted(kept, options)
    best = int(np.argmin(left))
    slope, chosen = slopes[best], options[best]
    error = out[-1, -1] - 2 * slope @ out[chosen, -1]
    return float(error + slope @ out[np.ix_(chosen, chosen)] @ slope)
