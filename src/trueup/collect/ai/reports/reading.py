"""From records of reports to rows: the same course, whoever reports."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Gone, Normalised, Reading, Record, Skipped

OWNERS: Mapping[str, str] = {
    "ai_request": "request_id",
    "ai_activity": "report_id",
    "ai_lines": "report_id",
    "ai_spend": "spend_id",
    "ai_seat": "seat_id",
    "account": "account_id",
}
"""What sources of reports fill, and the column that holds the name of the record."""

Tell = Callable[[str, Counts], None]
"""Adds the rows of one record, given their name; without what it needs it raises `Unreadable`."""

Owned = tuple[str, str]
"""A table, and what follows the name of a record in the name its rows are owned by."""

_CHUNK = 1000


def owners(*tables: str) -> dict[str, str]:
    """Return what a source that fills these tables, and accounts, owns rows by."""
    return {table: OWNERS[table] for table in (*tables, "account")}


def report_rows(
    records: Iterable[Record],
    reading: Reading,
    rows: Rows,
    people: People,
    tell: Mapping[str, Tell],
    swept: Mapping[str, Sequence[Owned]] | None = None,
) -> Iterator[Normalised]:
    """Yield the rows of reports, and what was skipped; accounts come last, each once.

    Keys of records name people; ids of rows do not: a digest under a key that only identity.db
    holds stands in their place.

    Parameters
    ----------
    rows
        What `tell` adds to.
    tell
        By kind of record.
    swept
        Of kinds that may be gone, what their rows are named by.
    """
    secret = reading.identify("ids of rows", reading.target_id, "").encode()[:64]
    for number, record in enumerate(records, start=1):
        row_id = f"{reading.target_id}:{_digest(record, secret)}"
        if record.body is None:
            for table, ending in (swept or {}).get(record.kind, ()):
                yield Gone(table=table, row_id=row_id + ending)
            continue
        body = Counts(record.body, reading.now)
        try:
            if record.kind not in tell:
                raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
            tell[record.kind](row_id, body)
        except Unreadable as error:
            yield Skipped(kind=record.kind, key=record.key, reason=str(error))
        for fault in dict.fromkeys(body.faults):
            yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
        if number % _CHUNK == 0:
            yield from rows.batches()
    people.rows(rows)
    yield from rows.batches()


def _digest(record: Record, secret: bytes) -> str:
    name = f"{record.kind}\0{record.key}".encode("utf-8", "replace")
    return hashlib.blake2b(name, key=secret, digest_size=12).hexdigest()
