"""What the pages show of `trueup spend` is said by the program, on a made-up organisation."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.cli.stage import run
from tests.docs.pages import ROOT, blocks, without_numbers
from trueup.simulate.organisation import land, make_organisation
from trueup.simulate.scenario import Scenario, Use
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.workspace import Workspace

PAGE = ROOT / "docs" / "how-to" / "see-what-tokens-bought.md"


def opening(line: str) -> str:
    """Return what a line says before its numbers."""
    return without_numbers(line).split("#", maxsplit=1)[0].replace("at least", "").rstrip(" $")


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's
def test_every_line_the_pages_show_begins_as_the_program_says_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    space = Workspace.open()
    world = Scenario(teams=12, weeks=60, use=Use(adopting_ratio=0.9, first_week=5, last_week=10))
    with Vault.open(space.folder) as vault:
        land(
            make_organisation(world),
            Warehouse.open(space.folder),
            vault,
            now=time.time_ns() // 1000,
        )
    assert run(monkeypatch, ["spend"]) == 0
    said = {opening(line) for line in capsys.readouterr().out.splitlines()}

    readme = next(b for b in blocks(ROOT / "README.md", "text") if b.startswith("What AI tools"))
    (shown,) = (b for b in blocks(PAGE, "text") if b.startswith("What AI tools"))
    assert [line for line in shown.splitlines() if opening(line) not in said] == []
    assert [line for line in readme.splitlines() if line not in shown.splitlines()] == []
