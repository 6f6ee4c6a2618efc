"""Generations on disk: published by one rename, held by readers, removed when none holds them.

`generations/00000012.json` is the manifest of generation 12; the highest number is the present.
A reader holds a shared lock on the file it reads, so what it sees stays until it lets go.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from trueup.errors import StoreError
from trueup.store.manifest import Manifest, from_json, to_json

KEPT = 2
"""Generations kept whether held or not: the present one, and the one a reader may be opening."""

_UNFINISHED = ".part"


@dataclass(slots=True)
class Snapshot:
    """A generation, kept on disk until `close` or until this object is gone."""

    manifest: Manifest
    _hold: BinaryIO | None

    def close(self) -> None:
        """Let the generation be removed once it is no longer the present one."""
        if self._hold is not None:
            self._hold.close()
            self._hold = None


def newest(folder: Path) -> Snapshot:
    """Hold and return the present generation; the empty one when nothing was published.

    Raises
    ------
    StoreError
        The generation's file cannot be read.
    """
    for _ in range(1000):
        numbers = _numbers(folder)
        if not numbers:
            return Snapshot(Manifest(), None)
        held = _hold(_path(folder, numbers[-1]))
        if held is not None:
            return _read(held)
    raise StoreError(f"{folder} changes faster than it can be read.", hint="Try again.")


def _read(held: BinaryIO) -> Snapshot:
    try:
        return Snapshot(from_json(held.read()), held)
    except (ValueError, TypeError, KeyError, OSError) as error:
        held.close()
        raise StoreError(
            f"{held.name} is damaged: {error}.",
            hint="Remove that file to return to the generation before it.",
        ) from error


def _hold(path: Path) -> BinaryIO | None:
    """Open a generation under a shared lock; None when it was removed meanwhile."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    if os.fstat(file.fileno()).st_nlink == 0:
        file.close()
        return None
    return file


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
