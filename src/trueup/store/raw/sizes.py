"""How much room raw records take, and how far back they can be read again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from trueup.store.raw.database import connect, usable

_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSize:
    """One archive.

    Parameters
    ----------
    address
        Of the server it was read from; empty for files.
    records
        Known and not gone at the source.
    dropped
        How many of these can no longer be read again: they are past their time.
    oldest_at
        When the oldest body that is held was last seen, epoch microseconds UTC; None: none is held.
    """

    source: str
    target: str
    target_id: str
    address: str
    size_bytes: int
    records: int
    dropped: int
    oldest_at: int | None


def archive_sizes(folder: Path) -> tuple[ArchiveSize, ...]:
    """Return the size of every archive in the workspace `folder`, by source and target.

    Raises
    ------
    StoreError
        An archive is damaged.
    """
    found = [_size(path) for path in (folder / "raw").glob("*/*.sqlite")]
    return tuple(sorted(found, key=lambda size: (size.source, size.target_id)))


def _size(path: Path) -> ArchiveSize:
    with usable(path), closing(connect(path)) as database:
        target, target_id, address = database.execute(
            "SELECT target, target_id, address FROM about"
        ).fetchone()
        records, held, oldest_at = database.execute(
            "SELECT count(*), count(block), min(CASE WHEN block IS NOT NULL THEN fetched_at END) "
            "FROM record WHERE gone IS NULL"
        ).fetchone()
    parts = [path.with_name(path.name + end) for end in _FILES]
    size_bytes = sum(part.stat().st_size for part in parts if part.exists())
    return ArchiveSize(
        source=path.parent.name,
        target=target,
        target_id=target_id,
        address=address,
        size_bytes=size_bytes,
        records=records,
        dropped=records - held,
        oldest_at=oldest_at,
    )
