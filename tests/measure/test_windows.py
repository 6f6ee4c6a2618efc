from __future__ import annotations

import itertools

from tests.measure.asking import answers, value
from tests.measure.building import DAY, World, at
from trueup.measure.windows import boundary_table, buckets
from trueup.model.evidence import Window

YEAR = Window(start_at=at("2026-01-01"), end_at=at("2027-01-01"))
HOUR = 3_600_000_000


def lengths(timezone: str) -> dict[str, float]:
    return {
        bucket.label: (bucket.window.end_at - bucket.window.start_at) / HOUR
        for bucket in buckets(YEAR, "month", timezone)
    }


def test_a_month_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    assert lengths("America/New_York")["2026-03"] == 31 * 24 - 1
    assert lengths("America/New_York")["2026-11"] == 30 * 24 + 1
    assert lengths("UTC")["2026-03"] == 31 * 24


def test_a_midnight_that_a_clock_change_skips_is_the_instant_of_that_change() -> None:
    starts = {b.label: b.window.start_at for b in buckets(YEAR, "week", "Africa/Cairo")}
    assert starts["2026-W17"] == at("2026-04-20T00:00:00+02:00")
    friday = Window(start_at=at("2018-11-01"), end_at=at("2018-11-30"))
    sao_paulo = {b.label: b.window.start_at for b in buckets(friday, "month", "America/Sao_Paulo")}
    assert sao_paulo["2018-11"] == at("2018-11-01T00:00:00-03:00")


def test_the_last_days_of_a_year_can_belong_to_week_one_of_the_next() -> None:
    new_year = Window(start_at=at("2024-12-30"), end_at=at("2025-01-02"))
    assert [bucket.label for bucket in buckets(new_year, "week", "UTC")] == ["2025-W01"]


def test_quarters_begin_with_january_april_july_and_october() -> None:
    labels = [bucket.label for bucket in buckets(YEAR, "quarter", "UTC")]
    assert labels == ["2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"]


def test_every_instant_lies_in_exactly_one_row_of_the_calendar() -> None:
    rows = boundary_table(YEAR, "America/Los_Angeles").to_pylist()
    for before, after in itertools.pairwise(rows):
        assert before["ends_at"] == after["starts_at"]
    assert rows[0]["starts_at"] <= YEAR.start_at
    assert rows[-1]["ends_at"] >= YEAR.end_at


def test_half_past_eleven_at_night_falls_in_the_local_month() -> None:
    world = World()
    world.commit("perth", "2026-02-28T23:30:00+08:00")  # 15:30 UTC, still February
    world.commit("angeles", "2026-02-28T23:30:00-08:00")  # 07:30 UTC on 1 March
    assert {"2026-02", "2026-03"} == months(world, "UTC")
    assert {"2026-02", "2026-03"} == months(world, "Australia/Perth")
    assert {"2026-02"} == months(world, "America/Los_Angeles")


def months(world: World, timezone: str) -> set[str]:
    found = answers("commits_per_week", world, every="month", timezone=timezone)
    return {dict(group)["month"] for group in found}


def test_a_rate_divides_by_the_part_of_the_month_that_was_asked_for() -> None:
    world = World()
    for day in (1, 2, 3, 4):
        world.commit(f"c{day}", f"2026-03-0{day}T12:00")
    window = Window(start_at=at("2026-03-01"), end_at=at("2026-03-15"))
    asked = {"every": "month", "window": window}
    assert value("commits_per_week", world, ("month", "2026-03"), **asked) == 4 / 2


def test_shifting_every_clock_by_a_week_changes_no_number() -> None:
    plain, shifted = World(until="2026-03-31"), World(until="2026-04-07")
    for world, shift in ((plain, 0), (shifted, 7 * DAY)):
        for number in range(30):
            world.commit(f"c{number}", at("2026-03-01T08:00") + number * DAY + shift)
    assert value("commits_per_week", plain) == value("commits_per_week", shifted)
