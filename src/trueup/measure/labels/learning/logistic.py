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

    The bias is not penalised.

    Parameters
    ----------
    rows
        Features, shape (sessions, features); a few hundred features at most.
    truth
        Places of labels, shape (sessions,); each label has a session, else its bias has no end.

    References
    ----------
    Bohning (1992), Multinomial logistic regression algorithm: a bound of the curvature that holds
    everywhere, inverted once. Nesterov (1983): the acceleration.
    """
    count, middle = len(rows), rows.mean(0)
    known = np.column_stack([rows - middle, np.ones(count)])
    shrink = np.append(np.full(rows.shape[1], penalty), 0.0)
    bound = np.linalg.inv(0.5 * known.T @ known / count + np.diag(shrink))
    wanted = np.eye(labels)[truth]
    found = ahead = np.zeros((known.shape[1], labels))
    pace = 1.0
    for _ in range(_STEPS):
        slope = known.T @ (_chances(known @ ahead) - wanted) / count + shrink[:, None] * ahead
        following = ahead - bound @ slope
        if (slope * (following - found)).sum() > 0:  # it overshot: gather pace anew
            pace = 1.0
        quicker = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = following + (pace - 1) / quicker * (following - found)
        found, pace = following, quicker
        if np.abs(slope).max() < _STILL:
            break
    weights = found[:-1]
    return Head(weights=weights, bias=found[-1] - middle @ weights)


def _chances(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(raised / raised.sum(1, keepdims=True))
