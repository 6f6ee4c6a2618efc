"""Multinomial logistic regression with a quadratic penalty, in plain array arithmetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_STEPS = 1000
_STILL = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What was learned: shapes (features, labels) and (labels,)."""

    weights: Floats
    bias: Floats

    def labels(self, rows: Floats) -> Ints:
        """Return the likeliest label of each row of features."""
        return np.asarray((rows @ self.weights + self.bias).argmax(1))


def fit(rows: Floats, truth: Ints, labels: int, *, penalty: float) -> Head:
    """Return the weights that minimise mean log loss plus ``penalty / 2`` times their squares.

    Weights lie in the span of the rows, so the search goes on there: with a few hundred rows it
    takes well under a second whatever the number of features. The bias is not penalised.

    Parameters
    ----------
    rows
        Features, shape (sessions, features).
    truth
        Places of labels, shape (sessions,); each label has a session, else its bias has no end.

    References
    ----------
    Bohning (1992), Multinomial logistic regression algorithm: a bound of the curvature that holds
    everywhere; along principal axes it is one number each. Nesterov (1983): the acceleration.
    """
    count, middle = len(rows), rows.mean(0)
    centred = rows - middle
    spread, turned = np.linalg.eigh(centred @ centred.T)
    kept = spread > 1e-10 * max(float(spread[-1]), 1e-300)
    root = np.sqrt(spread[kept])
    short = np.column_stack([turned[:, kept] * root, np.ones(count)])
    wanted = np.eye(labels)[truth]
    shrink = np.append(np.full(root.size, penalty), 0.0)[:, None]
    bound = 0.5 * np.append(spread[kept] / count, 1.0)[:, None] + shrink
    found = ahead = np.zeros((short.shape[1], labels))
    pace = 1.0
    for _ in range(_STEPS):
        slope = short.T @ (_chances(short @ ahead) - wanted) / count + shrink * ahead
        following = ahead - slope / bound
        if (slope * (following - found)).sum() > 0:  # it overshot: gather pace anew
            pace = 1.0
        quicker = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + (pace - 1) / quicker * (following - found)
        found, pace = following, quicker
        if np.abs(slope).max() < _STILL:
            break
    weights = centred.T @ (turned[:, kept] / root @ found[:-1])
    return Head(weights=weights, bias=found[-1] - middle @ weights)


def _chances(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))
