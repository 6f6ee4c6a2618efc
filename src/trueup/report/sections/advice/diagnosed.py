"""What the doctor finds: the claim, what it rests on, its rivals, what each remedy would buy."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.diagnose.diagnosis import Diagnosis, Remedy
from trueup.diagnose.examining import Diagnosed
from trueup.model.evidence import Abstention
from trueup.model.simulated import Simulated
from trueup.report.document import Block, Cell, Fold, Steps, Table
from trueup.report.saying.diagnoses import gained, rival
from trueup.report.sentence import Filling, Name, Quoted, Sentence, how_sure
from trueup.report.words import capital

STRENGTHS = {
    "strong": "shown in more than one way, and no rival that was measured explains it",
    "moderate": "shown, and something else may explain it",
    "weak": "one sign alone: a place to look, not to act",
}


def diagnosed(found: Diagnosed) -> Iterator[Block | Fold]:
    """Yield what is found, then what was looked for in vain."""
    for one in found.found:
        yield from _found(one)
    if found.absent:
        says = " ".join(one.because for one in found.absent)
        text = "Looked for and not found. {says}"
        values = {"says": Quoted(text=says, by="diagnoses")}
        yield Sentence(template=text, values=values, tone="note")


def _found(one: Diagnosis) -> Iterator[Block | Fold]:
    by = f"diagnosis {one.mechanism}"
    values: dict[str, Filling] = {
        "claim": Quoted(text=one.claim, by=by),
        "strength": Name(one.strength),
        "means": Name(STRENGTHS[one.strength]),
    }
    yield Sentence(
        template="{claim} The evidence is {strength}: {means}.", values=values, tone="lead"
    )
    yield Table(
        caption=Sentence(template="What speaks for it, and what against it."),
        columns=("What was looked at", "Found", "Speaks"),
        rows=tuple((Name(e.says), e.value, Name(f"{e.speaks} it")) for e in one.evidence),
    )
    if one.remedies:
        yield Table(
            caption=Sentence(template="What one could do, and what it would buy."),
            columns=("To do", "Changes", "By", "What to watch"),
            rows=tuple(row for each in one.remedies for row in _rows(each, by)),
        )
    others = [Sentence(template="{it}", values={"it": _quoted(rival(r), by)}) for r in one.rivals]
    changes = [Sentence(template="{it}", values={"it": _quoted(w, by)}) for w in one.would_change]
    yield Fold(
        says="What else may explain it, and what would change our mind",
        blocks=(
            Sentence(template="What else may explain it:"),
            Steps(steps=tuple(others), is_ordered=False),
            Sentence(template="What would change our mind:"),
            Steps(steps=tuple(changes), is_ordered=False),
        ),
    )


def _quoted(text: str, by: str) -> Quoted:
    return Quoted(text=text, by=by)


def _rows(each: Remedy, by: str) -> Iterator[tuple[Cell, ...]]:
    does, watch = Name(each.intervention.does), _quoted(each.intervention.watch, by)
    yield (does, Name(capital(gained(each.gain))), each.gain, watch)
    if each.counted is not None:
        more = _quoted("Changes that hold less are more of them, and no more work for that.", by)
        yield (does, Name(capital(gained(each.counted))), each.counted, more)


def remedies(found: Diagnosed) -> Iterator[Sentence]:
    """Yield what to do, by what it surely buys; then where nothing surely buys anything."""
    for one in found.found:
        best = one.best
        if best is not None and not isinstance(best.gain, Abstention):
            by = "by a model" if isinstance(best.gain, Simulated) else "as estimated"
            text = f"{{does}}: {{what}} {{gain}}{how_sure('gain', best.gain)}, {by}."
            values: dict[str, Filling] = {
                "does": Name(best.intervention.does),
                "what": Name(gained(best.gain)),
                "gain": best.gain,
            }
            yield Sentence(template=text, values=values)
        elif one.remedies:
            does = Name(one.remedies[0].intervention.does)
            text = "{does}. What it buys cannot be told beforehand. Watch this: {watch:inline}."
            watch = Quoted(text=one.remedies[0].intervention.watch, by=one.mechanism)
            yield Sentence(template=text, values={"does": does, "watch": watch})
