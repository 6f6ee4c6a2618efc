"""From records of reports to rows: the same course, whoever reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Normalised, Reading, Record, Skipped

Tell = Callable[[Counts, Record], None]
"""Adds the rows of one record; without what names it, it raises `Unreadable`."""

_CHUNK = 1000


def report_rows(
    records: Iterable[Record],
    reading: Reading,
    rows: Rows,
    people: People,
    tell: Mapping[str, Tell],
) -> Iterator[Normalised]:
    """Yield the rows of reports, and what was skipped; accounts come last, each once.

    Parameters
    ----------
    tell
        By kind of record.
    """
    for number, record in enumerate(records, start=1):
        if record.body is None:
            continue
        body = Counts(record.body, reading.now)
        try:
            if record.kind not in tell:
                raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
            tell[record.kind](body, record)
        except Unreadable as error:
            yield Skipped(kind=record.kind, key=record.key, reason=str(error))
        for fault in dict.fromkeys(body.faults):
            yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
        if number % _CHUNK == 0:
            yield from rows.batches()
    people.rows(rows)
    yield from rows.batches()
