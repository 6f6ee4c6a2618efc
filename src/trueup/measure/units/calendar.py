"""The weeks of a count, and in which of them an instant lies."""

from __future__ import annotations

import ibis
import pyarrow as pa

from trueup.measure.windows import WEEK, Bucket


class Calendar:
    """Puts instants into weeks: by division, then corrected where clocks were changed."""

    def __init__(self, weeks: tuple[Bucket, ...]) -> None:
        self.start, self.end = weeks[0].window.start_at, weeks[-1].window.end_at
        even = all(w.window.end_at - w.window.start_at == WEEK for w in weeks)
        self._bounds = None if even else ibis.memtable(_bounds(weeks))

    def weekly(self, rows: ibis.Table, instant: str) -> ibis.Table:
        """Keep rows whose instant lies in a week, and add ``week``, its number."""
        at = rows[instant]
        rows = rows.filter(at.notnull() & (at >= self.start) & (at < self.end))
        rough = ((rows[instant] - self.start) // WEEK).cast("int64")
        if self._bounds is None:
            return rows.mutate(week=rough)
        bounds = self._bounds
        rows = rows.mutate(rough=rough)
        rows = rows.inner_join(bounds, rows.rough == bounds.bound_week)
        at = rows[instant]
        late, early = (at >= rows.bound_ends_at), (at < rows.bound_starts_at)
        return rows.mutate(week=rows.rough + late.cast("int64") - early.cast("int64"))


def _bounds(weeks: tuple[Bucket, ...]) -> pa.Table:
    starts = [week.window.start_at for week in weeks]
    ends = [week.window.end_at for week in weeks]
    return pa.table(
        {
            "bound_week": pa.array(range(len(weeks) + 1), pa.int64()),
            "bound_starts_at": pa.array([*starts, ends[-1]], pa.int64()),
            "bound_ends_at": pa.array([*ends, ends[-1] + WEEK], pa.int64()),
        }
    )
