"""`trueup sheet`, from files of a survey to the page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from docs.generate import help_text
from tests.cli.stage import run
from trueup.cli import main as cli
from trueup.measure.surveys.results import survey_results
from trueup.model.cohort import OfPersons
from trueup.report.sheet import never as never_module
from trueup.store.warehouse import Warehouse

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
SURVEY = "survey,asked,group,felt_time_saved,email\n" + "".join(
    f"pulse,2026-03-02,{'Till' if n < 12 else 'Mail'},{n},p{n}@acme.example\n" for n in range(19)
)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a survey that was collected."""
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "survey.csv").write_text(SURVEY)
    (tmp_path / "trueup.toml").write_text(
        '[[connections]]\nsource = "events"\ntargets = ["events"]\n'
    )
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, ["collect"]) == 0
    return tmp_path


def test_a_survey_is_on_the_sheet_and_nobody_who_answered(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["sheet", "--format", "md"]) == 0
    page = (office / "trueup-sheet.md").read_text(encoding="utf-8")
    assert "| survey_response | events | 19 | yes, by pseudonym |" in page
    assert (
        "survey_response.team_id" not in page
    )  # nine of Mail would be the rest: nobody is grouped
    assert "| events | survey | answers.items.felt_time_saved | number |" in page
    assert "acme.example" not in page
    assert "promises held" in capsys.readouterr().out


def test_answers_that_were_collected_are_scored(office: Path) -> None:
    """Nought to eighteen per cent saved are nine on average, and less time."""
    with Warehouse.open(office / ".trueup").tables() as tables:
        (found,) = survey_results(tables)
    assert found.felt is not None
    assert isinstance(found.felt.mean, OfPersons)
    assert found.felt.mean.measured.value == pytest.approx(-0.09)
    assert (found.name, found.felt.groups) == ("pulse", ())


def test_for_machines_it_is_one_object(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.exists()
    capsys.readouterr()
    assert run(monkeypatch, ["sheet", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["broken"] == []
    assert said["parts"][0]["heading"] == "What is never done"


def test_a_promise_that_does_not_hold_ends_with_one(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.exists()
    monkeypatch.setattr(never_module, "DIMENSIONS", ("person",))
    assert run(monkeypatch, ["sheet"]) == 1
    assert "A promise does not hold" in capsys.readouterr().err


def test_no_verb_splits_by_person(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every verb that has ``--by``, and the units of `trueup estimate`."""
    assert office.exists()
    split = [verb for verb in cli.verbs() if "--by " in help_text(verb)]
    assert {"measure", "spend"} <= set(split)
    for by in ("person", "account", "author"):
        for verb in split:
            what = ["changes_landed_per_week"] if verb == "measure" else []
            assert run(monkeypatch, [verb, *what, "--by", by]) == 2, verb
        capsys.readouterr()
        assert run(monkeypatch, ["estimate", "--unit", by]) == 2
        assert "team" in capsys.readouterr().err
