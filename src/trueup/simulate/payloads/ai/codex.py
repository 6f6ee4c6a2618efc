"""Rollouts as Codex writes them: a counter of tokens that only grows, and is said twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from trueup.simulate.payloads.ai.using import Session
from trueup.simulate.payloads.instants import text

MODEL = "gpt-5.2-codex"
Line = dict[str, Any]


def rollouts(sessions: Iterable[Session]) -> dict[str, bytes]:
    """Return rollouts by path: a folder for each person's machine, one file a session."""
    found = {}
    for one in sessions:
        day = text(one.started_at)[:10].replace("-", "/")
        stamp = text(one.started_at)[:19].replace(":", "-")
        path = f"{one.person.login}/sessions/{day}/rollout-{stamp}-{native(one)}.jsonl"
        found[path] = "".join(f"{json.dumps(line)}\n" for line in _lines(one)).encode()
    return found


def native(one: Session) -> str:
    """Return what Codex calls a session."""
    return f"01970000-0000-7000-8000-{one.number:012x}"


def _lines(one: Session) -> Iterator[Line]:
    cwd = f"/code/{one.repository}"
    said = {"id": native(one), "timestamp": text(one.started_at), "cwd": cwd}
    about = {"originator": "codex_cli_rs", "cli_version": "0.147.0", "source": "cli"}
    yield _line(one.started_at, "session_meta", **said, **about)
    yield _line(one.started_at, "turn_context", turn_id="t", cwd=cwd, model=MODEL)
    yield _line(one.started_at, "event_msg", type="user_message", message="a wish")
    total = dict.fromkeys(_COUNTED, 0)
    for request in one.requests:
        own = {
            "input_tokens": request.prompt,
            "cached_input_tokens": request.cache_read,
            "output_tokens": request.output,
            "reasoning_output_tokens": 0,
            "total_tokens": request.prompt + request.output,
        }
        total = {name: total[name] + own[name] for name in _COUNTED}
        for _ in range(2):
            gauge = {"total_token_usage": dict(total), "last_token_usage": own}
            yield _line(request.at, "event_msg", type="token_count", info=gauge, rate_limits=None)
    yield from _calls(one)


_COUNTED = (
    *("input_tokens", "cached_input_tokens", "output_tokens"),
    *("reasoning_output_tokens", "total_tokens"),
)


def _line(at: int, kind: str, /, **payload: Any) -> Line:
    return {"timestamp": text(at), "type": kind, "payload": payload}


def _calls(one: Session) -> Iterator[Line]:
    """Return the calls of a session: a patch, a commit unless it comes to nothing, the rest."""
    added = "\n".join(f"+line {place}" for place in range(one.written))
    patch = f"*** Begin Patch\n*** Add File: a.py\n{added}\n*** End Patch"
    yield from _call(one, 0, "apply_patch", {"input": patch}, "Done!")
    rest = one.calls - 1
    if not one.is_discarded:
        printed = json.dumps({"output": f"[main {one.sha}] done\n", "metadata": {"exit_code": 0}})
        yield from _call(one, 1, "shell", _shell("git commit -am done"), printed)
        rest -= 1
    for place in range(rest):
        same = place < one.looped
        given = _shell("ls" if same else f"cat file{place}.py")
        yield from _call(one, 2 + place, "shell", given, "ok")


def _shell(command: str) -> dict[str, Any]:
    return {"command": ["bash", "-lc", command]}


def _call(
    one: Session, place: int, tool: str, given: dict[str, Any], output: str
) -> Iterator[Line]:
    at, name = one.ended_at, f"call_{place}"
    asked = {"name": tool, "arguments": json.dumps(given), "call_id": name}
    yield _line(at, "response_item", type="function_call", **asked)
    yield _line(at, "response_item", type="function_call_output", call_id=name, output=output)
