"""`trueup doctor`: what is connected, what is missing, what that costs."""

from __future__ import annotations

from typing import Annotated

import typer

from trueup.cli.answers import plain
from trueup.cli.connecting.examined import say_examination
from trueup.cli.options import Json, Place
from trueup.cli.terminal import complain_line, say, say_json

EXAMPLES = "Example: trueup doctor --json"

NOT_WORKING = 1
"""Exit code where a connection of trueup.toml cannot be used as it is."""


def run(
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Test no connection.")] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what is connected, what is missing, and what that costs.

    Tests every connection of trueup.toml with one request a name, and ends with exit code 1 where
    one of them cannot be used.
    """
    from trueup.workspace import Workspace

    found = Workspace.open(workspace).doctor(is_offline=offline)
    if as_json:
        say_json({"examination": plain(found)})
    else:
        say(say_examination(found))
    for probe in found.broken:
        complain_line(f"The connection {probe.name} cannot be used: {probe.fact}", probe.hint)
    if found.broken:
        raise typer.Exit(NOT_WORKING)
