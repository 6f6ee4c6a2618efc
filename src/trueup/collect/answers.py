"""What an answer must be before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trueup.collect.recorded import Reply
from trueup.errors import SourceIncomplete


def mapping(reply: Reply) -> Mapping[str, Any]:
    """Return an answer that must be an object.

    Raises
    ------
    SourceIncomplete
        It is none.
    """
    answer = reply.json()
    if not isinstance(answer, Mapping):
        raise _odd("an object")
    return answer


def listed(reply: Reply) -> list[Mapping[str, Any]]:
    """Return the objects of an answer that must be a list.

    Raises
    ------
    SourceIncomplete
        It is none.
    """
    answer = reply.json()
    if not isinstance(answer, list):
        raise _odd("a list")
    return objects(answer)


def objects(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; nothing where it is none."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def part(node: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object below a name; an empty one where there is none."""
    value = node.get(name)
    return value if isinstance(value, Mapping) else {}


def said(node: Mapping[str, Any], name: str) -> str:
    """Return the text below a name; an empty one where there is none."""
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _odd(wanted: str) -> SourceIncomplete:
    return SourceIncomplete(
        f"The server answered with something else than {wanted}.",
        hint="Collect again later: it goes on where it stopped.",
    )
