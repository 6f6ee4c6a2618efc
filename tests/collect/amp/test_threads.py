"""Threads of Amp: usage of messages, the ledger of older versions, and where it all happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.collect.ai.machine import Machine, Rows, samples_of
from trueup.collect.sources.amp.source import SOURCE

SHA = "6be354d80ba6ad3af3e22c2e1a0d8e93da1577fa"
Message = dict[str, Any]


def used(second: int, **counts: int) -> Message:
    """Draw the usage of a message."""
    return {"model": "claude-opus-4-6", "timestamp": f"2026-05-01T10:00:{second:02}.000Z", **counts}


def answer(number: int, usage: Message | None, *content: Message) -> Message:
    """Draw an answer."""
    message = {"role": "assistant", "messageId": number, "content": list(content)}
    return message | ({"usage": usage} if usage else {})


def call(native: str, name: str, **arguments: Any) -> Message:
    """Draw a call of a tool."""
    return {"type": "tool_use", "id": native, "name": name, "input": arguments}


def result(native: str, status: str = "done", value: Any = None) -> Message:
    """Draw a message with what a call came to."""
    run = {"status": status, "result": value}
    return {
        "role": "user",
        "content": [{"type": "tool_result", "toolUseID": native, "run": run}],
    }


def thread(*messages: Message, uri: str = "file:///gone/shop", **more: Any) -> Message:
    """Draw a thread."""
    repository = {"url": "https://github.com/acme/shop", "ref": "refs/heads/topic", "sha": SHA}
    trees = [{"uri": uri, "repository": repository}]
    return {
        "v": 1,
        "id": "T-1",
        "created": 1_777_629_600_000,
        "messages": list(messages),
        "env": {"initial": {"trees": trees}},
        **more,
    }


def read(tmp_path: Path, told: Message) -> Rows:
    machine = Machine(SOURCE, tmp_path)
    machine.write("T-1.json", json.dumps(told))
    return machine.collect()


def test_the_buckets_of_a_message_are_disjoint_as_they_stand(tmp_path: Path) -> None:
    usage = used(
        9,
        inputTokens=3,
        outputTokens=70,
        cacheCreationInputTokens=1601,
        cacheReadInputTokens=13248,
        totalInputTokens=14852,
    )
    rows = read(tmp_path, thread(answer(1, usage)))
    assert rows.tokens() == {
        "uncached_input": 3,
        "cache_read": 13248,
        "cache_write_5m": 1601,
        "cache_write_1h": 0,
        "output": 70,
    }
    assert rows["ai_request"][0]["request_id"] == "amp:T-1:m1"


def test_the_ledger_counts_once_and_the_message_it_leads_to_knows_the_caches(
    tmp_path: Path,
) -> None:
    """Ledger: 10 in, 20 out; of the message 100 read from the cache. A message it knows not: 9."""
    events = [
        {
            "id": "e1",
            "timestamp": "2026-05-01T10:00:09.000Z",
            "model": "claude-opus-4-6",
            "tokens": {"input": 10, "output": 20},
            "toMessageId": 1,
            "credits": 1.5,
        }
    ]
    known = used(9, inputTokens=10, outputTokens=20, cacheReadInputTokens=100)
    told = thread(
        *(answer(1, known), answer(3, used(12, outputTokens=9))), usageLedger={"events": events}
    )
    rows = read(tmp_path, told)
    assert rows.total() == 139
    assert rows["ai_spend"] == [], "credits are no money"


def test_the_tree_it_began_in_names_repository_branch_and_commit(tmp_path: Path) -> None:
    (session,) = read(tmp_path, thread())["ai_session"]
    assert session["repository_id"] == "github.com/acme/shop"
    assert (session["branch"], session["commit_id"]) == ("topic", f"github.com/acme/shop:{SHA}")
    assert session["started_at"] == 1_777_629_600_000_000


def test_lines_are_those_of_the_diff_else_of_the_call_and_refused_ones_are_none(
    tmp_path: Path,
) -> None:
    machine = Machine(SOURCE, tmp_path)
    shop = machine.checkout("shop", "https://github.com/acme/shop")
    path = str(shop / "a.csv")
    told = thread(
        answer(1, used(9), call("c1", "edit_file", path=path, old_str="a", new_str="a\nb")),
        result(
            "c1", value={"diff": f"```diff\nIndex: {path}\n---\n+++\n@@ -1 +1,2 @@\n a\n+b\n```"}
        ),
        answer(3, used(10), call("c2", "create_file", path=str(shop / "b"), content="1\n2\n")),
        result("c2"),
        answer(5, used(11), call("c3", "create_file", path=str(shop / "c"), content="1\n")),
        result("c3", "rejected-by-user"),
        uri=f"file://{shop}",
    )
    machine.write("T-1.json", json.dumps(told))
    rows = machine.collect()
    assert rows.lines() == {"a.csv": (1, 0), "b": (2, 0)}
    assert rows.acts()["tool_rejected", "create_file"] == 1


def test_tests_commits_and_prompts_are_counted_and_no_text_is_kept(tmp_path: Path) -> None:
    machine = Machine(SOURCE, tmp_path)
    asked = {"role": "user", "content": [{"type": "text", "text": "canary-1"}]}
    told = thread(
        asked,
        answer(1, used(9), call("c1", "Bash", cmd="pytest -k canary-1")),
        result("c1", value={"output": "canary-1", "exitCode": 0}),
        answer(3, used(9), call("c2", "Bash", cmd="git commit -m canary-1")),
        result("c2", value={"output": "[main 1a2b3c4] canary-1\n"}),
        title="canary-1",
    )
    machine.write("T-1.json", json.dumps(told))
    rows = machine.collect()
    assert rows.acts() == {
        ("prompt", None): 1,
        ("tool_call", "Bash"): 2,
        ("test_run", None): 1,
        ("commit", None): 1,
    }
    commits = [row["commit_id"] for row in rows["ai_activity"] if row["kind"] == "commit"]
    assert commits == ["github.com/acme/shop:1a2b3c4"]
    assert "canary-1" not in machine.kept()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"id":"T-1","messages":7}', b"\xff\xfe{"])
def test_a_file_that_is_no_thread_is_counted(tmp_path: Path, content: bytes) -> None:
    machine = Machine(SOURCE, tmp_path)
    machine.write("T-1.json", content)
    machine.write(
        "T-2.json", json.dumps(thread(answer(1, used(9, outputTokens=5))) | {"id": "T-2"})
    )
    rows = machine.collect()
    assert rows.total() == 5
    assert (rows.notes[0].expected, rows.notes[0].skipped) == (2, 1)


@pytest.mark.reference
def test_the_samples_of_real_threads_come_to_their_sums(tmp_path: Path) -> None:
    """Input 5 + 5, output 555 + 270, written 7,226 + 17,711, read 39,744 + 28,097, by hand.

    The second appends one line to a file.
    """
    machine = Machine(SOURCE, tmp_path)
    for path in sorted(samples_of("amp").iterdir()):
        machine.copy(path.name, path)
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 10,
        "cache_read": 67841,
        "cache_write_5m": 24937,
        "cache_write_1h": 0,
        "output": 825,
    }
    assert len(rows["ai_request"]) == 6
    assert rows.acts() == {
        ("prompt", None): 2,
        ("tool_call", "Read"): 5,
        ("tool_call", "edit_file"): 1,
    }
    assert rows.lines() == {None: (1, 0)}
    commits = {row["commit_id"] for row in rows["ai_session"]}
    assert commits == {f"github.com/dev/testing-git:{SHA}"}
