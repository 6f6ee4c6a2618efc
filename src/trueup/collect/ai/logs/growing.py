"""A log that grows while it is read: whole lines from where the last reading ended, no more.

A last line without its end waits for the next reading, unless it is a whole object already. A
file that was replaced or shortened is read anew. A line longer than a limit is counted with its
size and passed over, so that memory stays bounded whatever a tool wrote.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

LONGEST = 64 << 20
"""Bytes of the longest line that is read."""
_BLOCK = 4 << 20
_EDGE = 1024
"""Bytes at the beginning and before the mark by which a file is known again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a file was read, and what was wrong with its lines until there.

    Parameters
    ----------
    offset
        Bytes read; a line begins there.
    head, tail
        Digests of the first bytes and of those before `offset`.
    lines
        Lines read so far, sound or not.
    faults
        How many of them could not be read, or only in part, by reason.
    """

    offset: int = 0
    head: str = ""
    tail: str = ""
    lines: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str | None) -> Self:
        """Return the mark a checkpoint holds; that of a file never read where it holds none."""
        try:
            return msgspec.json.decode(text or "{}", type=cls)
        except msgspec.DecodeError:
            return cls()

    @property
    def text(self) -> str:
        """As a checkpoint."""
        return msgspec.json.encode(self).decode()

    def and_faults(self, faults: Mapping[str, int]) -> Self:
        """Return the mark with other counts of what was wrong."""
        return replace(self, faults=dict(sorted(faults.items())))


class GrowingFile:
    """Lists of whole lines of a file, from a mark to where the file ended when it was opened.

    Parameters
    ----------
    faults
        Where lines that are too long are counted; emptied when the file is read anew.
    longest
        Bytes of the longest line that is read.

    Attributes
    ----------
    mark
        After each list: where the reading stands behind it.
    was_replaced
        Whether the file is another one than was marked, and is read anew; known once iterated.
    waiting
        Bytes of a last line that has no end yet.
    """

    def __init__(
        self,
        path: Path,
        mark: Mark,
        faults: Counter[str],
        *,
        longest: int = LONGEST,
        block: int = _BLOCK,
    ) -> None:
        self.mark = mark
        self.was_replaced = False
        self.waiting = 0
        self._path = path
        self._longest = longest
        self._block = min(block, longest)
        self._faults = faults
        self._passed_over = 0

    def __iter__(self) -> Iterator[list[bytes]]:
        """Yield whole lines, without their ends.

        Raises
        ------
        OSError
            The file may not be read, or is gone.
        """
        with self._path.open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if not _is_same(file, size, self.mark):
                self.was_replaced, self.mark = True, Mark()
                self._faults.clear()
            if size == self.mark.offset:
                return
            file.seek(self.mark.offset)
            for lines, offset in self._lines(file, size):
                self._stand(file, offset, sum(map(bool, lines)))
                if lines or offset == size:
                    yield lines

    def _lines(self, file: BinaryIO, size: int) -> Iterator[tuple[list[bytes], int]]:
        """Yield lines and the offset behind them; the carried beginning of a line is bounded."""
        offset, carried, length = self.mark.offset, [b""], 0
        while offset + length < size:
            chunk = file.read(min(self._block, size - offset - length))
            if not chunk:
                break
            first = chunk.find(b"\n")
            if first < 0:
                carried, length = self._carry(carried, length, chunk)
                continue
            last = chunk.rfind(b"\n")
            lines = self._joined(carried, length, chunk[:first])
            if last > first:
                lines += chunk[first + 1 : last].split(b"\n")
            offset += length + last + 1
            carried, length = [chunk[last + 1 :]], len(chunk) - last - 1
            yield lines, offset
        rest = b"".join(carried)
        if rest and len(rest) == length and _is_object(rest):
            yield [rest], offset + length
        else:
            self.waiting = length

    def _carry(self, carried: list[bytes], length: int, piece: bytes) -> tuple[list[bytes], int]:
        length += len(piece)
        return ([] if length > self._longest else [*carried, piece]), length

    def _joined(self, carried: list[bytes], length: int, end: bytes) -> list[bytes]:
        if length + len(end) <= self._longest:
            return [b"".join([*carried, end])]
        size, most = (length + len(end)) >> 20, self._longest >> 20
        self._faults[f"a line of {size} MB is longer than {most} MB"] += 1
        self._passed_over += 1
        return []

    def _stand(self, file: BinaryIO, offset: int, lines: int) -> None:
        self.mark = Mark(
            offset=offset,
            head=_digest(file, 0, min(_EDGE, offset)),
            tail=_digest(file, max(0, offset - _EDGE), min(_EDGE, offset)),
            lines=self.mark.lines + lines + self._passed_over,
            faults=self.mark.faults,
        )
        self._passed_over = 0


def _is_same(file: BinaryIO, size: int, mark: Mark) -> bool:
    if size < mark.offset:
        return False
    edge = min(_EDGE, mark.offset)
    is_head = not mark.offset or _digest(file, 0, edge) == mark.head
    return is_head and (not mark.offset or _digest(file, mark.offset - edge, edge) == mark.tail)


def _digest(file: BinaryIO, start: int, length: int) -> str:
    return hashlib.blake2b(os.pread(file.fileno(), length, start), digest_size=8).hexdigest()


def _is_object(text: bytes) -> bool:
    """Say whether a text is a whole object of JSON: no beginning of one is."""
    try:
        msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return False
    return True
