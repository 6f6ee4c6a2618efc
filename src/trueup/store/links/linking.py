"""Linking a workspace: what sources landed, united target by target, and only where it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from trueup.config import Settings
from trueup.store.identity import Vault
from trueup.store.links.ai.uniting import has_use, tie_sessions
from trueup.store.links.counted import PART, coverage_table
from trueup.store.links.identity.journal import Journal
from trueup.store.links.organisation import Facts, link_organisation
from trueup.store.links.records import ORGANISATION, Records
from trueup.store.links.target import INPUTS, link_target
from trueup.store.manifest import LINKS, Manifest
from trueup.store.prices.book import edition
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

VERSION = 3
"""Raised when linking changes: everything is then linked again."""
ALONE = frozenset(("git", "experiment"))
"""Sources whose records, when there are no others, need no uniting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What one linking did.

    Parameters
    ----------
    targets
        Whose rows were united anew.
    unchanged
        How many others had nothing new.
    """

    targets: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Rows to land for one target.

    Parameters
    ----------
    tables
        By name; a table without rows says that there are none any more.
    coverage
        Further rows of `coverage`.
    stage_coverage
        What the stages of changes left out; None where stages are those git's collection made.
    """

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    coverage: tuple[Mapping[str, object], ...] = ()
    stage_coverage: pa.Table | None = None


def link(
    warehouse: Warehouse,
    vault: Vault,
    settings: Settings,
    *,
    now: int,
    limits: Limits | None = None,
    stage: Callable[[str, int | None], None] | None = None,
) -> Linked:
    """Unite what all sources landed; readers then see united rows in place of those.

    Where git is the only source and the operator decided nothing, nothing is landed. A target of
    which nothing changed since it was linked last is left as it is.

    Parameters
    ----------
    now
        Epoch microseconds UTC.
    limits
        Memory and threads the engine may use.
    stage
        Told that linking begins, when there is anything to link.

    Raises
    ------
    WarehouseBusy
        Another process is writing.
    StoreError
        There is no room for the rows.
    ConfigError
        The table of prices the settings name cannot be read.
    """
    journal = Journal(vault.path)
    with warehouse.writing():
        snapshot = warehouse.snapshot()
        try:
            manifest = snapshot.manifest
            with Records(warehouse.folder, manifest, limits) as records:
                linking = _Linking(warehouse, vault, settings, manifest, now, limits)
                return linking.run(records, journal, stage)
        finally:
            snapshot.close()


class _Linking:
    def __init__(
        self,
        warehouse: Warehouse,
        vault: Vault,
        settings: Settings,
        manifest: Manifest,
        now: int,
        limits: Limits | None,
    ) -> None:
        self._warehouse = warehouse
        self._vault = vault
        self._settings = settings
        self._manifest = manifest
        self._now = now
        self._limits = limits

    def run(
        self,
        records: Records,
        journal: Journal,
        stage: Callable[[str, int | None], None] | None,
    ) -> Linked:
        decisions = journal.standing()
        if not (records.sources() - ALONE or decisions):
            return self._forget(())
        state = _digest(
            VERSION,
            self._settings.services,
            self._settings.links,
            [(d.decision_id, d.kind) for d in decisions],
            [(target, records.digest(target, INPUTS)) for target in records.targets()],
            edition(self._settings) if has_use(records) else "",
        )
        if self._cursor(ORGANISATION) == state:
            return Linked(unchanged=len(records.targets()))
        if stage is not None:
            stage("linking", None)
        records.see(tables=INPUTS)
        facts = link_organisation(
            records, self._vault, journal, self._settings, self._before(), self._now
        )
        done = [target for target in records.targets() if self._one(records, target, facts)]
        forgotten = self._forget(records.targets()).targets
        self._land(ORGANISATION, self._whole(facts), state)
        unchanged = len(records.targets()) - len(done)
        return Linked(targets=(*done, *forgotten), unchanged=unchanged)

    def _whole(self, facts: Facts) -> Product:
        """Return what is landed for the organisation; sessions are tied to changes as united."""
        if not facts.has_use:
            return Product(tables=facts.tables, coverage=facts.coverage)
        snapshot = self._warehouse.snapshot()
        try:
            folder = self._warehouse.folder
            with Records(folder, snapshot.manifest, self._limits, is_united=True) as united:
                tied, left_out = tie_sessions(united)
        finally:
            snapshot.close()
        return Product(tables={**facts.tables, **tied}, coverage=(*facts.coverage, *left_out))

    def _one(self, records: Records, target_id: str, facts: Facts) -> bool:
        records.see(target_id, INPUTS)
        slices = facts.about(records, target_id)
        state = _digest(VERSION, records.digest(target_id, INPUTS), slices)
        if self._cursor(target_id) == state:
            return False
        tables, coverage, stages = link_target(records, target_id, facts)
        if tables or self._has(target_id):
            self._land(
                target_id,
                Product(tables=tables, coverage=tuple(coverage), stage_coverage=stages),
                state,
            )
        return True

    def _land(self, target_id: str, product: Product, state: str) -> None:
        with self._warehouse.collection(
            LINKS, target_id, now=self._now, vault=self._vault
        ) as collection:
            collection.reset("Linked anew.")
            for name, rows in product.tables.items():
                collection.land(name, rows)
            if product.coverage:
                collection.land("coverage", coverage_table(product.coverage), part=PART)
            if product.stage_coverage is not None:
                collection.land("coverage", product.stage_coverage, part="stages")
            collection.cursor(state)

    def _forget(self, kept: tuple[str, ...]) -> Linked:
        """Drop what was linked of targets of which nothing is collected any more."""
        gone = {s.target_id for s in self._manifest.segments if s.is_linked}
        gone -= {*kept, *((ORGANISATION,) if kept else ())}
        for target_id in sorted(gone):
            self._land(target_id, Product(), "")
        return Linked(targets=tuple(sorted(gone)))

    def _before(self) -> pa.Table:
        with self._warehouse.tables(targets=[ORGANISATION]) as tables:
            return tables.arrow("identity_link")

    def _has(self, target_id: str) -> bool:
        return any(s.is_linked and s.target_id == target_id for s in self._manifest.segments)

    def _cursor(self, target_id: str) -> str | None:
        end = self._manifest.end_of(LINKS, target_id)
        return end.cursor if end else None


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
