"""What the pages and the help tell a reader to type about estimating is typed in, and goes."""

from __future__ import annotations

import json
import re
import shlex
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.cli.panels import assess_once, write_panel
from tests.docs.pages import ROOT, blocks, text, without_numbers
from trueup.cli import main as cli
from trueup.cli.commands.estimate import EXAMPLES
from trueup.estimate.panel import NEVER, Panel
from trueup.estimate.question import Question
from trueup.estimate.verdict.assess import assess
from trueup.estimate.verdict.plan import Plan, read_plan
from trueup.model.evidence import Window
from trueup.report.edition import edit_assessment, write
from trueup.simulate.organisation import TeamWeeks, land, make_organisation, make_team_weeks
from trueup.simulate.scenario import SCENARIOS, Scenario
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

README = ROOT / "README.md"
PLAN_PAGE = ROOT / "docs" / "how-to" / "register-a-plan.md"
PAGES = (README, ROOT / "docs" / "how-to" / "estimate-an-effect.md")


def typed() -> list[str]:
    """Return every line about estimating, of the pages but that on plans, in order."""
    return list(dict.fromkeys(line for name in PAGES for line in lines_of(name)))


def examples() -> list[str]:
    """Return every line the help shows, in order."""
    shown = (" ".join(part.split()) for part in EXAMPLES.split("\n\n"))
    return ["".join(part.partition("trueup ")[1:]) for part in shown]


def lines_of(page: Path) -> list[str]:
    """Return every line about estimating of one page."""
    every = (line for block in blocks(page, "sh") for line in block.splitlines())
    return [line for line in every if line.startswith("trueup estimate ")]


@pytest.fixture
def at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with the file the pages speak of."""
    monkeypatch.setattr("trueup.estimate.asking.answer.assess", assess_once)
    write_panel(tmp_path / "f.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("line", typed())
def test_every_line_about_estimating_ends_well(
    line: str,
    at_hand: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert at_hand.exists()
    if line.endswith("--plan plan.toml"):
        first = next(one for one in typed() if "--write-plan" in one)
        assert run(first, monkeypatch) == 0
    assert run(line, monkeypatch) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert json.loads(said) if line.endswith("--json") else said


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run one line in this process and return its exit code."""
    monkeypatch.setattr(sys, "argv", shlex.split(line))
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_the_examples_of_the_help_are_typed_in_one_after_the_other(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ask, draft, freeze, answer: the last answer is by the plan that was frozen."""
    assert at_hand.exists()
    assert [run(line, monkeypatch) for line in examples()] == [0, 0, 0, 0]
    told = json.loads("{" + capsys.readouterr().out.partition("\n{")[2])
    standing = told["assessment"]["standing"]
    assert (standing["version"], standing["says"][:11]) == (1, "registered ")


def test_the_readme_shows_the_answer_in_the_words_of_the_program(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert at_hand.exists()
    assert run(lines_of(README)[0], monkeypatch) == 0
    said = without_numbers(capsys.readouterr().out).splitlines()
    shown = without_numbers(blocks(README, "text")[2]).splitlines()
    assert [line for line in shown if line not in said] == []


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
def test_the_page_on_plans_can_be_typed_in_from_top_to_bottom(
    at_hand: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a folder that has a workspace too; the plan is edited before it is registered again."""
    space = Workspace.open()
    with Vault.open(space.folder) as vault:
        made = make_organisation(Scenario(teams=3, weeks=40, is_detailed=False))
        land(made, Warehouse.open(space.folder), vault, now=time.time_ns() // 1000)
    of_workspace, of_table, freeze, look, again = lines_of(PLAN_PAGE)
    plan = at_hand / "plan.toml"
    assert run(of_workspace, monkeypatch) == 0
    assert read_plan(plan).primary.outcome == OUTCOME
    plan.unlink()
    assert [run(line, monkeypatch) for line in (of_table, freeze)] == [0, 0]
    capsys.readouterr()
    assert run(look, monkeypatch) == 0
    said = capsys.readouterr().out.splitlines()
    (shown,) = blocks(PLAN_PAGE, "text")
    (line,) = [one for one in said if one.startswith("Plan: ")]
    assert without_numbers(HASH.sub("", line)) == without_numbers(HASH.sub("", shown.strip()))
    plan.write_text(plan.read_text("utf-8").replace("smallest = 0.1 ", "smallest = 0.2 "), "utf-8")
    assert run(freeze, monkeypatch) == 2
    assert run(again, monkeypatch) == 0
    assert "version 2 of the plan for f.csv" in capsys.readouterr().out


HASH = re.compile(r"\b[0-9a-f]{12}\b")


def test_the_readme_shows_a_made_up_world_in_the_words_of_the_program(tmp_path: Path) -> None:
    """The world of the README, its throughput alone: the whole demo takes half a minute.

    Periods of five weeks, as draws of others fail a gate here where the demo's months pass.
    """
    world = make_team_weeks(SCENARIOS["confounded"])
    truth = world.truth.outcomes[OUTCOME].proportional
    assessment = assess(months_of(world), Plan(primary=QUESTION), seed=14, made_up=True)
    lines = write(edit_assessment(assessment, command="", ran_at=0), "md", tmp_path / "m.md")
    said = without_numbers("\n".join(lines))
    shown = blocks(README, "text")[3].splitlines()
    assert [line for line in shown if without_numbers(line) not in said] == []
    assert truth is not None
    assert f"takes away {-100 * truth:.0f} %" in text(README)


OUTCOME = "sound_changes_per_developer_week"
QUESTION = Question(outcome=OUTCOME, scale="count", better="higher", smallest=0.05)


def months_of(world: TeamWeeks, weeks: int = 5) -> Panel:
    """Put a made-up world into a panel of periods of some weeks."""
    by_week = world.columns[OUTCOME]
    many = by_week.shape[1] // weeks
    done = by_week[:, : many * weeks].reshape(len(world.team_ids), many, weeks)
    done = np.where(np.isfinite(done).any(axis=2), np.nansum(done, axis=2), np.nan)
    adopted = np.array([world.truth.adopted_in[team] for team in world.team_ids])
    seen = np.isfinite(done)
    unit, period = np.nonzero(seen)
    return Panel(
        units=world.team_ids,
        periods=tuple(f"{month:02d}" for month in range(many)),
        unit=unit.astype(np.int64),
        period=period.astype(np.int64),
        columns={OUTCOME: done[seen]},
        adopted_in=np.where(adopted >= 0, -(-adopted // weeks), NEVER),
        cluster=np.arange(len(world.team_ids)),
        grain="month",
        window=Window(start_at=0, end_at=many * 28 * 86_400_000_000),
        source="made up",
    )
