"""What AI tools cost, what came of it, and how often what they make passes the first time."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.asking.spending import Spending
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import names
from trueup.report.charts.spend.monthly import monthly_drawing
from trueup.report.charts.spend.passing import passing_drawing
from trueup.report.charts.theme import has_intervals
from trueup.report.document import Block, Cell, Chart, Fold, OneLine, Section, Table
from trueup.report.findings import Evidence, whole_months
from trueup.report.sections.answer import direction
from trueup.report.sections.delivery.rows import Row, table
from trueup.report.sections.spend.inflated import inflated_blocks
from trueup.report.sentence import Defined, Filling, Name, Quoted, Sentence, how_sure
from trueup.report.view import View
from trueup.report.words import capital, group_of, items_of, listed

LISTED = {"basis": "list"}
_COSTS = ("ai_list_cost_per_month", "ai_billed_cost_per_month", "ai_estimated_cost_per_month")
_APART = Sentence(
    template="Lines of this table state the same use in different ways: they are never added up.",
    tone="note",
)
_WORTH = (
    Row(label="A change that shipped and stayed", metric="ai_shipped_cost_per_change"),
    Row(label="A change without an incident", metric="ai_incident_free_cost_per_change"),
    Row(label="A line still there after 30 days", metric="ai_surviving_30_days_cost_per_line"),
    Row(label="A line still there after 90 days", metric="ai_surviving_90_days_cost_per_line"),
    Row(label="Each active developer and month", metric="ai_cost_per_developer_month"),
    Row(
        label="The same, of what a developer costs",
        metric="ai_cost_per_developer_month",
        group={"against": "salary"},
    ),
)
_HABITS = (
    Row(label="Cost that went into no change", metric="ai_unattributed_cost_ratio"),
    Row(label="Tokens without a price", metric="ai_unpriced_tokens_ratio"),
    Row(label="Input read from a cache", metric="ai_cache_read_ratio"),
    Row(label="Tokens of subagents", metric="ai_subagent_tokens_ratio"),
    Row(label="Calls that repeat one before", metric="ai_looped_calls_ratio"),
    Row(label="Lines thrown away within a week", metric="ai_discarded_lines_ratio"),
)
_PARTS = {"tool": "Tool", "model": "Model", "agent_kind": "Agent"}


def money(view: View) -> Section:
    """Return the section on money; one line saying what to connect where nothing is known."""
    known, asked = view.together, view.records.spending
    blocks: list[Block | Fold] = []
    if asked is not None:
        blocks += _lead(known)
        blocks += _monthly(known)
        blocks += _bases(known)
        blocks += _worth(known)
        blocks += _parts(known)
        blocks += _elasticity(known)
        blocks += _passing(known)
        blocks += _budget(asked)
        blocks += _inflated(asked)
        blocks += _told_by(asked)
    return Section(id="money", heading="Money", blocks=tuple(blocks) or (_nothing(),))


def _nothing() -> OneLine:
    answers = Sentence(
        template="what AI use costs a month, by tool, and what one surviving change costs."
    )
    connect = "the logs of AI tools, their telemetry, a vendor's admin interface or an invoice"
    return OneLine(connect=connect, answers=answers)


def _of_list(known: Evidence, metric: str) -> Finding:
    """Return cost at list price, in whatever currency it is said."""
    whole = known.many(metric, "currency", **LISTED)
    return whole[0] if whole else known.one(metric)


def _lead(known: Evidence) -> Iterator[Sentence]:
    cost, shipped = _of_list(known, _COSTS[0]), known.one("ai_shipped_cost_per_change")
    rest = known.one("ai_unattributed_cost_ratio")
    if isinstance(cost, Abstention):
        text = "What AI tools cost at list price {cost:cannot}: {cost:reason}. {cost:remedy}."
        yield Sentence(template=text, values={"cost": cost}, tone="lead")
        return
    text = f"At list price, AI tools cost {{cost}}{how_sure('cost', cost)}."
    if isinstance(shipped, Measurement):
        text += f" A change that shipped and stayed cost {{shipped}}{how_sure('shipped', shipped)}"
        text += "; {rest} of all cost went into no change." if _is_told(rest) else "."
    yield Sentence(
        template=text, values={"cost": cost, "shipped": shipped, "rest": rest}, tone="lead"
    )


def _is_told(found: Finding) -> bool:
    return isinstance(found, Measurement)


def _monthly(known: Evidence) -> Iterator[Chart]:
    costs = whole_months(known.many(_COSTS[0], "month", "currency", **LISTED))
    told = [each for each in costs if isinstance(each, Measurement)]
    if len(told) < 2:
        return
    latest = max(told, key=lambda each: dict(each.group)["month"])
    fewest, most = min(told, key=lambda each: each.n), max(told, key=lambda each: each.n)
    values: dict[str, Filling] = {"latest": latest, "fewest": fewest, "most": most}
    subtitle = "Cost of tokens at list price, by month; {fewest:n} to {most:n}. "
    subtitle += "Lines: intervals." if has_intervals(told) else "Each is a complete count."
    if any((each.coverage or 1.0) < 1.0 for each in told):
        subtitle += (
            " Hatched: use that has no price, whose cost is unknown; its height says nothing."
        )
    yield Chart(
        id="money-monthly",
        finding=Sentence(
            template="In {latest:month}, AI tools cost {latest} at list price", values=values
        ),
        subtitle=Sentence(template=subtitle, values=values),
        points=costs,
        drawing=monthly_drawing(costs),
    )


def _bases(known: Evidence) -> Iterator[Block]:
    found = [each for name in _COSTS for each in known.measured(name, "basis", "currency")]
    if len(found) < 2:
        return
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (Defined(text=capital(group_of(each.group)), by=each.metric), each, Name(items_of(each)))
        for each in found
    )
    caption = Sentence(template="What AI tools cost, by what an amount is.")
    yield Table(caption=caption, columns=("Amount", "A month", "Rests on"), rows=rows)
    yield _APART


def _worth(known: Evidence) -> Iterator[Block]:
    caption = "What one of each cost in AI tools, at list price."
    yield from table(known, caption, _WORTH, first="Cost of")
    yield from table(known, "How tools are used.", _HABITS, first="Share")


def _parts(known: Evidence) -> Iterator[Fold]:
    tables = tuple(_tables_of_parts(known))
    if tables:
        yield Fold(says="Cost by tool, model and agent", blocks=tables)


def _tables_of_parts(known: Evidence) -> Iterator[Table]:
    for dimension, heading in _PARTS.items():
        found = known.measured(_COSTS[0], dimension, "currency", **LISTED)
        if len(found) < 2:
            continue
        ranked = sorted(found, key=lambda each: -each.value)
        rows = tuple(
            (Name(_member(each, dimension)), each, Name(items_of(each))) for each in ranked
        )
        words = dimension.replace("_", " ")
        caption = Sentence(
            template="Cost at list price by {part}. Groups of few persons stand together.",
            values={"part": Name(words)},
        )
        yield Table(caption=caption, columns=(heading, "A month", "Rests on"), rows=rows)


def _member(found: Measurement, dimension: str) -> str:
    member = dict(found.group)[dimension]
    return names.AGENTS.get(member, member) if dimension == "agent_kind" else member


def _elasticity(known: Evidence) -> Iterator[Sentence]:
    slope = known.one("ai_surviving_output_elasticity")
    if isinstance(slope, Abstention):
        return
    text = (
        f"Where a team used more tokens, its code that stayed was more by {{slope}}"
        f"{how_sure('slope', slope)}; {{slope:n}}. This is an association: busy weeks bring both, "
        "and noise in tokens pulls it towards nought."
    )
    yield Sentence(template=text, values={"slope": slope})


def _passing(known: Evidence) -> Iterator[Block]:
    points = known.many("ai_first_pass_ratio", "quarter")
    told = [each for each in points if isinstance(each, Measurement)]
    whole, trend = known.one("ai_first_pass_ratio"), known.one("ai_first_pass_ratio_per_year")
    values: dict[str, Filling] = {"whole": whole, "trend": trend}
    if len(told) >= 2:
        yield Chart(
            id="money-passing",
            finding=Sentence(template=_passing_title(whole, trend), values=values),
            subtitle=Sentence(
                template="Share of changes made with AI tools that land in time and then need "
                "nothing, by the quarter they were proposed in; {whole:n}. Lines: intervals. What "
                "is too young to be judged is left out.",
                values=values,
            ),
            points=points,
            drawing=passing_drawing(points),
        )
    for dimension in ("tool", "model"):
        yield from _passing_by(known, dimension)


def _passing_title(whole: Finding, trend: Finding) -> str:
    if isinstance(whole, Abstention):
        return "How often changes made with AI tools pass the first time"
    said = "About {whole:bare} of changes made with AI tools pass the first time"
    if isinstance(trend, Abstention) or trend.interval is None:
        return said
    return {
        "alike": f"{said}, as they did before",
        "open": f"{said}; whether that rises cannot be told ({{trend:interval}})",
        "less": f"{said}, and fewer than before ({{trend}})",
        "more": f"{said}, and more than before ({{trend}})",
    }[direction(trend)]


def _passing_by(known: Evidence, dimension: str) -> Iterator[Table]:
    found = known.measured("ai_first_pass_ratio", dimension)
    if len(found) < 2:
        return
    rows: list[tuple[Cell, ...]] = []
    for each in sorted(found, key=lambda one: dict(one.group)[dimension]):
        member = dict(each.group)[dimension]
        trend = known.one("ai_first_pass_ratio_per_year", **{dimension: member})
        rows.append((Name(member), each, trend, Name(items_of(each))))
    caption = Sentence(
        template="Changes that pass the first time, by {part}. What each is used for differs: this "
        "is an association, and no ranking.",
        values={"part": Name(dimension)},
    )
    columns = (_PARTS[dimension], "Pass", "Rise in a year", "Rests on")
    yield Table(caption=caption, columns=columns, rows=tuple(rows))


def _budget(asked: Spending) -> Iterator[Sentence]:
    budget = asked.budget
    if isinstance(budget, Abstention):
        text = "When the budget runs out {it:cannot}: {it:reason}. {it:remedy}."
        yield Sentence(template=text, values={"it": budget})
    elif budget is not None:
        says = Quoted(text=budget.says, by="budget")
        yield Sentence(template="Budget: {says}", values={"says": says})


def _inflated(asked: Spending) -> tuple[Block, ...]:
    return () if asked.inflated is None else inflated_blocks(asked.inflated)


def _told_by(asked: Spending) -> Iterator[Sentence]:
    sources = asked.spend.sources
    if not sources:
        return
    called = [names.SEEN_BY.get(one.seen_by, "a source that is not named") for one in sources]
    tools = sorted({tool for one in sources for tool in one.tools})
    text = "Told of by {sources}, of {tools}."
    values: dict[str, Filling] = {
        "sources": Name(listed(called)),
        "tools": Name(listed(tools) if tools else "tools that are not named"),
    }
    for rank, gap in enumerate(asked.spend.gaps):
        slot = f"gap_{chr(ord('a') + rank)}"
        first, other = (names.SEEN_BY.get(one, one) for one in (gap.seen_by, gap.other_seen_by))
        said = f"{other} have {100 * gap.ratio:+.1f} % tokens against {first}, which count"
        text += f" Of the same use, {{{slot}}}."
        values[slot] = Defined(text=said, by="what two sources say of the same use")
    yield Sentence(template=text, values=values, tone="note")
