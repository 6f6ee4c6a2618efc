"""Databases other tools keep on this machine: read as they stand, never changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

_WAIT_SECONDS = 5
_SHARED = "mode=ro"
_UNSHARED = "mode=ro&immutable=1"


class UnreadableDatabase(OSError):
    """A file is no database, or its tables are others than those asked for."""


class Database:
    """A database of another tool, open for reading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def columns(self, table: str) -> frozenset[str]:
        """Return the columns of a table; none where there is no such table."""
        rows = self.rows("SELECT name FROM pragma_table_info(?)", table)
        return frozenset(str(name) for (name,) in rows)

    def rows(self, query: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query.

        Raises
        ------
        UnreadableDatabase
            It cannot be answered.
        """
        try:
            yield from self._connection.execute(query, parameters)
        except sqlite3.Error as error:
            raise UnreadableDatabase(str(error)) from error


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Open a database of another tool.

    Raises
    ------
    UnreadableDatabase
        It is none.
    """
    with closing(_connected(path)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        yield Database(connection)


def _connected(path: Path) -> sqlite3.Connection:
    failed: sqlite3.Error | None = None
    for way in _ways(path):
        address = f"{path.absolute().as_uri()}?{way}"
        try:
            connection = sqlite3.connect(address, uri=True, timeout=_WAIT_SECONDS)
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.Error as error:
            failed = error
        else:
            return connection
    raise UnreadableDatabase(str(failed))


def _ways(path: Path) -> tuple[str, ...]:
    """Return how to open a file.

    Where nothing waits to be written back to it, it is taken for one that nobody writes to: read
    as a shared one, it would leave two files beside it.
    """
    waiting = path.with_name(f"{path.name}-wal")
    is_shared = waiting.is_file() and waiting.stat().st_size > 0
    return (_SHARED, _UNSHARED) if is_shared else (_UNSHARED, _SHARED)
