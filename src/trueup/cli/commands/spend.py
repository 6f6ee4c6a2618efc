"""`trueup spend`: what AI tools cost, and what came of it."""

from __future__ import annotations

from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.options import Every, Json, Place, Since, Until
from trueup.cli.saying.spending import spend_as_json, spend_in_words
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

EXAMPLES = """Example: trueup spend --by tool --every month

While tools are at work on this machine: trueup spend --watch
"""


def run(
    *,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIMENSION",
            help="Split costs by team, repository, tool, model, agent_kind or basis; repeatable.",
            show_default="by basis alone",
        ),
    ] = None,
    every: Annotated[
        Every | None,
        typer.Option(help="Costs and tokens for each of these.", show_default="whole window"),
    ] = None,
    since: Since = None,
    until: Until = None,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Read the logs of this machine every few seconds, and show."),
    ] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what AI tools cost and what came of it.

    Amounts at list price, invoiced and guessed by tools are told apart and never added up. What
    has no price is counted and never free. Groups of few persons are put together or not shown; a
    split by person does not exist.
    """
    from trueup.cli.watching import live
    from trueup.workspace import Workspace

    space = Workspace.open(workspace)
    if watch:
        if by or every or since or until or as_json:
            raise ConfigError(
                "--watch shows today and this month, of everything together.",
                hint="Leave the other options out, or leave --watch out.",
            )
        live(space)
        return
    window = read_window(since, until, space.settings.workspace.timezone)
    found = space.spend(by=by or (), every=every, window=window)
    if as_json:
        say_json({"spend": spend_as_json(found)})
    else:
        say(spend_in_words(found))
