"""The front door: one method per verb. It delegates and holds no logic of its own."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from trueup.collect.connector import Connector, Progress, Silent
from trueup.collect.running.collected import Collected
from trueup.collect.running.landing import land
from trueup.collect.sources.git.connector import GitConnector
from trueup.config import Settings, chosen
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse
from trueup.workspace.effects import Effects, place_of
from trueup.workspace.written import Format, ReportWritten

if TYPE_CHECKING:
    from trueup.collect.receiving.server import Receiver
    from trueup.diagnose.examining import Diagnosed
    from trueup.estimate.asking.spending import Spending
    from trueup.measure.comparing.beside import BesidePublished
    from trueup.measure.spending.totals import Total
    from trueup.model.evidence import Abstention, Finding, Window
    from trueup.report.doctor import Examination
    from trueup.report.sheet.page import Sheet
    from trueup.simulate.flow.question import Foreseen
    from trueup.simulate.flow.team import WhatIf
    from trueup.simulate.scenario import Scenario
    from trueup.store.links import Linked
    from trueup.store.links.identity.desk import Desk
    from trueup.workspace.labelling import Labelling


class Workspace(Effects):
    """A folder of collected records, and everything that can be asked of them.

    Parameters
    ----------
    folder, settings
        The workspace folder, made when missing; what trueup.toml says.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        super().__init__(folder, settings, Warehouse.open(folder))

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
        return cls(*place_of(folder, studied))

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
        self,
        folder: Path | None,
        *,
        telemetry: Path | None = None,
        place: tuple[str, int],
        secret: str,
    ) -> AbstractContextManager[Receiver]:
        """Listen for events and for OTLP; both are kept where the next collection finds them."""
        from trueup.collect.listening import listening

        return listening(
            self.settings.connections,
            folder=folder,
            telemetry=telemetry,
            place=place,
            secret=secret,
        )

    def identities(self) -> Desk:
        """Who is who, in clear, and how the operator corrects it."""
        from trueup.store.links.identity.desk import Desk

        return Desk(self.folder)

    def labels(self) -> Labelling:
        """What sessions with AI tools are called, by whom, and how more of them get a label."""
        from trueup.workspace.labelling import Labelling

        return Labelling(self.folder, self.settings, self._warehouse, self._collect_one)

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
        from trueup.measure.spending.currency import said_in

        metric = find_metric(name)
        with self._warehouse.tables() as tables:
            found = measure(
                metric,
                tables,
                by=tuple(by),
                every=every,
                window=window,
                k=metric.smallest(self.settings.privacy),
                timezone=self.settings.workspace.timezone,
            )
        return said_in(found, self.settings.money)

    def spend(
        self,
        *,
        by: Sequence[str] = (),
        every: Literal["week", "month", "quarter"] | None = None,
        window: Window | None = None,
    ) -> Spending:
        """Say what AI tools cost, on each basis, what came of it, and when a budget runs out.

        Parameters
        ----------
        by
            Of ``team``, ``repository``, ``tool``, ``model``, ``agent_kind`` and ``basis``.
        every, window
            Costs over time; in which span, by default the last 13 weeks, and a year for what came
            of them.

        Raises
        ------
        PersonIsNotAUnit
            `by` names persons.
        """
        from trueup.estimate.asking.spending import ask_spending

        with self._warehouse.tables() as tables:
            return ask_spending(tables, self.settings, by=by, every=every, window=window)

    def simulate(
        self,
        what_ifs: Mapping[str, WhatIf] | None = None,
        *,
        demand: str = "push",
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Foreseen | Abstention:
        """Say what would happen if: a model of the flow of changes, fitted to what is recorded.

        Parameters
        ----------
        what_ifs
            By name; None for the usual ones: faster coding, smaller changes, more reviewers, an AI
            reviewer, a limit on changes under way.
        demand
            What brings work in: ``push``, ``arriving`` or ``cap=12``.
        window
            Which records; by default the last 26 weeks.

        Raises
        ------
        EstimateError
            The demand is none of these, or a change leaves nobody at work.
        """
        from trueup.simulate.flow.question import foresee

        with self._warehouse.tables() as tables:
            return foresee(
                tables,
                self.settings,
                what_ifs=what_ifs,
                demand=demand,
                window=window,
                progress=progress,
            )

    def diagnose(
        self,
        *,
        only: Sequence[str] = (),
        window: Window | None = None,
        progress: Progress | None = None,
    ) -> Diagnosed:
        """Say what limits you, on what that rests, what else may explain it, what to do.

        Parameters
        ----------
        only
            Names of mechanisms; empty: all.
        window
            Which records; None for as much of the newest as each mechanism looks at.

        Raises
        ------
        EstimateError
            No mechanism is called so.
        """
        from trueup.diagnose.case import Case
        from trueup.diagnose.examining import diagnose

        with self._warehouse.tables() as tables:
            case = Case(tables, self.settings, window=window)
            return diagnose(case, only=only, progress=progress)

    def used(self, window: Window) -> Total:
        """Add up what AI tools used in a span, of everybody together."""
        from trueup.measure.spending.totals import total

        with self._warehouse.tables() as tables:
            return total(tables, self.settings.money, window)

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
        from trueup.report.edition import Occasion, edit, write
        from trueup.report.sheet.shown import remember

        progress = progress or Silent()
        collected = self.collect(locations, progress)
        assessment, unweighed = self._by_registered_plan(progress)
        studied = None if self.settings.connections else collected.repository_ids
        occasion = Occasion(
            command=shlex.join(["trueup", "report", *map(str, locations)]),
            ran_at=time.time_ns() // 1000,
            assessment=assessment,
            unweighed=unweighed,
            experiments=tuple(self.experiments.answers()),
        )
        with self._warehouse.tables(targets=studied) as tables:
            report = edit(tables, self.settings, occasion, window=window, progress=progress)
        progress.stage("writing", None)
        lines = write(report, form, output)
        remember(report, self.folder)
        return ReportWritten(path=output, lines=lines, collected=collected)

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
        from trueup.report.edition import Occasion, edit, write
        from trueup.report.sheet.shown import remember
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
        occasion = Occasion(command=command, ran_at=now, assessment=assessment, truth=made.truth)
        with self._warehouse.tables() as tables:
            report = edit(tables, self.settings, occasion, progress=progress)
        progress.stage("writing", None)
        lines = write(report, form, output)
        remember(report, self.folder)
        collected = Collected(repository_ids=(TARGET,))
        return ReportWritten(path=output, lines=lines, collected=collected)

    def doctor(self, *, is_offline: bool = False) -> Examination:
        """Say which sources are connected, which are missing, and which answers that costs.

        Each connection is tested; `is_offline` leaves servers alone.
        """
        from trueup.report.doctor import examine

        with self._warehouse.tables() as tables:
            return examine(self.folder, self.settings, tables, is_offline=is_offline)

    def sheet(self, form: Format, output: Path) -> Sheet:
        """Write what is collected, shown and never done, for a works council to check.

        Raises
        ------
        ReportError
            The sheet cannot be written to `output`.
        """
        from trueup.report.edition import put
        from trueup.report.sheet.sheet import make_sheet
        from trueup.report.sheet.written import written

        with self._warehouse.tables() as tables:
            made = make_sheet(self.folder, self.settings, tables, now=time.time_ns() // 1000)
        put(written(made, form), output)
        return made
