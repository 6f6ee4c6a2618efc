"""Every verb finds the workspace a collection wrote, wherever it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup.workspace import Workspace


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A user whose state is kept below this folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "trueup"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout, seen by its `.git` alone."""
    (tmp_path / "shop" / ".git").mkdir(parents=True)
    (tmp_path / "shop" / "src").mkdir()
    return tmp_path / "shop"


def test_in_a_checkout_the_workspace_is_outside_it_for_every_verb(
    monkeypatch: pytest.MonkeyPatch, clone: Path, state: Path
) -> None:
    """Collected with the folder named, measured without, and from a folder below."""
    monkeypatch.chdir(clone)
    collected = Workspace.open(studied=[Path()]).folder
    assert collected.parent == state
    assert Workspace.open().folder == collected
    monkeypatch.chdir(clone / "src")
    assert Workspace.open().folder == collected


def test_connections_are_of_no_one_checkout_and_their_workspace_is_beside_the_settings(
    monkeypatch: pytest.MonkeyPatch, clone: Path
) -> None:
    """With connections in trueup.toml every verb uses the folder beside it."""
    (clone / "trueup.toml").write_text('[[connections]]\nsource = "jira"\ntargets = ["SHOP"]\n')
    monkeypatch.chdir(clone)
    assert Workspace.open().folder == clone / ".trueup"
    assert Workspace.open(studied=[Path()]).folder == clone / ".trueup"
