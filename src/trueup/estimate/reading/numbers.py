"""Reads what is measured: numbers, and nothing that only looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import EstimateError
from trueup.estimate.panel import Floats

NAMED = 5
"""How many of the rows or units concerned an error or a remark names."""
_EMPTY = pa.array(["", "na", "nan", "none", "null", "n/a"])


def named(names: Sequence[str]) -> str:
    """Name up to five, and say how many more there are.

    >>> named(["a", "b"]), named(list("abcdefg"))
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    shown = ", ".join(islice(names, NAMED))
    more = len(names) - NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown


def counted(number: int, noun: str) -> str:
    """Say how many there are of something.

    >>> counted(1, "unit"), counted(2000, "row")
    ('1 unit', '2,000 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def read_numbers(column: pa.ChunkedArray, name: str) -> Floats:
    """Return a column as numbers; NaN where it is empty.

    Raises
    ------
    EstimateError
        It holds text, dates or lists.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column = _from_text(column, name)
    elif not (
        pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_decimal(kind)
        or pa.types.is_null(kind)
    ):
        raise EstimateError(
            f"The column {name!r} holds {kind}, not numbers.",
            hint="Name a column of numbers; give durations in one unit, e.g. hours.",
        )
    numbers = pc.fill_null(column.cast(pa.float64(), safe=False), float("nan"))
    found: Floats = np.array(numbers.to_numpy(), dtype=np.float64)
    return found


def _from_text(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    text = pc.if_else(pc.is_in(pc.utf8_lower(text), _EMPTY), pa.scalar(None, pa.string()), text)
    try:
        return text.cast(pa.float64())
    except pa.ArrowInvalid:
        wrong = _not_numbers(text)
    comma = any("," in value for value in wrong)
    raise EstimateError(
        f"The column {name!r} holds text where numbers belong: {named(wrong)}.",
        hint="Write decimals with a point and no separator between thousands."
        if comma
        else "Name a column of numbers, or leave what is not known empty.",
    )


def _not_numbers(text: pa.ChunkedArray) -> list[str]:
    wrong = []
    for value in text.unique().to_pylist():
        try:
            float(value or 0)
        except ValueError:
            wrong.append(repr(value))
    return wrong or [repr(value) for value in text.unique().to_pylist()[:NAMED]]
