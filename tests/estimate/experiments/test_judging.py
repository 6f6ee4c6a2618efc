"""The words of an experiment: never stronger than leaning, and none where work was moved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.estimate.experiments.plans import a_plan
from trueup.estimate.assessment import Power
from trueup.estimate.experiments.answering.judging import judge
from trueup.estimate.inference.bounds import Bounds
from trueup.model.effect import Answer, Check

POWER = Power(smallest_detectable=0.2, more_units=9, more_periods=4, says="It would take more.")


def bounds(low: float, high: float) -> Bounds:
    """Return an interval."""
    return Bounds(
        coefficient=(low + high) / 2,
        low=low,
        high=high,
        level=0.95,
        recipe="wild",
        method="by hand",
        error=None,
        p_value=0.5,
        least_p=None,
        n_clusters=20,
        n_treated=20,
        speaks_of="units like these",
        seed=None,
    )


def check(name: str, answer: Answer) -> Check:
    """Return a check that ended so."""
    return Check(name=name, question="?", answer=answer, says=f"{name} was seen.")


def said(low: float, high: float, *checks: Check, **more: Any) -> str:
    """Return the verdict in words; the interval at twice the error is a sixth narrower."""
    inner = (high - low) / 12
    found = judge(a_plan(**more), bounds(low, high), (low + inner, high - inner), checks, POWER)
    assert found.because.endswith(".")
    return found.say()


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.15, 0.40, "leaning towards gain"),
        (0.02, 0.40, "leaning towards gain"),
        (-0.40, -0.15, "leaning towards harm"),
        (-0.20, 0.30, "cannot tell"),
        (-0.05, 0.06, "leaning"),
        (0.01, 0.05, "leaning towards gain"),
    ],
)
def test_more_is_better_of_a_count(low: float, high: float, words: str) -> None:
    assert said(low, high) == words


def test_a_time_that_is_longer_with_ai_leans_towards_harm() -> None:
    assert said(0.15, 0.40, outcome="task_time") == "leaning towards harm"
    assert said(-0.40, -0.15, outcome="task_time") == "leaning towards gain"


def test_nothing_stronger_than_leaning_is_said_of_what_is_no_throughput() -> None:
    found = judge(a_plan(), bounds(0.5, 0.9), (0.55, 0.85), (), POWER)
    assert found.answer == "leaning"
    assert "not yet work that reached users" in found.capped


@pytest.mark.parametrize("name", ["carry_over", "unfinished", "withheld"])
def test_work_that_lots_moved_elsewhere_stops_the_verdict(name: str) -> None:
    assert said(0.15, 0.40, check(name, "fails")) == "cannot tell"
    assert said(0.15, 0.40, check(name, "weak")) == "leaning towards gain"
