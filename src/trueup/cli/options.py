"""Options that several verbs share, each written once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

import typer

from trueup.errors import ConfigError

PARTIAL = 3
"""Exit code of a verb that could read only some of what it was asked to."""


Format = Literal["html", "md", "json"]
"""How a report is written."""
_SUFFIXES: Mapping[str, Format] = MappingProxyType(
    {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}
)


def form_and_file(form: Format | None, output: Path | None) -> tuple[Format, Path]:
    """Return how a report is written and where, before anything is collected for it.

    The name of the file says how, unless ``--format`` does.

    Raises
    ------
    ConfigError
        The name says otherwise than ``--format``, or nothing at all, or is that of a folder.
    """
    if output is None:
        return form or "html", Path(f"trueup-report.{form or 'html'}")
    if output.is_dir():
        raise ConfigError(f"{output} is a folder.", hint="Name a file in it with --output.")
    named = _SUFFIXES.get(output.suffix.lower())
    if form is None and named is None:
        raise ConfigError(
            f"The name {output} does not say how to write the report.",
            hint="End it in .html, .md or .json, or say --format.",
        )
    if form and named and form != named:
        raise ConfigError(
            f"The name {output} does not fit --format {form}.",
            hint="Leave one of them out.",
        )
    return form or named or "html", output


Every = Literal["week", "month", "quarter"]
"""Calendar spans a measurement may be repeated over."""
Locations = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="PATH",
        help="Git repositories, bare or checked out, or folders of them.",
        show_default="the current directory",
    ),
]
Place = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        metavar="FOLDER",
        help="The workspace folder; trueup.toml is read beside it.",
        show_default=".trueup",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]
Since = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="First day that counts.")]
Until = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="First day that no longer counts.")
]
