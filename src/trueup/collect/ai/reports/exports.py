"""Reports that were saved to files: JSON, or an object a line; read whole when they changed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from trueup.collect.recorded import Fetched, Note, Page, Record, Visit
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

FORMS = (".json", ".jsonl", ".ndjson")
_STREAM = "files"
_READER = 1
"""Raised when files are understood in another way: all of them are then read again."""
_PAGE = 500
_BEGINNINGS = ("./", "../", "/", "~")

Take = Callable[[Any], Iterable[Record | Note]]
"""Returns what one JSON value of a file tells; nothing where it is no report of this source."""


def is_place(target: str) -> bool:
    """Say whether a target is a file or a folder, and not a name at the vendor.

    >>> [is_place(one) for one in ("acme", "./reports", "users-1-day.ndjson")]
    [False, True, True]
    """
    return target in {".", ".."} or target.startswith(_BEGINNINGS) or target.endswith(FORMS)


def places(connection: Connection) -> list[tuple[str, str]]:
    """Return (path, id) of each file or folder named; ids do not change when a folder is moved.

    Raises
    ------
    SourceUnavailable
        One of them is not there.
    ConfigError
        Two have the same name.
    """
    found: dict[str, str] = {}
    for target in filter(is_place, connection.targets):
        path = Path(target).expanduser()
        if not path.exists():
            raise SourceUnavailable(f"There is no {target}.", hint="Check its path.")
        name = connection.name or connection.source
        target_id = f"{connection.source}:{name}/{path.resolve().name}"
        if target_id in found:
            raise ConfigError(
                f"{target} and {found[target_id]} of one connection have the same name.",
                hint="Give each a connection of its own, with a name.",
            )
        found[target_id] = target
    return [(target, target_id) for target_id, target in found.items()]


def exported(visit: Visit, take: Take) -> Iterator[Fetched]:
    """Yield what the files of a target tell, where any of them changed.

    What a file told stays when the file is gone. Of records with the same name the one in the
    last file, by name, counts.
    """
    found = _contents(visit.target)
    digest = _digest(found, visit.connection)
    state = json.loads(visit.checkpoint(_STREAM) or "{}")
    if state.get("digest") == digest and not visit.is_reconciling:
        yield from (Note(**note) for note in state["notes"])
        return
    records: dict[tuple[str, str], Record] = {}
    skipped: Counter[Note] = Counter()
    for name, content in found:
        for one in _told(name, content, take):
            if isinstance(one, Note):
                skipped[replace(one, skipped=0)] += one.skipped
            else:
                records[one.kind, one.key] = one
    every = list(records.values())
    for start in range(0, len(every), _PAGE):
        chunk = tuple(every[start : start + _PAGE])
        yield Page(stream=_STREAM, records=chunk, checkpoint="{}")
    notes = [replace(note, skipped=count) for note, count in skipped.items()]
    state = {"digest": digest, "notes": [asdict(note) for note in notes]}
    yield Page(stream=_STREAM, records=(), checkpoint=json.dumps(state))
    yield from notes


def _digest(found: list[tuple[str, bytes]], connection: Connection) -> str:
    """Return what changes when a file or an option does, or the way files are read."""
    said = [_READER, sorted((name, str(value)) for name, value in connection.options.items())]
    contents = [(name, hashlib.sha256(content).hexdigest()) for name, content in found]
    return hashlib.sha256(repr([said, contents]).encode()).hexdigest()


def _told(name: str, content: bytes, take: Take) -> Iterator[Record | Note]:
    values, unread = values_of(content)
    taken = [one for value in values for one in take(value)]
    if unread:
        yield _unread(name, len(values), unread, "lines of it are no JSON in UTF-8")
    elif not taken:
        yield _unread(name, 0, 1, "nothing in it is a report of this source")
    yield from taken


def values_of(content: bytes) -> tuple[list[Any], int]:
    """Return the JSON values of a file, one a line or one in all; and how many lines are none."""
    whole = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return [json.loads(whole)], 0
    except (ValueError, RecursionError):
        pass
    found, unread = [], 0
    for line in whole.splitlines():
        if line.strip():
            try:
                found.append(json.loads(line))
            except (ValueError, RecursionError):
                unread += 1
    return found, unread


def _unread(name: str, seen: int, skipped: int, reason: str) -> Note:
    return Note(
        subject=f"exported reports in {name}",
        expected=None,
        seen=seen,
        skipped=skipped,
        reason=reason,
        remedy="Export it anew, or take it out of the folder.",
    )


def _contents(target: str) -> list[tuple[str, bytes]]:
    path = Path(target).expanduser()
    if path.is_dir():
        files = [one for one in path.iterdir() if one.suffix.lower() in FORMS and one.is_file()]
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise SourceUnavailable(
            f"{target} holds no exported report.", hint=f"Put files there: {', '.join(FORMS)}."
        )
    try:
        return [(one.name, one.read_bytes()) for one in sorted(files)]
    except OSError as error:
        raise SourceUnavailable(
            f"A file of {target} cannot be read.", hint="Check the rights of its files."
        ) from error
