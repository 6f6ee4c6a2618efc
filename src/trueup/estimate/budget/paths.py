"""Possible futures of daily spend, with the uncertainty of the model's parameters in them.

The logarithm of spend on days with any is a level that wanders and drifts, a pattern of the week,
and noise: an unobserved-components model. Days without spend have no logarithm: they are missing
to that model, and come up in a future as often as on that weekday. How much the level wanders is
what a short series tells least of, and what the width of a forecast depends on most: every size
counts by how well it fits, instead of the one that fits best.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from trueup.estimate.budget.spend import Floats
from trueup.estimate.estimator import need

FEWEST_DAYS = 56
"""Eight weeks: under them there are scenarios only."""
NEGLIGIBLE = 1e-3
"""Share of the usual day's spend under which a day counts as one without any."""
PARAMETER_DRAWS = 60
PATHS_EACH = 40
WEEK = 7
STEPS = 20
_LARGEST = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """How well each size of wandering fits.

    Parameters
    ----------
    wander
        Standard deviation of a day's step of the level, over that of the noise, ``(n,)``.
    weight
        Posterior probability of each, under a flat prior between none and as much as the noise.
    scale, freedom
        Variance of the noise for each, ``(n,)``, and its degrees of freedom.
    """

    wander: Floats
    weight: Floats
    scale: Floats
    freedom: int


def logs_of(amounts: Floats) -> Floats:
    """Return log spend; NaN on days without any, or with next to nothing."""
    known = amounts[np.isfinite(amounts) & (amounts > 0)]
    least = NEGLIGIBLE * float(np.median(known)) if known.size else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(amounts > least, np.log(amounts), np.nan)
    return found


def fit(amounts: Floats) -> Fitted:
    """Weigh every size of wandering by its likelihood, the noise's variance taken out of it.

    References
    ----------
    Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, 4.2: the
    likelihood with the variance concentrated out.
    """
    model = _model(logs_of(amounts))
    wander = (np.arange(STEPS + 1) / STEPS) ** 2
    fits = [_likelihood(model, ratio) for ratio in wander.tolist()]
    logs = np.array([one for one, _, _ in fits])
    prior = np.gradient(wander)
    weight = prior * np.exp(logs - logs.max())
    return Fitted(
        wander=wander,
        weight=weight / weight.sum(),
        scale=np.array([scale for _, scale, _ in fits]),
        freedom=fits[0][2],
    )


def _likelihood(model: Any, ratio: float) -> tuple[float, float, int]:
    """Return the concentrated log-likelihood, the noise's variance and how many days it uses."""
    filtered = _filtered(model, ratio)
    errors = np.asarray(filtered.forecasts_error)[0]
    spread = np.asarray(filtered.forecasts_error_cov)[0, 0]
    used = np.isfinite(np.asarray(model.endog)[:, 0])
    used[: model.ssm.loglikelihood_burn] = False
    many = int(used.sum())
    scale = float((errors[used] ** 2 / spread[used]).mean())
    return -0.5 * (many * np.log(scale) + float(np.log(spread[used]).sum())), scale, many


def _filtered(model: Any, ratio: float) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.filter([1.0, ratio**2])


def futures(
    fitted: Fitted, amounts: Floats, days: int, *, seed: int, draws: int = PARAMETER_DRAWS
) -> Floats:
    """Return possible futures of the `days` after a series, ``(n_paths, days)``.

    Parameters
    ----------
    amounts
        Known up to now: what the model was fitted to, or longer.
    draws
        Of the parameters; each has `PATHS_EACH` futures.
    """
    rng = np.random.default_rng(seed)
    model = _model(logs_of(amounts))
    picked = np.sort(rng.choice(fitted.wander.size, draws, p=fitted.weight))
    paths = []
    for place, many in zip(*np.unique(picked, return_counts=True), strict=True):
        chi = rng.chisquare(fitted.freedom, many)
        noise = np.sqrt(fitted.scale[place] * fitted.freedom / chi)
        paths.append(_from_end(model, fitted.wander[place], noise.repeat(PATHS_EACH), days, rng))
    spent = np.exp(np.minimum(np.concatenate(paths), _LARGEST))
    found: Floats = spent * _any_spent(amounts, spent.shape, rng)
    return found


def _model(logs: Floats) -> Any:
    structural = need("statsmodels.tsa.statespace.structural")
    return structural.UnobservedComponents(
        logs, level="lldtrend", seasonal=WEEK, stochastic_seasonal=False
    )


def _from_end(
    model: Any, wander: float, noise: Floats, days: int, rng: np.random.Generator
) -> Floats:
    """Walk on from where the filter ends: level, drift and week are drawn jointly from there.

    Parameters
    ----------
    noise
        Standard deviation of each path's noise, by which everything is scaled, ``(n_paths,)``.
    """
    filtered = _filtered(model, wander)
    mean = np.asarray(filtered.predicted_state)[:, -1]
    spread = np.asarray(filtered.predicted_state_cov)[:, :, -1]
    values, vectors = np.linalg.eigh((spread + spread.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    many = noise.size
    state = mean + noise[:, None] * (rng.standard_normal((many, mean.size)) @ root.T)
    step = np.asarray(model.ssm["transition"])
    seen = np.asarray(model.ssm["design"]).ravel()
    found = np.empty((many, days))
    for day in range(days):
        found[:, day] = state @ seen + noise * rng.standard_normal(many)
        state = state @ step.T
        state[:, 0] += wander * noise * rng.standard_normal(many)
    return found


def _any_spent(amounts: Floats, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Draw days with spend, as often as on that weekday so far (Jeffreys' prior)."""
    place = np.arange(amounts.size) % WEEK
    known, some = np.isfinite(amounts), np.isfinite(logs_of(amounts))
    often = np.empty((shape[0], WEEK))
    for day in range(WEEK):
        with_any = int((some & (place == day)).sum())
        without = int((known & ~some & (place == day)).sum())
        often[:, day] = rng.beta(with_any + 0.5, without + 0.5, shape[0]) if without else 1.0
    ahead = (amounts.size + np.arange(shape[1])) % WEEK
    found: Floats = (rng.random(shape) < often[:, ahead]).astype(np.float64)
    return found
