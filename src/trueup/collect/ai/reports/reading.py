"""From records of reports to rows: the same course, whoever reports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Gone, Normalised, Reading, Record, Skipped

Tell = Callable[[Counts, Record], None]
"""Adds the rows of one record; without what names it, it raises `Unreadable`."""

Owned = tuple[str, str]
"""A table, and what follows `own_id` in the name its rows are owned by."""

_CHUNK = 1000


def own_id(reading: Reading, record: Record) -> str:
    """Return what names a record among all records of all targets: of its rows, too.

    Keys of records name people; ids of rows do not: a digest under a key that only identity.db
    holds stands in their place.
    """
    key = reading.identify("ids of rows", reading.target_id, "").encode()[:64]
    name = f"{record.kind}\0{record.key}".encode("utf-8", "replace")
    digest = hashlib.blake2b(name, key=key, digest_size=12).hexdigest()
    return f"{reading.target_id}:{digest}"


def report_rows(
    records: Iterable[Record],
    reading: Reading,
    rows: Rows,
    people: People,
    tell: Mapping[str, Tell],
    swept: Mapping[str, Sequence[Owned]] | None = None,
) -> Iterator[Normalised]:
    """Yield the rows of reports, and what was skipped; accounts come last, each once.

    Parameters
    ----------
    tell
        By kind of record.
    swept
        Of kinds that may be gone, what their rows are named by.
    """
    for number, record in enumerate(records, start=1):
        if record.body is None:
            for table, ending in (swept or {}).get(record.kind, ()):
                yield Gone(table=table, row_id=own_id(reading, record) + ending)
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
