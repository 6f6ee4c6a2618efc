"""The vault: clear identities and the key of their pseudonyms, in identity.db and nowhere else.

Whoever holds the file can tell who is behind a pseudonym, or make the pseudonym of an address
they already know. That is what it is for: keep it where the operator may read it and no one else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from trueup.errors import StoreError

_TABLES = """
CREATE TABLE IF NOT EXISTS key (only INTEGER PRIMARY KEY CHECK (only = 1), secret BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS identity (
    account_id TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    native_id TEXT NOT NULL,
    name TEXT NOT NULL,
    first_seen_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS further_name (
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (account_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is behind a pseudonym.

    Parameters
    ----------
    native_id
        Address or login on `platform`.
    name
        What the person was first called there.
    first_seen_at
        Epoch microseconds UTC.
    further_names
        What else the account was called: a mailbox that several share has many.
    """

    account_id: str
    platform: str
    native_id: str
    name: str
    first_seen_at: int
    further_names: tuple[str, ...] = ()


class Vault:
    """Gives each identity one pseudonym for as long as the workspace has its key."""

    def __init__(self, path: Path, key: bytes, known: dict[tuple[str, str], str]) -> None:
        self._path = path
        self._key = key
        self._known = known
        self._new: dict[str, tuple[str, str, str]] = {}
        self._called: set[tuple[str, str]] = set()
        self._new_names: set[tuple[str, str]] = set()

    @classmethod
    def open(cls, folder: Path) -> Vault:
        """Open identity.db in the workspace `folder`, with a new random key if there is none.

        Raises
        ------
        StoreError
            The file cannot be made, or is not what it should be.
        """
        path = folder / "identity.db"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            with closing(_connect(path)) as database:
                key = _key(database)
                rows = database.execute("SELECT platform, native_id, account_id FROM identity")
                known = {(platform, native): account for platform, native, account in rows}
        except (OSError, sqlite3.Error) as error:
            raise StoreError(
                f"{path} cannot be used: {error}.", hint="Put a sound copy of it back."
            ) from error
        return cls(path, key, known)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave nothing behind: what was not committed is forgotten."""
        self._new.clear()
        self._new_names.clear()

    @property
    def path(self) -> Path:
        """Where identity.db is."""
        return self._path

    @property
    def key_fingerprint(self) -> str:
        """Names the key without giving it away."""
        return hashlib.sha256(b"trueup key fingerprint\0" + self._key).hexdigest()[:16]

    def identify(self, platform: str, native_id: str, name: str) -> str:
        """Return the pseudonym of an identity; it is kept at the next `commit`.

        Parameters
        ----------
        platform
            Where the identity is used, e.g. ``git``.
        native_id
            Address or login; whoever calls decides on upper and lower case.
        name
            What the person is called there; other names are kept beside the first.
        """
        account = self._known.get((platform, native_id))
        if account is None:
            account = self._pseudonym(platform, native_id)
            self._known[platform, native_id] = account
            self._new[account] = (platform, native_id, name)
            self._called.add((account, name))
        elif name and (account, name) not in self._called:
            self._called.add((account, name))
            self._new_names.add((account, name))
        return account

    def _pseudonym(self, platform: str, native_id: str) -> str:
        clear = f"{platform}\0{native_id}".encode("utf-8", "surrogateescape")
        return "p_" + hmac.digest(self._key, clear, "sha256").hex()[:16]

    def commit(self, now: int) -> None:
        """Keep the identities met since the last commit, all or none.

        Parameters
        ----------
        now
            Written as when they were first seen, epoch microseconds UTC.
        """
        new, names = self._new.copy(), self._new_names.copy()
        if not new and not names:
            return
        rows = [(account, *map(_storable, clear), now) for account, clear in new.items()]
        with closing(_connect(self._path)) as database, database:
            database.executemany(
                "INSERT OR IGNORE INTO identity SELECT ?1, ?2, ?3, ?4, ?5 "
                "WHERE NOT EXISTS (SELECT 1 FROM forgotten WHERE account_id = ?1)",
                rows,
            )
            database.executemany(
                "INSERT OR IGNORE INTO further_name SELECT account_id, ?2 FROM identity "
                "WHERE account_id = ?1 AND name <> ?2",
                [(account, _storable(name)) for account, name in names],
            )
        for account in new:
            self._new.pop(account, None)
        self._new_names -= names

    def who(self, account_id: str) -> Identity | None:
        """Return who is behind a pseudonym; None when unknown or forgotten."""
        with closing(_connect(self._path)) as database:
            row = database.execute(
                "SELECT account_id, platform, native_id, name, first_seen_at FROM identity "
                "WHERE account_id = ?",
                (account_id,),
            ).fetchone()
        if row is None:
            return None
        return Identity(
            account_id=row[0], platform=row[1], native_id=row[2], name=row[3], first_seen_at=row[4]
        )

    def everyone(self) -> list[Identity]:
        """Return every identity kept, by account."""
        names: dict[str, list[str]] = {}
        with closing(_connect(self._path)) as database:
            called = database.execute("SELECT account_id, name FROM further_name ORDER BY 1, 2")
            for account, name in called:
                names.setdefault(account, []).append(name)
            rows = database.execute(
                "SELECT account_id, platform, native_id, name, first_seen_at FROM identity "
                "ORDER BY account_id"
            ).fetchall()
        return [
            Identity(
                account_id=row[0],
                platform=row[1],
                native_id=row[2],
                name=row[3],
                first_seen_at=row[4],
                further_names=tuple(names.get(row[0], ())),
            )
            for row in rows
        ]

    def forget(self, account_id: str) -> bool:
        """Erase who is behind a pseudonym, for good; rows under the pseudonym stay.

        Returns
        -------
        bool
            Whether there was anything to erase.

        Notes
        -----
        Someone who knows the address and holds the key can still make its pseudonym.
        """
        with closing(_connect(self._path)) as database:
            with database:
                found = database.execute(
                    "DELETE FROM identity WHERE account_id = ?", (account_id,)
                ).rowcount
                database.execute("DELETE FROM further_name WHERE account_id = ?", (account_id,))
                database.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (account_id,))
            database.execute("VACUUM")
        self._new.pop(account_id, None)
        return found > 0


def identities_kept(folder: Path) -> int | None:
    """Return how many identities identity.db in `folder` holds; None where there is no such file.

    Raises
    ------
    StoreError
        It is not what it should be.
    """
    path = folder / "identity.db"
    if not path.exists():
        return None
    try:
        with closing(_connect(path)) as database:
            return int(database.execute("SELECT count(*) FROM identity").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"{path} cannot be read: {error}.", hint="Put the file of a sound copy in its place."
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=30)
    database.execute("PRAGMA synchronous = FULL")
    return database


def _key(database: sqlite3.Connection) -> bytes:
    with database:
        database.executescript(_TABLES)
        database.execute("INSERT OR IGNORE INTO key VALUES (1, ?)", (secrets.token_bytes(32),))
    key: bytes = database.execute("SELECT secret FROM key").fetchone()[0]
    return key


def _storable(text: str) -> str:
    """Replace what is not text (bytes of an unknown encoding) so that it can be kept."""
    return text.encode("utf-8", "replace").decode("utf-8")
