"""Defects by the stage that caught them, and the practices that keep them few."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.measure.production.defects import CAUGHT_IN
from trueup.model.evidence import Measurement
from trueup.report.document import Block, Cell, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.delivery.rows import MEDIAN, Row, half, table
from trueup.report.sentence import Name, Sentence, how_sure
from trueup.report.view import View
from trueup.report.words import capital, items_of

LATER = "later_defect_recovery_ratio"
PRACTICES = (
    Row(label="Checks that pass at the first attempt", metric="checks_passed_first_ratio"),
    Row(label="Checks that say two things of one commit", metric="flaky_checks_ratio"),
    half("A pipeline runs, half within", "pipeline_run_seconds"),
    Row(label="Changes that say they break something", metric="declared_breaking_changes_ratio"),
    Row(label="Releases that raise the first number", metric="major_releases_ratio"),
    Row(label="Releases that change what others call", metric="breaking_releases_ratio"),
)


def defects(view: View) -> Section | None:
    """Return where defects are caught and what they cost; None where nothing of it is recorded."""
    known = view.together
    blocks: list[Block] = [*_lead(known), *_caught(known)]
    blocks += table(known, "Checks by machines, and changes that break something.", PRACTICES)
    blocks += _foundations(known)
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section(id="defects", heading="Defects and foundations", blocks=tuple(blocks))


def _lead(known: Evidence) -> Iterator[Sentence]:
    escaped = known.one("defects_escaped_ratio")
    if isinstance(escaped, Measurement):
        text = f"{{escaped}} of defects are caught only in production{how_sure('escaped', escaped)}"
        yield Sentence(template=f"{text}: {{escaped:n}}.", values={"escaped": escaped})


def _caught(known: Evidence) -> Iterator[Table]:
    rows: list[tuple[Cell, ...]] = []
    for stage in CAUGHT_IN:
        share = known.one("defects_caught_ratio", stage=stage)
        if not isinstance(share, Measurement):
            continue
        lasts = known.one("defect_recovery_seconds", stage=stage, **MEDIAN)
        later = next(iter(known.measured(LATER, "against", stage=stage)), None)
        rests = items_of(lasts) if isinstance(lasts, Measurement) else ""
        times = Name("\u2013") if later is None else later
        rows.append((Name(capital(stage)), share, lasts, times, Name(rests)))
    if rows:
        caption = Sentence(
            template="Where defects are caught, and how long each then lasts. The later, the "
            "longer, is a belief: the last number but one is what these records say of it."
        )
        columns = ("Caught in", "Share", "Half mended within", "Times the stage before", "Rests on")
        yield Table(caption=caption, columns=columns, rows=tuple(rows))


def _foundations(known: Evidence) -> Iterator[Table]:
    found = known.measured("foundation_ratio", "stage")
    rows = tuple(
        (Name(capital(dict(each.group)["stage"])), each, Name(items_of(each))) for each in found
    )
    if rows:
        caption = Sentence(
            template="Foundations, each for itself: how well the repositories were tended before "
            "AI tools came to them, as far as it is recorded."
        )
        yield Table(caption=caption, columns=("Practice", "Share", "Rests on"), rows=rows)
