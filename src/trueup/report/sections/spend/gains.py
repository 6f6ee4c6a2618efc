"""Who gains from the gain: a model of pay and effort, of the whole organisation alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from trueup.model.evidence import Abstention
from trueup.model.simulated import Simulated
from trueup.report.document import Block, Cell, Fold, Section, Steps, Table
from trueup.report.sentence import Defined, Filling, Name, Quoted, Sentence, how_sure
from trueup.report.view import View
from trueup.report.words import capital
from trueup.simulate.incentives.findings import Incentives, Policy
from trueup.simulate.incentives.stating import MODEL

_BY = "incentives"
_RIVALS: Mapping[str, str] = MappingProxyType(
    {
        "quality_investment": "Time put into quality",
        "learning": "Time put into learning",
        "review_load": "A load of review",
        "bottleneck_downstream": "A bottleneck further down",
    }
)


def gains(view: View) -> Section | None:
    """Return the section on who gains; None without a file of pay or a gain that was measured."""
    found = view.records.incentives
    if found is None:
        return None
    heading = "Who gains from the gain"
    if isinstance(found, Abstention):
        text = "Who gains {it:cannot}: {it:reason}. {it:remedy}."
        blocks: tuple[Block | Fold, ...] = (Sentence(template=text, values={"it": found}),)
    else:
        blocks = tuple(_blocks(found))
    return Section(id="gains", heading=heading, blocks=blocks)


def _blocks(found: Incentives) -> Iterator[Block | Fold]:
    values: dict[str, Filling] = {"captured": found.captured, "even": found.break_even}
    captured, even = how_sure("captured", found.captured), how_sure("even", found.break_even)
    yield Sentence(
        template=f"By a model of pay and effort, {{captured}}{captured} "
        "of the gain is turned into output on today's terms. Were pay all that rewards it, "
        f"{{even}}{even} of extra output "
        "would have to reach pay for that to be as good as rest.",
        values=values,
        tone="lead",
    )
    yield _quoted(found.read_first)
    yield Table(
        caption=Sentence(template="Of the whole organisation; no team and no person."),
        columns=("What", "By the model"),
        rows=tuple((Name(name), number) for name, number in _terms(found)),
    )
    yield Table(
        caption=Sentence(
            template="What could be passed to pay. A policy left out is beaten by one shown."
        ),
        columns=("Passed to pay", "Other rewards", "Captured", "Kept by the organisation"),
        rows=tuple(_policy(one) for one in found.frontier if one.is_on_frontier),
    )
    yield _quoted(f"{capital(found.hours_unseen.say())}. {found.hours_unseen.says}")
    yield Table(
        caption=Sentence(template="What else explains a gain that does not show."),
        columns=("What", "Answer", "In words", "Told apart by"),
        rows=tuple(
            (
                Name(_RIVALS[rival.name]),
                Name(rival.answer),
                Quoted(text=rival.says, by=_BY),
                Quoted(text=rival.told_apart_by, by=_BY),
            )
            for rival in found.rivals
        ),
    )
    steps = tuple(_quoted(one) for one in found.captured.assumptions)
    yield Steps(steps=steps, is_ordered=False, fold="What the model rests on")


def _terms(found: Incentives) -> Iterator[tuple[str, Simulated]]:
    yield "Gain at equal effort", found.gain
    if found.arrived is not None:
        yield "Of it, arrived as delivered", found.arrived
    yield "Of it, captured on today's terms", found.captured
    yield "Kept by the organisation", found.kept
    yield "Worth to workers, above resting", found.workers_gain
    yield "Passed to pay, for an average worker to start showing it", found.starts_at
    yield "Passed to pay, for an average worker to show all of it", found.all_shown_at
    yield "Passed to pay, for the organisation to keep most", found.best


def _policy(one: Policy) -> tuple[Cell, ...]:
    passed, beside = (
        Defined(text=f"{100 * share:g} %", by=MODEL) for share in (one.pass_through, one.beside_pay)
    )
    return (passed, beside, one.captured, one.kept)


def _quoted(text: str) -> Sentence:
    return Sentence(template="{it}", values={"it": Quoted(text=text, by=_BY)})
