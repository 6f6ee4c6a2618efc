"""What pay looks like, from a file of sums over at least ten people each; never of one person.

A row is a cell: a band and a function, with how many people are in it. What is kept of the file
speaks of the whole organisation alone; the cells are gone once it is read.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trueup.errors import ConfigError, PersonIsNotAUnit, SourceUnavailable
from trueup.simulate.incentives.choice import Floats

FEWEST_PEOPLE = 10
"""People in a cell below which its pay may point at one of them."""
FEWEST_CELLS = 8
"""Cells below which nothing is said of how pay moves with output."""
NEEDED = ("band", "function", "headcount", "currency", "base", "bonus", "promotions", "quits")
SHARES = ("raise_ratio", "output_change_ratio", "promotion_raise_ratio", "outside_offer_ratio")
_COUNTS = ("headcount", "promotions", "quits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """How raises go with changes of output over cells: an association.

    Parameters
    ----------
    value, error
        Of the logarithm of pay on that of output, cells weighted by people; its standard error
        bears cells that vary differently (HC3).
    freedom
        Cells less two.
    """

    value: float
    error: float
    freedom: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payroll:
    """What an organisation pays, and how often people rise and leave.

    Parameters
    ----------
    source
        Name of the file.
    people, cells
        How many it speaks of, and in how many cells.
    pay
        Mean of base and bonus per person and year, in `currency`.
    promotions, quits
        In twelve months.
    promotion_raise
        Mean rise of pay by a promotion, as a share; None where the file does not say.
    outside_offer
        Mean rise of pay that others offer, as a share; None where the file does not say.
    slope
        None where fewer than `FEWEST_CELLS` cells tell both, or output changed alike in all.
    """

    source: str
    people: int
    cells: int
    currency: str
    pay: float
    promotions: int
    quits: int
    promotion_raise: float | None = None
    outside_offer: float | None = None
    slope: Slope | None = None


def read_payroll(path: Path) -> Payroll:
    """Read a file of cells: `NEEDED` columns, any of `SHARES`, and no other.

    `base` and `bonus` are means per person and year; promotions and quits are counts of the last
    twelve months; what ends in ``_ratio`` is a share, 0.03 for 3 %, and may be left empty.

    Raises
    ------
    SourceUnavailable
        It cannot be read.
    ConfigError
        It lacks a column, has one more, or a value cannot be used; the line is named.
    PersonIsNotAUnit
        A cell has fewer than ten people.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceUnavailable(
            f"{path.name} cannot be read as text.", hint="Give a CSV file in UTF-8."
        ) from error
    lines = text.splitlines()
    delimiter = max(",;\t", key=(lines or [""])[0].count)
    reader = csv.DictReader(lines, delimiter=delimiter, restkey="", strict=True)
    _check_columns(path.name, reader.fieldnames or ())
    try:
        cells = [_cell(f"{path.name}:{reader.line_num}", row) for row in reader]
    except csv.Error as error:
        raise ConfigError(f"{path.name} is no CSV file: {error}.", hint="Write it anew.") from error
    return _whole(path.name, cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    name: tuple[str, str]
    currency: str
    people: int
    values: Mapping[str, float]


def _check_columns(name: str, found: Sequence[str]) -> None:
    lacking = [column for column in NEEDED if column not in found]
    if lacking:
        hint = f"Give one row per band and function with the columns {', '.join(NEEDED)}."
        raise ConfigError(f"{name} lacks {', '.join(lacking)}.", hint=hint)
    more = [column for column in found if column not in (*NEEDED, *SHARES)]
    if more:
        hint = f"Leave it out: only {', '.join((*NEEDED, *SHARES))} are read."
        raise ConfigError(f"{name} has the column {more[0]!r}.", hint=hint)


def _cell(place: str, row: Mapping[str, str | None]) -> _Cell:
    if "" in row or None in row.values():
        raise ConfigError(f"{place} has more or fewer values than columns.", hint="Correct it.")
    values = {
        column: _number(place, column, row[column] or "")
        for column in (*NEEDED[2:3], *NEEDED[4:], *SHARES)
        if row.get(column) or column in NEEDED
    }
    people = int(values["headcount"])
    if people < FEWEST_PEOPLE:
        raise PersonIsNotAUnit(
            f"{place} is a cell of {people} people, and pay is read of {FEWEST_PEOPLE} or more.",
            hint="Merge it with a neighbouring band or function, and leave the two out.",
        )
    for column in ("promotions", "quits"):
        if values[column] > people:
            hint = "Count those of the last twelve months."
            raise ConfigError(f"{place} has more {column} than people.", hint=hint)
    return _Cell(
        name=((row["band"] or "").strip(), (row["function"] or "").strip()),
        currency=(row["currency"] or "").strip().upper(),
        people=people,
        values=values,
    )


def _number(place: str, column: str, text: str) -> float:
    try:
        value = float(text.strip())
    except ValueError:
        value = math.nan
    least = -1.0 if column in SHARES else 0.0
    is_whole = column not in _COUNTS or value == math.floor(value)
    is_share = column not in SHARES or value <= 1
    if not math.isfinite(value) or value < least or not is_whole or not is_share:
        hint = "Write plain numbers with a point, counts whole, and shares as 0.03 for 3 %."
        raise ConfigError(f"{place} says {text!r} as {column}.", hint=hint)
    return value


def _whole(name: str, cells: Sequence[_Cell]) -> Payroll:
    if not cells:
        raise ConfigError(f"{name} has no rows.", hint="Give one per band and function.")
    names = [cell.name for cell in cells]
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice:
        hint = "Merge its rows."
        raise ConfigError(f"{name} has {' and '.join(twice)} twice.", hint=hint)
    currencies = sorted({cell.currency for cell in cells})
    if len(currencies) > 1 or not currencies[0]:
        hint = "Convert pay to one currency, and name it by its three letters."
        raise ConfigError(f"{name} has {len(currencies)} currencies, or one unnamed.", hint=hint)
    people = np.array([cell.people for cell in cells], float)
    pay = np.array([cell.values["base"] + cell.values["bonus"] for cell in cells])
    if pay.min() <= 0:
        raise ConfigError(f"{name} has a cell without pay.", hint="Leave that cell out.")
    return Payroll(
        source=name,
        people=int(people.sum()),
        cells=len(cells),
        currency=currencies[0],
        pay=float(people @ pay / people.sum()),
        promotions=round(sum(cell.values["promotions"] for cell in cells)),
        quits=round(sum(cell.values["quits"] for cell in cells)),
        promotion_raise=_mean(cells, "promotion_raise_ratio"),
        outside_offer=_mean(cells, "outside_offer_ratio"),
        slope=_slope(cells),
    )


def _mean(cells: Sequence[_Cell], column: str) -> float | None:
    told = [cell for cell in cells if column in cell.values]
    if not told:
        return None
    return sum(one.people * one.values[column] for one in told) / sum(one.people for one in told)


def _slope(cells: Sequence[_Cell]) -> Slope | None:
    told = [
        cell for cell in cells if min(cell.values.get(column, -1.0) for column in SHARES[:2]) > -1
    ]
    if len(told) < FEWEST_CELLS:
        return None
    raises, outputs = (np.log1p([cell.values[column] for cell in told]) for column in SHARES[:2])
    return weighted_slope(outputs, raises, np.array([cell.people for cell in told], float))


def weighted_slope(x: Floats, y: Floats, weights: Floats) -> Slope | None:
    """Return the weighted least-squares slope with its HC3 error; None where `x` does not vary."""
    roots = np.sqrt(weights)
    design = np.column_stack([np.ones_like(x), x]) * roots[:, None]
    if np.ptp(x) < 1e-9:
        return None
    inverse = np.linalg.inv(design.T @ design)
    fitted = inverse @ design.T @ (y * roots)
    left = y * roots - design @ fitted
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    bread = inverse @ (design * (left / (1 - leverage))[:, None]).T
    return Slope(
        value=float(fitted[1]), error=float(np.sqrt((bread @ bread.T)[1, 1])), freedom=x.size - 2
    )
