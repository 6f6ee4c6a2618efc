"""What an archive says on coverage: what was skipped and why, over everything ever kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from trueup.store.raw.database import clean, transaction, usable
from trueup.store.raw.forms import KeptNote, RawNote, RawSkip, Tally

_NOTE = ("subject", "expected", "seen", "skipped", "reason", "remedy")


class Ledger:
    """Skips and notes of an archive."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._path = path
        self._database = database

    def notes(self) -> tuple[KeptNote, ...]:
        """Return the notes of the last visit that ended well."""
        with usable(self._path):
            rows = self._database.execute(f"SELECT {', '.join(_NOTE)} FROM note ORDER BY subject")  # noqa: S608 - fixed names
            return tuple(KeptNote(**dict(zip(_NOTE, row, strict=True))) for row in rows)

    def count_skips(self, read: Iterable[tuple[str, str]], skips: Iterable[RawSkip]) -> None:
        """Replace what is known of the records just `read` by what they now say."""
        with transaction(self._database, self._path):
            self._database.executemany("DELETE FROM skip WHERE kind = ? AND key = ?", read)
            self._database.executemany(
                "INSERT INTO skip VALUES (?, ?, ?, ?)",
                [(s.kind, clean(s.key), clean(s.reason), s.is_whole) for s in skips],
            )

    def replace_notes(self, notes: Iterable[RawNote]) -> None:
        """Keep the notes of a visit that ended well, inside a transaction of the archive."""
        self._database.execute("DELETE FROM note")
        self._database.executemany(
            "INSERT OR REPLACE INTO note VALUES (?, ?, ?, ?, ?, ?)",
            [(n.subject, n.expected, n.seen, n.skipped, n.reason, n.remedy) for n in notes],
        )

    def tallies(self) -> tuple[Tally, ...]:
        """Return what is there and what was skipped, by kind, over everything ever kept."""
        with usable(self._path):
            there = dict(
                self._database.execute(
                    "SELECT kind, count(*) FROM record WHERE gone IS NULL GROUP BY kind"
                )
            )
            whole = self._reasons(
                "SELECT kind, reason, count(DISTINCT key) FROM skip WHERE is_whole "
                "GROUP BY kind, reason ORDER BY 3 DESC, 2"
            )
            parts = self._reasons(
                "SELECT kind, reason, count(*) FROM skip WHERE NOT is_whole "
                "GROUP BY kind, reason ORDER BY 3 DESC, 2"
            )
        return tuple(
            Tally(
                kind=kind,
                records=there.get(kind, 0),
                skipped=whole.get(kind, {}),
                parts_skipped=parts.get(kind, {}),
            )
            for kind in sorted({*there, *whole, *parts})
        )

    def _reasons(self, query: str) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for kind, reason, count in self._database.execute(query):
            found.setdefault(kind, {})[reason] = count
        return found
