"""Made-up teams by day, of which an AI tool fails some: what is found of what was put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from trueup.estimate.offloading.days import (
    Contrasts,
    Drawn,
    UnitDays,
    contrasts,
    level_trend,
    loss_trend,
    mean_loss,
)
from trueup.estimate.offloading.unaided import Told, judge
from trueup.model.cohort import Cohort
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Window

Statistic = Callable[..., Drawn]
TOLD = Told(
    window=Window(start_at=0, end_at=728 * 86_400_000_000),
    unit_of="teams",
    cohort=Cohort(about="behaviour", persons=120, largest_ratio=0.02),
)


@dataclass(frozen=True, kw_only=True)
class World:
    """Forty teams over two years; six in ten use the tool from some day of the first on.

    Per developer-day, of a team all of whom use the tool: `loss` is what a day without it takes,
    `grows` by how much more each year, `declines` how much less can be done without it each year.
    """

    loss: float = 0.0
    grows: float = 0.0
    declines: float = 0.0
    units: int = 40
    outages: int = 10

    def panel(self, seed: int) -> UnitDays:
        random, day = np.random.default_rng(seed), np.arange(728)
        shape = self.units, day.size
        developers = np.broadcast_to(random.integers(3, 9, (self.units, 1)).astype(float), shape)
        share = np.where(random.random(self.units) < 0.6, random.uniform(0.4, 1.0, self.units), 0.0)
        dose = share[:, None] * (day >= random.integers(100, 300, (self.units, 1)))
        usual = np.array([1.1, 1.2, 1.2, 1.1, 0.8, 0, 0])[day % 7]
        base = 0.25 * np.exp(random.normal(0, 0.3, (self.units, 1))) * usual
        common = np.exp(random.normal(0, 0.1, day.size))
        working = np.flatnonzero((day % 7 < 5) & (day > 250) & (day < 698))
        out = random.choice(working, self.outages, replace=False)
        hit = np.zeros(shape, dtype=bool)
        hit[:, out] = True
        year = (day - 300) / 365.25
        unaided = base * common - self.declines * year * dose * (usual > 0)
        with_tool = unaided + 0.15 * dose * (usual > 0)
        drop = (self.loss + self.grows * year) * dose * hit
        rate = np.maximum(with_tool - drop, 0.0)
        return UnitDays(
            count=random.poisson(rate * developers).astype(float),
            developers=developers,
            dose=dose,
            hit=hit,
            touched=np.asarray(hit.any(axis=0)),
        )


@cache
def seen(world: World, worlds: int = 50) -> list[Contrasts]:
    return [contrasts(world.panel(seed)) for seed in range(worlds)]


def judged(world: World, statistic: Statistic) -> list[Drawn]:
    return [statistic(one, seed=seed, draws=199) for seed, one in enumerate(seen(world))]


def holds(found: list[Drawn], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in found]))


LOST = World(loss=0.15)


@pytest.mark.parametrize(
    ("world", "statistic", "truth"),
    [
        (World(), mean_loss, 0.0),
        (LOST, mean_loss, -0.15),
        (LOST, loss_trend, 0.0),
        (LOST, level_trend, 0.0),
        (World(outages=4, loss=0.1, grows=0.05, declines=0.05), loss_trend, -0.05),
        (World(outages=12, declines=0.1), level_trend, -0.1),
    ],
)
def test_what_was_put_in_lies_in_nine_of_ten_intervals_and_is_met_on_average(
    world: World, statistic: Statistic, truth: float
) -> None:
    """Of 50 worlds; where 95 of 100 hold, fewer than 44 do once in 26 times, and 43 in 80."""
    found = judged(world, statistic)
    assert holds(found, truth) >= 0.86
    values = [each.value for each in found]
    assert np.mean(values) == pytest.approx(truth, abs=4 * np.std(values) / len(values) ** 0.5)


def test_a_loss_of_a_third_of_what_is_done_is_found_nine_times_in_ten() -> None:
    found = judged(LOST, mean_loss)
    assert np.mean([each.high < 0 for each in found]) >= 0.9


def test_days_of_one_spell_are_moved_together() -> None:
    """Three days in a row and one apart are two spells: the three stand in for by one draw."""
    panel = World(outages=1).panel(6)
    hit = np.zeros_like(panel.hit)
    hit[:, [400, 401, 402, 450]] = True
    found = contrasts(replace(panel, hit=hit, touched=np.asarray(hit.any(axis=0))))
    assert (found.days.tolist(), found.spell.tolist()) == ([400, 401, 402, 450], [0, 0, 0, 1])
    assert found.spells == 2
    assert (found.stands_in[0] == found.stands_in[1]).all()


def test_a_day_that_is_bad_for_everyone_is_no_loss() -> None:
    """All teams do half on the days the tool fails, with it or without: nothing is by dose."""
    panel = World(outages=6).panel(3)
    count = panel.count.copy()
    count[:, panel.touched] = np.floor(count[:, panel.touched] / 2)
    worse = replace(panel, count=count)
    by_dose = mean_loss(contrasts(worse), seed=1)
    assert by_dose.low < 0 < by_dose.high
    plain = mean_loss(contrasts(worse, by_dose=False), seed=1)
    assert plain.high < 0


def choosing(seed: int) -> tuple[UnitDays, float]:
    """Teams that hand over more each year, the harder tasks first; nobody unlearns anything.

    A task of difficulty u, between 0 and 1, is done with probability 1 - u without the tool and .8
    with it. Users keep tasks easier than a limit to themselves, which falls from .9 to .3 in two
    years. Beside the panel, by how much the share of tasks done without the tool rises in a year.
    """
    random, day = np.random.default_rng(seed), np.arange(728)
    shape, keeps = (40, day.size), 0.9 - 0.6 * day / day.size
    kept = (1 - (1 - keeps) ** 2) / 2
    dose = np.repeat([1.0, 0.0], 20)[:, None] * np.ones(day.size)
    hit = np.zeros(shape, dtype=bool)
    hit[:, random.choice(np.flatnonzero((day % 7 < 5) & (day > 30) & (day < 698)), 12)] = True
    share = np.where(hit | (dose == 0), 0.5, kept + 0.8 * (1 - keeps))
    tasks = 5 * (day % 7 < 5) * np.ones(shape, dtype=int)
    panel = UnitDays(
        count=random.binomial(tasks, share).astype(float),
        developers=np.full(shape, 5.0),
        dose=dose,
        hit=hit,
        touched=np.asarray(hit.any(axis=0)),
    )
    by_choice = random.binomial(1_000, kept / keeps) / 1_000
    return panel, float(np.polyfit(day / 365.25, by_choice, 1)[0])


def test_where_people_keep_easy_work_for_themselves_the_naive_trend_misleads() -> None:
    """The share done without the tool, by choice, rises by .15 a year though ability stands still.

    On days on which the tool fails everybody does all tasks without it, and nothing rises.
    """
    worlds = [choosing(seed) for seed in range(30)]
    assert min(naive for _, naive in worlds) > 0.1
    found = [level_trend(contrasts(panel), seed=1, draws=199) for panel, _ in worlds]
    assert holds(found, 0.0) >= 0.86
    assert max(abs(np.mean([each.value for each in found])), 0.02) == 0.02


def test_the_mean_loss_is_the_slope_of_least_squares_within_days() -> None:
    """Beside numpy's own, on the days themselves: weighed by developers, days taken out."""
    panel = World(loss=0.1, outages=5).panel(4)
    found = contrasts(panel)
    rows = []
    for day in found.days:
        beside = [
            day + lag
            for lag in (-28, -21, -14, -7, 7, 14, 21, 28)
            if 0 <= day + lag < 728 and not panel.touched[day + lag]
        ]
        gap = panel.rate[:, day] - panel.rate[:, beside].mean(axis=1)
        is_day = [float(day == other) for other in found.days]
        rows += [
            (gap[unit], panel.developers[unit, day], panel.dose[unit, day], *is_day)
            for unit in range(40)
        ]
    table = np.array(rows)
    root = np.sqrt(table[:, 1:2])
    slope = np.linalg.lstsq(table[:, 2:] * root, table[:, 0] * root[:, 0], rcond=None)[0][0]
    assert mean_loss(found, seed=1).value == pytest.approx(slope, rel=1e-9)


def test_the_same_seed_gives_the_same_interval() -> None:
    found = contrasts(World().panel(1))
    assert mean_loss(found, seed=7) == mean_loss(found, seed=7)


def test_two_spells_are_too_few_for_a_mean_and_five_for_a_trend() -> None:
    few = judge(World(outages=2).panel(1), "landed", TOLD, seed=1)
    assert isinstance(few.loss, Abstention)
    assert "2 spells" in few.loss.reason
    assert "by lot" in few.loss.remedy
    five = judge(World(outages=5).panel(1), "landed", TOLD, seed=1)
    assert isinstance(five.loss, Estimate)
    assert isinstance(five.level_trend, Abstention)


def test_where_all_teams_use_it_alike_or_few_work_nothing_is_said() -> None:
    panel = World().panel(1)
    same = replace(panel, dose=np.ones_like(panel.dose))
    assert not contrasts(same).days.size
    assert isinstance(judge(same, "landed", TOLD, seed=1).loss, Abstention)
    assert isinstance(judge(World(units=5).panel(1), "landed", TOLD, seed=1).loss, Abstention)


def test_a_limit_of_one_team_is_its_own_day_alone() -> None:
    """Only users in the first team are hit; the others, users too, stand against it."""
    panel = World(loss=0.0).panel(5)
    hit = np.zeros_like(panel.hit)
    first = int(np.flatnonzero(panel.dose[:, 400] > 0)[0])
    hit[first, 400] = True
    count = panel.count.copy()
    count[first, 400] = 0
    one = contrasts(replace(panel, count=count, hit=hit, touched=np.asarray(hit.any(axis=0))))
    assert one.days.tolist() == [400]
    assert mean_loss(one, seed=1).value < 0
