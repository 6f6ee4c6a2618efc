"""`trueup sheet`: what a works council can check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.answers import plain
from trueup.cli.options import Format, Json, Place, form_and_file
from trueup.cli.terminal import complain_line, say, say_json

EXAMPLES = "Example: trueup sheet --output sheet.html"

BROKEN = 1
"""Exit code where a promise on the sheet did not hold."""


def run(
    *,
    form: Annotated[
        Format | None, typer.Option("--format", help="How to write it.", show_default="html")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it.", show_default="trueup-sheet.<format>"
        ),
    ] = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Write what is kept, shown and never done, for a works council.

    Read from this workspace and from the program as they are now. Ends with exit code 1 where a
    promise did not hold when it was tried.
    """
    from trueup.workspace import Workspace

    written_as, target = form_and_file(form, output or Path(f"trueup-sheet.{form or 'html'}"))
    found = Workspace.open(workspace).sheet(written_as, target)
    if as_json:
        say_json({"sheet": str(target), **plain(found)})
    else:
        say([*(line for part in found.parts for line in part.lines[:1]), "", f"Sheet: {target}"])
    for promise in found.broken:
        complain_line(f"A promise does not hold: {promise}", "Report it; it is a defect of ours.")
    if found.broken:
        raise typer.Exit(BROKEN)
