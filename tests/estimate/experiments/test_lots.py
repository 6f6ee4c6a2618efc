"""Lots: balanced, fair, the same from the same seed, and drawn anew as they were drawn."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tests.estimate.experiments.plans import a_plan
from trueup.errors import EstimateError
from trueup.estimate.experiments.lots import Mechanism, Place, draw_tables
from trueup.estimate.experiments.planning import Consenting, draw_lots

MONDAY = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    ("weeks", "days", "share"), [(8, 5, 0.4), (7, 5, 0.5), (4, 4, 0.3), (3, 5, 0.2)]
)
def test_weeks_and_weekdays_differ_by_one_lot_at_most(weeks: int, days: int, share: float) -> None:
    drawn = draw_tables((weeks, days), share, np.random.default_rng(1), draws=500)
    by_week, by_day = drawn.sum(axis=2), drawn.sum(axis=1)
    assert (np.ptp(by_week, axis=1) <= 1).all()
    assert (np.ptp(by_day, axis=1) <= 1).all()
    assert abs(drawn.mean() - share) < 0.01


def test_every_day_is_as_likely_as_any_other_to_be_without_ai() -> None:
    """20,000 draws: a share of .4 has a standard error of .0035; five of them are .017."""
    drawn = draw_tables((6, 5), 0.4, np.random.default_rng(2), draws=20_000)
    assert np.abs(drawn.mean(axis=0) - 0.4).max() < 0.017


def test_two_weeks_of_one_person_are_not_the_same_lots_over_again() -> None:
    drawn = draw_tables((4, 5), 0.4, np.random.default_rng(3), draws=200)
    assert len({table.tobytes() for table in drawn}) > 150


def test_who_joins_later_changes_nobody_elses_lots() -> None:
    plan, people = a_plan(), [Consenting(account_id=f"p_{k}") for k in range(9)]
    few = draw_lots(plan, people[:8], starts_on=MONDAY, drawn_at=0).to_pylist()
    all_ = draw_lots(plan, people, starts_on=MONDAY, drawn_at=0).to_pylist()
    assert all_[: len(few)] == few
    assert {row["account_id"] for row in all_[len(few) :]} == {"p_8"}


def test_a_person_gets_every_working_day_of_their_weeks_once() -> None:
    rows = draw_lots(a_plan(weeks=4), [Consenting(account_id="p")], starts_on=MONDAY, drawn_at=0)
    found = rows.to_pylist()
    assert len({row["started_at"] for row in found}) == len(found) == 20
    assert [row["block"] for row in found[::5]] == ["2026-W11", "2026-W12", "2026-W13", "2026-W14"]
    assert sum(row["arm"] == "no_ai" for row in found) == 8


def test_tasks_are_balanced_in_fives_and_a_second_batch_is_drawn_apart() -> None:
    """With four in ten without AI, lots are balanced in every five tasks: two and three."""
    plan = a_plan(unit="task", outcome="task_time")
    own = Consenting(account_id="p", tasks=tuple(f"t{k}" for k in range(20)))
    first = draw_lots(plan, [own], starts_on=MONDAY, drawn_at=1).to_pylist()
    later = draw_lots(plan, [own], starts_on=MONDAY, drawn_at=2, batches={"p": 1}).to_pylist()
    for rows in (first, later):
        without = [row["arm"] == "no_ai" for row in rows]
        assert [sum(without[k : k + 5]) for k in range(0, 20, 5)] == [2, 2, 2, 2]
    assert [row["arm"] for row in first] != [row["arm"] for row in later]
    assert {row["block"] for row in later} == {"1.0", "1.1", "1.2", "1.3"}


def test_lots_are_drawn_anew_as_they_were_drawn_for_those_that_are_read() -> None:
    """One person of two weeks and two days, half without AI: each week and day has one."""
    places = tuple(Place(table=("p", 0), row=week, column=day) for week in (0, 1) for day in (0, 1))
    found = Mechanism(places=places, shapes={("p", 0): (2, 2)}, share=0.5).again(2000, seed=1)
    ways, counts = np.unique(found, axis=0, return_counts=True)
    assert ways.tolist() == [[0, 1, 1, 0], [1, 0, 0, 1]]
    assert abs(counts[0] - 1000) < 112  # five standard errors


@pytest.mark.parametrize("share", [0.0, 0.05, 0.95, 1.0])
def test_a_share_that_leaves_an_arm_nearly_empty_is_refused(share: float) -> None:
    with pytest.raises(EstimateError, match="nearly empty"):
        a_plan(without_ai=share)


def test_no_two_people_have_the_same_lots_and_another_seed_gives_others() -> None:
    people = [Consenting(account_id=f"p_{k}") for k in range(20)]
    arms = []
    for seed in (1, 2):
        rows = draw_lots(a_plan(seed=seed), people, starts_on=MONDAY, drawn_at=0).to_pylist()
        arms += [tuple(r["arm"] for r in rows[k : k + 40]) for k in range(0, 800, 40)]
    assert len(set(arms)) == 40
