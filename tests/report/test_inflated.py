"""What the page says of inflated tokens, and that it tells no team and no person apart."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import pytest

from tests.estimate.goodhart.token_panels import WEEK, drawn
from tests.report.test_renderers import report
from trueup.estimate.goodhart.finding import Goodhart, Policy
from trueup.estimate.goodhart.judging import judge
from trueup.model.evidence import Abstention, Window
from trueup.report.document import Chart, Report
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sections.method import OWN
from trueup.report.sections.spend.inflated import inflated
from trueup.report.words import typeset
from trueup.simulate.token_weeks import TokenWorld

START = 1_735_516_800_000_000  # Monday 2024-12-30
WORLDS = {
    "inflated": TokenWorld(seed=2, inflation=0.7),
    "rose, cause unknown": TokenWorld(seed=2, exposed=40),
    "no sign": TokenWorld(seed=2),
    "cannot tell": TokenWorld(seed=2, teams=12, exposed=6, noise=0.8),
}


@cache
def judged(verdict: str) -> Goodhart:
    panel = drawn(WORLDS[verdict])
    panel = replace(panel, window=Window(start_at=START, end_at=START + 52 * WEEK))
    policy = Policy(kind="leaderboard", started_at=START + 26 * WEEK)
    found = judge(panel, policies=(policy,), seed=1)
    assert isinstance(found, Goodhart)
    return found


def page(found: Goodhart | Abstention) -> Report:
    return replace(report("rich"), sections=(inflated(found),))


@pytest.mark.parametrize("verdict", sorted(WORLDS))
def test_every_answer_is_said_with_its_numbers(verdict: str) -> None:
    found = judged(verdict)
    assert found.verdict == verdict
    shown = page(found)
    says = typeset(found.says).replace("\u00a0", " ")
    assert says in render_markdown(shown).replace("\u00a0", " ")
    assert json.loads(render_json(shown))["sections"][0]["id"] == "inflated"


def test_the_page_has_a_chart_of_both_groups_and_a_table_of_signs() -> None:
    text = render_html(page(judged("inflated")))
    assert 'id="inflated-tokens"' in text
    assert "More tool calls repeat an earlier one" in text


def test_the_date_of_the_policy_is_a_line_on_the_chart() -> None:
    (chart,) = (b for b in page(judged("inflated")).blocks() if isinstance(b, Chart))
    assert str((START + 26 * WEEK) // 1_000) in json.dumps(chart.drawing)
    assert "a ranking by tokens" in chart.subtitle.text()


def test_a_group_of_fewer_than_eight_teams_is_not_drawn() -> None:
    """Each has at least one person with tokens, so that eight persons stand behind a point."""
    assert judged("cannot tell").path == ()
    assert not [b for b in page(judged("cannot tell")).blocks() if isinstance(b, Chart)]


def test_no_team_and_no_person_stands_on_the_page() -> None:
    panel = drawn(WORLDS["inflated"])
    text = render_json(page(judged("inflated")))
    assert [team for team in panel.units if f'"{team}"' in text] == []


def test_a_refusal_says_why_and_what_to_do() -> None:
    refused = Abstention(
        metric="inflated_tokens_ratio",
        reason="No teams are recorded.",
        remedy="Name the teams in a file, or connect the forge.",
    )
    text = render_markdown(page(refused))
    assert "cannot be told" in text
    assert "no teams are recorded" in text
    assert "Name the teams in a file" in text


def test_what_the_chart_draws_has_a_definition() -> None:
    drawn_metrics = {point.metric for point in judged("inflated").path}
    assert drawn_metrics <= {definition.metric for definition in OWN}
