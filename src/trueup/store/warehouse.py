"""The warehouse: a folder of immutable Parquet segments under one published manifest.

Why this form: docs/decisions/0002-storage.md.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import SchemaMismatch, StoreError
from trueup.model.tables import TABLES
from trueup.store.collection import Collection
from trueup.store.generations import Snapshot, newest, publish, retire
from trueup.store.identity import Vault
from trueup.store.manifest import Manifest
from trueup.store.reading import Limits, Tables
from trueup.store.rows import fingerprint
from trueup.store.segments import storing
from trueup.store.writer_lock import writer_lock

FORMAT = 1
"""Raised whenever an older trueup could not read what this one writes, or the reverse."""


class Warehouse:
    """Rows of every source, in generations of which readers see one and writers make the next."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments = folder / "segments"
        self._generations = folder / "generations"
        self._unpublished: set[str] = set()
        self._collecting: set[tuple[str, str]] = set()
        self._writers = 0
        self._lock = threading.RLock()

    @classmethod
    def open(cls, folder: Path) -> Warehouse:
        """Open the workspace `folder`, making it when it is not there.

        Raises
        ------
        SchemaMismatch
            It was written by a trueup whose tables or files differ.
        StoreError
            It holds something else, or cannot be made.
        """
        _prepare(folder)
        _check_format(folder)
        warehouse = cls(folder)
        warehouse.snapshot().close()
        return warehouse

    @property
    def folder(self) -> Path:
        """The workspace folder."""
        return self._folder

    def snapshot(self) -> Snapshot:
        """Hold the present generation: its manifest, and its files until it is closed.

        Raises
        ------
        SchemaMismatch
            A table in it has other columns than this trueup gives it.
        """
        snapshot = newest(self._generations)
        try:
            _check_schemas(self._folder, snapshot.manifest)
        except SchemaMismatch:
            snapshot.close()
            raise
        return snapshot

    def digest(self) -> str:
        """Return a digest of every row: equal rows, equal digest, however they are stored."""
        return self._present().digest()

    def generation(self) -> int:
        """Return how many collections were published."""
        return self._present().generation

    def cursor(self, source: str, target_id: str) -> str | None:
        """Return where the last collection of a target ended, None when there was none."""
        end = self._present().end_of(source, target_id)
        return end.cursor if end else None

    def tables(
        self, limits: Limits | None = None, *, targets: Iterable[str] | None = None
    ) -> Tables:
        """Return everything published now, unchanged by later collections.

        Parameters
        ----------
        limits
            Memory and threads the engine may use; its own defaults when None.
        targets
            Only rows of these targets; all when None.
        """
        chosen = None if targets is None else frozenset(targets)
        return Tables(self._folder, self.snapshot(), limits or Limits(), chosen)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer; collections inside share the lock, from any thread.

        Raises
        ------
        WarehouseBusy
            Another process is writing; the message names it.
        """
        with self._lock:
            if self._writers == 0:
                self._held = writer_lock(self._folder / "writer.lock")
                self._held.__enter__()
                retire(self._generations, self._segments)
            self._writers += 1
        try:
            yield
        finally:
            with self._lock:
                self._writers -= 1
                if self._writers == 0:
                    self._held.__exit__(None, None, None)

    @contextmanager
    def collection(
        self, source: str, target_id: str, *, now: int, vault: Vault
    ) -> Iterator[Collection]:
        """Collect one target; all of it is published when the block ends well, else nothing.

        Parameters
        ----------
        now
            Instant written to `collected_at`, epoch microseconds UTC.
        vault
            Whose pseudonyms the rows carry; new identities are kept before rows are shown.

        Raises
        ------
        WarehouseBusy
            Another process is writing.
        StoreError
            The vault is not the one earlier rows were written with; or two rows have one key.
        SchemaMismatch
            Rows do not have the columns of their table.
        """
        with self.writing(), self._exclusively(source, target_id):
            snapshot = self.snapshot()
            _check_key(self._folder, snapshot.manifest, vault)
            collection = Collection(
                self._segments,
                snapshot,
                source,
                target_id,
                now=now,
                unpublished=self._unpublished,
            )
            try:
                yield collection
                self._publish(collection, vault, now)
            except BaseException:
                collection.abandon()
                raise
            finally:
                collection.forget_files()
                snapshot.close()

    def _publish(self, collection: Collection, vault: Vault, now: int) -> None:
        settled = collection.settle()
        with self._lock:
            vault.commit(now)
            following = settled.onto(self._present(), vault.key_fingerprint)
            with storing(self._generations):
                publish(self._generations, following)
            collection.forget_files()  # what was merged into others or was there before is litter
            retire(self._generations, self._segments, keep=self._unpublished)

    def _present(self) -> Manifest:
        snapshot = self.snapshot()
        snapshot.close()
        return snapshot.manifest

    @contextmanager
    def _exclusively(self, source: str, target_id: str) -> Iterator[None]:
        with self._lock:
            if (source, target_id) in self._collecting:
                raise StoreError(f"{target_id} is being collected already.", hint="Name it once.")
            self._collecting.add((source, target_id))
        try:
            yield
        finally:
            self._collecting.discard((source, target_id))


_OURS = frozenset(
    (".gitignore", "format", "generations", "raw", "segments", "scratch", "writer.lock")
)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if (folder / "format").exists():
            return
        foreign = [
            name
            for name in sorted(path.name for path in folder.iterdir())
            if name not in _OURS and not name.startswith(("identity.db", "format."))
        ]
        if foreign:
            raise StoreError(
                f"{folder} is not a workspace of trueup: it holds {foreign[0]}.",
                hint="Name another folder, or an empty one.",
            )
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        for inner in ("generations", "segments"):
            (folder / inner).mkdir(mode=0o700, exist_ok=True)
        unfinished = folder / f"format.{os.getpid()}"
        unfinished.write_text(f"{FORMAT}\n", encoding="utf-8")
        unfinished.replace(folder / "format")
    except OSError as error:
        raise StoreError(
            f"{folder} is a file, not a folder."
            if folder.is_file()
            else f"{folder} cannot be made: {error.strerror}.",
            hint="Name a folder you may write to.",
        ) from error


def _check_format(folder: Path) -> None:
    text = (folder / "format").read_text(encoding="utf-8").strip()
    if text == str(FORMAT):
        return
    newer = text.isdecimal() and int(text) > FORMAT
    raise SchemaMismatch(
        f"{folder} is of format {text!r}; this trueup reads format {FORMAT}.",
        hint="Install the newer trueup that wrote it." if newer else _again(folder),
    )


def _check_schemas(folder: Path, manifest: Manifest) -> None:
    for name, then in manifest.schemas.items():
        if name not in TABLES or fingerprint(TABLES[name]) != then:
            raise SchemaMismatch(
                f"{folder}: table {name!r} was written with other columns than it has now.",
                hint=_again(folder),
            )


def _check_key(folder: Path, manifest: Manifest, vault: Vault) -> None:
    then = manifest.key_fingerprint
    if then is not None and then != vault.key_fingerprint:
        raise StoreError(
            f"{folder}/identity.db is not the one its rows were written with, "
            "so the same account would get a second pseudonym.",
            hint=f"Put the old file back. If it is lost: {_again(folder)}",
        )


def _again(folder: Path) -> str:
    return f"Delete {folder} and collect again: the sources still hold all of it."
