"""Flow: what lands, what is released, how long it waits, how big it is."""

from __future__ import annotations

from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import names
from trueup.report.charts.batch import batch_drawing
from trueup.report.charts.flow import flow_drawing
from trueup.report.charts.theme import has_intervals
from trueup.report.charts.waits import waits_drawing
from trueup.report.document import Block, Chart, ChartGroup, Section, Table
from trueup.report.findings import Evidence, whole_months
from trueup.report.sentence import Filling, Name, Sentence, how_sure
from trueup.report.view import View

WAITS = {
    names.FIRST_COMMIT_TO_LANDED: "first commit to landing",
    names.LANDED_TO_RELEASED: "landing to first release",
}
FOUR_WAYS = {
    "departed": "mean wait of what left, as dashboards count",
    "completed arrivals": "of what came and left",
    "edge-corrected": "of all that came, the open ones estimated",
    "survival": "by the survival curve",
}


def flow(view: View) -> Section:
    """Return the section on flow."""
    known = view.together
    blocks: list[Block] = [_lead(known, reaches_users=view.holds("deployment"))]
    if view.apart:
        blocks += _small(view)
    else:
        charts = (
            flow_chart(known, Name(""), ident="flow-by-month"),
            waits_chart(known, ident="waits"),
            batch_chart(known, Name(""), ident="batch"),
        )
        blocks += [chart for chart in charts if chart]
        blocks += _by_origin(known)
        blocks += _four_ways(known)
        blocks += _by_quarter(known)
    blocks += _untold(known)
    return Section(id="flow", heading="Flow", blocks=tuple(blocks))


def _lead(known: Evidence, *, reaches_users: bool) -> Sentence:
    landed = known.one(names.LANDED)
    if isinstance(landed, Abstention):
        return Sentence(
            template="How much lands {landed:cannot}: {landed:reason}.", values={"landed": landed}
        )
    text = f"{{landed:n}} landed, about {{landed:bare}}{how_sure('landed', landed)}."
    size = known.one(names.CHANGE_SIZE, quantile="0.5")
    if isinstance(size, Measurement):
        text += " Half of them touch {size} or fewer."
    text += " Landed is activity; throughput is what reaches users"
    text += "." if reaches_users else ", which git cannot show."
    return Sentence(template=text, values={"landed": landed, "size": size})


def _small(view: View) -> list[Block]:
    groups: list[list[Chart]] = [[], []]
    for rank, (name, known) in enumerate(view.each()):
        for group, chart in zip(
            groups,
            (
                flow_chart(known, name, ident=f"flow-{rank}"),
                batch_chart(known, name, ident=f"batch-{rank}"),
            ),
            strict=True,
        ):
            if chart:
                group.append(chart)
    return [ChartGroup(charts=tuple(group)) for group in groups if group]


def flow_chart(known: Evidence, name: Name, *, ident: str) -> Chart | None:
    """Return arrivals, departures and what is between; None where nothing was measured."""
    landed = whole_months(known.many(names.LANDED, "month"))
    released = whole_months(known.measured(names.RELEASED, "month"))
    queue = whole_months(known.measured(names.IN_PROGRESS, "month"))
    points = (*landed, *released, *queue)
    if not any(isinstance(each, Measurement) for each in landed):
        return None
    small = bool(name.text)
    waiting = known.one(names.IN_PROGRESS)
    values = {"name": name, "waiting": waiting, "landed": known.one(names.LANDED)}
    title = "{name}: {landed:bare}" if small else _flow_title(waiting)
    subtitle = "A week, by month. Line: landed; bars: released; below: waiting."
    if not small:
        subtitle = (
            "Changes landed and released a week, and landed but not yet released, by whole "
            "month. Line: landed; bars: released; thin lines: intervals."
        )
    return Chart(
        id=ident,
        finding=Sentence(template=title, values=values),
        subtitle=Sentence(template=subtitle, values=values),
        points=points,
        drawing=flow_drawing(landed, released, queue, small=small),
        size="small" if small else "wide",
    )


def _flow_title(waiting: Finding) -> str:
    if isinstance(waiting, Measurement):
        return "On an average day {waiting} are landed and wait for a release"
    return "{landed:bare} changes land; how many wait for a release cannot be told"


def waits_chart(known: Evidence, *, ident: str) -> Chart | None:
    """Return how long changes wait at each boundary; None where no wait was measured."""
    points = [each for metric in WAITS for each in known.many(metric, "quantile")]
    told = [each for each in points if isinstance(each, Measurement)]
    if not told:
        return None
    half = known.one(names.LANDED_TO_RELEASED, quantile="0.5")
    title = "Half of what lands is released within {half}"
    if isinstance(half, Abstention):
        half, title = told[0], "How long changes wait before the next step"
    labels = {
        metric: words for metric, words in WAITS.items() if any(p.metric == metric for p in told)
    }
    return Chart(
        id=ident,
        finding=Sentence(template=title, values={"half": half}),
        subtitle=Sentence(
            template="Time between two boundaries, changes still waiting included; {half:n}, "
            "{half:window}. Shaded: interval. Each dot: so many of a hundred within.",
            values={"half": half},
        ),
        points=tuple(points),
        drawing=waits_drawing(
            labels, max(_upper(each) for each in told), with_intervals=has_intervals(told)
        ),
    )


def _upper(each: Measurement) -> float:
    return max(each.value, each.interval.high if each.interval else 0.0)


def batch_chart(known: Evidence, name: Name, *, ident: str) -> Chart | None:
    """Return change size by month; None where no month was measured."""
    middle = whole_months(known.many(names.CHANGE_SIZE, "month", quantile="0.5"))
    most = whole_months(known.many(names.CHANGE_SIZE, "month", quantile="0.85"))
    points = (*middle, *most)
    if not any(isinstance(each, Measurement) for each in points):
        return None
    small = bool(name.text)
    size = known.one(names.CHANGE_SIZE, quantile="0.5")
    title = "{name}: half under {size}" if small else "Half of all changes touch {size} or fewer"
    if isinstance(size, Abstention):
        title = "{name}: size by month" if small else "How many lines a change touches, by month"
    return Chart(
        id=ident,
        finding=Sentence(template=title, values={"name": name, "size": size}),
        subtitle=Sentence(
            template="Lines added and deleted per landed change, by month."
            + (
                ""
                if small
                else " {size:n} in the newest year. Log scale. Band: interval of the median."
            ),
            values={"size": size},
        ),
        points=points,
        drawing=batch_drawing(middle, most, small=small),
        size="small" if small else "wide",
    )


def _four_ways(known: Evidence) -> list[Block]:
    """Return Little's law on both boundaries: what is inside, and the mean wait four ways."""
    told = [
        *known.measured(names.MEAN_WAIT, "wait"),
        *known.measured(names.MEAN_TIME_TO_LAND, "wait"),
    ]
    if not told:
        return []
    rows = [
        (
            Name("in progress, on average"),
            known.one(names.BEING_WRITTEN),
            known.one(names.IN_PROGRESS),
        )
    ]
    rows += [
        (
            Name(words),
            known.one(names.MEAN_TIME_TO_LAND, wait=way),
            known.one(names.MEAN_WAIT, wait=way),
        )
        for way, words in FOUR_WAYS.items()
    ]
    caption = Sentence(
        template="Mean waits, counted in every way. What is in progress, what arrives and how long "
        "it stays must fit together (Little's law): where they do not, no wait is given."
    )
    columns = ("", "first commit to landing", "landing to first release")
    return [Table(caption=caption, columns=columns, rows=tuple(rows))]


def _by_origin(known: Evidence) -> list[Block]:
    """Say how big marked changes are beside the others."""
    marked = known.one(names.CHANGE_SIZE, origin="marked", quantile="0.5")
    rest = known.one(names.CHANGE_SIZE, origin="unmarked", quantile="0.5")
    if isinstance(marked, Abstention) or isinstance(rest, Abstention):
        return []
    text = (
        f"Half of AI-marked changes touch {{marked}} or fewer{how_sure('marked', marked)}, half of "
        f"the others {{rest}}{how_sure('rest', rest)}: an association."
    )
    return [Sentence(template=text, values={"marked": marked, "rest": rest}, tone="note")]


def _by_quarter(known: Evidence) -> list[Block]:
    """Say how the mean wait moved from the first quarter with an interval to the last."""
    waits = known.measured(names.MEAN_WAIT, "quarter", wait="edge-corrected")
    told = [each for each in waits if each.interval is not None]
    ranked = sorted(told, key=lambda each: dict(each.group)["quarter"])
    if len(ranked) < 2:
        return []
    first, last = ranked[0], ranked[-1]
    text = (
        "By quarter, the mean wait from landing to first release, open ones estimated, was "
        f"{{first}} in {{from}}{how_sure('first', first)} and {{last}} in {{to}}"
        f"{how_sure('last', last)}."
    )
    values: dict[str, Filling] = {"first": first, "last": last}
    values |= {"from": _quarter(first), "to": _quarter(last)}
    return [Sentence(template=text, values=values, tone="note")]


def _quarter(wait: Measurement) -> Name:
    return Name(dict(wait.group)["quarter"].replace("-", " "))


def _untold(known: Evidence) -> list[Block]:
    """Name each wait that could not be measured."""
    sentences: list[Block] = []
    for metric, words in WAITS.items():
        wait = known.one(metric, quantile="0.5")
        if isinstance(wait, Abstention):
            text = (
                f"How long it takes from {words} {{wait:cannot}}: {{wait:reason}}. {{wait:remedy}}."
            )
            sentences.append(Sentence(template=text, values={"wait": wait}, tone="note"))
    return sentences
