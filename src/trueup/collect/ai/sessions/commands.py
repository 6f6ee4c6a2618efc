"""Commands and patches in the arguments of calls, in the forms agents give them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

_NAMES = ("command", "cmd", "script", "commandLine")
_PATCH = "*** Begin Patch"
_DEEPEST = 4


def command_of(arguments: Any) -> str:
    """Return the shell command of a call; empty where there is none.

    >>> command_of({"command": ["bash", "-lc", "cargo test"]}), command_of({"cmd": "ls"})
    ('cargo test', 'ls')
    """
    if isinstance(arguments, dict):
        arguments = next((arguments[name] for name in _NAMES if name in arguments), None)
    if isinstance(arguments, str):
        return arguments
    if not isinstance(arguments, list) or not all(isinstance(one, str) for one in arguments):
        return ""
    is_shell = len(arguments) > 2 and arguments[1].startswith("-") and "c" in arguments[1]
    return arguments[-1] if is_shell else shlex.join(arguments)


def decoded(text: object) -> Any:
    """Return what a text of JSON says; the text itself where it is none."""
    if not isinstance(text, str):
        return text
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def patch_in(arguments: Any) -> str | None:
    """Return the patch that arguments hold, however deep; None where they hold none."""
    return next(_patches(arguments, 0), None)


def _patches(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        if _PATCH in value:
            yield value[value.index(_PATCH) :]
    elif depth < _DEEPEST and isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _patches(part, depth + 1)
