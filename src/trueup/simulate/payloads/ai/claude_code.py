"""Transcripts as Claude Code writes them: https://docs.claude.com/en/docs/claude-code/data-usage.

Every reply is written twice, as it streams: the first line has a part of its output only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from trueup.simulate.payloads.ai.using import Request, Session
from trueup.simulate.payloads.instants import text

MODEL = "claude-sonnet-4-5"
Line = dict[str, Any]


def transcripts(sessions: Iterable[Session]) -> dict[str, bytes]:
    """Return transcripts by path: a folder for each person's machine, one file a session."""
    found = {}
    for one in sessions:
        path = f"{one.person.login}/projects/-work-{one.repository}/{native(one)}.jsonl"
        found[path] = "".join(f"{json.dumps(line)}\n" for line in _lines(one)).encode()
    return found


def native(one: Session) -> str:
    """Return what Claude Code calls a session."""
    return f"{one.number:08x}-aaaa-4000-8000-000000000000"


def _lines(one: Session) -> Iterator[Line]:
    yield _line(one, "user", one.started_at, 0, message={"role": "user", "content": "a wish"})
    for request in one.requests:
        calls = tuple(_calls(one)) if request is one.requests[-1] else ()
        yield _reply(one, request, request.output // 3, ())
        yield _reply(one, request, request.output, calls)
    yield from _results(one)


def _line(one: Session, kind: str, at: int, place: int, **more: Any) -> Line:
    return {
        "type": kind,
        "uuid": f"{one.number:08x}-{place:04x}-4000-8000-{at:012x}",
        "timestamp": text(at),
        "sessionId": native(one),
        "isSidechain": False,
        "userType": "external",
        "cwd": f"/code/{one.repository}",
        "gitBranch": "main",
        "version": "2.1.81",
        **more,
    }


def _reply(one: Session, request: Request, output: int, calls: tuple[Line, ...]) -> Line:
    name = f"{one.number:016x}{request.number:08x}"
    usage = {
        "input_tokens": request.uncached,
        "cache_read_input_tokens": request.cache_read,
        "cache_creation_input_tokens": request.cache_write_5m + request.cache_write_1h,
        "cache_creation": {
            "ephemeral_5m_input_tokens": request.cache_write_5m,
            "ephemeral_1h_input_tokens": request.cache_write_1h,
        },
        "output_tokens": output,
        "service_tier": "standard",
    }
    message = {
        "id": f"msg_{name}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [{"type": "text", "text": "an answer"}, *calls],
        "usage": usage,
    }
    place = 10 + 2 * request.number + bool(calls)
    return _line(one, "assistant", request.at, place, message=message, requestId=f"req_{name}")


def _calls(one: Session) -> Iterator[Line]:
    """Return the calls of a session: an edit, a commit unless it comes to nothing, the rest."""
    yield _call(one, 0, "Edit", {"file_path": f"/code/{one.repository}/a.py"})
    rest = one.calls - 1
    if not one.is_discarded:
        yield _call(one, 1, "Bash", {"command": "git commit -am done"})
        rest -= 1
    for place in range(rest):
        same = place < one.looped
        file = "same.py" if same else f"file{place}.py"
        yield _call(one, 2 + place, "Read", {"file_path": file})


def _call(one: Session, place: int, tool: str, given: dict[str, str]) -> Line:
    return {"type": "tool_use", "id": _name(one, place), "name": tool, "input": given}


def _name(one: Session, place: int) -> str:
    return f"toolu_{one.number:012x}{place:04x}"


def _results(one: Session) -> Iterator[Line]:
    hunk = {"oldStart": 1, "oldLines": 0, "newStart": 1, "newLines": one.written}
    lines = [f"+line {place}" for place in range(one.written)]
    said = {
        "filePath": f"/code/{one.repository}/a.py",
        "structuredPatch": [hunk | {"lines": lines}],
    }
    yield _result(one, 0, said)
    if not one.is_discarded:
        yield _result(one, 1, {"stdout": f"[main {one.sha}] done\n", "stderr": ""})


def _result(one: Session, place: int, said: dict[str, Any]) -> Line:
    block = {"type": "tool_result", "tool_use_id": _name(one, place), "content": "done"}
    message = {"role": "user", "content": [block]}
    at = one.ended_at + place
    return _line(one, "user", at, 100 + place, message=message, toolUseResult=said)
