"""The contract every source keeps: what it may see, what it must yield.

A connector turns one target (a repository, an organisation, an account) into Arrow rows
of the canonical tables. It never sees the warehouse: it is handed its own last cursor and
yields batches; the store lands them all or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa

from trueup.config import Settings


class Identify(Protocol):
    """Turns a clear identity into a pseudonym; the clear one stays in identity.db."""

    def __call__(self, platform: str, native_id: str, name: str) -> str:
        """Return the stable account id of `native_id` (an address or login) on `platform`."""
        ...


class Progress(Protocol):
    """Told how far a long stage is."""

    def stage(self, name: str, total: int | None) -> None:
        """A stage begins; `total` is its number of steps, None if unknown."""
        ...

    def advance(self, steps: int) -> None:
        """So many further steps are done."""
        ...

    def tell(self, fact: str) -> None:
        """Something worth knowing is known long before the end."""
        ...


class Silent:
    """A `Progress` that says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignore the stage."""

    def advance(self, steps: int) -> None:
        """Ignore the steps."""

    def tell(self, fact: str) -> None:
        """Ignore the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """What an earlier collection of the same target left for this one.

    Parameters
    ----------
    cursor
        The connector's own words, as its last `Cursor` batch said them.
    tables
        Reads back a canonical table of this target: ``tables("line_span") -> pa.Table``.
    """

    cursor: str
    tables: ReadTable


class ReadTable(Protocol):
    """Reads back what earlier collections of one target landed in a table."""

    def __call__(self, table: str, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of this target, all columns or the named ones."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one canonical table."""

    table: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Reset:
    """What was landed of this target before no longer holds (history was rewritten): drop it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where this collection ended, in the connector's own words; handed back next time."""

    value: str


Landed = Batch | Reset | Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One collection of one target."""

    target: str
    target_id: str
    settings: Settings
    identify: Identify
    progress: Progress
    now: int  # epoch microseconds UTC
    previous: Previous | None


class Connector(Protocol):
    """A source of records."""

    @property
    def name(self) -> str:
        """Identifier of the source, e.g. ``git``."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """Canonical tables it can fill."""
        ...

    def targets(self, location: str) -> list[tuple[str, str]]:
        """Return (target, target_id) of everything to be read at `location`.

        Raises
        ------
        SourceUnavailable
            Nothing of this kind is there.
        """
        ...

    def collect(self, request: Request) -> Iterator[Landed]:
        """Read one target from where the last collection ended.

        Raises
        ------
        SourceIncomplete
            The source stopped before its end; nothing of this collection may be kept.
        """
        ...
