"""What came after practice: whether it jumps somewhere, how unequal it is, what others found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from trueup.estimate.assessment import Threshold
from trueup.estimate.practices.asking import AfterPractice
from trueup.estimate.practices.inequality import Spread
from trueup.measure.practices.anchors import ANCHORS
from trueup.measure.practices.quarters import LEAD_TIME, OUTPUT
from trueup.model.evidence import Abstention, Interval
from trueup.report.document import Block, Cell, Fold, Table
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.words import capital, typeset
from trueup.units import significant

BY = "practice"
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        OUTPUT: "Sound changes per developer-week",
        "change_failure_ratio": "Share of changes that fail",
        LEAD_TIME: "Lead time in days",
    }
)


def afterwards(found: AfterPractice) -> Iterator[Block | Fold]:
    """Yield the answers to the test for a cliff, inequality, and published figures."""
    told = [each for each in found.cliffs if isinstance(each, Threshold)]
    untold = [each for each in found.cliffs if isinstance(each, Abstention)]
    if told:
        yield _answers(told)
        yield Sentence(
            template="The quarter after is laid beside points at the end of each quarter, each "
            "repository compared with itself, what is peculiar to a quarter taken out. An "
            "association: nobody drew lots for who practises how.",
            tone="note",
        )
        says = [typeset(capital(each.says)) for each in told]
        yield Fold(says="What was asked of what came after", blocks=tuple(map(_quoted, says)))
    for why in untold:
        text = "Whether what follows jumps at some level of practice {it:cannot}: {it:reason}. "
        yield Sentence(template=text + "{it:remedy}.", values={"it": why}, tone="note")
    yield from _inequality(found.spreads)
    yield Fold(says="What others have published", blocks=(_published(),))


def _quoted(text: str) -> Sentence:
    return Sentence(template="{said}", values={"said": Quoted(text=text, by=BY)}, tone="note")


def _answers(told: Sequence[Threshold]) -> Table:
    return Table(
        caption=Sentence(
            template="Whether what follows in the next quarter jumps at some number of points, "
            "and the jump that would be found four times in five."
        ),
        columns=("What follows", "Answer", "Jump that is found", "Quarters"),
        rows=tuple(_answer(each) for each in told),
    )


def _answer(found: Threshold) -> tuple[Cell, ...]:
    detectable = found.detectable_jump
    seen = f"{found.n_rows:,} of {found.n_units:,} repositories"
    return (
        Name(_LABELS.get(found.outcome, found.outcome)),
        Quoted(text=found.answer, by=BY),
        Quoted(text="\u2013" if detectable is None else significant(detectable), by=BY),
        Quoted(text=seen, by=BY),
    )


def _inequality(spreads: Sequence[Spread | Abstention]) -> Iterator[Block]:
    told = [each for each in spreads if isinstance(each, Spread)]
    if told:
        yield Table(
            caption=Sentence(
                template="How unequal sound changes per developer are over the last four quarters: "
                "the Gini coefficient, and the ninetieth percentile over the tenth. Between "
                "levels, each counts as its level's mean."
            ),
            columns=("Among", "Repositories", "Gini", "90th over 10th"),
            rows=tuple(_spread(each) for each in told),
        )


def _spread(found: Spread) -> tuple[Cell, ...]:
    ratio = "\u2013"
    if found.ratio is not None and found.ratio_interval is not None:
        ratio = _with_interval(found.ratio, found.ratio_interval)
    return (
        Name(capital(found.of)),
        Quoted(text=f"{found.n:,}", by=BY),
        Quoted(text=_with_interval(found.gini, found.gini_interval), by=BY),
        Quoted(text=ratio, by=BY),
    )


def _with_interval(value: float, interval: Interval) -> str:
    low, high = significant(interval.low), significant(interval.high)
    return f"{significant(value)} ({low} to {high})"


def _published() -> Table:
    return Table(
        caption=Sentence(template="Of other people, other work and other tools."),
        columns=("Of", "What was found", "How far it carries"),
        rows=tuple(
            (
                Name(each.about),
                Quoted(text=typeset(each.found), by=BY),
                Quoted(text=f"{each.carries} See {each.link.removeprefix('https://')}", by=BY),
            )
            for each in ANCHORS
        ),
    )
