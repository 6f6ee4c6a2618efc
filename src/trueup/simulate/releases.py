"""How long what landed would wait if releases came as regularly as a clock."""

from __future__ import annotations

from trueup.errors import EstimateError
from trueup.model.evidence import Interval, Measurement
from trueup.model.simulated import Simulated
from trueup.simulate.intervention import ReleaseEvery
from trueup.units import RELATIVE, SECONDS

_DAY = 86_400.0


def wait_against_now(rhythm: ReleaseEvery, half_wait: Measurement) -> Simulated:
    """Say by how much half of the waits would change if releases came once in so many days.

    What lands at any time between two releases waits for the rest of it: half of what lands waits
    half of the days, or less. So the share by which `half_wait` changes is exact but for how well
    `half_wait` itself is known.

    Parameters
    ----------
    half_wait
        The time half of what lands waits now, seconds.

    Raises
    ------
    EstimateError
        The wait is no time, or there is none.
    """
    if half_wait.unit != SECONDS or half_wait.value <= 0:
        raise EstimateError(
            "There is no wait to compare with.", hint="Give the median wait in seconds."
        )
    after = rhythm.days * _DAY / 2
    interval = None
    if half_wait.interval is not None and half_wait.interval.low > 0:
        known = half_wait.interval
        interval = Interval(
            low=after / known.high - 1,
            high=after / known.low - 1,
            level=known.level,
            method=f"as of the wait now: {known.method}",
        )
    return Simulated(
        quantity="landed_to_release_time",
        value=after / half_wait.value - 1,
        unit=RELATIVE,
        interval=interval,
        no_interval_because="" if interval else half_wait.no_interval_because or "none of the wait",
        playing_error=0.0,
        n_draws=1,
        n_runs=0,
        assumptions=(
            "As much lands on one day between two releases as on another.",
            "Whatever has landed can be released: no release waits for one certain change.",
        ),
        calibrated_by=f"{half_wait.metric}, {half_wait.n:,} {half_wait.n_of}",
    )
