"""What one generation of the warehouse consists of: segments, cursors, and whose key it used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

LINKS = "links"
"""Source of rows united from those of the others; on reading they stand in for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """An immutable file of rows of one table, landed for one target by one source.

    Parameters
    ----------
    file
        Path below the folder of segments.
    rows, size_bytes
        How much it holds.
    parts
        Digests of the rows, one per row group as landed; merging segments keeps them.
    """

    file: str
    table: str
    source: str
    target_id: str
    rows: int
    size_bytes: int
    parts: tuple[str, ...]

    @property
    def group(self) -> tuple[str, str, str]:
        """Whose rows of which table: (table, source, target_id)."""
        return (self.table, self.source, self.target_id)

    @property
    def is_linked(self) -> bool:
        """Whether the rows are united from those of sources."""
        return is_part_of(self.source, LINKS)

    @property
    def place(self) -> tuple[str, str, str]:
        """What linked rows stand in for: (table, target_id, part of the source after its dot)."""
        return (self.table, self.target_id, self.source.partition(".")[2])


def is_part_of(source: str, whole: str) -> bool:
    """Say whether `source` is `whole` or a part of it, as ``git.stages`` is of ``git``."""
    return source.partition(".")[0] == whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Where the last collection of one target by one source ended.

    Parameters
    ----------
    cursor
        The connector's own words; None when it left none.
    collected_at
        Instant of the collection, epoch microseconds UTC.
    rebuilt_because
        Why it began from nothing; empty when it went on from the one before.
    """

    source: str
    target_id: str
    cursor: str | None
    collected_at: int
    rebuilt_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one source landed of one target, all collections together.

    Parameters
    ----------
    collected_at
        Instant of the last collection, epoch microseconds UTC.
    """

    source: str
    target_id: str
    collected_at: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One generation: everything a reader sees, and nothing else.

    Parameters
    ----------
    generation
        Counts published collections; 0 is the empty warehouse.
    key_fingerprint
        Of the key behind the pseudonyms in the rows; None while there are none.
    schemas
        Fingerprint of the columns of each table that holds rows.
    """

    generation: int = 0
    key_fingerprint: str | None = None
    schemas: Mapping[str, str] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    ended: tuple[Ended, ...] = ()

    def of(self, table: str, source: str, target_id: str) -> tuple[Segment, ...]:
        """Return the segments of one table, source and target, in the order they were landed."""
        return tuple(s for s in self.segments if s.group == (table, source, target_id))

    def of_table(self, table: str) -> tuple[Segment, ...]:
        """Return the segments of one table that readers see.

        Rows of `LINKS` stand in for those of all sources, for the same table and target; the
        part of a source after its dot (``git.stages``) gives way to the same part only.
        """
        segments = [s for s in self.segments if s.table == table]
        linked = {s.place for s in segments if s.is_linked}
        return tuple(s for s in segments if s.rows and (s.is_linked or s.place not in linked))

    def as_collected(self) -> Manifest:
        """Return the same generation without what was linked: only what sources landed."""
        return replace(self, segments=tuple(s for s in self.segments if not s.is_linked))

    def only(self, targets: frozenset[str]) -> Manifest:
        """Return the same generation with nothing but the rows of `targets`."""
        return replace(
            self,
            segments=tuple(s for s in self.segments if s.target_id in targets),
            ended=tuple(end for end in self.ended if end.target_id in targets),
        )

    def end_of(self, source: str, target_id: str) -> Ended | None:
        """Return where the last collection of the target ended, None when there was none."""
        for end in self.ended:
            if (end.source, end.target_id) == (source, target_id):
                return end
        return None

    def collected(self) -> tuple[Collected, ...]:
        """Return what every source landed of every target, without what was worked out of it."""
        rows: dict[tuple[str, str], int] = {}
        for segment in self.segments:
            place = (segment.source, segment.target_id)
            rows[place] = rows.get(place, 0) + segment.rows
        return tuple(
            Collected(
                source=end.source,
                target_id=end.target_id,
                collected_at=end.collected_at,
                rows=rows.get((end.source, end.target_id), 0),
            )
            for end in self.ended
            if not is_part_of(end.source, LINKS) and "." not in end.source
        )

    def digest(self) -> str:
        """Return a digest of the rows: the same however they are cut into segments."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for segment in self.segments:
            groups.setdefault(segment.group, []).extend(segment.parts)
        ordered = sorted((*group, *sorted(parts)) for group, parts in groups.items())
        return hashlib.sha256(json.dumps(ordered).encode()).hexdigest()

    def files(self) -> frozenset[str]:
        """Return the files of every segment."""
        return frozenset(segment.file for segment in self.segments)


def to_json(manifest: Manifest) -> bytes:
    """Write a manifest as JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def from_json(text: bytes) -> Manifest:
    """Read a manifest back from JSON.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        return msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
