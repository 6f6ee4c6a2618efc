"""What raw records hold, field by field: names, kinds and lengths, never a value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.store.raw.blocks import Blocks
from trueup.store.raw.database import connect, usable

MOST = 200
"""Newest records of each kind that are looked at."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_MANY = 40
"""An object with more keys than these is a table by name: its keys are data, not fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveField:
    """A field of the records of one kind.

    Parameters
    ----------
    path
        Keys from the outside in, parted by dots; ``*`` stands for keys that are data.
    holds
        ``text``, ``number``, or ``yes or no``.
    longest
        Characters of the longest text; 0 where it holds none.
    """

    source: str
    kind: str
    path: str
    holds: str
    longest: int


def archive_fields(folder: Path, most: int = MOST) -> tuple[ArchiveField, ...]:
    """Return the fields of the newest records of every archive in the workspace `folder`.

    Raises
    ------
    StoreError
        An archive is damaged.
    """
    longest: dict[tuple[str, str, str, str], int] = {}
    for path in sorted((folder / "raw").glob("*/*.sqlite")):
        for kind, body in _newest(path, most):
            for place, value in _leaves(body, ""):
                holds, length = _kind_of(value)
                name = (path.parent.name, kind, place, holds)
                longest[name] = max(longest.get(name, 0), length)
    return tuple(
        ArchiveField(source=source, kind=kind, path=place, holds=holds, longest=length)
        for (source, kind, place, holds), length in sorted(longest.items())
    )


def _newest(path: Path, most: int) -> Iterator[tuple[str, Any]]:
    with usable(path), closing(connect(path)) as database:
        blocks = Blocks(database)
        kinds = database.execute("SELECT DISTINCT kind FROM record ORDER BY kind").fetchall()
        for (kind,) in kinds:
            places = database.execute(
                "SELECT block, start, length FROM record WHERE kind = ? AND gone IS NULL "
                "AND block IS NOT NULL ORDER BY sequence DESC LIMIT ?",
                (kind, most),
            ).fetchall()
            for place in sorted(places):
                yield kind, json.loads(blocks.read(*place))


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        is_data = len(node) > _MANY or not all(map(_NAME.fullmatch, node))
        for key, value in node.items():
            yield from _leaves(value, f"{path}.{'*' if is_data else key}".lstrip("."))
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value, path)
    elif node is not None:
        yield path, node


def _kind_of(value: Any) -> tuple[str, int]:
    if isinstance(value, str):
        return "text", len(value)
    return ("yes or no", 0) if isinstance(value, bool) else ("number", 0)
