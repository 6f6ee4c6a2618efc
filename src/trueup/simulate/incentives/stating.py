"""How a value per set of parameters becomes a number that says what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trueup.model.evidence import Interval
from trueup.model.simulated import Simulated
from trueup.simulate.incentives.choice import Floats
from trueup.units import Unit

LEVEL = 0.95
MODEL = "simulated_incentives"
_ASSUMED = (
    "People weigh a little more reward against a little more effort, alone and without error.",
    "What is delivered is seen by whoever pays; where a count stands in for it, counts are bought.",
    "Whoever shows less than was asked before is out; nobody shows less.",
    "Nothing downstream holds back what is made.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """Turns one value per set of parameters into a number that says what it rests on.

    Parameters
    ----------
    calibrated_by, found_by
        Which records and whose numbers; where each parameter comes from, one sentence each.
    pay, money
        Of a person and year, and its unit; 1 and shares of pay where it is not known.
    """

    calibrated_by: str
    found_by: tuple[str, ...]
    pay: float
    money: Unit

    def say(self, quantity: str, values: Floats, unit: Unit, more: Sequence[str] = ()) -> Simulated:
        """Say the middle of the values with the interval they span, under assumptions and more."""
        interval = _interval(values) if values.size > 1 else None
        return Simulated(
            quantity=quantity,
            value=float(np.median(values)),
            unit=unit,
            interval=interval,
            no_interval_because="" if interval else "every parameter is held at one value",
            playing_error=0.0,
            n_draws=values.size,
            n_runs=0,
            assumptions=(*self.found_by, *_ASSUMED, *more),
            calibrated_by=self.calibrated_by,
            model=MODEL,
        )

    def say_pay(self, quantity: str, wages: Floats) -> Simulated:
        """Say values in wages as money."""
        return self.say(quantity, wages * self.pay, self.money)


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    how = f"{values.size:,} sets of parameters from the gain's interval and the stated ranges"
    return Interval(low=float(low), high=float(high), level=LEVEL, method=how)
