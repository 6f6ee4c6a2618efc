"""What was done in sessions of Codex: labels and counts, never text."""

from __future__ import annotations

import json
from pathlib import Path

from tests.collect.ai.machine import Machine, Rows
from tests.collect.codex.rollouts import (
    PARENT,
    Line,
    answer,
    call,
    count,
    event,
    file_of,
    line,
    meta,
    name_of,
    turn,
)
from trueup.collect.sources.codex.source import SOURCE

TEXT = "this is canary-5a1"
PATCH = f"""*** Begin Patch
*** Add File: src/new.py
+one
+{TEXT}
*** Update File: src/old.py
@@
 kept
-gone
+come
+more
*** Delete File: src/dead.py
*** End Patch"""


def read(tmp_path: Path, *lines: Line) -> tuple[Rows, str]:
    machine = Machine(SOURCE, tmp_path)
    machine.write(name_of(PARENT), file_of([meta(PARENT), turn(1), *lines]))
    rows = machine.collect()
    return rows, machine.kept()


def shell(command: str) -> str:
    return json.dumps({"command": ["bash", "-lc", command], "workdir": "/gone/shop"})


def test_calls_prompts_and_aborted_turns_are_counted_and_no_text_is_kept(tmp_path: Path) -> None:
    rows, kept = read(
        tmp_path,
        event(2, "user_message", message=TEXT),
        line(2, "response_item", type="message", role="user", content=[{"text": TEXT}]),
        call(3, "shell", shell(f"echo {TEXT}")),
        answer(4, json.dumps({"output": TEXT, "metadata": {"exit_code": 1}})),
        call(5, "update_plan", json.dumps({"plan": [TEXT]}), "c2"),
        call(6, "spawn_agent", json.dumps({"message": TEXT}), "c3"),
        line(7, "response_item", type="web_search_call", action={"query": TEXT}),
        event(8, "agent_message", message=TEXT),
        event(9, "turn_aborted", reason="interrupted"),
        line(10, "compacted", message=TEXT, replacement_history=[]),
    )
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "shell"): 1,
        ("tool_failed", None): 1,
        ("tool_call", "update_plan"): 1,
        ("plan", "update_plan"): 1,
        ("tool_call", "spawn_agent"): 1,
        ("subagent", "spawn_agent"): 1,
        ("tool_call", "web_search"): 1,
        ("interrupted", None): 1,
        ("compacted", None): 1,
    }
    assert "canary-5a1" not in kept


def test_tests_and_commits_are_labels_of_commands_and_what_they_print(tmp_path: Path) -> None:
    rows, _ = read(
        tmp_path,
        call(3, "shell", shell("cd app && npm test")),
        call(4, "exec_command", json.dumps({"cmd": "grep -rn pytest ."}), "c2"),
        call(5, "shell", shell("git commit -am x"), "c3"),
        answer(6, json.dumps({"output": "[main 1a2b3c4] x\n 1 file changed\n"}), "c3"),
        answer(6, "[main 9a9b9c9] not of a shell", "c9"),
    )
    commits = [row["commit_id"] for row in rows["ai_activity"] if row["kind"] == "commit"]
    assert commits == ["1a2b3c4"]
    assert rows.acts()["test_run", None] == 1


def test_the_same_call_three_times_is_a_loop_of_three(tmp_path: Path) -> None:
    same = [call(3 + place, "shell", shell("ls"), f"c{place}") for place in range(3)]
    twice = [call(9 + place, "shell", shell("pwd"), f"d{place}") for place in range(2)]
    rows, _ = read(tmp_path, *same, *twice)
    assert rows.acts() == {("tool_call", "shell"): 5, ("looped_call", "shell"): 3}


def test_lines_of_a_patch_are_counted_by_path_in_the_repository(tmp_path: Path) -> None:
    """The new file has two lines; in the old one two stand for one; what is outside is not kept."""
    machine = Machine(SOURCE, tmp_path)
    checkout = machine.checkout("shop", "git@github.com:acme/shop.git")
    first = meta(PARENT)
    first["payload"]["cwd"] = str(checkout)
    outside = {"/etc/hosts": {"type": "add", "content": "a\nb\n"}}
    changes = {
        str(checkout / "src/moved.py"): {"type": "update", "unified_diff": "@@ -1 +1 @@\n-a\n+b\n"},
        **outside,
    }
    lines = [
        *(first, turn(1), call(3, "apply_patch", json.dumps({"input": PATCH}))),
        line(4, "response_item", type="custom_tool_call", name="apply_patch", input=PATCH),
        event(5, "patch_apply_end", call_id="c9", success=True, changes=changes),
    ]
    lines[3]["payload"]["call_id"] = "c2"
    machine.write(name_of(PARENT), file_of(lines))
    rows = machine.collect()
    assert rows.lines() == {
        "src/new.py": (4, 0),
        "src/old.py": (4, 2),
        "src/moved.py": (1, 1),
    }
    assert {row["repository_id"] for row in rows["ai_lines"]} == {"github.com/acme/shop"}
    assert str(tmp_path) not in machine.kept()


def test_the_end_of_a_patch_stands_for_what_was_asked_and_a_refused_one_wrote_nothing(
    tmp_path: Path,
) -> None:
    made = {"a.py": {"type": "add", "content": "1\n2\n3\n"}}
    rows, _ = read(
        tmp_path,
        call(3, "apply_patch", json.dumps({"input": PATCH}), "c1"),
        event(4, "patch_apply_end", call_id="c1", success=True, changes=made),
        call(5, "apply_patch", json.dumps({"input": PATCH}), "c2"),
        event(6, "patch_apply_end", call_id="c2", success=False, changes=made),
        call(7, "apply_patch", json.dumps({"input": PATCH}), "c3"),
        answer(8, "apply_patch verification failed: no such lines", "c3"),
    )
    assert rows.lines() == {None: (3, 0)}


def test_newer_builds_tell_of_commands_and_files_as_items_of_the_turn(tmp_path: Path) -> None:
    changes = {
        "a.py": {"type": "update", "unified_diff": "--- a\n+++ b\n@@ -1 +1,2 @@\n-x\n+y\n+z\n"}
    }
    items = [
        {"type": "UserMessage", "id": "i0"},
        {"type": "CommandExecution", "id": "i1", "command": ["bash", "-lc", "go test ./..."]},
        {
            "type": "CommandExecution",
            "id": "i2",
            "command": ["git", "commit", "-m", "x"],
            "aggregated_output": "[main 1a2b3c4] x\n",
            "exit_code": 0,
        },
        {"type": "FileChange", "id": "i3", "changes": changes, "status": "completed"},
        {"type": "FileChange", "id": "i4", "changes": changes, "status": "failed"},
    ]
    rows, _ = read(tmp_path, *(event(3, "item_completed", item=item) for item in items))
    assert rows.lines() == {None: (2, 1)}
    assert rows.acts() == {
        ("prompt", None): 1,
        ("test_run", None): 1,
        ("commit", None): 1,
        ("tool_failed", "apply_patch"): 1,
    }


def test_repository_branch_and_commit_are_those_the_log_states(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    sha = "0123456789abcdef0123456789abcdef01234567"
    git = {"repository_url": "git@GitHub.com:acme/shop.git", "branch": "topic", "commit_hash": sha}
    machine.write(name_of(PARENT), file_of([meta(PARENT, git=git), turn(1), count(9, 10, 10)]))
    rows = machine.collect()
    (session,) = rows["ai_session"]
    assert session["repository_id"] == "github.com/acme/shop"
    assert (session["branch"], session["commit_id"]) == ("topic", f"github.com/acme/shop:{sha}")
    assert (session["started_at"], session["ended_at"]) == (
        1_777_629_600_000_000,
        1_777_629_609_000_000,
    )
    assert rows["ai_request"][0]["repository_id"] == "github.com/acme/shop"


def test_kinds_of_agents_are_told_apart(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    sources = {
        "a": "cli",
        "b": {"subagent": {"thread_spawn": {"parent_thread_id": PARENT}}},
        "c": {"subagent": "review"},
        "d": {"subagent": {"other": "guardian"}},
    }
    for last, source in sources.items():
        native = PARENT[:-1] + last
        first = meta(native)
        first["payload"]["source"] = source
        used = count(9, 10 + ord(last), 10 + ord(last))
        lines = [first, turn(1), event(2, "user_message", message="x"), used]
        machine.write(name_of(native), file_of(lines))
    rows = machine.collect()
    kinds = {row["session_id"][-1]: row["agent_kind"] for row in rows["ai_request"]}
    assert kinds == {"a": "main", "b": "subagent", "c": "subagent", "d": "auxiliary"}
    assert rows.acts() == {("prompt", None): 1}, "what an agent is told is no prompt of a person"
