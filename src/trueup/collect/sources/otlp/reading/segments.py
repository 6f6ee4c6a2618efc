"""Segments, read on from where the last visit ended, also while the receiver writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from trueup.errors import SourceUnavailable

_CHUNK = 8 * 1024 * 1024


@dataclass(slots=True, kw_only=True)
class Chunk:
    """Lines that are read together.

    Parameters
    ----------
    name, end
        Segment they stand in, and the byte after the last of them.
    damaged
        Lines that could not be read.
    """

    name: str
    end: int
    lines: list[dict[str, Any]] = field(default_factory=list)
    damaged: int = 0


def chunks_after(folder: Path, ends: dict[str, int]) -> Iterator[Chunk]:
    """Yield what stands in the segments of a folder after these ends, oldest first.

    A last line that is not finished is left for the next visit. A segment that is shorter than
    it was is read anew.

    Raises
    ------
    SourceUnavailable
        The folder cannot be read.
    """
    try:
        paths = sorted(folder.glob("*.jsonl"))
        for path in paths:
            start = ends.get(path.name, 0)
            size = path.stat().st_size
            if size != start:
                yield from _chunks(path, start if start < size else 0)
    except OSError as error:
        raise SourceUnavailable(
            f"{folder.name} cannot be read: {error.strerror}.",
            hint="Make it a folder you may read.",
        ) from error


def _chunks(path: Path, start: int) -> Iterator[Chunk]:
    with path.open("rb") as file:
        file.seek(start)
        chunk = Chunk(name=path.name, end=start)
        size = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            _read(line, chunk)
            chunk.end += len(line)
            size += len(line)
            if size >= _CHUNK:
                yield chunk
                chunk, size = Chunk(name=path.name, end=chunk.end), 0
        if size:
            yield chunk


def _read(line: bytes, chunk: Chunk) -> None:
    try:
        said = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        said = None
    if isinstance(said, dict) and isinstance(said.get("records"), list):
        chunk.lines.append(said)
    elif line.strip():
        chunk.damaged += 1
