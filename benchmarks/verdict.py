"""How often the verdict is right and wrong: read once, read weekly for a year, and for ratios.

Usage::

    python benchmarks/verdict.py --draws 2000

Four tables. (1) One look, normal estimates of known error: how often each answer is given. (2) A
year of weekly looks at staggered panels (autocorrelated weeks, noise that differs by team, adoption
through the year): how often any of 52 looks says destroying or creating of a roll-out that does
nothing, with the price of looking paid and unpaid. Every look is a real fit of Callaway and
Sant'Anna with its interval about these teams; the honest interval is taken to agree, so the real
rule errs less. (3) Throughput ratios by Little's law: how often their interval holds the truth.
(4) The whole assessment, gates and honest interval included, on a fortieth of the draws.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from trueup.estimate.assessment import Assessed
from trueup.estimate.estimator import Fit
from trueup.estimate.estimators.callaway_santanna import ESTIMATOR
from trueup.estimate.numerics.group_time import (
    Design,
    Influence,
    averaged,
    group_time,
    influence,
)
from trueup.estimate.numerics.group_time_error import spread_of_these
from trueup.estimate.numerics.log_means import Sample, log_means
from trueup.estimate.panel import NEVER, Floats, Ints, Panel
from trueup.estimate.question import Question
from trueup.estimate.verdict.assess import assess
from trueup.estimate.verdict.looks import Look, this_look
from trueup.estimate.verdict.plan import Plan
from trueup.estimate.verdict.rule import FALSE_ALARM, judge
from trueup.model.effect import Check, Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.units import RELATIVE

DELTA = math.log(1.05)
ANSWERS = (
    "destroying", "leaning harm", "leaning", "neutral", "leaning gain", "creating", "cannot tell",
)  # fmt: skip
ERRORS, TRUTHS = (0.01, 0.02, 0.04, 0.08), (0.0, -0.05, -0.10, -0.20)
NONE = Abstention(metric="", reason="", remedy="")
WEEK = 604_800_000_000
MONDAY = 1_767_571_200_000_000
HISTORY, YEAR = 26, 52


def evidence(value: float, error: float, level: float = 0.95) -> Assessed:
    """Return a sound design's normal estimate of a logarithm; its honest interval agrees."""
    reach = float(stats.norm.ppf((1 + level) / 2)) * error
    ends = math.expm1(value - reach), math.expm1(value + reach)
    estimate = Estimate(
        outcome="y", estimand="", design="", estimator="normal", value=math.expm1(value),
        unit=RELATIVE, standard_error=error, speaks_of="these units",
        interval=Interval(low=ends[0], high=ends[1], level=level, method="normal"),
        p_value=2 * float(stats.norm.sf(abs(value) / error)),
        n_rows=0, n_units=0, n_treated=0, n_clusters=0, assumptions=(),
        window=Window(start_at=0, end_at=1), source="",
    )  # fmt: skip
    figures = (("honest_low", ends[0]), ("honest_high", ends[1]))
    honest = Check(name="honest", question="", answer="holds", says="", figures=figures)
    fit = Fit(estimate=estimate, raw=value, raw_error=error)
    return Assessed(
        question=Question(outcome="y", scale="log", smallest=0.05),
        primary=fit,
        second=NONE,
        naive=NONE,
        power=NONE,
        checks=(honest,),
    )


def answer(value: float, error: float) -> str:
    """Return the verdict on one normal estimate, read once."""
    reach = 1.6449 * error
    narrow = Interval(
        low=math.expm1(value - reach), high=math.expm1(value + reach), level=0.9, method="normal"
    )
    verdict = judge(evidence(value, error), narrow={"y": narrow})
    return f"{verdict.answer} {verdict.towards}".strip()


def one_look(draws: int) -> None:
    """Print how often each answer is given by error and truth."""
    print(f"\nOne look: share of {draws:,} draws, smallest effect 5 %\n")
    print("| error | truth | " + " | ".join(ANSWERS) + " |")
    print("| --- | --- |" + " --- |" * len(ANSWERS))
    for error in ERRORS:
        for truth in TRUTHS:
            seen = np.random.default_rng(1).normal(truth, error, draws)
            found = [answer(float(value), error) for value in seen]
            shares = " | ".join(f"{found.count(name) / draws:.3f}" for name in ANSWERS)
            print(f"| {error} | {truth} | {shares} |")


@dataclass(frozen=True, kw_only=True, eq=False)
class Roll:
    """A roll-out: who adopts when, how its weeks hang together, when it was registered.

    Parameters
    ----------
    starts
        Week of adoption, `NEVER` for none.
    memory
        Autocorrelation of neighbouring weeks.
    registered
        Week.
    """

    name: str
    starts: Ints
    memory: float
    registered: int = HISTORY

    @property
    def weeks(self) -> int:
        """Weeks seen at the last look."""
        return self.registered + YEAR - 1

    def panel(self, values: Floats, weeks: int) -> Panel:
        """Return the first weeks of it."""
        n = self.starts.size
        starts = np.where(self.starts < weeks, self.starts, NEVER)
        return Panel(
            units=tuple(map(str, range(n))),
            periods=tuple(map(str, range(weeks))),
            unit=np.repeat(np.arange(n), weeks),
            period=np.tile(np.arange(weeks), n),
            columns={"y": values[:, :weeks].ravel()},
            adopted_in=starts,
            cluster=np.arange(n),
            grain="week",
            window=Window(start_at=MONDAY, end_at=MONDAY + weeks * WEEK),
            source="",
        )

    def looks(self) -> list[Look]:
        """Return each look of the year."""
        day = np.datetime64("2026-01-05") + 7 * self.registered
        whole = np.zeros((self.starts.size, self.weeks))
        return [
            this_look(self.panel(whole, weeks), registered_on=day.item(), looks=YEAR)
            for weeks in range(self.registered, self.weeks + 1)
        ]

    def draw(self, generator: np.random.Generator) -> Floats:
        """Return outcomes without any effect, ``(n_units, weeks)``; noise differs by team."""
        shape = (self.starts.size, self.weeks)
        fresh = generator.standard_normal(shape)
        noise = np.empty(shape)
        noise[:, 0] = fresh[:, 0] / math.sqrt(1 - self.memory**2)
        for week in range(1, self.weeks):
            noise[:, week] = self.memory * noise[:, week - 1] + fresh[:, week]
        noise *= generator.lognormal(0, 0.4, (shape[0], 1)) * math.sqrt(1 - self.memory**2)
        return noise + generator.standard_normal((1, shape[1])).cumsum(axis=1)


def rollouts() -> list[Roll]:
    """Return the roll-outs of the second table."""

    def staggered(n: int, first: int) -> Ints:
        place = np.arange(n)
        return np.where(place < 0.6 * n, first + place % 4 * 9, NEVER)

    return [
        Roll(name="200 teams", starts=staggered(200, HISTORY), memory=0.5),
        Roll(name="40 teams", starts=staggered(40, HISTORY), memory=0.5),
        Roll(name="28 teams", starts=staggered(28, HISTORY), memory=0.5),
        Roll(name="40 teams, long memory", starts=staggered(40, HISTORY), memory=0.9),
        Roll(name="40 teams, half a year adopted already", starts=staggered(40, HISTORY),
             memory=0.5, registered=2 * HISTORY),
    ]  # fmt: skip


def year(roll: Roll, values: Floats) -> Floats:
    """Return estimate, error and degrees of freedom at each look, ``(52, 3)``; NaN before any.

    The cells of a staggered comparison do not change as weeks are added, so all looks come from
    one pass; `same_as_fits` holds them against fits of the cut panels.
    """
    design = Design(never_only=False, anticipation=0, horizon=None)
    cells = group_time(values, roll.starts, design)
    after = cells.after(None)
    week = np.broadcast_to(np.arange(values.shape[1]), after.shape)
    average = averaged(cells, np.where(after, week, -1), values.shape[1])
    parts = influence(values, roll.starts, cells, average, design)
    amounts, effects = average.total, np.nan_to_num(average.of(cells.effects))
    found = np.full((YEAR, 3), np.nan)
    for place in range(YEAR):
        weeks = roll.registered + place
        weights = np.where(np.arange(values.shape[1]) < weeks, amounts, 0.0)
        if not weights.sum():
            continue
        weights = weights / weights.sum()
        summed = Influence(
            treated=parts.treated @ weights[:, None],
            composition=parts.composition @ weights[:, None],
            controls=parts.controls @ weights[:, None],
            share=parts.share @ weights[:, None],
            served=parts.served @ weights[:, None],
        )
        spread = spread_of_these(summed, roll.starts, np.arange(roll.starts.size))
        if spread is not None:
            found[place] = effects @ weights, spread.error, spread.freedom
    return found


def same_as_fits(roll: Roll, values: Floats, found: Floats) -> float:
    """Return the largest difference from fits of the panel as it was at some looks."""
    gaps = []
    for place in (5, 25, 51):
        fit = ESTIMATOR.fit(
            roll.panel(values, roll.registered + place), Question(outcome="y", level=0.95)
        )
        if isinstance(fit, Fit) and fit.raw_error is not None:
            gaps += [abs(fit.raw - found[place, 0]), abs(fit.raw_error - found[place, 1])]
    return max(gaps, default=0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Years:
    """Many years of one roll-out.

    Parameters
    ----------
    value, error, freedom
        ``(draws, 52)``.
    levels, stricter
        Two-sided p at each look of the interval, and of "no effect at all", ``(52,)``.
    """

    value: Floats
    error: Floats
    freedom: Floats
    levels: Floats
    stricter: Floats

    def said(self, scale: float, effect: float, *, paid: bool = True) -> tuple[Floats, Floats]:
        """Return which looks say destroying and creating when noise is scaled, ``(draws, 52)``."""
        p_interval = self.levels if paid else np.full(YEAR, 0.05)
        p_nought = self.stricter if paid else np.ones(YEAR)
        value, error = scale * self.value + effect, scale * self.error
        reach = stats.t.isf(p_interval / 2, self.freedom) * error
        sure = 2 * stats.t.sf(np.abs(value) / error, self.freedom) <= p_nought
        return (value + reach < -DELTA) & sure, (value - reach > DELTA) & sure

    def missed(self) -> float:
        """Return the share of years in which any look's interval misses nought."""
        reach = stats.t.isf(self.levels / 2, self.freedom) * self.error
        return float((np.abs(self.value) > reach).any(axis=1).mean())


def simulate(roll: Roll, draws: int) -> tuple[Years, float]:
    """Return many years, and how far they are from fits of cut panels."""
    generator = np.random.default_rng(2026)
    found, gap = [], 0.0
    for draw in range(draws):
        values = roll.draw(generator)
        found.append(year(roll, values))
        if draw < 5:
            gap = max(gap, same_as_fits(roll, values, found[-1]))
    looks = roll.looks()
    levels = [2 * stats.norm.sf(look.critical(0.05)) for look in looks]
    stricter = [2 * stats.norm.sf(look.critical(2 * FALSE_ALARM)) for look in looks]
    stacked = np.stack(found)
    return (
        Years(
            value=stacked[:, :, 0],
            error=stacked[:, :, 1],
            freedom=stacked[:, :, 2],
            levels=np.array(levels),
            stricter=np.array(stricter),
        ),
        gap,
    )


def year_of_looks(draws: int) -> None:
    """Print errors and power over a year of weekly looks."""
    print(f"\nA year of weekly looks: share of {draws:,} years, by error at the last look\n")
    print(
        "| roll-out | error | false destroying | false creating | unpaid, either | "
        "-0.20: at the end | -0.20: by then | median week |"
    )
    print("| --- |" + " --- |" * 7)
    notes = []
    for roll in rollouts():
        years, gap = simulate(roll, draws)
        last = float(np.median(years.error[:, -1]))
        for error in (0.02, 0.04, 0.08, 0.3, 3.0):
            harm, gain = years.said(error / last, 0.0)
            loose = [said.any(axis=1) for said in years.said(error / last, 0.0, paid=False)]
            found, _ = years.said(error / last, -0.20)
            ever = found.any(axis=1)
            week = f"{np.median(found[ever].argmax(axis=1)) + 1:.0f}" if ever.mean() > 0.5 else "-"
            print(
                f"| {roll.name} | {error} | {harm.any(axis=1).mean():.4f} | "
                f"{gain.any(axis=1).mean():.4f} | {(loose[0] | loose[1]).mean():.3f} | "
                f"{found[:, -1].mean():.3f} | {ever.mean():.3f} | {week} |"
            )
        notes.append(
            f"{roll.name}: an interval of some look misses the truth in {years.missed():.3f} of "
            f"years (promised: 0.05); largest difference from fits of the cut panels {gap:.1e}"
        )
    print("\n" + "\n".join(notes))


def whole(draws: int) -> None:
    """Print how often each answer is given by the whole program, gates and honest interval in."""
    print(f"\nThe whole assessment of a panel, read once: share of {draws:,} panels\n")
    print("| roll-out | error | truth | " + " | ".join(ANSWERS) + " | gate failed |")
    print("| --- | --- | --- |" + " --- |" * (len(ANSWERS) + 1))
    plan = Plan(primary=Question(outcome="y", scale="log"))
    for roll in (rollouts()[0], rollouts()[1]):
        generator = np.random.default_rng(7)
        usual = float(np.median([year(roll, roll.draw(generator))[-1, 1] for _ in range(20)]))
        for error, truth in (
            (0.01, 0.0),
            (0.04, 0.0),
            (0.04, -0.2),
            (0.02, -0.2),
            (0.01, -0.1),
            (0.3, 0.0),
        ):
            found, failed = list[str](), 0
            for _ in range(draws):
                values = roll.draw(generator) * error / usual
                since = (roll.starts[:, None] != NEVER) & (
                    np.arange(roll.weeks) >= roll.starts[:, None]
                )
                panel = roll.panel(np.exp(values + truth * since), roll.weeks)
                verdict = assess(panel, plan).verdict
                found.append(f"{verdict.answer} {verdict.towards}".strip())
                failed += "fails a check" in verdict.because
            shares = " | ".join(f"{found.count(name) / draws:.3f}" for name in ANSWERS)
            print(f"| {roll.name} | {error} | {truth} | {shares} | {failed / draws:.3f} |")


def two_arms(
    teams: int, spread: tuple[float, float], generator: np.random.Generator
) -> list[Floats]:
    """Return L and W of two arms, lognormal, with means 1, 1 and 1.67, 5.8."""
    shape = [math.sqrt(math.log(1 + cv**2)) for cv in reversed(spread)]
    return [
        np.column_stack(
            [
                mean * generator.lognormal(-(s**2) / 2, s, teams)
                for s, mean in zip(shape, means, strict=True)
            ]
        )
        for means in ((1.0, 1.0), (1.67, 5.8))
    ]


def ratios(draws: int) -> None:
    """Print how often intervals of Little's-law ratios hold the truth, 1.67 / 5.8."""
    print(f"\nLittle's-law ratio, two arms, truth 0.288: share of {draws:,} draws held\n")
    print("| teams an arm | cv of W, L | held | upper over lower end, median |")
    print("| --- | --- | --- | --- |")
    generator = np.random.default_rng(5)
    for teams in (20, 50, 200):
        for spread in ((1.0, 0.6), (2.0, 1.0)):
            held, width = 0, []
            for draw in range(draws):
                arms = two_arms(teams, spread, generator)
                powers = np.array([1.0, -1.0])
                samples = (
                    Sample(figures=arms[0], powers=-powers),
                    Sample(figures=arms[1], powers=powers),
                )
                found = log_means(samples, level=0.95, draws=999, seed=draw)
                if found is not None:
                    held += found.low <= math.log(1.67 / 5.8) <= found.high
                    width.append(math.exp(found.high - found.low))
            share, ends = held / draws, float(np.median(width))
            print(f"| {teams} | {spread[0]}, {spread[1]} | {share:.3f} | {ends:.1f} |")


def main() -> None:
    """Print the tables asked for."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--draws", type=int, default=2000)
    asked.add_argument("--only", choices=("look", "year", "ratio", "whole"))
    given = asked.parse_args()
    tables = {"look": one_look, "year": year_of_looks, "ratio": ratios, "whole": whole}
    for name, table in tables.items():
        if given.only in {None, name}:
            table(given.draws if name != "whole" else max(1, given.draws // 40))


if __name__ == "__main__":
    main()
