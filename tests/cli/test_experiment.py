"""`trueup experiment`, from the list of those who consented to the answer."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import stat
from pathlib import Path

import pytest

from tests.cli.stage import run
from tests.estimate.experiments import office
from trueup.errors import ConfigError, EstimateError
from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.experiments.planning import Planned, Wanted
from trueup.model.evidence import Abstention
from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace
from trueup.workspace.experiments import Experiments

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
WANTED = Wanted(name="autumn", weeks=4)
AFTER = dt.date(2026, 4, 4)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose workspace holds the past of twelve people."""
    place = tmp_path_factory.mktemp("office")
    with pytest.MonkeyPatch.context() as patch:  # the same pseudonyms, so the same lots, each time
        patch.setattr("trueup.store.identity.secrets.token_bytes", lambda many: bytes(range(many)))
        office.past(Workspace.open(place / ".trueup").folder)
    office.the_list(place)
    return place


@pytest.fixture(scope="module")
def begun(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same with an experiment registered."""
    place = tmp_path_factory.mktemp("begun") / "office"
    shutil.copytree(recorded, place)
    people, schedule = place / "people.csv", place / "schedule.csv"
    experiments = Workspace.open(place / ".trueup").experiments
    experiments.plan(WANTED, people, schedule=schedule, today=office.TODAY)
    return place


def standing_in(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiments:
    """Stand in a copy of a folder, on a Thursday."""
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Experiments, "_today", lambda _: office.TODAY)
    return Workspace.open(tmp_path / ".trueup").experiments


@pytest.fixture
def space(recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiments:
    """Stand where nothing is registered yet."""
    return standing_in(recorded, tmp_path, monkeypatch)


@pytest.fixture
def running(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Experiments:
    """Stand where an experiment is registered."""
    return standing_in(begun, tmp_path, monkeypatch)


def lots(space: Experiments) -> list[dict[str, object]]:
    """Return the lots that are stored."""
    with Warehouse.open(space.folder).tables() as tables:
        found: list[dict[str, object]] = tables.arrow("experiment_assignment").to_pylist()
    return found


def test_from_the_list_to_the_answer(
    space: Experiments,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Planned, registered, lived through with half as much again on days with AI, answered."""
    plan = ["experiment", "plan", "autumn", "--who", "people.csv", "--weeks", "4"]
    assert run(monkeypatch, plan) == 0
    assert "Nothing is stored yet" in capsys.readouterr().out
    assert (lots(space), space.kept.names()) == ([], ())
    assert run(monkeypatch, [*plan, "--schedule", "schedule.csv", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["experiment"]
    assert told["hash"] == space.kept.read("autumn").hash
    assert 0 < told["plan"]["promised_power"] < 1
    assert run(monkeypatch, ["experiment", "answer"]) == 0
    assert "is read once, at its end" in capsys.readouterr().out
    office.during(space.folder, broken=0.2)
    assert run(monkeypatch, ["experiment", "answer", "autumn", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)["experiment"]
    assert answer["verdict"]["answer"] == "leaning"
    assert answer["itt"]["interval"]["low"] < 0.4 < answer["of_use"]["interval"]["high"]
    assert answer["lines"][2].startswith("Could be seen: ")
    assert re.findall(r"p_[0-9a-f]{16}|dev\d\d", json.dumps(answer)) == []


def test_clear_names_are_in_the_schedule_and_nowhere_in_the_workspace(
    running: Experiments, tmp_path: Path
) -> None:
    """Names lie in the vault, which had them before; lots bear pseudonyms."""
    schedule = (tmp_path / "schedule.csv").read_text("utf-8")
    assert all(who in schedule for who in office.PEOPLE)
    assert schedule.startswith("# Taking part is voluntary.")
    assert "may stop on any day" in schedule
    assert stat.S_IMODE((tmp_path / "schedule.csv").stat().st_mode) == 0o600
    files = [path for path in running.folder.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        if not path.name.startswith("identity.db"):
            assert b"acme.example" not in path.read_bytes(), path
    assert {str(row["account_id"])[:2] for row in lots(running)} == {"p_"}


def test_a_registered_experiment_is_never_changed(running: Experiments, tmp_path: Path) -> None:
    space, plan = running, running.kept.read("autumn")
    before = lots(space)
    with pytest.raises(EstimateError, match="already"):
        space.plan(WANTED, tmp_path / "people.csv", schedule=tmp_path / "other.csv")
    assert (lots(space), (tmp_path / "other.csv").exists()) == (before, False)
    kept = space.folder / "experiments" / "autumn.toml"
    kept.chmod(0o644)
    kept.write_text(kept.read_text("utf-8").replace("smallest = 0.1", "smallest = 0.5"), "utf-8")
    with pytest.raises(EstimateError, match=f"its hash was {plan.hash}"):
        space.answer("autumn")


def test_a_schedule_that_is_there_is_kept_and_nothing_is_registered(
    space: Experiments, tmp_path: Path
) -> None:
    (tmp_path / "schedule.csv").write_text("mine", "utf-8")
    with pytest.raises(EstimateError, match="There is a file"):
        space.plan(WANTED, tmp_path / "people.csv", schedule=tmp_path / "schedule.csv")
    assert (lots(space), space.kept.names()) == ([], ())
    assert (tmp_path / "schedule.csv").read_text("utf-8") == "mine"


def test_whoever_stops_is_read_until_then(running: Experiments) -> None:
    """One of twelve stops on the third Monday: 10 of their 20 days remain, 230 in all."""
    office.during(running.folder)
    running.stop("autumn", office.PEOPLE[3], today=dt.date(2026, 3, 23))
    running.stop("autumn", office.PEOPLE[3], today=dt.date(2026, 3, 30))
    found = running.answer("autumn")
    assert isinstance(found, ExperimentAnswer)
    assert (found.itt.n_rows, found.itt.n_clusters) == (230, 12)
    assert any("those who stopped" in each for each in found.left_out)


def test_whoever_joins_gets_lots_of_their_own_from_the_next_monday(
    space: Experiments, tmp_path: Path
) -> None:
    few = tmp_path / "few.csv"
    few.write_text("\n".join(office.PEOPLE[:10]), "utf-8")
    found = space.plan(WANTED, few, schedule=tmp_path / "schedule.csv")
    assert isinstance(found, Planned)
    before = lots(space)
    more = tmp_path / "more.csv"
    more.write_text("\n".join(office.PEOPLE[10:]), "utf-8")
    space.join("autumn", more, tmp_path / "more-days.csv", today=dt.date(2026, 3, 12))
    after = lots(space)
    assert [row for row in after if row in before] == before
    assert len(after) == len(before) + 40
    first = min(int(str(row["started_at"])) for row in after if row not in before)
    assert first == office.micros(dt.date(2026, 3, 16), 0)
    with pytest.raises(EstimateError, match="2 on the list take part already"):
        space.join("autumn", more, tmp_path / "again.csv", today=dt.date(2026, 3, 12))


def test_while_it_runs_it_says_who_kept_to_it_in_whole_weeks_and_nothing_of_the_outcome(
    running: Experiments,
) -> None:
    """Two weeks and two days are recorded: of 12 x 10 days 48 are without AI, none of them kept."""
    office.during(running.folder, broken=1.0, until=dt.date(2026, 3, 25))
    found = running.answer("autumn")
    assert isinstance(found, Abstention)
    assert "read once, at its end" in found.reason
    said = "So far: AI was used on at least 100 % of days without it"
    assert said in found.reason
    assert (found.n, "difference" in found.reason) == (0, False)


def test_nobody_joins_once_the_answer_can_be_had(running: Experiments, tmp_path: Path) -> None:
    """Four weeks from 9 March end with Friday, 3 April."""
    with pytest.raises(EstimateError, match="is over"):
        running.join("autumn", tmp_path / "people.csv", tmp_path / "x.csv", today=AFTER)


def test_fewer_than_eight_have_no_experiment(space: Experiments, tmp_path: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("\n".join(office.PEOPLE[:7]), "utf-8")
    with pytest.raises(EstimateError, match="fewer than 8 has no answer"):
        space.plan(WANTED, few)


def test_fewer_than_eight_left_at_the_end_have_no_answer(running: Experiments) -> None:
    """Five of twelve stop before it begins."""
    office.during(running.folder)
    for who in office.PEOPLE[:5]:
        running.stop("autumn", who)
    found = running.answer("autumn")
    assert isinstance(found, Abstention)
    assert "Fewer than 8 persons" in found.reason


def test_somebody_nobody_knows_is_named_on_the_terminal(space: Experiments, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("\n".join([*office.PEOPLE, "stranger@acme.example"]), "utf-8")
    with pytest.raises(ConfigError, match=r"stranger@acme\.example"):
        space.plan(WANTED, odd)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("", "names nobody"),
        ("a@b.example\na@b.example\n", "twice"),
        ("name,team\nann,x\n", "has no person"),
    ],
)
def test_a_list_that_cannot_be_used_says_why(
    text: str, fact: str, space: Experiments, tmp_path: Path
) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text(text, "utf-8")
    with pytest.raises(EstimateError, match=fact):
        space.plan(WANTED, odd)


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        (["plan"], "needs to know who"),
        (["plan", "--who", "people.csv", "--starts", "2026-03-10"], "no Monday"),
        (["plan", "--who", "people.csv", "--starts", "2026-03-02"], "today is"),
        (["plan", "--who", "people.csv", "--outcome", "lines"], "No outcome is called"),
        (["plan", "--who", "people.csv", "--unit", "task"], "has no task"),
        (["join", "autumn", "--who", "people.csv"], "join writes a schedule"),
        (["answer", "winter"], "No experiment is called"),
        (["answer"], "No experiment is registered"),
    ],
)
def test_wrong_use_is_told_with_the_next_step(
    given: list[str],
    fact: str,
    space: Experiments,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert space.kept.names() == ()
    assert run(monkeypatch, ["experiment", *given]) == 2
    assert fact in capsys.readouterr().err
