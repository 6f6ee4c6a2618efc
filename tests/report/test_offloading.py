"""What the page says of work handed over: only where a tool leaves a trace, and never as skill."""

from __future__ import annotations

from typing import Any

from tests.estimate.offloading.test_days import LOST, TOLD
from tests.report import sample
from tests.report.test_compose import composed
from trueup.estimate.offloading.unaided import judge
from trueup.model.evidence import Abstention, Finding
from trueup.report.renderers.markdown import render_markdown
from trueup.report.view import Records
from trueup.units import PEOPLE, RATIO

HEADING = "## What is handed over"
WHOLE = "handed_over_sessions_ratio"


def page(more: dict[str, list[Finding]], **records: Any) -> str:
    """Return the section on the page of a tiny repository that has more."""
    found = composed({**sample.tiny(), **more}, records=Records(**records))
    said = render_markdown(found).partition(HEADING)[2].partition("\n## ")[0]
    return said.replace("\u00a0", " ").replace("\u2212", "-")


def told() -> dict[str, list[Finding]]:
    both = [
        sample.number("acquainted_people", value, PEOPLE, 900, "lines", origin=origin, spread=0.2)
        for origin, value in (("marked", 1.2), ("unmarked", 1.9))
    ]
    return {
        WHOLE: [sample.number(WHOLE, 0.4, RATIO, 250, "sessions", spread=0.1)],
        "acquainted_people": list(both),
    }


def test_without_a_trace_there_is_no_section() -> None:
    assert page({}) == ""
    assert HEADING not in render_markdown(composed(sample.rich()))


def test_the_share_stands_with_its_rule_and_is_called_descriptive() -> None:
    said = page(told())
    assert "of sessions with AI tools are handed over whole (anything from 30 to 50 %" in said
    assert "if a person prompted once" in said
    assert "All of this is descriptive" in said
    assert "it says nothing about what anyone can do" in said


def test_marked_and_unmarked_stand_side_by_side_where_both_are_known() -> None:
    said = page(told())
    row = next(line for line in said.splitlines() if line.startswith("| People who wrote"))
    assert row.index("1.2 people") < row.index("1.9 people")
    one_sided = {"acquainted_people": told()["acquainted_people"][:1]}
    assert page(one_sided) == ""


def test_published_figures_stand_beside_as_what_is_known_elsewhere() -> None:
    said = page(told())
    assert "none of these measures a firm over years" in said
    assert "79 % of coding sessions" in said
    assert "arxiv.org/abs/2601.20245" in said


def test_without_outages_the_page_says_what_would_tell() -> None:
    why = Abstention(
        metric="unaided_work", reason="No outage is recorded", remedy="Write them down"
    )
    said = page(told(), unaided=why)
    assert "by nobody's choice, cannot be told" in said
    assert "no outage is recorded. Write them down." in said


def test_days_without_the_tool_stand_as_estimates_and_are_called_reliance() -> None:
    said = page(told(), unaided=(judge(LOST.panel(1), "landed", TOLD, seed=1),))
    assert "Changes landed, on a day without the tool" in said
    assert "Changes landed, done without the tool, change in a year" in said
    assert "shows reliance, and no more" in said
