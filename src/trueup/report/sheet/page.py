"""What a sheet is made of: headings, lines and tables of plain words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of plain words.

    Parameters
    ----------
    fold
        Under which words it is folded away; empty to show it at once.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    fold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question the sheet answers.

    Parameters
    ----------
    rests_on
        Which part of the program or of the workspace it was read from.
    """

    heading: str
    lines: tuple[str, ...]
    grids: tuple[Grid, ...] = ()
    rests_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All of it.

    Parameters
    ----------
    made_at
        Epoch microseconds UTC.
    digest
        Of the rows of the workspace.
    broken
        Promises that did not hold when they were tried; empty is as it should be.
    """

    workspace: str
    made_at: int
    digest: str
    tool_version: str
    parts: tuple[Part, ...]
    broken: tuple[str, ...]
