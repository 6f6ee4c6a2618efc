"""Reports that were saved to files: JSON, or an object a line; all are read when one changed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from trueup.collect.ai.reports.values import values_in
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
    """Return those targets of a connection that are files or folders; see `on_disk`."""
    return on_disk(connection, filter(is_place, connection.targets))


def on_disk(connection: Connection, targets: Iterable[str]) -> list[tuple[str, str]]:
    """Return (path, id) of each file or folder named; ids do not change when a folder is moved.

    Raises
    ------
    SourceUnavailable
        One of them is not there.
    ConfigError
        Two have the same name.
    """
    found: dict[str, str] = {}
    for target in targets:
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
    files = _files(visit.target)
    digest = _digest(files, visit.connection)
    state = json.loads(visit.checkpoint(_STREAM) or "{}")
    if state.get("digest") == digest and not visit.is_reconciling:
        yield from (Note(**note) for note in state["notes"])
        return
    skipped: Counter[Note] = Counter()
    for path in files:
        page: dict[tuple[str, str], Record] = {}
        for one in _told(path, take):
            if isinstance(one, Note):
                skipped[replace(one, skipped=0)] += one.skipped
                continue
            page[one.kind, one.key] = one
            if len(page) == _PAGE:
                yield Page(stream=_STREAM, records=tuple(page.values()), checkpoint="{}")
                page = {}
        yield Page(stream=_STREAM, records=tuple(page.values()), checkpoint="{}")
    notes = [replace(note, skipped=count) for note, count in skipped.items()]
    state = {"digest": digest, "notes": [asdict(note) for note in notes]}
    yield Page(stream=_STREAM, records=(), checkpoint=json.dumps(state))
    yield from notes


def _digest(files: list[Path], connection: Connection) -> str:
    """Return what changes when a file or an option does, or the way files are read."""
    said = [_READER, sorted((name, str(value)) for name, value in connection.options.items())]
    contents = []
    for path in files:
        with _readable(path), path.open("rb") as file:
            contents.append((path.name, hashlib.file_digest(file, "sha256").hexdigest()))
    return hashlib.sha256(repr([said, contents]).encode()).hexdigest()


def _told(path: Path, take: Take) -> Iterator[Record | Note]:
    seen = unread = taken = 0
    with _readable(path):
        for values, lines in values_in(path):
            seen, unread = seen + len(values), unread + lines
            for one in (one for value in values for one in take(value)):
                taken += 1
                yield one
    if unread:
        yield _unread(path.name, seen, unread, "lines of it are no JSON in UTF-8, or too long")
    elif not taken:
        yield _unread(path.name, 0, 1, "nothing in it is a report of this source")


def _unread(name: str, seen: int, skipped: int, reason: str) -> Note:
    return Note(
        subject=f"exported reports in {name}",
        expected=None,
        seen=seen,
        skipped=skipped,
        reason=reason,
        remedy="Export it anew, or take it out of the folder.",
    )


def _files(target: str) -> list[Path]:
    path = Path(target).expanduser()
    if path.is_dir():
        files = [one for one in path.iterdir() if one.suffix.lower() in FORMS and one.is_file()]
    else:
        files = [path] if path.is_file() else []
    if not files:
        raise SourceUnavailable(
            f"{target} holds no exported report.", hint=f"Put files there: {', '.join(FORMS)}."
        )
    return sorted(files)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(
            f"{path.name} cannot be read.", hint="Check the rights of the file."
        ) from error
