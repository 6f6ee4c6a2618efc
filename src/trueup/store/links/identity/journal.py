"""What the operator decided on who is who: written once, never changed, taken back by a new line.

Kept in identity.db, so it survives collecting and linking again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

KINDS = ("link", "unlink", "exclude")
_TABLE = """
CREATE TABLE IF NOT EXISTS decision (
    decision_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    other_id TEXT,
    decided_at INTEGER NOT NULL,
    undoes INTEGER REFERENCES decision (decision_id)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the journal.

    Parameters
    ----------
    kind
        ``link``: both accounts are one person. ``unlink``: they are two.
        ``exclude``: the account is linked to nobody, such as a mailbox that several share.
    other_id
        None for ``exclude``.
    decided_at
        Epoch microseconds UTC.
    """

    decision_id: int
    kind: str
    account_id: str
    other_id: str | None
    decided_at: int


class Journal:
    """The operator's decisions on who is who.

    Parameters
    ----------
    path
        Of identity.db.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with closing(sqlite3.connect(path, timeout=30)) as database, database:
            database.execute(_TABLE)

    def decide(self, kind: str, account_id: str, other_id: str | None, *, now: int) -> int:
        """Write a decision down and return its number."""
        return self._write([(kind, account_id, other_id, now, None)])

    def undo(self, decision_ids: Iterable[int], *, now: int) -> None:
        """Take decisions back; they stay in the journal."""
        self._write([("undo", "", None, now, number) for number in decision_ids])

    def standing(self) -> tuple[Decision, ...]:
        """Return the decisions that hold, oldest first."""
        with closing(sqlite3.connect(self._path, timeout=30)) as database:
            rows = database.execute(
                "SELECT decision_id, kind, account_id, other_id, decided_at FROM decision "
                "WHERE undoes IS NULL AND decision_id NOT IN "
                "(SELECT undoes FROM decision WHERE undoes IS NOT NULL) ORDER BY decision_id"
            ).fetchall()
        return tuple(
            Decision(
                decision_id=row[0],
                kind=row[1],
                account_id=row[2],
                other_id=row[3],
                decided_at=row[4],
            )
            for row in rows
        )

    def _write(self, rows: list[tuple[str, str, str | None, int, int | None]]) -> int:
        with closing(sqlite3.connect(self._path, timeout=30)) as database, database:
            database.execute("PRAGMA synchronous = FULL")
            database.executemany(
                "INSERT INTO decision (kind, account_id, other_id, decided_at, undoes) "
                "VALUES (?, ?, ?, ?, ?)",
                rows,
            )
            number: int = database.execute("SELECT max(decision_id) FROM decision").fetchone()[0]
        return number
