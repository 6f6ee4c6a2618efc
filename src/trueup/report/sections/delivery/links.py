"""What is tied to what: without ties between records, waits and failures have no owner."""

from __future__ import annotations

from trueup.measure.production.linkage import GRADES, Linkage
from trueup.report.document import Cell, Section, Table
from trueup.report.sentence import Name, Sentence
from trueup.report.view import View
from trueup.report.words import capital, items_of


def links(view: View) -> Section | None:
    """Return which share of each kind of record is tied; None where git is all there is."""
    if not view.records.linkage:
        return None
    caption = Sentence(
        template="Shares of all that is recorded. Declared: a person or the tool itself says so; "
        "derived: it follows from records; guessed: likely, by time. What is not tied is left out "
        "of what needs the tie, and lowers its coverage."
    )
    columns = ("Records", "Tied", *(capital(grade) for grade in GRADES), "Of")
    table = Table(
        caption=caption,
        columns=columns,
        rows=tuple(_row(each) for each in view.records.linkage),
    )
    return Section(id="links", heading="What is tied to what", blocks=(table,))


def _row(each: Linkage) -> tuple[Cell, ...]:
    grades: tuple[Cell, ...] = each.by_grade or tuple(Name("\u2013") for _ in GRADES)
    return (Name(capital(each.name)), each.whole, *grades, Name(items_of(each.whole)))
