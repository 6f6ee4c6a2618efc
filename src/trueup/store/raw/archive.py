"""The archive: what a source said of one target, kept as it came, so that it can be read again.

One SQLite file per source and target below ``raw/``. Of every record the newest version is kept;
each change of a record gets the next sequence number, so that what is new since the last reading
is one range. A page and its checkpoint are one transaction: a process killed at any instant
leaves both or neither. Why this form: docs/decisions/0012-raw-archive-and-runner.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from trueup.store.raw.blocks import Blocks
from trueup.store.raw.database import TABLES, clean, connect, transaction, usable
from trueup.store.raw.forms import About, Kept, RawNote, RawRecord
from trueup.store.raw.ledger import Ledger

_Name = tuple[str, str]
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
)


@dataclass(frozen=True, slots=True)
class _Known:
    sequence: int
    digest: bytes | None
    is_gone: bool
    block: int | None
    fetched_at: int


@dataclass(frozen=True, slots=True)
class _Body:
    name: _Name
    fetched_at: int
    text: bytes
    digest: bytes


class Archive:
    """What one source said of one target. One process at a time writes to it."""

    def __init__(self, path: Path, database: sqlite3.Connection, about: About) -> None:
        self.about = about
        self._path = path
        self._database = database
        self._blocks = Blocks(database)
        self.ledger = Ledger(path, database)

    @classmethod
    def open(
        cls, folder: Path, source: str, target_id: str, *, target: str = "", address: str = ""
    ) -> Archive:
        """Open the archive of a target in the workspace `folder`, made when it is not there.

        Raises
        ------
        StoreError
            The file cannot be made, or is not what it should be.
        """
        path = _path(folder, source, target_id)
        with usable(path):
            path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            database = connect(path)
            database.executescript(TABLES)
            database.execute(
                "INSERT OR IGNORE INTO about VALUES (1, ?, ?, ?, ?)",
                (secrets.token_hex(8), target, target_id, address),
            )
            return cls(path, database, _about(database))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def checkpoint(self, stream: str) -> str | None:
        """Return where the stream stood when its last page was kept; None before the first."""
        with usable(self._path):
            row = self._database.execute(
                "SELECT checkpoint FROM stream WHERE name = ?", (stream,)
            ).fetchone()
        return None if row is None else row[0]

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of all records of a kind that are not gone."""
        with usable(self._path):
            rows = self._database.execute(
                "SELECT key FROM record WHERE kind = ? AND gone IS NULL", (kind,)
            )
            return frozenset(key for (key,) in rows)

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return the bodies that are held of records of a kind, by key."""
        wanted = json.dumps([clean(key) for key in keys])
        with usable(self._path):
            rows = self._database.execute(
                "SELECT key, block, start, length FROM record WHERE kind = ? AND gone IS NULL "
                "AND block IS NOT NULL AND key IN (SELECT value FROM json_each(?)) "
                "ORDER BY block, start",
                (kind, wanted),
            ).fetchall()
            return {key: json.loads(self._blocks.read(*place)) for key, *place in rows}

    def keep(self, stream: str, records: Iterable[RawRecord], checkpoint: str) -> int:
        """Keep a page and where its stream stands, both or neither.

        Returns
        -------
        int
            How many records are new or changed; one that equals what is kept stays as it is.

        Raises
        ------
        StoreError
            There is no room for it.
        """
        newest = {(clean(r.kind), clean(r.key)): r for r in records}
        with transaction(self._database, self._path):
            earlier = self._earlier(newest)
            bodies, gone = [], []
            for name, record in newest.items():
                then = earlier.get(name)
                if record.body is None:
                    gone += [] if then is None or then.is_gone else [(name, record.fetched_at)]
                    continue
                text = _encoded(record.body)
                digest = _digest(text)
                if then is None or then.digest != digest:
                    bodies.append(_Body(name, record.fetched_at, text, digest))
                else:
                    self._see(then, record.fetched_at)
            self._put(bodies, earlier)
            for name, noticed_at in gone:
                self._bury(name, "deleted", noticed_at)
            self._database.execute(
                "INSERT OR REPLACE INTO stream VALUES (?, ?)", (stream, clean(checkpoint))
            )
        return len(bodies) + len(gone)

    def sweep(self, kind: str, keys: frozenset[str], reason: str, now: int) -> int:
        """Mark every known record of a kind that is not among `keys` as gone; return how many."""
        present = frozenset(map(clean, keys))
        missing = sorted(self.known(kind) - present)
        with transaction(self._database, self._path):
            for key in missing:
                self._bury((kind, key), reason, now)
        return len(missing)

    def since(self, sequence: int) -> Iterator[Kept]:
        """Yield what changed after `sequence`, in that order; bodies no longer held are left out.

        Raises
        ------
        StoreError
            The archive is damaged.
        """
        with usable(self._path):
            rows = self._database.execute(
                "SELECT sequence, kind, key, fetched_at, gone, block, start, length FROM record "
                "WHERE sequence > ? AND (gone IS NOT NULL OR block IS NOT NULL) ORDER BY sequence",
                (sequence,),
            )
            for number, kind, key, fetched_at, gone, *place in rows:
                body = None if gone is not None else _decoded(self._blocks.read(*place))
                yield Kept(
                    sequence=number,
                    kind=kind,
                    key=key,
                    body=body,
                    fetched_at=fetched_at,
                    gone=gone or "",
                )

    def pending(self, sequence: int) -> int:
        """Return how many records `since` yields."""
        with usable(self._path):
            row = self._database.execute(
                "SELECT count(*) FROM record "
                "WHERE sequence > ? AND (gone IS NOT NULL OR block IS NOT NULL)",
                (sequence,),
            ).fetchone()
        return int(row[0])

    def last_sequence(self) -> int:
        """Return the number of the last change; 0 when nothing was ever kept."""
        with usable(self._path):
            row = self._database.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = 'record'"
            ).fetchone()
        return 0 if row is None else int(row[0])

    def versions(self) -> dict[str, str]:
        """Return the versions (ETag) by address of the last visit that ended well."""
        with usable(self._path):
            return dict(self._database.execute("SELECT address, version FROM version"))

    def end_visit(self, versions: Mapping[str, str], notes: Iterable[RawNote]) -> None:
        """Keep what a visit that ended well saw, and make everything kept so far durable."""
        with transaction(self._database, self._path):
            self._database.execute("DELETE FROM version")
            self._database.executemany(
                "INSERT OR REPLACE INTO version VALUES (?, ?)", versions.items()
            )
            self.ledger.replace_notes(notes)
        with usable(self._path):
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def drop_bodies(self, *, before: int, up_to: int) -> int:
        """Drop bodies last seen `before` an instant, among those numbered `up_to`; say how many.

        That the records are known stays, and so do their rows; they cannot be read again.
        """
        with transaction(self._database, self._path):
            old = self._database.execute(
                "SELECT sequence, block FROM record WHERE fetched_at < ? AND sequence <= ? "
                "AND block IS NOT NULL",
                (before, up_to),
            ).fetchall()
            self._database.executemany(
                "UPDATE record SET block = NULL WHERE sequence = ?",
                [(sequence,) for sequence, _ in old],
            )
            self._blocks.tidy({block for _, block in old})
        with usable(self._path):
            self._database.execute("PRAGMA incremental_vacuum").fetchall()
        return len(old)

    def has_dropped_bodies(self) -> bool:
        """Return whether there are records that are known but can no longer be read."""
        with usable(self._path):
            row = self._database.execute(
                "SELECT EXISTS (SELECT 1 FROM record WHERE gone IS NULL AND block IS NULL)"
            ).fetchone()
        return bool(row[0])

    def _earlier(self, names: Iterable[_Name]) -> dict[_Name, _Known]:
        by_kind: dict[str, list[str]] = {}
        for kind, key in names:
            by_kind.setdefault(kind, []).append(key)
        found: dict[_Name, _Known] = {}
        for kind, keys in by_kind.items():
            rows = self._database.execute(
                "SELECT key, sequence, digest, gone IS NOT NULL, block, fetched_at FROM record "
                "WHERE kind = ? AND key IN (SELECT value FROM json_each(?))",
                (kind, json.dumps(keys)),
            )
            found.update({(kind, key): _Known(*known) for key, *known in rows})
        return found

    def _see(self, known: _Known, seen_at: int) -> None:
        if seen_at > known.fetched_at:
            self._database.execute(
                "UPDATE record SET fetched_at = ? WHERE sequence = ?", (seen_at, known.sequence)
            )

    def _put(self, bodies: Sequence[_Body], earlier: Mapping[_Name, _Known]) -> None:
        places = self._blocks.write([body.text for body in bodies])
        replaced = [earlier[body.name] for body in bodies if body.name in earlier]
        self._database.executemany(
            "DELETE FROM record WHERE sequence = ?", [(known.sequence,) for known in replaced]
        )
        self._database.executemany(
            "INSERT INTO record (kind, key, fetched_at, digest, block, start, length) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (*body.name, body.fetched_at, body.digest, *place)
                for body, place in zip(bodies, places, strict=True)
            ],
        )
        self._blocks.tidy({known.block for known in replaced})

    def _bury(self, name: _Name, reason: str, now: int) -> None:
        row = self._database.execute(
            "DELETE FROM record WHERE kind = ? AND key = ? RETURNING block", name
        ).fetchone()
        self._database.execute(
            "INSERT INTO record (kind, key, fetched_at, gone) VALUES (?, ?, ?, ?)",
            (*name, now, reason),
        )
        self._blocks.tidy({None if row is None else row[0]})


class Archives:
    """The archives of one source in the workspace `folder`, read from one server."""

    def __init__(self, folder: Path, source: str, address: str) -> None:
        self._folder = folder
        self._source = source
        self._address = address

    def open(self, target: str, target_id: str) -> Archive:
        """Open the archive of a target, made when it is not there."""
        return Archive.open(
            self._folder, self._source, target_id, target=target, address=self._address
        )

    def there(self) -> tuple[About, ...]:
        """Return whose archives there are, by target."""
        return archived(self._folder, self._source)


def archived(folder: Path, source: str) -> tuple[About, ...]:
    """Return whose archives of a source the workspace `folder` holds, by target."""
    found = []
    for path in (folder / "raw" / source).glob("*.sqlite"):
        with usable(path), closing(connect(path)) as database:
            found.append(_about(database))
    return tuple(sorted(found, key=lambda about: about.target_id))


def _about(database: sqlite3.Connection) -> About:
    row = database.execute("SELECT identity, target, target_id, address FROM about").fetchone()
    return About(identity=row[0], target=row[1], target_id=row[2], address=row[3])


def _path(folder: Path, source: str, target_id: str) -> Path:
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", target_id).strip("-.")[-60:]
    digest = hashlib.sha256(target_id.encode("utf-8", "replace")).hexdigest()[:12]
    return folder / "raw" / source / f"{slug}-{digest}.sqlite"


def _encoded(body: Mapping[str, Any]) -> bytes:
    return _ENCODER.encode(body).encode("utf-8", "replace")


def _digest(text: bytes) -> bytes:
    return hashlib.blake2b(text, digest_size=16).digest()


def _decoded(text: bytes) -> Any:
    """Return a body; numbers that JSON has no room for are read the slow way."""
    try:
        return msgspec.json.decode(text)
    except msgspec.MsgspecError:
        return json.loads(text)
