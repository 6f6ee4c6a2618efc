"""`trueup experiment`: consenting people, some days without AI, by lot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trueup.cli.dates import read_day
from trueup.cli.grouped import grouped
from trueup.cli.options import Json, Place
from trueup.cli.saying.experiment import (
    answer_as_json,
    answer_in_words,
    planned_as_json,
    planned_in_words,
)
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.estimate.experiments.planning import Wanted
    from trueup.workspace.experiments import Experiments

EXAMPLES = """Example: trueup experiment plan --who people.csv

Then registered: trueup experiment plan autumn --who people.csv --schedule schedule.csv

Somebody joins or stops: trueup experiment join autumn --who more.csv --schedule more-days.csv;
trueup experiment stop autumn --who jane@acme.example

Once it is over: trueup experiment answer autumn
"""


class Action(StrEnum):
    """What is to be done."""

    PLAN = "plan"
    JOIN = "join"
    STOP = "stop"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is asked, of days or tasks, for how long: of a plan alone."""

    unit: Annotated[
        Literal["day", "task"],
        typer.Option(help="What a lot decides: a working day of a person, or a task."),
    ] = "day"
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="changes_landed, tasks_finished, task_time or change_time.",
            show_default="changes_landed; of tasks task_time",
        ),
    ] = None
    weeks: Annotated[
        int, typer.Option(metavar="N", help="For how long; tasks: until they are read.")
    ] = 8
    without_ai: Annotated[
        float, typer.Option(metavar="SHARE", help="Of days or tasks without AI.")
    ] = 0.4
    smallest: Annotated[
        float, typer.Option(metavar="SHARE", help="Smallest difference of interest: 0.1 is 10 %.")
    ] = 0.1
    starts: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="A Monday.", show_default="the next one"),
    ] = None
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Of the lots.")] = 20_260_101

    def wanted(self, name: str | None) -> Wanted:
        """Return what is asked for."""
        from trueup.estimate.experiments.planning import Wanted

        usual = "task_time" if self.unit == "task" else "changes_landed"
        return Wanted(
            name=name or "experiment",
            unit=self.unit,
            outcome=self.outcome or usual,
            smallest=self.smallest,
            without_ai=self.without_ai,
            weeks=self.weeks,
            starts_on=None if self.starts is None else read_day("--starts", self.starts),
            seed=self.seed,
        )


@grouped
def run(
    action: Annotated[Action, typer.Argument(help="What to do.", show_default=False)],
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Of the experiment.", show_default="the last one"),
    ] = None,
    *,
    who: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Those who consented: a person a line, as trueup identity list calls them, or a "
            "CSV file with the columns person and task. stop takes one person.",
            show_default=False,
        ),
    ] = None,
    schedule: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Register the plan, draw lots, and write who does what when, for them to see.",
            show_default=False,
        ),
    ] = None,
    design: Design,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Try days or tasks without AI, by lot, with those who consent.

    plan says what the experiment would find, from these people's own past; with --schedule it is
    registered and lots are drawn. Taking part is voluntary, may stop at any time, and nothing is
    reported of a person: fewer than eight have no answer.
    """
    from trueup.workspace import Workspace

    space = Workspace.open(workspace).experiments
    if action is Action.ANSWER:
        found = space.answer(name)
        if as_json:
            say_json({"experiment": answer_as_json(found)})
        else:
            say(answer_in_words(found))
        return
    if who is None:
        raise ConfigError(f"{action} needs to know who.", hint="Name them with --who.")
    if action is Action.PLAN:
        planned = space.plan(design.wanted(name), Path(who), schedule=schedule)
        if as_json:
            say_json({"experiment": planned_as_json(planned, schedule)})
        else:
            say(planned_in_words(planned, schedule))
        return
    if name is None:
        raise ConfigError(f"{action} needs the name of the experiment.", hint="Say which.")
    _change(space, action, (name, who, schedule), as_json=as_json)


def _change(
    space: Experiments, action: Action, given: tuple[str, str, Path | None], *, as_json: bool
) -> None:
    name, who, schedule = given
    if action is Action.STOP:
        space.stop(name, who)
        line = f"{name}: from today on nothing of theirs is read."
    elif schedule is None:
        raise ConfigError("join writes a schedule.", hint="Name a new file with --schedule.")
    else:
        space.join(name, Path(who), schedule)
        line = f"{name}: lots drawn for those who join. Their schedule: {schedule}"
    if as_json:
        say_json({"experiment": {"name": name, "said": line}})
    else:
        say([line])
