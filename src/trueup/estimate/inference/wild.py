"""The wild cluster restricted bootstrap, from sums by cluster alone.

Residuals under the null are kept or turned cluster by cluster, the outcome is rebuilt from them
and the regression run again. With everything but the regressor taken out, the t of every rebuilt
sample follows from sums over clusters, so a thousand samples are a few products of matrices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trueup.estimate.inference.bounds import Bounds, not_refuted
from trueup.estimate.inference.cluster_robust import crv1_error
from trueup.estimate.numerics.regression.within import Partialled
from trueup.estimate.panel import Floats

DRAWS = 1_999
FEW = 12
"""Below so many clusters two signs give too few samples, and six values are used."""
WEBB = (-(1.5**0.5), -1.0, -(0.5**0.5), 0.5**0.5, 1.0, 1.5**0.5)
NEAR = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turns:
    """By what each cluster's residuals are multiplied.

    Parameters
    ----------
    weights
        ``(n_samples, n_clusters)``.
    complete
        Every pattern of signs is there once, the untouched one among them.
    law
        Its name.
    """

    weights: Floats
    complete: bool
    law: str

    @property
    def least_p(self) -> float:
        """Smallest two-sided p: a sample and its mirror image have the same size of t."""
        many = int(self.weights.shape[0])
        return 2.0 / many if self.complete else 1.0 / (many + 1)


def draw_turns(clusters: int, seed: int, draws: int = DRAWS) -> Turns:
    """Draw bootstrap weights: all sign patterns if few, six-point if under 12, else signs.

    References
    ----------
    Davidson, Flachaire (2008), Journal of Econometrics 146 (Rademacher); Webb (2023),
    "Reworking wild bootstrap-based inference for clustered errors", Canadian Journal of
    Economics 56 (six points).
    """
    if 2**clusters <= draws:
        patterns = np.arange(2**clusters)[:, None] >> np.arange(clusters) & 1
        signs = (1 - 2 * patterns).astype(np.float64)
        return Turns(weights=signs, complete=True, law="every pattern of signs")
    rng = np.random.default_rng(seed)
    if clusters < FEW:
        weights = rng.choice(np.array(WEBB), size=(draws, clusters))
        return Turns(weights=weights, complete=False, law="Webb weights")
    weights = rng.choice(np.array([-1.0, 1.0]), size=(draws, clusters))
    return Turns(weights=weights, complete=False, law="Rademacher weights")


class WildBootstrap:
    """A regression made ready to test any value of its coefficient.

    Parameters
    ----------
    fit
        The regression.
    turns
        Bootstrap weights, the same for every value tested.

    References
    ----------
    Cameron, Gelbach, Miller (2008), Review of Economics and Statistics 90 (WCR); Roodman,
    MacKinnon, Nielsen, Webb (2019), Stata Journal 19, section 5 (sums by cluster).
    """

    __slots__ = ("_by_outcome", "_by_regressor", "_own", "_scores", "_turns")

    def __init__(self, fit: Partialled, turns: Turns) -> None:
        nuisance, rows = fit.nuisance, fit.nuisance.rows
        weighted = nuisance.weights * fit.regressor
        self._turns = turns
        self._scores = np.bincount(rows.cluster, weighted * fit.outcome, rows.n_clusters)
        self._own = np.bincount(rows.cluster, weighted * fit.regressor, rows.n_clusters)
        through = nuisance.sums_by_cluster(weighted)
        back = nuisance.inverse @ through.T
        outcome = nuisance.sums_by_cluster(nuisance.weights * fit.outcome)
        self._by_outcome = (turns.weights @ outcome) @ back
        self._by_regressor = (turns.weights @ through) @ back

    def p_value(self, null: float = 0.0) -> float:
        """Return the two-sided p of a coefficient of `null`."""
        scores = self._scores - null * self._own
        mass = float(self._own.sum())
        shift = float(scores.sum()) / mass
        if abs(shift) <= NEAR * abs(null):
            return 1.0
        turned = self._turns.weights * scores
        moved = turned.sum(axis=1) / mass
        spread = turned - (self._by_outcome - null * self._by_regressor)
        spread -= moved[:, None] * self._own
        drawn = np.abs(moved) / np.maximum(np.sqrt((spread**2).sum(axis=1)), NEAR * mass)
        rest = scores - shift * self._own
        seen = abs(shift) / max(float(np.sqrt(rest @ rest)), NEAR * mass)
        extreme = int(np.count_nonzero(drawn >= seen * (1 - NEAR)))
        if self._turns.complete:
            return extreme / int(drawn.size)
        return (1 + extreme) / (1 + int(drawn.size))


def inverted(like: Bounds, fitted: Partialled, seed: int) -> Bounds | None:
    """Return the interval of what the wild bootstrap does not refute; None where it has no end.

    Parameters
    ----------
    like
        Whose level and clusters it takes over.
    """
    turns = draw_turns(like.n_clusters, seed)
    p_of = WildBootstrap(fitted, turns).p_value
    ends = not_refuted(p_of, fitted.coefficient, crv1_error(fitted) or 1.0, like.level)
    if ends is None or np.isinf(ends).all():
        return None
    return replace(
        like,
        low=ends[0],
        high=ends[1],
        recipe="wild",
        method=f"wild cluster restricted bootstrap, {turns.law}, inverted",
        p_value=p_of(0.0),
        least_p=turns.least_p,
        speaks_of="units like these",
        seed=seed,
    )
