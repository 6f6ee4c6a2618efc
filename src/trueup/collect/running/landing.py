"""From a connector into a collection of the store: batch by batch, all of it or nothing."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from trueup.collect.connector import (
    Batch,
    Connector,
    Cursor,
    Identify,
    Previous,
    Progress,
    ReadTable,
    Request,
    Reset,
)
from trueup.config import Settings


class Earlier(Protocol):
    """What earlier collections left."""

    @property
    def cursor(self) -> str:
        """Where the last one ended."""
        ...

    @property
    def tables(self) -> ReadTable:
        """Reads back what was landed."""
        ...


class Collection(Protocol):
    """Takes what a connector yields."""

    def previous(self) -> Earlier | None:
        """Return what the last collection left; None when it left nothing to go on from."""
        ...

    def land(self, table: str, rows: pa.Table) -> None:
        """Take rows."""
        ...

    def reset(self, reason: str) -> None:
        """Drop everything landed of the target."""
        ...

    def cursor(self, value: str) -> None:
        """Remember where this collection ended."""
        ...


def land(
    connector: Connector,
    target: tuple[str, str],
    collection: Collection,
    *,
    settings: Settings,
    identify: Identify,
    progress: Progress,
    now: int,
) -> None:
    """Collect `target` (as the source calls it, its target_id) into `collection`.

    `now` is in epoch microseconds UTC.
    """
    earlier = collection.previous()
    request = Request(
        target=target[0],
        target_id=target[1],
        settings=settings,
        identify=identify,
        progress=progress,
        now=now,
        previous=None
        if earlier is None
        else Previous(cursor=earlier.cursor, tables=earlier.tables),
    )
    for landed in connector.collect(request):
        match landed:
            case Batch(table, rows):
                collection.land(table, rows)
            case Reset(reason):
                collection.reset(reason)
            case Cursor(value):
                collection.cursor(value)
