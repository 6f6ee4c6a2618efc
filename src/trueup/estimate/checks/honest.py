"""Whether the answer would stand if trends had parted after adoption as they did before it."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.checking import Attempt, Case
from trueup.estimate.estimator import Path
from trueup.estimate.numerics.honest.blocks import Blocks, block_length, in_blocks
from trueup.estimate.numerics.honest.relative import moves, relative_interval
from trueup.estimate.numerics.honest.smooth import smooth_interval
from trueup.model.effect import Check
from trueup.model.evidence import Interval
from trueup.units import say, significant

Kind = Literal["relative", "smooth"]

ATTEMPT = Attempt(
    name="honest",
    question="Would the answer stand if trends had parted after adoption as they did before it?",
    reference=(
        "Rambachan, Roth (2023), A more credible approach to parallel trends, REStud 90(5); "
        "Andrews, Roth, Pakes (2023), Inference for linear conditional moment inequalities"
    ),
)
MBAR = 0.5
"""Largest later move, in terms of the largest earlier one, that an answer must survive."""
MOST = 20.0
"""Breakdown beyond this is told as this."""


def honest_interval(
    path: Path,
    mbar: float = MBAR,
    level: float = 0.95,
    kind: Kind = "relative",
    *,
    stretch: float = 1.0,
) -> Interval:
    """Return the interval of the overall effect when trends need not have been parallel.

    Parameters
    ----------
    path
        Event study with a fixed reference period and at least one horizon before it; gapless
        around the reference. Put into blocks by `in_blocks`.
    mbar
        ``relative``: how many times the largest move between blocks before adoption a move after
        it may be; the exact conditional least-favourable hybrid test, inverted.
        ``smooth``: how much a trend's slope may change from block to block, raw; the shortest
        interval of fixed length.
    level
        Of the interval.
    stretch
        Factor on all standard errors, for intervals that few clusters have made wider.

    Raises
    ------
    EstimateError
        The path has no horizon before the reference, or none after it.
    """
    low, high = _interval(path_blocks(path), mbar, level, kind, stretch)
    method = {"relative": f"C-LF, Mbar {mbar:g}", "smooth": f"FLCI, bend {mbar:g}"}[kind]
    return Interval(low=low, high=high, level=level, method=method)


def breakdown(path: Path, level: float = 0.95, *, stretch: float = 1.0) -> float:
    """Return the largest `mbar` at which the relative interval still excludes nought.

    0 when it holds nought already with parallel trends; to a hundredth; at most `MOST`.

    Raises
    ------
    EstimateError
        As `honest_interval`.
    """
    blocks = path_blocks(path)

    def stands(mbar: float) -> bool:
        low, high = _interval(blocks, mbar, level, "relative", stretch)
        return low > 0 or high < 0

    if not stands(0.0):
        return 0.0
    low, high = 0.0, 0.25
    while stands(high):
        low, high = high, high * 2
        if low >= MOST:
            return MOST
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (middle, high) if stands(middle) else (low, middle)
    return low


def path_blocks(path: Path) -> Blocks:
    """Put the gapless part of a path around its reference into blocks.

    Raises
    ------
    EstimateError
        The path has no horizon before the reference, no weight after it, or a gap between.
    """
    horizons = path.horizons
    at = int(np.flatnonzero(horizons == path.reference)[0])
    run = horizons - np.arange(horizons.size) == horizons[at] - at
    useful = np.flatnonzero((path.weights != 0) & (horizons > path.reference))
    if not useful.size or at == 0 or not run[at - 1] or not run[at : useful[-1] + 1].all():
        raise EstimateError(
            "The event study has nothing before adoption, nothing after it, or a gap.",
            hint="Use a panel with two or more periods before adoption.",
        )
    first = at - int(np.argmin(run[:at][::-1])) if not run[:at].all() else 0
    part = slice(first, int(useful[-1]) + 1)
    return in_blocks(
        path.effects[part],
        path.covariance[part, part],
        at - first,
        path.weights[part],
        block_length(at - first + 1),
    )


def check(case: Case) -> Check:
    """Widen the interval by what trends did before adoption, and see whether the sign stands."""
    path = case.fit.path
    try:
        blocks = path_blocks(path) if path is not None else None
    except EstimateError:
        blocks = None
    if path is None or blocks is None:
        return ATTEMPT.ended(
            "cannot tell", "The estimate has no run of periods before adoption to learn from."
        )
    stretch = _stretch(case, path)
    level = case.question.level
    low, high = _interval(blocks, MBAR, level, "relative", stretch)
    limit = breakdown(path, level, stretch=stretch)
    bend = _largest_bend(blocks, level, stretch)
    figures = (
        ("mbar", MBAR),
        ("honest_low", case.path_scale.told(low)),
        ("honest_high", case.path_scale.told(high)),
        ("honest_low_raw", low),
        ("honest_high_raw", high),
        ("breakdown_mbar", limit),
        ("breakdown_bend_raw", bend),
        ("block_periods", float(blocks.length)),
        ("moves_before", float(blocks.reference)),
        ("stretch", stretch),
    )
    grain = case.panel.grain
    between = f"blocks of {blocks.length} {grain}s" if blocks.length > 1 else f"{grain}s"
    says = (
        f"If trends moved between {between} after adoption by up to half of the largest move "
        f"before it, the effect lies between {_say(case, low)} and {_say(case, high)}; "
    )
    if case.sign == 0:
        return ATTEMPT.ended("cannot tell", says + "there was no sign to defend.", figures)
    beyond = "more than " if limit >= MOST else ""
    says += f"the sign stands up to {beyond}{significant(limit)} times that move."
    stands = low > 0 if case.sign > 0 else high < 0
    return ATTEMPT.ended("holds" if stands else "weak", says, figures)


def _interval(
    blocks: Blocks, mbar: float, level: float, kind: Kind, stretch: float
) -> tuple[float, float]:
    covariance = blocks.covariance * stretch**2
    if kind == "smooth":
        return smooth_interval(
            blocks.effects, covariance, blocks.reference, blocks.weights, bend=mbar, level=level
        )
    of = moves(blocks.effects, covariance, blocks.reference, blocks.weights)
    return relative_interval(of, mbar, level)


def _stretch(case: Case, path: Path) -> float:
    """Return how much wider the estimate's own interval is than its path's errors make it."""
    from scipy.stats import norm

    own, scale = case.fit.estimate.interval, case.path_scale
    error = math.sqrt(float(path.weights @ path.covariance @ path.weights))
    half = (scale.raw(own.high) - scale.raw(own.low)) / 2
    plain = float(norm.ppf(0.5 + own.level / 2)) * error
    return max(1.0, half / plain) if plain > 0 and math.isfinite(half) else 1.0


def _largest_bend(blocks: Blocks, level: float, stretch: float) -> float:
    def stands(bend: float) -> bool:
        low, high = _interval(blocks, bend, level, "smooth", stretch)
        return low > 0 or high < 0

    if not stands(0.0):
        return 0.0
    low, high = 0.0, float(np.abs(blocks.effects).max())
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (middle, high) if stands(middle) else (low, middle)
    return low


def _say(case: Case, raw: float) -> str:
    return say(case.path_scale.told(raw), case.fit.estimate.unit)
