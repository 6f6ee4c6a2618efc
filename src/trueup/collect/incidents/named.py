"""What the words of an incident name as having brought it, before they are dropped.

Changes, commits and deployments are read where they are written out: as addresses, as
``owner/name#12``, as ``PR 12`` (of the service's own repository), as full hashes, or as ids of
this program. What is said to have repaired the incident is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from trueup.collect.fields import Fields

_PLACE = r"https?://(?P<host>[\w.-]+(?::\d+)?)/(?P<path>[\w.-]+(?:/[\w.-]+)+?)"
_FORMS = {
    "change": (
        rf"{_PLACE}/(?:-/)?(?:pull|merge_requests)/(?P<name>\d{{1,9}})\b",
        r"(?<![\w/.-])(?P<path>[\w.-]+(?:/[\w.-]+)+)[#!](?P<name>\d{1,9})\b",
        r"(?i:\b(?:PR|MR|pull request|merge request))\s+[#!]?(?P<name>\d{1,9})\b",
    ),
    "commit": (
        rf"{_PLACE}/(?:-/)?commit/(?P<name>[0-9a-f]{{40}})\b",
        r"(?<![\w/.-])(?P<path>[\w.-]+(?:/[\w.-]+)+)@(?P<name>[0-9a-f]{40})\b",
        r"(?i:\bcommit)\s+(?P<name>[0-9a-f]{7,40})\b",
        r"(?<![\w/@:])(?P<name>[0-9a-f]{40})\b",
    ),
    "deployment": (
        r"(?<![\w/])(?P<name>(?:github|gitlab|jenkins):[\w.-]+(?::\d+)?(?:/[\w.-]+)*:[\w%./#~-]*[\w#])",
        r"(?<![\w/])(?P<name>events:[\w./#-]*[\w#])",
        r"https?://api\.github\.com/repos/[\w.-]+/[\w.-]+/deployments/(?P<api>\d+)\b",
        (
            r"https?://(?P<host>[\w.-]+(?::\d+)?(?:/(?!view/)[\w.-]+)*?)(?:/view/[\w.-]+)?"
            r"(?P<job>(?:/job/[\w.%-]+)+)/(?P<build>\d{1,9})\b"
        ),
    ),
}
_KNOWN = [(kind, re.compile(form)) for kind, forms in _FORMS.items() for form in forms]
_REPAIR = re.compile(
    r"(?:\b(?:fix|resolv|mitigat|repair|solv|remed)\w*(?:[\s:]+(?:by|in|with|via|is|the))*"
    r"|\b(?:revert|roll)\w*(?:\s+back)?\s+(?:by|in|with|via|to)(?:\s+the)?)[\s:(]*$",
    re.IGNORECASE,
)
_LOOK_BACK = 40
_LONGEST = 20_000
_DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What words name.

    Parameters
    ----------
    kind
        ``change``, ``commit`` or ``deployment``.
    host, path
        Of the repository; empty where the words leave them out.
    name
        Number, hash, or id of this program.
    """

    kind: str
    name: str
    host: str = ""
    path: str = ""


def named(*values: object) -> list[dict[str, str]]:
    """Return what the texts in values name, each once, in the form it is archived in.

    Parameters
    ----------
    values
        Texts, and objects and lists that hold texts however deep.
    """
    found = dict.fromkeys(one for text in _texts(values, 0) for one in _read(text[:_LONGEST]))
    return [
        {"kind": one.kind, "name": one.name, "host": one.host, "path": one.path} for one in found
    ]


def archived(body: Fields) -> Iterator[Named]:
    """Yield what `named` put below ``named`` of a record."""
    for one in body.parts("named"):
        kind, name = one.text("kind"), one.text("name")
        if kind in _FORMS and name:
            host, path = one.text("host") or "", one.text("path") or ""
            yield Named(kind=kind, name=name, host=host, path=path)
        else:
            body.faults.append("named holds what names nothing")


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth <= _DEEPEST and isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part, depth + 1)
    elif depth <= _DEEPEST and isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, depth + 1)


def _read(text: str) -> Iterable[Named]:
    taken: list[tuple[int, int]] = []
    for kind, form in _KNOWN:
        for place in form.finditer(text):
            start, end = place.span()
            if any(start < until and begin < end for begin, until in taken):
                continue
            taken.append((start, end))
            if not _REPAIR.search(text[max(0, start - _LOOK_BACK) : start]):
                yield _one(kind, place.groupdict())


def _one(kind: str, found: dict[str, str | None]) -> Named:
    host, path = (found.get("host") or "").lower(), (found.get("path") or "").lower()
    if found.get("api"):
        return Named(kind=kind, name=f"github:github.com:{found['api']}")
    if found.get("job"):
        job = "/".join(unquote(name) for name in (found["job"] or "").split("/job/")[1:])
        return Named(kind=kind, name=f"jenkins:{host}:{job}#{found['build']}")
    return Named(kind=kind, name=found["name"] or "", host=host, path=path)
