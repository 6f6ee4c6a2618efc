"""One writer at a time; the kernel lets go of the lock when the writer dies."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from trueup.errors import WarehouseBusy


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock in `path`.

    Raises
    ------
    WarehouseBusy
        Another writer holds it; the message names its process and since when.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _busy(path) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "since": time.time()}).encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _busy(path: Path) -> WarehouseBusy:
    try:
        holder = json.loads(path.read_bytes())
        since = datetime.fromtimestamp(holder["since"], UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        who = f"Process {holder['pid']} has been writing to {path.parent} since {since}."
    except (ValueError, KeyError, OSError):
        who = f"Another process has just begun writing to {path.parent}."
    return WarehouseBusy(who, hint="Wait until it has ended, or stop it; reading is possible.")
