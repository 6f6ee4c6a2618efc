"""What experiments said: days or tasks without AI, by lot, of people who consented."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.experiments.answering.answer import RIVALS, ExperimentAnswer, registered
from trueup.estimate.experiments.plan import ExperimentPlan
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.report.document import Block, Cell, Section, Steps, Table
from trueup.report.scrutiny import CheckLine, Checks
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.view import View
from trueup.report.words import capital, typeset

_BY = "experiment"


def experiment(view: View) -> Section | None:
    """Return what experiments said; None where none is registered."""
    found = view.records.experiments
    if not found:
        return None
    blocks = tuple(block for asked in found for block in _blocks(*asked))
    return Section(id="experiment", heading="Days and tasks without AI, by lot", blocks=blocks)


def _blocks(plan: ExperimentPlan, found: ExperimentAnswer | Abstention) -> Iterator[Block]:
    name = {"name": Name(plan.name)}
    if isinstance(found, Abstention):
        text = "What {name} says {it:cannot}: {it:reason}. {it:remedy}."
        yield Sentence(template=text, values={**name, "it": found}, tone="lead")
        yield _quoted(registered(plan))
        return
    verdict = f"{found.verdict.say()}. {found.verdict.because} {found.verdict.capped}".strip()
    yield Sentence(
        template="{name}: {verdict}",
        values={"name": Name(capital(plan.name)), "verdict": _words(verdict)},
        tone="lead",
    )
    yield _quoted(f"Could be seen: {found.power.says}")
    yield Sentence(
        template="As usual against without AI: {itt} (anything from {itt:interval} fits), as a "
        "share of what was usual before, whatever people then did. It speaks of {whom}.",
        values={"itt": found.itt, "whom": Name(found.cohort.says())},
    )
    yield _table(found)
    yield from _kept(found)
    if isinstance(found.trend, Estimate):
        yield _quoted(RIVALS)
    yield Checks(
        id=f"checks-experiment-{plan.name}",
        caption=Sentence(template="What could be wrong with it."),
        lines=tuple(CheckLine(about=plan.outcome, check=check) for check in found.checks),
    )
    left = (*found.left_out, registered(plan))
    steps = tuple(_quoted(each) for each in left)
    yield Steps(steps=steps, is_ordered=False, fold="What was left out, and the plan")


def _table(found: ExperimentAnswer) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Name("By lots drawn anew: these people alone"), found.by_lots),
        (Name("Of use itself, on days whose use lots moved"), found.of_use),
        (Name("Change of the difference from the first week to the last"), found.trend),
    ]
    return Table(
        caption=Sentence(template="The same, asked otherwise."),
        columns=("What", "As usual against without AI"),
        rows=tuple(rows),
    )


def _kept(found: ExperimentAnswer) -> Iterator[Block]:
    kept = found.compliance
    if isinstance(kept, Abstention):
        text = "Who kept to the lots {it:cannot}: {it:reason}. {it:remedy}."
        yield Sentence(template=text, values={"it": kept}, tone="note")
        return
    yield Sentence(
        template="AI was used on {without} of days without it by lot, and on {usual} of days as "
        "usual.",
        values={"without": kept.without_ai.measured, "usual": kept.as_usual.measured},
        tone="note",
    )


def _quoted(text: str) -> Sentence:
    return Sentence(template="{said}", values={"said": _words(text)}, tone="note")


def _words(text: str) -> Quoted:
    return Quoted(text=typeset(text), by=_BY)
