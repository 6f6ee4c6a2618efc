"""One visit: lines added since the last one, united with what is kept of the same things.

A message that stands in several sessions is of the one with the smallest id; what the others
tell until then is a copy (``copied``). Where a line says itself which session it was copied from,
it is taken as a line of that session.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from trueup.collect.ai.logs.checkouts import Checkouts
from trueup.collect.ai.logs.growing import LONGEST, GrowingFile, Mark
from trueup.collect.ai.logs.lines import LineReader
from trueup.collect.ai.logs.machine import stream_of
from trueup.collect.ai.logs.shapes import KIND as UNKNOWN_LINE
from trueup.collect.ai.logs.telling import lines_note
from trueup.collect.recorded import Fetched, Note, Page, Record, Visit
from trueup.collect.sources.claude_code.gathering import Gathering
from trueup.collect.sources.claude_code.joining import joined
from trueup.collect.sources.claude_code.line import Line
from trueup.collect.sources.claude_code.places import Transcript, person_of, transcripts

SESSION, REQUEST = "session", "request"
_READER = 1
"""Raised when lines are understood in another way: all files that are there are read again."""
_PAGE_BYTES = 64 << 20


class Reader:
    """Reads the transcripts of one target.

    Parameters
    ----------
    longest
        Bytes of the longest line that is read.
    page_bytes
        Bytes of lines that are gathered before they are kept.
    """

    def __init__(
        self, visit: Visit, *, longest: int = LONGEST, page_bytes: int = _PAGE_BYTES
    ) -> None:
        self._visit = visit
        self._longest = longest
        self._page_bytes = page_bytes
        self._person = person_of(visit.connection, visit.target)
        self._checkouts = Checkouts()
        self._marks: list[Mark] = []
        self._unread: list[str] = []

    def fetch(self) -> Iterator[Fetched]:
        """Yield what was added to each file, a page at a time; then what could not be read."""
        files = transcripts(self._visit.target)
        self._visit.progress.stage(f"reading {len(files):,} transcripts", None)
        for file in files:
            yield from self._file(file)
        yield lines_note("claude_code", self._marks)
        if self._unread:
            yield Note(
                subject="transcripts of claude_code",
                expected=len(files),
                seen=len(files) - len(self._unread),
                skipped=len(self._unread),
                reason=", ".join(sorted(set(self._unread))),
                remedy="Allow yourself to read them, then collect again.",
            )

    def _file(self, file: Transcript) -> Iterator[Page]:
        stream = f"{stream_of(file.name)}:{_READER}"
        mark = Mark.of(self._visit.checkpoint(stream))
        faults = Counter(mark.faults)
        growing = GrowingFile(file.path, mark, faults, longest=self._longest)
        reader = LineReader(Line, faults)
        gathering, size = self._gathering(), 0
        try:
            for lines in growing:
                for raw, line in reader.each(lines):
                    gathering.take(line, raw, file.native, faults)
                size += sum(map(len, lines))
                if size > self._page_bytes:
                    yield self._page(gathering, stream, growing.mark.and_faults(faults))
                    gathering, size, mark = self._gathering(), 0, growing.mark
        except OSError as error:
            self._unread.append(error.strerror or type(error).__name__)
        if growing.mark != mark:
            yield self._page(gathering, stream, growing.mark.and_faults(faults))
        self._marks.append(growing.mark.and_faults(faults))

    def _gathering(self) -> Gathering:
        return Gathering(self._person, self._checkouts)

    def _page(self, gathering: Gathering, stream: str, mark: Mark) -> Page:
        requests = self._united(REQUEST, gathering.requests)
        sessions = gathering.sessions
        for body in requests.values():
            for native, until in _copies(body):
                known = sessions.setdefault(native, {})
                known["copied"] = max(until, known.get("copied", 0))
        united = self._united(SESSION, sessions)
        shapes = {one.key: dict(one.body or {}) for one in gathering.shapes.records()}
        unknown = self._united(UNKNOWN_LINE, shapes)
        records = [
            Record(kind=kind, key=key, body=body)
            for kind, bodies in ((REQUEST, requests), (SESSION, united), (UNKNOWN_LINE, unknown))
            for key, body in bodies.items()
        ]
        return Page(stream=stream, records=tuple(records), checkpoint=mark.text)

    def _united(self, kind: str, seen: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        kept = self._visit.bodies(kind, seen) if seen else {}
        return {key: joined(kept[key], body) if key in kept else body for key, body in seen.items()}


def _copies(body: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the sessions in which a message is a copy, and until when they are one."""
    every = body["seen"].values()
    natives = sorted({native for seen in every for native in seen["in"]})
    if len(natives) > 1:
        until = max(seen["last"] for seen in every)
        yield from ((native, until) for native in natives[1:])
