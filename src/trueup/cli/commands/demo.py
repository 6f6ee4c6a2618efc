"""`trueup demo`: the whole report on a made-up organisation, with the truth beside it."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trueup.cli.options import Format, Json, Place
from trueup.cli.progress import shown
from trueup.cli.terminal import say, say_json

if TYPE_CHECKING:
    from trueup.simulate.scenario import Scenario

EXAMPLES = "Example: trueup demo --scenario too_small --output made-up.html"

World = Literal["demo", "helped", "harmed", "nothing", "confounded", "too_small", "cliff", "burst"]


def run(
    *,
    scenario: Annotated[World, typer.Option(help="What is true in the made-up world.")] = "demo",
    teams: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="How many teams.", show_default="the scenario's", min=2
        ),
    ] = None,
    weeks: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="How long.", show_default="the scenario's", min=3),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Of all that is drawn.", show_default="the scenario's"),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to write it.")] = "html",
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to write it.", show_default="made-up.<format>"),
    ] = None,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Write the whole report on a made-up organisation.

    What is true in it stands beside what was found. Needs no network and no records of yours.
    Without --workspace the made-up records are thrown away afterwards.
    """
    from trueup.workspace import Workspace

    target = output or Path(f"made-up.{form}")
    with _folder(workspace) as folder, shown() as progress:
        world = _world(scenario, teams, weeks, seed)
        space = Workspace.open(folder)
        again = shlex.join(["trueup", *sys.argv[1:]])
        written = space.demo(world, form, target, progress, command=again)
    if as_json:
        say_json({"report": str(written.path), "lines": written.lines, "made_up": True})
    else:
        say([*written.lines, "", f"Report: {written.path}"])


@contextmanager
def _folder(named: Path | None) -> Iterator[Path]:
    """Yield the named workspace, or one that is gone afterwards."""
    if named is not None:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="trueup-demo-") as folder:
        yield Path(folder) / ".trueup"


def _world(name: World, teams: int | None, weeks: int | None, seed: int | None) -> Scenario:
    from dataclasses import replace

    from trueup.simulate.scenario import SCENARIOS

    world = SCENARIOS[name]
    return replace(
        world,
        teams=teams if teams is not None else world.teams,
        weeks=weeks if weeks is not None else world.weeks,
        seed=seed if seed is not None else world.seed,
    )
