"""What is read out of one git-ai note, and what never leaves its reader."""

import json
from typing import Any

import pytest

from trueup.collect.sources.git.notes.form import Agent, NotedLines, joined, read_note, runs
from trueup.errors import MalformedRecord

SECRET = "sentinel-7f3a@person.example"  # noqa: S105  a name, not a password


def facts(**sections: Any) -> str:
    return json.dumps({"schema_version": "authorship/3.0.0", "prompts": {}, **sections})


def agent(tool: str = "codex", model: str = "gpt-5.6", session: str = "run-1") -> dict[str, Any]:
    return {
        "agent_id": {"tool": tool, "model": model, "id": session},
        "human_author": f"Ada <{SECRET}>",
        "messages": [{"role": "user", "text": SECRET}],
        "messages_url": f"https://example.org/{SECRET}",
        "custom_attributes": {"mail": SECRET},
    }


def lines_of(note: str) -> list[tuple[str, int, int, str]]:
    return [(n.path, n.first_line, n.line_count, n.agent.tool) for n in read_note(note.encode())]


SESSIONS = (
    "src/a.py\n"
    "  s_0123456789abcd::t_00000000000001 1-4,9\n"
    "  h_0123456789abcd 5-6\n"
    '"docs/a file.md"\n'
    "  s_0123456789abcd::t_00000000000002 2\n"
    "---\n" + facts(sessions={"s_0123456789abcd": agent()}, humans={"h_0123456789abcd": SECRET})
)


def test_sessions_are_read_with_ranges_and_quoted_paths_and_people_are_left_out() -> None:
    assert lines_of(SESSIONS) == [
        ("src/a.py", 1, 4, "openai-codex"),
        ("src/a.py", 9, 1, "openai-codex"),
        ("docs/a file.md", 2, 1, "openai-codex"),
    ]


@pytest.mark.parametrize(
    "key", ["0123456789abcdef", "0a1b2c3", "5c0e7d2a-fe48-4948-ab50-9f00aa11bb22"]
)
def test_prompts_of_every_age_are_read(key: str) -> None:
    note = f"a.py\n  {key} 3-3\n---\n" + facts(prompts={key: agent("claude", "claude-opus-4-6")})
    assert read_note(note.encode()) == [
        NotedLines("a.py", 3, 1, Agent("claude-code", "claude-opus-4.6", "run-1"))
    ]


def test_lines_of_an_agent_the_note_does_not_name_are_still_an_agents() -> None:
    note = "a.py\n  ai_agent 1-2\n  human 3\n  ffffffffffffffff 4\n---\n" + facts()
    assert lines_of(note) == [("a.py", 1, 2, "generic-ai"), ("a.py", 4, 1, "generic-ai")]


def test_an_empty_attestation_books_nothing() -> None:
    assert lines_of("---\n" + facts(sessions={"s_1": agent()})) == []


def test_an_unknown_model_is_none_and_a_jetbrains_copilot_is_copilot() -> None:
    key = "0123456789abcdef"
    raw = agent("github-copilot-jetbrains", "unknown", "https://example.org/s/9?x=1")
    note = f"a.py\n  {key} 1\n---\n" + facts(prompts={key: raw})
    assert read_note(note.encode())[0].agent == Agent("copilot", None, "9")


def test_the_oldest_form_keeps_agents_and_drops_people() -> None:
    authors = [
        {"author": "Claude", "lines": [7, [1, 3], [2, 4]], "agent_metadata": None},
        {"author": "Ada Example", "lines": [[10, 20]], "agent_metadata": None},
    ]
    note = json.dumps({"files": {"a.py": {"file": "a.py", "authors": authors}}})
    assert lines_of(note) == [("a.py", 1, 4, "claude-code"), ("a.py", 7, 1, "claude-code")]


def test_names_addresses_and_conversations_never_leave_the_reader() -> None:
    key = "0123456789abcdef"
    note = f"a.py\n  {key} 1\n---\n" + facts(prompts={key: agent()}, humans={"h_1": SECRET})
    for text in (SESSIONS, note):
        assert SECRET not in repr(read_note(text.encode()))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "no separator",
        f"a.py\n  k 1\n---\nnot json {SECRET}",
        "a.py\n  k x-y\n---\n{}",
        "a.py\n  k 9-3\n---\n{}",
        "a.py\n  k 0\n---\n{}",
        "  k 1\n---\n{}",
        '{"files": ["a.py"]}',
        "{" + SECRET,
    ],
)
def test_a_malformed_note_is_refused_without_quoting_it(note: str) -> None:
    with pytest.raises(MalformedRecord) as caught:
        read_note(note.encode())
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_bytes_that_are_not_text_are_malformed_not_fatal() -> None:
    with pytest.raises(MalformedRecord):
        read_note(b"\xff\xfe\x00\x80")


def test_touching_and_overlapping_lines_of_one_agent_are_joined() -> None:
    me, other = Agent("a", None, "1"), Agent("b", None, "2")
    parts = [
        NotedLines("f", 5, 2, me),
        NotedLines("f", 1, 4, me),
        NotedLines("f", 6, 3, me),
        NotedLines("f", 2, 1, other),
    ]
    assert joined(parts) == [NotedLines("f", 1, 8, me), NotedLines("f", 2, 1, other)]


def test_runs_are_unbroken() -> None:
    assert list(runs([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 1), (9, 2)]
    assert list(runs([])) == []
