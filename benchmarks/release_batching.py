"""How often waiting for a release is found where it is, and where it is not.

Run: ``python benchmarks/release_batching.py --draws 300``. Changes land at random over three
years; releases come as each world has them. The half wait and its interval are made as the metric
makes them, in all and by quarter of the last year.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trueup.diagnose.diagnosis import Diagnosis
from trueup.diagnose.mechanisms.release_batching import LONG_SECONDS, judge
from trueup.measure.summarising.intervals import quantile_spreads, quantiles
from trueup.model.evidence import Interval, Measurement, Window
from trueup.units import SECONDS

Floats = NDArray[np.float64]
DAY, YEAR, QUARTER = 86_400.0, 365.0, 365.0 / 4


def every(mean: float, spread: float = 0.5) -> Callable[[np.random.Generator], Floats]:
    """Return how releases come with gaps of a mean and a spread, in days."""

    def drawn(random: np.random.Generator) -> Floats:
        shape = 1 / spread**2
        return np.cumsum(random.gamma(shape, mean / shape, round(5 * YEAR / mean) + 10))

    return drawn


def with_pause(random: np.random.Generator) -> Floats:
    """Weekly, but for one pause of four months."""
    days = every(4.0)(random)
    begins = 2 * YEAR + random.uniform(60, 180)
    return days[(days < begins) | (days > begins + 120)]


def better_now(random: np.random.Generator) -> Floats:
    """Every eight weeks for two years, twice a week since."""
    rare, often = every(56)(random), every(3.5)(random)
    return np.concatenate([rare[rare < 2 * YEAR], 2 * YEAR + often])


WORLDS: dict[str, tuple[Callable[[np.random.Generator], Floats], float, bool]] = {
    "present: every 4 weeks": (every(28), 3 * YEAR, True),
    "present: every 8 weeks": (every(56), 3 * YEAR, True),
    "absent: twice a week": (every(3.5), 3 * YEAR, False),
    "absent: every 10 days": (every(10), 3 * YEAR, False),
    "too little: 4 weeks of a weekly rhythm": (every(7), 28, False),
    "rival: one pause of four months": (with_pause, 3 * YEAR, False),
    "rival: rare until a year ago": (better_now, 3 * YEAR, False),
}


def measured(waits: Floats, ended: NDArray[np.bool_], release: NDArray[np.int64]) -> Measurement:
    """Return the wait of half of the changes, with the interval of the metric."""
    (value,) = quantiles(waits, ended, (0.5,))
    (spread,) = quantile_spreads(waits, ended, release, (0.5,), clusters_of="releases", seed=1)
    interval = spread.interval
    return Measurement(
        metric="landed_to_release_seconds",
        version=1,
        value=float(waits.max() if value is None else value),
        unit=SECONDS,
        interval=interval if isinstance(interval, Interval) else None,
        no_interval_because="" if interval else "too few releases",
        n=waits.size,
        n_of="changes",
        window=Window(start_at=0, end_at=1),
        source="made up",
    )


def play(world: str, random: np.random.Generator) -> str:
    """Return how one draw of a world ends."""
    releases, days, _ = WORLDS[world]
    at = releases(random)
    landed = np.sort(random.uniform(0, days, round(days)))
    place = np.searchsorted(at, landed)
    ended = at[place] <= days
    until = np.where(ended, at[place], days)
    waits = (until - landed) * DAY
    quarter = ((days - landed) // QUARTER).astype(int)
    parts = [quarter == each for each in range(4)]
    halves = [measured(waits[part], ended[part], place[part]) for part in parts if part.sum() > 9]
    were_long = [one.value > LONG_SECONDS for one in halves]
    found = judge(measured(waits, ended, place), were_long)
    return found.strength if isinstance(found, Diagnosis) else type(found).__name__


def main() -> None:
    """Print each world with how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300)
    draws = parser.parse_args().draws
    print(f"{'world':42} {'found':>6}  how it ended, of {draws}")
    for number, (world, (_, _, is_there)) in enumerate(WORLDS.items()):
        ends = Counter(play(world, np.random.default_rng([number, d])) for d in range(draws))
        found = sum(ends[name] for name in ("strong", "moderate", "weak")) / draws
        kept = found >= 0.8 if is_there else found <= 0.05
        print(f"{world:42} {found:6.3f}  {dict(ends)}{'' if kept else '  MISSED'}")


if __name__ == "__main__":
    main()
