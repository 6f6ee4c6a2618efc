"""The front door: one method per verb. It delegates and holds no logic of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trueup.collect.connector import Batch, Cursor, Landed, Previous, Progress, Request, Reset
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Settings, read_settings
from trueup.errors import CollectError, ConfigError
from trueup.store.identity import Vault
from trueup.store.place import workspace_folder
from trueup.store.warehouse import Warehouse

if TYPE_CHECKING:
    from trueup.estimate.asking import Ask
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel
    from trueup.estimate.verdict.plan import Adoption, Plan
    from trueup.model.evidence import Finding, Window
    from trueup.report.doctor import Check
    from trueup.simulate.scenario import Scenario
    from trueup.store.collection import Collection

Format = Literal["html", "md", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one collection brought.

    Parameters
    ----------
    repository_ids
        Every repository found at the locations and now in the warehouse.
    failed
        Targets that could not be read, each with its reason; nothing of them was kept.
    """

    repository_ids: tuple[str, ...]
    failed: tuple[tuple[str, CollectError], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWritten:
    """Where the report is, and its answer in a few lines for a terminal."""

    path: Path
    lines: tuple[str, ...]
    collected: Collected


class Silent:
    """A `Progress` that says nothing."""

    def stage(self, name: str, total: int | None) -> None:
        """Ignore the stage."""

    def advance(self, steps: int) -> None:
        """Ignore the steps."""

    def tell(self, fact: str) -> None:
        """Ignore the fact."""


class Workspace:
    """A folder of collected records, and everything that can be asked of them.

    Parameters
    ----------
    folder
        The workspace folder; made when missing.
    settings
        What trueup.toml says.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._warehouse = Warehouse.open(folder)

    @classmethod
    def open(cls, folder: Path | None = None, *, studied: Sequence[Path] = ()) -> Workspace:
        """Open the named workspace, or the one that belongs to the current folder.

        Settings are read from ``trueup.toml`` beside the workspace folder.

        Raises
        ------
        ConfigError
            trueup.toml cannot be used as it is.
        SchemaMismatch
            The workspace was written by another version of trueup.
        """
        here = Path.cwd()
        settings = read_settings((folder.parent if folder else here) / "trueup.toml")
        place = workspace_folder(folder, here, studied, settings.workspace.folder)
        return cls(place, settings)

    def collect(self, locations: Sequence[Path], progress: Progress | None = None) -> Collected:
        """Read every repository at `locations` from where the last collection ended.

        What cannot be read is named in the result; the rest is collected all the same.

        Raises
        ------
        CollectError
            None of it could be read: the first reason.
        WarehouseBusy
            Another process is collecting into this workspace.
        """
        connector = GitConnector()
        done: list[str] = []
        failed: list[tuple[str, CollectError]] = []
        targets: list[tuple[str, str]] = []
        for place in map(str, locations):
            with _noting(place, failed):
                targets += connector.targets(place)
        for target, target_id in dict.fromkeys(targets):
            with _noting(target, failed):
                self._collect_one(connector, target, target_id, progress or Silent())
                done.append(target_id)
        if failed and not done:
            raise failed[0][1]
        return Collected(repository_ids=tuple(dict.fromkeys(done)), failed=tuple(failed))

    def _collect_one(
        self, connector: GitConnector, target: str, target_id: str, progress: Progress
    ) -> None:
        now = time.time_ns() // 1000
        with (
            Vault.open(self.folder) as vault,
            self._warehouse.collection(
                connector.name, target_id, now=now, vault=vault
            ) as collection,
        ):
            request = Request(
                target=target,
                target_id=target_id,
                settings=self.settings,
                identify=vault.identify,
                progress=progress,
                now=now,
                previous=_previous(collection),
            )
            for landed in connector.collect(request):
                _land(collection, landed)

    def measure(
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        every: Literal["week", "month", "quarter"] | None = None,
        window: Window | None = None,
    ) -> list[Finding]:
        """Answer one metric, at any grain.

        Raises
        ------
        UnknownMetric
            No metric is called `name`.
        PersonIsNotAUnit
            `by` names persons.
        """
        from trueup.measure.catalogue import find_metric
        from trueup.measure.plan import measure

        with self._warehouse.tables() as tables:
            return measure(
                find_metric(name),
                tables,
                by=tuple(by),
                every=every,
                window=window,
                k=self.settings.privacy.delivery_k,
                timezone=self.settings.workspace.timezone,
            )

    def report(
        self,
        locations: Sequence[Path],
        form: Format,
        output: Path,
        progress: Progress | None = None,
        *,
        window: Window | None = None,
    ) -> ReportWritten:
        """Collect what is reachable at `locations`, measure it, write the report on it.

        Raises
        ------
        CollectError
            Nothing at the locations could be read.
        ReportError
            The report cannot be written to `output`.
        """
        from trueup.measure.repository import measure_repository
        from trueup.report.edition import edit, write

        progress = progress or Silent()
        collected = self.collect(locations, progress)
        with self._warehouse.tables(targets=collected.repository_ids) as tables:
            measured = measure_repository(tables, self.settings, window=window, progress=progress)
            report = edit(measured, tables, locations=locations, ran_at=time.time_ns() // 1000)
        progress.stage("writing", None)
        lines = write(report, form, output)
        return ReportWritten(path=output, lines=lines, collected=collected)

    def panel(
        self,
        asked: Ask | Plan | None = None,
        *,
        unit: str | None = None,
        grain: Literal["week", "month"] = "month",
    ) -> tuple[Panel, Plan]:
        """Return units by month as collected, and the plan a question amounts to on them.

        Parameters
        ----------
        asked
            A registered plan, or a question; None for the usual plan: sound changes that reach
            users, with what must not suffer.
        unit, grain
            Which kind of unit, team or repository, and how long a period is; a plan says its own.
            None takes teams where any are recorded, else repositories.

        Raises
        ------
        ConfigError
            The workspace has no such units or periods.
        EstimateError
            What is asked about is not in the workspace.
        """
        from trueup.estimate.asking.usual import workspace_panel
        from trueup.measure.unit_months import unit_months
        from trueup.measure.unit_weeks import unit_weeks, usual_unit

        with self._warehouse.tables() as tables:
            rule = _rule(asked, unit or usual_unit(tables), grain)
            table = unit_weeks(
                tables,
                unit=rule.unit,
                share=rule.adoption.share,
                weeks_running=rule.adoption.weeks,
                timezone=self.settings.workspace.timezone,
            )
        if rule.grain == "week":
            return workspace_panel(table, asked, unit=rule.unit, grain="week")
        panel, plan = workspace_panel(unit_months(table), asked, unit=rule.unit, grain="month")
        if plan.dose and panel.n_rows:
            weekly = replace(plan, population=replace(plan.population, grain="week"))
            by_week, _ = workspace_panel(table, weekly, unit=rule.unit, grain="week")
            panel = replace(panel, finer=by_week)
        return panel, plan

    def estimate(self, asked: Ask | Plan | None = None, *, seed: int | None = None) -> Assessment:
        """Say what adoption did to the units of the workspace, or that nobody can know.

        Parameters
        ----------
        asked
            As in `panel`.
        seed
            Of resampling; the same records and seed give the same answer.

        Raises
        ------
        EstimateError
            What is asked about is not in the workspace, or the extra ``estimate`` is missing.
        """
        from trueup.estimate.asking import estimate
        from trueup.estimate.estimator import SEED

        panel, plan = self.panel(asked)
        return estimate(panel, plan, seed=SEED if seed is None else seed)

    def demo(
        self,
        scenario: Scenario,
        form: Format,
        output: Path,
        progress: Progress | None = None,
        *,
        command: str = "trueup demo",
    ) -> ReportWritten:
        """Make up an organisation, land its records here, write the whole report on it.

        The records go the way real ones go; the report sets the known truth beside the answer
        and says throughout that the organisation is made up.

        Parameters
        ----------
        command
            How to make it again, as the report says it.

        Raises
        ------
        EstimateError
            The extra ``estimate`` is missing.
        ReportError
            The report cannot be written to `output`.
        """
        from trueup.estimate.asking import estimate
        from trueup.estimate.estimator import need_libraries
        from trueup.measure.repository import measure_repository
        from trueup.report.edition import edit, write
        from trueup.simulate.organisation import TARGET, land, make_organisation

        need_libraries()
        progress = progress or Silent()
        now = time.time_ns() // 1000
        progress.stage("making up an organisation", None)
        made = make_organisation(scenario)
        progress.stage("landing its records", None)
        with Vault.open(self.folder) as vault:
            land(made, self._warehouse, vault, now=now)
        progress.stage("counting by team and month", None)
        panel, plan = self.panel()
        assessment = estimate(panel, plan, seed=scenario.seed, progress=progress, made_up=True)
        with self._warehouse.tables() as tables:
            measured = measure_repository(tables, self.settings, progress=progress)
            report = edit(
                measured,
                tables,
                locations=(),
                ran_at=now,
                assessment=assessment,
                truth=made.truth,
                command=command,
            )
        progress.stage("writing", None)
        lines = write(report, form, output)
        return ReportWritten(
            path=output, lines=lines, collected=Collected(repository_ids=(TARGET,))
        )

    def doctor(self) -> tuple[Check, ...]:
        """Say which sources are connected, which are missing, and which answers that costs."""
        from trueup.report.doctor import examine

        with self._warehouse.tables() as tables:
            return examine(tables)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Who is seen, over which periods, and when one counts as having adopted."""

    adoption: Adoption
    unit: Literal["team", "repository"]
    grain: Literal["week", "month"]


def _rule(asked: Ask | Plan | None, unit: str, grain: str) -> _Rule:
    from trueup.estimate.verdict.plan import Adoption, Plan

    adoption = Adoption()
    if isinstance(asked, Plan):
        adoption = asked.adoption
        unit, grain = asked.population.units, asked.population.grain
    units: dict[str, Literal["team", "repository"]] = {"team": "team", "repository": "repository"}
    grains: dict[str, Literal["week", "month"]] = {"week": "week", "month": "month"}
    if unit not in units or grain not in grains:
        raise ConfigError(
            f"The workspace has no units called {unit!r} by {grain}.",
            hint="Ask for team or repository, by week or month.",
        )
    return _Rule(adoption=adoption, unit=units[unit], grain=grains[grain])


@contextmanager
def _noting(place: str, failed: list[tuple[str, CollectError]]) -> Iterator[None]:
    """Let a place that cannot be read be named instead of ending everything."""
    try:
        yield
    except CollectError as error:
        failed.append((place, error))


def _previous(collection: Collection) -> Previous | None:
    earlier = collection.previous()
    if earlier is None:
        return None
    return Previous(cursor=earlier.cursor, tables=earlier.tables)


def _land(collection: Collection, landed: Landed) -> None:
    match landed:
        case Batch(table, rows):
            collection.land(table, rows)
        case Reset(reason):
            collection.reset(reason)
        case Cursor(value):
            collection.cursor(value)
