"""What follows on practice: a cliff, a slope, nothing, too few, and what is not seen."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trueup.estimate.assessment import Threshold
from trueup.estimate.practices.asking import AfterPractice, after_practice, asked_of
from trueup.estimate.practices.cliff import cliffs_of_practice
from trueup.estimate.practices.inequality import Spread
from trueup.measure.practices.history import Dated
from trueup.measure.practices.practice import Practices
from trueup.measure.practices.quarters import LEAD_TIME, OUTPUT, POINTS, quarter_of
from trueup.measure.practices.rubric import Standing
from trueup.model.evidence import Abstention

QUARTERS = tuple(f"{year}-Q{number}" for year in (2024, 2025) for number in (1, 2, 3, 4))


def rows(
    *,
    jump: float = 0.0,
    slope: float = 0.0,
    good_teams: float = 0.0,
    unseen: int = 0,
    teams: int = 90,
    seed: int = 2,
) -> pa.Table:
    """Repositories whose points climb; the quarter after, output jumps above five of them.

    `good_teams` makes output follow each one's usual points whatever it does; `unseen` points are
    never seen, half of them there.
    """
    rng = np.random.default_rng(seed)
    quarters = len(QUARTERS)
    usual = rng.uniform(0, 8, teams)[:, None]
    steps = rng.integers(0, 3, (teams, quarters)).cumsum(axis=1) - 3
    points = np.clip(np.rint(usual + steps), 0, 10)
    before = np.column_stack([np.zeros(teams), points[:, :-1]])
    output = 2 + jump * (before > 5) + slope * before + good_teams * usual
    output = output + 0.4 * rng.normal(size=(teams, 1)) + 0.4 * rng.normal(size=points.shape)
    low = np.maximum(points - rng.integers(0, unseen + 1, points.shape), 0)
    high = np.minimum(low + unseen, 10) if unseen else points
    level = np.select([points >= 8, points >= 4], [3, 2], 1).astype(float)
    unit = np.repeat([f"r{team:03d}" for team in range(teams)], quarters)
    values = (low, high, level, level)
    return pa.table(
        {
            "unit": unit,
            "quarter": list(QUARTERS) * teams,
            "cluster": unit,
            "active_developers": np.full(unit.size, 60.0),
            **{name: each.ravel() for name, each in zip(POINTS, values, strict=True)},
            OUTPUT: output.ravel(),
            "change_failure_ratio": pa.nulls(unit.size, pa.float64()),
            LEAD_TIME: pa.nulls(unit.size, pa.float64()),
        }
    )


def answer(table: pa.Table) -> Threshold:
    (found,) = asked_of(table, draws=199).cliffs
    assert isinstance(found, Threshold)
    return found


def test_a_cliff_is_found_at_its_place_and_size() -> None:
    found = answer(rows(jump=1.0))
    assert found.answer == "cliff supported"
    assert found.location == pytest.approx(5, abs=0.01)  # more than five points
    assert found.jump is not None
    assert found.jump.interval.low < 1.0 < found.jump.interval.high
    assert "points of the period before pass 5" in found.says


def test_a_slope_and_nothing_are_no_cliff() -> None:
    assert answer(rows(slope=0.1, teams=300)).answer == "slope only"
    assert answer(rows()).answer in ("no evidence", "cannot tell")


def test_teams_that_are_good_whatever_they_do_make_no_cliff_of_their_own() -> None:
    found = answer(rows(good_teams=0.4))
    assert found.answer in ("no evidence", "cannot tell")
    assert found.jump is None


def test_where_what_is_not_seen_decides_nobody_can_tell_and_the_jump_it_takes_is_said() -> None:
    found = answer(rows(jump=1.0, unseen=6))
    assert found.answer == "cannot tell"
    assert (found.location, found.pieces, found.jump) == (None, (), None)
    assert found.detectable_jump is not None
    assert "80 % chance" in found.says


def test_an_end_that_cannot_be_tried_leaves_it_open() -> None:
    table = rows(jump=1.0)
    flat = table.set_column(
        table.column_names.index(POINTS[1]), POINTS[1], pa.array(np.full(table.num_rows, 10.0))
    )
    found = answer(flat)
    assert found.answer == "cannot tell"
    assert "what is not seen of practice decides" in found.says


def test_too_few_repositories_abstain_and_say_how_many_more() -> None:
    history = tuple(
        Dated(
            unit="repository", name=f"r{number}", quarter=quarter, ends_at=0, standing=Standing(),
            in_use=True,
        )
        for number in range(6)
        for quarter in QUARTERS
    )  # fmt: skip
    found = after_practice(None, Practices(history=history))  # type: ignore[arg-type]
    (why,) = found.cliffs
    assert isinstance(why, Abstention)
    assert why.n == 6
    assert "14 more" in why.remedy
    assert found.spreads == ()


def test_nothing_that_reaches_users_leaves_nothing_to_ask_about() -> None:
    table = rows()
    empty = table.set_column(
        table.column_names.index(OUTPUT), OUTPUT, pa.nulls(table.num_rows, pa.float64())
    )
    (why,) = asked_of(empty, draws=19).cliffs
    assert isinstance(why, Abstention)


def test_inequality_is_of_repositories_and_between_levels_that_are_certain() -> None:
    found: AfterPractice = asked_of(rows(jump=1.0), draws=19)
    told = {each.of: each for each in found.spreads if isinstance(each, Spread)}
    assert {"all", "between levels"} <= set(told)
    assert 0 < told["between levels"].gini < told["all"].gini
    assert found.n_units == 90


def test_units_may_be_compared_with_each_other_where_that_is_asked_for() -> None:
    from trueup.estimate.practices.asking import panel_of_quarters

    panel = panel_of_quarters(rows(jump=1.0), (OUTPUT,))
    (found,) = cliffs_of_practice(panel, (OUTPUT,), within="pooled", draws=99)
    assert isinstance(found, Threshold)
    assert found.answer != "no evidence"


def test_quarters_are_named_by_their_months() -> None:
    assert [quarter_of(f"2026-{month:02d}") for month in (1, 3, 4, 12)] == [
        "2026-Q1",
        "2026-Q1",
        "2026-Q2",
        "2026-Q4",
    ]
