"""`trueup report`: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.dates import read_window
from trueup.cli.options import PARTIAL, Format, Json, Locations, Place, Since, Until, form_and_file
from trueup.cli.progress import shown
from trueup.cli.terminal import describe_collected, say, say_failures, say_json

EXAMPLES = "Example: trueup report ~/src/api --since 2025-01-01 --output api.html"


def run(
    paths: Locations = None,
    *,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="How to write it.", show_default="as --output ends, else html"
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it.", show_default="trueup-report.<format>"
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Collect, measure, write the report, say its answer.

    With connections in trueup.toml the report is on all they bring; the current directory is read
    only when it is given as PATH.
    """
    from trueup.workspace import Workspace

    here = [Path.cwd()]
    written_as, target = form_and_file(form, output)
    space = Workspace.open(workspace, studied=paths or here)
    places = paths or ([] if space.settings.connections else here)
    window = read_window(since, until, space.settings.workspace.timezone)
    with shown() as progress:
        written = space.report(places, written_as, target, progress, window=window)
    if as_json:
        collected = describe_collected(written.collected)
        say_json({"report": str(written.path), "lines": written.lines, "collected": collected})
    else:
        say_failures(written.collected)
        say([*written.lines, "", f"Report: {written.path}"])
    if written.collected.failed:
        raise typer.Exit(PARTIAL)
