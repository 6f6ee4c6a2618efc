"""Progress shows its end, and stays out of the answer."""

from __future__ import annotations

import pytest

from trueup.cli.progress import BarProgress, LineProgress, shown


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_says_the_stage_and_then_at_most_one_each_five_seconds() -> None:
    lines: list[str] = []
    clock = Clock()
    with LineProgress(lines.append, clock) as progress:
        progress.stage("reading commits", 4000)
        clock.now = 4.9
        progress.advance(1000)
        clock.now = 5.0
        progress.advance(500)
        clock.now = 9.9
        progress.advance(2500)
    assert lines == ["reading commits: 4,000", "reading commits: 1,500 of 4,000"]


def test_a_stage_of_unknown_length_is_counted_without_an_end() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = LineProgress(lines.append, clock)
    progress.stage("reading notes", None)
    clock.now = 6.0
    progress.advance(70)
    assert lines == ["reading notes", "reading notes: 70"]


def test_each_stage_is_counted_from_its_own_beginning() -> None:
    lines: list[str] = []
    clock = Clock()
    progress = LineProgress(lines.append, clock)
    progress.stage("first", 10)
    progress.advance(10)
    progress.stage("second", 20)
    clock.now = 6.0
    progress.advance(3)
    assert lines == ["first: 10", "second: 20", "second: 3 of 20"]


def test_away_from_a_terminal_lines_are_shown_on_stderr_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown() as progress:
        progress.stage("reading commits", 3)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "reading commits: 3\n"


def test_bars_show_the_stage_they_are_in(capsys: pytest.CaptureFixture[str]) -> None:
    with BarProgress() as progress:
        progress.stage("reading commits", 3)
        progress.advance(2)
        (bar,) = progress._bars.tasks
        assert (bar.description, bar.completed, bar.total) == ("reading commits", 2, 3)
    assert capsys.readouterr().out == ""
