"""Products and ratios of means over units, with intervals that keep a unit's figures together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.estimate.panel import Floats
from trueup.measure.numerics.resampling import cluster_draws

_ROUNDING = 1e-7
"""Errors below this are those of arithmetic: every unit moved alike."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """Units drawn together, and how their means enter.

    Parameters
    ----------
    figures
        ``(n_units, n_figures)``, means positive.
    powers
        Exponent of each figure's mean, ``(n_figures,)``.
    """

    figures: Floats
    powers: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class LogMeans:
    """Logarithm of a product of powers of means, its standard error and its interval."""

    value: float
    error: float
    low: float
    high: float


def log_means(
    samples: tuple[Sample, ...], *, level: float, draws: int, seed: int
) -> LogMeans | None:
    """Estimate ``sum_j power_j log mean_j`` over independent samples.

    The error is the delta method's, ``sd(sum_j power_j x_ij / mean_j) / sqrt(n)`` a sample; the
    interval is a bootstrap-t one, units resampled whole (Efron 1981; Hall 1988, Annals of
    Statistics 16(3)), which few units need. None where a mean is not positive.
    """
    if any((sample.figures.mean(axis=0) <= 0).any() for sample in samples):
        return None
    even = [np.full((1, len(one.figures)), 1.0) for one in samples]
    value, error = (float(found[0]) for found in _means(samples, even))
    if error < _ROUNDING:
        return LogMeans(value=value, error=0.0, low=value, high=value)
    weights = [
        cluster_draws(len(one.figures), draws, seed + place) for place, one in enumerate(samples)
    ]
    values, errors = _means(samples, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (values - value) / errors
    ratios = ratios[np.isfinite(ratios)]
    if ratios.size < draws / 2:
        return None
    tails = np.quantile(ratios, [(1 + level) / 2, (1 - level) / 2])
    return LogMeans(
        value=value, error=error, low=value - tails[0] * error, high=value - tails[1] * error
    )


def delta_error(sample: Sample) -> float:
    """Return the delta method's standard error of one sample's logarithm."""
    _, error = _means((sample,), [np.ones((1, len(sample.figures)))])
    return float(error[0])


def _means(samples: tuple[Sample, ...], weights: list[Floats]) -> tuple[Floats, Floats]:
    """Return the estimate and its delta-method error under each row of weights."""
    value, variance = np.zeros(len(weights[0])), np.zeros(len(weights[0]))
    for sample, weight in zip(samples, weights, strict=True):
        x, n = sample.figures, len(sample.figures)
        mean = weight @ x / n
        with np.errstate(divide="ignore", invalid="ignore"):
            value += np.log(mean) @ sample.powers
            share = sample.powers / mean
        pairs = (x[:, :, None] * x[:, None, :]).reshape(n, -1)
        second = (weight @ pairs / n).reshape(-1, x.shape[1], x.shape[1])
        moment = np.einsum("bj,bjk,bk->b", share, second, share)
        variance += np.maximum(moment - sample.powers.sum() ** 2, 0.0) / (n - 1)
    return value, np.sqrt(variance)
