"""Your organisation beside the published report, each row as that report computes it."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.measure.comparing.beside import Beside, BesidePublished
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report.document import Block, Section
from trueup.report.scrutiny import BesideLine, BesideTable, EmptyBeside
from trueup.report.sections.balance.weighed import weighed
from trueup.report.sentence import Defined, Name, Sentence
from trueup.report.view import View

AGREEING = 0.1
"""Without an interval, ratios that differ by less than this share are one answer."""
HOW = "trueup estimate --write-plan plan.toml"


def published(view: View) -> Section | None:
    """Return the table; None where git is all there is."""
    found = view.records.beside
    if found is None:
        return None
    lines = tuple(_lines(found, view))
    told = tuple(line for line in lines if not line.is_empty)
    if not told:
        return None
    blocks: list[Block] = [*_intro(found, told)]
    blocks.append(BesideTable(caption=_caption(found), lines=told))
    empty = tuple(line for line in lines if line.is_empty)
    if empty:
        blocks.append(EmptyBeside(lines=empty))
    return Section(id="beside", heading="Your organisation beside the report", blocks=tuple(blocks))


def _intro(found: BesidePublished, lines: tuple[BesideLine, ...]) -> Iterator[Sentence]:
    if not found.compared:
        text = (
            "Quarters of least AI use and of most cannot be told apart yet: {why:reason}. "
            "{why:remedy}. Until then the last year stands beside the published figures."
        )
        yield Sentence(template=text, values={"why": lines[0].change})
        return
    text = (
        "Least and most: each {unit}'s two quarters with the least AI use and its two with the "
        "most, averaged over {units}, as the published report compares them. Use here is {use}."
    )
    units = Defined(text=f"{found.compared} {_plural(found.kind)}", by="published contrast")
    yield Sentence(
        template=text,
        values={"unit": Name(found.kind), "units": units, "use": Name(found.use)},
    )
    answers = (line.by_design for line in lines)
    yield _warning(next((each for each in answers if isinstance(each, Estimate)), None))


def _warning(told: Estimate | None) -> Sentence:
    text = (
        "That is a correlation. Use rose over time almost everywhere, so that quarters of most "
        "use are late quarters, and whatever else changed by then is in the number: people, "
        "products, customs. What stands under \u201cby design\u201d compares those that took AI up "
        "with others over the same months instead; the two may differ, even in direction"
    )
    if told is None:
        return Sentence(template=text + ".", tone="note")
    text += ", and only the second speaks of an effect."
    return Sentence(template=text, values={"told": told}, tone="note")


def _caption(found: BesidePublished) -> Sentence:
    return Sentence(
        template="Your {units} beside published figures, which are of other organisations, come "
        "from a seller of the instrument, and have no intervals.",
        values={"units": Name(_plural(found.kind))},
    )


def _plural(kind: str) -> str:
    return {"team": "teams", "repository": "repositories"}.get(kind, f"{kind}s")


def _lines(found: BesidePublished, view: View) -> Iterator[BesideLine]:
    """Yield one line per metric and slice, its editions together, in the order of the report."""
    together: dict[tuple[object, ...], list[Beside]] = {}
    for row in found.rows:
        together.setdefault((row.figure.metric, row.figure.group), []).append(row)
    answers = _answers(view)
    for rows in together.values():
        first = rows[0]
        yield BesideLine(
            metric=first.figure.metric,
            figures=tuple(row.figure for row in rows),
            now=first.now,
            low=first.low,
            high=first.high,
            change=first.change,
            change_of_sums=_if_other(first.change, first.change_of_sums),
            by_design=_by_design(first, view, answers),
            is_asked=first.outcome in answers,
        )


def _if_other(change: Finding, of_sums: Finding | None) -> Finding | None:
    """Return the change of sums where it is another answer than the mean over units."""
    if not isinstance(change, Measurement) or not isinstance(of_sums, Measurement):
        return None
    if change.interval is None:
        apart = abs(of_sums.value - change.value) > AGREEING * (1 + change.value)
        return of_sums if apart else None
    inside = change.interval.low <= of_sums.value <= change.interval.high
    return None if inside else of_sums


def _answers(view: View) -> dict[str, Estimate | Abstention]:
    if view.assessment is None:
        return {}
    return {each.assessed.question.outcome: each.found for each in weighed(view.assessment)}


def _by_design(
    row: Beside, view: View, answers: dict[str, Estimate | Abstention]
) -> Estimate | Abstention:
    if row.outcome in answers:
        return answers[row.outcome]
    reason = "It is not counted for each unit and month, so no comparison with a design is made."
    remedy = "Read the outcomes that are: trueup estimate."
    if row.outcome and view.assessment is not None:
        reason = "The plan does not ask about it."
        remedy = f"Name {row.outcome} in a plan: {HOW}."
    elif row.outcome:
        reason = "No plan is registered, so nothing was compared with a design."
        remedy = f"Draft one and register it: {HOW}."
    return Abstention(metric=row.outcome or row.figure.metric, reason=reason, remedy=remedy)
