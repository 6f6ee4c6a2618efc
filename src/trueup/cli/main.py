"""The `trueup` command: finds the verbs, runs one, turns what went wrong into an exit code.

Exit codes: 0 fine, 1 our fault, 2 wrong use, 3 partial collection, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import traceback
from typing import Annotated

import typer

from trueup import __version__
from trueup.cli import commands
from trueup.cli.terminal import complain
from trueup.errors import TrueupError

OURS = 1
INTERRUPTED = 130

ABOUT = """Does the way you use LLMs create or destroy value? Ask your own delivery records.

Start with: trueup report /path/to/repository
"""


def build() -> typer.Typer:
    """Build the application with every verb found in `trueup.cli.commands`."""
    app = typer.Typer(
        name="trueup",
        help=ABOUT,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help starts three times faster and reads the same anywhere
    )
    app.callback()(_options)
    for verb in verbs():
        module = importlib.import_module(f"{commands.__name__}.{verb}")
        app.command(verb, epilog=module.EXAMPLES)(module.run)
    return app


def verbs() -> list[str]:
    """Return the names of all verbs, sorted."""
    return sorted(found.name for found in pkgutil.iter_modules(commands.__path__))


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        build()()
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except TrueupError as error:
        complain(type(error).__name__, error.fact, error.hint)
        sys.exit(error.exit_code)
    except BaseException as error:  # noqa: BLE001 - also what native libraries panic with
        if os.environ.get("TRUEUP_TRACEBACK"):
            traceback.print_exc()
        complain(
            "Defect",
            f"This is a defect in trueup, not a mistake of yours: {type(error).__name__}: {error}.",
            "Run the same command with TRUEUP_TRACEBACK=1 and report what it prints.",
        )
        sys.exit(OURS)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"trueup {__version__}")
        raise typer.Exit


def _options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Say which trueup this is.", is_eager=True, callback=_say_version
        ),
    ] = False,
) -> None:
    """Take the options that stand before a verb."""


if __name__ == "__main__":
    main()
