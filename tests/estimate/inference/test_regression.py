"""Which interval a regression gets, and when it gets none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.estimate.panels import Floats, drawn_panel, made_panel, sample_of
from trueup.estimate.inference.bounds import Bounds, Refusal, not_refuted
from trueup.estimate.inference.regression import Link, by_jackknife, regress


def bounds(link: Link = "difference", **shape: float | bool) -> Bounds | Refusal:
    """Regress a drawn panel."""
    panel = drawn_panel(1, **shape)  # type: ignore[arg-type]
    return regress(sample_of(panel), link, 0.95, 1)


@pytest.mark.parametrize("link", ["difference", "proportion"])
@pytest.mark.parametrize(
    ("units", "treated", "recipe"),
    [(9, 4, "permutation"), (24, 3, "permutation"), (24, 8, "wild"), (90, 40, "crv1")],
)
def test_the_rule_is_followed(link: Link, units: int, treated: int, recipe: str) -> None:
    found = bounds(link, units=units, treated=treated, counted=link == "proportion", effect=0.4)
    assert isinstance(found, Bounds)
    if (link, recipe) != ("proportion", "crv1"):
        assert found.recipe == recipe
    assert found.low < found.coefficient < found.high
    assert (found.n_clusters, found.n_treated) == (units, treated)


def test_many_clusters_of_which_few_carry_the_answer_are_bootstrapped() -> None:
    """Of 60 teams one in each arm is a hundred times the rest: the mean is theirs."""
    panel = drawn_panel(2, units=60, treated=30, counted=True)
    sizes = np.ones(60)
    sizes[[0, 59]] = 100
    wide = np.nan_to_num(panel.wide("y")) * sizes[:, None]
    unequal = made_panel({"y": wide}, panel.adopted_in.tolist())
    found = regress(sample_of(unequal), "proportion", 0.95, 1, jackknife=False)
    assert isinstance(found, Bounds)
    assert found.recipe == "wild"


def test_six_clusters_of_which_three_adopt_can_refute_nothing_and_say_so() -> None:
    outcome = np.random.default_rng(1).normal(size=(6, 12))
    outcome[:3, 6:] += 1000
    panel = made_panel({"y": outcome}, [6, 6, 6, -1, -1, -1])
    found = regress(sample_of(panel), "difference", 0.95, 1)
    assert isinstance(found, Refusal)
    assert "3 of 6 clusters" in found.reason
    assert "least p it can reach is 0.1" in found.reason


def test_treatment_that_differs_within_too_few_clusters_is_refused() -> None:
    """Two units a cluster, one of which adopts: nothing whole can be dealt out."""
    outcome = np.random.default_rng(2).normal(size=(12, 8))
    adopted = [4, -1, 4, -1] + [-1] * 8
    panel = made_panel({"y": outcome}, adopted, cluster=np.repeat(np.arange(6), 2).tolist())
    found = regress(sample_of(panel), "difference", 0.95, 1)
    assert isinstance(found, Refusal)
    assert "2 of 6 clusters" in found.reason


def constant() -> tuple[Floats, list[int]]:
    """Return an outcome that never changes."""
    return np.full((20, 8), 3.0), [4] * 8 + [-1] * 12


def one_period() -> tuple[Floats, list[int]]:
    """Return a single period."""
    return np.random.default_rng(1).normal(size=(20, 1)), [0] * 8 + [-1] * 12


def all_at_once() -> tuple[Floats, list[int]]:
    """Return units that all adopt in the same period."""
    return np.random.default_rng(1).normal(size=(20, 8)), [4] * 20


def nobody() -> tuple[Floats, list[int]]:
    """Return units that never adopt."""
    return np.random.default_rng(1).normal(size=(20, 8)), [-1] * 20


def always() -> tuple[Floats, list[int]]:
    """Return units that had adopted before the first period, or never do."""
    return np.random.default_rng(1).normal(size=(20, 8)), [0] * 8 + [-1] * 12


@pytest.mark.parametrize(
    ("world", "reason"),
    [
        (constant, "never changes"),
        (one_period, "Fewer than two periods hold anything"),
        (all_at_once, "no unit serves as a comparison"),
        (nobody, "none was seen both before and after"),
        (always, "none was seen both before and after"),
    ],
)
def test_a_world_without_a_comparison_is_refused_by_name(
    world: Callable[[], tuple[Floats, list[int]]], reason: str
) -> None:
    outcome, adopted = world()
    found = regress(sample_of(made_panel({"y": outcome}, adopted)), "difference", 0.95, 1)
    assert isinstance(found, Refusal)
    assert reason in found.reason
    assert found.remedy.endswith(".")


def test_one_cluster_is_refused() -> None:
    outcome = np.random.default_rng(1).normal(size=(4, 8))
    panel = made_panel({"y": outcome}, [4, 4, -1, -1], cluster=[0, 0, 0, 0])
    found = regress(sample_of(panel), "difference", 0.95, 1)
    assert isinstance(found, Refusal)
    assert "one cluster" in found.reason


def test_the_jackknifes_interval_has_the_same_middle() -> None:
    found = bounds(units=24, treated=8)
    assert isinstance(found, Bounds)
    other = by_jackknife(found)
    assert (other.low + other.high) / 2 == pytest.approx(found.coefficient)
    assert "CRV3" in other.method


def test_the_same_seed_gives_the_same_interval() -> None:
    assert bounds(units=24, treated=8) == bounds(units=24, treated=8)


def test_shifting_the_outcome_shifts_the_interval() -> None:
    """Taking 2 out of every treated row moves estimate and ends by exactly 2, by every recipe."""
    for units, treated in ((9, 4), (24, 8), (60, 25)):
        panel = drawn_panel(4, units=units, treated=treated)
        moved = panel.wide("y") + 2 * (
            (panel.adopted_in[:, None] >= 0) & (np.arange(12) >= panel.adopted_in[:, None])
        )
        other = made_panel({"y": moved}, panel.adopted_in.tolist())
        one, two = (regress(sample_of(p), "difference", 0.95, 1) for p in (panel, other))
        assert isinstance(one, Bounds)
        assert isinstance(two, Bounds)
        assert two.low == pytest.approx(one.low + 2, abs=1e-4)
        assert two.high == pytest.approx(one.high + 2, abs=1e-4)


def test_an_estimate_its_own_test_refutes_has_no_interval() -> None:
    assert not_refuted(lambda _: 0.01, 0.0, 1.0, 0.95) is None


def test_a_test_that_refutes_nothing_has_no_ends() -> None:
    assert not_refuted(lambda _: 0.5, 0.0, 1.0, 0.95) == (-np.inf, np.inf)


def test_the_ends_are_where_the_p_crosses() -> None:
    """With p = max(0, 1 - |x - 1|) the level 0.95 is crossed 0.95 away from 1."""
    found = not_refuted(lambda value: max(0.0, 1 - abs(value - 1)), 1.0, 0.3, 0.95)
    assert found == pytest.approx((0.05, 1.95), abs=1e-4)
