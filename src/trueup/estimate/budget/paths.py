"""Possible futures of daily spend, with the uncertainty of the model's parameters in them.

The logarithm of spend on days with any is a level that wanders and drifts, a pattern of the week,
and noise: an unobserved-components model fitted by likelihood. Days without spend are no
logarithm: they are missing to that model, and come up in a future as often as on that weekday.
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
PARAMETER_DRAWS = 40
PATHS_EACH = 50
WEEK = 7
_LARGEST = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model fitted to a series, ready to be filtered over a longer one.

    Parameters
    ----------
    logs
        The series it was fitted to, NaN where nothing was spent or known, ``(n_days,)``.
    params, covariance
        Variances of noise and of the level, and their errors.
    """

    logs: Floats
    params: Floats
    covariance: Floats


def logs_of(amounts: Floats) -> Floats:
    """Return log spend; NaN on days without any, or with next to nothing."""
    known = amounts[np.isfinite(amounts) & (amounts > 0)]
    least = NEGLIGIBLE * float(np.median(known)) if known.size else 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(amounts > least, np.log(amounts), np.nan)
    return found


def fit(amounts: Floats, start: Floats | None = None) -> Fitted:
    """Fit the model by likelihood.

    Parameters
    ----------
    start
        Where the search begins; None for the library's own.
    """
    logs = logs_of(amounts)
    model = _model(logs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = model.fit(start, disp=False, maxiter=200, cov_type="approx")
        covariance = np.asarray(found.cov_params(), dtype=np.float64)
    return Fitted(logs, np.asarray(found.params, dtype=np.float64), covariance)


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
    paths = [_from_end(model, params, days, rng) for params in _parameters(fitted, draws, rng)]
    spent = np.exp(np.minimum(np.concatenate(paths), _LARGEST))
    found: Floats = spent * _any_spent(amounts, spent.shape, rng)
    return found


def _model(logs: Floats) -> Any:
    structural = need("statsmodels.tsa.statespace.structural")
    return structural.UnobservedComponents(
        logs, level="lldtrend", seasonal=WEEK, stochastic_seasonal=False
    )


def _parameters(fitted: Fitted, draws: int, rng: np.random.Generator) -> Floats:
    """Draw variances on the logarithmic scale, where their error is nearer to normal."""
    errors = np.sqrt(np.maximum(np.nan_to_num(np.diag(fitted.covariance)), 0.0))
    kept = np.maximum(fitted.params, 1e-10)
    spread = np.minimum(errors / kept, 1.0)
    found: Floats = kept * np.exp(spread * rng.standard_normal((draws, kept.size)))
    return found


def _from_end(model: Any, params: Floats, days: int, rng: np.random.Generator) -> Floats:
    """Walk on from where the filter ends: level, drift and week are drawn jointly from there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        filtered = model.filter(params)
    mean = np.asarray(filtered.predicted_state[:, -1])
    spread = np.asarray(filtered.predicted_state_cov[:, :, -1])
    values, vectors = np.linalg.eigh((spread + spread.T) / 2)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    state = mean + rng.standard_normal((PATHS_EACH, mean.size)) @ root.T
    step = np.asarray(model.ssm["transition"])
    seen = np.asarray(model.ssm["design"]).ravel()
    noise, wander = np.sqrt(params[0]), np.sqrt(params[1])
    found = np.empty((PATHS_EACH, days))
    for day in range(days):
        found[:, day] = state @ seen + noise * rng.standard_normal(PATHS_EACH)
        state = state @ step.T
        state[:, 0] += wander * rng.standard_normal(PATHS_EACH)
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
