"""The sheet as a page, as text, and as plain values."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from trueup.report.sheet.page import Grid, Sheet


def written(sheet: Sheet, form: Literal["html", "md", "json"]) -> str:
    """Return the sheet as a file of that form."""
    if form == "json":
        return json.dumps(asdict(sheet), ensure_ascii=False, indent=1) + "\n"
    return _as_html(sheet) if form == "html" else _as_markdown(sheet)


def _as_html(sheet: Sheet) -> str:
    """Return one HTML file that needs nothing from outside and runs no script."""
    return _templates().get_template("sheet.html.jinja").render(sheet=sheet, made=_made(sheet))


def _as_markdown(sheet: Sheet) -> str:
    lines = ["# What this workspace holds, shows and never does", "", _made(sheet), ""]
    lines += [f"**Broken promise:** {one}" for one in sheet.broken]
    for part in sheet.parts:
        lines += ["", f"## {part.heading}", "", *(f"{line}  " for line in part.lines)]
        for grid in part.grids:
            lines += ["", *([f"{grid.fold}:", ""] if grid.fold else []), *_grid(grid)]
        lines += ["", f"*Read from {part.rests_on}.*"]
    return "\n".join(lines) + "\n"


def _grid(grid: Grid) -> list[str]:
    head = [_row(grid.columns), _row(("---",) * len(grid.columns))]
    return [*head, *map(_row, grid.rows)]


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _made(sheet: Sheet) -> str:
    day = datetime.fromtimestamp(sheet.made_at / 1e6, UTC).strftime("%Y-%m-%d %H:%M")
    return (
        f"Workspace {sheet.workspace}, rows {sheet.digest[:12]}, written {day} UTC by trueup "
        f"{sheet.tool_version}."
    )


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("trueup.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
