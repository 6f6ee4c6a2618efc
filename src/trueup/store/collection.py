"""One collection of one target: rows gathered now, shown to readers all at once or never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from trueup.model.tables import TABLES
from trueup.store.generations import Snapshot, sync_folder
from trueup.store.manifest import LINKS, Ended, Manifest, Segment, is_part_of
from trueup.store.rows import checked, fingerprint, table_named
from trueup.store.segments import SegmentWriter, merged, read_segments, storing, too_many
from trueup.store.stages import NEEDS, stage_rows

STAGES_PART = "stages"
"""Part of a source under which it is counted what the stages of its changes left out."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a collection publishes: all segments of its target, and where it ended."""

    segments: tuple[Segment, ...]
    ended: Ended

    def onto(self, present: Manifest, key_fingerprint: str) -> Manifest:
        """Return the next generation: `present` with this target's part replaced."""
        target_id, source = self.ended.target_id, self.ended.source
        others = (
            segment
            for segment in present.segments
            if segment.target_id != target_id or not is_part_of(segment.source, source)
        )
        elsewhere = (e for e in present.ended if (e.source, e.target_id) != (source, target_id))
        segments = (*others, *self.segments)
        return Manifest(
            generation=present.generation + 1,
            key_fingerprint=key_fingerprint,
            schemas={
                name: fingerprint(TABLES[name]) for name in dict.fromkeys(s.table for s in segments)
            },
            segments=segments,
            ended=(*elsewhere, self.ended),
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier collections of the same target left: the cursor, and its rows."""

    cursor: str
    _folder: Path
    _source: str
    _target_id: str
    _manifest: Manifest

    def tables(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """Return the target's rows of `table`, all of its own columns or the named ones.

        Raises
        ------
        SchemaMismatch
            There is no such table.
        """
        named = table_named(table)
        segments = self._manifest.of(table, self._source, self._target_id)
        return read_segments(self._folder, named, segments, columns or named.schema.names)


class Collection:
    """Takes what a connector yields; nothing of it is visible before the end.

    Parameters
    ----------
    folder
        Where segments are kept.
    snapshot
        What was published when the collection began; held until it ends.
    now
        Instant written to `collected_at`, epoch microseconds UTC.
    unpublished
        Files written but not yet published, shared with whoever removes unused files.
    """

    def __init__(
        self,
        folder: Path,
        snapshot: Snapshot,
        source: str,
        target_id: str,
        *,
        now: int,
        unpublished: set[str],
    ) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._source = source
        self._target_id = target_id
        self._now = now
        self._unpublished = unpublished
        self._writers: dict[tuple[str, str], SegmentWriter] = {}
        self._started: list[SegmentWriter] = []
        self._noted: dict[str, list[pa.Table]] = {}
        self._cursor: str | None = None
        earlier = snapshot.manifest.end_of(source, target_id)
        self._resumed = earlier.cursor if earlier else None
        self._reset_because = "" if self._resumed is not None else "there was nothing to resume"

    def previous(self) -> Earlier | None:
        """Return what the last collection left; None when it left no cursor to resume from."""
        if self._resumed is None or self._reset_because:
            return None
        manifest = self._snapshot.manifest
        return Earlier(self._resumed, self._folder, self._source, self._target_id, manifest)

    def land(self, table: str, rows: pa.Table, *, part: str = "") -> None:
        """Take rows of a canonical table; `part` keeps them apart from the source's other rows.

        Raises
        ------
        SchemaMismatch
            There is no such table, or the rows do not have its columns.
        StoreError
            There is no room for them.
        """
        named = table_named(table)
        sound = checked(named, rows)
        if table in NEEDS:
            self._noted.setdefault(table, []).append(sound.select(list(NEEDS[table])))
        with storing(self._folder):
            self._writer(table, f"{self._source}.{part}" if part else self._source).add(
                sound, self._now
            )

    def reset(self, reason: str) -> None:
        """Drop everything landed of this target so far, in this collection and before it."""
        self._reset_because = reason
        for writer in self._started:
            writer.abandon()
        self._writers.clear()
        self._noted.clear()
        self._cursor = None

    def cursor(self, value: str) -> None:
        """Remember where this collection ended; handed back as `previous().cursor`."""
        self._cursor = value

    def abandon(self) -> None:
        """Remove every file this collection wrote."""
        for writer in self._started:
            writer.abandon()
        self.forget_files()

    def forget_files(self) -> None:
        """Declare this collection's files published or removed."""
        self._unpublished.difference_update(writer.file for writer in self._started)

    def settle(self) -> Settled:
        """Make every segment durable and return what is to be published.

        Raises
        ------
        StoreError
            Two rows have the same key, or there is no room for them.
        """
        with storing(self._folder):
            return self._settle()

    def _settle(self) -> Settled:
        self._derive()
        landed = {(table, source) for table, source in self._writers}
        is_linking = self._source == LINKS
        finished = [writer.finish(even_empty=is_linking) for writer in self._writers.values()]
        fresh = [segment for segment in finished if segment is not None]
        groups: dict[tuple[str, str, str], list[Segment]] = {}
        for segment in (*self._kept(landed, fresh), *fresh):
            groups.setdefault(segment.group, []).append(segment)
        segments = tuple(s for group in groups.values() for s in self._merged(group))
        for table in {segment.table for segment in segments}:
            sync_folder(self._folder / table)
        sync_folder(self._folder)
        ended = Ended(
            source=self._source,
            target_id=self._target_id,
            cursor=self._end(),
            collected_at=self._now,
            rebuilt_because=self._reset_because,
        )
        return Settled(segments, ended)

    def _end(self) -> str | None:
        """Return the cursor; one not moved still holds when nothing was landed after it."""
        if self._cursor is None and not self._writers and not self._reset_because:
            return self._resumed
        return self._cursor

    def _writer(self, table: str, source: str) -> SegmentWriter:
        if (table, source) not in self._writers:
            self._writers[table, source] = self._start(table, source)
        return self._writers[table, source]

    def _start(self, table: str, source: str) -> SegmentWriter:
        writer = SegmentWriter(self._folder, TABLES[table], source, self._target_id)
        self._started.append(writer)
        self._unpublished.add(writer.file)
        return writer

    def _kept(self, landed: set[tuple[str, str]], fresh: list[Segment]) -> list[Segment]:
        """Earlier segments that still hold; one that equals a fresh one takes its place."""
        if self._reset_because:
            return []
        kept = []
        for segment in self._snapshot.manifest.segments:
            ours = is_part_of(segment.source, self._source)
            if segment.target_id != self._target_id or not ours:
                continue
            replaced = TABLES[segment.table].grows == "replace"
            if not replaced or (segment.table, segment.source) not in landed:
                kept.append(segment)
                continue
            same = [s for s in fresh if (s.group, s.parts) == (segment.group, segment.parts)]
            if same:
                fresh.remove(same[0])
                (self._folder / same[0].file).unlink()
                kept.append(segment)
        return kept

    def _merged(self, group: Sequence[Segment]) -> tuple[Segment, ...]:
        small = too_many(group)
        if not small:
            return tuple(group)
        table, source, _ = group[0].group
        whole = merged(self._start(table, source), self._folder, small)
        return (*(segment for segment in group if segment not in small), whole)

    def _derive(self) -> None:
        """Land the stages of changes, when changes were landed; who links, lands them itself."""
        if "change" not in self._noted or self._source == LINKS:
            return
        stages = stage_rows({table: self._all_of(table) for table in NEEDS})
        self._writer("stage_interval", self._source).add(stages.intervals, self._now)
        self._writer("coverage", f"{self._source}.{STAGES_PART}").add(stages.coverage, self._now)

    def _all_of(self, table: str) -> pa.Table:
        """Rows of this target as they will be once this collection is published."""
        columns = list(NEEDS[table])
        pieces = list(self._noted.get(table, []))
        if not self._reset_because and (TABLES[table].grows == "append" or not pieces):
            earlier = self._snapshot.manifest.of(table, self._source, self._target_id)
            pieces.append(read_segments(self._folder, TABLES[table], earlier, columns))
        empty = TABLES[table].schema.empty_table().select(columns)
        return pa.concat_tables([empty, *pieces])
