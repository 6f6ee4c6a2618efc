"""Which columns hold anything, told by the heads of the files and without reading a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from trueup.store.manifest import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What one source landed in one table.

    Parameters
    ----------
    source
        As `trueup.store.manifest.Segment` has it, without the part after its dot.
    values
        How many rows have a value, by column; columns without any are left out.
    """

    source: str
    table: str
    rows: int
    values: Mapping[str, int]


def filled(folder: Path, segments: Iterable[Segment]) -> tuple[Filled, ...]:
    """Return what the segments in `folder` hold, by source and table."""
    rows: Counter[tuple[str, str]] = Counter()
    values: dict[tuple[str, str], Counter[str]] = {}
    for segment in segments:
        place = (segment.source.partition(".")[0], segment.table)
        rows[place] += segment.rows
        values.setdefault(place, Counter()).update(_values(folder / segment.file))
    return tuple(
        Filled(
            source=source,
            table=table,
            rows=rows[source, table],
            values={name: count for name, count in values[source, table].items() if count},
        )
        for source, table in sorted(rows)
        if rows[source, table]
    )


def _values(path: Path) -> Counter[str]:
    """Count values by column; a column whose head says nothing of its nulls counts as filled."""
    found: Counter[str] = Counter()
    head = pq.ParquetFile(path).metadata
    for number in range(head.num_row_groups):
        group = head.row_group(number)
        for column in range(group.num_columns):
            part = group.column(column)
            nulls = part.statistics.null_count if part.is_stats_set else None
            found[part.path_in_schema.partition(".")[0]] += group.num_rows - min(
                nulls or 0, group.num_rows
            )
    return found
