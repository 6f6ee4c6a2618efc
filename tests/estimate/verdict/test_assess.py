"""A whole assessment on panels whose truth we made: what it says, and that it never raises."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from trueup.errors import EstimateError
from trueup.estimate.assessment import Assessment, Threshold
from trueup.estimate.estimator import Fit
from trueup.estimate.panel import NEVER, Floats, Panel
from trueup.estimate.question import Question
from trueup.estimate.verdict.assess import _Work, assess
from trueup.estimate.verdict.looks import ONLY_LOOK
from trueup.estimate.verdict.plan import Plan, plan_hash
from trueup.estimate.verdict.register import Registration
from trueup.model.evidence import Abstention, Window

WEEK = 604_800_000_000
MONDAY = 1_767_571_200_000_000
"""2026-01-05, epoch microseconds."""
N, WEEKS, FIRST = 48, 26, 10


def panel(
    *,
    effect: float = 0.0,
    noise: float = 0.05,
    trend: float = 0.0,
    adopters: int = 28,
    extra: Mapping[str, float] | None = None,
    seed: int = 4,
) -> Panel:
    """Teams over weeks; `adopters` of 48 adopt in two waves, 10 and 14; effects in logarithms."""
    generator = np.random.default_rng(seed)
    place = np.arange(N)
    starts = np.where(place < adopters, FIRST + 4 * (place % 2), NEVER)
    unit, period = np.repeat(place, WEEKS), np.tile(np.arange(WEEKS), N)
    adopter = starts[unit] != NEVER
    since = adopter & (period >= starts[unit])

    def outcome(size: float, drift: float) -> Floats:
        level = generator.normal(0, 0.3, N)[unit] + 0.01 * period
        moved = size * since + drift * adopter * period
        logarithm: Floats = level + moved + generator.normal(0, noise, unit.size)
        return np.exp(logarithm)

    return Panel(
        units=tuple(f"team {n}" for n in place),
        periods=tuple(str(n) for n in range(WEEKS)),
        unit=unit,
        period=period,
        columns={
            "work": outcome(effect, trend),
            **{name: outcome(size, 0.0) for name, size in (extra or {}).items()},
        },
        adopted_in=starts,
        cluster=place,
        grain="week",
        window=Window(start_at=MONDAY, end_at=MONDAY + WEEKS * WEEK),
        source="made up",
    )


PLAN = Plan(primary=Question(outcome="work", scale="log"))


def assessed(world: Panel, plan: Plan = PLAN, **given: object) -> Assessment:
    return assess(world, plan, **given)  # type: ignore[arg-type]


def fit(found: Fit | Abstention) -> Fit:
    assert isinstance(found, Fit)
    return found


def test_a_harm_that_was_put_in_is_found_and_called_destroying() -> None:
    found = assessed(panel(effect=-0.3))
    assert fit(found.primary.primary).raw == pytest.approx(-0.3, abs=0.04)
    assert found.verdict.answer == "destroying", (found.verdict, found.primary.checks)


def test_a_gain_that_was_put_in_is_found_and_called_creating() -> None:
    assert assessed(panel(effect=0.3)).verdict.answer == "creating"


def test_nothing_put_in_and_little_noise_is_neutral() -> None:
    assert assessed(panel(noise=0.02)).verdict.answer == "neutral"


def test_nothing_put_in_and_much_noise_cannot_be_told_and_says_what_it_would_take() -> None:
    found = assessed(panel(noise=0.6))
    assert found.verdict.answer == "cannot tell"
    assert "more units" in found.verdict.would_settle


def test_adopters_that_were_growing_apart_before_cannot_be_told() -> None:
    found = assessed(panel(effect=0.3, trend=0.03))
    assert found.verdict.answer == "cannot tell"
    assert "check" in found.verdict.because


def test_a_guardrail_that_suffers_is_destroying_though_the_primary_gains() -> None:
    plan = dataclasses.replace(
        PLAN,
        guardrails=(Question(outcome="failures", scale="log", better="lower", smallest=0.10),),
    )
    found = assessed(panel(effect=0.3, extra={"failures": 0.5}), plan)
    assert found.verdict.answer == "destroying"
    assert "failures" in found.verdict.because


def test_a_guardrail_no_source_holds_blocks_creating_and_raises_nothing() -> None:
    plan = dataclasses.replace(PLAN, guardrails=(Question(outcome="incidents", better="lower"),))
    found = assessed(panel(effect=0.3), plan)
    assert isinstance(found.guardrails[0].primary, Abstention)
    assert found.verdict.answer == "leaning"
    assert "incidents" in found.verdict.capped


def test_activity_leans_at_most_whatever_the_plan_forgot_to_say() -> None:
    world = panel(effect=0.3, extra={"merged_changes": 0.3})
    plan = Plan(primary=Question(outcome="merged_changes", scale="log"))
    found = assessed(world, plan)
    assert (found.verdict.answer, found.verdict.towards) == ("leaning", "gain")
    assert "not throughput" in found.verdict.capped


def test_each_week_of_looking_widens_the_interval_that_is_shown() -> None:
    world = panel()
    once = fit(assessed(world).primary.primary).estimate.interval
    weekly = dataclasses.replace(PLAN, registered_on=date(2026, 3, 1))
    looked = assessed(world, weekly)
    often = fit(looked.primary.primary).estimate.interval
    assert (looked.look, looked.looks) == (20, 52)
    assert once.level == pytest.approx(0.95)
    assert often.level > 0.99
    assert often.low < once.low < once.high < often.high
    assert any("Look 20 of 52" in remark.says for remark in looked.remarks)


def registered(plan: Plan, on: date, version: int = 1) -> Registration:
    """Return a plan as the register would hold it."""
    frozen = dataclasses.replace(plan, registered_on=on)
    return Registration(
        subject="workspace",
        version=version,
        registered_on=on,
        plan_hash=plan_hash(frozen),
        plan=frozen,
        path=Path(f"workspace-{version}.toml"),
    )


MIDWAY = date(2026, 5, 11)
"""Registered after week 18: treated rows are 14 teams x (16 + 12), of which 14 x (8 + 4) seen."""


def test_a_plan_changed_after_registration_leans_at_most_and_lists_what_changed() -> None:
    kept = registered(dataclasses.replace(PLAN, looks=12), MIDWAY)
    found = assessed(panel(effect=-0.3), versions=(kept,))
    assert (found.verdict.answer, found.verdict.towards) == ("leaning", "harm")
    assert any("looks: 12 became 52" in flag for flag in found.standing.flags)
    renamed = registered(dataclasses.replace(PLAN, title="Another"), MIDWAY)
    assert assessed(panel(effect=-0.3), versions=(renamed,)).verdict.answer == "destroying"


def test_the_registered_plan_is_answered_at_the_look_its_day_makes_it() -> None:
    """A plan without a day is the registered one: week 26 is eight weeks on, the ninth look."""
    found = assessed(panel(), PLAN, versions=(registered(PLAN, MIDWAY),))
    dated = dataclasses.replace(PLAN, registered_on=MIDWAY)
    assert (found.look, found.plan_hash) == (9, plan_hash(dated))
    assert found.standing.says == f"registered 2026-05-11, hash {plan_hash(dated)}"
    assert any("43 %" in line for line in found.say())
    assert any(
        line.startswith(f"Plan: {found.standing.says}; look 9 of 52") for line in found.say()
    )


def test_explored_outcomes_are_adjusted_for_how_many_they_are() -> None:
    names = ("one", "two", "three")
    plan = dataclasses.replace(
        PLAN, exploratory=tuple(Question(outcome=name, scale="log") for name in names)
    )
    found = assessed(panel(extra={"one": 0.3, "two": 0.0, "three": 0.0}), plan)
    adjusted = [dict(one.checks[-1].figures)["adjusted_p"] for one in found.exploratory]
    raw = [fit(one.primary).estimate.p_value for one in found.exploratory]
    assert adjusted[0] < 0.01
    assert all(p is not None and q >= p for p, q in zip(raw, adjusted, strict=True))
    assert found.verdict == assessed(panel(extra={"one": 0.3, "two": 0.0, "three": 0.0})).verdict


@pytest.mark.parametrize("adopters", [0, 1, 2])
def test_too_few_to_compare_is_an_answer_and_no_error(adopters: int) -> None:
    plan = dataclasses.replace(
        PLAN,
        moderators=("size",),
        dose="hours",
        threshold_outcomes=("work",),
        exploratory=(Question(outcome="two"),),
    )
    found = assessed(panel(adopters=adopters, effect=-0.3), plan)
    assert found.verdict.answer in {"cannot tell", "leaning"}
    assert found.verdict.because
    assert found.verdict.would_settle
    assert all(isinstance(one, Abstention) for one in (*found.moderators, *found.thresholds))


def test_a_primary_outcome_that_is_not_there_is_wrong_use() -> None:
    with pytest.raises(EstimateError, match="no column 'gone'"):
        assessed(panel(), Plan(primary=Question(outcome="gone")))


def test_the_naive_number_keeps_what_grew_for_all_and_two_way_stands_beside_it() -> None:
    """Adopters' harm of 0.1 and growth of 0.01 a week: rows after lie 13 weeks or 13 later."""
    found = assessed(panel(effect=-0.1)).primary
    naive, two_way = fit(found.naive), found.two_way
    assert naive.raw == pytest.approx(-0.1 + 0.01 * WEEKS / 2, abs=0.03)
    assert isinstance(two_way, Fit)
    assert two_way.raw == pytest.approx(-0.1, abs=0.03)


def test_a_recipe_of_doses_is_told_the_plans_column_of_exposure() -> None:
    world = panel(extra={"hours": 0.5})
    plan = dataclasses.replace(PLAN, estimator="dose_response", dose="hours")
    found = fit(assessed(world, plan).primary.primary).estimate
    assert "hours" in found.estimand


def test_thresholds_in_several_outcomes_are_adjusted_for_one_another() -> None:
    world = panel(extra={"one": 0.0, "two": 0.0, "hours": 0.5})
    plan = dataclasses.replace(PLAN, dose="hours", threshold_outcomes=("one", "gone", "two"))
    one, gone, two = assessed(world, plan).thresholds
    assert isinstance(gone, Abstention)
    assert "gone" in gone.reason
    assert isinstance(one, Threshold)
    assert isinstance(two, Threshold)
    raw = sorted(p for p in (one.existence_p, two.existence_p) if p is not None)
    adjusted = sorted(p for p in (one.adjusted_p, two.adjusted_p) if p is not None)
    assert adjusted == pytest.approx([min(1, 2 * raw[0]), max(min(1, 2 * raw[0]), raw[1])])


def test_thresholds_are_sought_in_the_shorter_periods_where_there_are_such() -> None:
    by_week = panel(extra={"one": 0.0, "hours": 0.5})
    world = dataclasses.replace(panel(), grain="month", finer=by_week)
    plan = dataclasses.replace(PLAN, dose="hours", threshold_outcomes=("one",))
    (found,) = assessed(world, plan).thresholds
    assert isinstance(found, Threshold)
    assert (found.grain, found.n_rows) == ("week", by_week.n_rows)


def test_the_same_panel_plan_and_seed_give_the_same_answer() -> None:
    one, other = assessed(panel()), assessed(panel())
    assert one.verdict == other.verdict
    assert fit(one.primary.primary).estimate == fit(other.primary.primary).estimate
    assert one.panel_digest == other.panel_digest
    assert one.plan_hash == plan_hash(PLAN)


def test_progress_ends_where_it_said_it_would() -> None:
    class Counted:
        total, steps = 0, 0

        def stage(self, name: str, total: int | None) -> None:
            assert name == "estimating"
            self.total = total or 0

        def advance(self, steps: int) -> None:
            self.steps += steps

    plan = dataclasses.replace(PLAN, exploratory=(Question(outcome="two"),), moderators=("size",))
    told = Counted()
    assessed(panel(), plan, progress=told)
    assert told.steps == told.total == 3


def test_recipes_that_part_beyond_noise_are_told_and_keep_the_verdict_leaning() -> None:
    """A burst in the week before adoption: the base of one recipe, one week of ten of the other."""
    world = panel(effect=-0.3)
    start = world.adopted_in[world.unit]
    burst = np.where((start != NEVER) & (world.period == start - 1), math.exp(0.4), 1.0)
    shaken = dataclasses.replace(world, columns={"work": world.columns["work"] * burst})
    found = assessed(shaken)
    agreement = next(check for check in found.primary.checks if check.name == "agreement")
    assert agreement.answer == "weak"
    assert found.verdict.answer in {"leaning", "cannot tell"}


def test_the_equivalence_test_has_twice_the_error_of_the_interval() -> None:
    world = panel(noise=0.2)
    work = _Work(panel=world, plan=PLAN, look=ONLY_LOOK, seed=1)
    primary = work.assessed(PLAN.primary, checked=False)
    wide, narrow = fit(primary.primary).estimate.interval, dict(work.narrow(primary))
    assert narrow["work"].level == pytest.approx(0.90)
    assert wide.low < narrow["work"].low < narrow["work"].high < wide.high
