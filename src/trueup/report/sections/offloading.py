"""What is handed over to AI tools, as far as records show it; nothing about anybody's skill."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.offloading.anchors import ANCHORS
from trueup.estimate.offloading.unaided import OUTCOMES, Unaided
from trueup.measure.metrics.handing_over import HANDED_OVER_RULE
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Measurement
from trueup.report import names
from trueup.report.document import Block, Cell, Fold, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.delivery.rows import Row, table
from trueup.report.sections.practising.labelled import labelled
from trueup.report.sentence import Defined, Name, Quoted, Sentence, how_sure
from trueup.report.view import View

_BY = "offloading"
_SESSIONS = "handed_over_sessions_ratio"
_TREND = "unaided_first_pass_ratio_per_year"
_MARKED = {"origin": "marked"}
_OTHERS = {"origin": "unmarked"}
FIRST = (
    Row(label="Sessions handed over whole", metric=_SESSIONS),
    Row(label="Changes begun before the first session", metric="own_attempt_first_ratio"),
    Row(
        label="Changes with marks that begin without one",
        metric="unmarked_draft_first_ratio",
    ),
    Row(label="Lines an agent wrote that reach no commit", metric="ai_discarded_lines_ratio"),
)
BESIDE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Lines as they were after a day", names.SURVIVAL, {"age_days": "1"}),
    ("Lines as they were after two weeks", names.SURVIVAL, {"age_days": "14"}),
    ("Lines by a tool's own notes, after a day", "verbatim_lines_1_day_ratio", {}),
    ("Lines by a tool's own notes, after two weeks", "verbatim_lines_14_days_ratio", {}),
    ("Lines changed by who wrote them, of those changed", "own_later_edits_ratio", {}),
    ("People's comments for a hundred lines", "review_depth_comments", {}),
    ("People who look at a hundred lines", "review_depth_people", {}),
    ("Landed without another person's look", "changes_without_human_review_ratio", {}),
    ("People who wrote or reviewed a line in use", "acquainted_people", {}),
)


def offloading(view: View) -> Section | None:
    """Return what is handed over; None where no tool leaves a trace."""
    known = view.together
    tables = [
        *table(known, "How work is begun and handed over.", FIRST),
        *_beside(known),
    ]
    if not tables:
        return None
    blocks: list[Block | Fold] = [*_lead(known), *tables, *labelled(view.records.mixes)]
    blocks += [*_unaided(view, known), _elsewhere()]
    return Section(id="handed-over", heading="What is handed over", blocks=tuple(blocks))


def _lead(known: Evidence) -> Iterator[Sentence]:
    whole = known.one(_SESSIONS)
    if isinstance(whole, Measurement):
        text = (
            f"{{whole}} of sessions with AI tools are handed over whole{how_sure('whole', whole)}."
        )
        yield Sentence(template=text, values={"whole": whole}, tone="lead")
        yield Sentence(
            template="{rule}", values={"rule": Quoted(text=HANDED_OVER_RULE, by=_BY)}, tone="note"
        )
    text = (
        "All of this is descriptive: people choose what to hand over, and for which work. But "
        "for labels it is read from counts and dates, never from what anybody wrote to a tool, and "
        "it says nothing about what anyone can do."
    )
    yield Sentence(template=text, tone="note")


def _beside(known: Evidence) -> Iterator[Table]:
    """Yield marked beside unmarked; nothing where all there is stands under quality already."""
    rows: list[tuple[Cell, ...]] = []
    is_new = False
    for label, metric, group in BESIDE:
        cells = [known.one(metric, **group, **side) for side in (_MARKED, _OTHERS)]
        if all(isinstance(cell, Measurement) for cell in cells):
            rows.append((Defined(text=label, by=metric), *cells))
            is_new |= metric != names.SURVIVAL
    if is_new:
        caption = "What becomes of AI-marked work, and of the rest, which is unknown."
        yield Table(
            caption=Sentence(template=caption),
            columns=("Measure", "AI-marked", "Unmarked"),
            rows=tuple(rows),
        )


def _unaided(view: View, known: Evidence) -> Iterator[Block]:
    found = view.records.unaided
    if isinstance(found, Abstention):
        text = (
            "What people do without AI, by nobody's choice, {it:cannot}: {it:reason}. {it:remedy}."
        )
        yield Sentence(template=text, values={"it": found}, tone="note")
    elif found:
        yield from _days(found)
    trend = known.one(_TREND)
    if isinstance(trend, Measurement):
        text = (
            "Of changes without AI, by people who use it, the share that goes through the first "
            f"time moves by {{trend}}{how_sure('trend', trend)}. Descriptive: they choose what to "
            "do without, and nothing follows about skill."
        )
        yield Sentence(template=text, values={"trend": trend}, tone="note")


def _days(found: tuple[Unaided, ...]) -> Iterator[Block]:
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        for label, value in (
            ("on a day without the tool", one.loss),
            ("the same, change in a year", one.loss_trend),
            ("done without the tool, change in a year", one.level_trend),
        ):
            if isinstance(value, Estimate):
                said = f"{OUTCOMES[one.outcome]}, {label}"
                rows.append((Name(said[:1].upper() + said[1:]), value))
    if rows:
        yield Table(
            caption=Sentence(
                template="Days on which AI tools failed: where everyone uses them, against where "
                "nobody does and the same weekdays around. They are used by {whom}.",
                values={"whom": Name(found[0].cohort.says())},
            ),
            columns=("Measure", "Difference, for each developer and day"),
            rows=tuple(rows),
        )
        text = (
            "That less is done on such days shows reliance, and no more. It may grow because the "
            "tool gets better; what is done without it falls only where people can do less."
        )
        yield Sentence(template=text, tone="note")
    untold = [one.loss for one in found if isinstance(one.loss, Abstention)]
    if untold and not rows:
        text = "What days without the tool show {it:cannot}: {it:reason}. {it:remedy}."
        yield Sentence(template=text, values={"it": untold[0]}, tone="note")


def _elsewhere() -> Fold:
    rows = tuple(
        (
            Name(one.study),
            Quoted(text=one.design, by=_BY),
            Quoted(text=f"{one.says} See {one.link.removeprefix('https://')}", by=_BY),
        )
        for one in ANCHORS
    )
    caption = "Short tasks and other people: none of these measures a firm over years."
    return Fold(
        says="What is known elsewhere",
        blocks=(
            Table(
                caption=Sentence(template=caption),
                columns=("Study", "Design", "What it found"),
                rows=rows,
            ),
        ),
    )
