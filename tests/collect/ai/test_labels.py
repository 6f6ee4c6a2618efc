"""Labels of commands and what they print: tests run, commits made, calls in loops."""

from __future__ import annotations

import pytest

from trueup.collect.ai.labels import commits_made, digest_of, looped, runs_tests
from trueup.collect.ai.patches import in_diff, patched, replaced
from trueup.collect.ai.sessions.commands import command_of


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "python -m pytest -q tests/a.py",
        "PYTHONPATH=src .venv/bin/python -m pytest",
        "cd app && npm test",
        "npm run test:unit -- --watch=false",
        "pnpm -C web test",
        "timeout 300 go test ./...",
        "uv run pytest -x",
        "poetry run tox -e py311",
        "cargo test --workspace",
        "cargo nextest run",
        "./gradlew :app:testDebugUnitTest",
        "mvn -q verify",
        "bundle exec rspec spec/a_spec.rb",
        "make test ARGS=-x",
        "npx vitest run",
        "dotnet test",
        'bash -lc "pytest -q"',
        "ls; ctest",
    ],
)
def test_commands_that_run_tests_are_told(command: str) -> None:
    assert runs_tests(command)


@pytest.mark.parametrize(
    "command",
    [
        "grep -rn pytest .",
        "pip install pytest",
        "cat tests/test_a.py",
        "npm install --save-dev jest",
        "git commit -m 'make test green'",
        "echo npm test",
        "vim pytest.ini",
        "go build ./...",
        "cargo build",
        "",
    ],
)
def test_commands_that_only_name_tests_are_not(command: str) -> None:
    assert not runs_tests(command)


def test_commits_are_read_off_what_git_prints() -> None:
    printed = (
        "[main 1a2b3c4] Say hello\n 1 file changed\n"
        "[topic/a-b (root-commit) 0123456] x\n"
        "[detached HEAD 89abcde] y\n"
        "[INFO 2026] no commit\n see [main 7777777] in the middle\n"
    )
    assert commits_made(printed) == ["1a2b3c4", "0123456", "89abcde"]


def test_a_loop_is_the_same_call_three_times_or_more_and_all_of_them_count() -> None:
    calls = [("shell", digest_of("ls"))] * 4 + [("shell", digest_of("pwd"))] * 2
    assert looped([*calls, ("read", digest_of("ls"))]) == {"shell": 4}


def test_commands_are_found_in_every_form_of_arguments() -> None:
    assert command_of({"command": ["bash", "-lc", "cargo test"]}) == "cargo test"
    assert command_of({"command": ["git", "commit", "-m", "a b"]}) == "git commit -m 'a b'"
    assert command_of({"cmd": "ls"}) == command_of("ls") == "ls"
    assert command_of({"path": "a"}) == command_of([1]) == command_of(None) == ""


def test_lines_of_patches_and_diffs_are_counted() -> None:
    patch = "*** Begin Patch\n*** Update File: a\n*** Move to: b\n@@\n-x\n+y\n+z\n*** End Patch"
    assert [(one.path, one.added, one.removed) for one in patched(patch)] == [("b", 2, 1)]
    assert in_diff("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n@@ -9 +9,2 @@\n+d\n+++e\n") == (
        3,
        1,
    )
    assert in_diff("@@ -1 +1 @@\n-b\n+c") == (1, 1)


def test_only_lines_that_differ_were_replaced() -> None:
    """Of two lines one stays, and a third comes."""
    assert replaced("a\nb\n", "a\nc\nd\n") == (2, 1)
    assert replaced("", "a\nb") == (2, 0)
    assert replaced("a\n" * 3000, "b\n" * 3000) == (3000, 3000)
