"""Your result beside published ones: drawn where they may share a scale, and listed with links."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.assessment import Assessment
from trueup.estimate.studies import FAMILIES, Family, Study, all_studies
from trueup.report.charts.forest import Line, forest_drawing, points_of
from trueup.report.document import Block, Chart, Section
from trueup.report.scrutiny import StudyTable
from trueup.report.sections.balance.weighed import Weighed, is_proportion, weighed
from trueup.report.sentence import Name, Sentence

DRAWN: tuple[Family, ...] = ("output", "flow", "defects")
MARKED_AS = {"S": "S", "C": "C", "H": "2H", "three": "2H*"}
MARKS = {"randomised": "square", "staggered": "square", "matched": "square"}
"""How a study is drawn: filled where its claim rests on a design, hollow where it does not."""


def beside(assessment: Assessment) -> Section:
    """Return your results beside those of others."""
    found = weighed(assessment)
    blocks: list[Block] = [
        Sentence(
            template="Other people, other work, other tools: a published figure is no target and "
            "no forecast. Marks behind each figure say how far it was checked: {S} seen in the "
            "source, {C} computed from it, {H} second-hand, {three} second-hand and alike in "
            "three places or more.",
            values={mark: Name(text) for mark, text in MARKED_AS.items()},
            tone="note",
        )
    ]
    for family in DRAWN:
        blocks += _chart(family, found)
    if found[0].called.is_ours:
        blocks.append(_trials())
    blocks += _tables()
    return Section(id="studies", heading="Beside published studies", blocks=tuple(blocks))


def _chart(family: Family, found: tuple[Weighed, ...]) -> Iterator[Chart]:
    yours = [each for each in found if each.called.family == family and is_proportion(each.found)]
    studies = [each for each in all_studies() if each.family == family and each.effect is not None]
    if not yours or not studies:
        return
    lines = [_yours(yours[0]), *map(_line, sorted(studies, key=_order))]
    yield Chart(
        id=f"beside-{family}",
        finding=Sentence(
            template="{label}: yours is {it}, beside what others report",
            values={"label": Name(yours[0].called.label), "it": yours[0].found},
        ),
        subtitle=Sentence(
            template="Change in {family}. Accent: yours. Square: a study with a comparison; "
            "diamond: an association. No whisker: no interval was found. An arrow: beyond the "
            "scale.",
            values={"family": Name(FAMILIES[family])},
        ),
        points=points_of(lines),
        drawing=forest_drawing(lines),
    )


def _trials() -> Chart:
    """Return the times of single tasks, which no record of delivery holds."""
    studies = [each for each in all_studies() if each.family == "time" and each.effect is not None]
    lines = [_line(study) for study in sorted(studies, key=_order)]
    return Chart(
        id="beside-time",
        finding=Sentence(template="Trials that timed single tasks point both ways"),
        subtitle=Sentence(
            template="Change in {family}: less is faster. Your records do not time tasks, and a "
            "task done sooner is not yet a change that reaches users. No whisker: no interval was "
            "found.",
            values={"family": Name(FAMILIES["time"])},
        ),
        points=points_of(lines),
        drawing=forest_drawing(lines),
    )


def _order(study: Study) -> tuple[int, int]:
    kinds = ("randomised", "staggered", "matched", "before-after", "association", "survey")
    return kinds.index(study.kind), -study.year


def _yours(each: Weighed) -> Line:
    detail = f"yours: {each.called.measure}"
    return Line(
        label=each.called.label,
        detail=detail,
        main=each.found,
        same=each.assessed.question.smallest,
    )


def _line(study: Study) -> Line:
    return Line(
        label=f"{study.name} {study.year}",
        detail=f"{study.kind}, {study.outcome} ({study.status})",
        main=study,
        mark=MARKS.get(study.kind, "diamond"),
    )


def _tables() -> Iterator[StudyTable]:
    for family, words in FAMILIES.items():
        studies = tuple(each for each in all_studies() if each.family == family)
        if studies:
            yield StudyTable(
                caption=Sentence(
                    template="{family}{note}",
                    values={"family": Name(words[:1].upper() + words[1:]), "note": _note(family)},
                ),
                studies=studies,
            )


def _note(family: str) -> Name:
    notes = {
        "time": ": less is faster. Not the inverse of output.",
        "output": ": more is more, and no value yet.",
        "flow": ": less is faster.",
        "defects": ": less is better.",
    }
    return Name(notes.get(family, ""))
