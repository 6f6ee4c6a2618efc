"""How often each staggered estimator's interval holds the truth, on panels whose truth we made.

Units adopt at 30, 45, 60 or 75 per cent of the window or never; errors are autoregressive (.5);
effects grow with time since adoption and differ by cohort: from .5 times the average for the
earliest to 1.5 for the latest, or the other way round. In clusters of several units these share
as much error again, twice as large, and one date.
Every draw goes through the estimators as the product calls them; the libraries' own intervals
stand beside.
"""

from __future__ import annotations

import argparse
import math
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from trueup.estimate.catalogue import find_estimator
from trueup.estimate.estimator import Fit
from trueup.estimate.inference.adopters import Judged, sample_of
from trueup.estimate.inference.dates import judged_by_dates
from trueup.estimate.numerics.group_time import Design, group_time, influence, overall
from trueup.estimate.numerics.reassigned import reassigned
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.model.evidence import Abstention, Window

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PERIODS = 20
SIZES = {6: 0.5, 9: 0.8, 12: 1.2, 15: 1.5}
GROWTH = 5.0


@dataclass(frozen=True)
class World:
    """One made-up panel: outcome, adoption, the average effect at hand and in the population."""

    values: Floats
    adopted: Ints
    cluster: Ints
    here: float
    everywhere: float


def dealt(n: int) -> Callable[[np.random.Generator], Ints]:
    """Return a draw of dates for `n` units: forty per cent never, the rest in four cohorts."""
    kinds = np.array([*SIZES, NEVER])
    return lambda rng: kinds[rng.choice(5, n, p=[0.15] * 4 + [0.4])]


def fixed(n: int, dates: list[int]) -> Callable[[np.random.Generator], Ints]:
    """Return a draw in which these dates fall to `n` units at random."""
    return lambda rng: rng.permutation(np.array(dates + [NEVER] * (n - len(dates))))


@dataclass(frozen=True)
class Setting:
    """How dates fall to clusters, and how many units each has, one where nothing is said."""

    dates: Callable[[np.random.Generator], Ints]
    members: tuple[int, ...] = ()

    def cluster(self, many: int) -> Ints:
        """Return the cluster of each unit."""
        return np.repeat(np.arange(many), self.members or 1)


SETTINGS = {
    "200x20": Setting(dealt(200)),
    "24x20": Setting(dealt(24)),
    "24x20, 4 adopt": Setting(fixed(24, [6, 9, 12, 15])),
    "24x20, 4 adopt in pairs": Setting(fixed(24, [6, 6, 9, 9])),
    "40x20, 5 adopt, 4 at once": Setting(fixed(40, [6, 15, 15, 15, 15])),
    "14 clusters of 1 to 10, 7 adopt": Setting(
        fixed(14, [6, 6, 9, 9, 12, 15, 15]), (1, 2, 3, 4, 6, 8, 10) * 2
    ),
    "12x20, 3 adopt": Setting(fixed(12, [6, 9, 12])),
    "8x20, 4 adopt": Setting(fixed(8, [6, 6, 12, 12])),
}


def profile(since: Floats, size: Floats, strength: float) -> Floats:
    """Return the effect so many periods since adoption."""
    return -strength * size * (1 + since / GROWTH)


def following(rng: np.random.Generator, n: int) -> Floats:
    """Draw errors of `n` units that follow each other."""
    errors = np.zeros((n, PERIODS))
    errors[:, 0] = rng.normal(size=n) / math.sqrt(1 - 0.25)
    for t in range(1, PERIODS):
        errors[:, t] = 0.5 * errors[:, t - 1] + rng.normal(size=n)
    return errors


def world(
    rng: np.random.Generator,
    setting: Setting,
    asked: argparse.Namespace,
    strength: float,
) -> World | None:
    """Draw a panel; adopters may have more noise. None where under two adopt, or do not."""
    dates = setting.dates(rng)
    if not 2 <= (dates != NEVER).sum() <= dates.size - 2:
        return None
    cluster, noisier = setting.cluster(dates.size), asked.noisier
    shared = 2 * following(rng, dates.size)[cluster] if setting.members else 0.0
    dates = dates[cluster]
    n = dates.size
    sizes = dict(zip(SIZES, reversed(SIZES.values()), strict=True)) if asked.early else SIZES
    errors = following(rng, n) + shared
    since = np.arange(PERIODS)[None, :] - dates[:, None]
    treated = (dates[:, None] != NEVER) & (since >= 0)
    size = np.array([sizes.get(int(date), 0.0) for date in dates])[:, None]
    effect = np.where(treated, profile(since, size, strength), 0.0)
    if noisier:
        errors += (dates[:, None] != NEVER) * rng.normal(size=errors.shape) * noisier
    levels = rng.normal(size=(n, 1)) + np.linspace(0, 2, PERIODS)
    every = [profile(np.arange(PERIODS - g), np.array(s), strength) for g, s in sizes.items()]
    return World(
        values=levels + errors + effect,
        adopted=dates,
        cluster=cluster,
        here=float(effect[treated].mean()),
        everywhere=float(np.concatenate(every).mean()),
    )


def panel_of(made: World) -> Panel:
    """Return the panel an estimator reads."""
    n = made.adopted.size
    unit, period = np.divmod(np.arange(n * PERIODS), PERIODS)
    return Panel(
        units=tuple(f"unit {k}" for k in range(n)),
        periods=tuple(f"{k}" for k in range(PERIODS)),
        unit=unit,
        period=period,
        columns={"outcome": made.values.ravel()},
        adopted_in=made.adopted,
        cluster=made.cluster,
        grain="week",
        window=Window(start_at=0, end_at=PERIODS),
        source="made up",
    )


Tally = dict[str, list[tuple[bool, bool, float]]]


def note(tally: Tally, name: str, low: float, high: float, truth: float) -> None:
    """Note whether an interval holds the truth, whether it refuses nought, and its width."""
    tally[name].append((low <= truth <= high, not low <= 0 <= high, high - low))


def product(tally: Tally, name: str, made: World, seed: int) -> None:
    """Note the intervals the product prints."""
    fit = find_estimator(name).fit(panel_of(made), Question(outcome="outcome"), seed=seed)
    if not isinstance(fit, Fit):
        tally[f"trueup {name}: abstained"].append((True, False, math.nan))
        return
    for one in (fit.estimate, *fit.beside):
        truth = made.here if one.speaks_of == "these units" else made.everywhere
        label = f"trueup {name}, {one.speaks_of}"
        note(tally, label, one.interval.low, one.interval.high, truth)


def by_cluster(parts: Floats, made: World) -> Floats:
    """Add up over the units of each cluster."""
    return np.bincount(made.cluster, weights=parts)


def plain(tally: Tally, made: World) -> None:
    """Note what a library's influence functions and normal quantiles give (equal to ours)."""
    for never in (True, False):
        design = Design(never_only=never)
        cells = group_time(made.values, made.adopted, design)
        average = overall(cells, None)
        if not cells.after(None).any():
            continue
        value = float(average.of(cells.effects)[0])
        parts = influence(made.values, made.adopted, cells, average, design)
        reach = 1.96 * math.sqrt(float((by_cluster(parts.whole[:, 0], made) ** 2).sum()))
        name = f"library CS {'never' if never else 'not yet'}, normal"
        note(tally, f"{name}, these units", value - reach, value + reach, made.here)
        note(tally, f"{name}, units like these", value - reach, value + reach, made.everywhere)


def imputation(tally: Tally, made: World) -> None:
    """Note what the library prints for imputation."""
    import pandas as pd
    from diff_diff import ImputationDiD

    panel = panel_of(made)
    frame = pd.DataFrame(
        {
            "unit": panel.unit,
            "period": panel.period + 1,
            "start": np.where(made.adopted == NEVER, 0, made.adopted + 1)[panel.unit],
            "outcome": panel.columns["outcome"],
            "cluster": panel.cluster[panel.unit],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = ImputationDiD(cluster="cluster").fit(frame, "outcome", "unit", "period", "start")
    low, high = found.overall_conf_int
    note(tally, "library BJS, normal, these units", low, high, made.here)


def permuted(tally: Tally, made: World, seed: int) -> None:
    """Note what permuting dates gives, whether or not the product would."""
    sample = sample_of(panel_of(made), Question(outcome="outcome"))
    if isinstance(sample, Abstention):
        return
    found = judged_by_dates(0.0, partial(reassigned, design=Design()), sample, seed, 999)
    if isinstance(found, Judged):
        note(tally, "CS, dates permuted, these units", found.low, found.high, made.here)


def two_way(tally: Tally, made: World) -> None:
    """Note two-way fixed effects with clustered errors."""
    n = int(made.cluster.max()) + 1
    since = np.arange(PERIODS)[None, :] - made.adopted[:, None]
    treated = ((made.adopted[:, None] != NEVER) & (since >= 0)).astype(float)

    def within(x: Floats) -> Floats:
        return x - x.mean(axis=1, keepdims=True) - x.mean(axis=0, keepdims=True) + x.mean()

    dose, value = within(treated), within(made.values)
    slope = float((dose * value).sum() / (dose**2).sum())
    sums = by_cluster((dose * (value - slope * dose)).sum(axis=1), made)
    error = math.sqrt(float((sums**2).sum()) * n / (n - 1)) / float((dose**2).sum())
    reach = float(stats.t.ppf(0.975, n - 1)) * error
    note(tally, "TWFE, clustered, these units", slope - reach, slope + reach, made.here)


def judge(tally: Tally, name: str, made: World, draw: int, asked: argparse.Namespace) -> None:
    """Note what everything says of one panel."""
    product(tally, "callaway_santanna", made, draw)
    product(tally, "imputation", made, draw)
    plain(tally, made)
    two_way(tally, made)
    if draw < asked.slow:
        imputation(tally, made)
        if made.adopted.size <= 40:
            permuted(tally, made, draw)
    if draw < asked.slowest and "adopt" in name and not SETTINGS[name].members:
        product(tally, "synthetic", made, draw)


def run(name: str, strength: float, asked: argparse.Namespace) -> None:
    """Print one setting's table; interrupted, of what was drawn."""
    tally: Tally = defaultdict(list)
    rng = np.random.default_rng(asked.seed)
    tried, stop = 0, time.process_time() + asked.seconds
    with suppress(KeyboardInterrupt):
        while tried < asked.draws and time.process_time() < stop:
            made = world(rng, SETTINGS[name], asked, strength)
            if made is not None:
                judge(tally, name, made, tried, asked)
                tried += 1
    print(
        f"\n{name}, effect {'nought' if not strength else 'growing'}, "
        f"adopters noisier by {asked.noisier:g}, {tried} draws"
    )
    for label in sorted(tally):
        rows = np.array(tally[label], dtype=float)
        print(
            f"  {label:55s} holds {rows[:, 0].mean():.3f}  refuses nought {rows[:, 1].mean():.3f}"
            f"  width {np.median(rows[:, 2]):6.3f}  draws {rows.shape[0]}",
            flush=True,
        )


def main() -> None:
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--slow", type=int, default=1000, help="of which with slow rivals")
    parser.add_argument("--slowest", type=int, default=200, help="and with synthetic controls")
    parser.add_argument("--seconds", type=float, default=7200, help="CPU time a table may take")
    parser.add_argument("--setting", choices=sorted(SETTINGS), action="append")
    parser.add_argument("--strength", type=float, action="append", help="0 is no effect")
    parser.add_argument("--noisier", type=float, default=0.0, help="more noise of adopters, sd")
    parser.add_argument("--early", action="store_true", help="the earliest are moved most")
    parser.add_argument("--seed", type=int, default=20_260_101)
    asked = parser.parse_args()
    for name in asked.setting or SETTINGS:
        for strength in asked.strength or [0.0, 0.3]:
            run(name, strength, asked)


if __name__ == "__main__":
    main()
