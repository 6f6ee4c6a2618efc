"""Databases of other tools are read as they stand, and nothing is left behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trueup.collect.ai.databases import UnreadableDatabase, opened


def made(path: Path) -> sqlite3.Connection:
    """Make a database in the mode tools use that keep theirs open."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE told (what TEXT)")
    database.execute("INSERT INTO told VALUES ('one')")
    database.commit()
    return database


def read(path: Path) -> list[str]:
    with opened(path) as database:
        return [str(what) for (what,) in database.rows("SELECT what FROM told")]


def test_reading_a_database_nobody_has_open_leaves_no_file_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    made(path).close()
    assert read(path) == ["one"]
    assert [one.name for one in tmp_path.iterdir()] == ["a.db"]


def test_rows_that_are_not_yet_written_back_are_read_while_a_tool_has_it_open(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    with closing(made(path)) as writer:
        writer.execute("INSERT INTO told VALUES ('two')")
        writer.commit()
        assert read(path) == ["one", "two"]


def test_nothing_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    made(path).close()
    with opened(path) as database, pytest.raises(UnreadableDatabase):
        list(database.rows("DELETE FROM told"))
    assert read(path) == ["one"]


def test_tables_that_are_not_there_have_no_columns_and_bytes_that_are_no_text_are_mended(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.db"
    with closing(made(path)) as writer:
        writer.execute("UPDATE told SET what = CAST(x'61ff' AS TEXT)")
        writer.commit()
    with opened(path) as database:
        assert database.columns("told") == {"what"}
        assert database.columns("untold") == frozenset()
    assert read(path) == ["a\ufffd"]


@pytest.mark.parametrize("content", [b"no database" * 99, b"SQLite format 3\0" * 9])
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(UnreadableDatabase), opened(path):
        pass
