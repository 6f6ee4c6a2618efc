"""Tables of what could be measured: a name, the number with its interval, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trueup.model.evidence import Measurement
from trueup.report.document import Cell, Table
from trueup.report.findings import Evidence
from trueup.report.sentence import Defined, Name, Sentence
from trueup.report.words import alike, items_of

MEDIAN: Mapping[str, str] = {"quantile": "0.5"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: how a reader calls a metric, and which slice of it.

    Parameters
    ----------
    group
        The slice, by dimension.
    """

    label: str
    metric: str
    group: Mapping[str, str] = field(default_factory=dict)


def half(label: str, metric: str) -> Row:
    """Return the row of a median."""
    return Row(label=label, metric=metric, group=MEDIAN)


def table(
    known: Evidence, caption: str, rows: Sequence[Row], first: str = "Measure"
) -> Iterator[Table]:
    """Yield a table of the rows that could be measured; none where none could."""
    cells = tuple(_cells(known, rows))
    if cells:
        columns = (first, "In the window", "Rests on")
        yield Table(caption=Sentence(template=caption), columns=columns, rows=cells)


def _cells(known: Evidence, rows: Sequence[Row]) -> Iterator[tuple[Cell, ...]]:
    for row in rows:
        found = known.one(row.metric, **row.group)
        if isinstance(found, Measurement):
            rests = f"{items_of(found)}{alike(found)}"
            yield Defined(text=row.label, by=row.metric), found, Name(rests)
