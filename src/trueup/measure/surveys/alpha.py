"""Whether the questions of a scale hang together: Cronbach's alpha."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FEWEST = 10
"""Of fewer whole answers alpha is not worked out."""


def cronbach(answers: Floats) -> float | None:
    """Return Cronbach's alpha; None where it is not defined.

    Parameters
    ----------
    answers
        Shape (respondents, questions), none missing, reversed questions turned.

    References
    ----------
    Cronbach (1951), Psychometrika 16(3), equation 2.
    """
    respondents, questions = answers.shape
    if questions < 2 or respondents < 2:
        return None
    of_sum = float(answers.sum(axis=1).var(ddof=1))
    if of_sum <= 0:
        return None
    of_each = float(answers.var(axis=0, ddof=1).sum())
    found: float = questions / (questions - 1) * (1 - of_each / of_sum)
    return found


def cronbach_interval(
    alpha: float, respondents: int, questions: int, level: float = 0.95
) -> tuple[float, float] | None:
    """Return the interval of alpha, normal for ``ln(1 - alpha)``; None where there is none.

    References
    ----------
    Bonett (2002), Journal of Educational and Behavioral Statistics 27(4), equation 5.
    """
    if respondents <= 2 or questions < 2 or alpha >= 1:
        return None
    z = NormalDist().inv_cdf((1 + level) / 2)
    half = z * math.sqrt(2 * questions / ((questions - 1) * (respondents - 2)))
    return 1 - (1 - alpha) * math.exp(half), 1 - (1 - alpha) * math.exp(-half)
