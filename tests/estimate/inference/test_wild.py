"""The wild cluster bootstrap from cluster sums, against samples rebuilt and refitted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from tests.estimate.panels import drawn_panel, sample_of
from trueup.estimate.inference.bounds import not_refuted
from trueup.estimate.inference.sample import Sample
from trueup.estimate.inference.wild import Turns, WildBootstrap, draw_turns
from trueup.estimate.numerics.regression.within import Nuisance, partial_out


def rebuilt_p(sample: Sample, turns: Turns, null: float) -> float:
    """Impose the null, turn residuals cluster by cluster, run each regression in full."""
    outcome = sample.outcome - null * sample.regressor
    residual = Nuisance(sample.rows).residual(outcome)
    sizes = []
    for weights in np.vstack([np.ones(sample.rows.n_clusters), turns.weights]):
        rebuilt = outcome - residual + weights[sample.rows.cluster] * residual
        fit = partial_out(rebuilt, sample.regressor, sample.rows)
        assert fit is not None
        sizes.append(abs(fit.coefficient) * fit.mass / np.sqrt(np.sum(fit.scores**2)))
    drawn, seen = np.array(sizes[1:]), sizes[0] * (1 - 1e-9)
    many = float(np.count_nonzero(drawn >= seen))
    return many / drawn.size if turns.complete else (1 + many) / (1 + drawn.size)


@pytest.mark.parametrize("null", [0.0, 0.4, -1.0])
@pytest.mark.parametrize(("units", "per_cluster", "draws"), [(12, 2, 99), (11, 1, 99), (26, 2, 99)])
def test_cluster_sums_give_what_refitting_every_sample_gives(
    units: int, per_cluster: int, draws: int, null: float
) -> None:
    panel = drawn_panel(1, units=units, treated=4, gaps=0.2, per_cluster=per_cluster, effect=0.3)
    sample = sample_of(panel, "x")
    fit = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert fit is not None
    turns = draw_turns(units // per_cluster, 1, draws)
    assert rebuilt_p(sample, turns, null) == pytest.approx(WildBootstrap(fit, turns).p_value(null))


def test_few_clusters_go_through_every_pattern_of_signs() -> None:
    turns = draw_turns(5, seed=1)
    assert turns.complete
    assert len({tuple(row) for row in turns.weights}) == 32
    assert turns.least_p == 2 / 32


@pytest.mark.parametrize(("clusters", "values"), [(11, 6), (12, 2), (30, 2)])
def test_under_twelve_clusters_six_values_are_drawn_else_two(clusters: int, values: int) -> None:
    turns = draw_turns(clusters, seed=1, draws=500)
    assert not turns.complete
    assert np.unique(turns.weights.round(9)).size == values
    assert np.mean(turns.weights**2) == pytest.approx(1.0, abs=0.03)


def test_the_interval_holds_what_the_test_does_not_refute() -> None:
    sample = sample_of(drawn_panel(2, units=20, treated=7, effect=0.5))
    fit = partial_out(sample.outcome, sample.regressor, sample.rows)
    assert fit is not None
    p_of = WildBootstrap(fit, draw_turns(20, 1)).p_value
    found = not_refuted(p_of, fit.coefficient, 0.2, 0.95)
    assert found is not None
    for end, outward in zip(found, (-1e-3, 1e-3), strict=True):
        assert p_of(end - outward) > 0.05 >= p_of(end + outward)


def test_an_estimate_is_never_refuted_by_its_own_test_even_without_noise() -> None:
    sample = sample_of(drawn_panel(3, units=20, treated=7))
    clean = partial_out(3.0 * sample.regressor, sample.regressor, sample.rows)
    assert clean is not None
    assert WildBootstrap(clean, draw_turns(20, 1)).p_value(clean.coefficient) == 1.0
