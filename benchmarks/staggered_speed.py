"""Time and memory of the primary estimator on 4,000 teams x 104 weeks, beside the library's call.

Each fit runs in a process of its own, which makes the panel, fits, and says its seconds and its
greatest memory; the time of making the panel is left out, its memory is not.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
import warnings

import numpy as np
from numpy.typing import NDArray

from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Window


def made(teams: int, weeks: int, cohorts: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return an outcome and who adopts when: forty per cent never, the rest in `cohorts`."""
    rng = np.random.default_rng(1)
    dates = np.linspace(0.3 * weeks, 0.75 * weeks, cohorts).astype(np.int64)
    adopted = np.where(rng.random(teams) < 0.4, NEVER, rng.choice(dates, teams))
    since = np.arange(weeks)[None, :] - adopted[:, None]
    treated = (adopted[:, None] != NEVER) & (since >= 0)
    noise = rng.normal(size=(teams, weeks)) + rng.normal(size=(teams, 1))
    return noise - treated * (0.5 + 0.05 * since), adopted


def ours(values: NDArray[np.float64], adopted: NDArray[np.int64]) -> tuple[float, float, float]:
    """Fit as the product does: overall, both intervals, event study with its covariance."""
    teams, weeks = values.shape
    unit, period = np.divmod(np.arange(values.size), weeks)
    panel = Panel(
        units=tuple(f"team {k}" for k in range(teams)),
        periods=tuple(f"{k}" for k in range(weeks)),
        unit=unit,
        period=period,
        columns={"outcome": values.ravel()},
        adopted_in=adopted,
        cluster=np.arange(teams),
        grain="week",
        window=Window(start_at=0, end_at=weeks),
        source="made up",
    )
    question = Question(outcome="outcome", speaks_of="units like these")
    find_estimator("callaway_santanna").fit(_first(panel), question)  # imports are not timed
    begun = time.perf_counter()
    fit = find_estimator("callaway_santanna").fit(panel, question)
    spent = time.perf_counter() - begun
    assert isinstance(fit, Fit)
    return spent, fit.raw, fit.raw_error or 0.0


def _first(panel: Panel) -> Panel:
    """Return the first hundred teams."""
    rows = panel.unit < 100
    return Panel(
        units=panel.units[:100],
        periods=panel.periods,
        unit=panel.unit[rows],
        period=panel.period[rows],
        columns={name: column[rows] for name, column in panel.columns.items()},
        adopted_in=panel.adopted_in[:100],
        cluster=panel.cluster[:100],
        grain=panel.grain,
        window=panel.window,
        source=panel.source,
    )


def library(values: NDArray[np.float64], adopted: NDArray[np.int64]) -> tuple[float, float, float]:
    """Fit by the library with its event study."""
    import pandas as pd
    from diff_diff import CallawaySantAnna

    unit, period = np.divmod(np.arange(values.size), values.shape[1])
    start = np.where(adopted == NEVER, 0, adopted + 1)[unit]
    frame = pd.DataFrame(
        {"unit": unit, "period": period + 1, "start": start, "outcome": values.ravel()}
    )
    recipe = CallawaySantAnna(control_group="not_yet_treated", base_period="universal")
    few = frame[frame["unit"] < 100]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        recipe.fit(few, "outcome", "unit", "period", "start", aggregate="event_study")
        begun = time.perf_counter()
        found = recipe.fit(frame, "outcome", "unit", "period", "start", aggregate="event_study")
    return time.perf_counter() - begun, found.overall_att, found.overall_se


def main() -> None:
    """Run both in turn, or one in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=4000)
    parser.add_argument("--weeks", type=int, default=104)
    parser.add_argument("--cohorts", type=int, action="append")
    parser.add_argument("--draws", type=int, default=3, help="runs of each, the fastest counts")
    parser.add_argument("--one", choices=["ours", "library"])
    asked = parser.parse_args()
    for cohorts in asked.cohorts or [4, 40]:
        if asked.one:
            values, adopted = made(asked.teams, asked.weeks, cohorts)
            spent, effect, error = (ours if asked.one == "ours" else library)(values, adopted)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{spent} {effect} {error} {peak}")
            continue
        size = ["--teams", str(asked.teams), "--weeks", str(asked.weeks)]
        best = {}
        for who in ("library", "ours"):
            call = [sys.executable, __file__, "--one", who, "--cohorts", str(cohorts), *size]
            runs = [
                [float(x) for x in subprocess.check_output(call, text=True).split()]
                for _ in range(asked.draws)
            ]
            best[who] = min(runs)
            spent, effect, error, peak = best[who]
            print(
                f"{cohorts:3d} cohorts  {who:8s} {spent:6.2f} s  {peak:6.0f} MB"
                f"  effect {effect:.10f}  error {error:.6f}"
            )
        print(f"{cohorts:3d} cohorts  ours / library {best['ours'][0] / best['library'][0]:.2f}")


if __name__ == "__main__":
    main()
