"""Quality and survival: how long lines live, what is reverted, what needs a fix soon after."""

from __future__ import annotations

from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import names
from trueup.report.charts.survival import survival_drawing
from trueup.report.document import Block, Cell, Chart, ChartGroup, Section, Table
from trueup.report.findings import Evidence
from trueup.report.sections.answer import NINETY, direction
from trueup.report.sentence import Defined, Filling, Name, Sentence, how_sure
from trueup.report.view import View


def quality(view: View) -> Section:
    """Return the section on quality."""
    known = view.together
    blocks: list[Block] = [_lead(known)]
    if view.apart:
        small = [
            survival_chart(scope, name, ident=f"survival-{rank}")
            for rank, (name, scope) in enumerate(view.each())
        ]
        charts = tuple(chart for chart in small if chart)
        blocks += [ChartGroup(charts=charts)] if charts else []
    else:
        chart = survival_chart(known, Name(""), ident="survival")
        blocks += [chart] if chart else []
    blocks += _beside(known)
    blocks += _others(known)
    return Section(id="quality", heading="Quality and survival", blocks=tuple(blocks))


def _lead(known: Evidence) -> Sentence:
    gap = known.one(names.SURVIVAL_DIFFERENCE, age_days="90")
    if isinstance(gap, Abstention):
        text = "How marked lines compare with others {gap:cannot}: {gap:reason}. {gap:remedy}."
    else:
        text = (
            "After {age}, AI-marked lines differ from others born in the same months by {gap}"
            f"{how_sure('gap', gap)}. Who marks, and for what, is not at random: "
            "this is an association."
        )
    return Sentence(template=text, values={"gap": gap, "age": NINETY})


def survival_points(known: Evidence) -> tuple[Finding, ...]:
    """Return survival by origin and age, else of all lines by age."""
    by_origin = known.many(names.SURVIVAL, "origin", "age_days")
    return by_origin or known.many(names.SURVIVAL, "age_days")


def survival_chart(known: Evidence, name: Name, *, ident: str) -> Chart | None:
    """Return survival curves; None where no age was measured."""
    points = survival_points(known)
    told = [each for each in points if isinstance(each, Measurement)]
    if not told:
        return None
    rest = [each for each in told if dict(each.group).get("origin") != "marked"] or told
    at_ninety = [each for each in rest if float(dict(each.group)["age_days"]) == 90]
    later = [each for each in rest if float(dict(each.group)["age_days"]) > 0]
    alive = (at_ninety or later or rest)[0]
    gap = known.one(names.SURVIVAL_DIFFERENCE, age_days="90")
    small = bool(name.text)
    values: dict[str, Filling] = {
        "name": name,
        "alive": alive,
        "gap": gap,
        "age": _age(alive),
    }
    title = "{name}: {alive} alive after {age}" if small else _title(gap, told)
    split = any("origin" in dict(each.group) for each in points)
    subtitle = "Share of lines still there, by age; {alive:n}"
    if not small:
        subtitle += ", {alive:window}. Bands: intervals"
    if split:
        subtitle += ". Solid: marked; dashed: unmarked, which is unknown"
    return Chart(
        id=ident,
        finding=Sentence(template=title, values=values),
        subtitle=Sentence(template=subtitle + ".", values=values),
        points=points,
        drawing=survival_drawing(points, small=small),
        size="small" if small else "wide",
    )


def _age(alive: Measurement) -> Name:
    return Name(f"{float(dict(alive.group)['age_days']):g}\u00a0days")


def _title(gap: Finding, told: list[Measurement]) -> str:
    marked = any(dict(each.group).get("origin") == "marked" for each in told)
    if not marked:
        return "{alive} of lines are still there after {age}"
    if isinstance(gap, Abstention) or gap.interval is None:
        return "{alive} of unmarked lines are still there after {age}"
    return {
        "alike": "AI-marked lines and others are still there about equally often after {age}",
        "open": "Whether AI-marked lines live longer or shorter than others cannot be told",
        "less": "After {age} fewer AI-marked lines are still there: difference {gap}",
        "more": "After {age} more AI-marked lines are still there: difference {gap}",
    }[direction(gap)]


def _beside(known: Evidence) -> list[Block]:
    rows: list[tuple[Cell, ...]] = []
    for label, metric in (
        ("Reverted within 30 days", names.REVERTED),
        ("Followed by a fix within 30 days", names.FIX_FOLLOWED),
    ):
        marked, rest = known.one(metric, origin="marked"), known.one(metric, origin="unmarked")
        whole = known.one(metric)
        if any(isinstance(each, Measurement) for each in (marked, rest, whole)):
            rows.append((Defined(text=label, by=metric), whole, marked, rest))
    if not rows:
        return []
    caption = Sentence(template="Trouble afterwards, by origin. Unmarked means unknown.")
    columns = ("Share", "All", "AI-marked", "Unmarked")
    return [Table(caption=caption, columns=columns, rows=tuple(rows))]


def _others(known: Evidence) -> list[Block]:
    churn, owners = known.one(names.CHURN), known.one(names.OWNERS)
    parts = []
    if isinstance(churn, Measurement):
        parts.append("Lines deleted come to {churn:bare} of lines added.")
    if isinstance(owners, Measurement):
        parts.append("{owners:bare} wrote half of {owners:n} of code in use.")
    if not parts:
        return []
    values = {"churn": churn, "owners": owners}
    return [Sentence(template=" ".join(parts), values=values)]
