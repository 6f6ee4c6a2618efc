"""--since and --until are days of the workspace's time zone."""

from __future__ import annotations

import pytest

from trueup.cli.dates import read_window
from trueup.errors import ConfigError
from trueup.model.evidence import Window

HOUR = 3_600_000_000
NEW_YEAR_2025_UTC = 1_735_689_600_000_000  # 20,089 days of 86,400 s after 1970-01-01


def test_no_days_are_no_window() -> None:
    assert read_window(None, None, "UTC") is None


def test_a_day_begins_at_its_midnight_and_until_is_left_out() -> None:
    assert read_window("2025-01-01", "2025-01-02", "UTC") == Window(
        start_at=NEW_YEAR_2025_UTC, end_at=NEW_YEAR_2025_UTC + 24 * HOUR
    )


def test_midnight_is_the_one_of_the_time_zone() -> None:
    window = read_window("2025-01-01", "2025-01-02", "Europe/Berlin")
    assert window is not None
    assert window.start_at == NEW_YEAR_2025_UTC - HOUR


def test_without_an_end_the_window_reaches_to_now() -> None:
    window = read_window("2025-01-01", None, "UTC")
    assert window is not None
    assert window.end_at > NEW_YEAR_2025_UTC + 24 * HOUR


def test_without_a_beginning_the_window_reaches_back_to_the_epoch() -> None:
    assert read_window(None, "2025-01-01", "UTC") == Window(start_at=0, end_at=NEW_YEAR_2025_UTC)


@pytest.mark.parametrize("written", ["yesterday", "2025-13-01", "01/02/2025"])
def test_a_day_that_is_none_is_refused_with_the_way_to_write_it(written: str) -> None:
    with pytest.raises(ConfigError, match=r"--since .* is not a day\. Write it as YYYY-MM-DD\."):
        read_window(written, None, "UTC")


def test_an_empty_span_is_refused() -> None:
    with pytest.raises(ConfigError, match="Nothing lies between"):
        read_window("2025-01-02", "2025-01-02", "UTC")
