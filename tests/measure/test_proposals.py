"""Three landed changes as the forge counts them.

::

    change   lines added + deleted   files
    one      10 + 2                    1
    two      25 + 5                    2
    three    100 + 50                  6
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, measured, value
from tests.measure.forge import Forge


@pytest.fixture
def three() -> Forge:
    world = Forge()
    for name, added, deleted, files in (
        ("one", 10, 2, 1),
        ("two", 25, 5, 2),
        ("three", 100, 50, 6),
    ):
        world.proposed(
            name, 1, landed=2, lines_added=added, lines_deleted=deleted, file_count=files
        )
    return world


def test_proposed_size_lines_is_a_mean(three: Forge) -> None:
    assert value("proposed_size_lines", three) == (12 + 30 + 150) / 3


def test_changed_files_is_a_mean(three: Forge) -> None:
    assert value("changed_files", three) == 3


def test_proposed_churn_ratio_is_deleted_over_added(three: Forge) -> None:
    assert value("proposed_churn_ratio", three) == 57 / 135


def test_a_change_without_a_size_is_unknown_not_empty(three: Forge) -> None:
    three.proposed("four", 1, landed=2)
    found = measured("proposed_size_lines", three)
    assert (found.value, found.n, found.coverage) == (64, 3, 3 / 4)


def test_changes_of_which_none_has_a_size_abstain() -> None:
    world = Forge()
    world.proposed("one", 1, landed=2)
    assert "have no size on the forge" in abstention("proposed_churn_ratio", world).reason


def test_an_open_change_has_not_landed(three: Forge) -> None:
    three.proposed("open", 1, lines_added=900, lines_deleted=0)
    assert measured("proposed_size_lines", three).n == 3
