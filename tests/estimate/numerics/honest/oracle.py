"""The conditional least-favourable test by brute force: every vertex enumerated, nothing solved.

Written from Andrews, Roth & Pakes (2023), sections 4 and 6, in the form of Rambachan & Roth
(2023), equations 12 to 15: moments, nuisance parameters, dual vertices. It shares nothing with
the closed form it checks.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

Floats = NDArray[np.float64]
DRAWS = 40_000


def moments(n_before: int, n_after: int, mbar: float, which: int, sign: float) -> Floats:
    """Return rows A with ``A delta <= 0`` for the moves after the reference; it is left out."""
    step = np.eye(n_before + n_after + 1)[1:] - np.eye(n_before + n_after + 1)[:-1]
    largest = sign * step[which]
    rows = np.vstack([step[n_before:], -step[n_before:]]) - mbar * largest
    return np.delete(rows, n_before, axis=1)


def vertices(nuisance: Floats, errors: Floats) -> Floats:
    """Enumerate the vertices of ``{g >= 0, g'nuisance = 0, g'errors = 1}``."""
    found = []
    equations = np.column_stack([errors, nuisance]).T
    for chosen in combinations(range(errors.size), equations.shape[0]):
        square = equations[:, chosen]
        if abs(np.linalg.det(square)) < 1e-12:
            continue
        inside = np.linalg.solve(square, np.eye(equations.shape[0])[0])
        if (inside >= -1e-10).all():
            corner = np.zeros(errors.size)
            corner[list(chosen)] = np.maximum(inside, 0)
            found.append(corner)
    return np.unique(np.round(found, 12), axis=0)


class Brute:
    """One polyhedron of the relative restriction."""

    def __init__(self, effects: Floats, covariance: Floats, reference: int, **of: float) -> None:
        kept = np.arange(effects.size) != reference
        n_after = effects.size - reference - 1
        rows = moments(reference, n_after, of["mbar"], int(of["which"]), of["sign"])
        self.seen = rows @ effects[kept]
        self.covariance = rows @ covariance[np.ix_(kept, kept)] @ rows.T
        after = rows[:, reference:]
        # effects after = theta e1 + nuisance, with weights 1/n each: any basis of the rest will do
        rest = np.linalg.svd(np.full((1, n_after), 1 / n_after))[2][1:].T
        self.slope = after.sum(axis=1)
        errors = np.sqrt(np.diag(self.covariance))
        self.corners = vertices(after @ rest, errors)
        draws = np.random.default_rng(1).multivariate_normal(
            np.zeros(errors.size), self.covariance, DRAWS, method="eigh"
        )
        self.critical = float(np.quantile((draws @ self.corners.T).max(axis=1), 1 - 0.005))

    def rejects(self, theta: float) -> bool:
        y = self.seen - self.slope * theta
        values = self.corners @ y
        best = self.corners[values.argmax()]
        top = float(values.max())
        if top > self.critical:
            return True
        variance = float(best @ self.covariance @ best)
        along = self.covariance @ best / variance
        rest = y - along * top
        low, high = -np.inf, self.critical
        for corner in self.corners:
            share, start = float(corner @ along), float(corner @ rest)
            if share < 1 - 1e-9:
                low = max(low, start / (1 - share))
            elif share > 1 + 1e-9:
                high = min(high, start / (1 - share))
        z = np.array([top, low, high]) / np.sqrt(variance)
        chance = (norm.sf(z[0]) - norm.sf(z[2])) / (norm.sf(z[1]) - norm.sf(z[2]))
        return top > 0 and bool(chance < (0.05 - 0.005) / (1 - 0.005))


def brute_interval(
    effects: Floats, covariance: Floats, reference: int, mbar: float, grid: Floats
) -> tuple[float, float]:
    """Return the hull of what some polyhedron does not reject; equal weights after adoption."""
    shapes = [
        Brute(effects, covariance, reference, mbar=mbar, which=which, sign=sign)
        for which in range(reference)
        for sign in (1.0, -1.0)
    ]
    kept = [value for value in grid if not all(shape.rejects(value) for shape in shapes)]
    return min(kept), max(kept)
