"""The first screen: one plain sentence, four rows on one scale, the sources in one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from trueup.model.evidence import Abstention, Finding, Interval, Measurement
from trueup.report import names
from trueup.report.document import ScaleRow, ScaleRows, SourceSeen, SourceStrip
from trueup.report.findings import Evidence
from trueup.report.sentence import Defined, Name, Sentence, how_sure
from trueup.report.view import View

GIT = "Git history"
NINETY = Defined(text="90\u00a0days", by=names.SURVIVAL)

SAME = Interval(low=-0.05, high=0.05, method="default smallest difference of interest")
"""What counts as no real difference."""

NO_OUTCOME = Abstention(
    metric="released_change_per_developer_week",
    reason="Git shows what was released, not what reached users, and no roll-out date is known.",
    remedy="Connect deployments and AI sessions; register a plan before looking.",
)
NO_COST = Abstention(
    metric="cost_per_surviving_change",
    reason="No invoice, seat or token price is connected.",
    remedy="Connect the AI vendor's admin interface or an invoice export.",
)


def answer(view: View) -> tuple[Sentence, ...]:
    """Return the headline and at most two sentences that may stand beside it."""
    known = view.together
    headline = _headline(known.one(names.MARKED_COMMITS), view)
    leads = [_lasting(known), _surprise(known)]
    return (headline, *(lead for lead in leads if lead is not None))


def _headline(share: Finding, view: View) -> Sentence:
    where = " across these repositories" if view.several else ""
    lacking = "without a plan" if view.holds("deployment") else "from git alone"
    if isinstance(share, Abstention):
        text = "We {share} anything about AI use here yet: {share:reason}."
    elif share.value == 0:
        text = (
            f"We cannot tell from git alone whether AI is used here{where}: "
            "none of {share:n} since {share:since} carries an AI mark, "
            "and having no mark means unknown."
        )
    else:
        text = (
            f"We cannot tell {lacking} whether AI use changed how much reaches users"
            f"{where}. At least {{share:bare}} of commits since {{share:since}} carry an AI mark."
        )
    return Sentence(template=text, values={"share": share}, tone="headline")


def _lasting(known: Evidence) -> Sentence | None:
    gap = known.one(names.SURVIVAL_DIFFERENCE, age_days="90")
    share = known.one(names.MARKED_COMMITS)
    if isinstance(share, Abstention) or share.value == 0:
        return None
    if isinstance(gap, Abstention):
        text = "Whether AI-marked lines last as long as others {gap:cannot}: {gap:reason}."
    else:
        text = _compared(gap)
    return Sentence(template=text, values={"gap": gap, "age": NINETY}, tone="lead")


def direction(gap: Measurement) -> Literal["more", "less", "alike", "open"]:
    """Say what a difference shows: a direction, no difference of interest, or neither.

    An interval that holds zero and reaches past the band is no evidence of likeness.
    """
    if gap.interval is None:
        return "open"
    if gap.interval.low > 0:
        return "more"
    if gap.interval.high < 0:
        return "less"
    within = SAME.low <= gap.interval.low and gap.interval.high <= SAME.high
    return "alike" if within else "open"


def _compared(gap: Measurement) -> str:
    others = "others born in the same months"
    sure = how_sure("gap", gap)
    shown = direction(gap)
    if shown == "open":
        return (
            f"We cannot tell whether AI-marked lines survive {{age}} more or less often than "
            f"{others}: best guess {{gap}}{sure}."
        )
    words = {"more": "more often than", "less": "less often than", "alike": "about as often as"}
    return (
        f"AI-marked lines survive {{age}} {words[shown]} {others}: difference {{gap}}{sure}. "
        "That is an association."
    )


def _surprise(known: Evidence) -> Sentence | None:
    """Say something true about the repository that needs no AI mark."""
    wait = known.one(names.LANDED_TO_RELEASED, quantile="0.5")
    owners = known.one(names.OWNERS)
    parts = []
    if isinstance(wait, Measurement):
        parts.append("Half of what lands is released within {wait}.")
    if isinstance(owners, Measurement):
        verb = "wrote" if owners.value != 1 else "alone wrote"
        parts.append(f"{{owners}} {verb} half of the lines that are still there.")
    if not parts:
        return None
    return Sentence(template=" ".join(parts), values={"wait": wait, "owners": owners}, tone="lead")


def scale(view: View) -> ScaleRows:
    """Return throughput, lead time, quality and cost; where git cannot say, so be it."""
    known = view.together
    released = known.one(names.THROUGHPUT_ASSOCIATION)
    rows = (
        ScaleRow(
            label="Throughput",
            measure="changes released",
            outcome=released if isinstance(released, Measurement) else NO_OUTCOME,
            same=1.0,
        ),
        ScaleRow(
            label="Lead time",
            measure="landing to release",
            outcome=known.one(names.LEAD_TIME_ASSOCIATION),
            same=1.0,
        ),
        ScaleRow(
            label="Quality",
            measure="lines still alive",
            outcome=known.one(names.SURVIVAL_DIFFERENCE, age_days="90"),
        ),
        ScaleRow(label="Cost", measure="per surviving change", outcome=NO_COST),
    )
    return ScaleRows(
        caption=Sentence(
            template="Work with more AI marks beside work with fewer: associations, not "
            "consequences. Hatched means cannot tell."
        ),
        rows=rows,
        band=SAME,
        reach=_reach(rows),
        band_says=Defined(text="5\u00a0%", by="smallest difference of interest"),
    )


def _reach(rows: Sequence[ScaleRow]) -> float:
    """Return where the scale ends: a round share beyond every whisker, at most the whole."""
    furthest = max(
        (
            max(
                abs(end - row.same) for end in (row.outcome.interval.low, row.outcome.interval.high)
            )
            for row in rows
            if isinstance(row.outcome, Measurement) and row.outcome.interval
        ),
        default=0.0,
    )
    return next((end for end in (0.1, 0.2, 0.5) if end > furthest), 1.0)


def strip(view: View) -> SourceStrip:
    """Return every kind of source and what its absence costs."""
    if view.is_table_alone:
        return _table_alone(view)
    return SourceStrip(sources=(_git(view), *(_seen(view, source) for source in SOURCES)))


def _git(view: View) -> SourceSeen:
    if not any(row.seen for row in view.coverage):
        costs = "No commit has been read yet: name a repository that has some."
        return SourceSeen(name=GIT, status="not connected", costs=Sentence(template=costs))
    if any(row.is_hole for row in view.coverage):
        costs = "Some records were skipped or are not in the clone: see the table."
        return SourceSeen(name=GIT, status="in part", costs=Sentence(template=costs))
    costs = "Everything asked for was read."
    return SourceSeen(name=GIT, status="seen", costs=Sentence(template=costs))


def _seen(view: View, source: Source) -> SourceSeen:
    there = view.holds(*source.tables)
    return SourceSeen(
        name=source.name,
        status="seen" if there else "not connected",
        costs=Sentence(template=source.gives if there else source.costs),
    )


def _table_alone(view: View) -> SourceStrip:
    assert view.assessment is not None
    costs = Sentence(
        template="Read from {source}. What is not a column of it cannot be told.",
        values={"source": Name(view.assessment.source)},
    )
    return SourceStrip(sources=(SourceSeen(name="Your table", status="seen", costs=costs),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A kind of source beside git.

    Parameters
    ----------
    tables
        Canonical tables only it fills.
    gives, costs
        What its presence answers, what its absence leaves open.
    """

    name: str
    tables: tuple[str, ...]
    gives: str
    costs: str


SOURCES = (
    Source(
        name="Forge",
        tables=("change_event", "review", "review_comment"),
        gives="When changes were proposed, and how long they waited for review.",
        costs="Review waits, and when a change was proposed, cannot be told.",
    ),
    Source(
        name="Work items",
        tables=("work_item", "work_item_transition"),
        gives="What was asked for, and when it was done.",
        costs="How long an idea waits before anyone codes cannot be told.",
    ),
    Source(
        name="CI",
        tables=("pipeline_run",),
        gives="How long work waits for machines.",
        costs="Whether work waits for machines cannot be told.",
    ),
    Source(
        name="Deployments",
        tables=("deployment",),
        gives="What reached users, and when.",
        costs="What reached users, and when, cannot be told: throughput stays open.",
    ),
    Source(
        name="Incidents",
        tables=("incident",),
        gives="Whether what was released did harm.",
        costs="Whether what was released did harm cannot be told.",
    ),
    Source(
        name="AI sessions",
        tables=("ai_session", "ai_request"),
        gives="Who uses AI, how much and since when, in groups large enough.",
        costs="AI use that leaves no mark in git cannot be told.",
    ),
    Source(
        name="Money",
        tables=("ai_spend", "ai_seat"),
        gives="What is paid for AI use.",
        costs="What is paid for AI use, beyond list prices, cannot be told.",
    ),
)
