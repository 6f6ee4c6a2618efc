"""What the README, CONTRIBUTING and the locks promise is there."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib

import pytest

from tests.house.source import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.lock", "requirements-dev.lock")


def read(name: str) -> str:
    """Return a file of the repository's top folder."""
    return (ROOT / name).read_text(encoding="utf-8")


def make_targets() -> set[str]:
    """Return what the Makefile can make."""
    return set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))


def required(name: str) -> set[str]:
    """Return the packages a lock pins."""
    return set(re.findall(r"^([a-z0-9.-]+)==", read(name), re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_the_page_is_in_the_makefile(page: str) -> None:
    written = "\n".join(re.findall(r"`[^`]+`|^ *make .*$", read(page), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)\b", written))
    assert named
    assert named <= make_targets()


def test_the_readme_holds_the_two_commands() -> None:
    assert "make report REPO=" in read("README.md")
    assert "make test" in read("README.md")


def test_every_path_contributing_names_exists() -> None:
    text = read("CONTRIBUTING.md")
    named = set(re.findall(r"`((?:src|tests|docs|benchmarks|\.ci)/[^`<{ ]*)`", text))
    assert named
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_contributing_maps_every_room() -> None:
    rooms = {
        path.stem
        for path in (ROOT / "src" / "trueup").iterdir()
        if (path.is_dir() and (path / "__init__.py").exists()) or path.suffix == ".py"
    } - {"__init__"}
    text = read("CONTRIBUTING.md")
    assert sorted(room for room in rooms if f"`{room}" not in text) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z])", read(lock).strip())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_the_locks_hold_what_the_project_file_asks_for() -> None:
    groups = PROJECT["dependency-groups"]
    runtime = [*PROJECT["project"]["dependencies"], *groups["build"]]
    names = {re.split(r"[\[>=<~ ]", entry)[0] for entry in runtime}
    tools = {re.split(r"[\[>=<~ ]", entry)[0] for entry in groups["dev"]}
    assert names <= required("requirements.lock")
    assert names | tools <= required("requirements-dev.lock")


def test_the_tests_run_with_the_versions_users_get() -> None:
    pins = {
        lock: set(re.findall(r"^[a-z0-9.-]+==[^\\]*", read(lock), re.MULTILINE)) for lock in LOCKS
    }
    assert sorted(pins["requirements.lock"] - pins["requirements-dev.lock"]) == []


def test_what_ci_runs_is_a_script_that_parses() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_there_are_at_most_ten_core_dependencies() -> None:
    assert len(PROJECT["project"]["dependencies"]) <= 10
