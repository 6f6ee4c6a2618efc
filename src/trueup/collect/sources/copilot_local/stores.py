"""The database VS Code keeps spans in, and lists of spans that were saved from it as JSON.

Its tables, as Copilot Chat makes them: ``spans``, and ``span_attributes`` with ``span_id``,
``key`` and ``value``. Attributes hold prompts and answers, too: only those named here are read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.collect.ai.databases import Database, UnreadableDatabase, opened
from trueup.collect.ai.sessions.files import document
from trueup.collect.answers import objects
from trueup.collect.sources.copilot_local.spans import ATTRIBUTES, is_span

STORE = "agent-traces.db"
_BESIDE = "-wal"
"""Ending of the file that holds what is not yet written back."""
_NO_STORE = "its database of spans cannot be read"
_COLUMNS = (
    *("span_id", "trace_id", "parent_span_id", "start_time_ms", "end_time_ms", "status_code"),
    *("operation_name", "agent_name", "conversation_id", "request_model", "response_model"),
    *("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens"),
    *("tool_name", "tool_call_id", "chat_session_id"),
)


def store_files(path: Path) -> tuple[Path, ...]:
    """Return the files of a database: what changes when it is written to."""
    beside = path.with_name(path.name + _BESIDE)
    return (path, beside) if beside.exists() else (path,)


def is_saved(path: Path) -> bool:
    """Say whether a file of JSON is a list of spans: there are many others beside them."""
    try:
        with path.open("rb") as file:
            return file.read(1) == b"[" and b'"span_id"' in file.read(4096)
    except OSError:
        return False


def spans_of(path: Path, faults: Counter[str]) -> list[Mapping[str, Any]]:
    """Return the spans of a database or of a list that was saved."""
    if path.suffix == ".json":
        return [one for one in objects(document(path, faults)) if is_span(one)]
    try:
        with opened(path) as database:
            return list(_read(database))
    except UnreadableDatabase:
        faults[_NO_STORE] += 1
        return []


def _read(database: Database) -> Iterator[Mapping[str, Any]]:
    there = database.columns("spans")
    if not {"span_id", "operation_name"} <= there:
        raise UnreadableDatabase("it has no spans")
    attributes: dict[str, dict[str, str]] = {}
    if {"span_id", "key", "value"} <= database.columns("span_attributes"):
        marks = ", ".join("?" * len(ATTRIBUTES))
        query = f"SELECT span_id, key, value FROM span_attributes WHERE key IN ({marks})"  # noqa: S608 - question marks
        for span_id, key, value in database.rows(query, *ATTRIBUTES):
            attributes.setdefault(span_id, {})[key] = value
    columns = [name for name in _COLUMNS if name in there]
    for row in database.rows(f"SELECT {', '.join(columns)} FROM spans"):  # noqa: S608 - own names
        span = dict(zip(columns, row, strict=True))
        yield {**span, "attributes": attributes.get(span["span_id"], {})}
