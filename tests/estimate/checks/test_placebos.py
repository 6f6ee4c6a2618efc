from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.checks.worlds import (
    case_of,
    figure,
    noise,
    panel_of,
    staggered,
    treated,
)
from trueup.estimate.checks import placebo_date, placebo_outcome
from trueup.estimate.panel import NEVER
from trueup.estimate.question import Question

STARTS = staggered(160, 20)
QUIET = noise(1, 160, 20, sd=0.4)


def test_a_change_before_adoption_is_found_at_the_earlier_date() -> None:
    """Adopters gain 0.5 three weeks before they adopt."""
    early = QUIET + 0.5 * treated(np.where(STARTS == NEVER, NEVER, STARTS - 3), 20)
    found = placebo_date.check(case_of(panel_of(early, STARTS)))
    assert found.answer == "fails"
    assert figure(found, "placebo_low") > 0


def test_nothing_before_adoption_holds_where_it_would_have_been_seen() -> None:
    case = case_of(panel_of(QUIET + treated(STARTS, 20), STARTS))
    found = placebo_date.check(case)
    assert found.answer == "holds"
    assert figure(found, "smallest_found_with_80") < case.matters


def test_a_silent_placebo_of_few_units_is_weak() -> None:
    starts = staggered(24, 20)
    asked = Question(outcome="y", unit="changes", smallest=0.02)
    found = placebo_date.check(case_of(panel_of(noise(2, 24, 20, sd=0.4), starts), asked))
    assert found.answer == "weak"
    assert "could have found no less than" in found.says


def test_the_earlier_date_sees_no_treated_row() -> None:
    """An effect however large after adoption leaves the placebo as it was."""
    without = placebo_date.check(case_of(panel_of(QUIET, STARTS)))
    with_effect = placebo_date.check(case_of(panel_of(QUIET + 50 * treated(STARTS, 20), STARTS)))
    assert figure(with_effect, "placebo_effect") == pytest.approx(figure(without, "placebo_effect"))


def test_the_moved_panel_keeps_only_rows_before_adoption() -> None:
    moved = placebo_date.moved_panel(panel_of(QUIET, STARTS), 0, None)
    assert moved is not None
    panel, shift = moved
    assert shift == 5  # half of the median adoption, week 11
    first = dict(zip(panel.units, panel.adopted_in, strict=True))
    assert first["u000"] == 8 - shift
    assert first["u159"] == NEVER
    assert panel.period[panel.unit == 0].max() == 7
    assert panel.n_periods == 14


def test_no_room_before_adoption_cannot_tell() -> None:
    starts = np.where(np.arange(40) < 20, 1, NEVER)
    found = placebo_date.check(case_of(panel_of(noise(3, 40, 8), starts)))
    assert found.answer == "cannot tell"


def test_an_outcome_that_adoption_cannot_move_is_found_moved() -> None:
    tables = {"y": QUIET, "sick_days": noise(4, 160, 20, sd=0.4) + treated(STARTS, 20)}
    case = case_of(panel_of(tables, STARTS), placebo_outcomes=("sick_days",))
    found = placebo_outcome.check(case)
    assert found.answer == "fails"
    assert "sick_days" in found.says


def test_an_outcome_left_alone_holds() -> None:
    tables = {"y": QUIET + treated(STARTS, 20), "sick_days": noise(5, 160, 20, sd=0.4)}
    case = case_of(panel_of(tables, STARTS), placebo_outcomes=("sick_days",))
    assert placebo_outcome.check(case).answer == "holds"


def test_a_placebo_too_noisy_to_speak_is_weak() -> None:
    starts = staggered(24, 20)
    tables = {"y": noise(6, 24, 20), "sick_days": noise(7, 24, 20)}
    asked = Question(outcome="y", unit="changes", smallest=0.05)
    case = case_of(panel_of(tables, starts), asked, placebo_outcomes=("sick_days",))
    assert placebo_outcome.check(case).answer == "weak"


def test_several_placebos_share_one_chance_of_a_false_alarm() -> None:
    tables = {"y": QUIET, "a": noise(8, 160, 20), "b": noise(9, 160, 20)}
    one = placebo_outcome.check(case_of(panel_of(tables, STARTS), placebo_outcomes=("a",)))
    two = placebo_outcome.check(case_of(panel_of(tables, STARTS), placebo_outcomes=("a", "b")))
    assert figure(two, "a_low") < figure(one, "a_low")


@pytest.mark.parametrize("named", [(), ("not_there",)])
def test_no_placebo_outcome_cannot_tell(named: tuple[str, ...]) -> None:
    case = case_of(panel_of(QUIET, STARTS), placebo_outcomes=named)
    assert placebo_outcome.check(case).answer == "cannot tell"
