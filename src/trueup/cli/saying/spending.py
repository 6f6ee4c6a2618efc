"""What AI tools cost, as a few lines for a terminal and as plain values for a machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from trueup.cli.answers import plain
from trueup.cli.findings import NO_BREAK, describe
from trueup.model.evidence import Abstention, Measurement, Window
from trueup.report import names, words

if TYPE_CHECKING:
    from trueup.estimate.asking.spending import Spending
    from trueup.measure.spending.spend import Spend
    from trueup.model.evidence import Finding

_WORTH = {
    "ai_shipped_cost_per_change": "A change that shipped and stayed",
    "ai_incident_free_cost_per_change": "A change without an incident",
    "ai_surviving_30_days_cost_per_line": "A line still there after 30 days",
    "ai_surviving_90_days_cost_per_line": "A line still there after 90 days",
    "ai_unattributed_cost_ratio": "Went into no change",
    "ai_discarded_lines_ratio": "Lines thrown away within a week",
    "ai_first_pass_ratio": "Changes that pass the first time",
    "ai_first_pass_ratio_per_year": "That share, in a year",
    "ai_surviving_output_elasticity": "Code that stays, for 1 % more tokens",
}
_HABITS = {
    "ai_cache_read_ratio": "Read from a cache",
    "ai_subagent_tokens_ratio": "Used by subagents",
    "ai_looped_calls_ratio": "Calls that repeat one before",
    "ai_unpriced_tokens_ratio": "Tokens without a price",
}
_APART = "Amounts on different lines state the same use in different ways: they are never added up."
_ASSOCIATION = "An association: busy weeks bring both, and noise in tokens pulls it towards 0."


def spend_in_words(asked: Spending) -> Iterator[str]:
    """Say it in a few lines: costs by basis, what came of them, how tools are used, who says so."""
    found = asked.spend
    lines = (*_costs(found), *_budget(asked), *_worth(found), *_used(found), *_seen(found))
    for line in lines:
        yield line.replace(NO_BREAK, " ")


def spend_as_json(asked: Spending) -> dict[str, Any]:
    """Return everything as plain values."""
    found, salary = asked.spend, asked.spend.of_salary
    return {
        "by": list(found.by),
        "every": found.every,
        "costs": [describe(each) for each in found.costs],
        "tokens": [describe(each) for each in found.used],
        "worth": [describe(each) for each in found.worth],
        "habits": [describe(each) for each in found.habits],
        "per_developer": describe(found.per_developer),
        "of_salary": None if salary is None else describe(salary),
        "budget": plain(asked.budget),
        "sources": plain(found.sources),
        "gaps": plain(found.gaps),
    }


def _costs(found: Spend) -> Iterator[str]:
    told = [each for each in found.costs if isinstance(each, Measurement)]
    if not told:
        yield "What AI tools cost cannot be told."
    else:
        yield f"What AI tools cost, {_span(told)}"
    for each in found.costs:
        if isinstance(each, Measurement):
            yield _line(words.capital(words.group_of(each.group)), each)
        elif told and each.group:
            yield f"  {words.capital(words.group_of(each.group))}: {each.reason}"
    if told:
        whole = [each for each in found.costs if isinstance(each, Abstention) and not each.group]
        yield from (f"  Not in it: {words.uncapital(each.reason)}" for each in _untold(whole))
    if len({dict(each.group).get("basis") for each in told}) > 1:
        yield f"  {_APART}"
    yield from _said("  ", _untold(found.costs) if not told else ())
    if told:
        yield _line("Per active developer and month", found.per_developer)
    if found.of_salary is not None:
        yield _line("Of what a developer costs", found.of_salary)


def _budget(asked: Spending) -> Iterator[str]:
    if isinstance(asked.budget, Abstention):
        yield f"  Budget: {words.CANNOT_TELL}. {asked.budget.reason} {asked.budget.remedy}"
    elif asked.budget is not None:
        yield f"  Budget: {asked.budget.says}"


def _worth(found: Spend) -> Iterator[str]:
    told = [each for each in found.worth if isinstance(each, Measurement)]
    if told:
        yield ""
        yield f"What came of it, {_span(told)}"
        for each in told:
            yield _line(_WORTH[each.metric], each)
        if any(each.metric == "ai_surviving_output_elasticity" for each in told):
            yield f"    {_ASSOCIATION}"
    else:
        yield from _said("", _untold(found.worth))


def _used(found: Spend) -> Iterator[str]:
    told = [each for each in found.used if isinstance(each, Measurement)]
    if not told:
        return
    yield ""
    yield f"What was used up, {_span(told)}"
    for each in found.used:
        yield _line(words.capital(words.group_of(each.group)), each)
    for habit in found.habits:
        if isinstance(habit, Measurement):
            yield _line(_HABITS[habit.metric], habit)


def _seen(found: Spend) -> Iterator[str]:
    if not found.sources:
        return
    yield ""
    yield "Who tells of it"
    for one in found.sources:
        whole = f"{one.requests:,} requests of {words.listed(one.tools) or 'unnamed tools'}"
        counted = one.counted_tokens / one.tokens if one.tokens else 1.0
        less = "" if counted > _ALL else f"; {100 * counted:.0f} % of the tokens count"
        yield f"  {words.capital(names.SEEN_BY.get(one.seen_by, 'not said'))}: {whole}{less}"
    for gap in found.gaps:
        first, other = (names.SEEN_BY.get(name, name) for name in (gap.seen_by, gap.other_seen_by))
        yield (
            f"  Of the same use, {other} have {100 * gap.ratio:+.1f} % tokens against {first}, "
            f"which count ({gap.days:,} days of tools)."
        )
    if {one.seen_by for one in found.sources} <= {"log", ""}:
        yield "  Machines whose logs are not collected are not in it: every total is at least."


_ALL = 0.9995


def _span(told: list[Measurement]) -> str:
    """Say which span all of them together speak of."""
    starts, ends = ([getattr(one.window, end) for one in told] for end in ("start_at", "end_at"))
    return words.span(Window(start_at=min(starts), end_at=max(ends)))


def _line(label: str, found: Finding) -> str:
    if isinstance(found, Abstention):
        return f"  {label}: {words.value_of(found)}. {found.reason}"
    seen = "" if found.coverage is None or found.coverage > _ALL else _coverage(found)
    return (
        f"  {label}: {words.value_of(found)} ({words.interval_of(found)}; "
        f"{words.items_of(found)}{seen})"
    )


def _coverage(found: Measurement) -> str:
    return f", {100 * (found.coverage or 0):.0f} % of all"


def _untold(findings: Iterable[Finding]) -> list[Abstention]:
    """Return why nothing can be told, each reason once."""
    kept: dict[str, Abstention] = {}
    for each in findings:
        if isinstance(each, Abstention):
            kept.setdefault(each.reason, each)
    return list(kept.values())


def _said(indent: str, untold: Iterable[Abstention]) -> Iterator[str]:
    for each in untold:
        yield f"{indent}{each.reason} {each.remedy}"
