"""Values of attributes on the list, each held to its form; text in the place of a name is not."""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

from trueup.collect.repositories import repository_id_of
from trueup.collect.sources.otlp.scrubbing import allowed

_WORDS = re.compile(r"[^\s\x00-\x1f\x7f]+(?: [^\s\x00-\x1f\x7f]+){0,5}")
_LONGEST_NAME = 100
_ID = re.compile(r"[\w.:@|/+=#~-]{1,200}")
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,12})?")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,190}")
_SHORT = re.compile(r"[\w-][\w.-]{0,99}/[\w.-]{1,100}")
_REPOSITORY = re.compile(r"[\w.:-]+(?:/[\w.~-]+)+")


def number(value: Any) -> int | float | None:
    """Return a number, also one that arrived as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if abs(value) < 2**53 else None
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return None


def flag(value: Any) -> bool | None:
    """Return a yes or no, also one that arrived as text."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


def name(value: Any) -> str | None:
    """Return a name: a few words in one line."""
    if isinstance(value, str) and len(value) <= _LONGEST_NAME and _WORDS.fullmatch(value):
        return value
    return None


def native_id(value: Any) -> str | None:
    """Return an id: one word, or a number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def repository(value: Any) -> str | None:
    """Return ``host/owner/name`` of an address; None for a folder or a name without a host."""
    if not isinstance(value, str) or len(value) > 500 or value.startswith(("file:", "/", "~")):
        return None
    found = repository_id_of(value)
    if not found or "." not in found.partition("/")[0]:
        return None
    return found if _REPOSITORY.fullmatch(found) else None


def repository_of_copilot(value: Any) -> str | None:
    """Return it as Copilot names it: an address, or owner and name at github.com."""
    if isinstance(value, str) and _SHORT.fullmatch(value):
        return f"github.com/{value}"
    return repository(value)


def person(attributes: dict[str, Any]) -> str | None:
    """Return who it was, as ``email:address`` or ``id:...``; the best there is."""
    for key in allowed.PERSONS:
        value = attributes.get(key)
        if not isinstance(value, str):
            continue
        if _ADDRESS.fullmatch(value):
            return f"email:{value.lower()}"
        if _ID.fullmatch(value) and "@" not in value:
            return f"id:{value}"
    return None


READERS = {
    **dict.fromkeys(allowed.NUMBERS, number),
    **dict.fromkeys(allowed.FLAGS, flag),
    **dict.fromkeys(allowed.NAMES, name),
    **dict.fromkeys(allowed.IDS, native_id),
    **dict.fromkeys(allowed.REPOSITORIES, repository),
    **dict.fromkeys(allowed.REPOSITORIES_OF_COPILOT, repository_of_copilot),
}
RESOURCE_READERS = {
    **dict.fromkeys(allowed.RESOURCE_NAMES, name),
    **dict.fromkeys(allowed.REPOSITORIES, repository),
}
