"""Each verb asks the workspace once, for what was typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from tests.cli.test_findings import MARKED
from trueup.measure.catalogue import all_metrics
from trueup.model.evidence import Window
from trueup.workspace import Collected, ReportWritten

ALL_READ = Collected(repository_ids=("a",))
WRITTEN = ReportWritten(path=Path("r.html"), lines=("At least 12 %.",), collected=ALL_READ)
NEW_YEAR = 1_735_689_600_000_000


def test_collect_reads_the_places_named(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    staged = stage(lambda: ALL_READ)
    assert run(monkeypatch, ["collect", "api", "web", "--workspace", "w"]) == 0
    (_, opened, named), (verb, (places, _), _) = staged.asked
    assert opened == (Path("w"),)
    assert named == {"studied": [Path("api"), Path("web")]}
    assert (verb, places) == ("collect", [Path("api"), Path("web")])


def test_without_a_place_the_current_folder_is_read(
    monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    staged = stage(lambda: ALL_READ)
    run(monkeypatch, ["collect"])
    assert staged.asked[1][1][0] == [Path.cwd()]


def test_report_says_its_lines_and_names_the_file_last(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: WRITTEN)
    words = ["report", "api", "--format", "json", "--since", "2025-01-01", "--until", "2025-01-02"]
    assert run(monkeypatch, words) == 0
    assert capsys.readouterr().out == "At least 12 %.\n\nReport: r.html\n"
    _, (places, form, output, _), named = staged.asked[1]
    assert (places, form, output) == ([Path("api")], "json", Path("trueup-report.json"))
    day = Window(start_at=NEW_YEAR, end_at=NEW_YEAR + 86_400_000_000)
    assert named == {"window": day}


def test_report_for_machines_names_the_file_and_the_answer(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage(lambda: WRITTEN)
    run(monkeypatch, ["report", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert told["report"] == "r.html"
    assert told["lines"] == ["At least 12 %."]


def test_measure_passes_on_every_split_and_span(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: [MARKED])
    words = ["measure", "m_ratio", "--by", "origin", "--by", "repository", "--every", "month"]
    assert run(monkeypatch, words) == 0
    assert staged.asked[1] == (
        "measure",
        ("m_ratio",),
        {"by": ["origin", "repository"], "every": "month", "window": None},
    )
    assert capsys.readouterr().out.startswith("AI-marked: at least 12 %")


def test_measure_without_a_name_lists_every_metric_with_its_question(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["measure"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(all_metrics())
    assert [line for line in lines if not line.endswith("?")] == []


def test_the_list_of_metrics_for_machines_is_the_same_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, ["measure", "--json"])
    told = json.loads(capsys.readouterr().out)["metrics"]
    assert told == {name: metric.question for name, metric in all_metrics().items()}


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (["--output", "a.md"], "md"),
        (["--output", "a.HTM"], "html"),
        (["--output", "a.txt", "--format", "json"], "json"),
        (["--output", "a.md", "--format", "md"], "md"),
    ],
)
def test_a_report_is_written_as_its_name_says(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, words: list[str], form: str
) -> None:
    staged = stage(lambda: WRITTEN)
    assert run(monkeypatch, ["report", *words]) == 0
    _, (_, asked, output, _), _ = staged.asked[1]
    assert (asked, output) == (form, Path(words[1]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "a.pdf"], "does not say how to write"),
        (["--output", "a.md", "--format", "html"], "does not fit --format html"),
        (["--output", "."], ". is a folder"),
    ],
)
def test_a_file_no_report_can_be_is_refused_before_anything_is_collected(
    monkeypatch: pytest.MonkeyPatch,
    stage: Stage,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    staged = stage(lambda: WRITTEN)
    assert run(monkeypatch, ["report", *words]) == 2
    assert said in capsys.readouterr().err
    assert staged.asked == []
