"""From recorded lots to rows: tasks by lot, times by the day of beginning, what is left out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from tests.estimate.experiments.plans import a_plan
from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.errors import EstimateError
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.experiments.answering.assigned import gather, read_assigned
from trueup.estimate.experiments.answering.weighing import answer
from trueup.estimate.experiments.plan import ExperimentPlan, day_bounds
from trueup.estimate.experiments.planning import Consenting, draw_lots
from trueup.model.evidence import Abstention

PEOPLE = tuple(f"p_{number}" for number in range(10))
MONDAY = dt.date(2026, 3, 9)
DRAWN = at("2026-03-09T08:00")


def with_lots(plan: ExperimentPlan, **tasks: int) -> tuple[Drawing, list[dict[str, Any]]]:
    """Return a world with the lots of ten people; `many` tasks each, named after them."""
    world = Drawing("2026-07-01")
    many = tasks.get("many", 0)
    consenting = [
        Consenting(account_id=who, tasks=tuple(f"{who}-{k}" for k in range(many))) for who in PEOPLE
    ]
    rows = draw_lots(plan, consenting, starts_on=MONDAY, drawn_at=DRAWN).to_pylist()
    for row in rows:
        world.add("experiment_assignment", **row)
    for who in PEOPLE:
        world.person(who)
    return world, rows


def does(world: Drawing, who: str, item: str, begins: int, hours: float | None) -> None:
    """Let somebody do a task in so many hours; None: it is never finished."""
    done = None if hours is None else begins + round(hours * 3.6e9)
    world.add(
        "work_item",
        work_item_id=item,
        item_type="task",
        created_at=begins - 1,
        done_at=done,
        resolution="done" if done else None,
        assignee_person_id=who,
    )
    moves = [("queue", "active", begins), *([("active", "done", done)] if done else [])]
    for before, after, when in moves:
        world.add(
            "work_item_transition",
            work_item_id=item,
            happened_at=when,
            from_stage=before,
            to_stage=after,
            person_id=who,
        )


def test_tasks_that_take_twice_as_long_as_usual_are_told() -> None:
    """Without AI a task takes between one and two hours, with it exactly twice that: +100 %.

    Times are of ten steps, dealt out alike in both arms of each person, so that the mean of
    logarithms differs by log 2 and chance by nothing.
    """
    plan = a_plan(unit="task", outcome="task_time", without_ai=0.5, weeks=8)
    world, rows = with_lots(plan, many=20)
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        step = seen[row["account_id"], row["arm"]] = (
            seen.get((row["account_id"], row["arm"]), -1) + 1
        )
        hours = (1 + step / 10) * (2 if row["arm"] == "as_usual" else 1)
        does(world, row["account_id"], row["unit_id"], DRAWN + number * 3_600_000_000, hours)
    found = answer(world.ready(), plan)
    assert isinstance(found, ExperimentAnswer)
    assert found.itt.value == pytest.approx(1.0, abs=1e-9)
    assert found.verdict.say() == "leaning towards harm"
    assert (found.itt.n_units, found.itt.n_treated, found.itt.n_clusters) == (200, 100, 10)
    assert found.itt.design == "randomised within person by task"
    assert isinstance(found.compliance, Abstention)


def test_tasks_begun_too_early_or_never_finished_are_left_out_and_counted() -> None:
    plan = a_plan(unit="task", outcome="task_time", without_ai=0.5)
    world, rows = with_lots(plan, many=4)
    for number, row in enumerate(rows):
        early, unfinished = number < 3, 3 <= number < 8
        begins = DRAWN - 1 if early else DRAWN + 1
        if number != 20:
            hours = None if unfinished else 1.0 + number
            does(world, row["account_id"], row["unit_id"], begins, hours)
    tables = world.ready()
    found = gather(tables, plan, read_assigned(tables, plan))
    assert found.drawn.outcome.size == 40 - 1 - 3 - 5
    assert found.left_out == (
        "3 tasks begun before their lot was drawn.",
        "5 of 36 things begun: not finished yet.",
    )
    assert found.begun.outcome.size == 40
    assert np.count_nonzero(found.begun.outcome) == 39
    assert found.unfinished is not None
    assert found.unfinished.outcome.sum() == 5


def test_the_time_of_a_task_goes_to_the_lot_of_the_day_it_was_begun_on() -> None:
    """Each begins one task on Monday and one on Saturday, which is no day of the experiment."""
    plan = a_plan(outcome="task_time", weeks=4)
    world, rows = with_lots(plan)
    for number, who in enumerate(PEOPLE):
        does(world, who, f"{who}-mon", at("2026-03-09T10:00"), 1.0 + number)
        does(world, who, f"{who}-sat", at("2026-03-14T10:00"), 1.0)
    tables = world.ready()
    found = gather(tables, plan, read_assigned(tables, plan)).drawn
    assert np.exp(found.outcome) / 3600 == pytest.approx(1.0 + np.arange(10))
    monday = day_bounds(MONDAY, "UTC")[0]
    arms = {r["account_id"]: r["arm"] == "as_usual" for r in rows if r["started_at"] == monday}
    assert found.treatment.tolist() == [float(arms[who]) for who in PEOPLE]


def test_two_accounts_found_to_be_one_persons_count_once() -> None:
    plan = a_plan(weeks=4)
    world, _ = with_lots(plan)
    for row in world.rows["account"]:
        row["person_id"] = "p_0" if row["account_id"] == "p_9" else row["account_id"]
    tables = world.ready()
    found = gather(tables, plan, read_assigned(tables, plan))
    assert found.drawn.outcome.size == 9 * 20
    assert found.left_out == (
        "Accounts found since to be of one person: the first one's lots count.",
    )


def test_lots_of_another_plan_are_refused() -> None:
    plan = a_plan(weeks=4)
    world, _ = with_lots(plan)
    with pytest.raises(EstimateError, match="another plan"):
        read_assigned(world.ready(), a_plan(weeks=4, smallest=0.3))
    with pytest.raises(EstimateError, match="No lots"):
        read_assigned(Drawing().ready(), plan)
