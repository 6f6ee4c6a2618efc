"""Points and levels at the end of each quarter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from trueup.measure.practices.history import Dated
from trueup.measure.repository import MOST_APART
from trueup.report.document import Block, Table
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.view import View

BY = "practice"
QUARTERS = 6
"""How many are shown, the newest ones: a narrow page holds no more."""


def over_time(view: View) -> Iterator[Block]:
    """Yield a table of the last quarters; nothing where there are fewer than two."""
    used = [
        each for each in view.records.practices.history if each.unit == "repository" and each.in_use
    ]
    quarters = sorted({each.quarter for each in used})[-QUARTERS:]
    if len(quarters) < 2:
        return
    names = sorted({each.name for each in used})
    if len(names) > MOST_APART:
        yield _counted(used, quarters)
    else:
        called = {each.repository_id: each.name for each in view.repositories}
        yield _apart(used, quarters, [(name, called.get(name, name)) for name in names])


def _apart(
    used: Sequence[Dated], quarters: Sequence[str], names: Sequence[tuple[str, str]]
) -> Table:
    at = {(each.name, each.quarter): each for each in used}
    return Table(
        caption=Sentence(
            template="Points at the end of each quarter, seen and not ruled out, from what had "
            "landed or was recorded by then."
        ),
        columns=("Of", *quarters),
        rows=tuple(
            (Name(called), *(_span(at.get((name, quarter))) for quarter in quarters))
            for name, called in names
        ),
    )


def _span(found: Dated | None) -> Quoted:
    if found is None:
        return Quoted(text="\u2013", by=BY)
    low, high = found.standing.low, found.standing.high
    return Quoted(text=f"{low}" if low == high else f"{low} to {high}", by=BY)


def _counted(used: Sequence[Dated], quarters: Sequence[str]) -> Table:
    return Table(
        caption=Sentence(
            template="Repositories in which AI tools were seen to be used at the end of each "
            "quarter, and at which level at least, from what had landed or was recorded by then."
        ),
        columns=("Quarter", "In use", "Level 2 or 3", "Level 3", "Points seen, median"),
        rows=tuple(
            _row(quarter, [each for each in used if each.quarter == quarter])
            for quarter in quarters
        ),
    )


def _row(quarter: str, used: Sequence[Dated]) -> tuple[Name | Quoted, ...]:
    levels = [each.standing.levels[0] for each in used]
    points = median(each.standing.low for each in used)
    counts = (len(used), sum(one >= 2 for one in levels), sum(one == 3 for one in levels))
    told = (*(f"{count:,}" for count in counts), f"{points:g}")
    return (Name(quarter), *(Quoted(text=each, by=BY) for each in told))
