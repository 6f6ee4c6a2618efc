"""Items inside, by hand and counted one by one."""

from __future__ import annotations

import numpy as np
import pytest

from trueup.measure.numerics.inside import mean_inside


def test_by_hand() -> None:
    """In [0, 2): one from 1 on, one all along. In [2, 6): the first until 3, the other for good."""
    entered, left = np.array([1.0, -5.0]), np.array([3.0, np.inf])
    found = mean_inside(entered, left, np.array([0, 0]), np.array([0.0, 2.0, 6.0]), 2)
    assert found.tolist() == [[1.5, 1.25], [0.0, 0.0]]


def test_it_is_the_sum_of_overlaps() -> None:
    draw = np.random.default_rng(1)
    entered = draw.uniform(-3, 12, 300)
    left = np.where(draw.random(300) < 0.2, np.inf, entered + draw.exponential(2, 300))
    place, edges = draw.integers(0, 4, 300), np.array([0.0, 1.0, 3.0, 4.5, 10.0])
    overlap = np.minimum(left[:, None], edges[1:]) - np.maximum(entered[:, None], edges[:-1])
    overlap = np.maximum(overlap, 0.0)
    expected = np.stack([overlap[place == one].sum(axis=0) for one in range(4)]) / np.diff(edges)
    assert mean_inside(entered, left, place, edges, 4) == pytest.approx(expected)
