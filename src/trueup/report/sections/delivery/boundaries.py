"""Where work waits: what is inside every stage, what enters and leaves it, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.measure.metrics.boundaries import BOUNDARIES
from trueup.model.evidence import Measurement
from trueup.report.document import Cell, Table
from trueup.report.findings import Evidence
from trueup.report.sentence import Name, Sentence
from trueup.report.words import items_of

CALLED = {
    "task": "Work item in progress, nothing put up",
    "draft": "Put up, not ready for review",
    "pickup": "Waiting for the first review",
    "review": "Reviewed, not approved",
    "merge": "Approved, not landed",
    "deploy": "Landed, not in production",
    "soak": "In production, watched for a week",
}


def boundaries(known: Evidence) -> Iterator[Table]:
    """Yield Little's law at every boundary that was seen."""
    rows = tuple(row for stage in BOUNDARIES if (row := _boundary(known, stage)) is not None)
    if not rows:
        return
    caption = Sentence(
        template="Little's law at every boundary: what is inside on average is what enters times "
        "how long it stays. All four are of the same changes in the same window."
    )
    columns = ("Stage", "Inside", "Enter", "Leave", "Mean wait", "Rests on")
    yield Table(caption=caption, columns=columns, rows=rows)


def _boundary(known: Evidence, stage: str) -> tuple[Cell, ...] | None:
    inside = known.one("stage_level_items", stage=stage)
    if not isinstance(inside, Measurement):
        return None
    flows = (f"stage_{name}_per_week" for name in ("arrivals", "departures"))
    return (
        Name(CALLED[stage]),
        inside,
        *(known.one(metric, stage=stage) for metric in flows),
        known.one("stage_wait_seconds", stage=stage, wait="edge-corrected"),
        Name(items_of(inside)),
    )
