"""A source on trial: run as every day, in a workspace of its own, against a scripted server."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet as pq

from trueup.collect.connector import Request
from trueup.collect.recorded import Fetched, Page, Reading, Record, RecordedSource, Visit
from trueup.collect.running.connector import Manner, RecordedConnector, address_of
from trueup.collect.running.landing import land
from trueup.collect.web.client import HttpWeb
from trueup.config import Connection, Settings
from trueup.errors import SourceIncomplete
from trueup.store.identity import Vault
from trueup.store.raw.archive import Archives
from trueup.store.warehouse import Warehouse
from trueup.testing.scripted import Answering, Scripted, Unheard, scripted_web

NOW = 1_790_000_000_000_000
TOKEN = "token-canary-8d1f52c6"  # noqa: S105 - it must be found nowhere
CANARY = "canary-text-3b9e77a0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A source, and what it is tried on.

    Parameters
    ----------
    connection
        Its targets exist on the server; for a source that reads files they are names of `files`.
    server
        Makes a fresh server, always the same; None where the source reads files.
    files
        Content by name, for a source that reads files.
    needed
        By kind of record, dotted paths of its body without which a record cannot be read; damage
        anywhere else must not cost the record. ``*`` stands for every place of a list.
    """

    source: RecordedSource
    connection: Connection
    server: Callable[[], Answering] | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    needed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)


class Trial:
    """One workspace in `folder`; `like` shares the pseudonyms of another, and its files."""

    def __init__(self, case: Case, folder: Path, *, like: Trial | None = None) -> None:
        self.case = case
        self.folder = folder / "workspace"
        self.progress = Unheard()
        self.said: list[str] = []
        Warehouse.open(self.folder)
        if like is not None:
            shutil.copy(like.folder / "identity.db", self.folder / "identity.db")
        Vault.open(self.folder)
        self.files: Path = folder / "files" if like is None else like.files
        for name, content in case.files.items() if like is None else ():
            path = self.files / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    @property
    def connection(self) -> Connection:
        """The connection, its token replaced by one that must be found nowhere."""
        connection = self.case.connection
        if self.case.server is None:
            targets = tuple(str(self.files / target) for target in connection.targets)
            return replace(connection, targets=targets)
        return replace(connection, token="env:TRUEUP_TRIAL_TOKEN")  # noqa: S106 - a place

    def collect(
        self,
        *,
        source: RecordedSource | None = None,
        answering: Answering | None = None,
        manner: Manner | None = None,
    ) -> Scripted:
        """Collect every target; return the server with what it was asked."""
        source = source or self.case.source
        carrier = Scripted(answering or self._server())
        with self._heard(), self._asking(source, carrier) as web:
            connector = RecordedConnector(
                source, self.connection, self._archives(source), web, manner
            )
            for target in connector.targets():
                self._land(connector, target)
        return carrier

    def visit(self, answering: Answering) -> None:
        """Fetch every target and read what came, without landing it."""
        source = self.case.source
        with self._heard(), self._asking(source, Scripted(answering)) as web:
            connector = RecordedConnector(source, self.connection, self._archives(source), web)
            for target, target_id in connector.targets():
                request = Request(
                    target=target,
                    target_id=target_id,
                    settings=self.case.settings,
                    identify=lambda platform, native_id, _: f"p_{platform}_{native_id}",
                    progress=self.progress,
                    now=NOW,
                    previous=None,
                )
                for _ in connector.collect(request):
                    pass

    def records(self) -> list[tuple[tuple[str, str], Record]]:
        """Return every record kept, with its target."""
        found = []
        for about in self._archives(self.case.source).there():
            target = (about.target, about.target_id)
            with closing(self._archives(self.case.source).open(*target)) as archive:
                found += [
                    (
                        target,
                        Record(kind=k.kind, key=k.key, body=k.body, fetched_at=k.fetched_at),
                    )
                    for k in archive.since(0)
                ]
        return found

    def reading(self, target: tuple[str, str]) -> Reading:
        """Return what `normalise` may know of a target; pseudonyms are the clear names."""
        return Reading(
            target=target[0],
            target_id=target[1],
            connection=self.connection,
            settings=self.case.settings,
            identify=lambda platform, native_id, _: f"p_{platform}_{native_id}",
            now=NOW,
        )

    def digest(self) -> str:
        """Return a digest of all rows."""
        return Warehouse.open(self.folder).digest()

    def changes_kept(self) -> int:
        """Return how many changes of records were ever kept."""
        found = 0
        for about in self._archives(self.case.source).there():
            with closing(
                self._archives(self.case.source).open(about.target, about.target_id)
            ) as archive:
                found += archive.last_sequence()
        return found

    def forget(self, *names: str) -> None:
        """Remove parts of the workspace, where they are there."""
        for name in names:
            path = self.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def places_of(self, text: str) -> list[str]:
        """Return where in raw records, rows, files, logs and progress a text is to be found."""
        found = [
            f"raw record {record.kind} {record.key}"
            for _, record in self.records()
            if text in json.dumps(record.body, ensure_ascii=False) or text in record.key
        ]
        for path in sorted(self.folder.rglob("*")):
            if path.suffix == ".parquet":
                rows = pq.read_table(path)
                found += [
                    f"column {path.parent.name}.{name}"
                    for name in rows.column_names
                    if text in str(rows.column(name).to_pylist())
                ]
            elif path.is_file() and path.name != "identity.db":
                content = path.read_bytes()
                found += [f"file {path.name}"] if text.encode() in content else []
        heard = [*self.said, *self.progress.told]
        return found + [f"said: {line[:80]}" for line in heard if text in line]

    def _server(self) -> Answering:
        return self.case.server() if self.case.server is not None else _nobody

    def _archives(self, source: RecordedSource) -> Archives:
        return Archives(self.folder, source.name, address_of(source, self.connection))

    @contextmanager
    def _asking(self, source: RecordedSource, carrier: Scripted) -> Iterator[HttpWeb | None]:
        if source.server is None:
            yield None
            return
        os.environ["TRUEUP_TRIAL_TOKEN"] = TOKEN
        try:
            with closing(
                scripted_web(self.connection, source.server, carrier, progress=self.progress)
            ) as web:
                self.said.append(repr(web))
                yield web
        finally:
            del os.environ["TRUEUP_TRIAL_TOKEN"]

    @contextmanager
    def _heard(self) -> Iterator[None]:
        """Hear everything that is logged, and every error."""
        ear, root = _Ear(self.said), logging.getLogger()
        level = root.level
        root.addHandler(ear)
        root.setLevel(logging.DEBUG)
        try:
            yield
        except Exception as error:
            self.said.append(f"{error!r} {error} {error.__cause__!r}")
            raise
        finally:
            root.removeHandler(ear)
            root.setLevel(level)

    def _land(self, connector: RecordedConnector, target: tuple[str, str]) -> None:
        with (
            Vault.open(self.folder) as vault,
            Warehouse.open(self.folder).collection(
                connector.name, target[1], now=NOW, vault=vault
            ) as collection,
        ):
            land(
                connector,
                target,
                collection,
                settings=self.case.settings,
                identify=vault.identify,
                progress=self.progress,
                now=NOW,
            )


class _Ear(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


class _Stopped:
    """A source that stops after so many pages."""

    def __init__(self, source: RecordedSource, pages: int) -> None:
        self._source = source
        self._left = pages
        self.pages = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        for fetched in self._source.fetch(visit):
            if isinstance(fetched, Page):
                if self._left == 0:
                    raise SourceIncomplete("Stopped.", hint="Go on.")
                self._left -= 1
                self.pages += 1
            yield fetched


def stopped_after(source: RecordedSource, pages: int) -> RecordedSource:
    """Return the source, stopping after so many pages; ``.pages`` counts those it gave."""
    return cast("RecordedSource", _Stopped(source, pages))


def _nobody(_: object) -> Any:
    raise AssertionError("a source that reads files has asked a server")
