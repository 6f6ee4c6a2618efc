"""Labels out of what a tool was called with and gave back; the text itself goes no further."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from trueup.collect.ai.labels import commits_made, runs_tests
from trueup.collect.sources.otlp.scrubbing import allowed, values

_SHA = re.compile(r"[0-9a-f]{7,40}")
_NAMES = {
    "mcp_server_name": "trueup.mcp_server",
    "skill_name": "trueup.skill",
    "subagent_type": "trueup.subagent",
}
_LINES = (
    *("model_added_lines", "model_removed_lines"),
    *("user_added_lines", "user_removed_lines"),
)


def labels_of(attributes: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Return labels of a call: digest of its arguments, tests run, commits made.

    Parameters
    ----------
    key
        Of digests, so that nobody without it can try arguments out.
    """
    found: dict[str, Any] = {}
    given = [attributes[name] for name in allowed.ARGUMENTS if attributes.get(name)]
    if given:
        told = given[0] if isinstance(given[0], str) else repr(given[0])
        digest = hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=8, key=key)
        found["trueup.arguments"] = digest.hexdigest()
    for one in given:
        _read(_object(one), found)
    command = attributes.get("github.copilot.tool.parameters.command")
    if isinstance(command, str) and runs_tests(command):
        found["trueup.test_run"] = True
    for name in allowed.OUTPUTS:
        output = attributes.get(name)
        if isinstance(output, str) and (made := commits_made(output)):
            found["trueup.commits"] = made[:20]
    return found


def edits_of(metadata: Any) -> dict[str, Any]:
    """Return the lines an edit added and removed, by who wrote them (Gemini CLI)."""
    told = _object(metadata)
    diff = told.get("diffStat", told)
    if not isinstance(diff, dict):
        return {}
    lines = {f"trueup.{name}": values.number(diff.get(name)) for name in _LINES}
    return {name: value for name, value in lines.items() if isinstance(value, int) and value >= 0}


def _read(told: dict[str, Any], found: dict[str, Any]) -> None:
    commit = told.get("git_commit_id")
    if isinstance(commit, str) and _SHA.fullmatch(commit):
        found["trueup.commits"] = [commit]
    for name, kept in _NAMES.items():
        if (value := values.name(told.get(name))) is not None:
            found[kept] = value
    for name in ("full_command", "bash_command", "command", "cmd"):
        command = told.get(name)
        if isinstance(command, list):
            command = " ".join(part for part in command if isinstance(part, str))
        if isinstance(command, str) and runs_tests(command):
            found["trueup.test_run"] = True


def _object(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
