"""Sections that cannot be filled: one line each, saying what to connect and what it answers."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.report.document import OneLine, Section
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.view import View


def no_effects(view: View) -> Section:
    """Return what would allow a claim of cause."""
    text = (
        "whether AI use changed throughput, lead time, quality or cost, with a design and an "
        "interval. These records name no roll-out date and no comparison group, so this page makes "
        "no such claim."
    )
    if view.several:
        text += (
            " With several repositories, {command} can already compare those that took AI up "
            "early with those that did so later."
        )
    answers = Sentence(template=text, values={"command": Name("trueup estimate")})
    dates = "the dates of your roll-outs"
    lacking = dates if view.holds("ai_session", "ai_request") else f"AI sessions and {dates}"
    connect = lacking if view.holds("deployment") else f"deployments, {lacking}"
    block = OneLine(connect=connect, answers=answers)
    return Section(id="effects", heading="Effects", blocks=(*_unweighed(view), block))


def _unweighed(view: View) -> Iterator[Sentence]:
    """Say which plan is registered and why it could not be answered."""
    if view.run.unweighed:
        said = Quoted(text=view.run.unweighed, by="the register")
        yield Sentence(template="Plan: {said}", values={"said": said}, tone="note")
