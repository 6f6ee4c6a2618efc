"""What opencode stored, whichever generation stored it: files, then two layouts of a database.

An upgrade copies what it finds and keeps its ids, and what it copied from goes stale: of the same
id the newest generation counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trueup.collect.ai.databases import Database, UnreadableDatabase, opened
from trueup.collect.ai.sessions.commands import decoded
from trueup.collect.ai.sessions.files import document
from trueup.collect.answers import objects, part, said

NO_DATABASE = "its database cannot be read"
_NO_MESSAGE = "its text is no message"
_TOOLS = "CASE WHEN json_valid(data) THEN json_extract(data, '$.type') = 'tool' ELSE 1 END"
One = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message.

    Parameters
    ----------
    role
        ``user``, ``assistant``, or another type of newer versions.
    """

    native: str
    session: str
    role: str
    told: One
    created: Any = None


@dataclass(slots=True)
class Storage:
    """Sessions and messages by id, and calls of tools by message and id."""

    sessions: dict[str, One] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    calls: dict[str, dict[str, One]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    lines: int = 0

    def read_file(self, path: Path) -> None:
        """Take a file of ``storage/session``, ``storage/message`` or ``storage/part``."""
        self.lines += 1
        told = document(path, self.faults)
        if not isinstance(told, dict):
            return
        native, kind = said(told, "id") or path.stem, path.name[:3]
        if kind == "ses":
            self.sessions[native] = told
        elif kind == "msg":
            session = said(told, "sessionID") or path.parent.name
            self._message(native, session, said(told, "role"), told, None)
        elif kind == "prt" and said(told, "type") == "tool":
            self._call(said(told, "messageID") or path.parent.name, native, told)

    def read_database(self, path: Path) -> None:
        """Take a database: the layout of version 1, then that of version 2."""
        try:
            with opened(path) as database:
                self._first(database)
                self._second(database)
        except UnreadableDatabase:
            self.lines += 1
            self.faults[NO_DATABASE] += 1

    def _first(self, database: Database) -> None:
        if not {"id", "session_id", "data"} <= database.columns("message"):
            return
        self._sessions(database, "session")
        rows = database.rows("SELECT id, session_id, time_created, data FROM message")
        for native, session, created, text in rows:
            told = self._told(text)
            if told is not None:
                self._message(str(native), str(session), said(told, "role"), told, created)
        if "data" in database.columns("part"):
            query = f"SELECT id, message_id, data FROM part WHERE {_TOOLS}"  # noqa: S608 - of constants
            for native, message, text in database.rows(query):
                told = self._told(text)
                if told is not None:
                    self._call(str(message), str(native), told)

    def _second(self, database: Database) -> None:
        if not {"id", "session_id", "type", "data"} <= database.columns("session_message"):
            return
        self._sessions(database, "session_v2")
        rows = database.rows("SELECT id, session_id, type, time_created, data FROM session_message")
        for native, session, kind, created, text in rows:
            told = self._told(text)
            if told is None:
                continue
            self._message(str(native), str(session), str(kind), told, created)
            self.calls[str(native)] = {}
            for number, one in enumerate(objects(told.get("content"))):
                if said(one, "type") == "tool":
                    self._call(str(native), said(one, "id") or str(number), one)

    def _sessions(self, database: Database, table: str) -> None:
        there = database.columns(table)
        names = [name for name in ("parent_id", "directory", "time_created") if name in there]
        if "id" not in there:
            return
        query = f"SELECT id, {', '.join(names) or 'NULL'} FROM {table}"  # noqa: S608 - as above
        for native, *values in database.rows(query):
            self.sessions[str(native)] = dict(zip(names, values, strict=False))

    def _told(self, text: Any) -> One | None:
        self.lines += 1
        told = decoded(text)
        if not isinstance(told, dict):
            self.faults[_NO_MESSAGE] += 1
            return None
        return told

    def _message(self, native: str, session: str, role: str, told: One, created: Any) -> None:
        at = part(told, "time").get("created")
        self.messages[native] = Message(
            native=native, session=session, role=role, told=told, created=at or created
        )

    def _call(self, message: str, native: str, told: One) -> None:
        self.calls.setdefault(message, {})[native] = told


def files_of(folder: Path) -> Iterator[Path]:
    """Yield the files of all generations; a database with what is not yet written back to it."""
    if folder.is_file():
        yield folder
        return
    for path in sorted(folder.glob("opencode*.db")):
        yield path
        if (waiting := path.with_name(f"{path.name}-wal")).is_file():
            yield waiting
    for kind, form in (("session", "ses*.json"), ("message", "msg*.json"), ("part", "prt*.json")):
        below = folder / "storage" / kind
        yield from sorted(below.rglob(form)) if below.is_dir() else ()
