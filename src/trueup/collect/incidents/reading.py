"""From records of incidents to rows: the same course, whoever keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.incidents.rows import Incident, IncidentRows
from trueup.collect.incidents.services import read_services
from trueup.collect.recorded import Gone, Normalised, Reading, Record, Skipped

Tell = Callable[[str, Fields, Rows], Incident | None]
"""Reads the body of a record of some kind; None where it was merged into another incident.

Teams it names are added to the rows. Without what names the incident it raises `Unreadable`.
"""

_CHUNK = 1000


def incident_rows(
    records: Iterable[Record], reading: Reading, lead: str, tell: Tell
) -> Iterator[Normalised]:
    """Yield the rows of incidents, and what was skipped.

    Parameters
    ----------
    lead
        Of every incident's id: ``pagerduty:acme.pagerduty.com``; the key of its record follows.
    """
    rows = Rows()
    services = read_services(reading.connection, reading.settings.services)
    incidents = IncidentRows(services, rows)
    for number, record in enumerate(records, start=1):
        incident_id = f"{lead}:{record.key}"
        if record.body is None:
            yield Gone(table="incident", row_id=incident_id)
            continue
        body = Fields(record.body, reading.now)
        try:
            told = tell(record.kind, body, rows)
            if told is not None:
                incidents.add(told, body)
            else:
                at = record.fetched_at
                yield Gone(table="incident", row_id=incident_id, reason="merged", noticed_at=at)
        except Unreadable as error:
            yield Skipped(kind=record.kind, key=record.key, reason=str(error))
        for fault in dict.fromkeys(body.faults):
            yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
        if number % _CHUNK == 0:
            yield from rows.batches()
    yield from rows.batches()
