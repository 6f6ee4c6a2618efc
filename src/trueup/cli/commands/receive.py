"""`trueup receive`: take events and OTLP over HTTP, for the next collection."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import Json, Place
from trueup.cli.terminal import say, say_json

EXAMPLES = "Example: trueup receive events --otlp otlp"


def run(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help="Where to keep events.",
            show_default="the folder the connection to events names",
        ),
    ] = None,
    *,
    otlp: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Where to keep what AI tools send by OTLP.",
            show_default="the folder the connection to otlp names",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8321,
    secret: Annotated[
        str,
        typer.Option(metavar="PLACE", help="Where the secret is that senders sign with."),
    ] = "env:TRUEUP_RECEIVE_SECRET",  # noqa: S107 - a place, no secret
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Take events and telemetry over HTTP, for the next collection.

    Events are held against their schema; of the telemetry of AI tools (OTLP), texts are dropped.
    Each message is on disk before it is acknowledged. Ends when interrupted.
    """
    from trueup.workspace import Workspace

    opened = Workspace.open(workspace)
    with opened.receiver(folder, telemetry=otlp, place=(host, port), secret=secret) as receiver:
        if as_json:
            say_json({"receiving": receiver.addresses})
        else:
            places = [f"Receiving {what} at {place}" for what, place in receiver.addresses.items()]
            say([*places, "End it with Ctrl-C."])
        sys.stdout.flush()
        receiver.serve_forever()
