"""`trueup collect`: read what is new into the workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import PARTIAL, Json, Locations, Place
from trueup.cli.progress import shown
from trueup.cli.terminal import describe_collected, say, say_collected, say_json

EXAMPLES = """Example: trueup collect ~/src/api ~/src/web

Only one connection of trueup.toml: trueup collect --only github

Once a week, to notice what is gone: trueup collect --reconcile
"""

Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="NAME", help="Read only this connection; may be repeated."),
]
Reconcile = Annotated[
    bool,
    typer.Option("--reconcile", help="List everything at the sources, to notice what is gone."),
]
Offline = Annotated[
    bool,
    typer.Option("--offline", help="Ask no server: make all rows anew of the raw records kept."),
]


def run(
    paths: Locations = None,
    *,
    only: Only = None,
    reconcile: Reconcile = False,
    offline: Offline = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Read what is new in repositories and connections.

    Connections stand in trueup.toml. Where there are any, the current directory is read only
    when it is given as PATH.
    """
    from trueup.workspace import Workspace

    here = [Path.cwd()]
    opened = Workspace.open(workspace, studied=paths or here)
    places = paths or ([] if opened.settings.connections else here)
    with shown() as progress:
        collected = opened.collect(
            places,
            progress,
            only=only or (),
            is_offline=offline,
            is_reconciling=reconcile,
        )
    if as_json:
        say_json({"collected": describe_collected(collected)})
    else:
        say(say_collected(collected))
    if collected.failed:
        raise typer.Exit(PARTIAL)
