"""`trueup diagnose`: what limits you, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.options import Json, Place, Since, Until
from trueup.cli.progress import shown
from trueup.cli.terminal import say, say_json

EXAMPLES = """Example: trueup diagnose

One mechanism alone: trueup diagnose --only limiting_stage
"""


def run(
    *,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MECHANISM",
            help="Look for this mechanism alone; repeatable.",
            show_default="all of them",
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what limits you, and what to do about it.

    On what it rests, what else may explain it and what would change our mind is said too. Each
    mechanism is found, not found, or cannot be told. What is found comes in the order of what
    acting on it surely buys: the worse end of an interval counts.
    """
    from trueup.cli.saying.diagnosing import diagnosed_as_json, diagnosed_in_words
    from trueup.workspace import Workspace

    space = Workspace.open(workspace)
    window = read_window(since, until, space.settings.workspace.timezone)
    with shown() as progress:
        found = space.diagnose(only=only or (), window=window, progress=progress)
    if as_json:
        say_json({"diagnose": diagnosed_as_json(found)})
    else:
        say(diagnosed_in_words(found))
