"""Where received events are kept: files of lines that the next collection reads like any other."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from threading import Lock

from trueup.collect.sources.events.parsing import Event
from trueup.errors import ConfigError

_NAME = "received"
_LOCK = ".receiving"


class Inbox:
    """A folder of events that one process at a time adds to.

    What is kept is on disk before `keep` returns. An event that was kept before, word for word,
    is not kept again: senders repeat themselves, and a late repetition must not undo what came
    in between.

    Parameters
    ----------
    folder
        Made where it is missing, for its owner alone.

    Raises
    ------
    ConfigError
        It cannot be written to, or another process receives into it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = Lock()
        self._known: set[bytes] = set()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(
                f"Events cannot be kept in {folder}: {error.strerror}.",
                hint="Name a folder you may write to.",
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise ConfigError(
                f"Another process receives events into {folder}.",
                hint="Stop it first, or name another folder.",
            ) from error
        for path in sorted(folder.glob(f"{_NAME}-*.jsonl")):
            self._remember(path)

    def keep(self, events: Sequence[Event], now: int) -> int:
        """Keep all of these events or none, and return how many were new.

        Parameters
        ----------
        now
            Epoch microseconds UTC; names the file of the month.

        Raises
        ------
        OSError
            They cannot be written; nothing of them is kept.
        """
        lines = [_line(event) for event in events]
        with self._turn:
            fresh = [line for line in dict.fromkeys(lines) if _digest(line) not in self._known]
            if fresh:
                month = datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y-%m")
                _append(self._folder / f"{_NAME}-{month}.jsonl", b"".join(fresh))
                self._known.update(map(_digest, fresh))
        return len(fresh)

    def close(self) -> None:
        """Let another process receive."""
        os.close(self._lock)

    def _remember(self, path: Path) -> None:
        """Know what a file holds; a last line that was never finished was never acknowledged."""
        with path.open("r+b") as file:
            end = 0
            for line in file:
                if line.endswith(b"\n"):
                    end += len(line)
                    self._known.add(_digest(line))
            file.truncate(end)


def _line(event: Event) -> bytes:
    said = {"kind": event.kind, **event.values}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _digest(line: bytes) -> bytes:
    return blake2b(line, digest_size=16).digest()


def _append(path: Path, content: bytes) -> None:
    """Add to a file so that it is on disk, whole or not at all."""
    is_new = not path.exists()
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        before = os.fstat(file).st_size
        if not _is_written(file, content):
            os.ftruncate(file, before)
            raise OSError(f"{path} cannot be added to")
    finally:
        os.close(file)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _is_written(file: int, content: bytes) -> bool:
    try:
        whole = os.write(file, content) == len(content)
        os.fsync(file)
    except OSError:
        return False
    return whole
