"""What was seen and what was not, over everything ever kept of a target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from trueup.collect.running.archive import Ledger
from trueup.model.tables import COVERAGE

_REMEDY = "Compare one of them with the source; if it is in order there, report it."


def coverage(
    ledger: Ledger, source: str, target_id: str, contradicting: Mapping[str, int]
) -> pa.Table:
    """Return the coverage rows of a target."""
    rows = [
        {"repository_id": target_id, **row}
        for row in (*_tallied(ledger, source), *_noted(ledger), *_contradicting(contradicting))
    ]
    return pa.Table.from_pylist(rows, schema=COVERAGE.schema)


def _tallied(ledger: Ledger, source: str) -> Iterator[dict[str, object]]:
    for tally in ledger.tallies():
        subject = f"{tally.kind.replace('_', ' ')} records of {source}"
        skipped = sum(tally.skipped.values())
        yield _row(subject, tally.records, tally.records - skipped, tally.skipped)
        if tally.parts_skipped:
            yield _row(f"parts of {subject}", None, 0, tally.parts_skipped)


def _row(
    subject: str, expected: int | None, seen: int, skipped: Mapping[str, int]
) -> dict[str, object]:
    return {
        "subject": subject,
        "expected": expected,
        "seen": seen,
        "skipped": sum(skipped.values()),
        "reason": ", ".join(f"{reason} ({count})" for reason, count in skipped.items()),
        "remedy": _REMEDY if skipped else "",
    }


def _noted(ledger: Ledger) -> Iterator[dict[str, object]]:
    for note in ledger.notes():
        yield {
            "subject": note.subject,
            "expected": note.expected,
            "seen": note.seen,
            "skipped": note.skipped,
            "reason": note.reason,
            "remedy": note.remedy,
        }


def _contradicting(tables: Mapping[str, int]) -> Iterator[dict[str, object]]:
    for table, count in tables.items():
        if table != "account":  # the same account in several records: one of them is enough
            yield _row(f"{table} rows", None, 0, {"another row has their key": count})
