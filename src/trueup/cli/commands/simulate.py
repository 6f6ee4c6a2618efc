"""`trueup simulate`: what would happen if."""

from __future__ import annotations

from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.options import Json, Place, Since, Until
from trueup.cli.simulating import foreseen_as_json, foreseen_in_words, read_what_ifs
from trueup.cli.terminal import say, say_json

EXAMPLES = """Example: trueup simulate --what-if "coding_speed=1.6 change_size=1.5"

What may be changed: coding_speed, change_size, defects_per_line, review_speed (as multiples),
coders, reviewers (how many more), most_under_way (a limit).
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
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what would happen if: a model of the flow of changes, fitted to your records.

    For a typical team: changes finished a week, how long they take or by how much they pile up,
    and what holds them back. It is a model and not a measurement: what it rests on is said below
    the numbers. Needs reviews, so git alone is not enough.
    """
    from trueup.workspace import Workspace

    what_ifs = read_what_ifs(what_if or ())
    space = Workspace.open(workspace)
    window = read_window(since, until, space.settings.workspace.timezone)
    found = space.simulate(what_ifs, demand=demand, window=window)
    if as_json:
        say_json({"simulate": foreseen_as_json(found)})
    else:
        say(foreseen_in_words(found))
