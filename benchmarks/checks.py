"""False alarms and power of the checks of a design, and whether a promised power is kept.

Usage::

    python benchmarks/checks.py [--draws 1000]

Staggered panels of 20 weeks, half of the units adopting at 8, 10, 12 and 14, noise that fades by
0.5 a week. The primary recipe throughout, its interval about units like these.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.assessment import Power
from trueup.estimate.checking import Case, all_checks
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.callaway_santanna import ESTIMATOR
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.power import power
from trueup.estimate.question import Question
from trueup.model.evidence import Window

Floats = NDArray[np.float64]
WEEKS = 20


def starts_of(n_units: int) -> NDArray[np.int64]:
    """Return first treated weeks: half of the units at four dates, half never."""
    dates = np.array([8, 10, 12, 14])[np.arange(n_units) % 4]
    return np.where(np.arange(n_units) < n_units // 2, dates, NEVER)


def panel_of(values: Floats, starts: NDArray[np.int64]) -> Panel:
    """Put a table of units by weeks into a panel."""
    n_units = values.shape[0]
    return Panel(
        units=tuple(f"u{code}" for code in range(n_units)),
        periods=tuple(f"{code:02}" for code in range(WEEKS)),
        unit=np.repeat(np.arange(n_units), WEEKS),
        period=np.tile(np.arange(WEEKS), n_units),
        columns={"y": values.ravel()},
        adopted_in=starts,
        cluster=np.arange(n_units),
        grain="week",
        window=Window(start_at=0, end_at=WEEKS),
        source="made up",
    )


def noise(rng: np.random.Generator, n_units: int) -> Floats:
    """Return noise of variance one that fades by 0.5 a week."""
    made = rng.normal(size=(n_units, WEEKS))
    for week in range(1, WEEKS):
        made[:, week] = 0.5 * made[:, week - 1] + np.sqrt(0.75) * made[:, week]
    return made


def answers(draws: int, n_units: int, effect: float, drift: float, spread: float) -> None:
    """Print what the checks answer in one world."""
    starts = starts_of(n_units)
    since = np.arange(WEEKS)[None, :] - starts[:, None]
    adopter = (starts != NEVER)[:, None]
    asked = Question(outcome="y", smallest=0.05, speaks_of="units like these")
    said: dict[str, Counter[str]] = {}
    rng = np.random.default_rng(1)
    for _ in range(draws):
        values = spread * noise(rng, n_units) + drift * adopter * np.arange(WEEKS)
        panel = panel_of(values + effect * (adopter & (since >= 0)), starts)
        fit = ESTIMATOR.fit(panel, asked)
        assert isinstance(fit, Fit)
        case = Case(panel=panel, question=asked, fit=fit, refit=ESTIMATOR.fit)
        for name in ("pre_trend", "placebo_date", "overlap", "honest"):
            said.setdefault(name, Counter())[all_checks()[name](case).answer] += 1
    for name, counts in said.items():
        shares = "  ".join(
            f"{counts[answer] / draws:5.3f}" for answer in ("holds", "weak", "fails", "cannot tell")
        )
        print(f"{n_units:6} {effect:7.2f} {drift:6.3f} {spread:6.2f}  {name:13} {shares}")


def promised(draws: int, n_units: int) -> None:
    """Print how often an effect of the promised size is found."""
    starts = starts_of(n_units)
    here = (starts != NEVER)[:, None] & (np.arange(WEEKS)[None, :] >= starts[:, None])
    rng = np.random.default_rng(2)
    for speaks_of in ("units like these", "these units"):
        asked = Question(outcome="y", smallest=0.05, speaks_of=speaks_of)  # type: ignore[arg-type]
        found, sizes = 0, []
        for _ in range(draws):
            values = noise(rng, n_units)
            could = power(panel_of(values, starts), asked)
            assert isinstance(could, Power)
            sizes.append(could.smallest_detectable)
            fit = ESTIMATOR.fit(panel_of(values + sizes[-1] * here, starts), asked)
            assert isinstance(fit, Fit)
            found += fit.estimate.interval.low > 0
        print(f"{n_units:6}  {speaks_of:17} {np.mean(sizes):17.3f} {found / draws:12.3f}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=1000)
    asked = parser.parse_args()
    print(" units  effect  drift  noise  check         holds  weak   fails  cannot tell")
    for n_units in (24, 200):
        for effect, drift, spread in (
            (0, 0, 0.25),
            (-0.2, 0, 0.25),
            (-0.2, 0, 0.1),
            (0, 0.02, 0.25),
        ):
            answers(asked.draws, n_units, effect, drift, spread)
    print("\n units  interval about    effect promised   found, 80 %")
    for n_units in (24, 40, 200):
        promised(asked.draws, n_units)


if __name__ == "__main__":
    main()
