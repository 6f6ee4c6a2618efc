"""A source behind an interface, run as a connector: fetch, keep, read what changed, land."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from trueup.collect.connector import Batch, Cursor, Landed, Request, Reset
from trueup.collect.recorded import Reading, RecordedSource, Web
from trueup.collect.running.archive import Archive, Archives
from trueup.collect.running.coverage import coverage
from trueup.collect.running.merging import merged
from trueup.collect.running.reading import OWNED, read
from trueup.collect.running.visiting import TargetVisit
from trueup.collect.web.app_token import OPTIONS as APP_OPTIONS
from trueup.collect.web.nowhere import NoWeb
from trueup.collect.web.seen import Seen
from trueup.config import Connection
from trueup.errors import ConfigError, SourceUnavailable, try_one_of

if TYPE_CHECKING:
    from trueup.collect.web.client import HttpWeb

_DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How connections are to be collected.

    Parameters
    ----------
    is_offline
        Nothing is fetched: rows are made anew of what was kept.
    is_reconciling
        Everything is listed at the source, so that what is gone there is noticed.
    """

    is_offline: bool = False
    is_reconciling: bool = False


class RecordedConnector:
    """Collects through one connection.

    Parameters
    ----------
    web
        Asks the server; None where there is none to ask, or nothing is to be fetched.

    Raises
    ------
    ConfigError
        The connection holds an option the source does not know.
    """

    def __init__(
        self,
        source: RecordedSource,
        connection: Connection,
        archives: Archives,
        web: HttpWeb | None,
        manner: Manner | None = None,
    ) -> None:
        check_options(source, connection)
        self.name = source.name
        self.tables = (*source.owners, *OWNED, "coverage")
        self._source = source
        self._connection = connection
        self._archives = archives
        self._web = web
        self._manner = manner or Manner()

    def targets(self, location: str = "") -> list[tuple[str, str]]:
        """Return (target, target_id) of all the connection names, or of one of its targets.

        Raises
        ------
        SourceUnavailable
            There is nothing of this name, or nothing was kept of it.
        """
        if self._manner.is_offline:
            return self._kept_targets()
        named = (location,) if location else self._connection.targets
        return self._source.targets(replace(self._connection, targets=named), self._asked())

    def collect(self, request: Request) -> Iterator[Landed]:
        """Fetch one target from where the last visit ended, and read what changed."""
        with closing(self._archives.open(request.target, request.target_id)) as archive:
            then = _parsed(request.previous.cursor) if request.previous else None
            self._drop_old(archive, request, then)
            if not self._manner.is_offline:
                self._fetch(archive, request)
            yield from self._read(archive, request, then)

    def _fetch(self, archive: Archive, request: Request) -> None:
        seen = Seen(earlier={} if self._manner.is_reconciling else archive.versions())
        if self._web is not None:
            self._web.seen = seen
        visit = TargetVisit(
            target=request.target,
            target_id=request.target_id,
            connection=self._connection,
            web=self._asked(),
            now=request.now,
            progress=request.progress,
            is_reconciling=self._manner.is_reconciling,
            archive=archive,
        )
        archive.end_visit(seen.now, visit.fetch(self._source))

    def _read(
        self, archive: Archive, request: Request, then: Mapping[str, Any] | None
    ) -> Iterator[Landed]:
        end = archive.last_sequence()
        why = self._why_whole(archive, then, end)
        since = 0 if why or then is None else int(then["sequence"])
        earlier = request.previous.tables if request.previous else None
        if why and earlier is not None and not archive.has_dropped_bodies():
            yield Reset(why)
            earlier = None
        reading = Reading(
            target=request.target,
            target_id=request.target_id,
            connection=self._connection,
            settings=request.settings,
            identify=request.identify,
            now=request.now,
        )
        found = read(self._source, archive, since, reading, request.progress)
        archive.ledger.count_skips(found.names, found.skips)
        owners = {**self._source.owners, **OWNED}
        batches, contradicting = merged(found.fresh(self._source), owners, earlier)
        yield from batches
        yield Batch(
            "coverage", coverage(archive.ledger, self.name, request.target_id, contradicting)
        )
        yield Cursor(self._cursor(archive, end))

    def _why_whole(self, archive: Archive, then: Mapping[str, Any] | None, end: int) -> str:
        """Say why every record must be read again; empty when only the new ones must."""
        if then is None:
            return "it was never read through its records"
        if then.get("archive") != archive.about.identity or then.get("sequence", 0) > end:
            return "its raw records were begun anew"
        if then.get("version") != self._source.version:
            return f"{self.name} reads records in another way now"
        return ""

    def _cursor(self, archive: Archive, end: int) -> str:
        return json.dumps(
            {
                "archive": archive.about.identity,
                "sequence": end,
                "version": self._source.version,
            }
        )

    def _drop_old(self, archive: Archive, request: Request, then: Mapping[str, Any] | None) -> None:
        """Drop raw bodies past their time, but none that is yet to be read."""
        days = request.settings.raw.retention_days
        if not days or then is None or self._why_whole(archive, then, archive.last_sequence()):
            return
        archive.drop_bodies(
            before=request.now - days * _DAY_MICROSECONDS, up_to=int(then["sequence"])
        )

    def _kept_targets(self) -> list[tuple[str, str]]:
        address = address_of(self._source, self._connection)
        found = [
            (about.target, about.target_id)
            for about in self._archives.there()
            if about.address == address
        ]
        if not found:
            raise SourceUnavailable(
                f"Nothing was kept yet of the connection to {self.name}.",
                hint="Collect once without --offline.",
            )
        return found

    def _asked(self) -> Web:
        return self._web if self._web is not None else NoWeb(self.name)


def address_of(source: RecordedSource, connection: Connection) -> str:
    """Return the address of the server a connection leads to; empty where there is none."""
    return (connection.url or (source.server.address if source.server else "")).rstrip("/")


def check_options(source: RecordedSource, connection: Connection) -> None:
    """Refuse an option the source does not know.

    Raises
    ------
    ConfigError
        There is one; the message names it.
    """
    known = {**source.options, **(APP_OPTIONS if source.server else {})}
    for option in connection.options:
        if option not in known:
            raise ConfigError(
                f"The connection to {source.name} has an unknown option {option!r}.",
                hint=try_one_of(known, option) if known else "Leave it out: it knows none.",
            )


def _parsed(cursor: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(cursor)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
