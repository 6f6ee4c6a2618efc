"""Small tables written as a person would write them."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from trueup.estimate.panel import Panel
from trueup.estimate.reading import PanelColumns, panel_from_table

COLUMNS = PanelColumns(unit="repo", time="month", outcomes=("y",), adopted="event")


def table(text: str) -> pa.Table:
    """Read a table written in lines: a heading, then rows; a dot is an empty cell."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    cells = [[None if cell == "." else cell for cell in row] for row in rows]
    columns: dict[str, list[Any]] = {
        name: [row[place] for row in cells] for place, name in enumerate(head)
    }
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def read(text: str, columns: PanelColumns = COLUMNS) -> Panel:
    """Read such a table as a panel."""
    return panel_from_table(table(text), columns, source="written")


def grid(periods: list[str], adopted: dict[str, str | None]) -> pa.Table:
    """Make units over all `periods`, each with its adoption; the outcome counts up."""
    rows = [(unit, period) for unit in adopted for period in periods]
    return pa.table(
        {
            "repo": [unit for unit, _ in rows],
            "month": [period for _, period in rows],
            "event": [adopted[unit] for unit, _ in rows],
            "y": [float(number) for number in range(len(rows))],
        }
    )
