"""Work items: how long they take, how much of that is work, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.model.evidence import Measurement
from trueup.report.document import Block, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.delivery.rows import MEDIAN, Row, half, table
from trueup.report.sentence import Sentence, how_sure
from trueup.report.view import View

ROWS = (
    half("Start to done, half within", "work_item_flow_seconds"),
    half("In progress, half within", "work_item_active_seconds"),
    half("Waiting once begun, half within", "work_item_waiting_seconds"),
    Row(label="Share of that time in which it is worked on", metric="flow_efficiency_ratio"),
    half("Age of what is open, half younger than", "work_item_age_seconds"),
    Row(label="Open and older than most ever got", metric="old_work_items_ratio"),
    Row(label="In progress, and nothing done for a week", metric="stalled_work_items_ratio"),
    Row(label="Times an item is begun again", metric="work_restarts_per_item"),
    Row(label="Opened again within a month of done", metric="reopened_work_items_ratio"),
)


def work(view: View) -> Section | None:
    """Return what the tracker shows; None where none is recorded."""
    known = view.together
    blocks: list[Block] = [*_lead(known)]
    blocks += table(
        known,
        "Work items from their first start. A tracker shows when cards are moved, not when work "
        "is done.",
        ROWS,
    )
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section(id="work", heading="Work items", blocks=tuple(blocks))


def _lead(known: Evidence) -> Iterator[Sentence]:
    flow, share = known.one("work_item_flow_seconds", **MEDIAN), known.one("flow_efficiency_ratio")
    if not isinstance(flow, Measurement):
        return
    text = f"Half of all work items are done within {{flow}} of their start{how_sure('flow', flow)}"
    if isinstance(share, Measurement):
        text += f"; {{share}} of the time they are being worked on{how_sure('share', share)}"
    yield Sentence(template=text + ".", values={"flow": flow, "share": share})
