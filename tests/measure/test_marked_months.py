"""Months with more marks against months with fewer, on histories with a known answer.

Twenty-four months of twelve changes each; none marked in the first twelve, half in the last.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.asking import abstention, measured
from tests.measure.building import DAY, World, at

RELEASED = "released_in_marked_months_ratio"
LEAD_TIME = "lead_time_in_marked_months_ratio"


def months_of(
    months: int, *, early_wait: float = 5, late_wait: float = 5, share: float = 0.5
) -> World:
    world = World(until="2026-06-30")
    for month in range(months):
        year, number = divmod(2024 * 12 + 6 + month, 12)
        late = month >= months // 2
        for place in range(12):
            landed = at(f"{year}-{number + 1:02d}-{2 * place + 1:02d}T06:00")
            wait = late_wait if late else early_wait
            released = landed + round(wait * DAY)
            name = f"{month}-{place}"
            tool = "claude" if late and place < 12 * share else None
            world.change(name, landed, f"p{place}", tool=tool, released=released, release=name)
            world.add(
                "stage_interval",
                item_kind="change",
                item_id=name,
                stage="release",
                entered_at=landed,
                left_at=released if released < at("2026-06-30") else None,
            )
    return world


def test_lead_time_in_marked_months_ratio_is_the_ratio_of_mean_waits() -> None:
    found = measured(LEAD_TIME, months_of(24, late_wait=10))
    assert found.value == pytest.approx(2.0, rel=0.02)
    assert found.interval is not None
    assert found.interval.low > 1.5


def test_released_in_marked_months_ratio_is_near_one_when_nothing_changes() -> None:
    found = measured(RELEASED, months_of(24))
    assert found.value == pytest.approx(1.0, rel=0.02)
    assert found.interval is not None
    assert found.interval.low <= 1 <= found.interval.high
    assert "months" in found.interval.method


def test_too_few_months_make_it_abstain_saying_how_many_it_needs() -> None:
    found = abstention(RELEASED, months_of(12))
    assert "a comparison needs 16" in found.reason
    assert "20 repositories" in found.remedy


def test_months_that_hardly_differ_in_marks_are_not_compared() -> None:
    assert "differs too little" in abstention(LEAD_TIME, months_of(24, share=0.05)).reason


def test_a_group_of_twenty_repositories_is_resampled_by_repository() -> None:
    world = World(repositories=tuple(f"r{number}" for number in range(20)))
    for table in ("change", "change_commit", "commit", "account", "ai_attribution"):
        rows = months_of(24, late_wait=10).rows[table]
        for number in range(20):
            world.rows[table] += [relocated(row, f"r{number}") for row in rows]
    for number in range(20):
        rows = months_of(24, late_wait=10).rows["stage_interval"]
        world.rows["stage_interval"] += [relocated(row, f"r{number}") for row in rows]
    found = measured(LEAD_TIME, world)
    assert found.clusters == 20
    assert found.value == pytest.approx(2.0, rel=0.02)
    assert found.interval is not None
    assert "over repositories" in found.interval.method


def relocated(row: dict[str, object], repository: str) -> dict[str, object]:
    named = ("change_id", "commit_id", "landed_commit_id", "item_id", "target_id", "account_id")
    moved = {key: f"{repository}:{row[key]}" for key in (*named, "author_account_id") if key in row}
    return {**row, **moved, "repository_id": repository}


def test_a_world_without_difference_is_rarely_called_different() -> None:
    """Nominal 5 % over 40 worlds of random waits; at most 6 alarms is within Monte-Carlo error."""
    from trueup.measure.numerics.resampling import block_draws, percentile_interval
    from trueup.measure.summarising.marked_months import Periods

    alarms = 0
    for seed in range(40):
        generator = np.random.default_rng(seed)
        periods = Periods(
            is_heavy=np.arange(24) >= 12,
            seconds=np.full(24, 2_592_000.0),
            departures=generator.poisson(12, 24).astype(float),
            arrivals=np.full(24, 12.0),
            wait_seconds=generator.gamma(12, 5.0, 24),
        )
        draws = block_draws(24, 3, 499, seed)
        band = percentile_interval(periods.ratios("lead_time", draws), 8)
        assert band is not None
        alarms += not band[0] <= 1 <= band[1]
    assert alarms <= 6
