"""Options that several verbs share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

PARTIAL = 3
"""Exit code of a verb that could read only some of what it was asked to."""


Format = Literal["html", "md", "json"]
"""How a report is written."""
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
