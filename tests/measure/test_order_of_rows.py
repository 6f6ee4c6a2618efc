"""Rows come out of an engine in any order; what is counted of them is equal to the last bit."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.units.weeks import unit_weeks

MINUTE = 60_000_000


def busy(seed: int) -> Drawing:
    """Three hundred changes of one week with odd waits and practices, their rows in any order."""
    drawing, chance = Drawing("2026-06-01"), random.Random(3)
    drawing.member("ann", "t")
    drawing.member("bob", "t")
    drawing.person("bob")
    drawing.add("service", service_id="s", repository_id="r", team_id="t")
    for number in range(300):
        name, landed = f"c{number}", at("2026-03-03") + chance.randrange(1000 * MINUTE)
        drawing.change(name, landed, first=landed - chance.randrange(9999 * MINUTE))
        drawing.add(
            "review",
            review_id=f"v{number}",
            change_id=name,
            reviewer_account_id="bob",
            requested_at=landed - chance.randrange(999 * MINUTE),
            submitted_at=landed,
        )
        drawing.deploy(f"d{number}", "2026-03-05", name)
        drawing.rows["deployment"][-1]["finished_at"] += chance.randrange(999 * MINUTE)
    for number in range(9):
        drawing.add(
            "practice",
            practice=f"p{number}",
            level_ratio=0.1 + number / 11,
            seen_at=at("2026-03-01"),
        )
    for rows in drawing.rows.values():
        random.Random(seed).shuffle(rows)
    return drawing


@pytest.fixture(scope="module")
def counted() -> pa.Table:
    """What is counted of the first order."""
    return unit_weeks(busy(0))


def test_the_scene_has_sums_that_depend_on_order_unless_care_is_taken(counted: pa.Table) -> None:
    """One week with 300 changes: their waits and lead times have a mean, the practices one too."""
    (week,) = [row for row in counted.to_pylist() if row["review_wait_mean_seconds"]]
    assert week["lead_time_mean_seconds"] > 0
    assert week["foundation_ratio"] == pytest.approx(0.1 + 4 / 11, rel=1e-6)
    assert week["changes_under_way_items"] > 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_unit_weeks_are_the_same_to_the_last_bit_in_any_order(counted: pa.Table, seed: int) -> None:
    assert unit_weeks(busy(seed)).equals(counted)
