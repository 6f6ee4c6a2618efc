"""The cliff: how often it is called where there is none, found where there is, and how fast.

    python benchmarks/cliff.py [--draws 2000] [--seconds 600] [--only adoption existence ...]

Every world is made up, so its truth is known. Existence is measured with 199 bootstrap draws;
doses are Beta(2, 2), jumps stand at 0.6, errors have standard deviation 1. A "false cliff" is a
straight line refuted at 5 % where the truth is one; a verdict is "cliff supported" only when all
five conditions hold, which are looked at in order of cost.
Every share stands with its Monte Carlo error and its number of worlds, also where time cut it.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from trueup.estimate.cliff.existence import Existence, search  # noqa: E402
from trueup.estimate.cliff.gates import place_gate, shape_gate, unit_gate  # noqa: E402
from trueup.estimate.cliff.location import Location, locate  # noqa: E402
from trueup.estimate.cliff.placebo import placebo_gate  # noqa: E402
from trueup.estimate.cliff.rivals import compare, lead_over  # noqa: E402
from trueup.estimate.cliff.sample import Sample, Within  # noqa: E402
from trueup.estimate.numerics.jump.ranked import rank_rows  # noqa: E402
from trueup.estimate.numerics.jump.scan import candidates, scan, sup_draws  # noqa: E402
from trueup.model.evidence import Window  # noqa: E402

Floats = NDArray[np.float64]
Truth = Callable[[Floats], Floats]
BOOTSTRAP = 199
PLACE = 0.6


def jump(size: float) -> Truth:
    """Return a jump of `size` at the place."""
    return lambda q: size * (q > PLACE)


def bend(size: float) -> Truth:
    """Return a bend at the place, `size` higher at dose one."""
    return lambda q: size * np.maximum(q - PLACE, 0) / (1 - PLACE)


def curve(size: float, width: float) -> Truth:
    """Return an S-curve of `size` around the place."""
    return lambda q: size / (1 + np.exp(-(q - PLACE) / width))


def sample(y: Floats, q: Floats, team: NDArray[np.int64], within: Within) -> Sample:
    """Return rows as the search takes them."""
    n = y.size
    week = np.zeros(n, dtype=np.int64)
    return Sample(
        outcome="y", dose="q", y=y, q=q, unit=team, period=week, cluster=team,
        covariates=np.empty((n, 0)), within=within, row=np.arange(n), left_out=0,
        window=Window(start_at=0, end_at=0), source="made up",
    )  # fmt: skip


def once(rng: np.random.Generator, n: int, truth: Truth) -> Sample:
    """Return teams seen once each."""
    q = rng.beta(2, 2, n)
    return sample(truth(q) + rng.normal(size=n), q, np.arange(n), "pooled")


def weekly(
    rng: np.random.Generator, teams: int, weeks: int, truth: Truth, within: Within
) -> Sample:
    """Return teams over weeks: doses wander around a team's own, shocks are shared (icc 0.3)."""
    team = np.repeat(np.arange(teams), weeks)
    q = np.clip(rng.beta(2, 2, teams)[team] + 0.15 * rng.normal(size=team.size), 0.001, 1)
    shock = np.sqrt(0.3) * rng.normal(size=teams)[team]
    y = truth(q) + shock + np.sqrt(0.7) * rng.normal(size=team.size)
    return sample(y, q, team, within)


def searched(made: Sample, rng: np.random.Generator) -> Existence:
    """Search, in a world in which that is always possible."""
    found = search(made, draws=BOOTSTRAP, rng=rng)
    assert isinstance(found, Existence)
    return found


def rate(hits: list[bool]) -> str:
    """Say a share with its Monte Carlo error and what it is a share of."""
    share = float(np.mean(hits)) if hits else float("nan")
    error = np.sqrt(share * (1 - share) / max(len(hits), 1))
    return f"{share:.3f} ({error:.3f} of {len(hits)})"


@dataclass(frozen=True)
class Effort:
    """How many worlds a line of the tables may take, and how long."""

    draws: int
    seconds: float

    def less(self, part: int) -> Effort:
        """Return an effort of one part in so many."""
        return replace(self, draws=self.draws // part)

    def at_most(self, draws: int) -> Effort:
        """Return an effort of no more worlds than this."""
        return replace(self, draws=min(draws, self.draws))

    def generators(self) -> Iterator[np.random.Generator]:
        """Yield one seeded generator a world, until there are enough or the time is up."""
        stop = time.process_time() + self.seconds
        for draw in range(self.draws):
            if time.process_time() > stop:
                return
            yield np.random.default_rng([draw, 7])


def against_a_constant(made: Sample, rng: np.random.Generator) -> bool:
    """Say whether a constant, not a line, is refuted: what a naive test asks."""
    rows = rank_rows(made.y, made.q, made.cluster, nuisance=np.empty((made.y.size, 0)), line=False)
    found = scan(rows, candidates(rows))
    sups = sup_draws(rows, found, draws=BOOTSTRAP, rng=rng)
    return bool((1 + (sups >= found.statistic.max()).sum()) / (1 + BOOTSTRAP) < 0.05)


def existence(effort: Effort) -> None:
    """Print how often a straight line is refuted, teams seen once each."""
    print("\nexistence: share refuted (Monte Carlo error), teams seen once")
    truths: dict[str, Truth] = {
        "nothing": lambda q: 0 * q, "line, slope 1": lambda q: 1.0 * q,
        "jump .3": jump(0.3), "jump .5": jump(0.5), "jump .8": jump(0.8),
    }  # fmt: skip
    for n in (100, 200, 400, 1000, 4000):
        for name, truth in truths.items():
            hits = [searched(once(g, n, truth), g).p < 0.05 for g in effort.generators()]
            print(f"{n:6} {name:16} {rate(hits)}", flush=True)
        naive = [
            against_a_constant(once(g, n, truths["line, slope 1"]), g)
            for g in effort.at_most(500).generators()
        ]
        print(f"{n:6} {'line, asked against a constant':32} {rate(naive)}", flush=True)


def shocks(effort: Effort) -> None:
    """Print false cliffs where teams share shocks."""
    print("\nshocks: share refuted on a straight line, teams x weeks, intraclass correlation .3")

    def line(q: Floats) -> Floats:
        return 1.0 * q

    for teams, weeks in ((20, 20), (30, 20), (60, 20), (200, 10)):
        for within in ("pooled", "unit"):
            hits = [
                searched(weekly(g, teams, weeks, line, within), g).p < 0.05
                for g in effort.generators()
            ]
            power = [
                searched(weekly(g, teams, weeks, jump(0.5), within), g).p < 0.05
                for g in effort.less(4).generators()
            ]
            told = f"{rate(hits)}   jump .5: {rate(power)}"
            print(f"{teams:4} x {weeks} {within:7} {told}", flush=True)
    ignored = []
    for g in effort.at_most(500).generators():
        made = weekly(g, 60, 20, line, "pooled")
        alone = sample(made.y, made.q, np.arange(made.y.size), "pooled")
        ignored.append(searched(alone, g).p < 0.05)
    print(f"  60 x 20 clusters ignored {rate(ignored)}", flush=True)


def holds_place(location: Location) -> bool:
    """Say whether the set of places holds the true one."""
    return any(low <= PLACE <= high for low, high in location.pieces)


def place(effort: Effort) -> None:
    """Print how often the set of places holds the true one, given that a jump was found."""
    print("\nplace: 95 % set, given a refuted line: holds the truth, median width, jump covered")
    worlds: dict[str, tuple[float, Callable[[np.random.Generator, Truth], Sample]]] = {
        "400 once, .8": (0.8, lambda g, t: once(g, 400, t)),
        "1000 once, .5": (0.5, lambda g, t: once(g, 1000, t)),
        "4000 once, .5": (0.5, lambda g, t: once(g, 4000, t)),
        "60 x 20 pooled, .8": (0.8, lambda g, t: weekly(g, 60, 20, t, "pooled")),
        "60 x 20 unit, .8": (0.8, lambda g, t: weekly(g, 60, 20, t, "unit")),
        "200 x 10 pooled, .5": (0.5, lambda g, t: weekly(g, 200, 10, t, "pooled")),
    }
    for name, (size, make) in worlds.items():
        told, tried = [], 0
        for g in effort.generators():
            found = searched(make(g, jump(size)), g)
            tried += 1
            if found.p < 0.05:
                where = locate(found)
                low, high = where.hull
                told.append((holds_place(where), high - low, where.low <= size <= where.high))
        holds, widths, covered = zip(*told, strict=True)
        print(
            f"{name:22} found {len(told)} of {tried}  holds {rate(list(holds))}  width "
            f"{np.median(widths):.3f}  jump {rate(list(covered))}",
            flush=True,
        )


def supported(made: Sample, rng: np.random.Generator) -> tuple[bool, bool]:
    """Say whether the line is refuted, and whether a cliff is supported."""
    found = searched(made, rng)
    if found.p >= 0.05:
        return False, False
    rivals = compare(made, found, rng=rng)
    if shape_gate(rivals).answer != "holds":
        return True, False
    where = locate(found)
    held = place_gate(where, lead_over(rivals, "kink")[0] <= 0).answer == "holds"
    held = held and unit_gate(made, where).answer == "holds"
    return True, held and placebo_gate(made, found, (), draws=BOOTSTRAP, rng=rng).answer == "holds"


def verdicts(effort: Effort) -> None:
    """Print how often a cliff is supported, by what is true."""
    print("\nverdicts: line refuted / cliff supported, teams x weeks, pooled")
    truths: dict[str, Truth] = {
        "line": lambda q: 1.0 * q, "quadratic": lambda q: 2.0 * q**2, "bend 1": bend(1.0),
        "S-curve 1, width .1": curve(1.0, 0.1), "S-curve 1, width .05": curve(1.0, 0.05),
        "jump .5": jump(0.5), "jump .8": jump(0.8),
    }  # fmt: skip
    for teams, weeks in ((60, 20), (200, 20)):
        for name, truth in truths.items():
            told = [
                supported(weekly(g, teams, weeks, truth, "pooled"), g) for g in effort.generators()
            ]
            refuted, cliff = zip(*told, strict=True)
            print(
                f"{teams:4} x {weeks} {name:22} {rate(list(refuted))}  {rate(list(cliff))}",
                flush=True,
            )


def adopters(
    rng: np.random.Generator, truth: Truth, effect: Truth, within: Within, teams: int = 60
) -> Sample:
    """Return teams over two years of months without a dose until they adopt, a quarter never.

    `effect` is what any use does, by the team's usual dose; shocks are shared (icc 0.3).
    """
    months = 24
    team, month = np.repeat(np.arange(teams), months), np.tile(np.arange(months), teams)
    starts = np.where(rng.random(teams) < 0.75, rng.integers(6, months - 8, teams), months)
    own = rng.beta(2, 2, teams)
    wanted = np.clip(own[team] + 0.15 * rng.normal(size=team.size), 0.02, 1)
    q = wanted * (month >= starts[team])
    shock = np.sqrt(0.3) * rng.normal(size=teams)[team]
    y = np.where(q > 0, truth(q) + effect(own)[team], 0.0)
    made = sample(y + shock + np.sqrt(0.7) * rng.normal(size=team.size), q, team, within)
    return replace(made, period=month)


def without_level(made: Sample, rng: np.random.Generator) -> bool:
    """Say whether a line is refuted where any use has no level of its own."""
    rows = made.ranked(apart=False)
    found = scan(rows, candidates(rows))
    sups = sup_draws(rows, found, draws=BOOTSTRAP, rng=rng)
    return bool((1 + (sups >= found.statistic.max()).sum()) / (1 + BOOTSTRAP) < 0.05)


def adoption(effort: Effort) -> None:
    """Print how often an effect of adoption is taken for a cliff, and a true one found."""
    print("\nadoption: line refuted / cliff supported / refuted without a level of use; 60 x 24")

    def same(own: Floats) -> Floats:
        return np.full(own.size, 0.5)

    def more(own: Floats) -> Floats:
        return 0.5 + 2 * (own - 0.5)

    middle = 0.5
    worlds: dict[str, tuple[Truth, Truth]] = {
        ".5, whatever the dose": (lambda q: 0 * q, same),
        ".5, more in heavy teams": (lambda q: 0 * q, more),
        ".5 and a line, slope 1": (lambda q: 1.0 * q, same),
        ".5 and a jump of .5": (lambda q: 0.5 * (q > middle), same),
        ".5 and a jump of .8": (lambda q: 0.8 * (q > middle), same),
    }
    for within in ("pooled", "unit"):
        for name, (truth, effect) in worlds.items():
            told = [
                (*supported(made, g), without_level(made, g))
                for g in effort.generators()
                for made in (adopters(g, truth, effect, within),)
            ]
            shares = "  ".join(rate(list(each)) for each in zip(*told, strict=True))
            print(f"{within:7} {name:24} {shares}", flush=True)


def speed(_: Effort) -> None:
    """Print how long scans take, in CPU seconds."""
    print("\nspeed: CPU seconds of cleaning, of the scan, of the bootstrap")
    for n, teams, draws, periods, within in (
        (4_000, 4_000, 999, 1, False), (40_000, 40_000, 499, 1, False),
        (416_000, 4_000, 99, 1, False), (416_000, 4_000, 999, 1, False),
        (416_000, 4_000, 99, 104, False), (416_000, 4_000, 99, 104, True),
    ):  # fmt: skip
        rng = np.random.default_rng(0)
        q, y = rng.beta(2, 2, n), rng.normal(size=n)
        team = np.arange(n) // (n // teams)
        weeks = np.eye(periods)[np.arange(n) % periods][:, 1:]
        ticks = [time.process_time()]
        rows = rank_rows(y, q, team, nuisance=weeks, absorbed=team if within else None)
        ticks.append(time.process_time())
        found = scan(rows, candidates(rows))
        ticks.append(time.process_time())
        sup_draws(rows, found, draws=draws, rng=rng)
        ticks.append(time.process_time())
        clean, scanned, drawn = np.diff(ticks)
        print(
            f"{n:8,} rows, {found.place.size:8,} places, B={draws}, {periods:3} periods"
            f"{', unit effects' if within else '':15} {clean:6.2f} {scanned:6.2f} {drawn:6.2f}",
            flush=True,
        )


PARTS = {
    "speed": speed, "existence": existence, "shocks": shocks, "place": place,
    "verdicts": verdicts, "adoption": adoption,
}  # fmt: skip


def main() -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=2000, help="worlds a line of the tables")
    parser.add_argument("--seconds", type=float, default=3600, help="CPU time a line may take")
    parser.add_argument("--only", nargs="*", choices=sorted(PARTS), default=sorted(PARTS))
    asked = parser.parse_args()
    for name, part in PARTS.items():
        if name in asked.only:
            start = time.process_time()
            part(Effort(draws=asked.draws, seconds=asked.seconds))
            print(f"({name}: {time.process_time() - start:.0f} CPU s)", flush=True)


if __name__ == "__main__":
    main()
