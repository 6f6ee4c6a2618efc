"""Lots: which of a person's days or tasks are done without AI, drawn so that arms are balanced.

A person's days stand in a table, a row for each week and a column for each weekday. Lots without
AI fill it so that no week has more than one more than another, and no weekday either; weeks and
weekdays are then shuffled. Each day is as likely as any other to be one without AI. Tasks stand
in a table too, a row for each few of them in the order they were named.

The same function draws the schedule people keep to and every other that could have been.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trueup.errors import EstimateError
from trueup.estimate.panel import Bools, Floats, Ints

LEAST_SHARE, MOST_SHARE = 0.1, 0.9
_PER_ARM = 2
"""Tasks of the rarer arm in one row of the table of tasks."""


def draw_tables(
    shape: tuple[int, int],
    share: float,
    rng: np.random.Generator,
    *,
    draws: int = 1,
    by_column: bool = True,
) -> Bools:
    """Draw which cells are without AI, ``(draws, rows, columns)``.

    Parameters
    ----------
    shape
        Weeks and weekdays; or few-of-tasks and places in each.
    share
        Chance of each cell.
    by_column
        Balance columns as well as rows: weekdays, not places of tasks.
    """
    rows, columns = shape
    ends = np.floor(np.arange(rows + 1) * share * columns + rng.random((draws, 1)))
    first, many = ends[:, :-1, None], np.diff(ends)[:, :, None]
    turned = (np.arange(columns) - first) % columns
    cells: Bools = turned < many
    if by_column:
        order = np.repeat(rng.random((draws, 1, columns)), rows, axis=1).argsort(axis=2)
    else:
        order = rng.random((draws, rows, columns)).argsort(axis=2)
    cells = np.take_along_axis(cells, order, axis=2)
    weeks = np.repeat(rng.random((draws, rows, 1)).argsort(axis=1), columns, axis=2)
    return np.take_along_axis(cells, weeks, axis=1)


def generator_for(seed: int, account_id: str, batch: int = 0) -> np.random.Generator:
    """Return the generator of one person's lots: those who join later change nobody else's."""
    digest = hashlib.sha256(account_id.encode()).digest()
    return np.random.default_rng([seed, batch, int.from_bytes(digest[:8], "big")])


def tasks_in_row(share: float) -> int:
    """Return in how many tasks lots are balanced.

    >>> tasks_in_row(0.5), tasks_in_row(0.4), tasks_in_row(0.2)
    (4, 5, 10)
    """
    return round(_PER_ARM / min(share, 1 - share))


def refuse_share(share: float) -> None:
    """Refuse a share without AI that leaves one of the arms nearly empty.

    Raises
    ------
    EstimateError
        It lies outside a tenth to nine tenths.
    """
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise EstimateError(
            f"A share of {share:g} without AI leaves one of the arms nearly empty.",
            hint=f"Use {LEAST_SHARE:g} to {MOST_SHARE:g}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one lot stands: whose table, in which row and column.

    Parameters
    ----------
    table
        Person, and the batch their tasks came with.
    row, column
        From nought.
    """

    table: tuple[str, int]
    row: int
    column: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mechanism:
    """How lots were drawn, so that they can be drawn anew.

    Parameters
    ----------
    places
        Of each lot that is analysed.
    shapes
        Rows and columns of each table, those not analysed counted too.
    share
        Without AI.
    by_column
        Whether columns were balanced.
    """

    places: tuple[Place, ...]
    shapes: dict[tuple[str, int], tuple[int, int]]
    share: float
    by_column: bool = True

    def again(self, draws: int, seed: int) -> Floats:
        """Draw every lot anew, ``(draws, n_lots)``; 1 is as usual."""
        rng = np.random.default_rng(seed)
        found = np.empty((draws, len(self.places)))
        for table, shape in sorted(self.shapes.items()):
            here = [k for k, place in enumerate(self.places) if place.table == table]
            if not here:
                continue
            without = draw_tables(shape, self.share, rng, draws=draws, by_column=self.by_column)
            rows, columns = _where([self.places[k] for k in here])
            found[:, here] = ~without[:, rows, columns]
        return found


def _where(places: Sequence[Place]) -> tuple[Ints, Ints]:
    rows = np.array([place.row for place in places], dtype=np.int64)
    return rows, np.array([place.column for place in places], dtype=np.int64)
