"""The file behind an archive: opened, written in transactions, and named when it fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import StoreError

TABLES = """
BEGIN;
CREATE TABLE IF NOT EXISTS about (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    identity TEXT NOT NULL, target TEXT NOT NULL, target_id TEXT NOT NULL, address TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS record (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, key TEXT NOT NULL, fetched_at INTEGER NOT NULL,
    digest BLOB, gone TEXT, block INTEGER, start INTEGER, length INTEGER,
    UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS record_by_block ON record (block);
CREATE TABLE IF NOT EXISTS block (
    block INTEGER PRIMARY KEY AUTOINCREMENT,
    held INTEGER NOT NULL, size INTEGER NOT NULL, bodies BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS stream (name TEXT PRIMARY KEY, checkpoint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS version (address TEXT PRIMARY KEY, version TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS skip (
    kind TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, is_whole INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS skip_by_record ON skip (kind, key);
CREATE TABLE IF NOT EXISTS note (subject TEXT PRIMARY KEY, expected INTEGER, seen INTEGER NOT NULL,
    skipped INTEGER NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL);
COMMIT;
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file; it must exist, or be empty."""
    database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")  # `end_visit` syncs, before rows are shown
    return database


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Turn a file that is damaged, gone or full into a `StoreError` that says so."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        full = "full" in str(error)
        raise StoreError(
            f"{path} cannot be used: {error}.",
            hint="Make room there, then collect again: it goes on where it stopped."
            if full
            else "Move that file away and collect again: the source still holds all of it.",
        ) from error


@contextmanager
def transaction(database: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Write all of what the block writes, or nothing of it."""
    with usable(path):
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise


def clean(text: str) -> str:
    """Replace halves of surrogate pairs, which are no text, so that it can be kept."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
