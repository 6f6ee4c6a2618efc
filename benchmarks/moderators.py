"""Moderators: does the interval hold the truth, is "no difference" honest, is the trap avoided.

    python benchmarks/moderators.py [--draws 2000] [--only coverage equivalence trap]

Worlds: units over 20 periods, cohorts adopting in periods 6 to 14, 40 % never; effects grow with
exposure and differ among units; errors follow an AR(1) of 0.5; early adopters score higher on
the moderator, which also has its own, bent course over time. Truth: the effect changes by a known
amount for one standard deviation of the moderator.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from trueup.estimate.assessment import Moderation  # noqa: E402
from trueup.estimate.moderators import Moderator, moderate  # noqa: E402
from trueup.estimate.panel import Panel  # noqa: E402
from trueup.estimate.question import Question, Scale  # noqa: E402
from trueup.model.evidence import Window  # noqa: E402

Floats = NDArray[np.float64]
PERIODS = 20
BAND = 0.1


def autoregressive(rng: np.random.Generator, units: int) -> Floats:
    """Return errors with standard deviation 1 that remember half of the last."""
    noise = rng.normal(size=(units, PERIODS))
    for t in range(1, PERIODS):
        noise[:, t] = 0.5 * noise[:, t - 1] + np.sqrt(0.75) * noise[:, t]
    return noise


def world(
    rng: np.random.Generator, units: int, truth: float, *, scale: Scale, banded: bool, gaps: bool
) -> Panel:
    """Return a panel with outcome ``y``, moderator ``m`` and people ``people``."""
    adopted = rng.permutation(np.resize([6, 8, 11, 14, 6, 11, -1, -1, -1, -1], units))
    m = rng.normal(size=units) + 0.4 * (adopted == 6)
    if banded:
        m = (m > 0).astype(float)
    sd = float(m.std(ddof=1))
    t = np.arange(PERIODS)
    since = t - adopted[:, None]
    on = (adopted[:, None] >= 0) & (since >= 0)
    grown = np.where(on, 0.3 + 0.03 * since + 0.15 * rng.normal(size=(units, 1)), 0.0)
    effect = on * (-grown + truth * m[:, None] / (1 if banded else sd))
    course = 0.02 * t + 0.1 * np.sin(t / 3) * m[:, None] + 0.01 * t * m[:, None]
    if scale == "count":
        level = np.exp(1.5 + 0.5 * rng.normal(size=(units, 1)) + 0.4 * m[:, None] + 0.5 * course)
        effect = np.maximum(effect, -0.95)
        y = rng.poisson(
            np.maximum(level * (1 + effect), 0) * rng.gamma(4, 0.25, size=(units, PERIODS))
        ).astype(float)
    else:
        y = rng.normal(size=(units, 1)) + course + effect + 0.6 * autoregressive(rng, units)
        y = np.exp(y) if scale == "log" else y
    if gaps:
        y[rng.random(y.shape) < 0.1] = np.nan
    return Panel(
        units=tuple(map(str, range(units))), periods=tuple(map(str, range(PERIODS))),
        unit=np.repeat(np.arange(units), PERIODS), period=np.tile(t, units),
        columns={"y": y.ravel(), "m": np.repeat(m, PERIODS), "people": np.full(y.size, 12.0)},
        adopted_in=adopted, cluster=np.arange(units), grain="week",
        window=Window(start_at=0, end_at=0), source="made up",
    )  # fmt: skip


def asked(panel: Panel, scale: Scale, *, band: float = BAND) -> Moderation | None:
    """Moderate; None where it abstains."""
    question = Question(outcome="y", scale=scale)
    (found,) = moderate(
        panel, question, [Moderator(column="m", people="people")], equivalence=band, seed=1
    )
    return found if isinstance(found, Moderation) else None


def rate(hits: list[bool]) -> str:
    """Say a share with its Monte Carlo error."""
    share = float(np.mean(hits))
    return f"{share:.3f} ({np.sqrt(share * (1 - share) / len(hits)):.3f})"


def coverage(draws: int, sizes: tuple[int, ...] = (24, 60, 200)) -> None:
    """Print how often the 95 % interval holds the truth."""
    print("\ncoverage: 95 % interval holds the truth (Monte Carlo error), bias, spread, mean error")
    for units in sizes:
        for scale, banded, gaps in (
            ("level", False, False), ("level", True, False), ("level", False, True),
            ("log", False, False), ("count", False, False), ("count", True, False),
        ):  # fmt: skip
            for truth in (0.0, -0.1) if scale == "count" else (-0.1,):
                holds, values, errors = [], [], []
                for draw in range(draws):
                    rng = np.random.default_rng([draw, units])
                    panel = world(rng, units, truth, scale=scale, banded=banded, gaps=gaps)
                    told = asked(panel, scale)
                    if told is None:
                        continue
                    found = told.interaction
                    aim = np.expm1(truth) if scale == "log" else truth
                    holds.append(found.interval.low <= aim <= found.interval.high)
                    values.append(found.value - aim)
                    errors.append(found.standard_error)
                words = f"{scale}{', band' if banded else ''}{', gaps' if gaps else ''}"
                print(
                    f"{units:4} units {words:14} truth {truth:5.2f}  {rate(holds)}  "
                    f"{np.mean(values):+.3f} {np.std(values):.3f} {np.mean(errors):.3f}"
                    f"  abstains {1 - len(holds) / draws:.3f}",
                    flush=True,
                )


def equivalence(draws: int) -> None:
    """Print how often each answer is given, at the edge of the band and at nought."""
    print("\nequivalence: share of each answer, band 0.1, one moderator")
    for units, truth in (
        (60, BAND), (200, BAND), (600, BAND), (200, 0.0), (600, 0.0), (1500, 0.0), (200, -0.2)
    ):  # fmt: skip
        answers = []
        for draw in range(draws if units <= 200 else draws // 2):
            rng = np.random.default_rng([draw, units, 2])
            panel = world(rng, units, truth, scale="level", banded=False, gaps=False)
            found = asked(panel, "level")
            answers.append("abstains" if found is None else found.answer)
        told = "  ".join(
            f"{name} {np.mean([answer == name for answer in answers]):.3f}"
            for name in ("no difference of interest", "helps", "harms", "cannot tell")
        )
        print(f"{units:5} units, truth {truth:5.2f}: {told}", flush=True)


def trap(draws: int) -> None:
    """Print what groups made from the outcome's own past show where no effect differs."""
    print("\ntrap: by the outcome's own past, no effect at all: mean slope (its error), refuted")
    for burst in (False, True):
        told: dict[str, list[tuple[float, bool]]] = {}
        for draw in range(draws):
            panel = at_ten(np.random.default_rng([draw, 3]), 200, burst=burst)
            told.setdefault("adopters before and after", []).append(naive(panel))
            for name, way in (
                ("ours, same window as the baseline", Moderator(
                    column="past", made_from_outcome=False)),
                ("ours, earlier window", Moderator(column="y")),
            ):  # fmt: skip
                (found,) = moderate(panel, Question(outcome="y"), [way], equivalence=BAND, seed=1)
                assert isinstance(found, Moderation), found
                p = found.interaction.p_value
                told.setdefault(name, []).append(
                    (found.interaction.value, p is not None and p < 0.05)
                )
        print("adoption after a burst" if burst else "adoption by lot")
        for name, pairs in told.items():
            values, refuted = zip(*pairs, strict=True)
            error = np.std(values) / np.sqrt(len(values))
            print(f"  {name:36} {np.mean(values):+.3f} ({error:.3f})  {rate(list(refuted))}")


def naive(panel: Panel) -> tuple[float, bool]:
    """Return the slope of change in past level among adopters, and whether it is refuted."""
    y, past = panel.wide("y"), panel.wide("past")[:, 0]
    who = panel.adopted_in == 10
    change = (y[:, 10:].mean(axis=1) - y[:, :10].mean(axis=1))[who]
    x = (past[who] - past[who].mean()) / past.std(ddof=1)
    slope = float(x @ change / (x @ x))
    left = change - change.mean() - slope * x
    error = float(np.sqrt(left @ left / (change.size - 2) / (x @ x)))
    return slope, abs(slope) > 1.98 * error


def at_ten(rng: np.random.Generator, units: int, *, burst: bool) -> Panel:
    """Return units some of which adopt in period 10: half by lot, or a quarter after a burst."""
    noise = autoregressive(rng, units)
    y = 0.5 * rng.normal(size=(units, 1)) + noise
    late = noise[:, 5:10].mean(axis=1)
    chosen = late > np.quantile(late, 0.75) if burst else rng.permutation(units) < units // 2
    past = y[:, :10].mean(axis=1)
    return Panel(
        units=tuple(map(str, range(units))), periods=tuple(map(str, range(PERIODS))),
        unit=np.repeat(np.arange(units), PERIODS), period=np.tile(np.arange(PERIODS), units),
        columns={"y": y.ravel(), "past": np.repeat(past, PERIODS)},
        adopted_in=np.where(chosen, 10, -1), cluster=np.arange(units), grain="week",
        window=Window(start_at=0, end_at=0), source="made up",
    )  # fmt: skip


PARTS: dict[str, Callable[[int], None]] = {
    "coverage": coverage,
    "equivalence": equivalence,
    "trap": trap,
}


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000, help="worlds a line of the tables")
    parser.add_argument("--only", nargs="*", choices=sorted(PARTS), default=sorted(PARTS))
    parser.add_argument("--units", nargs="*", type=int, default=[24, 60, 200])
    chosen = parser.parse_args()
    for name, part in PARTS.items():
        if name in chosen.only:
            start = time.process_time()
            if part is coverage:
                coverage(chosen.draws, tuple(chosen.units))
            else:
                part(chosen.draws)
            print(f"({name}: {time.process_time() - start:.0f} CPU s)", flush=True)


if __name__ == "__main__":
    main()
