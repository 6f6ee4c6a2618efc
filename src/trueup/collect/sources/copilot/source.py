"""GitHub Copilot as a source: what is read of an organisation, and how it becomes rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trueup.collect.ai.reports.exports import exported, is_place, places
from trueup.collect.ai.reports.paging import unless_refused
from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import owners, report_rows
from trueup.collect.answers import objects
from trueup.collect.gathering import Rows
from trueup.collect.recorded import (
    Fetched,
    Normalised,
    Note,
    Reading,
    Record,
    Scope,
    Server,
    Visit,
    Web,
)
from trueup.collect.sources.copilot.asking.money import Money
from trueup.collect.sources.copilot.asking.reports import Reports
from trueup.collect.sources.copilot.door.before import before_records, is_before
from trueup.collect.sources.copilot.door.money import charge_records, seats
from trueup.collect.sources.copilot.door.usage import usage_records
from trueup.collect.sources.copilot.rows.money import MoneyRows
from trueup.collect.sources.copilot.rows.usage import UsageRows
from trueup.collect.sources.copilot.settings import (
    BEGUN,
    CLOUD,
    OPTIONS,
    host_of,
    read_options,
    scope_of,
)
from trueup.config import Connection

_SWEPT = {
    "user_day": (("ai_lines", ""),),
    "total_day": (("ai_lines", ""),),
    "use": (("ai_spend", ":list"), ("ai_spend", ":overage")),
    "seat_fee": (("ai_spend", ":seat"),),
}
_RIGHTS = "Give the token the rights the page of the source lists."


@dataclass(frozen=True, slots=True)
class Copilot:
    """Reports of use, seats and bills of organisations and enterprises."""

    name: ClassVar[str] = "copilot"
    version: ClassVar[int] = 2
    server: ClassVar[Server | None] = Server(
        address=CLOUD,
        headers={
            "accept": "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
        },
        rights="classic, of an owner: read:org; for an enterprise manage_billing:copilot or "
        "read:enterprise; fine-grained: Organization Copilot metrics, GitHub Copilot Business and "
        "Administration of the organisation, read",
        takes_files=True,
        scopes_header="x-oauth-scopes",
        scopes=(
            Scope(
                name="read:org",
                opens="reports on Copilot, and who has a seat",
                wider=(
                    *("write:org", "admin:org", "manage_billing:copilot", "read:enterprise"),
                    "admin:enterprise",
                ),
            ),
        ),
    )
    options: ClassVar[Mapping[str, str]] = OPTIONS
    owners: ClassVar[Mapping[str, str]] = owners(
        "ai_request", "ai_activity", "ai_lines", "ai_spend", "ai_seat"
    )

    def targets(self, connection: Connection, web: Web) -> list[tuple[str, str]]:
        """Return the files the connection names, and each organisation and enterprise."""
        read_options(connection)
        found = places(connection)
        for target in connection.targets:
            if not is_place(target):
                path = f"{scope_of(target).path}/copilot/metrics/reports/users-28-day/latest"
                web.get(path)
                found.append((target, f"{self.name}:{host_of(connection)}/{target.lower()}"))
        return found

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        """Yield what is new of an organisation or enterprise, or what files tell."""
        options = read_options(visit.connection)
        if is_place(visit.target):
            yield from exported(visit, lambda value: _exported(value, options.level))
            return
        scope, first = scope_of(visit.target), options.first(visit.now)
        reports = Reports(visit=visit, scope=scope, level=options.level, first=first)
        money = Money(visit=visit, scope=scope, first=first)
        for read, subject in (
            (reports.fetch, "reports on Copilot"),
            (money.seats, "seats of Copilot"),
            (money.bills, "bills of Copilot"),
        ):
            yield from unless_refused(read, subject, _RIGHTS)

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        """Turn records into rows."""
        rows, people = Rows(), People(reading)
        usage, money = UsageRows(reading, rows, people), MoneyRows(reading, rows, people)
        tell = {
            "user_day": usage.add_day,
            "total_day": usage.add_day,
            "legacy_day": usage.add_legacy_day,
            "seat": money.add_seat,
            "use": money.add_use,
            "seat_fee": money.add_seat_fee,
        }
        yield from report_rows(records, reading, rows, people, tell, _SWEPT)


SOURCE = Copilot()


def _exported(value: Any, level: str) -> Iterator[Record | Note]:
    """Yield what a saved answer or report tells: of use, of seats, of bills."""
    for one in objects(value) if isinstance(value, list) else objects([value]):
        if is_before(one):
            yield from before_records(one, BEGUN)
        elif "seats" in one:
            listed = seats(one["seats"]).items()
            yield from (Record(kind="seat", key=key, body=body) for key, body in listed)
        elif "usageItems" in one:
            for kind in ("use", "seat_fee"):
                yield from charge_records(one, kind, None, Counter())
        else:
            for record in usage_records(one):
                is_read = (record.kind == "user_day") == (level == "users")
                yield record if is_read else _other_level(record)


def _other_level(record: Record) -> Note:
    is_total = record.kind == "total_day"
    return Note(
        subject="saved reports on Copilot",
        expected=None,
        seen=0,
        skipped=1,
        reason=f"reports {'of all together' if is_total else 'by person'} tell of the same use as "
        f"those {'by person' if is_total else 'of all together'}, and only these are read",
        remedy=f'Set option level = "{"totals" if is_total else "users"}" to read them instead.',
    )
