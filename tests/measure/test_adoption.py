"""The rule of adoption on rows of users drawn by hand."""

from __future__ import annotations

import numpy as np

from trueup.measure.units.adoption import adoption


def test_a_unit_adopts_in_the_first_of_four_weeks_running_with_more_than_half_using() -> None:
    active = np.full((5, 8), 4.0)
    users = np.array(
        [
            [0, 3, 3, 3, 3, 0, 0, 0],  # weeks 1 to 4
            [3, 3, 3, 0, 3, 3, 3, 0],  # never four running
            [2, 2, 2, 2, 2, 2, 2, 2],  # half is not more than half
            [0, 0, 0, 0, 4, 4, 4, 4],  # the last four
            [0, 0, 0, 0, 0, 4, 4, 4],  # too late to be four
        ],
        dtype=float,
    )
    assert adoption(users, active, 0.5, 4).tolist() == [1, -1, -1, 4, -1]
    assert adoption(users, active, 0.5, 3).tolist() == [1, 0, -1, 4, 5]


def test_a_week_without_anyone_breaks_the_run() -> None:
    users, active = np.full((1, 5), 2.0), np.full((1, 5), 2.0)
    users[0, 2] = active[0, 2] = 0.0
    assert adoption(users, active, 0.5, 4).tolist() == [-1]


def test_fewer_weeks_than_a_run_needs_show_no_adoption() -> None:
    assert adoption(np.full((2, 3), 2.0), np.full((2, 3), 2.0), 0.5, 4).tolist() == [-1, -1]
