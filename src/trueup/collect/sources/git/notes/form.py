"""Reads one git-ai note and lets nothing of it out but lines, tool, model and session id.

Notes hold names, mail addresses and, in older ones, whole conversations. What leaves this
module is `NotedLines`; there is no way to ask it for the rest.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trueup.collect.attribution.match import session_id
from trueup.collect.attribution.models import model_name
from trueup.errors import MalformedRecord

_TOOLS: Mapping[str, str] = {
    "claude": "claude-code",
    "claude code": "claude-code",
    "codex": "openai-codex",
    "gemini": "gemini-cli",
    "continue-cli": "continue",
    "droid": "factory-droid",
}
"""git-ai's names for agents where ours differ."""

_AGENT_NAMES = frozenset(
    ("claude", "claude code", "cursor", "codex", "copilot", "github copilot", "gemini", "windsurf")
)
"""Authors in the oldest notes that are agents; every other name there is a person's."""

_RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?$")
_UNKNOWN_MODELS = frozenset((None, "unknown", "default", "auto"))
_ANONYMOUS = "generic-ai"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who wrote the lines: our name of the tool, model and session where the note has them."""

    tool: str
    model: str | None
    session_id: str | None


@dataclass(frozen=True, slots=True)
class NotedLines:
    """Lines of one file that an agent wrote, in the numbering of the noted commit.

    Parameters
    ----------
    path
        As git prints it.
    first_line
        From 1.
    line_count
        At least 1.
    agent
        Who wrote them.
    """

    path: str
    first_line: int
    line_count: int
    agent: Agent


def read_note(text: bytes) -> list[NotedLines]:
    """Return the lines a note books to agents; lines of known people are left out.

    Read are schema ``authorship/3.0.0`` in all the forms it drifted through (prompts,
    sessions, humans), and the JSON of ``authorship/0.0.1`` and before.

    Raises
    ------
    MalformedRecord
        The text is neither.
    """
    decoded = text.decode("utf-8", "replace")
    try:
        if decoded.lstrip().startswith("{"):
            return list(_oldest_form(json.loads(decoded)))
        return list(_attested(decoded))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # The error's own words could quote the note.
        raise MalformedRecord(f"A git-ai note cannot be read ({type(error).__name__}).") from None


def _attested(text: str) -> Iterator[NotedLines]:
    attestation, bar, facts = f"\n{text}".partition("\n---\n")
    if not bar:
        raise ValueError
    agents = _agents(json.loads(facts))
    path = ""
    for line in attestation.split("\n"):
        if line.startswith("  "):
            key, _, ranges = line.strip().rpartition(" ")
            if not path or not key:
                raise ValueError
            if not _is_person(key):
                name = key.partition("::")[0]
                agent = agents.get(name) or _unsaid(name)
                yield from _lines(path, ranges, agent)
        elif line.strip():
            path = _unquoted(line)


def _unsaid(name: str) -> Agent:
    """Return an agent the note names and does not describe: its session's digest is kept."""
    return Agent(_ANONYMOUS, None, name if name.startswith("s_") else None)


def _is_person(key: str) -> bool:
    return key.startswith("h_") or key == "human"


def _agents(facts: Mapping[str, Any]) -> dict[str, Agent]:
    found: dict[str, Agent] = {}
    for section in ("prompts", "sessions"):
        for key, entry in (facts.get(section) or {}).items():
            found[key] = _agent(entry.get("agent_id") or {})
    return found


def _agent(raw: Mapping[str, Any]) -> Agent:
    tool = str(raw.get("tool") or "").strip().lower()
    model, session = raw.get("model"), raw.get("id")
    return Agent(
        tool=_tool(tool),
        model=None if model in _UNKNOWN_MODELS else model_name(str(model)),
        session_id=session_id(str(session)) if session else None,
    )


def _tool(name: str) -> str:
    if name.startswith("github-copilot") or name == "github copilot":
        return "copilot"
    return _TOOLS.get(name, name or _ANONYMOUS)


def _lines(path: str, ranges: str, agent: Agent) -> Iterator[NotedLines]:
    for part in ranges.split(","):
        found = _RANGE.match(part.strip())
        if found is None:
            raise ValueError
        first = int(found[1])
        last = int(found[2] or first)
        if not 0 < first <= last:
            raise ValueError
        yield NotedLines(path, first, last - first + 1, agent)


def _unquoted(line: str) -> str:
    text = line.rstrip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text


def _oldest_form(note: Mapping[str, Any]) -> Iterator[NotedLines]:
    files = note["files"]
    for path, entry in files.items():
        for author in entry["authors"]:
            name = str(author["author"]).strip().lower()
            if name in _AGENT_NAMES:
                yield from _listed(path, author["lines"], Agent(_tool(name), None, None))


def _listed(path: str, lines: list[Any], agent: Agent) -> Iterator[NotedLines]:
    numbers: set[int] = set()
    for item in lines:
        first, last = (item, item) if isinstance(item, int) else item
        numbers.update(range(int(first), int(last) + 1))
    for first, count in runs(sorted(numbers)):
        yield NotedLines(path, first, count, agent)


def joined(parts: list[NotedLines]) -> list[NotedLines]:
    """Join lines of one path and agent that touch or overlap; traces of a session are one."""
    spans: dict[tuple[str, Agent], list[tuple[int, int]]] = defaultdict(list)
    for part in parts:
        spans[part.path, part.agent].append((part.first_line, part.first_line + part.line_count))
    return [
        NotedLines(path, first, end - first, agent)
        for (path, agent), several in spans.items()
        for first, end in _united(several)
    ]


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if united and first <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((first, end))
    return united


def runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of every unbroken run in ascending numbers."""
    start = 0
    for index in range(1, len(numbers) + 1):
        if index == len(numbers) or numbers[index] != numbers[index - 1] + 1:
            yield numbers[start], index - start
            start = index
