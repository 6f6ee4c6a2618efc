"""Sections git alone cannot fill: one line each, saying what to connect and what it answers."""

from __future__ import annotations

from trueup.report.document import OneLine, Section
from trueup.report.sentence import Sentence


def money() -> Section:
    """Return what would show money."""
    answers = Sentence(
        template="what AI use costs a month, by tool, and what one surviving change costs."
    )
    block = OneLine(connect="an AI vendor's admin interface or an invoice export", answers=answers)
    return Section(id="money", heading="Money", blocks=(block,))


def effects() -> Section:
    """Return what would allow a claim of cause."""
    answers = Sentence(
        template="whether AI use changed throughput, lead time, quality or cost, with a design "
        "and an interval. Git alone knows no roll-out date and no comparison group, so this page "
        "makes no such claim."
    )
    block = OneLine(
        connect="deployments, AI sessions and the dates of your roll-outs", answers=answers
    )
    return Section(id="effects", heading="Effects", blocks=(block,))
