"""Options that several verbs share, each written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

PARTIAL = 3
"""Exit code of a verb that could read only some of what it was asked to."""


class Format(StrEnum):
    """How a report is written."""

    HTML = "html"
    MARKDOWN = "md"
    JSON = "json"


class Every(StrEnum):
    """Calendar spans a measurement may be repeated over."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


Locations = Annotated[
    list[str] | None,
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
        help="Folder that holds trueup.toml and .trueup/.",
        show_default="the current directory",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Answer as one JSON object.")]
Since = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="First day that counts.")]
Until = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="First day that no longer counts.")
]
