"""Where it tips, and for whom it differs: thresholds in the dose, conditions before adoption."""

from __future__ import annotations

from trueup.estimate.assessment import Assessment, Moderation, Threshold
from trueup.model.evidence import Abstention, Interval, Measurement
from trueup.report.charts.dose import dose_drawing
from trueup.report.charts.forest import Line, forest_drawing, points_of
from trueup.report.document import Block, Chart, Section, Table
from trueup.report.names import DOSES, spoken
from trueup.report.scrutiny import CheckLine, Checks
from trueup.report.sections.balance.weighed import is_proportion
from trueup.report.sentence import Filling, Name, Quoted, Sentence
from trueup.report.words import capital, typeset
from trueup.units import Unit, significant

TITLES = {
    "cliff supported": "{Label} jumps at {place}: a cliff is supported",
    "slope only": "{Label} changes with dose, but nothing says it jumps",
    "non-linear, shape unknown": "{Label} does not follow a straight line in the dose; "
    "its shape is not established",
    "no evidence": "No evidence that {label} jumps at any dose",
    "cannot tell": "Whether {label} jumps at some dose cannot be told",
}


def dose(assessment: Assessment) -> Section | None:
    """Return what more of it goes with; None where no dose was in the plan."""
    if not assessment.thresholds:
        return None
    blocks: list[Block] = []
    for rank, each in enumerate(assessment.thresholds):
        blocks += _threshold(each, assessment, rank)
    return Section(id="dose", heading="Does it tip at some dose?", blocks=tuple(blocks))


def _threshold(found: Threshold | Abstention, assessment: Assessment, rank: int) -> list[Block]:
    if isinstance(found, Abstention):
        text = "Whether there is a threshold {it:cannot}: {it:reason}. {it:remedy}."
        return [Sentence(template=text, values={"it": found})]
    says = Sentence(
        template="{says}",
        values={"says": Quoted(text=capital(typeset(found.says)), by="threshold")},
    )
    blocks: list[Block] = [_chart(found, assessment, rank)] if found.curve else []
    blocks.append(says)
    if found.rivals:
        blocks.append(_rivals(found))
    if found.gates:
        caption = "A cliff is called one only if all of these hold."
        blocks.append(_gates(found, caption, rank))
    return blocks


def _gates(found: Threshold, caption: str, rank: int) -> Checks:
    label = spoken(found.outcome).label
    return Checks(
        id=f"cliff-{rank}",
        caption=Sentence(template=caption),
        lines=tuple(CheckLine(about=label, check=check) for check in found.gates),
        is_folded=found.answer != "cliff supported",
    )


def _chart(found: Threshold, assessment: Assessment, rank: int) -> Chart:
    called = spoken(found.outcome)
    curve = tuple(_bin(found, assessment, place) for place in range(len(found.curve)))
    words = DOSES.get(found.dose, found.dose.replace("_", " "))
    place = "no dose" if found.location is None else significant(found.location)
    values: dict[str, Filling] = {
        "Label": Name(called.label),
        "label": Name(called.label[:1].lower() + called.label[1:]),
        "dose": Name(words),
        "place": Quoted(text=f"{place} {words}", by="threshold"),
        "measure": Name(called.measure),
        "first": curve[0],
    }
    shading = ""
    if found.pieces:
        shading = " Hatched: where a jump may lie."
    if found.location is not None:
        shading += " Dashed: where it fits best."
    return Chart(
        id=f"dose-{rank}",
        finding=Sentence(template=TITLES[found.answer], values=values),
        subtitle=Sentence(
            template="{Label} ({measure}) by {dose}, means of bins of equal count, about "
            "{first:n} each, what is peculiar to a unit and to a period taken out. Whiskers: "
            "intervals." + shading,
            values=values,
        ),
        points=curve,
        drawing=dose_drawing(curve, found.pieces, found.location, dose=words),
    )


def _bin(found: Threshold, assessment: Assessment, place: int) -> Measurement:
    dose_, mean, low, high, n = found.curve[place]
    unit = found.jump.unit if found.jump else Unit("outcome", "")
    return Measurement(
        metric=found.outcome,
        version=1,
        value=mean,
        unit=unit,
        interval=Interval(low=min(low, mean), high=max(high, mean), method="of the bin's mean"),
        n=n,
        n_of=f"{assessment.units.removesuffix('s')}-{found.grain or assessment.grain}s",
        window=assessment.window,
        source=assessment.source,
        group=(("dose", f"{dose_:.6g}"),),
    )


def _rivals(found: Threshold) -> Table:
    return Table(
        caption=Sentence(
            template="Shapes that compete. Both figures are nought or one for the best; a jump "
            "must beat every smooth shape clearly to be called a cliff."
        ),
        columns=("Shape", "BIC above the best", "Error on units left out, over the best"),
        rows=tuple(
            (
                Name(shape),
                Quoted(text=significant(bic), by="threshold"),
                Quoted(text=significant(error, 3), by="threshold"),
            )
            for shape, bic, error in found.rivals
        ),
    )


def moderators(assessment: Assessment) -> Section | None:
    """Return for whom the effect differs; None where no condition was in the plan."""
    if not assessment.moderators:
        return None
    told = [each for each in assessment.moderators if isinstance(each, Moderation)]
    untold = [each for each in assessment.moderators if isinstance(each, Abstention)]
    blocks: list[Block] = [
        Sentence(
            template="Conditions measured before adoption, and whether what came after differs "
            "with them. Not finding a difference is no proof that there is none: only an interval "
            "inside the band is."
        )
    ]
    blocks += _forest(told, assessment)
    blocks += [
        Sentence(
            template="{name}: {says}",
            values={
                "name": Name(_called(each.moderator)),
                "says": Quoted(text=each.says, by="moderator"),
            },
            tone="note",
        )
        for each in told
    ]
    blocks += [
        Sentence(
            template="{name} {it:cannot}: {it:reason}. {it:remedy}.",
            values={"name": Name(_called(each.metric)), "it": each},
            tone="note",
        )
        for each in untold
    ]
    return Section(id="moderators", heading="For whom does it differ?", blocks=tuple(blocks))


def _called(moderator: str) -> str:
    words = moderator.replace("_ratio", "").replace("_", " ")
    return words[:1].upper() + words[1:]


_ANSWERS = {
    "helps": "goes with a better outcome",
    "harms": "goes with a worse outcome",
    "no difference of interest": "no difference of interest",
    "cannot tell": "cannot tell",
}


def _forest(told: list[Moderation], assessment: Assessment) -> list[Block]:
    drawn = [each for each in told if is_proportion(each.interaction)]
    if not drawn:
        return []
    smallest = assessment.primary.question.smallest
    lines = [
        Line(
            label=_called(each.moderator),
            detail=_ANSWERS[each.answer],
            main=each.interaction,
            same=smallest,
        )
        for each in drawn
    ]
    apart = any(each.answer in ("helps", "harms") for each in drawn)
    title = (
        "The outcome after adoption differs with a condition before it"
        if apart
        else "No condition before adoption is shown to make a difference"
    )
    return [
        Chart(
            id="moderators-forest",
            finding=Sentence(template=title),
            subtitle=Sentence(
                template="Change in what adoption did, for one standard deviation more of each "
                "condition; {it:n}. Shaded: within it, a difference counts as none.",
                values={"it": drawn[0].interaction},
            ),
            points=points_of(lines),
            drawing=forest_drawing(lines),
        )
    ]
