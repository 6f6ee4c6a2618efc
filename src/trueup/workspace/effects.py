"""The verbs about effects: panels, plans and their answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from trueup.collect.connector import Progress, Silent
from trueup.config import Settings, read_settings
from trueup.errors import TrueupError
from trueup.model.evidence import Abstention
from trueup.store.place import workspace_folder
from trueup.store.warehouse import Warehouse

if TYPE_CHECKING:
    from trueup.estimate.asking import Ask
    from trueup.estimate.assessment import Assessment
    from trueup.estimate.panel import Panel
    from trueup.estimate.verdict.plan import Plan
    from trueup.estimate.verdict.register import Register, Registration
    from trueup.simulate.incentives.findings import Incentives
    from trueup.simulate.incentives.terms import Gain
    from trueup.workspace.experiments import Experiments


class Effects:
    """What a workspace answers about effects; `trueup.workspace.Workspace` is one.

    Parameters
    ----------
    folder, settings, warehouse
        The workspace folder; what trueup.toml says; the rows in the folder.
    """

    def __init__(self, folder: Path, settings: Settings, warehouse: Warehouse) -> None:
        self.folder = folder
        self.settings = settings
        self._warehouse = warehouse

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
    def experiments(self) -> Experiments:
        """Days or tasks without AI by lot, of people who consented."""
        from trueup.workspace.experiments import Experiments

        return Experiments(self.folder, self.settings, self._warehouse)

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

    def incentives(
        self,
        gain: Gain | None = None,
        *,
        pay: Path | None = None,
        progress: Progress | None = None,
    ) -> Incentives | Abstention:
        """Say who gains from a gain, after looking for a stage that limits the whole.

        Parameters
        ----------
        gain
            At equal effort; None for the one that was measured here: by an experiment on the time
            of tasks, else what the registered plan found to be delivered, as the least it can be.
        pay
            File of pay; None for the one the settings name, if any.

        Raises
        ------
        TrueupError
            The file of pay cannot be used.
        """
        from trueup.diagnose.case import Case
        from trueup.diagnose.gains import limiting, measured_gain, who_gains

        telling = progress or Silent()
        assessment, unanswered = self._by_registered_plan(telling)
        if gain is None:
            experiments = [found for _, found in self.experiments.answers()]
            measured = measured_gain(assessment, experiments, unanswered=unanswered)
            if isinstance(measured, Abstention):
                return measured
            gain = measured
        named = self.settings.money.pay
        telling.stage("looking for what limits the whole", None)
        with self._warehouse.tables() as tables:
            limit = limiting(Case(tables, self.settings))
        return who_gains(
            gain,
            assessment=assessment,
            limit=limit,
            pay=pay or (Path(named) if named else None),
        )


def plans_of(folder: Path | None = None) -> Register:
    """Return the plans registered in the named workspace, or in that of the current folder.

    Nothing is made: a folder that is no workspace holds no plans.
    """
    from trueup.estimate.verdict.register import Register

    return Register(place_of(folder)[0])


def place_of(folder: Path | None, studied: Sequence[Path] = ()) -> tuple[Path, Settings]:
    """Return the folder of the named workspace, or of the one for what is studied; its settings."""
    here = Path.cwd()
    settings = read_settings((folder.parent if folder else here) / "trueup.toml")
    beside = () if settings.connections else studied or (here,)  # connections are of none
    return workspace_folder(folder, here, beside, settings.workspace.folder), settings
