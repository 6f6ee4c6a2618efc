"""Flow, on a timeline drawn by hand.

June 2026, days of the month; ``|`` lands, ``>`` is first released, history ends on the 30th::

    change   first commit   landed   released   wait for release
    one           1            3         10        7 days
    two           2            6         10        4 days
    three         5            9         20       11 days
    four         11           12         20        8 days
    five         13           19          -       11 days and counting
    six          25           29          -        1 day and counting

Kaplan-Meier of the wait: 1+ leaves 5 at risk; 4: 4/5; 7: 3/5; 8: 2/5; 11 (three, and five is
censored there): 2/5 x 1/2 = 1/5. Half are released after 8 days; 85 % never are, in sight.
"""

from __future__ import annotations

import pytest

from tests.measure.asking import abstention, ask, measured, value
from tests.measure.building import DAY, World, at
from trueup.model.evidence import Abstention, Measurement, Window

DAY_SECONDS = 86_400
HALF = ("quantile", "0.5")
JUNE = Window(start_at=at("2026-06-01"), end_at=at("2026-06-30"))
LINES = (
    ("one", 1, 3, 10),
    ("two", 2, 6, 10),
    ("three", 5, 9, 20),
    ("four", 11, 12, 20),
    ("five", 13, 19, None),
    ("six", 25, 29, None),
)


def day(number: int) -> str:
    return f"2026-06-{number:02d}"


@pytest.fixture
def june() -> World:
    world = World(until="2026-06-30")
    for name, first, landed, released in LINES:
        world.change(
            name,
            day(landed),
            first=day(first),
            released=day(released) if released else None,
            release=f"v{released}" if released else None,
        )
        world.add(
            "stage_interval",
            item_kind="change",
            item_id=name,
            stage="release",
            entered_at=at(day(landed)),
            left_at=at(day(released)) if released else None,
        )
    return world


def test_landed_to_release_seconds_is_the_kaplan_meier_median(june: World) -> None:
    assert value("landed_to_release_seconds", june, HALF) == 8 * DAY_SECONDS


def test_a_change_still_waiting_is_censored_not_dropped(june: World) -> None:
    """Without five and six the median of 4, 7, 8, 11 would be 7 days."""
    assert measured("landed_to_release_seconds", june, HALF).n == 6
    assert value("landed_to_release_seconds", june, HALF) != 7 * DAY_SECONDS


def test_a_quantile_that_is_not_reached_is_an_abstention(june: World) -> None:
    found = abstention("landed_to_release_seconds", june, ("quantile", "0.85"))
    assert found.reason == "2 of 6 changes still wait: too many."


def test_a_project_without_releases_abstains_with_a_remedy() -> None:
    world = World()
    world.change("one", day(3))
    assert "Tag releases" in abstention("landed_to_release_seconds", world, HALF).remedy


def test_first_commit_to_landed_seconds_is_a_median_of_2_4_4_1_6_4_days(june: World) -> None:
    assert value("first_commit_to_landed_seconds", june, HALF) == 4 * DAY_SECONDS


def test_squash_landings_make_it_abstain_naming_their_share(june: World) -> None:
    for number in range(18):
        june.change(f"squash{number}", day(15), landing="squash")
    (found,) = ask("first_commit_to_landed_seconds", june)
    assert isinstance(found, Abstention)
    assert found.reason.startswith("Of 24 changes, 75 % landed by squash")
    assert "pull-request refs" in found.remedy


def test_a_few_squash_landings_only_lower_the_coverage(june: World) -> None:
    june.change("squash", day(15), landing="squash")
    found = measured("first_commit_to_landed_seconds", june, HALF)
    assert found.value == 4 * DAY_SECONDS
    assert found.coverage == pytest.approx(6 / 7)


def test_a_direct_push_has_no_wait_before_landing(june: World) -> None:
    june.change("push", day(15), landing="direct")
    assert measured("first_commit_to_landed_seconds", june, HALF).n == 6


def test_changes_landed_per_week_counts_landings(june: World) -> None:
    assert value("changes_landed_per_week", june, window=JUNE) == pytest.approx(6 / (29 / 7))


def test_changes_released_per_week_counts_changes_not_releases(june: World) -> None:
    assert value("changes_released_per_week", june, window=JUNE) == pytest.approx(4 / (29 / 7))


def test_queue_growth_per_week_is_landed_minus_released(june: World) -> None:
    assert value("queue_growth_per_week", june, window=JUNE) == pytest.approx(2 / (29 / 7))


def test_changes_awaiting_release_items_is_waiting_time_over_the_window(june: World) -> None:
    """7 + 4 + 11 + 8 + 11 + 1 = 42 change-days in 29 days."""
    found = value("changes_awaiting_release_items", june, window=JUNE)
    assert found == pytest.approx(42 / 29)


def test_items_are_counted_in_a_window_they_only_pass_through(june: World) -> None:
    """7 to 9 June: one and two wait throughout, three lands on the 9th."""
    window = Window(start_at=at(day(7)), end_at=at(day(9)))
    assert value("changes_awaiting_release_items", june, window=window) == pytest.approx(2.0)


def test_changes_in_progress_items_runs_from_first_commit_to_landing(june: World) -> None:
    """2 + 4 + 4 + 1 + 6 + 4 = 21 change-days in 29 days; at least, because of what is open."""
    found = measured("changes_in_progress_items", june, window=JUNE)
    assert found.value == pytest.approx(21 / 29)
    assert found.qualifier == "at least"


def test_a_clock_that_cannot_be_trusted_lowers_coverage_and_enters_no_number(june: World) -> None:
    june.change("1970", day(15), released=day(16), release="v16")
    june.rows["commit"][-1]["clock"] = "too_old"
    june._cache.clear()
    found = measured("landed_to_release_seconds", june, HALF)
    assert found.n == 6
    assert found.coverage == pytest.approx(6 / 7)


def test_a_change_some_release_has_but_nobody_knows_since_when_is_not_waiting(june: World) -> None:
    """It landed long before the first release known: neither its wait nor its end is."""
    june.change("ancient", "2026-05-01", release="v10", released=None)
    found = measured("landed_to_release_seconds", june, HALF)
    assert (found.value, found.n) == (8 * DAY_SECONDS, 6)
    awaiting = value("changes_awaiting_release_items", june, window=JUNE)
    assert awaiting == pytest.approx(42 / 29)


def test_the_mean_wait_of_what_left_differs_from_that_of_what_came(june: World) -> None:
    """Left: (7 + 4 + 11 + 8) / 4 = 7.5 days; open ones can only make the mean longer."""
    name = "landed_to_release_wait_seconds"
    departed = value(name, june, ("wait", "departed"), window=JUNE)
    corrected = value(name, june, ("wait", "edge-corrected"), window=JUNE)
    assert departed == 7.5 * DAY_SECONDS
    assert corrected > 42 / 6 * DAY_SECONDS


def test_a_wait_that_would_mostly_be_guessed_is_not_given(june: World) -> None:
    """Thirty changes of a project that has stopped releasing wait for ever."""
    for number in range(30):
        june.change(f"stuck{number}", day(12))
        june.add(
            "stage_interval", item_kind="change", item_id=f"stuck{number}", stage="release",
            entered_at=at(day(12)),
        )  # fmt: skip
    name = "landed_to_release_wait_seconds"
    found = abstention(name, june, ("wait", "edge-corrected"), window=JUNE)
    assert "would be guessed" in found.reason
    assert value(name, june, ("wait", "departed"), window=JUNE) == 7.5 * DAY_SECONDS


def test_the_window_of_development_ends_before_what_has_not_landed_could_be_missed() -> None:
    world = World(until="2026-06-30")
    for number in range(40):
        first = at("2026-01-01") + number * 4 * DAY
        world.change(f"c{number}", first + 10 * DAY, first=first)
        world.add(
            "stage_interval",
            item_kind="change",
            item_id=f"c{number}",
            stage="develop",
            entered_at=first,
            left_at=first + 10 * DAY,
        )
    found = measured("first_commit_to_landed_wait_seconds", world, ("wait", "edge-corrected"))
    assert found.value == 10 * DAY_SECONDS
    assert found.window.end_at == at("2026-06-20") + 1


def test_adding_an_unrelated_repository_changes_nothing(june: World) -> None:
    before = value("landed_to_release_seconds", june, ("repository", "r"), HALF, by=("repository",))
    june.add("repository", repository_id="other", name="other", last_commit_at=at(day(30)))
    june.change("elsewhere", day(2), repository="other", released=day(29), release="v29")
    after = value("landed_to_release_seconds", june, ("repository", "r"), HALF, by=("repository",))
    assert before == after


def test_no_history_at_all_is_an_abstention() -> None:
    (found,) = ask("changes_landed_per_week", World(repositories=()))
    assert isinstance(found, Abstention)


def test_every_measurement_says_how_many_and_how_sure(june: World) -> None:
    for finding in ask("changes_landed_per_week", june):
        assert isinstance(finding, Measurement)
        assert (finding.n, finding.n_of) == (6, "changes")
        assert finding.interval is not None or finding.no_interval_because
