"""Generations on disk: published by one rename, held by readers, removed when none holds them.

`generations/00000012.json` is the manifest of generation 12; the highest number is the present.
A reader holds a shared lock on the file it reads, so what it sees stays until it lets go.
"""

from __future__ import annotations

import fcntl
import os
import weakref
from collections.abc import Iterable
from pathlib import Path

from trueup.errors import StoreError
from trueup.store.manifest import Manifest, from_json, to_json

KEPT = 2
"""Generations kept whether held or not: the present one, and the one a reader may be opening."""

_ATTEMPTS = 1000
_UNFINISHED = ".part"


class Snapshot:
    """A generation, kept on disk until `close` or until this object is gone."""

    def __init__(self, manifest: Manifest, descriptor: int | None) -> None:
        self.manifest = manifest
        self._release = None if descriptor is None else weakref.finalize(self, os.close, descriptor)

    def close(self) -> None:
        """Let the generation be removed once it is no longer the present one."""
        if self._release is not None:
            self._release()


def newest(folder: Path) -> Snapshot:
    """Hold and return the present generation; the empty one when nothing was published.

    Raises
    ------
    StoreError
        The generation's file cannot be read.
    """
    for _ in range(_ATTEMPTS):
        numbers = _numbers(folder)
        if not numbers:
            return Snapshot(Manifest(), None)
        path = _path(folder, numbers[-1])
        descriptor = _hold(path)
        if descriptor is not None:
            return _read(path, descriptor)
    raise StoreError(f"{folder} changes faster than it can be read.", hint="Try again.")


def _read(path: Path, descriptor: int) -> Snapshot:
    try:
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return Snapshot(from_json(file.read()), descriptor)
    except (ValueError, TypeError, KeyError, OSError) as error:
        os.close(descriptor)
        raise StoreError(
            f"{path} is damaged: {error}.",
            hint="Remove that file to return to the generation before it.",
        ) from error


def _hold(path: Path) -> int | None:
    """Open a generation under a shared lock; None when it was removed meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if os.fstat(descriptor).st_nlink == 0:
        os.close(descriptor)
        return None
    return descriptor


def publish(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the present generation, by one rename, durably."""
    folder.mkdir(mode=0o700, exist_ok=True)
    unfinished = folder / f"{manifest.generation:08d}.json{_UNFINISHED}"
    with unfinished.open("wb") as file:
        file.write(to_json(manifest))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(_path(folder, manifest.generation))
    sync_folder(folder)


def retire(folder: Path, segments: Path, *, keep: Iterable[str] = ()) -> None:
    """Remove generations nobody holds, and segment files that no generation left names.

    Only the writer may call this. `keep` names files written but not yet published.
    """
    numbers = _numbers(folder)
    for number in numbers[:-KEPT]:
        _remove_unheld(_path(folder, number))
    for unfinished in folder.glob(f"*{_UNFINISHED}"):
        unfinished.unlink(missing_ok=True)
    wanted = set(keep)
    for number in _numbers(folder):
        wanted |= from_json(_path(folder, number).read_bytes()).files()
    for path in segments.glob("*/*"):
        if f"{path.parent.name}/{path.name.removesuffix(_UNFINISHED)}" not in wanted:
            path.unlink(missing_ok=True)


def _remove_unheld(path: Path) -> None:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        path.unlink()


def _numbers(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.glob("*.json"))


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:08d}.json"


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
