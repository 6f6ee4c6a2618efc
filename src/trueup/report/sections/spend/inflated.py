"""Whether tokens were inflated once they were counted: the answer, the signs, the look-alikes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trueup.estimate.goodhart.finding import Goodhart, Sign
from trueup.model.evidence import Abstention
from trueup.model.rival import Rival
from trueup.report.charts.spend.inflated import inflated_drawing
from trueup.report.document import Block, Chart, Section, Table
from trueup.report.scrutiny import CheckLine, Checks
from trueup.report.sentence import Filling, Name, Quoted, Sentence

HEADING = "Are tokens used up for their own sake?"
_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "inflated": "Tokens rose where they count for those who use them, beyond all growth",
        "rose, cause unknown": "Tokens rose beyond what surviving work accounts for",
        "no sign": "Tokens moved alike, whether they count for those who use them or not",
        "cannot tell": "Tokens beyond what surviving work accounts for",
    }
)
_SIGNS: Mapping[str, str] = MappingProxyType(
    {
        "elasticity_falls": "Surviving work follows tokens less",
        "more_discarded": "More generated lines are thrown away",
        "more_repeated_calls": "More tool calls repeat an earlier one",
        "spikes_at_month_end": "Tokens peak where a month ends",
        "bunching_over_threshold": "Use gathers just over a threshold",
    }
)
_RIVALS: Mapping[str, str] = MappingProxyType(
    {
        "onboarding": "People new to the tools",
        "migration": "Work in new repositories",
        "new_model": "Another model",
        "agents": "A move to agents",
        "price": "Cheaper, wordier models",
        "more_work": "More surviving work",
        "all_of_them": "New people, repositories, models and agents together",
    }
)
_POLICIES: Mapping[str, str] = MappingProxyType(
    {"leaderboard": "a ranking by tokens", "minimum_spend": "a minimum of spend"}
)


def inflated(found: Goodhart | Abstention) -> Section:
    """Return the section on inflated tokens."""
    return Section(id="inflated", heading=HEADING, blocks=inflated_blocks(found))


def inflated_blocks(found: Goodhart | Abstention) -> tuple[Block, ...]:
    """Return its blocks, for a section that holds more."""
    if isinstance(found, Abstention):
        return (
            Sentence(
                template="Whether tokens are inflated {it:cannot}: {it:reason}. {it:remedy}.",
                values={"it": found},
            ),
        )
    says = Quoted(text=found.says, by="goodhart")
    blocks: list[Block] = [Sentence(template="{says}", values={"says": says}, tone="lead")]
    blocks += _chart(found)
    blocks += _naive(found)
    if found.signs:
        blocks.append(_table("Signs of gaming, of which two are needed.", _SIGNS, found.signs))
    if found.rivals:
        caption = "Honest reasons for tokens to rise, each left out in turn."
        blocks.append(_table(caption, _RIVALS, found.rivals))
    blocks += _checks(found)
    blocks.append(
        Sentence(
            template="Two groups of teams are compared; no team and no person is told apart, and "
            "who used how much is not shown anywhere.",
            tone="note",
        )
    )
    return tuple(blocks)


def _chart(found: Goodhart) -> list[Block]:
    """Return both arms by week; nothing where an arm has too few teams in every week."""
    if not found.path:
        return []
    kinds = dict.fromkeys(_POLICIES.get(one.kind, one.kind) for one in found.policies)
    lines = f" Thin lines: {' and '.join(kinds)} came into force." if kinds else ""
    most = max(found.path, key=lambda point: point.n)
    return [
        Chart(
            id="inflated-tokens",
            finding=Sentence(template=_TITLES[found.verdict]),
            subtitle=Sentence(
                template="Tokens beyond what surviving work accounts for, by week, against the "
                "mean of the same teams before; means of {most:n} or fewer. Bands: intervals."
                + lines,
                values={"most": most},
            ),
            points=found.path,
            drawing=inflated_drawing(found.path, [one.started_at for one in found.policies]),
        )
    ]


def _naive(found: Goodhart) -> list[Block]:
    if found.naive is None or found.rise is None:
        return []
    values: dict[str, Filling] = {"naive": found.naive, "rise": found.rise}
    text = (
        "A dashboard of the teams under the policy would show {naive} tokens after against "
        "before; with the growth of everyone's use and with surviving work taken out, {rise} "
        "({rise:interval}) is left"
    )
    if found.dollars is not None:
        values["dollars"] = found.dollars
        text += ", and in dollars at constant prices {dollars} ({dollars:interval})"
    return [Sentence(template=text + ".", values=values)]


def _table(
    caption: str, called: Mapping[str, str], rows: tuple[Sign, ...] | tuple[Rival, ...]
) -> Table:
    return Table(
        caption=Sentence(template=caption),
        columns=("What", "Answer", "In figures"),
        rows=tuple(
            (
                Name(called.get(row.name, row.name)),
                Name(row.answer),
                Quoted(text=row.says, by="goodhart"),
            )
            for row in rows
        ),
    )


def _checks(found: Goodhart) -> list[Block]:
    if not found.checks:
        return []
    return [
        Checks(
            id="inflated-checks",
            caption=Sentence(template="An attempt to break the comparison."),
            lines=tuple(CheckLine(about="Tokens", check=check) for check in found.checks),
            is_folded=True,
        )
    ]
