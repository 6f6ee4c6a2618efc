"""Bodies of an archive, compressed together: what came on one page looks alike.

Measured on made-up changes with their reviews: 2.3 to 1 for one at a time, 3.4 to 1 by page.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

_BLOCK_BYTES = 256 << 10
"""Bodies are gathered up to about this size before they are compressed."""
_OPEN_BLOCKS = 16
"""Blocks kept decompressed, for reading in order of change."""

Place = tuple[int, int, int]
"""Block, first byte in it, length in bytes."""


class Blocks:
    """Compressed bodies in the tables ``block`` and ``record`` of an archive.

    Every method is called inside a transaction of the archive.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._codec = pa.Codec("zstd", compression_level=3)
        self._open: OrderedDict[int, bytes] = OrderedDict()

    def write(self, bodies: Sequence[bytes]) -> list[Place]:
        """Keep bodies; return where each lies."""
        places: list[Place] = []
        for group in _groups(bodies):
            whole = b"".join(group)
            block = self._database.execute(
                "INSERT INTO block (held, size, bodies) VALUES (?, ?, ?)",
                (len(group), len(whole), self._codec.compress(whole, asbytes=True)),
            ).lastrowid
            start = 0
            for body in group:
                places.append((block or 0, start, len(body)))
                start += len(body)
        return places

    def read(self, block: int, start: int, length: int) -> bytes:
        """Return one body."""
        whole = self._open.get(block)
        if whole is None:
            size, bodies = self._database.execute(
                "SELECT size, bodies FROM block WHERE block = ?", (block,)
            ).fetchone()
            whole = self._codec.decompress(bodies, decompressed_size=size, asbytes=True)
            self._open[block] = whole
            if len(self._open) > _OPEN_BLOCKS:
                self._open.popitem(last=False)
        return whole[start : start + length]

    def tidy(self, blocks: Iterable[int | None]) -> None:
        """Remove blocks nothing lies in any more; write those anew of which half is dead."""
        for block in sorted(block for block in blocks if block is not None):
            alive = self._database.execute(
                "SELECT sequence, block, start, length FROM record WHERE block = ?", (block,)
            ).fetchall()
            (held,) = self._database.execute(
                "SELECT held FROM block WHERE block = ?", (block,)
            ).fetchone()
            if alive and 2 * len(alive) > held:
                continue
            places = self.write([self.read(*place) for _, *place in alive])
            self._database.executemany(
                "UPDATE record SET block = ?, start = ?, length = ? WHERE sequence = ?",
                [(*place, row[0]) for place, row in zip(places, alive, strict=True)],
            )
            self._database.execute("DELETE FROM block WHERE block = ?", (block,))
            self._open.pop(block, None)


def _groups(bodies: Sequence[bytes]) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    size = 0
    for body in bodies:
        group.append(body)
        size += len(body)
        if size >= _BLOCK_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group
