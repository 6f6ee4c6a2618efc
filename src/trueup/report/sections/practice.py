"""How AI tools are put to work, as far as that is seen, and what to build next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.measure.practices.practice import UnitPractice
from trueup.measure.practices.rubric import CAPACITIES, RULE
from trueup.measure.repository import MOST_APART
from trueup.model.evidence import Abstention, Measurement
from trueup.report.document import Block, Cell, Fold, Section, Table
from trueup.report.sections.practising.afterwards import afterwards
from trueup.report.sections.practising.over_time import over_time
from trueup.report.sentence import Name, Quoted, Sentence
from trueup.report.view import View
from trueup.report.words import capital, listed

_BY = "practice"
NAMED = 5
"""Of more repositories without any sign, only their number is said."""


def practice(view: View) -> Section | None:
    """Return what is seen of practice; None where no repository was read."""
    units = view.records.practices.units
    if not units:
        return None
    used = [each for each in units if each.in_use]
    blocks: list[Block | Fold] = []
    if used:
        blocks += _shown(used, view)
        blocks += _unseen(units, view)
        blocks += over_time(view)
        blocks += afterwards(view.records.after_practice)
    else:
        text = (
            "Nothing shows that AI tools are used here: no file for them stands at the newest "
            "commit, no commit of the last year carries a mark, no session is recorded."
        )
        blocks.append(Sentence(template=text))
    if view.records.practices.hidden:
        text = (
            "Sessions of some teams or repositories are left out: so few persons, or one so much "
            "more active than the others, that they would point at persons."
        )
        blocks.append(Sentence(template=text, tone="note"))
    return Section(id="practice", heading="How AI tools are put to work", blocks=tuple(blocks))


def _shown(used: Sequence[UnitPractice], view: View) -> Iterator[Block | Fold]:
    text = (
        "What is kept in the repository and recorded in sessions shows a part of how AI tools are "
        "put to work; all else is left open, and widens what follows."
    )
    yield Sentence(template=text, tone="lead")
    told = used[:MOST_APART]
    called = {each.repository_id: each.name for each in view.repositories}
    names = [Name(called.get(each.name, each.name)) for each in told]
    yield Table(
        caption=Sentence(template="What is seen, and what is not ruled out."),
        columns=("Of", "Level", "Points"),
        rows=tuple((name, each.level, each.points) for name, each in zip(names, told, strict=True)),
    )
    yield Sentence(template="{rule}", values={"rule": Quoted(text=RULE, by=_BY)}, tone="note")
    yield from _visible(view)
    yield Table(
        caption=Sentence(template="What to build next where the third level is not seen."),
        columns=("Capacity", "Next to add", "What speaks for it", "What to watch"),
        rows=tuple(_plans(names, told)),
    )
    yield Fold(says="What was seen", blocks=(_parts(names, told), _seen(names, told)))
    if len(used) > len(told):
        text = "More repositories and teams were read than are listed: the first by name are."
        yield Sentence(template=text, tone="note")


def _unseen(units: Sequence[UnitPractice], view: View) -> Iterator[Block]:
    """Say of how many repositories nothing is seen: they are in no table here."""
    without = [each.name for each in units if not each.in_use]
    if not without:
        return
    called = {each.repository_id: each.name for each in view.repositories}
    repositories = sum(each.unit == "repository" for each in units)
    which = ""
    if len(without) <= NAMED:
        which = f": {listed([called.get(name, name) for name in without])}"
    text = f"{len(without):,} of {repositories:,} repositories{which}"
    yield Sentence(
        template="Nothing shows that AI tools are used in {which}; they are not in the tables "
        "here.",
        values={"which": Quoted(text=text, by=_BY)},
        tone="note",
    )


def _visible(view: View) -> Iterator[Block]:
    """Say whether the levels are in the data, or what it would take to tell."""
    found = view.records.levels
    if isinstance(found, Abstention):
        text = "Whether three levels are in your data {it:cannot}: {it:reason}. {it:remedy}."
        yield Sentence(template=text, values={"it": found}, tone="note")
    elif found is not None:
        said = Quoted(text=found.says, by=_BY)
        yield Sentence(template="{said}", values={"said": said}, tone="note")


def _parts(names: Sequence[Name], told: Sequence[UnitPractice]) -> Table:
    return Table(
        caption=Sentence(template="Points seen, and points not ruled out, of each capacity."),
        columns=("Of", *(capital(each) for each in CAPACITIES)),
        rows=tuple(
            (name, *(_span(part) for part in each.capacities))
            for name, each in zip(names, told, strict=True)
        ),
    )


def _span(found: Measurement) -> Quoted:
    assert found.interval is not None
    low, high = int(found.interval.low), int(found.interval.high)
    return Quoted(text=f"{low}" if low == high else f"{low}\u2013{high}", by=_BY)


def _plans(names: Sequence[Name], told: Sequence[UnitPractice]) -> Iterator[tuple[Cell, ...]]:
    """Yield each step to take once, with whom it is for."""
    steps = dict.fromkeys(each.next for each in told if each.next is not None)
    for step in steps:
        whom = [name.text for name, each in zip(names, told, strict=True) if each.next == step]
        yield (
            Name(capital(step.capacity)),
            Quoted(text=f"{step.add} For {listed(whom)}.", by=_BY),
            Quoted(text=f"{step.evidence} See {step.link.removeprefix('https://')}", by=_BY),
            Quoted(text=step.watch, by=_BY),
        )


def _seen(names: Sequence[Name], told: Sequence[UnitPractice]) -> Table:
    said = ([text for name in CAPACITIES for text in each.standing.of(name).seen] for each in told)
    return Table(
        caption=Sentence(template="What points rest on."),
        columns=("Of", "Seen"),
        rows=tuple(
            (name, Quoted(text="; ".join(seen) or "nothing", by=_BY))
            for name, seen in zip(names, said, strict=True)
        ),
    )
