"""The published contrast against five teams drawn by hand.

Each team is one person; in every quarter of 2025 it lands changes through the forge. Those of the
first two quarters carry no mark, those of the last two all do.

====== ================== ========================= ====================
team   changes a quarter  lines of each, by quarter  two least, two most
====== ================== ========================= ====================
a to d 1                  10, 20, 30, 60             15, 45
e      3                  100, 100, 100, 100         100, 100
====== ================== ========================= ====================

Teams alike: (4 x 15 + 100) / 5 = 32 and (4 x 45 + 100) / 5 = 56, which is +75 %.
All as one: (4 x 30 + 600) / 14 and (4 x 90 + 600) / 14, which is 960 / 720 - 1 = +33.3 %.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.building import at
from tests.measure.drawing import Drawing
from trueup.measure.comparing.beside import FEWEST_UNITS, Beside, BesidePublished, beside_published
from trueup.measure.comparing.published import FIGURES
from trueup.measure.numerics.low_high import comparable, low_and_high
from trueup.model.evidence import Abstention, Measurement
from trueup.units import RELATIVE

MIDDLES = ("2025-02-11", "2025-05-13", "2025-08-12", "2025-11-11")
LINES = dict.fromkeys("abcd", (10, 20, 30, 60)) | {"e": (100, 100, 100, 100)}


def five_teams(teams: str = "abcde") -> Drawing:
    """The drawing of the module's docstring, or some of its teams."""
    world = Drawing("2026-01-31")
    for team in teams:
        world.member(team, team)
        world.person(team)
        world.works(team, "2024-12-24")
        for quarter, day in enumerate(MIDDLES):
            world.works(team, day)
            for number in range(3 if team == "e" else 1):
                land(world, f"{team}{quarter}{number}", team, day, LINES[team][quarter])
                if quarter >= 2:
                    mark(world, f"{team}{quarter}{number}")
    return world


def land(world: Drawing, name: str, author: str, day: str, lines: int) -> None:
    """A change that landed through the forge."""
    world.add(
        "change",
        change_id=name,
        author_account_id=author,
        actor_kind="human",
        landing="squash",
        state="merged",
        opened_at=at(day),
        landed_at=at(day),
        closed_at=at(day),
        lines_added=lines,
        lines_deleted=0,
    )
    world.add("change_commit", change_id=name, commit_id=f"{author}-{day}-r")


def mark(world: Drawing, change: str) -> None:
    """The mark of an AI tool on a change."""
    world.add(
        "ai_attribution", target_kind="change", target_id=change, tool="claude", role="author"
    )


@pytest.fixture(scope="module")
def found() -> BesidePublished:
    """Every row of the five teams."""
    return beside_published(five_teams())


def row(found: BesidePublished, name: str) -> Beside:
    """Return the newest row of an id."""
    return next(each for each in found.rows if each.figure.row == name)


def value(finding: object) -> float:
    """Return a measurement's value."""
    assert isinstance(finding, Measurement), finding
    return finding.value


def test_teams_count_alike_in_the_published_contrast(found: BesidePublished) -> None:
    size = row(found, "pr_size")
    assert (value(size.low), value(size.high)) == (32, 56)
    assert value(size.change) == pytest.approx(0.75)
    assert isinstance(size.change, Measurement)
    assert (size.change.unit, size.change.clusters) == (RELATIVE, 5)


def test_all_as_one_stands_beside_it(found: BesidePublished) -> None:
    assert value(row(found, "pr_size").change_of_sums) == pytest.approx(1 / 3)


def test_what_it_rests_on_is_counted_in_both_ends(found: BesidePublished) -> None:
    """Two quarters of 4 + 3 changes at each end."""
    size = row(found, "pr_size")
    assert [each.n for each in (size.low, size.high, size.change)] == [14, 14, 28]


def test_fewer_than_ten_teams_have_no_interval_and_say_so(found: BesidePublished) -> None:
    change = row(found, "pr_size").change
    assert isinstance(change, Measurement)
    assert change.interval is None
    assert "fewer than 10 teams" in change.no_interval_because


def test_nought_in_the_quarters_of_least_use_has_no_proportion(found: BesidePublished) -> None:
    """Nobody reviewed anything: the share without a review is 1 throughout, comments are 0."""
    assert value(row(found, "pr_no_review").change) == 0
    comments = row(found, "review_comments_pr")
    assert value(comments.low) == 0
    assert isinstance(comments.change, Abstention)


def test_every_published_row_is_there_and_those_of_ai_tools_abstain(
    found: BesidePublished,
) -> None:
    assert tuple(each.figure for each in found.rows) == FIGURES
    for name in ("adopt_dev_wau", "accept_rate"):
        assert isinstance(row(found, name).now, Abstention)
        assert isinstance(row(found, name).change, Abstention)


def test_a_row_knows_which_outcome_an_estimate_can_be_asked_about(found: BesidePublished) -> None:
    assert row(found, "pr_size").outcome == "proposed_size_lines"
    assert row(found, "ctx_pr_day").outcome == ""


def test_four_teams_are_too_few_to_compare() -> None:
    sizes = [figure for figure in FIGURES if figure.row == "pr_size"]
    few = beside_published(five_teams("abcd"), figures=sizes)
    change = row(few, "pr_size").change
    assert isinstance(change, Abstention)
    assert f"{FEWEST_UNITS} are needed" in change.reason
    assert few.compared == 0
    assert value(row(few, "pr_size").now) > 0


def test_use_that_never_differs_compares_nothing() -> None:
    use = np.array([[0.5, 0.5, 0.5, 0.5], [0.1, 0.2, np.nan, 0.4], [0.1, 0.2, 0.3, 0.4]])
    assert comparable(use, np.ones((3, 4))).tolist() == [False, False, True]


def test_of_quarters_of_equal_use_the_earlier_are_those_of_least() -> None:
    low, high = low_and_high(np.array([[0.5, 0.1, 0.5, 0.5, 0.9]]), np.ones((1, 5)))
    assert (low.tolist(), high.tolist()) == ([[1, 0]], [[3, 4]])
