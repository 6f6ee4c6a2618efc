"""The real command on real repositories, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.stage import trueup
from tests.store.links.world import SHOP, World, account
from trueup.testing.repository import Plan, make_repository


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a small made-up repository."""
    plan = Plan(weeks=12, authors=6, changes_per_week=4.0)
    return make_repository(tmp_path_factory.mktemp("made") / "made.git", plan)


def git_count(repository: Path, *arguments: str) -> int:
    """Return the number git answers."""
    asked = ["git", f"--git-dir={repository}", *arguments]
    return int(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


def git_that_takes_its_time(folder: Path) -> Path:
    """Put a git into `folder` that takes 5 s when asked for all commits: time to interrupt."""
    real = shutil.which("git")
    wrapper = folder / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *" log --stdin"*) exec {shutil.which("sleep")} 5;; esac\n'
        f'exec {real} "$@"\n'
    )
    wrapper.chmod(0o755)
    return wrapper.parent


def lose_the_first_commit(repository: Path) -> None:
    """Name a bare repository by a remote, unpack its objects and delete its root commit."""
    git = ["git", f"--git-dir={repository}"]
    remote = ["config", "remote.origin.url", "https://example.org/broken.git"]
    subprocess.run([*git, *remote], check=True)
    root = subprocess.run(
        [*git, "rev-list", "--max-parents=0", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    packs = list((repository / "objects" / "pack").glob("*.pack"))
    for pack in packs:
        content = pack.read_bytes()
        pack.unlink()
        pack.with_suffix(".idx").unlink()
        subprocess.run([*git, "unpack-objects", "-q"], input=content, check=True)
    (repository / "objects" / root[:2] / root[2:]).unlink()


def test_a_collection_answers_machines_with_the_repository_it_read(
    made: Path, tmp_path: Path
) -> None:
    done = trueup(tmp_path, "collect", str(made), "--json")
    assert (done.returncode, json.loads(done.stdout)["collected"]["failed"]) == (0, [])
    assert len(json.loads(done.stdout)["collected"]["repository_ids"]) == 1


def test_a_place_without_a_repository_is_wrong_use_and_says_what_to_name(tmp_path: Path) -> None:
    done = trueup(tmp_path, "collect", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(f"trueup: There is no git repository at {tmp_path}.")


def test_one_broken_repository_of_two_makes_the_collection_partial(
    made: Path, tmp_path: Path
) -> None:
    broken = make_repository(tmp_path / "broken.git", Plan(weeks=4, authors=2))
    lose_the_first_commit(broken)
    done = trueup(tmp_path, "collect", str(made), str(broken))
    assert done.returncode == 3
    assert done.stdout == "1 of 2 repositories read.\n"
    assert "broken.git" in done.stderr


def test_a_place_without_a_repository_beside_one_with_makes_the_collection_partial(
    made: Path, tmp_path: Path
) -> None:
    done = trueup(tmp_path, "collect", str(made), str(tmp_path / "nowhere"), "--json")
    collected = json.loads(done.stdout)["collected"]
    assert (done.returncode, len(collected["repository_ids"])) == (3, 1)
    assert [failure["target"] for failure in collected["failed"]] == [str(tmp_path / "nowhere")]


def test_a_first_look_is_told_before_the_lines_are_read(made: Path, tmp_path: Path) -> None:
    done = trueup(tmp_path, "collect", str(made))
    told = done.stderr.splitlines()
    look = next(at for at, line in enumerate(told) if line.startswith("First look: "))
    commits = git_count(made, "rev-list", "--count", "HEAD")
    assert told[look].startswith(f"First look: {commits:,} landed commits, ")
    assert any(line.startswith("line history") for line in told[look + 1 :])


def test_the_doctor_names_each_hole_by_its_repository_and_what_is_not_connected(
    made: Path, tmp_path: Path
) -> None:
    assert trueup(tmp_path, "collect", str(made)).returncode == 0
    found = json.loads(trueup(tmp_path, "doctor", "--json").stdout)["examination"]
    (seen,) = found["others"]
    assert (seen["source"], seen["name"]) == ("git", "made")
    (branches,) = [hole for hole in seen["holes"] if hole["subject"] == "branches of changes"]
    assert branches["remedy"] == "git fetch origin '+refs/pull/*/head:refs/pull/*/head'"
    missing = {each["lack"]["kind"] for each in found["missing"]}
    assert {"change.opened_at", "pipeline_run", "incident"} <= missing
    assert "commit" not in missing


def test_a_collection_that_is_interrupted_leaves_nothing_half_done(
    made: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "trueup.cli.main", "collect", str(made)],
        cwd=tmp_path,
        env={"PATH": str(git_that_takes_its_time(tmp_path)), "PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("commits")
    os.killpg(process.pid, signal.SIGINT)
    said, complaint = process.communicate()
    assert (process.returncode, said) == (130, "")
    assert "Traceback" not in complaint
    again = trueup(tmp_path, "collect", str(made))
    assert (again.returncode, again.stdout) == (0, "1 of 1 repository read.\n")


def test_pain_10_every_report_says_how_many_accounts_were_tied(made: Path, tmp_path: Path) -> None:
    """Six people commit; the forge knows one of them, by the address of the first."""
    shutil.copytree(made, tmp_path / "made.git")
    remote = ["config", "remote.origin.url", f"https://{SHOP}.git"]
    subprocess.run(["git", f"--git-dir={tmp_path / 'made.git'}", *remote], check=True)
    world = World(tmp_path / ".trueup")
    hub = world.vault.identify("github", "1", "first")
    first = world.vault.identify("git", "author00@made-up.example", "Author 00")
    world.vault.commit(1)
    stated = account(first, "git", person_id=hub, link_rule="forge_commit_author")
    world.land("github", account=[account(hub, "github"), stated])
    done = trueup(tmp_path, "report", "made.git", "--format", "md", "--output", "report.md")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "report.md").read_text(encoding="utf-8").splitlines()
    (said,) = [line for line in lines if "| accounts of git tied to one elsewhere |" in line]
    counts = [cell.partition("[")[0].strip() for cell in said.split("|")]
    assert counts[3:6] == ["1", "6", "5"]
    assert "5 are known on one platform only; those that are tied did" in said


def test_a_split_by_person_is_refused(made: Path, tmp_path: Path) -> None:
    trueup(tmp_path, "collect", str(made))
    done = trueup(tmp_path, "measure", "changes_landed_per_week", "--by", "person")
    assert (done.returncode, done.stdout) == (2, "")
    assert "single persons" in done.stderr


def test_a_workspace_of_another_name_is_where_it_was_said_to_be(made: Path, tmp_path: Path) -> None:
    done = trueup(tmp_path, "collect", str(made), "--workspace", "kept/here")
    assert done.returncode == 0
    assert (tmp_path / "kept" / "here" / "identity.db").exists()
    assert not (tmp_path / ".trueup").exists()


def test_an_unknown_key_of_trueup_toml_is_wrong_use(made: Path, tmp_path: Path) -> None:
    (tmp_path / "trueup.toml").write_text("[git]\nbranch = 'main'\n", encoding="utf-8")
    done = trueup(tmp_path, "collect", str(made))
    assert done.returncode == 2
    assert "unknown key 'branch'" in done.stderr
