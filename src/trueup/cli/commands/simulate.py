"""`trueup simulate`: what would happen if."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.foreseeing.flow import foreseen_as_json, foreseen_in_words, read_what_ifs
from trueup.cli.foreseeing.incentives import (
    MEASURED,
    incentives_as_json,
    incentives_in_words,
    read_gain,
)
from trueup.cli.options import Json, Place, Since, Until
from trueup.cli.progress import shown
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

EXAMPLES = """Example: trueup simulate --what-if "coding_speed=1.6 change_size=1.5"

What may be changed: coding_speed, change_size, defects_per_line, review_speed (as multiples),
coders, reviewers (how many more), most_under_way (a limit).

Would people show a gain of 20 to 45 %: trueup simulate --gain 0.2..0.45 --hr pay.csv
Would they show the one that was measured here: trueup simulate --gain measured
"""


def run(
    *,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar='"NAME=VALUE ..."',
            help="One change, of one thing or several; repeatable.",
            show_default="five usual ones",
        ),
    ] = None,
    demand: Annotated[
        str,
        typer.Option(
            metavar="push|arriving|cap=N",
            help="Whether there is always more to begin, work comes as it came, or at most N "
            "changes are under way. The other two are shown beside it.",
        ),
    ] = "push",
    since: Since = None,
    until: Until = None,
    gain: Annotated[
        str | None,
        typer.Option(
            metavar="GAIN",
            help="Ask who gains from a gain at equal effort instead: 0.3, or 0.2..0.45 for its "
            "95 % interval, which need no workspace; measured for what the workspace's own "
            "experiment or registered plan found. Of the whole organisation alone.",
            show_default=False,
        ),
    ] = None,
    hr: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Pay, for --gain: a CSV file of cells of at least ten people.",
            show_default=False,
        ),
    ] = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what would happen if, by a model fitted to your records.

    For a typical team: changes finished a week, how long they take or by how much they pile up,
    and what holds them back. It is a model and not a measurement: what it rests on is said below
    the numbers. Needs reviews, so git alone is not enough.
    """
    from trueup.workspace import Workspace

    if gain is not None or hr is not None:
        if gain is None or what_if or demand != "push" or since or until:
            raise ConfigError(
                "--gain, with or without --hr, asks of incentives and not of the flow of changes.",
                hint="Leave the other options out, or leave these two out.",
            )
        _incentives(gain, hr, workspace, as_json=as_json)
        return
    what_ifs = read_what_ifs(what_if or ())
    space = Workspace.open(workspace)
    window = read_window(since, until, space.settings.workspace.timezone)
    with shown() as progress:
        found = space.simulate(what_ifs, demand=demand, window=window, progress=progress)
    if as_json:
        say_json({"simulate": foreseen_as_json(found)})
    else:
        say(foreseen_in_words(found))


def _incentives(gain: str, hr: Path | None, workspace: Path | None, *, as_json: bool) -> None:
    """Ask of a gain alone, or with what a workspace knows where one is named or measured it."""
    from trueup.simulate.incentives.answer import answer
    from trueup.simulate.incentives.payroll import read_payroll
    from trueup.workspace import Workspace

    given = None if gain == MEASURED else read_gain(gain)
    if given is not None and workspace is None:
        found = answer(given, payroll=None if hr is None else read_payroll(hr))
    else:
        space = Workspace.open(workspace)
        with shown() as progress:
            found = space.incentives(given, pay=hr, progress=progress)
    if as_json:
        say_json({"incentives": incentives_as_json(found)})
    else:
        say(incentives_in_words(found))
