"""Where AI is: the marked share, at least, over time and by tool."""

from __future__ import annotations

from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import names
from trueup.report.charts.exposure import exposure_drawing, top_of
from trueup.report.document import Block, Chart, ChartGroup, Section, Table
from trueup.report.findings import Evidence, whole_months
from trueup.report.sentence import Name, Sentence
from trueup.report.view import View

UNMARKED_IS_UNKNOWN = Sentence(
    template="What carries no mark is unknown: most tools leave none unless asked to, "
    "so every share here is a lower bound.",
    tone="note",
)


def exposure(view: View) -> Section:
    """Return the section on AI marks."""
    known = view.together
    share = known.one(names.MARKED_COMMITS)
    blocks: list[Block] = [_lead(known, share)]
    blocks += _charts(view)
    blocks += _parts(known, "tool", "Share of all commits that carry a mark of each tool.")
    blocks += _parts(known, "model", "Share of all commits, by the model their mark names.")
    blocks.append(UNMARKED_IS_UNKNOWN)
    blocks += _bots(known)
    return Section(id="ai", heading="Where AI is (marked, at least)", blocks=tuple(blocks))


def _lead(known: Evidence, share: Finding) -> Sentence:
    added = known.one(names.MARKED_ADDED_LINES)
    alive = known.one(names.MARKED_SURVIVING_LINES)
    if isinstance(share, Abstention):
        return Sentence(
            template="How much carries an AI mark {share:cannot}: {share:reason}.",
            values={"share": share},
        )
    if share.value == 0:
        text = "No commit of {share:n} carries an AI mark."
        return Sentence(template=text, values={"share": share})
    text = "At least {share:bare} of {share:n} carry an AI mark"
    if isinstance(added, Measurement):
        text += "; so do at least {added:bare} of the lines added"
    if isinstance(alive, Measurement):
        text += " and at least {alive:bare} of the lines that are there today"
    return Sentence(template=text + ".", values={"share": share, "added": added, "alive": alive})


def _charts(view: View) -> list[Block]:
    if not view.apart:
        chart = exposure_chart(view.together, Name(""), ident="ai-share")
        return [chart] if chart else []
    scopes = list(view.each())
    by_month = [
        each
        for _, known in scopes
        for each in whole_months(known.many(names.MARKED_COMMITS, "month"))
    ]
    top = top_of(by_month)
    small = [
        exposure_chart(known, name, ident=f"ai-share-{rank}", top=top)
        for rank, (name, known) in enumerate(scopes)
    ]
    charts = tuple(chart for chart in small if chart)
    return [ChartGroup(charts=charts)] if charts else []


def exposure_chart(known: Evidence, name: Name, *, ident: str, top: float = 0) -> Chart | None:
    """Return marked shares by month; None where no month could be measured."""
    shares = whole_months(known.many(names.MARKED_COMMITS, "month"))
    told = [each for each in shares if isinstance(each, Measurement)]
    if not told or not any(each.value for each in told):
        return None
    small = bool(name.text)
    split = () if small else whole_months(known.many(names.MARKED_COMMITS, "month", "tool"))
    latest = max(told, key=lambda each: dict(each.group)["month"])
    fewest, most = min(told, key=lambda each: each.n), max(told, key=lambda each: each.n)
    whole = known.one(names.MARKED_COMMITS)
    finding = "{name}: at least {whole:bare}" if small else _TITLE
    if isinstance(whole, Abstention):
        finding = "{name}: by month" if small else _TITLE
    return Chart(
        id=ident,
        finding=Sentence(template=finding, values={"latest": latest, "name": name, "whole": whole}),
        subtitle=Sentence(
            template="Share of commits by month."
            if small
            else "Share of commits with an AI mark, by tool and month; {fewest:n} to {most:n} a "
            "month. Hatched: no mark, so unknown, up to the whole. Pale: too few authors to "
            "tell tools apart. Lines: intervals.",
            values={"fewest": fewest, "most": most},
        ),
        points=(*shares, *split),
        drawing=exposure_drawing(shares, split, small=small, top=top),
        size="small" if small else "wide",
    )


def _bots(known: Evidence) -> list[Block]:
    share = known.one(names.BOTS)
    if isinstance(share, Abstention) or share.value == 0:
        return []
    text = "Bots wrote {share} of {share:n}; they are left out of every other number here."
    return [Sentence(template=text, values={"share": share}, tone="note")]


_TITLE = "In {latest:month}, at least {latest:bare} of commits carried an AI mark"


def _parts(known: Evidence, dimension: str, caption: str) -> list[Block]:
    """Return the marked share in parts that add up to it; nothing where there is one part."""
    split = known.measured(names.MARKED_COMMITS, dimension)
    if len(split) < 2:
        return []
    ranked = sorted(split, key=lambda each: -each.value)
    rows = tuple((Name(dict(each.group)[dimension]), each) for each in ranked)
    several = f"several {dimension}s"
    if any(dict(each.group)[dimension] == several for each in split):
        caption += f" A commit that names more than one stands under \u201c{several}\u201d alone."
    return [
        Table(
            caption=Sentence(template=caption),
            columns=(dimension.capitalize(), "Commits marked"),
            rows=rows,
        )
    ]
