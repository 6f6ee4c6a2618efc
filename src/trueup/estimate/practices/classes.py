"""Whether three levels of practice are visible: latent classes of points, chosen by BIC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.practices.practice import Practices
from trueup.measure.practices.rubric import CAPACITIES
from trueup.model.evidence import Abstention

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_CLASSES = 5
FEWEST_UNITS = 50
STEPS = (0, 1, 2)
UNSEEN = -1
CLEARLY = 2.0
"""Lead in BIC under which the number of classes is not told apart."""
_ROUNDS, _SETTLED, _LEAST = 500, 1e-8, 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Classes:
    """A fit of latent classes.

    Parameters
    ----------
    shares
        Of the classes, ``(classes,)``.
    chances
        Of each number of points of each capacity in each class, ``(classes, capacities, 3)``.
    log_likelihood
        The largest found over all starts.
    bic
        ``-2 log_likelihood + parameters log(units)``; less is better.
    """

    shares: Floats
    chances: Floats
    log_likelihood: float
    bic: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Visible:
    """How many classes the data show.

    Parameters
    ----------
    classes
        With the least BIC.
    bics
        For 1 to 5 classes.
    says
        One sentence.
    n
        Units.
    """

    classes: int
    bics: tuple[float, ...]
    says: str
    n: int


def visible_levels(points: Ints, *, seed: int = 1, starts: int = 10) -> Visible | Abstention:
    """Say whether three levels are in the data.

    Parameters
    ----------
    points
        0, 1 or 2 of each capacity where that is certain, else `UNSEEN`; ``(units, capacities)``.
        What is not seen is taken to be missing whatever it would be, given what is seen.
    starts
        Random starts of each fit; the best counts.

    Notes
    -----
    Latent class analysis by EM: Lazarsfeld, Henry (1968); BIC: Schwarz (1978).
    """
    told = points[(points != UNSEEN).sum(axis=1) >= 3]
    n = told.shape[0]
    if n < FEWEST_UNITS:
        return Abstention(
            metric="practice_level",
            reason=f"{n} repositories or teams have three capacities that are certain; classes "
            f"need {FEWEST_UNITS}",
            remedy="Connect the sessions of AI tools, and measure more teams together",
            n=n,
            n_of="repositories and teams",
        )
    rng = np.random.default_rng(seed)
    fits = [fit_classes(told, count, rng, starts) for count in range(1, MOST_CLASSES + 1)]
    bics = tuple(fit.bic for fit in fits)
    best = int(np.argmin(bics)) + 1
    lead = sorted(bics)[1] - min(bics)
    return Visible(classes=best, bics=bics, says=_says(best, lead, n), n=n)


def certain_points(found: Practices) -> Ints:
    """Return the points of all units where they are certain, ``(units, capacities)``."""
    rows = [
        [points.low if points.low == points.high else UNSEEN for points in standing]
        for standing in ([each.standing.of(name) for name in CAPACITIES] for each in found.units)
    ]
    return np.array(rows, dtype=np.int64).reshape(-1, len(CAPACITIES))


def fit_classes(points: Ints, classes: int, rng: np.random.Generator, starts: int = 10) -> Classes:
    """Return the likeliest fit of so many classes over random starts."""
    seen = np.stack([points == step for step in STEPS], axis=-1).astype(np.float64)
    runs = 1 if classes == 1 else starts
    found = [_climb(seen, rng.dirichlet(np.ones(classes), len(points))) for _ in range(runs)]
    shares, chances, reached = max(found, key=lambda each: each[2])
    free = classes - 1 + classes * points.shape[1] * (len(STEPS) - 1)
    bic = -2 * reached + free * float(np.log(len(points)))
    return Classes(shares=shares, chances=chances, log_likelihood=reached, bic=bic)


def _climb(seen: Floats, belongs: Floats) -> tuple[Floats, Floats, float]:
    """Climb from a first guess of who belongs where; the likelihood never falls."""
    before = -np.inf
    for _ in range(_ROUNDS):
        shares = belongs.mean(axis=0)
        counts = np.einsum("nc,njk->cjk", belongs, seen) + _LEAST
        chances = counts / counts.sum(axis=2, keepdims=True)
        joint = np.einsum("njk,cjk->nc", seen, np.log(chances)) + np.log(shares + _LEAST)
        top = joint.max(axis=1, keepdims=True)
        whole = top[:, 0] + np.log(np.exp(joint - top).sum(axis=1))
        belongs = np.exp(joint - whole[:, None])
        reached = float(whole.sum())
        if reached - before < _SETTLED:
            break
        before = reached
    return shares, chances, reached


def _says(best: int, lead: float, n: int) -> str:
    if best == 3 and lead >= CLEARLY:
        return f"Three classes describe the points of {n} repositories and teams best."
    told = f"{best} {'class' if best == 1 else 'classes'}"
    if lead < CLEARLY:
        told += ", though another number fits about as well,"
    return (
        f"Three levels are not visible in your data: {told} describe the points of {n} "
        "repositories and teams best. Levels are then a rule, and no more."
    )
