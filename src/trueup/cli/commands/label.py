"""`trueup label`: what sessions with AI tools are called, and who may read them to say so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from trueup.cli.options import Json, Place
from trueup.cli.progress import shown
from trueup.cli.saying.labels import (
    planned_in_words,
    ran_in_words,
    sampled_in_words,
    scheme_in_words,
    standing_as_json,
    standing_in_words,
)
from trueup.cli.terminal import say, say_json
from trueup.errors import ConfigError

if TYPE_CHECKING:
    from trueup.model.labelling import Scheme
    from trueup.workspace.labelling import Labelling

EXAMPLES = """Example: trueup label

Have persons read fifty sessions: trueup label --sample 50 --scheme patterns

Take their sheets: trueup label --take labels-patterns-0-rater-1.csv
"""


def run(
    *,
    scheme: Annotated[
        Literal["patterns", "modes"],
        typer.Option(help="Which labels there are to choose from."),
    ] = "patterns",
    sample: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Write sheets of so many sessions for two persons to label."
        ),
    ] = None,
    take: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Take labels from a sheet or a file; repeatable."),
    ] = None,
    by: Annotated[
        Literal["local", "endpoint"] | None,
        typer.Option(
            help="Say how many prompts a classifier on this machine, or a model at your address, "
            "would read; with --yes let it.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="With --by: do it.")] = False,
    workspace: Place = None,
    as_json: Json = False,
) -> None:
    """Say what sessions are called, and by whom.

    Shares are put right for the mistakes of whatever labelled, which persons who read sessions
    make known; they are withheld where too little is read, and for groups of fewer than 20.
    Labels alone are kept: no prompt is stored anywhere.
    """
    from trueup.model.labelling import scheme_named
    from trueup.workspace import Workspace

    asked = [name for name, said in (("--sample", sample), ("--take", take), ("--by", by)) if said]
    if len(asked) > 1 or (yes and by is None):
        raise ConfigError(
            "--sample, --take and --by cannot be done at once, and --yes belongs to --by.",
            hint="Leave all but one out.",
        )
    labels, chosen = Workspace.open(workspace).labels(), scheme_named(scheme)
    if sample is not None:
        _sample(labels, chosen, sample, as_json=as_json)
    elif by is not None:
        _label(labels, chosen, by, yes=yes, as_json=as_json)
    else:
        if take:
            with shown() as progress:
                unused = labels.take(take, progress)
            for line in unused:
                typer.echo(f"trueup: {line}", err=True)
        found = labels.standing()
        if as_json:
            say_json({"label": standing_as_json(found)})
        else:
            say(standing_in_words(found))


def _sample(labels: Labelling, scheme: Scheme, size: int, *, as_json: bool) -> None:
    written = labels.sample(scheme, size, Path.cwd())
    if as_json:
        files = [str(file) for file in written.files]
        say_json({"label": {"files": files, "sessions": written.sessions}})
    else:
        say([*sampled_in_words(written), *scheme_in_words(scheme)])


def _label(
    labels: Labelling, scheme: Scheme, by: Literal["local", "endpoint"], *, yes: bool, as_json: bool
) -> None:
    planned = labels.plan(by, scheme)
    if not yes:
        if as_json:
            say_json({"label": {"place": planned.place, "sessions": len(planned.sessions)}})
        else:
            say(planned_in_words(planned))
        return
    with shown() as progress:
        ran = labels.run(planned, progress)
    found = labels.standing()
    if as_json:
        say_json({"label": standing_as_json(found)})
    else:
        say([*ran_in_words(ran), *standing_in_words(found)])
