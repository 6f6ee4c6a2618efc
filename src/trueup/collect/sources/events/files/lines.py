"""The lines of a file, whatever its form, each with what it says by name."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from trueup.collect.sources.events.parsing import typed
from trueup.collect.sources.events.schema import KINDS
from trueup.collect.sources.events.settings import Options

TABLES = (".csv", ".tsv")
OBJECTS = (".jsonl", ".ndjson")
_SEPARATORS = ",;\t|"
_PLURALS = {
    **{f"{kind}s": kind for kind in KINDS},
    "people": "person",
    "persons": "person",
    "members": "membership",
    "hr": "membership",
    "policies": "policy_event",
    "runs": "pipeline_run",
    "invoice": "ai_spend",
    "invoices": "ai_spend",
    "seat": "ai_seat",
    "seats": "ai_seat",
    "labels": "ai_session_label",
    "outage": "ai_outage",
    "outages": "ai_outage",
    "survey": "survey_response",
    "surveys": "survey_response",
    **{kind: kind for kind in KINDS},
}


class UnreadableFile(Exception):
    """Nothing of this file can be used; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a file.

    Parameters
    ----------
    number
        Of the first line it takes in the file, 1 for the first.
    kind
        Of event; empty where neither line nor file says it.
    fault
        Why it cannot be read; empty when it can.
    """

    number: int
    kind: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def read_lines(name: str, content: bytes, options: Options) -> Iterator[Line]:
    """Yield the lines of a file that say anything.

    Raises
    ------
    UnreadableFile
        It is no text, or has no head.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(f"line {line} is not UTF-8; save the file as UTF-8") from error
    kind = kind_of(name, options)
    if name.lower().endswith(OBJECTS):
        yield from _objects(text, kind)
    else:
        yield from _cells(text, kind)


def kind_of(name: str, options: Options) -> str:
    """Return the kind of event a file holds by its name; empty where it does not say.

    >>> kind_of("deployments-2026.csv", Options()), kind_of("notes.csv", Options())
    ('deployment', '')
    """
    for pattern, kind in options.kinds.items():
        if fnmatchcase(name.lower(), pattern.lower()):
            return kind
    stem = re.sub(r"[ -]", "_", name.lower().rpartition(".")[0])
    found = [word for word in _PLURALS if stem == word or re.match(rf"{word}[_.\d]", stem)]
    return _PLURALS[max(found, key=len)] if found else ""


def _objects(text: str, kind: str) -> Iterator[Line]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            yield Line(number=number, fault="is no JSON")
            continue
        if not isinstance(said, dict):
            yield Line(number=number, fault="is no object")
            continue
        own = said.pop("kind", None)
        yield _of_kind(number, said, own, kind)


def _cells(text: str, kind: str) -> Iterator[Line]:
    """Yield the lines of a table; cells are parted as its head parts its own."""
    head_line = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head_line.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        head = [re.sub(r"[ -]+", "_", cell.strip().lower()) for cell in next(table, [])]
        if not any(head):
            raise UnreadableFile("its first line names no columns")
        twice = sorted({name for name in head if name and head.count(name) > 1})
        if twice:
            raise UnreadableFile(f"its first line names {twice[0]} twice")
        if kind == "team" and "person" in head:
            kind = "membership"
        number = table.line_num + 1
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield _of_cells(number, head, cells, kind)
            number = table.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"line {table.line_num} is no line of a table: {error}") from error


def _of_cells(number: int, head: list[str], cells: list[str], kind: str) -> Line:
    if len(cells) > len(head) and any(cell.strip() for cell in cells[len(head) :]):
        return Line(number=number, fault=f"has {len(cells)} cells, the first line {len(head)}")
    said = dict(zip(head, cells, strict=False))
    line = _of_kind(number, dict(said), said.pop("kind", "").strip() or None, kind)
    return Line(number=number, kind=line.kind, said=typed(line.kind, said)) if line.kind else line


def _of_kind(number: int, said: dict[str, Any], own: object, kind: str) -> Line:
    if own is not None and own not in KINDS:
        return Line(number=number, fault=f"has a kind that is none of {', '.join(KINDS)}")
    if own is None and not kind:
        return Line(number=number, fault="says no kind, and neither does the name of the file")
    return Line(number=number, kind=str(own or kind), said=said)
