"""`trueup collect`: read what is new into the workspace."""

from __future__ import annotations

from pathlib import Path

import typer

from trueup.cli.options import PARTIAL, Json, Locations, Place
from trueup.cli.progress import shown
from trueup.cli.terminal import describe_collected, say, say_collected, say_json

EXAMPLES = "Example: trueup collect ~/src/api ~/src/web"


def run(paths: Locations = None, *, workspace: Place = None, as_json: Json = False) -> None:
    """Read what is new in git repositories into the workspace."""
    from trueup.workspace import Workspace

    places = paths or [Path.cwd()]
    with shown() as progress:
        collected = Workspace.open(workspace, studied=places).collect(places, progress)
    if as_json:
        say_json({"collected": describe_collected(collected)})
    else:
        say(say_collected(collected))
    if collected.failed:
        raise typer.Exit(PARTIAL)
