"""A workspace asked the way a user does: payloads are collected, linked, and then measured."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trueup.collect.connector import Connector, Silent
from trueup.collect.recorded import RecordedSource
from trueup.collect.running.connector import Manner, RecordedConnector, address_of
from trueup.collect.running.landing import land
from trueup.collect.sources.events.source import SOURCE as EVENTS
from trueup.collect.sources.git.connector import GitConnector
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection, Settings
from trueup.measure.catalogue import find_metric
from trueup.measure.metric import Tables
from trueup.measure.plan import measure
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.store.identity import Vault
from trueup.store.raw.archive import Archives
from trueup.store.warehouse import Warehouse
from trueup.testing.scripted import Answering, Scripted, scripted_web
from trueup.workspace import Workspace

NOW = 1_790_000_000_000_000  # 2026-09-21T14:13:20Z
HOUR, DAY = 3600.0, 86_400.0
HALF = (("quantile", "0.5"),)
Row = dict[str, Any]


class Office:
    """One workspace below `folder`, and what is connected to it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.settings = Settings()
        self.place = folder / ".trueup"
        self.links = True
        self._until = ExitStack()
        self._tables: Tables | None = None
        self.begin()
        monkeypatch.setenv("OFFICE_TOKEN", "a token")

    def begin(self) -> None:
        """Open the workspace, or make it anew where there is none."""
        self.close()
        self.warehouse = Warehouse.open(self.place)

    def set(self, **settings: Any) -> None:
        """Say something in trueup.toml."""
        self.settings = replace(self.settings, **settings)

    def collect(
        self,
        source: RecordedSource,
        connection: Connection,
        answering: Answering | None = None,
        **manner: bool,
    ) -> Scripted:
        """Collect all a connection names, then link as far as `links`; return what was asked."""
        connection = replace(connection, token="env:OFFICE_TOKEN" if answering else "")
        archives = Archives(self.place, source.name, address_of(source, connection))
        carrier = Scripted(answering or _nobody)
        with _asking(source, connection, carrier if answering else None) as web:
            how = Manner(**manner)
            connector = RecordedConnector(source, connection, archives, web, how)
            for target in connector.targets():
                self._land(connector, target)
        if self.links:
            self.link()
        return carrier

    def files(self, **said: str) -> None:
        """Collect files of events: ``deployments="id,service\\n..."`` becomes deployments.csv."""
        events = self.folder / "events"
        events.mkdir(exist_ok=True)
        for name, text in said.items():
            (events / f"{name}.csv").write_text(text, encoding="utf-8")
        self.collect(EVENTS, Connection(source="events", targets=(str(events),)))

    def clone(self, folder: Path) -> None:
        """Collect a git repository."""
        connector = GitConnector()
        for target in connector.targets(str(folder)):
            self._land(connector, target)
        self.link()

    def close(self) -> None:
        """Let go of what is being read."""
        self._tables = None
        self._until.close()

    def link(self) -> None:
        """Unite what was landed."""
        self.close()
        Workspace(self.place, self.settings).link()

    def rows(self, table: str, **where: Any) -> list[Row]:
        """Return the rows readers see that have these values."""
        with self.warehouse.tables() as tables:
            found: list[Row] = tables.arrow(table).to_pylist()
        return [row for row in found if all(row[name] == value for name, value in where.items())]

    def ask(self, metric: str, **asked: Any) -> dict[tuple[tuple[str, str], ...], Finding]:
        """Measure."""
        if self._tables is None:
            self._tables = self._until.enter_context(self.warehouse.tables())
        zone = self.settings.workspace.timezone
        findings = measure(find_metric(metric), self._tables, timezone=zone, **asked)
        return {finding.group: finding for finding in findings}

    def measured(self, metric: str, *group: tuple[str, str], **asked: Any) -> Measurement:
        """Return the measurement of one group."""
        found = self.ask(metric, **asked)[tuple(sorted(group))]
        assert isinstance(found, Measurement), found
        return found

    def value(self, metric: str, *group: tuple[str, str], **asked: Any) -> float:
        """Return the value of one group."""
        return self.measured(metric, *group, **asked).value

    def abstention(self, metric: str) -> Abstention:
        """Return why nothing is said."""
        (found,) = self.ask(metric).values()
        assert isinstance(found, Abstention), found
        return found

    def _land(self, connector: Connector, target: tuple[str, str]) -> None:
        with (
            Vault.open(self.place) as vault,
            self.warehouse.collection(connector.name, target[1], now=NOW, vault=vault) as into,
        ):
            land(
                connector,
                target,
                into,
                settings=self.settings,
                identify=vault.identify,
                progress=Silent(),
                now=NOW,
            )


@contextmanager
def _asking(
    source: RecordedSource, connection: Connection, carrier: Scripted | None
) -> Iterator[HttpWeb | None]:
    if carrier is None or source.server is None:
        yield None
        return
    with closing(scripted_web(connection, source.server, carrier)) as web:
        yield web


def _nobody(_: object) -> Any:
    raise AssertionError("nobody was to be asked")
