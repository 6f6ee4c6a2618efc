"""Numbers of counts by unit and week, with intervals that leave out one unit or week at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trueup.measure.numerics.resampling import t_quantile
from trueup.model.evidence import Interval, Measurement, Window
from trueup.simulate.flow.calibrating import FEWEST_UNITS
from trueup.simulate.flow.network import Floats
from trueup.simulate.flow.recorded import Recorded
from trueup.units import RATIO, Unit

_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Counting:
    """Turns sums over units and weeks into measurements.

    Parameters
    ----------
    unit_kind
        ``team`` or ``repository``.
    window
        Over which records were read.
    """

    unit_kind: str
    window: Window

    @classmethod
    def of(cls, records: Recorded, window: Window) -> Counting:
        """Count what was recorded in a window."""
        return cls(unit_kind=records.unit_kind, window=window)

    def measured(
        self, metric: str, parts: Floats, of: Callable[[Floats], float], *, unit: Unit = RATIO
    ) -> Measurement:
        """Return a number made of sums.

        Parameters
        ----------
        parts
            What is added up, shape (units, weeks, sums).
        of
            From the sums to the number.

        Notes
        -----
        Delete-one jackknife with Student's t: over units where there are ten or more, else over
        weeks. What waits is what came less what left, so that weeks that follow each other differ
        more than weeks drawn at random: leaving out single weeks makes no interval too narrow.

        References
        ----------
        Bell and McCaffrey (2002), Bias reduction in standard errors for linear regression with
        multi-stage samples.
        """
        units, weeks = parts.shape[:2]
        by_unit = units >= FEWEST_UNITS
        groups = parts.sum(axis=1 if by_unit else 0)
        count = len(groups)
        whole = groups.sum(axis=0)
        value = of(whole)
        without = np.array([of(whole - group) for group in groups])
        error = float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))
        reach = t_quantile((1 + _LEVEL) / 2, count - 1) * error
        what = self.unit_kind if by_unit else "week"
        return Measurement(
            metric=metric,
            version=1,
            value=value,
            unit=unit,
            interval=Interval(
                low=value - reach,
                high=value + reach,
                level=_LEVEL,
                method=f"leaving out one {what} at a time",
            ),
            n=units * weeks,
            n_of=f"{self.unit_kind}-weeks",
            clusters=count,
            window=self.window,
            source="forge",
        )


def ratio(sums: Floats) -> float:
    """Return the first sum over the second; 0 where there is nothing to divide by."""
    return float(sums[0] / sums[1]) if sums[1] else 0.0
