"""What is to be told of files: lines of no use, ids given twice, times that overlap.

Neither values nor names of persons are repeated: file, line and column find them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from trueup.collect.recorded import Note
from trueup.collect.sources.events.files.lines import Line
from trueup.collect.sources.events.parsing import Event
from trueup.collect.sources.events.schema import schema_of

_MOST = 10
_REMEDY = "Correct these lines, then collect again; docs/reference/sources/events.md has the forms."


class Told:
    """What is to be told of one file.

    Parameters
    ----------
    unreadable
        Why nothing, or nothing more, of the file could be used.
    """

    def __init__(self, name: str) -> None:
        self.unreadable = ""
        self._name = name
        self._lines = 0
        self._useless: list[str] = []
        self._cells: list[str] = []
        self._unknown: dict[str, None] = {}

    def line(self, line: Line, event: Event | None) -> None:
        """Take note of a line."""
        self._lines += 1
        if event is None:
            self._useless.append(f"line {line.number} {line.fault}")
            return
        for fault in event.faults:
            said = f"line {line.number}, {fault.column}: {fault.problem}"
            if not fault.is_whole:
                self._cells.append(said)
        if not event.is_sound:
            whole = next(fault for fault in event.faults if fault.is_whole)
            self._useless.append(f"line {line.number}, {whole.column}: {whole.problem}")
        known = schema_of(line.kind).columns
        self._unknown |= dict.fromkeys(name for name in line.said if name not in known)

    def notes(self) -> Iterator[Note]:
        """Yield what is to be told."""
        if self.unreadable:
            yield _note(f"file {self._name}", (None, 0, 1), self.unreadable, _REMEDY)
        if self._useless:
            count = len(self._useless)
            of_lines = (self._lines, self._lines - count, count)
            yield _note(f"lines of {self._name}", of_lines, _listed(self._useless), _REMEDY)
        if self._cells:
            of_cells = (None, 0, len(self._cells))
            yield _note(f"cells of {self._name}", of_cells, _listed(self._cells), _REMEDY)
        if self._unknown:
            names = [name[:40] for name in self._unknown]
            yield _note(
                f"columns of {self._name}",
                (None, 0, len(names)),
                f"not known, so not read: {_listed(names, ', ')}",
                "Leave them, or write them as docs/reference/sources/events.md does.",
            )


def of_ids(again: Mapping[tuple[str, str], Sequence[str]], count: int) -> Iterator[Note]:
    """Tell of ids that several lines give."""
    if not again:
        return
    said = [
        f"{kind} {'' if kind == 'person' else f'{key} '}({', '.join(places[:_MOST])})"
        for (kind, key), places in sorted(again.items())
    ]
    replaced = sum(len(places) - 1 for places in again.values())
    yield _note(
        "ids of events",
        (count + replaced, count, replaced),
        f"of lines with the same id the last one counts: {_listed(said)}",
        "Give each event an id of its own, where these are several.",
    )


def of_spans(spans: Sequence[Mapping[str, Any]]) -> Iterator[Note]:
    """Tell of persons in several teams at once, and of days without any between two teams."""
    several = apart = 0
    by_person = sorted(spans, key=lambda span: (_person(span), span.get("from", "")))
    for _, theirs in groupby(by_person, key=_person):
        overlaps, gaps = _compared([(s.get("from", ""), s.get("to", "9999")) for s in theirs])
        several, apart = several + overlaps, apart + gaps
    reasons = [
        *([f"{_persons(several, 'is', 'are')} in several teams at once"] if several else []),
        *([f"{_persons(apart, 'has', 'have')} days without a team between two"] if apart else []),
    ]
    if reasons:
        yield _note(
            "times in teams",
            (len(spans), len(spans), 0),
            ", ".join(reasons),
            "If that is not so, correct from and to.",
        )


def _persons(count: int, one: str, several: str) -> str:
    return f"1 person {one}" if count == 1 else f"{count} persons {several}"


def _compared(spans: Iterable[tuple[str, str]]) -> tuple[bool, bool]:
    """Say whether any of a person's spans overlap, and whether days lie between them."""
    overlaps = gaps = False
    last = ""
    for begin, end in sorted(spans):
        if last:
            overlaps |= begin[:10] <= last[:10]
            gaps |= begin[:10] > _next_day(last)
        last = max(last, end)
    return overlaps, gaps


def _next_day(day: str) -> str:
    if day[:4] == "9999":
        return day
    return (date.fromisoformat(day[:10]) + timedelta(days=1)).isoformat()


def _person(span: Mapping[str, Any]) -> tuple[str, str]:
    return str(span["person"]).lower(), str(span.get("platform", ""))


def _note(subject: str, counts: tuple[int | None, int, int], reason: str, remedy: str) -> Note:
    expected, seen, skipped = counts
    return Note(
        subject=subject,
        expected=expected,
        seen=seen,
        skipped=skipped,
        reason=reason,
        remedy=remedy,
    )


def _listed(said: Sequence[str], between: str = "; ") -> str:
    more = len(said) - _MOST
    return between.join([*said[:_MOST], *([f"and {more} more"] if more > 0 else [])])
