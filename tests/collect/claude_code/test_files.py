"""Transcripts that are broken, foreign or far too long; and where they are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collect.ai.machine import Machine, jsonl, samples_of
from tests.collect.claude_code.transcripts import prompt, reply
from tests.collect.claude_code.visiting import Logs
from trueup.collect.sources.claude_code.places import MACHINE, transcripts
from trueup.collect.sources.claude_code.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

NAME = "msg_aaaaaaaaaaaaaaaa"


def test_broken_lines_are_counted_and_cost_no_other(tmp_path: Path) -> None:
    """Of eight lines two are read whole, two in part; UTF-16 is one line and a rest."""
    logs = Logs(tmp_path)
    good = jsonl(reply(0, NAME, 7))
    logs.put(
        "p/a.jsonl",
        good.encode()
        + b'{"type":"user","broken\n'
        + jsonl(prompt(1)).encode()
        + jsonl(prompt(2, "caf\xe9")).replace("\\u00e9", "\xe9").encode("latin-1")
        + jsonl(prompt(3, gitBranch=["main"])).encode()
        + jsonl({"type": "news", "x": 1}).encode()
        + jsonl({"type": "user", "message": {"content": "x"}}).encode()
        + jsonl(prompt(4)).encode("utf-16"),
    )
    rows = logs.collect()
    (note,) = logs.notes
    assert rows.acts() == {("prompt", None): 3}
    assert rows.tokens()["output"] == 7
    assert (note.expected, note.skipped) == (8, 4)
    for reason in (
        "it is no JSON (1)",
        "it is not in UTF-8: the bytes at fault were replaced (1)",
        "a field is of another kind and was left out (1)",
        "its type 'news' is not known (1)",
        "it says no instant (1)",
        "it is in UTF-16, or holds empty bytes (1)",
    ):
        assert reason in note.reason


def test_a_line_far_too_long_is_counted_with_its_size(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    content = [jsonl(reply(0, NAME, 7)), jsonl(prompt(1, "x" * (3 << 20))), jsonl(prompt(2))]
    logs.put("p/a.jsonl", "".join(content).encode())
    rows = logs.collect(longest=1 << 20)
    assert rows.acts() == {("prompt", None): 1}
    assert "a line of 3 MB is longer than 1 MB (1)" in logs.notes[0].reason


def test_a_transcript_that_grows_while_it_is_read_is_read_on(tmp_path: Path) -> None:
    """A line is cut in the middle; a later visit has all of it, and nothing twice."""
    logs = Logs(tmp_path)
    whole = jsonl(prompt(0), reply(1, NAME, 7), reply(2, NAME, 9)).encode()
    logs.put("p/a.jsonl", whole[:-100])
    assert logs.collect().tokens()["output"] == 7
    logs.put("p/a.jsonl", whole)
    rows = logs.collect()
    assert (rows.tokens()["output"], rows.acts()) == (9, {("prompt", None): 1})
    assert logs.notes[0].expected == 3


def test_a_transcript_that_may_not_be_read_is_told_of(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    logs.write("p/a.jsonl", prompt(0))
    (tmp_path / "p" / "b.jsonl").symlink_to(tmp_path / "gone")
    logs.collect()
    assert [(note.subject, note.skipped) for note in logs.notes][1:] == [
        ("transcripts of claude_code", 1)
    ]


def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)


def put(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(jsonl(prompt(0)), encoding="utf-8")


def test_both_standard_locations_are_one_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(tmp_path, monkeypatch)
    put(tmp_path / ".claude/projects/p/a.jsonl")
    put(tmp_path / ".config/claude/projects/q/b/subagents/agent-1.jsonl")
    ((target, target_id),) = SOURCE.targets(Connection(source="claude_code"), NoWeb("x"))
    assert target == MACHINE
    assert str(tmp_path) not in target_id
    assert [one.native for one in transcripts(target)] == ["a", "b"]


def test_the_variable_takes_the_place_of_the_standard_locations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home(tmp_path, monkeypatch)
    put(tmp_path / ".claude/projects/p/a.jsonl")
    put(tmp_path / "one/projects/p/c.jsonl")
    put(tmp_path / "two/projects/p/d.jsonl")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", f"{tmp_path / 'one'}, {tmp_path / 'two'}")
    assert [one.native for one in transcripts(MACHINE)] == ["c", "d"]


def test_no_transcripts_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home(tmp_path, monkeypatch)
    with pytest.raises(SourceUnavailable, match="no transcripts of Claude Code"):
        SOURCE.targets(Connection(source="claude_code"), NoWeb("x"))


def test_the_option_person_wants_an_address() -> None:
    connection = Connection(source="claude_code", options={"person": "ann"})
    with pytest.raises(ConfigError, match="no address"):
        SOURCE.targets(connection, NoWeb("x"))


def test_samples_of_real_transcripts_have_the_totals_worked_out_by_hand(tmp_path: Path) -> None:
    """SOURCE.md: 23 lines with usage, 13 requests; input 57, output 3306, write 28933, read 293447.

    The second has two requests, of 10 + 6890 + 12861 + 407 and 8 + 571 + 19751 + 77 tokens.
    Summing lines gives 468 of output with the first of each, and cache writes 1.95 times as high.
    """
    machine = Machine(SOURCE, tmp_path)
    machine.copy("p/a.jsonl", samples_of("claude-code") / "session-v1.0.111.jsonl")
    rows = machine.collect()
    assert rows.tokens() == {
        "uncached_input": 57,
        "cache_read": 293447,
        "cache_write_5m": 28933,
        "cache_write_1h": 0,
        "output": 3306,
    }
    assert len(rows["ai_request"]) == 13
    machine.copy("p/b.jsonl", samples_of("claude-code") / "session-with-thinking.jsonl")
    rows = machine.collect()
    more = {"uncached_input": 18, "cache_write_5m": 7461, "cache_read": 32612, "output": 484}
    assert rows.tokens() == {
        "uncached_input": 57 + more["uncached_input"],
        "cache_read": 293447 + more["cache_read"],
        "cache_write_5m": 28933 + more["cache_write_5m"],
        "cache_write_1h": 0,
        "output": 3306 + more["output"],
    }
    assert rows.lines() == {None: (26, 23)}
    assert rows.skips == []
    again = machine.digest()
    machine.collect()
    assert machine.digest() == again
