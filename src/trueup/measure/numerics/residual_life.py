"""How much longer an item that has waited so long will wait, from a log cut at both ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup.measure.numerics.kaplan_meier import kaplan_meier

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ResidualLife:
    """A survival curve with an exponential tail, and its integral.

    Parameters
    ----------
    times
        Shape (m,), ascending; starts at 0.
    survival
        Shape (m,); share still waiting from each of `times` until the next.
    tail
        Mean further wait beyond the last of `times`.
    """

    times: Floats
    survival: Floats
    tail: float

    def mean(self) -> float:
        """Return the mean wait of an item that arrives."""
        return float(self.after(np.zeros(1))[0])

    def after(self, ages: Floats) -> Floats:
        """Return the mean further wait of items that have waited `ages`; same shape."""
        steps = np.diff(self.times) * self.survival[:-1]
        beyond = np.concatenate([steps[::-1].cumsum()[::-1], [0.0]])
        beyond += self.survival[-1] * self.tail
        place = np.clip(np.searchsorted(self.times, ages, side="right") - 1, 0, None)
        following = np.append(self.times, self.times[-1])[place + 1]
        held = self.survival[place]
        rest = np.append(beyond, 0.0)[place + 1]
        area = held * (following - ages) + rest
        inside = (held > 0) & (ages < self.times[-1])
        return np.where(inside, area / np.where(held > 0, held, 1.0), self.tail)


def residual_life(entries: Floats, exits: Floats, ended: Booleans) -> ResidualLife | None:
    """Fit the curve to waits seen from `entries` to `exits`; None when none of them ended.

    Parameters
    ----------
    entries
        Shape (n,); how long each item had waited when observation began (left truncation).
    exits
        Shape (n,); how long it had waited when it ended or was last seen.
    ended
        Shape (n,); False where it was last seen still waiting.

    Notes
    -----
    The tail is exponential with the hazard of the last third of the ends. Where the first few
    items at risk all end, the curve would fall to 0 for good: such a step counts one item more
    at risk.
    """
    if not ended.any():
        return None
    raw = kaplan_meier(exits, ended, entries=entries)
    spent = (raw.events >= raw.at_risk - 1e-9) & (np.arange(raw.times.size) < raw.times.size - 1)
    at_risk = np.where(spent, raw.at_risk + 1, raw.at_risk)
    hazard = np.divide(raw.events, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    survival = np.concatenate([[1.0], np.cumprod(1 - np.clip(hazard, 0, 1))])
    times = np.concatenate([[0.0], raw.times])
    return ResidualLife(times, survival, _tail(entries, exits, ended))


def _tail(entries: Floats, exits: Floats, ended: Booleans) -> float:
    ends = np.sort(exits[ended])
    start = ends[(2 * ends.size) // 3] if ends.size >= 3 else 0.0
    late = int((ends >= start).sum())
    exposure = np.clip(exits - np.maximum(entries, start), 0, None).sum()
    return float(exposure / late) if exposure > 0 else float(ends.mean())
