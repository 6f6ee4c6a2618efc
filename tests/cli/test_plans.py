"""A plan is drafted, frozen and answered with one verb, on a table and on a workspace."""

from __future__ import annotations

import json
import shlex
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.cli.panels import assess_once, write_panel
from tests.cli.stage import run
from trueup.config import Settings
from trueup.errors import ConfigError, EstimateError
from trueup.estimate.verdict.plan import Plan, read_plan
from trueup.simulate.organisation import land, make_organisation
from trueup.simulate.scenario import Scenario
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.testing.repository import Plan as Grown
from trueup.testing.repository import make_repository
from trueup.workspace import Workspace, plans_of

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's

TABLE = "estimate --panel f.csv --unit repo --time month --adopted event"
ASKED = f"{TABLE} --outcome lead_time --scale log --better lower"


class Typed:
    """Types lines in a folder and keeps what was said."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys
        self.out = self.err = ""

    def __call__(self, line: str) -> int:
        code = run(self.monkeypatch, shlex.split(line))
        self.out, self.err = self.capsys.readouterr()
        return code


@pytest.fixture
def typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Typed:
    """Stand in a folder with a table, as its owner."""
    monkeypatch.setattr("trueup.estimate.asking.answer.assess", assess_once)
    write_panel(tmp_path / "f.csv")
    monkeypatch.chdir(tmp_path)
    return Typed(monkeypatch, capsys)


def test_a_table_is_answered_by_the_plan_that_was_registered_for_it(
    typed: Typed, tmp_path: Path
) -> None:
    """From draft to answer; the hash that was printed stands beside the answer."""
    today = datetime.now(UTC).date().isoformat()
    assert typed(f"{ASKED} --write-plan plan.toml") == 0
    assert typed(f"{TABLE} --register plan.toml") == 0
    said = typed.out.splitlines()
    assert said[0].startswith(f"Registered {today}, hash ")
    assert said[0].endswith(": version 1 of the plan for f.csv.")
    assert said[1] == "Rows after adoption that can be seen already: 60 of 288 rows."
    digest = said[0].split()[3].rstrip(":")
    assert typed(f"{TABLE} --output r.html") == 0
    says = f"registered {today}, hash {digest}"
    assert f"Plan: {says}; look 1 of 12; " in typed.out
    assert "all of the rows after adoption could already be seen" in typed.out
    assert says in (tmp_path / "r.html").read_text("utf-8")
    for form in ("md", "json"):
        assert typed(f"{TABLE} --output r.{form} --json") == 0
        assert json.loads(typed.out)["assessment"]["standing"]["says"] == says
        assert says in (tmp_path / f"r.{form}").read_text("utf-8")


def test_the_file_that_was_registered_is_known_again_without_its_day(typed: Typed) -> None:
    typed(f"{ASKED} --write-plan plan.toml")
    typed(f"{TABLE} --register plan.toml --json")
    digest = json.loads(typed.out)["hash"]
    assert typed(f"{TABLE} --plan plan.toml --json") == 0
    standing = json.loads(typed.out)["assessment"]["standing"]
    assert (standing["version"], standing["says"].endswith(digest)) == (1, True)


def test_a_changed_plan_is_refused_then_a_version_of_its_own_and_only_leans(
    typed: Typed, tmp_path: Path
) -> None:
    typed(f"{ASKED} --write-plan plan.toml")
    typed(f"{TABLE} --register plan.toml")
    plan = tmp_path / "plan.toml"
    plan.write_text(plan.read_text("utf-8").replace("smallest = 0.05", "smallest = 0.02"), "utf-8")
    assert typed(f"{TABLE} --register plan.toml") == 2
    assert "primary.smallest: 0.05 became 0.02" in typed.err
    assert "--because" in typed.err
    assert typed(f"{TABLE} --register plan.toml --because 'it is cheap'") == 0
    assert "version 2" in typed.out
    first, second = plans_of().versions("f.csv")
    assert (first.plan.primary.smallest, second.plan.primary.smallest) == (0.05, 0.02)
    assert typed(f"{TABLE} --json") == 0
    told = json.loads(typed.out)["assessment"]
    assert "Why: it is cheap." in told["standing"]["flags"][-1]
    assert told["verdict"]["answer"] in {"leaning", "cannot tell"}


def test_another_question_is_told_that_a_plan_is_registered(typed: Typed) -> None:
    typed(f"{ASKED} --write-plan plan.toml")
    typed(f"{TABLE} --register plan.toml")
    assert typed(f"{TABLE} --outcome lines_added --json") == 0
    standing = json.loads(typed.out)["assessment"]["standing"]
    assert standing["says"].startswith("not registered, hash ")
    assert standing["flags"][0].startswith("Another plan is registered since ")


def test_a_plan_about_columns_the_table_has_not_is_never_frozen(
    typed: Typed, tmp_path: Path
) -> None:
    (tmp_path / "plan.toml").write_text('[primary]\noutcome = "leed_time"\n', encoding="utf-8")
    assert typed(f"{TABLE} --register plan.toml") == 2
    assert "leed_time" in typed.err
    assert plans_of().versions("f.csv") == ()


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("--plan a.toml --register b.toml", "--plan and --register cannot be done at once"),
        ("--write-plan a.toml --register b.toml", "cannot be done at once"),
        ("--plan a.toml --because why", "--because says why a plan is replaced"),
        ("--plan none.toml", "none.toml cannot be read"),
    ],
)
def test_what_cannot_be_meant_is_refused(typed: Typed, words: str, fact: str) -> None:
    assert typed(f"{TABLE} {words}") == 2
    assert fact in typed.err


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """Land a very small made-up organisation: three teams over forty weeks."""
    folder = tmp_path / ".trueup"
    made = make_organisation(Scenario(teams=3, weeks=40, is_detailed=False))
    opened = Workspace(folder, Settings())
    with Vault.open(folder) as vault:
        land(made, Warehouse.open(folder), vault, now=time.time_ns() // 1000)
    return opened


def test_the_draft_of_a_workspace_has_what_was_found_in_it_filled_in(
    space: Workspace, tmp_path: Path
) -> None:
    """Teams by month, the window from the first month, throughput that reaches users."""
    path = tmp_path / "plan.toml"
    plan = space.write_plan(path)
    assert read_plan(path) == plan
    panel, usual = space.panel()
    assert (plan.primary, plan.guardrails) == (usual.primary, usual.guardrails)
    assert (plan.population.units, plan.population.grain) == ("team", "month")
    assert plan.population.since is not None
    assert f"{plan.population.since:%Y-%m}" == panel.periods[0]
    assert (plan.registered_on, plan.looks) == (None, 52)
    assert f"units 3 (each a team), periods {panel.n_periods}" in path.read_text("utf-8")


def test_the_frozen_plan_is_the_one_a_workspace_answers(space: Workspace, tmp_path: Path) -> None:
    before, usual = space.panel()
    plan = space.write_plan(tmp_path / "plan.toml")
    kept = space.register(plan, today=date(2026, 3, 2))
    panel, used = space.panel()
    assert (used, used.registered_on) == (kept.plan, date(2026, 3, 2))
    assert (panel.n_rows, panel.periods) == (before.n_rows, before.periods)
    assert space.panel(unit="team")[1] == usual
    assert Workspace(space.folder, Settings()).plans.versions() == (kept,)
    found = space.estimate()
    assert found.standing.says == f"registered 2026-03-02, hash {kept.plan_hash}"
    assert found.plan_hash == kept.plan_hash


@pytest.mark.parametrize(
    ("text", "error", "fact"),
    [
        ('[primary]\noutcome = "merged_changes_per_week"\n', EstimateError, "no outcome called"),
        (
            '[primary]\noutcome = "rework_ratio"\n[population]\nunits = "person"\n',
            ConfigError,
            "no units called 'person'",
        ),
    ],
)
def test_a_plan_no_workspace_can_answer_is_never_frozen(
    space: Workspace, tmp_path: Path, text: str, error: type[Exception], fact: str
) -> None:
    (tmp_path / "plan.toml").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=fact):
        space.register(read_plan(tmp_path / "plan.toml"))
    assert space.plans.versions() == ()


def test_a_plan_can_be_frozen_before_anything_is_collected(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_text(
        '[primary]\noutcome = "sound_changes_per_developer_week"\nscale = "count"\n', "utf-8"
    )
    assert typed("estimate --register plan.toml") == 0
    assert "cannot be tried on rows yet" in typed.out
    assert len(plans_of().versions()) == 1


def test_a_report_answers_the_registered_plan_or_says_why_it_cannot(
    space: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a plan no claim is made; with one the page carries day and hash."""
    page, git = tmp_path / "r.md", tmp_path / "made.git"
    make_repository(git, Grown(weeks=4, authors=2, changes_per_week=2.0))
    space.report([git], "md", page)
    assert "Frozen plan: not registered" in page.read_text("utf-8")
    plan: Plan = space.write_plan(tmp_path / "plan.toml")
    kept = space.register(plan)
    space.report([git], "md", page)
    says = f"registered {kept.registered_on}, hash {kept.plan_hash}"
    assert page.read_text("utf-8").count(says) == 2
    monkeypatch.setitem(sys.modules, "diff_diff", None)
    space.report([git], "md", page)
    unanswered = page.read_text("utf-8")
    assert f"{says}, and could not be answered. Effects are estimated with" in unanswered
    kept.path.unlink()
    space.report([git], "md", page)
    assert "registered, and could not be answered. The plan" in page.read_text("utf-8")
