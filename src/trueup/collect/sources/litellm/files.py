"""Exports of spend logs: tables, lines of JSON, lists, and pages as the interface answers them."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import msgspec

from trueup.collect.answers import objects, said
from trueup.collect.recorded import Fetched, Note, Page, Visit
from trueup.collect.sources.litellm.door import kept
from trueup.collect.unnamed import Unnamed
from trueup.errors import SourceUnavailable

STREAM = "file"
_TABLES = (".csv", ".tsv")
_CHUNK = 500
_LARGEST_CELL = 64 << 20
_NUMBERS = ("spend", "prompt_tokens", "completion_tokens", "total_tokens")

Row = Mapping[str, Any]


def fetch(visit: Visit) -> Iterator[Fetched]:
    """Yield the requests of an export, where it changed; what is no longer in it stays."""
    path = Path(visit.target).expanduser()
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        state = json.loads(visit.checkpoint(STREAM) or "{}")
        if state.get("digest") == digest and not visit.is_reconciling:
            yield from (Note(**note) for note in state["notes"])
            return
        unnamed = Unnamed(f"lines of {path.name}")
        rows = _rows(path)
        while some := list(islice(rows, _CHUNK)):
            sound = unnamed.left_out(some, lambda row: bool(said(row, "request_id")))
            records = tuple(map(kept, sound))
            yield Page(stream=STREAM, records=records, checkpoint="{}")
    except OSError as error:
        raise SourceUnavailable(f"{visit.target} cannot be read.", hint="Check it.") from error
    notes = [_lines(note) for note in unnamed.notes()]
    state = {"digest": digest, "notes": [_said(note) for note in notes]}
    yield Page(stream=STREAM, records=(), checkpoint=json.dumps(state))
    yield from notes


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file; a line of no use is an empty one."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        if path.suffix.lower() in _TABLES:
            yield from _cells(text)
        elif _is_lines(text):
            yield from (_object(line) for line in text if line.strip())
        else:
            yield from _objects(text.read())


def _is_lines(text: TextIO) -> bool:
    """Say whether every line is a row: the first one is, and is no page of rows."""
    first = _object(text.readline())
    text.seek(0)
    return bool(first) and not isinstance(first.get("data"), list)


def _cells(text: TextIO) -> Iterator[Row]:
    """Yield the lines of a table, its numbers as numbers."""
    separator = max(",\t;", key=text.readline().count)
    text.seek(0)
    before = csv.field_size_limit(_LARGEST_CELL)
    try:
        for cells in csv.DictReader(text, delimiter=separator):
            yield {name: _typed(name, cell) for name, cell in cells.items() if cell}
    except csv.Error:
        yield {}
    finally:
        csv.field_size_limit(before)


def _typed(name: str, cell: object) -> object:
    if name not in _NUMBERS or not isinstance(cell, str):
        return cell
    try:
        return int(cell)
    except ValueError:
        return cell


def _objects(text: str) -> Iterator[Row]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from (_object(line) for line in text.split("\n") if line.strip())
        return
    for one in objects(whole if isinstance(whole, list) else [whole]):
        yield from objects(one["data"]) if isinstance(one.get("data"), list) else (one,)


def _object(line: str) -> Row:
    try:
        found = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _lines(note: Note) -> Note:
    return Note(
        subject=note.subject,
        expected=None,
        seen=0,
        skipped=note.skipped,
        reason="no request_id can be read from them",
        remedy="Export LiteLLM_SpendLogs whole, as JSON or as a table with its names of columns.",
    )


def _said(note: Note) -> dict[str, Any]:
    names = ("subject", "expected", "seen", "skipped", "reason", "remedy")
    return {name: getattr(note, name) for name in names}
