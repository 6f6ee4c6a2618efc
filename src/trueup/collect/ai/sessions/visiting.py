"""One visit to a folder of logs: what changed is read, of the rest is known how it was.

A unit is what one session, or a few, can be read from: a file, a file with its settings beside
it, a database. Logs vanish, and what was read of them stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from trueup.collect.ai.logs.checkouts import Checkouts, Place
from trueup.collect.ai.logs.growing import Mark
from trueup.collect.ai.logs.machine import is_own, machine_person, stream_of, target_id_of
from trueup.collect.ai.logs.shapes import Shapes
from trueup.collect.ai.logs.telling import lines_note
from trueup.collect.ai.sessions.rows import KIND
from trueup.collect.ai.sessions.telling import Session
from trueup.collect.recorded import Fetched, Page, Record, Visit
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable

OPTIONS: Mapping[str, str] = {
    "person": "e-mail address, as in git, of whose sessions these are; default: of this machine",
}
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Files that are read together.

    Parameters
    ----------
    name
        Names it among the units of its folder, for ever.
    paths
        All of them are there; a change of any is a change of the unit.
    """

    name: str
    paths: tuple[Path, ...]


@dataclass(slots=True, kw_only=True)
class Found:
    """What was read of a unit.

    Parameters
    ----------
    lines
        How many were read, sound or not; a file of JSON is one.
    faults
        How many could not be read, or only in part, by reason.
    waits_for
        Name of a unit that was not there and would change what is read here; empty for none.
    """

    sessions: list[Session] = field(default_factory=list)
    lines: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    waits_for: str = ""


class _Seen(msgspec.Struct, kw_only=True):
    """How a unit was when it was last read; the checkpoint of its stream."""

    print: str = ""
    waits_for: str = ""
    lines: int = 0
    faults: dict[str, int] = {}


class Surroundings:
    """What reading a unit may look up: checkouts, whose sessions these are, shapes of lines.

    Parameters
    ----------
    said
        Who it is by the connection; None: who git says it is, where the folder is one's own.
    """

    def __init__(self, folder: Path, said: str | None = None) -> None:
        self.shapes = Shapes()
        self._checkouts = Checkouts()
        self._said = said
        self._is_own = is_own(folder)
        self._persons: dict[str, dict[str, str]] = {}

    def place(self, folder: str | None) -> Place:
        """Return the checkout a folder lies in."""
        return self._checkouts.place(folder)

    def person(self, place: Place) -> dict[str, str]:
        """Return who commits in a checkout here; nobody where the logs are of another machine."""
        if self._said is not None:
            return {"email": self._said}
        if not self._is_own:
            return {}
        root = place.root or ""
        if root not in self._persons:
            self._persons[root] = machine_person(Path(root) if root else None)
        return self._persons[root]


def targets(
    source: str, connection: Connection, standard: Iterable[Path], *, needs: str
) -> list[tuple[str, str]]:
    """Return (folder, id) of what the connection names, else of the standard places that exist.

    Parameters
    ----------
    needs
        What there should be, in words: ``sessions of codex``.

    Raises
    ------
    SourceUnavailable
        There is none of them.
    ConfigError
        The option ``person`` is no address.
    """
    _said(connection)
    named = [Path(target).expanduser() for target in connection.targets]
    for path in named:
        if not path.exists():
            raise SourceUnavailable(
                f"There is no {path.name or path} with {needs}.", hint="Check its path."
            )
    found = named or [path for path in dict.fromkeys(standard) if path.exists()]
    if not found:
        raise SourceUnavailable(
            f"There are no {needs} in the usual places of this machine.",
            hint="Name their folder in targets.",
        )
    return [(str(path), target_id_of(source, path)) for path in found]


def files_below(folder: Path, *patterns: str) -> list[Path]:
    """Return the files of a folder and of all below it, or the one file that was named."""
    if folder.is_file():
        return [folder]
    return sorted({path for pattern in patterns for path in folder.rglob(pattern)})


def fetch(
    visit: Visit,
    units: Iterable[Unit],
    read: Callable[[Unit, Surroundings], Found],
    *,
    source: str,
    reader: int,
) -> Iterator[Fetched]:
    """Yield the sessions of units that changed since they were last read.

    Parameters
    ----------
    reader
        Raised when units are read in another way: all are then read again.
    """
    every = list(units)
    names = frozenset(unit.name for unit in every)
    around = Surroundings(Path(visit.target), _said(visit.connection))
    marks: list[Mark] = []
    visit.progress.stage(f"{source} logs", len(every))
    for unit in every:
        stream = stream_of(unit.name)
        seen, now = _seen(visit.checkpoint(stream)), _print(unit, reader)
        is_same = seen.print == now and not (seen.waits_for and seen.waits_for in names)
        if now and (visit.is_reconciling or not is_same):
            found = _read(unit, read, around)
            seen = _Seen(
                print=now,
                waits_for=found.waits_for,
                lines=found.lines,
                faults=dict(sorted(found.faults.items())),
            )
            yield from _pages(stream, found, around, seen)
        marks.append(Mark(lines=seen.lines, faults=seen.faults))
        visit.progress.advance(1)
    yield lines_note(source, marks)


def _said(connection: Connection) -> str | None:
    person = connection.options.get("person")
    if person is None:
        return None
    if not isinstance(person, str) or "@" not in person:
        raise ConfigError(
            f"Option person of a {connection.source} connection is no address.",
            hint='Write person = "ann@example.org", as git has it.',
        )
    return person.strip().lower()


def _read(unit: Unit, read: Callable[[Unit, Surroundings], Found], around: Surroundings) -> Found:
    try:
        return read(unit, around)
    except OSError:
        return Found(lines=1, faults=Counter({"its file may not be read, or went away": 1}))


def _pages(stream: str, found: Found, around: Surroundings, seen: _Seen) -> Iterator[Page]:
    records = [Record(kind=KIND, key=one.native, body=one.body()) for one in found.sessions]
    for start in range(0, len(records) - _PAGE, _PAGE):
        yield Page(stream=stream, records=tuple(records[start : start + _PAGE]), checkpoint="{}")
    rest = records[(len(records) - 1) // _PAGE * _PAGE :] if records else []
    checkpoint = msgspec.json.encode(seen).decode()
    yield Page(stream=stream, records=(*rest, *around.shapes.records()), checkpoint=checkpoint)


def _seen(checkpoint: str | None) -> _Seen:
    try:
        return msgspec.json.decode(checkpoint or "{}", type=_Seen)
    except msgspec.DecodeError:
        return _Seen()


def _print(unit: Unit, reader: int) -> str:
    """Return what changes when a file of the unit does; empty when one is gone."""
    try:
        stats = [(path.name, path.stat()) for path in unit.paths]
    except OSError:
        return ""
    known = [reader, *((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)]
    return hashlib.blake2b(repr(known).encode("utf-8", "replace"), digest_size=12).hexdigest()
