"""What is done in a session: labels and counts, and nothing of what was said."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Rows
from tests.collect.claude_code.transcripts import call, line, micros, patch, prompt, reply, result
from tests.collect.claude_code.visiting import Logs

NAME = "msg_aaaaaaaaaaaaaaaa"


def collected(folder: Path, *lines: dict[str, Any]) -> Rows:
    logs = Logs(folder / "logs")
    logs.write("p/a.jsonl", *lines)
    return logs.collect()


def checkout(folder: Path) -> Path:
    shop = folder / "shop"
    shop.mkdir()
    for arguments in (
        ("init", "-q"),
        ("remote", "add", "origin", "https://github.com/acme/shop.git"),
    ):
        subprocess.run(["git", *arguments], cwd=shop, check=True)
    return shop


@pytest.mark.parametrize(
    "said",
    [
        prompt(0, isMeta=True),
        prompt(0, "<command-name>/clear</command-name>"),
        prompt(0, "<local-command-stdout>done</local-command-stdout>"),
        prompt(0, "<task-notification>x</task-notification>"),
        prompt(0, isSidechain=True),
        prompt(0, agentId="a1"),
        result(0, "toolu_1"),
        line("user", 0),
        line("user", 0, message={"role": "user", "content": []}),
    ],
)
def test_what_the_tool_writes_in_the_place_of_a_person_is_no_prompt(
    tmp_path: Path, said: dict[str, Any]
) -> None:
    assert collected(tmp_path, said).acts() == {}


def test_what_a_person_wrote_or_showed_is_a_prompt_once_whatever_repeats_it(
    tmp_path: Path,
) -> None:
    """A text, one about <div>, blocks of text, a picture; the first stands twice."""
    blocks = [{"type": "text", "text": "secret"}, {"type": "text", "text": "more"}]
    picture = [{"type": "image", "source": {}}]
    rows = collected(
        tmp_path,
        prompt(0),
        prompt(0),
        prompt(1, "<div> is wrong"),
        line("user", 2, message={"role": "user", "content": blocks}),
        line("user", 3, message={"role": "user", "content": picture}),
        prompt(4, permissionMode="plan"),
    )
    assert rows.acts() == {("prompt", None): 5, ("plan", "prompt"): 1}


REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected"


@pytest.mark.parametrize(
    ("text", "more", "kind"),
    [
        (REFUSED, {}, "tool_rejected"),
        ("no", {"toolDenialKind": "user-rejected"}, "tool_rejected"),
        ("no", {"said": "User rejected tool use"}, "tool_rejected"),
        (REFUSED, {"toolDenialKind": "automode-blocked"}, "tool_failed"),
        ("Exit code 1", {}, "tool_failed"),
    ],
)
def test_a_call_the_person_refused_is_told_from_one_that_failed(
    tmp_path: Path, text: str, more: dict[str, Any], kind: str
) -> None:
    rows = collected(
        tmp_path,
        reply(0, NAME, 1, call("toolu_1", "Edit", file_path="a")),
        result(1, "toolu_1", more.pop("said", None), text=text, is_error=True, **more),
    )
    assert rows.acts() == {("tool_call", "Edit"): 1, (kind, "Edit"): 1}


def test_loops_are_the_same_call_three_times_or_more(tmp_path: Path) -> None:
    """Four times the same, twice another: four calls are in a loop, from the first on."""
    same = [call(f"toolu_{n}", "Read", file_path="a.py") for n in range(4)]
    other = [call(f"toolu_{n}", "Read", file_path="b.py") for n in range(4, 6)]
    rows = collected(tmp_path, *(reply(n, NAME, 1, one) for n, one in enumerate(same + other)))
    assert rows.acts() == {("tool_call", "Read"): 6, ("looped_call", "Read"): 4}


def test_agents_skills_servers_plans_and_tests_are_labels_of_calls(tmp_path: Path) -> None:
    calls = (
        call("toolu_1", "Task", subagent_type="code-reviewer", prompt="secret"),
        call("toolu_2", "Skill", skill="pdf"),
        call("toolu_3", "mcp__github__create_issue", title="secret"),
        call("toolu_4", "ExitPlanMode", plan="secret"),
        call("toolu_5", "Bash", command="cd x && python -m pytest -q"),
        call("toolu_6", "Bash", command="gh pr create --fill"),
        call("toolu_7", "Bash", command="grep -r pytest ."),
    )
    acts = collected(tmp_path, reply(0, NAME, 1, *calls)).acts()
    labels = {key: count for key, count in acts.items() if key[0] != "tool_call"}
    assert labels == {
        ("subagent", "code-reviewer"): 1,
        ("skill", "pdf"): 1,
        ("mcp", "github"): 1,
        ("plan", "ExitPlanMode"): 1,
        ("test_run", None): 1,
        ("change_opened", None): 1,
    }


def test_commits_are_known_by_what_git_printed_of_a_command_that_commits(tmp_path: Path) -> None:
    """A log of commits that a file holds is none; a short hash becomes the whole one."""
    shop = checkout(tmp_path)
    identity = ("-c", "user.name=A", "-c", "user.email=a@x.example")
    for message in ("one", "two"):
        said = subprocess.run(
            ["git", *identity, "commit", "--allow-empty", "-m", message],
            cwd=shop,
            check=True,
            capture_output=True,
            text=True,
        )
    whole = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=shop, check=True, capture_output=True, text=True
    ).stdout.strip()
    cwd: dict[str, Any] = {"cwd": str(shop)}
    rows = collected(
        tmp_path,
        reply(0, NAME, 1, call("toolu_1", "Bash", command="git commit -am 'secret'"), **cwd),
        result(1, "toolu_1", {"stdout": said.stdout}, **cwd),
        reply(2, NAME, 1, call("toolu_2", "Bash", command="cat notes"), **cwd),
        result(3, "toolu_2", {"stdout": "[main 7777777] a note\n"}, **cwd),
    )
    commits = [row for row in rows["ai_activity"] if row["kind"] == "commit"]
    assert [(row["commit_id"], row["count"]) for row in commits] == [
        (f"github.com/acme/shop:{whole}", 1)
    ]


def test_lines_written_are_told_by_path_in_the_repository(tmp_path: Path) -> None:
    """Two edits of a.py add 2 + 1 and remove 1; a new file has 3 lines; notes are outside."""
    shop = checkout(tmp_path)
    cwd: dict[str, Any] = {"cwd": str(shop)}
    new = {
        "type": "create",
        "filePath": str(shop / "b.py"),
        "content": "1\n2\n3",
        "structuredPatch": [],
    }
    rows = collected(
        tmp_path,
        reply(0, NAME, 1, *(call(f"toolu_{n}", "Edit", n=n) for n in range(4)), **cwd),
        result(1, "toolu_0", patch(str(shop / "src/a.py"), "+x", "-y", " z", "+w"), **cwd),
        result(2, "toolu_1", patch(str(shop / "src/a.py"), "+x", userModified=True), **cwd),
        result(3, "toolu_2", new, **cwd),
        result(4, "toolu_3", patch(str(tmp_path / "notes.md"), "+x"), **cwd),
    )
    assert rows.lines() == {"src/a.py": (3, 1), "b.py": (3, 0)}
    assert {row["repository_id"] for row in rows["ai_lines"]} == {"github.com/acme/shop"}
    assert {row["repository_id"] for row in rows["ai_request"]} == {"github.com/acme/shop"}


def test_where_the_checkout_is_not_here_lines_count_without_their_paths(tmp_path: Path) -> None:
    rows = collected(
        tmp_path,
        reply(0, NAME, 1, call("toolu_1", "Edit")),
        result(1, "toolu_1", patch("/home/ann/shop/a.py", "+x")),
    )
    assert rows.lines() == {None: (1, 0)}


def test_a_session_has_its_times_its_branch_and_the_seconds_it_was_at_work(
    tmp_path: Path,
) -> None:
    rows = collected(
        tmp_path,
        prompt(0),
        reply(5, NAME, 1),
        line("system", 6, subtype="turn_duration", durationMs=6400),
        line("system", 7, subtype="compact_boundary", compactMetadata={"trigger": "manual"}),
        prompt(8, "secret summary", isCompactSummary=True),
        prompt(9, "[Request interrupted by user for tool use]"),
        line("progress", 10, data={"type": "hook_progress", "hookEvent": "PreToolUse"}),
    )
    (session,) = rows["ai_session"]
    assert (session["started_at"], session["ended_at"]) == (micros(0), micros(10))
    assert (session["branch"], session["active_seconds"]) == ("main", 6)
    assert rows.acts() == {
        ("prompt", None): 1,
        ("compacted", "manual"): 1,
        ("interrupted", None): 1,
        ("hook", "PreToolUse"): 1,
    }


def test_the_person_is_the_account_git_knows_by_the_same_address(tmp_path: Path) -> None:
    rows = collected(tmp_path, prompt(0), reply(1, NAME, 1))
    (account,) = rows["account"]
    assert (account["platform"], account["account_id"]) == ("git", "git|a@x.example")
    tables = ("ai_session", "ai_request", "ai_activity")
    assert {row["person_id"] for table in tables for row in rows[table]} == {"git|a@x.example"}


def test_no_text_is_kept(tmp_path: Path) -> None:
    """Prompts, answers, arguments, outputs, contents and paths outside of the repository."""
    logs = Logs(tmp_path / "logs")
    logs.write(
        "p/a.jsonl",
        prompt(0),
        reply(1, NAME, 1, call("toolu_1", "Bash", command="echo secret", description="secret")),
        result(2, "toolu_1", {"stdout": "secret", "stderr": "secret"}, is_error=True),
        reply(3, NAME, 1, call("secret words", "a secret tool", words="secret")),
        result(4, "toolu_2", patch("/home/secret/a.py", "+secret")),
        line("summary", 5, summary="secret"),
        line("newtype", 6, words="secret", gitBranch="a secret branch"),
        line("system", 7, subtype="compact_boundary", compactMetadata={"trigger": "a secret"}),
    )
    logs.collect()
    kept = repr(logs.visit.kept).replace('"secret":', "").replace("body.secret", "")
    assert "secret" not in kept
    assert "/nowhere" not in kept
