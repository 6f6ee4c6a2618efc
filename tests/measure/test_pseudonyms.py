"""Pseudonyms differ from workspace to workspace; what is measured of the same records does not."""

from __future__ import annotations

import numpy as np

from trueup.measure.frames.frame import Labels, by_deeds


def test_who_did_most_is_first_and_of_equals_who_was_earlier() -> None:
    """Pip and Zed did 5 each, Zed from instant 10 and Pip from 20; Ann did 1; one is unknown."""
    of_one = Labels(codes=np.array([2, 1, 2, 0, -1]), names=("ann", "pip", "zed"))
    amount, at = np.array([2.0, 5.0, 3.0, 1.0, 9.0]), np.array([30, 20, 10, 5, 1])

    found = by_deeds(of_one, amount, at)

    assert found.names == ("zed", "pip", "ann")
    assert found.codes.tolist() == [0, 1, 0, 2, -1]


def test_other_pseudonyms_give_the_same_numbers() -> None:
    """The same three under names that sort the other way around."""
    amount, at = np.array([2.0, 5.0, 3.0, 1.0]), np.array([30, 20, 10, 5])
    one = Labels(codes=np.array([2, 1, 2, 0]), names=("a", "b", "c"))
    other = Labels(codes=np.array([0, 1, 0, 2]), names=("x", "y", "z"))

    assert by_deeds(one, amount, at).codes.tolist() == by_deeds(other, amount, at).codes.tolist()
