"""One visit to one target: everything it brings is kept, page by page."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trueup.collect.connector import Progress
from trueup.collect.recorded import Note, Page, Record, RecordedSource, Sweep, Visit, Web
from trueup.collect.running.archive import Archive
from trueup.config import Connection
from trueup.errors import SourceIncomplete, TrueupError


@dataclass(slots=True, kw_only=True)
class TargetVisit:
    """What a source may know and touch while it fetches."""

    target: str
    target_id: str
    connection: Connection
    web: Web
    now: int
    progress: Progress
    is_reconciling: bool
    archive: Archive

    def checkpoint(self, stream: str) -> str | None:
        """Return where the stream stood at the last page kept."""
        return self.archive.checkpoint(stream)

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of all records kept of a kind, but those gone."""
        return self.archive.known(kind)


def fetch(source: RecordedSource, visit: Visit, archive: Archive) -> list[Note]:
    """Keep everything a visit brings; return its notes.

    Raises
    ------
    SourceUnavailable, SourceIncomplete
        The visit did not reach its end; what it brought until then is kept.
    """
    notes: list[Note] = []
    visit.progress.stage(f"fetching {source.name} {visit.target}", None)
    try:
        for fetched in source.fetch(visit):
            match fetched:
                case Page(stream=stream, records=records, checkpoint=checkpoint):
                    archive.keep(stream, [_dated(r, visit.now) for r in records], checkpoint)
                    visit.progress.advance(len(records))
                case Sweep(kind=kind, keys=keys, reason=reason):
                    archive.sweep(kind, keys, reason, visit.now)
                case Note():
                    notes.append(fetched)
    except TrueupError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise SourceIncomplete(
            f"{source.name} did not expect what was answered for {visit.target}: "
            f"{type(error).__name__}.",
            hint="Report it with the trace that TRUEUP_TRACEBACK=1 shows; what came is kept.",
        ) from error
    return notes


def _dated(record: Record, now: int) -> Record:
    return record if record.fetched_at else replace(record, fetched_at=now)
