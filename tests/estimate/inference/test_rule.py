from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from trueup.errors import EstimateError
from trueup.estimate.inference.rule import count_arrangements, least_p_of_permutation, rule_for


@pytest.mark.parametrize(
    ("clusters", "treated", "recipe"),
    [
        (6, 3, "permutation"),
        (8, 2, "permutation"),
        (10, 5, "permutation"),
        (10, 10, "permutation"),
        (11, 5, "wild"),
        (20, 1, "permutation"),
        (20, 3, "permutation"),
        (20, 4, "wild"),
        (40, 4, "wild"),
        (40, 20, "wild"),
        (41, 20, "crv1"),
        (41, 41, "crv1"),
        (400, 9, "wild"),
        (400, 10, "crv1"),
        (400, 3, "permutation"),
    ],
)
def test_the_treated_clusters_decide_not_only_all_of_them(
    clusters: int, treated: int, recipe: str
) -> None:
    assert rule_for(clusters, treated) == recipe


@pytest.mark.parametrize(("clusters", "treated"), [(20, 18), (400, 397), (60, 54), (60, 30)])
def test_few_untreated_are_as_bad_as_few_treated(clusters: int, treated: int) -> None:
    assert rule_for(clusters, treated) == rule_for(clusters, clusters - treated)


def test_where_dates_differ_only_the_treated_are_counted() -> None:
    assert rule_for(40, 38) == "permutation"
    assert rule_for(40, 38, arms=False) == "wild"
    assert rule_for(60, 58, arms=False) == "crv1"
    assert rule_for(60, 2, arms=False) == "permutation"


def test_one_treated_cluster_is_never_given_cluster_robust_errors() -> None:
    assert {rule_for(n, 1) for n in range(2, 5000)} == {"permutation"}


@pytest.mark.parametrize(("clusters", "treated"), [(5, 0), (3, 4), (0, 0)])
def test_an_impossible_design_is_an_error(clusters: int, treated: int) -> None:
    with pytest.raises(EstimateError, match="clusters treated is no design"):
        rule_for(clusters, treated)


@pytest.mark.parametrize(("clusters", "treated"), [(6, 3), (8, 2), (10, 5), (7, 1), (5, 4)])
def test_the_least_p_is_that_of_going_through_all_choices(clusters: int, treated: int) -> None:
    """The most extreme choice of all: how many choices have a difference of means as large."""
    rng = np.random.default_rng(clusters)
    values = rng.normal(size=clusters)
    sizes = np.array([difference(values, chosen) for chosen in choices(clusters, treated)])
    least = np.mean(sizes >= sizes.max() - 1e-12)
    assert least_p_of_permutation(clusters, treated) == pytest.approx(least)


def choices(clusters: int, treated: int) -> list[tuple[int, ...]]:
    """Return every choice of the treated."""
    return list(combinations(range(clusters), treated))


def difference(values: np.ndarray, chosen: tuple[int, ...]) -> float:
    """Return the size of the difference of means."""
    inside = np.isin(np.arange(values.size), chosen)
    return float(abs(values[inside].mean() - values[~inside].mean()))


def test_arrangements_of_dates_are_counted_with_repeats() -> None:
    """Of 2 + 1 + 3 clusters: 6! / (2! 1! 3!) = 60."""
    assert count_arrangements([4, 4, 9, -1, -1, -1]) == 60
