"""The section on money: what it says of findings worked out by hand, and what it never does."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.report import sample
from tests.report.test_compose import composed
from trueup.estimate.asking.spending import Spending
from trueup.measure.spending.sources import Gap, SourceSeen
from trueup.measure.spending.spend import Spend
from trueup.model.evidence import Abstention, Finding, Interval, Measurement, Window
from trueup.report.document import Chart, Fold, OneLine, Report, Section, Table
from trueup.report.renderers.json import render_json
from trueup.report.sentence import Sentence
from trueup.report.view import Records
from trueup.units import COST_PER_CHANGE, COST_PER_MONTH, RATIO, RATIO_PER_YEAR, Unit

LIST = {"basis": "list", "currency": "USD"}
MONTH = Window(start_at=1_767_225_600_000_000, end_at=1_769_904_000_000_000)


def found(metric: str, value: float, unit: Unit, **more: Any) -> Measurement:
    group = more.pop("group", {})
    spread = more.pop("spread", 0.1 * value)
    return Measurement(
        metric=metric,
        version=1,
        value=value,
        unit=unit,
        interval=Interval(low=value - spread, high=value + spread, method="by hand"),
        n=more.pop("n", 120),
        n_of=more.pop("n_of", "requests"),
        clusters=12,
        window=MONTH,
        source="AI tools",
        group=tuple(sorted(group.items())),
        **({"coverage": 1.0} | more),
    )


def listed(value: float, **group: str) -> Measurement:
    metric, spread = "ai_list_cost_per_month", 100.0
    return found(metric, value, COST_PER_MONTH, group=LIST | group, spread=spread, coverage=0.9)


def spent(findings: list[Finding]) -> Spend:
    return Spend(
        by=(),
        every=None,
        costs=tuple(findings),
        used=(),
        habits=(),
        worth=(),
        per_developer=Abstention(metric="ai_cost_per_developer_month", reason="No.", remedy="Do."),
        of_salary=None,
        sources=(
            SourceSeen(seen_by="log", tools=("codex",), requests=9, tokens=900, counted_tokens=100),
        ),
        gaps=(
            Gap(seen_by="admin_api", other_seen_by="log", days=3, tokens=1_000, other_tokens=340),
        ),
    )


def rich() -> list[Finding]:
    findings: list[Finding] = [
        replace(listed(1_900.0), qualifier="at least"),
        found(
            "ai_billed_cost_per_month",
            1_200.0,
            COST_PER_MONTH,
            group={"basis": "invoice", "currency": "USD"},
            n=1,
            n_of="amounts",
        ),
        found("ai_shipped_cost_per_change", 12.0, COST_PER_CHANGE, qualifier="about", n=340),
        found("ai_unattributed_cost_ratio", 0.37, RATIO),
        found("ai_first_pass_ratio", 0.7, RATIO, qualifier="about"),
        found("ai_first_pass_ratio_per_year", 0.02, RATIO_PER_YEAR, spread=0.2),
    ]
    findings += [listed(100.0 * number, month=f"2026-{number:02d}") for number in (1, 2, 3, 4, 5)]
    findings += [listed(900.0, tool="codex"), listed(1_000.0, tool="cursor")]
    for quarter, share in (("2025-Q3", 0.6), ("2025-Q4", 0.7)):
        findings.append(found("ai_first_pass_ratio", share, RATIO, group={"quarter": quarter}))
    return findings


def report(findings: list[Finding], **more: Any) -> Report:
    every = sample.rich("a/b")
    for one in findings:
        every.setdefault(one.metric, []).append(one)
    records = Records(spending=Spending(spend=spent(findings), **more))
    return composed(every, "a/b", records=records)


def section(page: Report) -> Section:
    return next(each for each in page.sections if each.id == "money")


def words(page: Report) -> str:
    sentences = [b.text() for b in section(page).unfolded() if isinstance(b, Sentence)]
    return " ".join(sentences).replace("\u00a0", " ")


def test_the_first_sentence_says_cost_the_price_of_what_stays_and_what_went_nowhere() -> None:
    text = words(report(rich()))
    assert text.startswith("At list price, AI tools cost at least $1.9k a month")
    assert "anything from $1.8k to $2k a month fits" in text
    assert "stayed cost about $12 per change" in text
    assert "37 % of all cost went into no change" in text


def test_titles_of_charts_are_findings_and_intervals_and_the_unknown_are_drawn() -> None:
    charts = {b.id: b for b in section(report(rich())).unfolded() if isinstance(b, Chart)}
    monthly, passing = charts["money-monthly"], charts["money-passing"]
    title = monthly.finding.text().replace("\u00a0", " ")
    assert title == "In May 2026, AI tools cost $500 a month at list price"
    assert "url(#hatch)" in json.dumps(monthly.drawing)
    assert "whose cost is unknown" in monthly.subtitle.text()
    assert "high" in json.dumps(monthly.drawing)
    assert "cannot be told" in passing.finding.text()
    assert "high" in json.dumps(passing.drawing)


@pytest.mark.parametrize(
    ("rise", "spread", "says"),
    [
        (0.2, 0.1, "more than before"),
        (-0.2, 0.1, "fewer than before"),
        (0.0, 0.01, "as they did before"),
        (0.0, 0.3, "whether that rises cannot be told"),
    ],
)
def test_a_rise_is_claimed_only_where_its_interval_leaves_out_nought(
    rise: float, spread: float, says: str
) -> None:
    trend = found("ai_first_pass_ratio_per_year", rise, RATIO_PER_YEAR, spread=spread)
    kept = [one for one in rich() if one.metric != trend.metric]
    charts = [b for b in section(report([*kept, trend])).unfolded() if isinstance(b, Chart)]
    assert says in charts[-1].finding.text()


def test_bases_stand_in_lines_of_their_own_and_no_sum_of_them_is_anywhere() -> None:
    """$1,900 and $1,200: no $3.1k, in no form of the report."""
    page = report(rich())
    tables = [b for b in section(page).unfolded() if isinstance(b, Table)]
    amounts = next(b for b in tables if b.columns[0] == "Amount")
    said = [row[1].value for row in amounts.rows if isinstance(row[1], Measurement)]
    assert said == [1_900, 1_200]
    assert "never added up" in words(page)
    numbers = [float(n) for n in re.findall(r'"value": (\d+(?:\.\d+)?)', render_json(page))]
    assert 3_100 not in numbers


def test_parts_are_folded_away_and_none_is_of_a_person_or_a_team() -> None:
    folds = [b for b in section(report(rich())).blocks if isinstance(b, Fold)]
    headings = {
        block.columns[0] for fold in folds for block in fold.blocks if isinstance(block, Table)
    }
    assert headings == {"Tool"}


def test_who_tells_of_it_and_how_far_they_disagree_is_said() -> None:
    text = words(report(rich()))
    assert "Told of by logs on machines, of codex." in text
    assert "logs on machines have -66.0 % tokens against vendors' interfaces" in text


def test_what_cannot_be_told_names_what_would_tell_it() -> None:
    untold = Abstention(
        metric="ai_list_cost_per_month",
        reason="No prices of what AI tools used are recorded.",
        remedy="Name their models under [[prices]] in trueup.toml.",
    )
    text = words(report([untold], budget=replace(untold, metric="budget_exhaustion")))
    assert "cannot be told: no prices of what AI tools used are recorded" in text
    assert "Name their models under [[prices]] in trueup.toml" in text
    assert "When the budget runs out cannot be told" in text


def test_without_any_record_of_use_one_line_says_what_to_connect() -> None:
    page = composed(sample.rich("a/b"), "a/b")
    (block,) = section(page).blocks
    assert isinstance(block, OneLine)
    assert "logs of AI tools" in block.connect
