"""Where telemetry is kept: segments of lines that only grow, synced for many senders at once."""

from __future__ import annotations

import fcntl
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from trueup.errors import ConfigError

_LOCK = ".receiving"
_KEY = ".key"
_SEGMENT = 32 * 1024 * 1024
_BLOCK = 1 << 20
_KEY_BYTES = 16


class _Batch:
    """Lines of several senders that reach the disk together, or not at all."""

    __slots__ = ("fault", "is_done", "lines")

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_done = False
        self.fault: OSError | None = None


class Inbox:
    """A folder of segments that one process at a time adds to.

    What is kept is on disk before `keep` returns. While one sync is under way, what others send
    gathers, and shares the next.

    Parameters
    ----------
    folder
        Made where it is missing, for its owner alone.
    largest
        Bytes of a segment, after which a new one is begun.

    Raises
    ------
    ConfigError
        It cannot be written to, or another process receives into it.
    """

    def __init__(self, folder: Path, *, largest: int = _SEGMENT) -> None:
        self._folder = folder
        self._largest = largest
        self._gathering = Lock()
        self._writing = Lock()
        self._batch = _Batch()
        self._file = -1
        self._day = ""
        self._is_spoilt = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise ConfigError(
                f"Another process receives OTLP into {folder}.",
                hint="Stop it first, or name another folder.",
            ) from error
        try:
            self.key = _key(folder / _KEY)
            for path in segments(folder)[-1:]:
                _without_tail(path)
        except OSError as error:
            os.close(self._lock)
            raise _unusable(folder, error) from error

    def keep(self, lines: bytes, now: int) -> None:
        """Keep whole lines, each ended.

        Parameters
        ----------
        now
            Epoch microseconds UTC; names the segment of the day.

        Raises
        ------
        OSError
            They cannot be written; nothing of them is kept.
        """
        with self._gathering:
            batch = self._batch
            batch.lines.append(lines)
        with self._writing:
            if not batch.is_done:
                with self._gathering:
                    self._batch = _Batch()
                batch.is_done = True
                try:
                    self._write(b"".join(batch.lines), now)
                except OSError as error:
                    batch.fault = error
        if batch.fault is not None:
            raise OSError(f"{self._folder} cannot be added to") from batch.fault

    def close(self) -> None:
        """Let another process receive."""
        if self._file >= 0:
            os.close(self._file)
        os.close(self._lock)

    def _write(self, content: bytes, now: int) -> None:
        day = datetime.fromtimestamp(now // 1_000_000, UTC).strftime("%Y%m%d")
        if self._file < 0 or day != self._day or os.fstat(self._file).st_size >= self._largest:
            self._begin(day)
        before = os.fstat(self._file).st_size
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(self._file, view) :]
            os.fsync(self._file)
        except OSError:
            self._is_spoilt = True
            try:
                os.ftruncate(self._file, before)
            finally:
                os.close(self._file)
                self._file = -1
            raise

    def _begin(self, day: str) -> None:
        """Begin the next segment; the last one of this folder goes on where it has room."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        there = segments(self._folder)
        last = there[-1] if there else None
        size = last.stat().st_size if last else 0
        # a reader may have seen what a failed write took back, so nothing more is added there
        is_over = size >= self._largest or (self._is_spoilt and size > 0)
        if last is None or _day(last) < day or is_over:
            number = int(last.stem.rpartition("-")[2]) + 1 if last else 1
            last = self._folder / f"otlp-{max(day, _day(last) if last else day)}-{number:06}.jsonl"
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._file = os.open(last, flags, 0o600)
        self._day = day
        self._is_spoilt = False
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def segments(folder: Path) -> list[Path]:
    """Return the segments of a folder, oldest first."""
    return sorted(folder.glob("otlp-????????-??????.jsonl"))


def _day(path: Path) -> str:
    return path.stem.split("-")[1]


def _key(path: Path) -> bytes:
    """Return what digests of arguments are keyed with, made at the first time."""
    if not path.exists():
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, secrets.token_bytes(_KEY_BYTES))
            os.fsync(file)
        finally:
            os.close(file)
    return path.read_bytes()


def _without_tail(path: Path) -> None:
    """Drop a last line that was never finished, and so never acknowledged."""
    with path.open("r+b") as file:
        end = at = file.seek(0, os.SEEK_END)
        while at > 0:
            start = max(0, at - _BLOCK)
            file.seek(start)
            found = file.read(at - start).rfind(b"\n")
            if found >= 0:
                at = start + found + 1
                break
            at = start
        if at < end:
            file.truncate(at)


def _unusable(folder: Path, error: OSError) -> ConfigError:
    return ConfigError(
        f"OTLP cannot be kept in {folder}: {error.strerror}.",
        hint="Name a folder you may write to.",
    )
