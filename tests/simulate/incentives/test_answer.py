"""The whole answer: what it carries through, what it refuses, and what it cannot hold."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from trueup.errors import EstimateError, PersonIsNotAUnit
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Window
from trueup.model.rival import Rival
from trueup.model.simulated import Simulated
from trueup.simulate.incentives.answer import answer
from trueup.simulate.incentives.choice import freed_hours
from trueup.simulate.incentives.findings import NOT_OBSERVED, Incentives, Policy, Swing
from trueup.simulate.incentives.payroll import Payroll, Slope, read_payroll
from trueup.simulate.incentives.terms import Gain, Ranges, draw, gain_of
from trueup.units import RATIO, RELATIVE, SECONDS

TRIAL = Gain(value=0.3, source="a trial", interval=Interval(low=0.2, high=0.45, method="made up"))
PAY = Payroll(
    source="pay.csv",
    people=400,
    cells=9,
    currency="EUR",
    pay=70_000,
    promotions=40,
    quits=32,
    promotion_raise=0.1,
)
PERSON = re.compile(r"person|people|team|band|function|group|unit_id|author")


def effect(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        outcome="time_per_task",
        estimand="all tasks, allowed against not allowed",
        design="random assignment",
        estimator="difference",
        value=value,
        unit=RELATIVE,
        standard_error=None,
        interval=Interval(low=low, high=high, method="made up"),
        speaks_of="these units",
        n_rows=246,
        n_units=16,
        n_treated=16,
        n_clusters=16,
        assumptions=(),
        window=Window(start_at=0, end_at=1),
        source="made up",
    )


@cache
def found(gain: Gain = TRIAL, **asked: object) -> Incentives:
    said = answer(gain, **asked)  # type: ignore[arg-type]
    assert isinstance(said, Incentives)
    return said


def test_the_interval_of_the_gain_is_carried_through() -> None:
    said = found().break_even
    assert said.interval is not None
    assert said.value == pytest.approx(1 / 1.3, rel=0.01)
    assert said.interval.low == pytest.approx(1 / 1.45, rel=0.01)
    assert said.interval.high == pytest.approx(1 / 1.2, rel=0.01)
    known = found(replace(TRIAL, interval=None)).break_even.interval
    assert known is not None
    assert known.low == known.high == pytest.approx(1 / 1.3)


def test_draws_of_the_gain_have_the_quantiles_of_its_interval() -> None:
    drawn = draw(TRIAL, np.random.default_rng(0), 200_000)
    assert np.quantile(drawn, [0.025, 0.5, 0.975]) == pytest.approx([0.2, 0.3, 0.45], abs=3e-3)


def test_a_fifth_less_time_is_a_quarter_more_output_and_more_time_is_less() -> None:
    # 1 / 0.8 - 1 = 0.25; 1 / 0.9 - 1 = 0.111; 1 / 0.5 - 1 = 1
    gain = gain_of(effect(-0.2, -0.5, -0.1), "time_per_task")
    assert gain.interval is not None
    assert gain.value == pytest.approx(0.25)
    assert [gain.interval.low, gain.interval.high] == pytest.approx([1 / 9, 1.0])
    assert gain_of(effect(0.3, 0.1, 0.5), "output_per_hour").value == 0.3
    slower = gain_of(effect(0.19, 0.02, 0.39), "time_per_task")
    assert isinstance(answer(slower), Abstention)


def test_a_gain_that_may_be_none_is_not_reckoned_with() -> None:
    unsure = replace(TRIAL, interval=Interval(low=-0.01, high=0.6, method="made up"))
    said = answer(unsure)
    assert isinstance(said, Abstention)
    assert "0 or below" in said.reason
    endless = replace(TRIAL, interval=Interval(low=0.1, high=float("inf"), method="made up"))
    assert isinstance(answer(endless), Abstention)
    assert isinstance(answer(Gain(value=0.0, source="somebody")), Abstention)


def test_estimates_of_slices_and_of_other_units_are_refused() -> None:
    of_team = replace(effect(0.1, 0.05, 0.2), group=(("team", "payments"),))
    with pytest.raises(EstimateError, match="speaks of a slice"):
        gain_of(of_team, "output_per_hour")
    with pytest.raises(EstimateError, match="speaks of a slice"):
        answer(TRIAL, delivered=of_team)
    with pytest.raises(EstimateError, match="not a relative difference"):
        gain_of(replace(effect(0.1, 0.05, 0.2), unit=SECONDS), "time_per_task")


def test_slack_is_a_range_from_nothing_under_its_heading_and_has_no_middle() -> None:
    said = found().hours_unseen
    assert said.say().startswith(NOT_OBSERVED)
    assert NOT_OBSERVED.startswith("not observed;")
    assert said.low == 0
    assert said.high == pytest.approx(float(freed_hours(0.45)), rel=0.02)
    assert {each.name for each in fields(said)} == {"heading", "low", "high", "unit", "says"}
    quantities = [number.quantity for number in found().numbers()]
    assert [name for name in quantities if re.search("slack|idle|hidden|lazy|unseen", name)] == []


def test_what_was_delivered_bounds_what_is_not_accounted_for() -> None:
    # all of the gain arrived: nothing is left; half of it: 40 * (1 - 1.15 / 1.3) hours at 0.3
    known = replace(TRIAL, interval=None)
    all_of_it = found(known, delivered=effect(0.3, 0.2999, 0.3001))
    assert all_of_it.arrived is not None
    assert all_of_it.arrived.value == pytest.approx(1.0, abs=1e-3)
    assert all_of_it.hours_unseen.high == pytest.approx(0, abs=0.01)
    half = found(known, delivered=effect(0.15, 0.1499, 0.1501)).hours_unseen
    assert half.high == pytest.approx(40 * (1 - 1.15 / 1.3), abs=0.01)
    less = found(known, delivered=effect(-0.2, -0.25, -0.15)).hours_unseen
    assert less.high == pytest.approx(float(freed_hours(0.3)))


def test_the_rivals_are_always_listed_and_the_bottleneck_is_read_first() -> None:
    said = found()
    assert [one.name for one in said.rivals] == [
        "quality_investment",
        "learning",
        "review_load",
        "bottleneck_downstream",
    ]
    assert {one.answer for one in said.rivals} == {"not measured"}
    assert all(one.told_apart_by for one in said.rivals)
    assert "bottleneck first" in said.read_first


@pytest.mark.parametrize(
    ("answer", "told"), [("may explain it", "waits there"), ("ruled out", "No bottleneck was")]
)
def test_what_the_doctor_says_of_the_bottleneck_stands_first_and_among_the_rivals(
    answer: Literal["may explain it", "ruled out"], told: str
) -> None:
    doctor = Rival(name="bottleneck_downstream", answer=answer, says="Review, it says.")
    said = found(bottleneck=doctor)
    assert "Review, it says." in said.read_first
    assert told in said.read_first
    assert said.rivals[-1] is doctor
    assert len(said.rivals) == 4


def test_what_was_delivered_is_the_least_the_gain_can_be_and_says_so() -> None:
    gain = gain_of(effect(0.2, 0.1, 0.3), "delivered")
    assert (gain.value, gain.is_least) == (0.2, True)
    assert "at least what was delivered" in found(gain).captured.assumptions[0]
    assert not gain_of(effect(0.2, 0.1, 0.3), "output_per_hour").is_least


def test_the_answer_can_hold_no_person_and_no_team() -> None:
    for kind in (Incentives, Policy, Swing):
        assert [each.name for each in fields(kind) if PERSON.search(each.name)] == []
    said = found(payroll=PAY)
    of_team = replace(said.captured, group=(("team", "payments"),))
    with pytest.raises(PersonIsNotAUnit):
        replace(said, captured=of_team)
    one = said.frontier[0]
    with pytest.raises(PersonIsNotAUnit):
        replace(said, frontier=(replace(one, kept=of_team),))


def test_every_number_of_the_answer_is_looked_at() -> None:
    said = found(payroll=PAY, delivered=effect(0.1, 0.05, 0.2))
    seen = {id(number) for number in said.numbers()}
    held: list[object] = [getattr(said, each.name) for each in fields(said)]
    while held:
        one = held.pop()
        if isinstance(one, tuple):
            held += one
        elif isinstance(one, Policy | Swing):
            held += [getattr(one, each.name) for each in fields(one)]
        elif isinstance(one, Simulated):
            assert id(one) in seen


def test_nothing_of_a_cell_is_left_in_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "pay.csv"
    path.write_text(
        "band,function,headcount,currency,base,bonus,promotions,quits\n"
        "Zedband,Zedwork,11,EUR,61234,789,1,1\nOther,Zedwork,13,EUR,75678,901,0,1\n"
    )
    told = repr(found(payroll=read_payroll(path)))
    assert [cell for cell in ("Zed", "61234", "75678", "62023", "76579") if cell in told] == []
    assert "pay.csv" in told


def test_money_is_said_where_pay_is_known_and_in_pay_where_not() -> None:
    assert found(payroll=PAY).kept.unit.currency == "EUR"
    assert found(payroll=PAY).kept.say().startswith("\u20ac")
    assert found().kept.say().endswith("times a year's pay")
    ranges = Ranges(found_out=(0.0, 0.0), promotion_elasticity=(0.0, 0.0), beside_pay=(0.0, 0.0))
    paid, unpaid = found(payroll=PAY, ranges=ranges).kept, found(ranges=ranges).kept
    assert paid.value == pytest.approx(unpaid.value * 70_000, rel=0.3)


def test_what_is_passed_to_pay_is_as_given_else_of_the_file_else_published() -> None:
    slope = Slope(value=0.5, error=0.0, freedom=7)
    given = Interval(low=0.9, high=1.0, method="a contract")
    by_file = found(payroll=replace(PAY, slope=slope))
    by_hand = found(payroll=replace(PAY, slope=slope), pass_through=given)
    assert found().captured.value < by_file.captured.value < by_hand.captured.value
    assert "an association" in by_file.captured.assumptions[1]
    assert "as given" in by_hand.captured.assumptions[1]
    assert "Danish" in found().captured.assumptions[1]


def test_offers_from_outside_count_where_the_file_tells_them() -> None:
    swings = {one.parameter for one in found(payroll=replace(PAY, outside_offer=0.2)).sensitivity}
    assert "visible" in swings
    assert "visible" not in {one.parameter for one in found(payroll=PAY).sensitivity}
    assert "Offers from outside" in " ".join(
        found(payroll=replace(PAY, outside_offer=0.2)).captured.assumptions
    )
    assert "Offers from outside" not in " ".join(found(payroll=PAY).captured.assumptions)
    more = found(payroll=replace(PAY, outside_offer=0.2)).captured.value
    assert more > found(payroll=PAY).captured.value


def test_policies_that_pass_on_more_capture_more_and_the_frontier_is_not_beaten() -> None:
    said = found()
    for beside in {one.beside_pay for one in said.frontier}:
        row = [one for one in said.frontier if one.beside_pay == beside]
        shares = [one.captured.value for one in row]
        assert shares == sorted(shares)
        most = max(row, key=lambda one: one.kept.value)
        # whoever passes on more than keeps most keeps less for more: a choice, until all is shown
        for place, one in enumerate(row):
            is_more = one.captured.value >= most.captured.value
            assert one.is_on_frontier == (is_more and one.captured.value not in shares[:place])
        assert most.is_on_frontier


def test_the_widest_swing_stands_first_and_each_has_the_sign_it_must() -> None:
    swings = found().sensitivity
    widths = [abs(one.at_high.value - one.at_low.value) for one in swings]
    assert widths == sorted(widths, reverse=True)
    signs = {one.parameter: one.at_high.value > one.at_low.value for one in swings}
    assert signs["gain"]
    assert signs["pass_through"]
    assert signs["steady"]
    assert not signs["top_cost"]
    assert not signs["ratchet"]


def test_all_starts_before_it_is_whole_and_the_same_seed_says_the_same() -> None:
    said = found(payroll=PAY)
    assert said.starts_at.value < said.all_shown_at.value < said.break_even.value
    assert [one.value for one in said.later] == sorted(one.value for one in said.later)
    assert said == answer(TRIAL, payroll=PAY)
    assert said.captured != found(payroll=PAY, seed=1).captured
    assert said.captured.unit == RATIO


def test_ranges_that_are_none_are_refused() -> None:
    with pytest.raises(EstimateError, match="is no range of worth"):
        Ranges(worth=(2.0, 1.0))
    with pytest.raises(EstimateError, match="is no range of follows"):
        Ranges(follows=(0.0, float("inf")))
    with pytest.raises(EstimateError, match="is no range of top_cost"):
        Ranges(top_cost=(0.0, 1.0))
