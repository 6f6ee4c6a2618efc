"""How trueup speaks to a terminal and to machines: answers on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.workspace import Collected


def say(lines: Iterable[str]) -> None:
    """Print the answer, line by line."""
    for line in lines:
        print(line)  # noqa: T201 - this is the one place that speaks


def columns(pairs: Mapping[str, str]) -> list[str]:
    """Set names and what belongs to them in two columns."""
    width = max(map(len, pairs), default=0)
    return [f"{name:<{width}}  {text}" for name, text in pairs.items()]


def say_json(answer: Mapping[str, Any]) -> None:
    """Print the answer for a machine: one JSON object, keys as given."""
    say([json.dumps(answer, ensure_ascii=False, indent=2)])


def complain(kind: str, fact: str, hint: str) -> None:
    """Say what went wrong and the next step: in words on stderr, under ``--json`` on stdout too."""
    if "--json" in sys.argv[1:]:
        say_json({"error": {"kind": kind, "fact": fact, "hint": hint}})
    complain_line(fact, hint)


def complain_line(fact: str, hint: str) -> None:
    """Say a fact and its next step on stderr."""
    print(f"trueup: {fact}", file=sys.stderr)  # noqa: T201 - as above
    if hint:
        print(f"        {hint}", file=sys.stderr)  # noqa: T201 - as above


def say_failures(collected: Collected) -> None:
    """Name on stderr everything that could not be read, and why."""
    for target, error in collected.failed:
        complain_line(f"{target}: {error.fact}", error.hint)


def say_collected(collected: Collected) -> list[str]:
    """Say how much of what was asked for is now in the workspace."""
    say_failures(collected)
    read, failed = len(collected.repository_ids) + len(collected.connected), len(collected.failed)
    one, many = ("target", "targets") if collected.connected else ("repository", "repositories")
    noun = one if read + failed == 1 else many
    return [f"{read} of {read + failed} {noun} read."]


def describe_collected(collected: Collected) -> dict[str, Any]:
    """Return what a collection brought as plain values."""
    return {
        "repository_ids": list(collected.repository_ids),
        "connected": [
            {"source": source, "target_id": target_id} for source, target_id in collected.connected
        ],
        "failed": [
            {"target": target, "kind": type(error).__name__, "fact": error.fact, "hint": error.hint}
            for target, error in collected.failed
        ],
    }
