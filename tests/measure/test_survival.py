"""Lines that live and die, drawn by hand.

History ends on 30 June 2026. Days of age at which lines die::

    commit   born      lines   died                            alive at the end, aged
    a        1 March     10    2 at 10 days, 3 at 40 days      5, 121 days
    b        21 June      8    2 at 4 days                     6, 9 days
    c        1 January    4    4 at 100 days                   -

At 14 days: 22 lines at risk; 2 die at day 4: 20/22; b's six are cut off at 9 days, 14 left at
risk; 2 die at day 10: 12/14. So 20/22 x 12/14. At 90 days 3 of the 12 left die: x 9/12. At
120 days 4 of 9 die: x 5/9. Nobody is 365 days old.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.measure.asking import abstention, answers, measured, value
from tests.measure.building import DAY, World, at
from trueup.errors import MeasureError
from trueup.measure.summarising import survival
from trueup.model.evidence import Abstention, Measurement, Window

NAME = "line_survival_ratio"
GAP = "line_survival_difference_ratio"


def age(days: int) -> tuple[str, str]:
    return ("age_days", str(days))


@pytest.fixture
def drawn() -> World:
    world = World(until="2026-06-30")
    for name, born, lines, deaths in (
        ("a", "2026-03-01", 10, ((10, 2), (40, 3))),
        ("b", "2026-06-21", 8, ((4, 2),)),
        ("c", "2026-01-01", 4, ((100, 4),)),
    ):
        world.commit(name, born)
        line = world.lines(name, lines)
        offset = 0
        for days, dead in deaths:
            killer = f"{name}{days}"
            world.commit(killer, at(born) + days * DAY)
            world.kill(line, dead, killer, offset=offset)
            offset += dead
    return world


def test_line_survival_ratio_is_the_product_limit(drawn: World) -> None:
    found = answers(NAME, drawn)
    fourteen, ninety = found[(age(14),)], found[(age(90),)]
    assert isinstance(fourteen, Measurement)
    assert isinstance(ninety, Measurement)
    assert fourteen.value == pytest.approx(20 / 22 * 12 / 14)
    assert ninety.value == pytest.approx(20 / 22 * 12 / 14 * 9 / 12)
    assert fourteen.n == 22


def test_an_age_nothing_has_reached_is_an_abstention(drawn: World) -> None:
    assert abstention(NAME, drawn, age(365)).reason == "No line is yet 365 days old."


def test_a_line_that_dies_at_exactly_an_age_has_reached_it() -> None:
    world = World(until="2026-06-30")
    world.commit("a", "2026-01-01")
    world.commit("killer", "2026-01-31")
    world.kill(world.lines("a", 4), 1, "killer")
    assert value(NAME, world, age(30)) == 1.0
    assert value(NAME, world, age(90)) == 0.75


def test_a_death_before_birth_counts_as_age_nought() -> None:
    """A rebased killer can carry an older instant than the line it removes."""
    world = World(until="2026-06-30")
    world.commit("a", "2026-01-05")
    world.commit("killer", "2026-01-01")
    world.kill(world.lines("a", 4), 1, "killer")
    assert value(NAME, world, age(14)) == 0.75


def test_a_line_whose_killer_cannot_be_named_is_left_out_and_lowers_coverage() -> None:
    world = World(until="2026-06-30")
    world.commit("a", "2026-01-05")
    world.kill(world.lines("a", 10), 4, None)
    found = measured(NAME, world, age(14))
    assert (found.value, found.n, found.coverage) == (1.0, 6, 0.6)


def test_deaths_after_the_window_are_not_yet_known_in_it(drawn: World) -> None:
    """On 5 April a is 35 and c 94 days old: only two of their 14 lines have died, at 10 days."""
    window = Window(start_at=at("2026-01-01"), end_at=at("2026-04-05"))
    assert value(NAME, drawn, age(90), window=window) == pytest.approx(12 / 14)


def test_a_killer_whose_clock_cannot_be_trusted_is_a_death_at_an_unknown_age() -> None:
    world = World(until="2026-06-30")
    world.commit("a", "2026-01-05")
    world.commit("killer", "2099-01-01", clock="in_future")
    world.kill(world.lines("a", 10), 4, "killer")
    found = measured(NAME, world, age(14))
    assert (found.value, found.n, found.coverage) == (1.0, 6, 0.6)


def test_docs_and_generated_lines_are_not_followed(drawn: World) -> None:
    drawn.lines("a", 500, kind="docs")
    drawn.lines("a", 500, kind="generated")
    assert measured(NAME, drawn, age(14)).n == 22


def test_an_import_of_ten_thousand_lines_is_left_out(drawn: World) -> None:
    drawn.commit("import", "2026-02-01")
    drawn.lines("import", 10_001)
    assert measured(NAME, drawn, age(14)).n == 22


def test_lines_of_bots_are_left_out(drawn: World) -> None:
    drawn.commit("bump", "2026-02-01", "renovate", kind="bot")
    drawn.lines("bump", 50)
    assert measured(NAME, drawn, age(14)).n == 22


def test_a_quiet_repository_is_observed_only_until_its_own_last_commit() -> None:
    world = World(until="2026-01-20", repositories=("quiet",))
    world.add("repository", repository_id="busy", name="busy", last_commit_at=at("2026-06-30"))
    world.commit("a", "2026-01-01", repository="quiet")
    world.lines("a", 10, repository="quiet")
    assert value(NAME, world, age(14)) == 1.0
    assert isinstance(answers(NAME, world)[(age(30),)], Abstention)


def test_one_author_has_a_curve_resampled_by_month_and_says_so() -> None:
    world = lasting({"unmarked": 200.0}, authors=1, months=12)
    found = measured(NAME, world, age(30))
    assert found.interval is not None
    assert found.interval.method == (
        "bootstrap over months of birth (1 authors are too few to resample)"
    )


def test_under_ten_authors_in_an_arm_the_comparison_abstains_with_a_remedy() -> None:
    world = lasting({"marked": 200.0, "unmarked": 200.0}, authors=9, months=6)
    found = abstention(GAP, world)
    assert "Only 9 authors wrote marked lines" in found.reason
    assert "Wait until more authors" in found.remedy
    assert isinstance(answers(NAME, world, by=("origin",))[()], Abstention)


def test_ten_authors_in_each_arm_are_enough() -> None:
    world = lasting({"marked": 200.0, "unmarked": 200.0}, authors=10, months=6)
    assert measured(GAP, world, age(30)).clusters == 10


def test_the_interval_of_a_comparison_is_widened_for_the_authors_of_the_smaller_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten authors: sqrt(10/9) x t(.975, 9 degrees) / 1.96 = 1.0541 x 2.2622 / 1.96 = 1.217."""
    world = lasting({"marked": 100.0, "unmarked": 200.0}, authors=10, months=6)

    def width() -> float:
        found = measured(GAP, world, age(90)).interval
        assert found is not None
        return found.high - found.low

    widened = width()
    monkeypatch.setattr(survival, "percentile_interval", plain_percentiles)
    assert widened / width() == pytest.approx(1.217, rel=0.08)


def plain_percentiles(values: NDArray[np.float64], _clusters: int) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % percentiles, however few clusters there are."""
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def test_no_comparison_by_tool_or_person_of_lines_born_at_different_times() -> None:
    with pytest.raises(MeasureError, match="cannot be split by tool"):
        answers(NAME, World(), by=("tool",))


def test_marked_lines_are_set_beside_lines_born_in_the_same_months() -> None:
    """Early lines are old and mostly dead, late ones young; marking is late. Within a month
    both live alike, so nothing separates them, though the raw shares differ.
    """
    world = World(until="2026-06-30")
    for month in range(1, 6):
        for author in range(12):
            for origin, lines in (("marked", month * month), ("unmarked", 30 - month * 5)):
                name = f"{month}-{author}-{origin}"
                tool = "claude" if origin == "marked" else None
                world.commit(name, f"2026-0{month}-01", f"p{author}", tool=tool)
                line = world.lines(name, lines * 10)
                world.commit(f"k{name}", f"2026-0{month}-11", f"p{author}")
                world.kill(line, lines * (9 - month), f"k{name}")  # later births live longer
    marked = value(NAME, world, age(14), ("origin", "marked"), by=("origin",))
    unmarked = value(NAME, world, age(14), ("origin", "unmarked"), by=("origin",))
    alive = sum(m * m * (1 + m) for m in range(1, 6)) / sum(10 * m * m for m in range(1, 6))
    assert marked == pytest.approx(alive)
    assert unmarked == pytest.approx(marked)
    assert value(GAP, world, age(14)) == pytest.approx(0, abs=1e-9)


def test_line_survival_difference_ratio_is_marked_minus_unmarked() -> None:
    """Per month and author: 10 marked lines of which 4 die, 10 unmarked of which 1 dies."""
    world = World(until="2026-06-30")
    for author in range(12):
        for tool, dead in (("claude", 4), (None, 1)):
            name = f"{author}-{tool}"
            world.commit(name, "2026-05-01", f"p{author}", tool=tool)
            line = world.lines(name, 10)
            world.commit(f"k{name}", "2026-05-06", f"p{author}")
            world.kill(line, dead, f"k{name}")
    assert value(GAP, world, age(14)) == pytest.approx(-0.3)


def lasting(days: dict[str, float], *, authors: int, months: int) -> World:
    """Every author, month and origin: 10 lines, one of which dies every tenth of `days`."""
    world = World(until="2026-06-30")
    start = at("2026-06-30") - months * 30 * DAY
    for author in range(authors):
        for month in range(months):
            for origin, mean in days.items():
                name = f"{author}-{month}-{origin}"
                born = start + month * 30 * DAY + author * 3_600_000_000
                tool = "claude" if origin == "marked" else None
                world.commit(name, born, f"p{author}", tool=tool)
                line = world.lines(name, 10)
                for dead in range(3 + author % 3):
                    when = born + int(mean / 10 * (dead + 1) * DAY)
                    if when < at("2026-06-30"):
                        world.commit(f"{name}-{dead}", when, f"p{author}")
                        world.kill(line, 1, f"{name}-{dead}", offset=dead)
    return world
