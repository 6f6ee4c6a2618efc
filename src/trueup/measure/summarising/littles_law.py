"""Little's law on a finite window: L = lambda W, with the edges a window cuts off.

Four waits are told apart, because they differ exactly when it matters:

- *departed*: mean wait of items that left in the window; what dashboards show;
- *completed arrivals*: mean wait of items that arrived and left in it; too short by construction;
- *edge-corrected*: mean wait of all items that arrived in it, the rest of the open ones estimated;
- *survival*: mean of the Kaplan-Meier curve of all waits seen.

Times are seconds throughout.

References
----------
Little (1961), Operations Research 9(3). Kim and Whitt (2013), Statistical Analysis with
Little's Law, Operations Research 61(4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.errors import MeasureError
from trueup.measure.numerics.residual_life import ResidualLife, residual_life

Floats = NDArray[np.float64]
DAY_SECONDS = 86_400.0
GROWTH_BOUND = 0.05
"""Arrivals may exceed departures by this share before a queue is said to grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LittlesLaw:
    """What one window says of one boundary.

    Parameters
    ----------
    start, end
        The window, seconds.
    arrivals, departures
        Items that entered, that left, in the window.
    level
        Time average of items inside (L).
    open_at_start, open_at_end
        Items inside at either edge.
    edge_before, edge_after
        Item-seconds: spent in the window by items already open at its start (R_s); still to be
        spent after its end by items open then (R_e, estimated; None if it cannot be).
    completed
        Items that both arrived and left in the window.
    wait_departed, wait_completed_arrivals, wait_edge, wait_survival
        The four waits; None where no item allows one.
    guessed
        Share of the summed waits of arrivals that lies beyond what the log shows.
    wait_error
        Standard error of `wait_edge` from the spread of waits, items taken as independent.
    is_growing
        Arrivals exceed departures by more than 5 % and by more than two standard errors: every
        wait is then "at least".
    """

    start: float
    end: float
    arrivals: int
    departures: int
    level: float
    open_at_start: int
    open_at_end: int
    completed: int
    edge_before: float
    edge_after: float | None
    wait_departed: float | None
    wait_completed_arrivals: float | None
    wait_edge: float | None
    wait_survival: float | None
    guessed: float
    wait_error: float | None
    is_growing: bool

    @property
    def seconds(self) -> float:
        """Length of the window."""
        return self.end - self.start

    @property
    def arrival_rate(self) -> float:
        """Arrivals per second (lambda in)."""
        return self.arrivals / self.seconds

    def check(self, level: float, rate: float, wait: float) -> Consistency:
        """Say whether L, lambda and W, from wherever, can describe these items."""
        edges = self.edge_before + (self.edge_after or 0.0)
        share = edges / (self.level * self.seconds) if self.level > 0 else 0.0
        error = (self.wait_error or 0.0) / wait if wait > 0 else 0.0
        return consistency(level, rate, wait, tolerance=math.log1p(share) + 2 * error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Whether three numbers keep the law.

    Parameters
    ----------
    gap
        ln(L / (lambda W)); 0 when they do.
    tolerance
        How far the edges of the window and chance may take it.
    """

    gap: float
    tolerance: float

    @property
    def holds(self) -> bool:
        """Whether L, lambda and W may describe the same items."""
        return abs(self.gap) <= self.tolerance


def littles_law(
    entered: Floats,
    left: Floats,
    start: float,
    end: float,
    *,
    until: float | None = None,
    life: ResidualLife | None = None,
) -> LittlesLaw:
    """Measure arrivals, departures, level and waits in the window [start, end).

    Parameters
    ----------
    entered, left
        Shape (n,); instants of entering and leaving, seconds; inf where not left.
    until
        How far the log reaches beyond the window; departures after it are unknown.
    life
        Curve for what remains of items still open at `until`; fitted to the window if not given.

    Raises
    ------
    MeasureError
        The window is empty, or an item leaves before it enters.
    """
    until = end if until is None else until
    if end <= start or until < end:
        raise MeasureError("The window of Little's law has no length.", hint="Widen it.")
    if (left < entered).any():
        raise MeasureError("An item leaves before it enters.", hint="Correct its instants.")
    met = (entered < end) & (left > start)
    came, went = entered[met], left[met]
    waits, edge_after, life = _waits(came, went, (start, end, until), life)
    arrived = came >= start
    gone = went < end
    inside = (np.minimum(went, end) - np.maximum(came, start)).sum()
    arrivals = int(arrived.sum())
    return LittlesLaw(
        start=start,
        end=end,
        arrivals=arrivals,
        departures=int(gone.sum()),
        level=float(inside / (end - start)),
        open_at_start=int((~arrived).sum()),
        open_at_end=int((~gone).sum()),
        completed=int((gone & arrived).sum()),
        edge_before=float((np.minimum(went, end) - start)[~arrived].sum()),
        edge_after=edge_after,
        wait_departed=_mean((went - came)[gone]),
        wait_completed_arrivals=_mean((went - came)[gone & arrived]),
        wait_edge=_mean(waits[arrived]) if waits is not None else None,
        wait_survival=life.mean() if life is not None else None,
        guessed=_guessed(came[arrived], went[arrived], until, waits, arrived),
        wait_error=_error(waits[arrived]) if waits is not None else None,
        is_growing=_grows(came[arrived], went[gone], start, end),
    )


def predicted_waits(
    entered: Floats, left: Floats, until: float, life: ResidualLife | None
) -> Floats | None:
    """Return each item's wait, the rest of those open at `until` estimated; None if it cannot be.

    Shape (n,), seconds.
    """
    known = left <= until
    if known.all():
        return left - entered
    if life is None:
        return None
    age = until - entered[~known]
    waits = np.where(known, left - entered, 0.0)
    waits[~known] = age + life.after(age)
    return waits


def guessed_share(entered: Floats, left: Floats, until: float, waits: Floats) -> float:
    """Return which share of the summed waits lies beyond `until`, and so is guessed."""
    guessed = np.where(left > until, waits - (until - entered), 0.0)
    total = waits.sum()
    return float(guessed.sum() / total) if total > 0 else 0.0


def life_seen(entered: Floats, left: Floats, start: float, until: float) -> ResidualLife | None:
    """Fit how long items wait to what the window [start, until] shows of them."""
    met = (entered < until) & (left > start)
    came, went = entered[met], left[met]
    ended = went <= until
    exits = np.where(ended, went, until) - came
    return residual_life(np.clip(start - came, 0, None), exits, ended)


def consistency(level: float, rate: float, wait: float, *, tolerance: float) -> Consistency:
    """Return how far L is from lambda W, as a logarithm, and how far it may be.

    Raises
    ------
    MeasureError
        One of the three is not positive.
    """
    if min(level, rate, wait) <= 0:
        raise MeasureError(
            "Little's law needs a positive level, rate and wait.", hint="Widen the window."
        )
    return Consistency(gap=math.log(level / (rate * wait)), tolerance=tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpliedThroughput:
    """A throughput ratio worked out from published ratios, beside the check it must pass.

    Parameters
    ----------
    ratio
        Throughput after over before, as implied: L ratio / W ratio.
    level_needed
        The L ratio that the counted output would need; None when no output was counted.
    is_consistent
        Whether the L ratio used is within 5 % of the one needed; None when nothing was counted.
    """

    ratio: float
    level_needed: float | None
    is_consistent: bool | None

    @property
    def label(self) -> str:
        """What must be written next to `ratio`."""
        if self.is_consistent is None:
            return "implied, not counted"
        return "counted and implied agree" if self.is_consistent else "inputs mutually inconsistent"


def implied_throughput(
    wait_ratio: float, level_ratio: float, counted_ratio: float | None = None
) -> ImpliedThroughput:
    """Work out a throughput ratio from a wait ratio and a level ratio, and audit it.

    Counted output wins whenever it exists; this is for published aggregates. The essay "Talk Is
    Cheap" is the special case (5.8, 1.67) -> 0.288 and (5.8, 1.17) -> 0.202; the output counted
    in the same source, 0.883, would need an L ratio of 5.12, so its inputs contradict each other.

    Raises
    ------
    MeasureError
        A ratio is not positive.
    """
    if min(wait_ratio, level_ratio) <= 0 or (counted_ratio is not None and counted_ratio <= 0):
        raise MeasureError("A ratio must be positive.", hint="Give after divided by before.")
    needed = None if counted_ratio is None else wait_ratio * counted_ratio
    agrees = None if needed is None else abs(math.log(level_ratio / needed)) <= math.log(1.05)
    return ImpliedThroughput(
        ratio=level_ratio / wait_ratio, level_needed=needed, is_consistent=agrees
    )


def _waits(
    came: Floats, went: Floats, cut: tuple[float, float, float], life: ResidualLife | None
) -> tuple[Floats | None, float | None, ResidualLife | None]:
    start, end, until = cut
    life = life or life_seen(came, went, start, until)
    waits = predicted_waits(came, went, until, life)
    if waits is None:
        return None, None, life
    remaining = np.where(went >= end, came + waits - end, 0.0)
    return waits, float(np.clip(remaining, 0, None).sum()), life


def _guessed(
    came: Floats, went: Floats, until: float, waits: Floats | None, arrived: NDArray[np.bool_]
) -> float:
    return 0.0 if waits is None else guessed_share(came, went, until, waits[arrived])


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _error(values: Floats) -> float | None:
    return float(values.std(ddof=1) / math.sqrt(values.size)) if values.size > 1 else None


def _grows(arrivals: Floats, departures: Floats, start: float, end: float) -> bool:
    """Say whether more came than left, by more than the day-to-day noise of the net flow."""
    surplus = arrivals.size - departures.size
    days = max(2, math.ceil((end - start) / DAY_SECONDS))
    daily = [
        np.bincount(((times - start) // DAY_SECONDS).astype(np.int64), minlength=days)
        for times in (arrivals, departures)
    ]
    noise = math.sqrt(days * float((daily[0] - daily[1]).var(ddof=1)))
    return surplus > GROWTH_BOUND * max(departures.size, 1) and surplus > 2 * noise
