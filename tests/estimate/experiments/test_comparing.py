"""Arms compared: against regressions by other hands, made-up worlds, and the published trial."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import statsmodels.api as sm

from benchmarks.experiment import Made, World, make, metr_drawn, of_usual, true_itt
from tests.reference import reference
from trueup.estimate.experiments.answering.arms import Compared, compare
from trueup.estimate.experiments.answering.complying import by_use, use_by_arm
from trueup.estimate.experiments.drawn import Drawn
from trueup.estimate.inference.bounds import Bounds, Refusal
from trueup.estimate.inference.cluster_robust import (
    crv1_error,
    normal_interval,
    student_interval,
)
from trueup.estimate.numerics.regression.dealing import deal_rows
from trueup.estimate.panel import Floats, Ints

DRAWS = 20


@cache
def made(seed: int = 1, **more: float) -> Made:
    """Return one draw of a small world."""
    world: dict[str, float] = {"persons": 14, "weeks": 4, "effect": 0.3} | more
    return make(World(**world), seed)  # type: ignore[arg-type]


def compared(drawn: Drawn, **more: float) -> Compared:
    """Compare, and insist on an answer."""
    found = compare(drawn, **more)  # type: ignore[arg-type]
    assert isinstance(found, Compared)
    return found


def dummies(codes: Ints) -> Floats:
    """Return a column for each code but the first."""
    found: Floats = (codes[:, None] == np.unique(codes)[1:]).astype(np.float64)
    return found


def test_the_difference_is_that_of_a_regression_with_weeks_of_persons_and_days() -> None:
    drawn = made().drawn
    weeks = dummies(drawn.person * 100 + drawn.week)
    days = (drawn.day[:, None] == [day for day in range(20) if day % 5]) * 1.0
    design = np.column_stack([drawn.treatment, np.ones(drawn.lot.size), weeks, days])
    theirs = sm.OLS(drawn.outcome, design).fit()
    assert compared(drawn).bounds.coefficient == pytest.approx(theirs.params[0])


def test_lots_drawn_anew_have_the_statistic_a_regression_run_anew_gives() -> None:
    """The part of each deal that weeks and days leave, times the outcome, over its length."""
    drawn = made().drawn
    deals = np.vstack([drawn.as_usual, drawn.mechanism.again(9, seed=3)])[:, drawn.lot]
    fitted = drawn.fitted()
    assert fitted is not None
    found = deal_rows(fitted, deals).shown
    levels = np.column_stack(
        [np.ones(drawn.lot.size), dummies(drawn.person * 100 + drawn.week), dummies(drawn.day)]
    )
    for deal, shown in zip(deals, found, strict=True):
        left = deal - levels @ np.linalg.lstsq(levels, deal, rcond=None)[0]
        assert left @ drawn.outcome / np.sqrt(left @ left) == pytest.approx(shown)


def test_a_difference_put_in_moves_both_intervals_by_as_much() -> None:
    drawn = made().drawn
    before, after = compared(drawn), compared(drawn.with_outcome(drawn.outcome + drawn.treatment))
    for one, other in ((before.bounds, after.bounds), (before.lots, after.lots)):
        assert other.low == pytest.approx(one.low + 1, abs=1e-3)
        assert other.high == pytest.approx(one.high + 1, abs=1e-3)


@pytest.mark.parametrize(
    ("persons", "recipe", "whom"),
    [(8, "permutation", "these units"), (14, "wild", "units like these"),
     (44, "crv1", "units like these")],
)  # fmt: skip
def test_persons_are_the_clusters_and_few_of_them_are_judged_by_lots(
    persons: int, recipe: str, whom: str
) -> None:
    found = compared(made(persons=persons, stopping=0.0).drawn).bounds
    assert (found.recipe, found.speaks_of, found.n_clusters) == (recipe, whom, persons)


def test_worlds_of_known_truth_are_answered_rightly_and_the_calm_ones_left_alone() -> None:
    """Unequal persons, weekdays, days of two in ten not kept, one in ten stops; 20 draws each.

    Bias within three standard errors; coverage 20 x .95 = 19 less three errors, 16; in calm
    worlds at most 4 of 20 refuted. ``benchmarks/experiment.py`` draws hundreds.
    """
    for effect in (0.0, 0.3):
        world = World(persons=14, weeks=4, effect=effect)
        found = [compared(make(world, seed).drawn, draws=299) for seed in range(DRAWS)]
        values = np.array([each.bounds.coefficient for each in found])
        truth = true_itt(world)
        assert abs(values.mean() - truth) < 3 * values.std() / np.sqrt(DRAWS)
        for kind in ("bounds", "lots"):
            held = [getattr(one, kind).low <= truth <= getattr(one, kind).high for one in found]
            assert sum(held) >= 16
        if not effect:
            assert sum(each.lots.p_value <= 0.05 for each in found) <= 4


def test_what_use_did_is_told_where_two_in_ten_days_were_not_kept() -> None:
    """By lots moved use by .7 on average: the difference by lots falls short, that by use not."""
    world = World(persons=14, weeks=4, effect=0.6)
    draws = [make(world, seed) for seed in range(DRAWS)]
    found = [by_use(one.drawn, one.used) for one in draws]
    bounds = [each for each in found if isinstance(each, Bounds)]
    assert len(bounds) == DRAWS
    truth = of_usual(world)
    assert sum(each.low <= truth <= each.high for each in bounds) >= 16
    without, usual = use_by_arm(draws[0].drawn, draws[0].used)
    assert (without, usual) == pytest.approx((0.2, 0.9), abs=0.1)


def test_where_everybody_keeps_to_their_lots_use_is_the_lot() -> None:
    """Anderson-Rubin's interval is then the plain clustered one, or that of lots."""
    for persons in (8, 14):
        drawn = made(persons=persons, stopping=0.0).drawn
        used, fitted = by_use(drawn, drawn.treatment), drawn.fitted()
        assert isinstance(used, Bounds)
        assert fitted is not None
        plain = student_interval(fitted.coefficient, crv1_error(fitted), persons, 0.95)
        lots = compared(drawn).lots
        ends = plain if persons > 10 else (lots.low, lots.high)
        assert (used.low, used.high) == pytest.approx(ends, abs=1e-6)


def test_at_its_ends_what_use_did_leaves_a_difference_just_at_the_bound() -> None:
    """By its definition: t of the outcome less an end times use is that of 13 degrees, 2.160."""
    one = made(seed=2, broken=0.3, stopping=0.0)
    found = by_use(one.drawn, one.used)
    assert isinstance(found, Bounds)
    for end in (found.low, found.high):
        rest = one.drawn.with_outcome(one.drawn.outcome - end * one.used).fitted()
        assert rest is not None
        assert abs(rest.coefficient) / crv1_error(rest) == pytest.approx(2.160, abs=1e-3)


def test_where_lots_hardly_moved_use_there_is_no_answer_by_use() -> None:
    drawn = made().drawn
    anything = np.random.default_rng(4).integers(0, 2, drawn.lot.size).astype(float)
    found = by_use(drawn, anything)
    assert isinstance(found, Refusal)
    assert "moved the use of AI too little" in found.reason


def test_rows_of_one_arm_cannot_be_compared() -> None:
    drawn = made().drawn
    found = compare(replace(drawn, as_usual=np.ones_like(drawn.as_usual)))
    assert isinstance(found, Refusal)


@pytest.mark.reference
def test_the_published_trial_goes_through_the_same_path() -> None:
    """Published: +18.8 %, by developer +1.6 to +39.0 % (arXiv:2507.09089, appendix D)."""
    drawn = metr_drawn(reference(unread="the published trial not reproduced"))
    found, fitted = compared(drawn), drawn.fitted()
    assert fitted is not None
    assert round(float(np.expm1(found.bounds.coefficient)), 4) == 0.1884
    ends = normal_interval(fitted.coefficient, crv1_error(fitted), 0.95)
    assert [round(float(np.expm1(end)), 3) for end in ends] == [0.016, 0.390]
    assert found.bounds.recipe == "wild"
    assert found.bounds.low < 0 < found.lots.low
