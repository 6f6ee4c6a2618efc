"""The mean of durations of which some are cut off, and what each item adds to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.kaplan_meier import kaplan_meier

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """The area under a survival curve up to the longest duration seen.

    Parameters
    ----------
    value
        The area. Where nothing is cut off it is the arithmetic mean.
    parts
        Shape (n,); the value plus each item's influence on it: their mean is the value, and
        resampling them resamples it, to first order.
    is_short
        The longest duration was cut off, so that the mean is longer.
    """

    value: float
    parts: Floats
    is_short: bool


def restricted_mean(exits: Floats, ended: NDArray[np.bool_]) -> RestrictedMean:
    """Estimate the mean of durations, by Kaplan-Meier.

    Parameters
    ----------
    exits
        Shape (n,), n >= 1; duration at which each item ended or was last seen.
    ended
        Shape (n,); False where the item was last seen still waiting.

    References
    ----------
    Irwin (1949), Journal of Hygiene 47; Andersen, Hansen and Klein (2004), Lifetime Data Analysis
    10, for the influence of one item.
    """
    curve = kaplan_meier(exits, ended)
    steps = np.diff(np.concatenate([[0.0], curve.times]))
    before = np.concatenate([[1.0], curve.survival[:-1]])
    areas = steps * before
    after = np.append(areas[1:][::-1].cumsum()[::-1], 0.0)
    hazard = after * curve.events / curve.at_risk**2
    place = np.searchsorted(curve.times, exits)
    own = np.where(ended, after[place] / curve.at_risk[place], 0.0)
    value = float(areas.sum())
    parts = value - exits.size * (own - hazard.cumsum()[place])
    longest = exits >= curve.times[-1]
    return RestrictedMean(value, parts, bool((~ended[longest]).any()))
