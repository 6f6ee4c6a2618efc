"""The verb about experiments: planned, joined, left and answered."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from trueup.config import Settings
from trueup.errors import ConfigError, EstimateError, TrueupError
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.estimate.experiments.answering.answer import ExperimentAnswer
    from trueup.estimate.experiments.consent import Named
    from trueup.estimate.experiments.plan import ExperimentPlan, Kept
    from trueup.estimate.experiments.planning import Consenting, Planned, Wanted
    from trueup.model.evidence import Abstention

SOURCE = "experiment"
_MOST = 5


class Experiments:
    """The experiments of one workspace.

    Parameters
    ----------
    folder, settings, warehouse
        As in `trueup.workspace.Workspace`.
    """

    def __init__(self, folder: Path, settings: Settings, warehouse: Warehouse) -> None:
        self.folder = folder
        self.settings = settings
        self._warehouse = warehouse

    @property
    def kept(self) -> Kept:
        """The plans that were registered."""
        from trueup.estimate.experiments.plan import Kept

        return Kept(self.folder)

    def plan(
        self, wanted: Wanted, who: Path, *, schedule: Path | None = None, today: date | None = None
    ) -> Planned | Abstention:
        """Say what an experiment would find; with `schedule`, register it and draw its lots.

        Parameters
        ----------
        who
            Those who consented: see `trueup.estimate.experiments.consent.read_consenting`.
        schedule
            Where the schedule people are to see is written, with the names the list has. None
            plans and stores nothing.
        today
            None for today in the workspace's time zone.

        Raises
        ------
        ConfigError
            Somebody on the list is not known here.
        EstimateError
            Too few consented, or what is wanted makes no sense; there is an experiment or a
            file of that name; the extra ``estimate`` is missing.
        """
        from trueup.estimate.estimator import need_libraries
        from trueup.estimate.experiments.planning import Planned, plan_experiment

        need_libraries()
        names, consenting = self._consenting(who, by_task=wanted.unit == "task")
        with self._warehouse.tables() as tables:
            planned = plan_experiment(
                tables,
                wanted,
                consenting,
                weekdays=self.settings.working_time.weekdays,
                timezone=self.settings.workspace.timezone,
                today=today or self._today(),
            )
        if schedule is not None and isinstance(planned, Planned):
            self.kept.keep(planned.plan)
            try:
                self._draw(planned.plan, consenting, names, schedule, planned.plan.starts_on)
            except BaseException:
                self.kept.drop(planned.plan.name)
                raise
        return planned

    def join(
        self, name: str, who: Path, schedule: Path, *, today: date | None = None
    ) -> ExperimentPlan:
        """Let more people, or tasks, join an experiment; nobody else's lots change.

        Raises
        ------
        ConfigError
            Somebody on the list is not known here.
        EstimateError
            There is no such experiment, it is over, or somebody takes part already.
        """
        from trueup.estimate.experiments.planning import next_monday

        plan = self.kept.read(name)
        names, consenting = self._consenting(who, by_task=plan.unit == "task")
        known = self._assigned(name)
        self._refuse_over(plan, today or self._today())
        units = {row["unit_id"] for row in known}
        again = [
            each
            for each in consenting
            if units & ({each.account_id} if plan.unit == "day" else set(each.tasks))
        ]
        if again:
            raise EstimateError(
                f"{len(again)} on the list take part already.", hint="Leave them out of the list."
            )
        batches = {
            account: 1 + max(int(r["block"].partition(".")[0]) for r in rows)
            for account, rows in _by_account(known).items()
            if plan.unit == "task"
        }
        self._draw(
            plan, consenting, names, schedule, next_monday(today or self._today()), batches=batches
        )
        return plan

    def stop(self, name: str, person: str, *, today: date | None = None) -> None:
        """Let somebody stop: from today on nothing of theirs is read.

        Raises
        ------
        ConfigError
            They are not known here.
        EstimateError
            There is no such experiment, or they take no part in it.
        """
        import pyarrow as pa

        from trueup.estimate.experiments.plan import STOPPED, day_bounds
        from trueup.model.ai_tables import EXPERIMENT_ASSIGNMENT

        plan = self.kept.read(name)
        account = self._account(person)
        own = [row for row in self._assigned(name) if row["account_id"] == account]
        if not own:
            raise EstimateError(
                f"{person} takes no part in {name}.", hint="Name an account that is on its list."
            )
        if any(row["arm"] == STOPPED for row in own):
            return
        row = {
            **own[0],
            "unit_id": f"{STOPPED}:{account}",
            "started_at": day_bounds(today or self._today(), plan.timezone)[0],
            "ended_at": None,
            "arm": STOPPED,
        }
        self._land(name, pa.Table.from_pylist([row], schema=EXPERIMENT_ASSIGNMENT.schema))

    def answer(self, name: str | None = None) -> ExperimentAnswer | Abstention:
        """Answer an experiment once it is over; without a name the last one registered.

        Raises
        ------
        EstimateError
            There is no such experiment, or the extra ``estimate`` is missing.
        """
        from trueup.estimate.estimator import need_libraries
        from trueup.estimate.experiments.answering.weighing import answer

        need_libraries()
        names = self.kept.names()
        if name is None and not names:
            raise EstimateError(
                "No experiment is registered here.",
                hint="Plan one: trueup experiment plan --who FILE.",
            )
        plan = self.kept.read(name or names[-1])
        with self._warehouse.tables() as tables:
            return answer(tables, plan)

    def answers(self) -> tuple[tuple[ExperimentPlan, ExperimentAnswer | Abstention], ...]:
        """Answer every experiment; what cannot be answered says why, and stops nothing else."""
        from trueup.model.evidence import Abstention

        found: list[tuple[ExperimentPlan, ExperimentAnswer | Abstention]] = []
        for name in self.kept.names():
            plan = self.kept.read(name)
            try:
                found.append((plan, self.answer(name)))
            except TrueupError as error:
                said = Abstention(metric=plan.outcome, reason=error.fact, remedy=error.hint)
                found.append((plan, said))
        return tuple(found)

    def _refuse_over(self, plan: ExperimentPlan, today: date) -> None:
        """Refuse more people once the answer can be had: it would be asked until it pleases."""
        from trueup.estimate.experiments.answering.assigned import read_assigned
        from trueup.estimate.experiments.plan import day_bounds

        with self._warehouse.tables() as tables:
            ends = read_assigned(tables, plan).reads_at
        if day_bounds(today, plan.timezone)[0] >= ends:
            raise EstimateError(
                f"{plan.name} is over: nobody can join it.", hint="Plan another experiment."
            )

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self.settings.workspace.timezone)).date()

    def _consenting(
        self, who: Path, *, by_task: bool
    ) -> tuple[dict[str, str], tuple[Consenting, ...]]:
        """Read the list; names by pseudonym stay in memory, for the schedule alone."""
        from trueup.estimate.experiments.consent import read_consenting
        from trueup.estimate.experiments.planning import Consenting

        named = read_consenting(who, by_task=by_task)
        accounts = self._accounts([each.person for each in named])
        tasks = self._tasks(named) if by_task else {}
        own: dict[str, list[str]] = {}
        for each in named:
            found = own.setdefault(accounts[each.person], [])
            found += [tasks[each.task]] if by_task else []
        if not by_task and len(own) < len(named):
            raise EstimateError(
                f"{who} names somebody twice, by two names.", hint="Name each person once."
            )
        names = {accounts[each.person]: each.person for each in named}
        names |= {tasks[each.task]: each.task for each in named if by_task}
        return names, tuple(
            Consenting(account_id=account, tasks=tuple(found)) for account, found in own.items()
        )

    def _accounts(self, people: Sequence[str]) -> dict[str, str]:
        from trueup.store.links.identity.desk import Desk

        desk, found, unknown = Desk(self.folder), {}, []
        for person in dict.fromkeys(people):
            try:
                found[person] = desk.find(person).account_id
            except ConfigError as error:
                unknown.append(error)
        if unknown:
            raise ConfigError(
                " ".join(error.fact for error in unknown[:_MOST])
                + (f" And {len(unknown) - _MOST} more." if len(unknown) > _MOST else ""),
                hint=unknown[0].hint,
            )
        return found

    def _account(self, person: str) -> str:
        return self._accounts([person])[person]

    def _tasks(self, named: Sequence[Named]) -> dict[str, str]:
        from trueup.measure.experiments.recorded import known_tasks

        wanted = [each.task for each in named]
        with self._warehouse.tables() as tables:
            found = known_tasks(tables, wanted)
        unknown = [task for task in wanted if task not in found]
        if unknown:
            raise ConfigError(
                f"No work item is called {', '.join(unknown[:_MOST])}.",
                hint="Collect the tracker first, and write tasks as it does.",
            )
        return found

    def _assigned(self, name: str) -> list[dict[str, str]]:
        with self._warehouse.tables() as tables:
            rows = tables.arrow("experiment_assignment").to_pylist()
        return [
            {key: row[key] for key in row if key not in {"source", "collected_at"}}
            for row in rows
            if row["experiment_id"] == name
        ]

    def _draw(
        self,
        plan: ExperimentPlan,
        consenting: Sequence[Consenting],
        names: dict[str, str],
        schedule: Path,
        starts_on: date,
        *,
        batches: dict[str, int] | None = None,
    ) -> None:
        from trueup.estimate.experiments.consent import write_schedule
        from trueup.estimate.experiments.planning import draw_lots, told

        rows = draw_lots(
            plan,
            consenting,
            starts_on=starts_on,
            drawn_at=time.time_ns() // 1000,
            batches=batches,
        )
        heading, lines = told(plan, rows, names)
        write_schedule(schedule, heading, lines)
        try:
            self._land(plan.name, rows)
        except BaseException:
            schedule.unlink(missing_ok=True)
            raise

    def _land(self, name: str, rows: pa.Table) -> None:
        now = time.time_ns() // 1000
        with (
            Vault.open(self.folder) as vault,
            self._warehouse.collection(SOURCE, name, now=now, vault=vault) as collection,
        ):
            collection.land("experiment_assignment", rows)
            collection.cursor(str(now))  # without one the next would begin anew, and lots be gone


def _by_account(rows: Sequence[dict[str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        if "." in row["block"] and row["arm"] != "stopped":
            found.setdefault(row["account_id"], []).append(row)
    return found
