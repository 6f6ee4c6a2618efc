"""Prompts of transcripts: what a person wrote and nothing else, kept by nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference import reference
from trueup.collect.labelling.prompts import LONGEST, MOST, Transcripts
from trueup.config import Connection, Settings


def written(path: Path, *lines: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def told(content: object, **more: object) -> dict[str, Any]:
    return {
        "type": "user",
        "timestamp": "2026-05-01T10:00:00Z",
        "message": {"role": "user", "content": content},
        **more,
    }


def event(kind: str, **more: object) -> dict[str, Any]:
    return {"type": "event_msg", "payload": {"type": kind, **more}}


def sent(*texts: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text} for text in texts]
    payload = {"type": "message", "role": "user", "content": content}
    return {"type": "response_item", "payload": payload}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    for name in ("claude", "codex/sessions"):
        (tmp_path / name).mkdir(parents=True)
    return Settings(
        connections=(
            Connection(source="claude_code", targets=(str(tmp_path / "claude"),)),
            Connection(source="codex", targets=(str(tmp_path / "codex"),)),
        )
    )


def read(settings: Settings) -> dict[str, tuple[str, ...]]:
    found = Transcripts(settings)
    return dict(found.prompts(found.sessions))


def test_of_claude_code_only_what_a_person_wrote_is_read(
    tmp_path: Path, settings: Settings
) -> None:
    result = [{"type": "tool_result", "tool_use_id": "t1", "content": "All tests passed"}]
    said = {"type": "assistant", "message": {"content": [{"type": "text", "text": "Done, user"}]}}
    written(
        tmp_path / "claude/projects/-shop/5f.jsonl",
        told("Add a till"),
        said,
        told(result),
        told("<local-command-stdout>user</local-command-stdout>"),
        told("a caveat", isMeta=True),
        told("what happened so far", isCompactSummary=True),
        told("[Request interrupted by user]"),
        told("for the subagent", isSidechain=True),
        told([{"type": "text", "text": "Why a till?"}]),
    )
    written(tmp_path / "claude/projects/-shop/5f/subagents/agent-1.jsonl", told("inner"))
    assert read(settings) == {"claude-code:5f": ("Add a till", "Why a till?")}


def test_of_codex_each_prompt_is_read_once_however_often_a_rollout_tells_it(
    tmp_path: Path, settings: Settings
) -> None:
    item = {"type": "UserMessage", "content": [{"type": "text", "text": "Mend the till"}]}
    day = tmp_path / "codex/sessions/2026/05/01"
    name = "rollout-2026-05-01T10-00-00-0195d2c4-0000-7000-8000-00000000000"
    envelope = "<environment_context>\n<cwd>/home/ada</cwd></environment_context>"
    written(
        day / f"{name}1.jsonl",
        sent(envelope),
        event("user_message", message="Mend the till"),
        event("item_completed", item=item),
        sent("Mend the till"),
    )
    written(day / f"{name}2.jsonl", event("item_completed", item=item), sent("Mend the till"))
    written(day / f"{name}3.jsonl", sent(envelope), sent("# AGENTS.md instructions"), sent("Go"))
    native = "openai-codex:0195d2c4-0000-7000-8000-00000000000"
    assert read(settings) == {
        f"{native}1": ("Mend the till",),
        f"{native}2": ("Mend the till",),
        f"{native}3": ("Go",),
    }


def test_long_prompts_and_long_sessions_are_cut(tmp_path: Path, settings: Settings) -> None:
    lines = [told(f"{number} " + "x" * 2 * LONGEST) for number in range(MOST + 20)]
    written(tmp_path / "claude/projects/-shop/5f.jsonl", *lines)
    (prompts,) = read(settings).values()
    assert [len(prompts), max(map(len, prompts))] == [MOST, LONGEST]
    assert (prompts[0].split()[0], prompts[-1].split()[0]) == ("0", str(MOST + 19))


def test_where_a_transcript_lies_is_known_without_opening_it(
    tmp_path: Path, settings: Settings
) -> None:
    path = tmp_path / "claude/projects/-shop/5f.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff\xfe no JSON")
    found = Transcripts(settings)
    assert found.place("claude-code:5f") == path
    assert found.place("claude-code:other") is None
    assert list(found.prompts(found.sessions)) == []


def test_a_machine_without_either_tool_has_no_transcripts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR", raising=False)
    monkeypatch.delenv("CODEX_HOME", raising=False)
    assert list(Transcripts(Settings()).sessions) == []


@pytest.mark.reference
def test_real_logs_hold_as_many_prompts_as_sessions_count() -> None:
    """Looked up in the files: one prompt in each of the two sessions."""
    folder = reference("ai-telemetry", unread="prompts of real logs")
    connections = tuple(
        Connection(source=source, targets=(str(folder / name),))
        for source, name in (
            ("claude_code", "claude-code/session-v1.0.111.jsonl"),
            ("codex", "codex/rollout-minimal-0.99.jsonl"),
        )
    )
    found = read(Settings(connections=connections))
    assert sorted(len(prompts) for prompts in found.values()) == [1, 1]
