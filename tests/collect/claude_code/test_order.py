"""Order of files, splits at any byte and repeated reads change nothing."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.collect.ai.machine import Machine, jsonl
from tests.collect.claude_code.transcripts import (
    MAIN,
    MODEL,
    OTHER,
    call,
    line,
    patch,
    prompt,
    reply,
    result,
)
from tests.collect.claude_code.visiting import Logs
from trueup.collect.sources.claude_code.joining import joined
from trueup.collect.sources.claude_code.source import SOURCE

THIRD = "33333333-cccc-4000-8000-000000000003"


def history() -> dict[str, list[dict[str, Any]]]:
    """Return a session, its subagent, its branch, and one that was resumed without a word."""
    first = [
        prompt(0),
        reply(1, "msg_aaaaaaaaaaaaaaaa", 2, tokens={"cache_read_input_tokens": 7}),
        reply(2, "msg_aaaaaaaaaaaaaaaa", 90, call("toolu_1", "Bash", command="pytest -q")),
        result(3, "toolu_1", {"stdout": "ok", "stderr": ""}),
        reply(4, "msg_bbbbbbbbbbbbbbbb", 10, call("toolu_2", "Edit", file_path="/n/a.py")),
        result(5, "toolu_2", patch("/n/a.py", "+x", "-y", "+z")),
        line("system", 6, subtype="compact_boundary", compactMetadata={"trigger": "auto"}),
        {"type": "news", "what": {"é": "ü"}},
        prompt(7, permissionMode="plan"),
        reply(8, "msg_cccccccccccccccc", 5, request=None),
    ]
    agent = [
        reply(4, "msg_bbbbbbbbbbbbbbbb", 12, request="req_x", isSidechain=True, agentId="a1"),
        reply(5, "msg_dddddddddddddddd", 6, call("toolu_3", "Bash", command="pytest -q")),
    ]
    branch = [{**one, "sessionId": OTHER, "forkedFrom": {"sessionId": MAIN}} for one in first[:6]]
    branch += [reply(20, "msg_eeeeeeeeeeeeeeee", 9, session=OTHER)]
    resumed = [{**one, "sessionId": THIRD} for one in first if one["type"] != "news"]
    resumed += [reply(30, "msg_ffffffffffffffff", 4, session=THIRD), prompt(31, sessionId=THIRD)]
    return {
        f"p/{MAIN}.jsonl": first,
        f"p/{MAIN}/subagents/agent-a1.jsonl": agent,
        f"p/{OTHER}.jsonl": branch,
        f"q/{THIRD}.jsonl": resumed,
    }


def said(logs: Logs) -> str:
    rows = logs.rows()
    return json.dumps([rows.tables, sorted(map(repr, rows.skips))], default=str, sort_keys=True)


def whole(folder: Path) -> tuple[str, dict[str, bytes]]:
    logs = Logs(folder)
    files = {name: jsonl(*lines).encode() for name, lines in history().items()}
    for name, content in files.items():
        logs.put(name, content)
    logs.collect()
    return said(logs), files


def test_the_rows_of_the_history_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    """Outputs 90, 10 (the replay of 12 is a subagent's), 5, 6, 9, 4: 124 in six requests.

    The resumed session holds copies up to its own reply at 30; its last prompt is its own, so
    prompts are 0 and 7 of the first, 31 of the third. Tests ran twice: toolu_1 and toolu_3.
    """
    whole(tmp_path)
    logs = Logs(tmp_path)
    rows = logs.collect()
    assert sorted(row["output_tokens"] for row in rows["ai_request"]) == [4, 5, 6, 9, 10, 90]
    acts = rows.acts()
    assert (acts["prompt", None], acts["test_run", None], acts["compacted", "auto"]) == (3, 2, 1)
    assert (acts["plan", "prompt"], acts["tool_call", "Bash"]) == (1, 2)
    assert rows.lines() == {None: (2, 1)}
    assert [row["model"] for row in rows["ai_lines"]] == [MODEL]
    assert len(rows["ai_session"]) == 3


STEP = st.tuples(
    st.integers(0, 3), st.sampled_from((1, 40, 700, 4000)), st.sampled_from((1, 500, 1 << 20))
)


@given(st.lists(STEP, max_size=12), st.permutations(range(4)), st.sets(st.integers(0, 3)))
@settings(max_examples=30, deadline=None)
def test_files_in_any_order_grown_by_any_bytes_and_read_again_give_the_same_rows(
    steps: list[tuple[int, int, int]], order: list[int], again: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        expected, files = whole(Path(folder) / "whole")
        logs, names = Logs(Path(folder) / "parts"), sorted(files)
        length = dict.fromkeys(names, 0)
        for number, growth, page_bytes in [*steps, *((one, 1 << 20, 500) for one in order)]:
            name = names[number]
            length[name] += growth
            logs.put(name, files[name][: length[name]])
            logs.collect(page_bytes=page_bytes)
        streams = sorted(logs.visit.checkpoints)
        for number in again:
            del logs.visit.checkpoints[streams[number]]
        logs.collect()
        assert said(logs) == expected


def test_what_was_landed_of_a_copy_goes_when_its_origin_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that holds nothing of its own is landed, then known to be a copy of a smaller id.

    Nobody is known, so the rows of two workspaces can be compared.
    """
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    first = history()[f"p/{MAIN}.jsonl"][:6]
    copy = jsonl(*({**one, "sessionId": OTHER} for one in first))
    digests = []
    for is_late in (True, False):
        machine = Machine(SOURCE, tmp_path / "same")
        machine.write("p/b.jsonl", copy)
        if is_late:
            assert len(machine.collect()["ai_session"]) == 1
        machine.write("p/a.jsonl", jsonl(*first))
        rows = machine.collect()
        assert [row["session_id"] for row in rows["ai_session"]] == [f"claude-code:{MAIN}"]
        digests.append(machine.digest())
        rmtree(tmp_path / "same")
    assert digests[0] == digests[1]


VALUES = st.recursive(
    st.integers(0, 9) | st.sampled_from(["a", "b", "c"]) | st.booleans(),
    lambda below: (
        st.dictionaries(st.sampled_from(["at", "x", "y", "z"]), below, max_size=3)
        | st.lists(st.sampled_from(["p", "q"]), unique=True, max_size=2).map(sorted)
    ),
    max_leaves=8,
)


@given(VALUES, VALUES, VALUES)
@settings(max_examples=150, deadline=None)
def test_sightings_unite_the_same_in_any_order_and_however_often(
    one: Any, other: Any, third: Any
) -> None:
    assert joined(one, other) == joined(other, one)
    assert joined(one, one) == one
    assert joined(joined(one, other), third) == joined(one, joined(other, third))
