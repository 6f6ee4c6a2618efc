from __future__ import annotations

import numpy as np
import pytest

from trueup.measure.numerics.places import places_of, rows_by_place


@pytest.mark.parametrize("most", [1, 5, 100_000])
def test_places_are_those_that_sorting_finds(most: int) -> None:
    """Against numpy's sort, with rows of nobody (-1)."""
    codes = np.random.default_rng(most).integers(-1, most, 5_000)
    kinds, places = places_of(codes)
    expected, where = np.unique(codes, return_inverse=True)
    assert np.array_equal(kinds, expected)
    assert np.array_equal(places, where)
    found = rows_by_place(places, kinds.size)
    assert all(
        np.array_equal(found[n], np.flatnonzero(codes == kind)) for n, kind in enumerate(kinds)
    )


def test_of_no_rows_there_are_no_places() -> None:
    kinds, places = places_of(np.array([], dtype=np.int64))
    assert kinds.size == places.size == 0
