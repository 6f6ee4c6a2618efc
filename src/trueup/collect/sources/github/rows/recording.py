"""Records of one target on their way into rows, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.collect.attribution import load_rules
from trueup.collect.connector import Batch
from trueup.collect.fields import Unreadable
from trueup.collect.forge.fields import Fields
from trueup.collect.forge.options import read_options
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading, Record
from trueup.collect.sources.github.address import address_of
from trueup.collect.sources.github.rows.actors import Actors
from trueup.collect.sources.github.rows.changes import ChangeRows
from trueup.collect.sources.github.rows.delivery import DeliveryRows
from trueup.collect.sources.github.rows.organisation import add_repository, add_team
from trueup.collect.sources.github.rows.work_items import WorkItemRows

_TABLES = {
    "repository": "repository",
    "change": "change",
    "issue": "work_item",
    "run": "pipeline_run",
    "deployment": "deployment",
    "release": "release",
    "team": "team",
}


class Recording:
    """Writes records of one target into rows."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._address = address_of(reading.connection)
        self._services = reading.settings.services
        options = read_options(reading.connection)
        rules = load_rules(reading.settings.attribution.rules)
        self._rows = Rows()
        self._actors = Actors(reading, self._address, rules)
        target_id = reading.target_id
        self._changes = ChangeRows(
            repository_id=target_id, rules=rules, actors=self._actors, rows=self._rows
        )
        self._work_items = WorkItemRows(
            target_id, options, self._services, self._actors, self._rows
        )
        self._delivery = DeliveryRows(target_id, self._address, options, self._services, self._rows)

    def add(self, kind: str, body: Fields) -> None:
        """Add all rows of a record.

        Raises
        ------
        Unreadable
            It cannot be named, or nobody knows its kind.
        """
        match kind:
            case "change":
                self._changes.add(body)
            case "issue":
                self._work_items.add(body)
            case "run":
                self._delivery.add_run(body)
            case "deployment":
                self._delivery.add_deployment(body)
            case "release":
                self._delivery.add_release(body)
            case "team":
                add_team(body, self._address, self._reading.target, self._actors, self._rows)
            case "repository":
                repository_id = self._reading.target_id
                add_repository(body, repository_id, self._address, self._services, self._rows)
            case _:
                raise Unreadable("its kind is not known")

    def add_accounts(self) -> None:
        """Add every account met so far."""
        self._actors.rows(self._rows)

    def batches(self) -> Iterator[Batch]:
        """Yield what was added since the last time."""
        return self._rows.batches()

    def table(self, kind: str) -> str:
        """Return the table whose rows a record of this kind is."""
        return _TABLES.get(kind, kind)

    def row_id(self, record: Record) -> str:
        """Return what names the row of a record."""
        target_id, key = self._reading.target_id, record.key
        match record.kind:
            case "change":
                return f"{target_id}#{key}"
            case "issue":
                return f"{target_id}/issues/{key}"
            case "release":
                return f"{target_id}:{key}"
            case "run" | "deployment":
                return f"github:{self._address.host}:{key}"
            case "team":
                return f"github:{self._address.host}/{self._reading.target}/{key}"
            case _:
                return target_id
