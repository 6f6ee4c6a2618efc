"""What an experiment fixes before the first lot is drawn, and where it is kept.

A plan lies in the folder ``experiments`` of the workspace under the name of its experiment, is
written once and never changed. Every lot bears its hash.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from trueup.errors import EstimateError
from trueup.estimate.experiments.lots import refuse_share
from trueup.measure.experiments.outcomes import OUTCOMES, DayOutcome
from trueup.measure.windows import instant

FORM = "trueup experiment 1"
"""Part of every hash: raised when a plan comes to mean something else."""
FOLDER = "experiments"
NO_AI, AS_USUAL, STOPPED = "no_ai", "as_usual", "stopped"
"""Arms, as in `trueup.model.ai_tables.ARMS`."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FEWEST_WEEKS, MOST_WEEKS = 2, 52
Unit = Literal["day", "task"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPlan:
    """Everything about an experiment that is fixed before the first lot is drawn.

    Parameters
    ----------
    name
        Of the experiment.
    unit
        What a lot decides: a working day of a person, or a task.
    outcome
        Of `trueup.measure.experiments.outcomes.OUTCOMES`.
    smallest
        Smallest difference of interest, as a proportion: 0.1 is ten per cent.
    without_ai
        Share of days or tasks without AI.
    weeks
        For how long each person takes part; 0 for tasks.
    starts_on
        A Monday; of tasks the day on which lots were drawn.
    weekdays
        On which people work, ``mon`` to ``sun``.
    timezone
        In which days begin.
    seed
        Of the lots, and of resampling in the answer.
    level
        Of the interval.
    usual
        Of a number of each day: its mean before the experiment, which differences are shares of.
    persons
        How many had consented when it was registered.
    registered_on
        The day it was frozen.
    promised_power
        Chance of finding the smallest difference of interest, by playing the design on the past.
    promised_detectable
        Difference found with a chance of 80 %, as a proportion.
    """

    name: str
    unit: Unit
    outcome: str
    smallest: float
    without_ai: float
    weeks: int
    starts_on: date
    weekdays: tuple[str, ...]
    timezone: str
    seed: int
    level: float = 0.95
    usual: float = 0.0
    persons: int
    registered_on: date
    promised_power: float
    promised_detectable: float

    def __post_init__(self) -> None:
        for fact, hint in _faults(self):
            raise EstimateError(fact, hint=hint)
        refuse_share(self.without_ai)

    @property
    def asked(self) -> DayOutcome:
        """The outcome, with what it is made from."""
        return OUTCOMES[self.outcome]

    @property
    def is_relative_to_usual(self) -> bool:
        """Whether differences are shares of the usual; else of logarithms of times."""
        return self.asked.of == "days"

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits: the same for the same decisions."""
        said = json.dumps({"form": FORM, **_plain(self)}, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:12]


def day_bounds(day: date, timezone: str) -> tuple[int, int]:
    """Return when a day begins and ends, epoch microseconds UTC."""
    zone, after = ZoneInfo(timezone), day + timedelta(days=1)
    ends = instant(after.year, after.month, after.day, zone)
    return instant(day.year, day.month, day.day, zone), ends


def _faults(plan: ExperimentPlan) -> list[tuple[str, str]]:
    known = ", ".join(OUTCOMES)
    faults = []
    if not plan.name.replace("-", "").isalnum() or plan.name != plan.name.lower():
        faults.append((f"{plan.name!r} cannot be the name of a file.", "Use letters, digits, -."))
    if plan.outcome not in OUTCOMES:
        return [*faults, (f"No outcome is called {plan.outcome!r}.", f"Use one of: {known}.")]
    if plan.unit == "task" and plan.outcome != "task_time":
        faults.append(("Tasks have a time and nothing else.", "Ask for task_time, or for days."))
    if not 0 < plan.smallest < 1:
        faults.append((f"{plan.smallest:g} is no proportion.", "Write 0.1 for ten per cent."))
    if plan.unit == "day" and not FEWEST_WEEKS <= plan.weeks <= MOST_WEEKS:
        hint = f"Use {FEWEST_WEEKS} to {MOST_WEEKS}."
        faults.append((f"An experiment of {plan.weeks} weeks cannot be balanced.", hint))
    if plan.unit == "day" and plan.starts_on.weekday() != 0:
        faults.append((f"{plan.starts_on} is no Monday.", "Lots are balanced by week: use one."))
    if plan.unit == "day" and len(plan.weekdays) < 2:
        faults.append(("A week of one day has one arm.", "Name more days in working_time."))
    return faults


def _plain(plan: ExperimentPlan) -> dict[str, Any]:
    found = {each.name: getattr(plan, each.name) for each in dataclasses.fields(plan)}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in found.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """The plans of experiments in one workspace.

    Parameters
    ----------
    workspace
        The workspace folder; nothing is made there before a plan is kept.
    """

    workspace: Path

    def names(self) -> tuple[str, ...]:
        """Return the names of all experiments, the first to be registered first."""
        folder = self.workspace / FOLDER
        plans = [self.read(path.stem) for path in sorted(folder.glob("*.toml"))]
        return tuple(plan.name for plan in sorted(plans, key=lambda plan: plan.registered_on))

    def read(self, name: str) -> ExperimentPlan:
        """Return the plan of an experiment.

        Raises
        ------
        EstimateError
            There is none of that name, it cannot be read, or it was edited since.
        """
        path = self.workspace / FOLDER / f"{name}.toml"
        if not path.exists():
            raise EstimateError(
                f"No experiment is called {name!r}.",
                hint="Plan one: trueup experiment plan --who FILE.",
            )
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
            kept, raw["weekdays"] = raw.pop("hash"), tuple(raw["weekdays"])
            plan = ExperimentPlan(**raw)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EstimateError(
                f"The plan {path} cannot be read: {error}.", hint="Put back the file as it was."
            ) from error
        if plan.hash != kept:
            raise EstimateError(
                f"The plan {path} was edited after it was registered: its hash was {kept}.",
                hint="Put back the file as it was; another plan is another experiment.",
            )
        return plan

    def keep(self, plan: ExperimentPlan) -> Path:
        """Write a plan down, once.

        Raises
        ------
        EstimateError
            There is an experiment of that name, or the file cannot be written.
        """
        folder = self.workspace / FOLDER
        path = folder / f"{plan.name}.toml"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(_as_toml({**_typed(plan), "hash": plan.hash}))
            path.chmod(0o444)
        except FileExistsError as error:
            raise EstimateError(
                f"There is an experiment called {plan.name!r} already.",
                hint="Choose another name, or let people join it: trueup experiment join.",
            ) from error
        except OSError as error:
            raise EstimateError(
                f"The plan cannot be kept in {folder}: {error.strerror}.",
                hint="Name a workspace you may write to with --workspace.",
            ) from error
        return path

    def drop(self, name: str) -> None:
        """Remove a plan of which no lot was landed."""
        (self.workspace / FOLDER / f"{name}.toml").unlink(missing_ok=True)


def _typed(plan: ExperimentPlan) -> dict[str, Any]:
    return {each.name: getattr(plan, each.name) for each in dataclasses.fields(plan)}


def _as_toml(values: Mapping[str, Any]) -> str:
    lines = [
        "# An experiment as it was registered. Never edited: another plan is another experiment."
    ]
    for name, value in values.items():
        said = value.isoformat() if isinstance(value, date) else json.dumps(value)
        lines.append(f"{name} = {said}")
    return "\n".join(lines) + "\n"
