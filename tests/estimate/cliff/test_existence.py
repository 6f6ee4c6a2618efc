"""Is there a jump anywhere: what is refuted, what is not, and what could have been seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.estimate.cliff.worlds import jump, line, once, panel_of, sample_of, team_weeks
from trueup.estimate.cliff.existence import Existence, search
from trueup.estimate.cliff.sample import Sample, take_sample
from trueup.estimate.numerics.jump.ranked import rank_rows
from trueup.estimate.numerics.jump.scan import candidates, scan, sup_draws
from trueup.model.evidence import Abstention


def searched(sample: Sample, seed: int = 0, draws: int = 99) -> Existence:
    found = search(sample, draws=draws, rng=np.random.default_rng(seed))
    assert isinstance(found, Existence)
    return found


def share_refuted(samples: list[Sample]) -> float:
    return float(np.mean([searched(sample).p < 0.05 for sample in samples]))


def test_a_straight_line_is_not_announced_as_a_cliff() -> None:
    refuted = share_refuted([sample_of(once(line, 200, seed)) for seed in range(150)])
    assert refuted <= 0.09


def test_against_a_constant_the_same_lines_would_be() -> None:
    """The trap that the null hypothesis avoids by keeping the line."""
    refuted = []
    for seed in range(60):
        made = sample_of(once(line, 200, seed))
        rows = rank_rows(made.y, made.q, made.cluster, nuisance=made.nuisance, line=False)
        found = scan(rows, candidates(rows))
        sups = sup_draws(rows, found, draws=99, rng=np.random.default_rng(seed))
        refuted.append((sups >= found.statistic.max()).sum() < 4)
    assert np.mean(refuted) > 0.6


def test_team_shocks_are_not_taken_for_a_cliff_unless_clusters_are_ignored() -> None:
    made = [
        sample_of(team_weeks(line, weeks=8, seed=seed, shared=0.6, wander=0.03))
        for seed in range(40)
    ]
    alone = [replace(sample, cluster=np.arange(sample.y.size)) for sample in made]
    assert share_refuted(made) <= 0.12
    assert share_refuted(alone) > 0.5


def test_a_jump_of_half_a_standard_deviation_is_found_among_a_thousand() -> None:
    found = share_refuted([sample_of(once(jump(0.5), 1000, seed)) for seed in range(30)])
    assert found >= 0.75


def test_the_detectable_jump_is_found_about_four_times_in_five() -> None:
    detectable = searched(sample_of(once(line, 300))).detectable
    found = share_refuted([sample_of(once(jump(detectable), 300, seed)) for seed in range(80)])
    assert 0.65 <= found <= 0.95


def test_a_line_added_to_the_outcome_changes_nothing() -> None:
    made = sample_of(team_weeks(jump(0.3)))
    steeper = replace(made, y=made.y + 5 * made.q)
    assert searched(steeper).p == searched(made).p
    assert searched(steeper).detectable == pytest.approx(searched(made).detectable)


def test_period_effects_are_taken_out() -> None:
    panel = team_weeks(jump(0.5))
    made = sample_of(panel)
    shifted = replace(made, y=made.y + np.sin(made.period) * 10)
    assert searched(shifted).detectable == pytest.approx(searched(made).detectable)


def test_rows_with_something_unseen_are_left_out_and_counted() -> None:
    panel = team_weeks(line)
    panel.columns["q"][:7] = np.nan
    sample = sample_of(panel)
    assert sample.left_out == 7
    assert sample.y.size == 593


def refusal(panel: object, within: str = "pooled") -> str:
    found = take_sample(panel, "y", "q", (), within)  # type: ignore[arg-type]
    if isinstance(found, Sample):
        asked = search(found, draws=19, rng=np.random.default_rng(0))
        assert isinstance(asked, Abstention)
        return asked.reason
    return found.reason


def test_few_clusters_are_refused() -> None:
    assert "480 rows of 12 clusters" in refusal(team_weeks(line, teams=12, weeks=40))


def test_a_dose_that_never_changes_is_refused() -> None:
    n = 100
    panel = panel_of(np.arange(n), np.zeros(n, dtype=int), y=np.linspace(0, 1, n), q=np.ones(n))
    assert refusal(panel) == "q never changes."


def test_a_dose_of_two_values_has_no_place_to_search() -> None:
    """A jump between two doses is a slope between two doses."""
    rng = np.random.default_rng(0)
    panel = panel_of(
        np.arange(100), np.zeros(100, dtype=int), y=rng.normal(size=100), q=np.resize([0.0, 1], 100)
    )
    assert "Only 0 values of q" in refusal(panel)


def test_units_seen_once_cannot_be_compared_with_themselves() -> None:
    assert "Each unit is seen once" in refusal(once(line, 100), "unit")
