"""The front door: one method per verb. It delegates and holds no logic of its own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from trueup.collect.connector import Connector, Progress, Silent
from trueup.collect.running.collected import Collected
from trueup.collect.running.landing import land
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Settings, chosen, read_settings
from trueup.errors import TrueupError
from trueup.store.identity import Vault
from trueup.store.place import workspace_folder
from trueup.store.warehouse import Warehouse

if TYPE_CHECKING:
    from trueup.collect.sources.events.receiving.receiver import Receiver
    from trueup.estimate.asking import Ask
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel
    from trueup.estimate.verdict.plan import Plan
    from trueup.estimate.verdict.register import Register, Registration
    from trueup.measure.comparing.beside import BesidePublished
    from trueup.model.evidence import Finding, Window
    from trueup.report.doctor import Examination
    from trueup.simulate.scenario import Scenario
    from trueup.store.links import Linked
    from trueup.store.links.identity.desk import Desk

__all__ = ["Collected", "Format", "ReportWritten", "Workspace", "plans_of"]

Format = Literal["html", "md", "json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWritten:
    """Where the report is, and its answer in a few lines for a terminal."""

    path: Path
    lines: tuple[str, ...]
    collected: Collected


class Workspace:
    """A folder of collected records, and everything that can be asked of them.

    Parameters
    ----------
    folder, settings
        The workspace folder, made when missing; what trueup.toml says.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self._warehouse = Warehouse.open(folder)

    @classmethod
    def open(cls, folder: Path | None = None, *, studied: Sequence[Path] = ()) -> Workspace:
        """Open the named workspace, or the one that belongs to what is studied: the current folder.

        Settings are read from ``trueup.toml`` beside the workspace folder.

        Raises
        ------
        ConfigError
            trueup.toml cannot be used as it is.
        SchemaMismatch
            The workspace was written by another version of trueup.
        """
        return cls(*_place(folder, studied))

    def collect(
        self,
        locations: Sequence[Path],
        progress: Progress | None = None,
        *,
        only: Sequence[str] = (),
        is_offline: bool = False,
        is_reconciling: bool = False,
    ) -> Collected:
        """Read repositories and connections from where the last collection ended.

        What cannot be read is named in the result; the rest is collected all the same.

        Parameters
        ----------
        locations
            Git repositories, or folders of them, beside those connections name.
        only
            Names or sources of the connections to be read; empty: all.
        is_offline
            Ask no server: make the rows anew of the raw records kept.
        is_reconciling
            List everything at the sources, so that what is gone there is noticed.

        Raises
        ------
        CollectError
            None of it could be read: the first reason.
        ConfigError
            There is no connection of a name in `only`.
        WarehouseBusy
            Another process is collecting into this workspace.
        """
        from trueup.collect.running.connector import Manner
        from trueup.collect.running.round import Round, cloned
        from trueup.store.raw.archive import Archives

        connections = chosen(self.settings.connections, only)
        done = Round(progress or Silent())
        for place in dict.fromkeys((*map(str, locations), *cloned(connections))):
            done.find(GitConnector(), place)
        done.run(
            [connection for connection in connections if connection.source != "git"],
            partial(Archives, self.folder),
            Manner(is_offline=is_offline, is_reconciling=is_reconciling),
            partial(self._collect_one, done.progress),
        )
        self.link(done.progress)
        return done.collected()

    def _collect_one(
        self, progress: Progress, connector: Connector, target: str, target_id: str
    ) -> None:
        now = time.time_ns() // 1000
        with (
            Vault.open(self.folder) as vault,
            self._warehouse.collection(
                connector.name, target_id, now=now, vault=vault
            ) as collection,
        ):
            land(
                connector,
                (target, target_id),
                collection,
                settings=self.settings,
                identify=vault.identify,
                progress=progress,
                now=now,
            )

    def link(self, progress: Progress | None = None) -> Linked:
        """Unite what all sources landed, where anything changed."""
        from trueup.store.links import link

        now, watching = time.time_ns() // 1000, progress or Silent()
        with Vault.open(self.folder) as vault:
            return link(self._warehouse, vault, self.settings, now=now, stage=watching.stage)

    def receiver(
        self, folder: Path | None, *, place: tuple[str, int], secret: str
    ) -> AbstractContextManager[Receiver]:
        """Listen for events that are sent; they are kept where the next collection finds them."""
        from trueup.collect.sources.events.receiving.opening import opened

        return opened(folder, self.settings.connections, place=place, secret=secret)

    def identities(self) -> Desk:
        """Who is who, in clear, and how the operator corrects it."""
        from trueup.store.links.identity.desk import Desk

        return Desk(self.folder)

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

    def beside_published(self) -> BesidePublished:
        """Compute every row of the published report on what the workspace holds."""
        from trueup.measure.comparing.beside import beside_published

        k, timezone = self.settings.privacy.delivery_k, self.settings.workspace.timezone
        with self._warehouse.tables() as tables:
            return beside_published(tables, k=k, timezone=timezone)

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

        With connections in trueup.toml the report is on everything in the workspace: what
        trackers and incident tools know is of no one repository.
        Where a plan is registered, the report answers it, on all that the workspace holds.

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
        assessment, unweighed = self._by_registered_plan(progress)
        studied = None if self.settings.connections else collected.repository_ids
        with self._warehouse.tables(targets=studied) as tables:
            measured = measure_repository(tables, self.settings, window=window, progress=progress)
            report = edit(
                measured,
                tables,
                locations=locations,
                ran_at=time.time_ns() // 1000,
                assessment=assessment,
                unweighed=unweighed,
            )
        progress.stage("writing", None)
        lines = write(report, form, output)
        return ReportWritten(path=output, lines=lines, collected=collected)

    def _by_registered_plan(self, progress: Progress) -> tuple[Assessment | None, str]:
        """Return the answer to the registered plan, or why there is none; neither without one."""
        from trueup.estimate.asking import estimate
        from trueup.estimate.estimator import need_libraries

        which = "registered"
        try:
            versions = self.plans.versions()
            if not versions:
                return None, ""
            which += f" {versions[-1].registered_on}, hash {versions[-1].plan_hash}"
            need_libraries()
            panel, plan = self.panel()
            return estimate(panel, plan, progress=progress, versions=versions), ""
        except TrueupError as error:
            return None, f"{which}, and could not be answered. {error.fact} {error.hint}".strip()

    def panel(
        self,
        asked: Ask | Plan | None = None,
        *,
        unit: str | None = None,
        grain: Literal["week", "month"] | None = None,
    ) -> tuple[Panel, Plan]:
        """Return units by month as collected, and the plan a question amounts to on them.

        Parameters
        ----------
        asked
            A plan, or a question; None for the registered plan, and where none is registered for
            the usual one: sound changes that reach users, with what must not suffer.
        unit, grain
            Which kind of unit, team or repository, and how long a period is; a plan says its own,
            so naming either asks for the usual plan. None takes teams where any are recorded,
            else repositories, by month.

        Raises
        ------
        ConfigError
            The workspace has no such units or periods.
        EstimateError
            What is asked about is not in the workspace.
        """
        from trueup.estimate.asking.collected import collected_panel

        if asked is None and unit is None and grain is None:
            asked = next((one.plan for one in reversed(self.plans.versions())), None)
        with self._warehouse.tables() as tables:
            return collected_panel(
                tables,
                asked,
                unit=unit,
                grain=grain or "month",
                timezone=self.settings.workspace.timezone,
            )

    def estimate(self, asked: Ask | Plan | None = None, *, seed: int | None = None) -> Assessment:
        """Say what adoption did to the units of the workspace, or that nobody can know.

        The answer says whether its plan was registered, and when; see `register`.

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
        seed = SEED if seed is None else seed
        return estimate(panel, plan, seed=seed, versions=self.plans.versions())

    @property
    def plans(self) -> Register:
        """The plans that were registered in this workspace."""
        from trueup.estimate.verdict.register import Register

        return Register(self.folder)

    def write_plan(
        self,
        path: Path,
        asked: Ask | None = None,
        *,
        unit: str | None = None,
        grain: Literal["week", "month"] | None = None,
    ) -> Plan:
        """Write the plan a question amounts to as a file for people to edit, before any effect.

        What the workspace shows of itself is filled in: unit, period, window, outcomes that are
        observed, smallest changes of interest from what was seen before adoption.

        Parameters
        ----------
        asked, unit, grain
            As in `panel`; without them the usual plan, whatever is registered.

        Raises
        ------
        EstimateError
            There is a file already, or what is asked about is not in the workspace.
        """
        from trueup.estimate.asking import draft, seen_at_draft
        from trueup.estimate.verdict.plan import write_plan

        panel, plan = self.panel(asked, unit=unit, grain=grain or "month")
        plan = draft(plan, panel)
        write_plan(plan, path, notes=seen_at_draft(plan, panel))
        return plan

    def register(
        self,
        plan: Plan,
        *,
        because: str = "",
        subject: str = "workspace",
        today: date | None = None,
    ) -> Registration:
        """Freeze a plan in the workspace; from then on it is the one that is answered.

        Nothing is ever replaced: another plan becomes a new version, and the old one is kept.

        Parameters
        ----------
        because
            Why it replaces the one in force; needed where there is one.
        subject
            ``"workspace"`` for its own records, else the name of a table's file.
        today
            The day that is recorded; None for today in the workspace's time zone.

        Raises
        ------
        EstimateError
            Another plan is registered and no reason is given, or the plan asks for a recipe or
            an outcome there is not.
        ConfigError
            The plan is about units or periods that no workspace has.
        """
        from trueup.estimate.asking.collected import refuse_unknown

        if subject == "workspace":
            refuse_unknown(plan)
        on = today or datetime.now(ZoneInfo(self.settings.workspace.timezone)).date()
        return self.plans.add(plan, on=on, subject=subject, because=because)

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
        versions, seed = self.plans.versions(), scenario.seed
        assessment = estimate(
            panel, plan, seed=seed, progress=progress, made_up=True, versions=versions
        )
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
        collected = Collected(repository_ids=(TARGET,))
        return ReportWritten(path=output, lines=lines, collected=collected)

    def doctor(self, *, is_offline: bool = False) -> Examination:
        """Say which sources are connected, which are missing, and which answers that costs.

        Each connection is tested; `is_offline` leaves servers alone.
        """
        from trueup.report.doctor import examine

        with self._warehouse.tables() as tables:
            return examine(self.folder, self.settings, tables, is_offline=is_offline)


def plans_of(folder: Path | None = None) -> Register:
    """Return the plans registered in the named workspace, or in that of the current folder.

    Nothing is made: a folder that is no workspace holds no plans.
    """
    from trueup.estimate.verdict.register import Register

    return Register(_place(folder)[0])


def _place(folder: Path | None, studied: Sequence[Path] = ()) -> tuple[Path, Settings]:
    here = Path.cwd()
    settings = read_settings((folder.parent if folder else here) / "trueup.toml")
    beside = () if settings.connections else studied or (here,)  # connections are of none
    return workspace_folder(folder, here, beside, settings.workspace.folder), settings
