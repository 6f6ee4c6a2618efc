"""Plain files as a source: read whole when they changed, each thing they tell of a record."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Gone,
    Normalised,
    Note,
    Page,
    Reading,
    Record,
    Server,
    Skipped,
    Sweep,
    Visit,
    Web,
)
from trueup.collect.sources.events.files.finding import contents, targets
from trueup.collect.sources.events.files.gathering import gather
from trueup.collect.sources.events.files.reports import Reports
from trueup.collect.sources.events.rows.delivery import DeliveryRows
from trueup.collect.sources.events.rows.labels import LabelRows
from trueup.collect.sources.events.rows.money import MONEY, MoneyRows
from trueup.collect.sources.events.rows.naming import event_id, kind_id, team_id_of
from trueup.collect.sources.events.rows.organisation import OrganisationRows
from trueup.collect.sources.events.rows.outages import OutageRows
from trueup.collect.sources.events.rows.surveys import SURVEY_TABLES, SurveyRows
from trueup.collect.sources.events.settings import OPTIONS, Options, read_options
from trueup.config import Connection

_STREAM = "files"
_PAGE = 500
_READER = 3
"""Raised when files are understood in another way: all of them are then read again."""
_STANDING = ("person", "team", "service", "policy_event", "survey")
"""Kinds a file lists whole: what is no longer in it is gone."""
_HAPPENED = ("deployment", "incident", "pipeline_run", "ai_session_label", "ai_outage", *MONEY)
"""Kinds of which a file may hold the last weeks only: gone when all is listed on purpose."""


@dataclass(frozen=True, slots=True)
class Events:
    """Files of deployments, incidents, runs, people, teams, services, policies, money and more."""

    name: ClassVar[str] = "events"
    version: ClassVar[int] = 1
    server: ClassVar[Server | None] = None
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = {
        "deployment": "deployment_id",
        "incident": "incident_id",
        "incident_link": "incident_id",
        "pipeline_run": "run_id",
        "policy_event": "policy_event_id",
        "ai_spend": "spend_id",
        "ai_seat": "seat_id",
        "ai_outage": "outage_id",
        "ai_session_label": "label_id",
        "account": "person_id",
        "team": "team_id",
        "membership": "team_id",
        "service": "service_id",
        **dict.fromkeys(SURVEY_TABLES, "survey_id"),
    }

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return every file or folder the connection names."""
        del web
        return targets(connection)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what the files say, where any of them changed."""
        options = read_options(visit.connection)
        found = contents(visit.target)
        digest = json.dumps([_READER, _said(options), [(one.name, one.digest()) for one in found]])
        state = json.loads(visit.checkpoint(_STREAM) or "{}")
        reports = Reports(visit.target)
        is_same = state.get("digest") == digest and reports.are_as(state["reports"])
        if is_same and not visit.is_reconciling:
            yield from (Note(**note) for note in state["notes"])
            return
        gathered = gather(found, options, visit.now)
        gathered.notes += reports.count(gathered.bodies)
        visit.progress.stage(_STREAM, len(gathered.bodies))
        for chunk in _chunks(gathered.bodies):
            yield Page(stream=_STREAM, records=chunk, checkpoint="{}")
        if gathered.is_whole:
            for kind in (*_STANDING, *(_HAPPENED if visit.is_reconciling else ())):
                there = frozenset(key for one, key in gathered.named if one == kind)
                yield Sweep(kind=kind, keys=there)
        notes = [asdict(note) for note in gathered.notes]
        state = {"digest": digest, "notes": notes, "reports": reports.seen}
        yield Page(stream=_STREAM, records=(), checkpoint=json.dumps(state))
        yield from gathered.notes

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows."""
        rows = Rows()
        add = _adders(reading, rows)
        for number, record in enumerate(records, start=1):
            if record.body is None:
                yield _gone(record, reading)
                continue
            body = Fields(record.body, reading.now)
            try:
                if record.kind not in add:
                    raise Unreadable("its kind is not known")  # noqa: TRY301 - one way to skip
                add[record.kind](body, record.key)
            except Unreadable as error:
                yield Skipped(kind=record.kind, key=record.key, reason=str(error))
            for fault in dict.fromkeys(body.faults):
                yield Skipped(kind=record.kind, key=record.key, reason=fault, is_whole=False)
            if number % 1000 == 0:
                yield from rows.batches()
        yield from rows.batches()


SOURCE = Events()


def _adders(reading: Reading, rows: Rows) -> dict[str, Callable[[Fields, str], None]]:
    zone = read_options(reading.connection).zone or ZoneInfo(reading.settings.workspace.timezone)
    delivery = DeliveryRows(reading.settings.services, zone, rows)
    organisation = OrganisationRows(reading, zone, rows)
    money = MoneyRows(reading, zone, rows)
    return {
        "deployment": lambda body, _: delivery.add_deployment(body),
        "incident": lambda body, _: delivery.add_incident(body),
        "pipeline_run": lambda body, _: delivery.add_run(body),
        "policy_event": lambda body, _: delivery.add_policy(body),
        "ai_spend": lambda body, _: money.add_spend(body),
        "ai_seat": lambda body, _: money.add_seat(body),
        "ai_outage": lambda body, _: OutageRows(rows).add(body),
        "ai_session_label": LabelRows(rows).add,
        "person": lambda body, _: organisation.add_person(body),
        "team": organisation.add_team,
        "service": organisation.add_service,
        "survey": SurveyRows(reading, zone, rows).add,
    }


def _gone(record: Record, reading: Reading) -> Gone:
    if record.kind == "person":
        return Gone(table="account", row_id=reading.identify("email", record.key, ""))
    if record.kind == "team":
        return Gone(table="team", row_id=team_id_of(record.key) or "")
    if record.kind == "service":
        return Gone(table="service", row_id=record.key)
    if record.kind == "survey":
        return Gone(table="survey_response", row_id=kind_id(record.kind, record.key))
    if record.kind in (*MONEY, "ai_session_label", "ai_outage"):
        return Gone(table=record.kind, row_id=kind_id(record.kind, record.key))
    return Gone(table=record.kind, row_id=event_id(record.key))


def _chunks(bodies: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[tuple[Record, ...]]:
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in bodies.items()]
    for start in range(0, len(records), _PAGE):
        yield tuple(records[start : start + _PAGE])


def _said(options: Options) -> list[object]:
    return [sorted(options.kinds.items()), str(options.zone)]
