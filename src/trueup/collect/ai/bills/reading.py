"""From records of reports to rows: every row carries the name of its record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.ai.reports.people import People
from trueup.collect.fields import Unreadable, clean
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Gone, Normalised, Reading, Record, Skipped, Sweep, Visit

OWNERS: Mapping[str, str] = {
    "ai_request": "request_id",
    "ai_activity": "report_id",
    "ai_lines": "report_id",
    "ai_spend": "spend_id",
    "account": "account_id",
}
"""What sources of reports fill, and the column that holds the name of the record."""

Tell = Callable[[str, Counts, Rows], None]
"""Adds the rows of one record, given their name; without what it needs it raises `Unreadable`."""

_CHUNK = 1000
_LONGEST = 240
_PERSON = "@"


def bill_rows(
    records: Iterable[Record],
    reading: Reading,
    tellers: Mapping[str, tuple[Tell, str]],
    people: People,
    platform: str,
) -> Iterator[Normalised]:
    """Yield the rows of reports, and what was skipped.

    Parameters
    ----------
    tellers
        By kind of record, what reads it, and the table it fills first.
    platform
        Whose ids those in keys are that are no addresses.
    """
    rows = Rows()
    for number, record in enumerate(records, start=1):
        tell, table = tellers.get(record.kind, (_unknown, "ai_request"))
        row_id = f"{reading.target_id}:{record.kind}/{_unnamed(record.key, reading, platform)}"
        if record.body is None:
            yield Gone(table=table, row_id=row_id)
            continue
        body = Counts(record.body, reading.now)
        try:
            tell(row_id, body, rows)
        except Unreadable as error:
            yield Skipped(kind=record.kind, key=record.key, reason=str(error))
        for fault in dict.fromkeys(body.faults):
            yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
        if number % _CHUNK == 0:
            yield from rows.batches()
    people.rows(rows)
    yield from rows.batches()


def key_of(*parts: str) -> str:
    """Return what names a row of a report: its day first, then what it is grouped by.

    >>> key_of("2026-03-02", "claude-opus-4-5", "")
    '2026-03-02|claude-opus-4-5|-'
    """
    key = "|".join(clean(part).replace("|", "/").replace("\0", "") or "-" for part in parts)
    return key if len(key) <= _LONGEST else f"{key[:10]}|{digest(key)}"


def of_person(native: str) -> str:
    """Return the part of a key that names a person: in ids of rows a pseudonym takes its place."""
    return f"{_PERSON}{native.lower()}" if native else ""


def digest(text: str) -> str:
    """Return a short name of what is too long, or too private, to be written out."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def vanished(visit: Visit, kind: str, days: Iterable[str], seen: Iterable[str]) -> Iterator[Sweep]:
    """Yield what says that rows of these days are gone which a report no longer has.

    Parameters
    ----------
    days
        ISO days the report was read for whole; keys begin with theirs.
    """
    known, whole = visit.known(kind), frozenset(days)
    gone = {key for key in known if key[:10] in whole}.difference(seen)
    if gone:
        yield Sweep(kind=kind, keys=known - gone)


def _unnamed(key: str, reading: Reading, platform: str) -> str:
    """Return a key with pseudonyms for persons; rows that are gone are met by it alone."""

    def pseudonym(native: str) -> str:
        return reading.identify("email" if "@" in native else platform, native, "")

    parts = key.split("|")
    return "|".join(pseudonym(part[1:]) if part.startswith(_PERSON) else part for part in parts)


def _unknown(row_id: str, body: Counts, rows: Rows) -> None:
    del row_id, body, rows
    raise Unreadable("its kind is not known")
