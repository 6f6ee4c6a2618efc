"""The made-up organisation through the commands: what is typed is what is made up."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Stage
from tests.cli.stage import run
from trueup.cli.commands.demo import World
from trueup.config import Settings
from trueup.simulate.organisation import land, make_organisation
from trueup.simulate.scenario import SCENARIOS, Scenario
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.workspace import Collected, ReportWritten, Workspace

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

WRITTEN = ReportWritten(
    path=Path("m.html"), lines=("Made-up organisation.",), collected=Collected(repository_ids=())
)


def test_demo_makes_up_the_world_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: WRITTEN)
    size = ["--teams", "12", "--weeks", "30", "--seed", "5"]
    words = ["demo", "--scenario", "harmed", *size, "--output", "m.html"]
    assert run(monkeypatch, words) == 0
    _, (verb, (world, form, output, _), named) = staged.asked
    assert (verb, form, output) == ("demo", "html", Path("m.html"))
    assert (world.teams, world.weeks, world.seed) == (12, 30, 5)
    assert world.effects == SCENARIOS["harmed"].effects
    assert named["command"] == "trueup " + " ".join(words)
    assert capsys.readouterr().out == "Made-up organisation.\n\nReport: m.html\n"


def test_a_world_without_numbers_is_as_large_as_its_scenario(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    staged = stage(lambda: WRITTEN)
    assert run(monkeypatch, ["demo", "--scenario", "too_small", "--json"]) == 0
    assert staged.asked[1][1][0] == SCENARIOS["too_small"]
    assert json.loads(capsys.readouterr().out)["made_up"] is True


def test_the_made_up_workspace_is_thrown_away_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, tmp_path: Path
) -> None:
    staged = stage(lambda: WRITTEN)
    run(monkeypatch, ["demo"])
    run(monkeypatch, ["demo", "--workspace", str(tmp_path)])
    (_, (unnamed,), _), _, (_, (named,), _), _ = staged.asked
    assert (unnamed.parent.exists(), named) == (False, tmp_path)


def test_every_scenario_can_be_asked_for() -> None:
    assert set(World.__args__) == set(SCENARIOS)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Land a very small made-up organisation in a workspace."""
    folder = tmp_path_factory.mktemp("made-up") / ".trueup"
    Workspace(folder, Settings())
    world = make_organisation(Scenario(teams=3, weeks=40, is_detailed=False))
    with Vault.open(folder) as vault:
        land(world, Warehouse.open(folder), vault, now=time.time_ns() // 1000)
    return folder


def test_without_a_file_the_teams_of_the_workspace_are_asked_by_month(
    made_up: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["estimate", "--workspace", str(made_up), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["panel"]["units"], told["panel"]["grain"]) == (3, "month")
    assert told["assessment"]["primary"]["question"]["outcome"].startswith("sound_changes")
    assert told["assessment"]["verdict"]["answer"] == "cannot tell"


def test_units_a_workspace_has_not_are_wrong_use(
    made_up: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ["estimate", "--workspace", str(made_up), "--unit", "person"]) == 2
    assert "no units called 'person'" in capsys.readouterr().err
