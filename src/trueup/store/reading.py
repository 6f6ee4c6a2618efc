"""Reading one generation: columns by Arrow, relational expressions by an engine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc

from trueup.store.filled import Filled, filled
from trueup.store.generations import Snapshot
from trueup.store.manifest import Collected
from trueup.store.rows import table_named
from trueup.store.segments import read_segments, stored_schema

if TYPE_CHECKING:
    import ibis

    from trueup.store.engines.duckdb import DuckDBEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the engine may use.

    Parameters
    ----------
    memory
        E.g. ``"2GB"``; above it the engine spills into the workspace. None: its own default.
    threads
        None: as many as there are cores.
    """

    memory: str | None = None
    threads: int | None = None


class Tables:
    """The canonical tables of one generation, of the targets asked for."""

    def __init__(
        self, folder: Path, snapshot: Snapshot, limits: Limits, targets: frozenset[str] | None
    ) -> None:
        self._folder = folder
        self._manifest = snapshot.manifest if targets is None else snapshot.manifest.only(targets)
        self._snapshot = snapshot
        self._limits = limits
        self._engine: DuckDBEngine | None = None

    def __getitem__(self, name: str) -> ibis.Table:
        """Return a table as an expression; it has no rows when nothing was landed.

        Raises
        ------
        SchemaMismatch
            There is no such table.
        """
        table = table_named(name)
        if self._engine is None:
            from trueup.store.engines.duckdb import DuckDBEngine

            self._engine = DuckDBEngine(self._folder / "scratch", self._limits)
        files = [str(path) for path in self.files(name)]
        return self._engine.table(name, stored_schema(table), files)

    def files(self, name: str | None = None) -> tuple[Path, ...]:
        """Return the Parquet files of a table, or of all; any engine can read them as they are."""
        names = [name] if name else sorted({segment.table for segment in self._manifest.segments})
        segments = [segment for table in names for segment in self._manifest.of_table(table)]
        return tuple(self._folder / "segments" / segment.file for segment in segments)

    def has(self, name: str) -> bool:
        """Say whether the table holds any row.

        Raises
        ------
        SchemaMismatch
            There is no such table.
        """
        table_named(name)
        return bool(self._manifest.of_table(name))

    def arrow(self, name: str, columns: list[str] | None = None) -> pa.Table:
        """Return the rows of a table without starting an engine; repeating text in dictionaries.

        Raises
        ------
        SchemaMismatch
            There is no such table.
        """
        segments = self._manifest.of_table(name)
        return read_segments(self._folder / "segments", table_named(name), segments, columns)

    def repositories(self) -> tuple[str, ...]:
        """Return the id of every repository, in order."""
        ids = pc.unique(self.arrow("repository", ["repository_id"])["repository_id"])
        return tuple(sorted(ids.to_pylist()))

    def collected(self) -> tuple[Collected, ...]:
        """Return what every source landed of every target, and when."""
        return self._manifest.collected()

    def filled(self) -> tuple[Filled, ...]:
        """Return which columns hold anything, by source and table."""
        return filled(self._folder / "segments", self._manifest.segments)

    @property
    def digest(self) -> str:
        """Digest of every row of this generation."""
        return self._manifest.digest()

    @property
    def generation(self) -> int:
        """Number of this generation."""
        return self._manifest.generation

    def close(self) -> None:
        """Let go of the engine and of the generation."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
        self._snapshot.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
