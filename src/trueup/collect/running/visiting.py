"""One visit to one target: everything it brings is kept, page by page."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from trueup.collect.connector import Progress
from trueup.collect.recorded import Note, Page, Record, RecordedSource, Sweep, Web
from trueup.collect.running.archive import Archive
from trueup.config import Connection
from trueup.errors import SourceIncomplete, TrueupError

_PAGES_AHEAD = 4
"""Pages that may wait to be kept while the next is asked for."""


class _Keeping:
    """Keeps pages in their order while the next one is on its way."""

    def __init__(self, archive: Archive, now: int) -> None:
        self._archive = archive
        self._now = now
        self._thread = ThreadPoolExecutor(1, "trueup-keeping")
        self._waiting: deque[Future[int]] = deque()
        self.checkpoints: dict[str, str] = {}

    def keep(self, page: Page) -> None:
        """Keep a page; what went wrong with one before it is raised here."""
        records = [_dated(record, self._now) for record in page.records]
        self._add(self._archive.keep, page.stream, records, page.checkpoint)
        self.checkpoints[page.stream] = page.checkpoint

    def sweep(self, sweep: Sweep) -> None:
        """Mark what is gone."""
        self._add(self._archive.sweep, sweep.kind, sweep.keys, sweep.reason, self._now)

    def wait(self) -> None:
        """Return once everything is kept."""
        while self._waiting:
            self._waiting.popleft().result()

    def close(self) -> None:
        """Keep what is waiting, and end."""
        self._thread.shutdown(wait=True)

    def _add(self, task: Callable[..., int], *arguments: object) -> None:
        while len(self._waiting) >= _PAGES_AHEAD:
            self._waiting.popleft().result()
        self._waiting.append(self._thread.submit(task, *arguments))


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
    _keeping: _Keeping | None = None

    def checkpoint(self, stream: str) -> str | None:
        """Return where the stream stood at the last page given."""
        if self._keeping is not None and stream in self._keeping.checkpoints:
            return self._keeping.checkpoints[stream]
        self._settle()
        return self.archive.checkpoint(stream)

    def known(self, kind: str) -> frozenset[str]:
        """Return the keys of all records kept of a kind, but those gone."""
        self._settle()
        return self.archive.known(kind)

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        """Return what is kept of these keys."""
        self._settle()
        return self.archive.bodies(kind, keys)

    def fetch(self, source: RecordedSource) -> list[Note]:
        """Keep everything the visit brings; return its notes.

        Raises
        ------
        SourceUnavailable, SourceIncomplete
            The visit did not reach its end; what it brought until then is kept.
        """
        self.progress.stage(f"fetching {source.name} {self.target}", None)
        with closing(_Keeping(self.archive, self.now)) as self._keeping:
            try:
                return self._take(source, self._keeping)
            except TrueupError:
                raise
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise SourceIncomplete(
                    f"{source.name} did not expect what was answered for {self.target}: "
                    f"{type(error).__name__}.",
                    hint="Report it with the trace that TRUEUP_TRACEBACK=1 shows; "
                    "what came before is kept.",
                ) from error

    def _take(self, source: RecordedSource, keeping: _Keeping) -> list[Note]:
        notes: list[Note] = []
        for fetched in source.fetch(self):
            match fetched:
                case Page():
                    keeping.keep(fetched)
                    self.progress.advance(len(fetched.records))
                case Sweep():
                    keeping.sweep(fetched)
                case Note():
                    notes.append(fetched)
        keeping.wait()
        return notes

    def _settle(self) -> None:
        if self._keeping is not None:
            self._keeping.wait()


def _dated(record: Record, now: int) -> Record:
    if record.fetched_at:
        return record
    return Record(kind=record.kind, key=record.key, body=record.body, fetched_at=now)
