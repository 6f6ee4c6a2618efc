"""What trueup may say of what would be: a number of a model, with what it rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from trueup.errors import EstimateError
from trueup.model.evidence import Group, Interval
from trueup.units import Unit, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """A number of a model: what would be seen if work went as the model has it.

    Parameters
    ----------
    quantity
        Snake case: ``throughput``, ``lead_time``.
    value, unit
        The middle of what was played.
    interval
        Between which values it lies over all sets of parameters the records allow; its method
        says how they were drawn. None only together with `no_interval_because`.
    no_interval_because
        E.g. ``"an exact result for parameters taken as known"``.
    playing_error
        Standard error of `value` from playing only so often; 0 where it is exact.
    n_draws, n_runs
        Sets of parameters, and how often each was played; 0 runs where it is exact.
    assumptions
        What must hold for it to come true; one sentence each.
    calibrated_by
        Which records the parameters come from: ``"pipeline_run and review, 12 weeks"``.
    group
        Which slice it speaks of.
    model
        Name of the model; a report says under it what the model is.
    """

    quantity: str
    value: float
    unit: Unit
    interval: Interval | None
    no_interval_because: str = ""
    playing_error: float
    n_draws: int
    n_runs: int
    assumptions: tuple[str, ...]
    calibrated_by: str
    group: Group = ()
    model: str = "simulated_flow"

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise EstimateError(
                f"The played {self.quantity} is no number.", hint="Abstain instead."
            )
        if self.interval is None and not self.no_interval_because:
            raise EstimateError(
                f"The played {self.quantity} has neither an interval nor a reason for having none.",
                hint="Give one of the two.",
            )

    def say(self) -> str:
        """Say the value in its unit."""
        return say(self.value, self.unit)

    def say_interval(self) -> str:
        """Say the interval, or why there is none."""
        if self.interval is None:
            return self.no_interval_because
        return f"{say(self.interval.low, self.unit)} to {say(self.interval.high, self.unit)}"
