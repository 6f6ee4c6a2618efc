"""What the page says of the whole delivery record, and that it says nothing where git is all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.report import sample, weighed
from tests.report.test_compose import ORDER, composed
from trueup.measure.comparing.beside import Beside, BesidePublished
from trueup.measure.comparing.published import FIGURES, NOT_PUBLISHED
from trueup.measure.production.linkage import Linkage
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import words
from trueup.report.document import Fold, OneLine, Report, Section, Steps, Table
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.scrutiny import BesideLine, BesideTable, EmptyBeside
from trueup.report.sentence import Sentence
from trueup.report.view import Records
from trueup.units import ITEMS, PER_WEEK, RATIO, RELATIVE, SECONDS

DAY = 86_400.0
OTHERS = {"review": 3, "work_item": 3, "deployment": 3, "incident": 1, "ai_session": 3}
FORGE = "Connect the forge (GitHub or GitLab)."
STAGES = {"coding": 2.0, "pickup": 1.0, "review": 0.5, "merge": 0.25, "deploy": 1.0}


def stages() -> dict[str, list[Finding]]:
    """Return stages of a change whose means add up to five days, a quarter unattributed."""
    whole = sample.number("cycle_time_seconds", 5 * DAY, SECONDS, 40, "changes", spread=DAY)
    parts = [
        sample.number("cycle_time_seconds", days * DAY, SECONDS, 40, "changes", stage=name)
        for name, days in {**STAGES, "unattributed": 0.25}.items()
    ]
    return {"cycle_time_seconds": [whole, *parts]}


def lacking() -> tuple[Abstention, ...]:
    """Return three questions without their records; two lack the same source."""
    return (
        sample.cannot("pickup_seconds", "No reviews are recorded.", FORGE),
        sample.cannot("review_depth_comments", "No reviews are recorded.", FORGE),
        sample.cannot("flaky_checks_ratio", "No runs are recorded.", "Connect the CI system."),
    )


def beside() -> BesidePublished:
    """Return the rows of pull request size and of what was never published, and one that lacks."""
    return BesidePublished(
        rows=tuple(_row(figure.row, figure.edition) for figure in FIGURES if figure.row in _NAMED),
        kind="team",
        compared=12,
        use="the share of active developers who use AI tools, by week",
    )


_NAMED = ("lead_time", "time_qa", "ttfr_median")


def _row(name: str, edition: int) -> Beside:
    figure = next(each for each in FIGURES if (each.row, each.edition) == (name, edition))
    if name == "ttfr_median":
        no = sample.cannot(figure.metric, "No proposed changes are recorded.", FORGE)
        return Beside(figure=figure, now=no, low=no, high=no, change=no)
    low, high = (
        sample.number(figure.metric, days * DAY, SECONDS, 90, "changes", adoption=adoption)
        for adoption, days in (("low", 2.0), ("high", 3.0))
    )
    change = sample.number(
        figure.metric, 0.5, RELATIVE, 180, "changes", spread=0.2, adoption="high over low"
    )
    return Beside(
        figure=figure,
        now=sample.number(figure.metric, 2.5 * DAY, SECONDS, 400, "changes", quantile="mean"),
        low=low,
        high=high,
        change=change,
        change_of_sums=replace(change, value=0.9, group=(("adoption", "high over low, of sums"),)),
        outcome="lead_time_mean_seconds" if name == "lead_time" else "",
    )


def linkage() -> tuple[Linkage, ...]:
    """Return incidents of which three in four are tied, most of them by guess."""
    whole = sample.number("records_tied_ratio", 0.75, RATIO, 40, "incidents", link="incidents")
    by_grade = tuple(
        replace(whole, value=value, group=(("grade", grade), *whole.group))
        for grade, value in (("declared", 0.1), ("derived", 0.05), ("guessed", 0.6))
    )
    return (Linkage(name="incidents tied to a deployment", whole=whole, by_grade=by_grade),)


@cache
def whole(*, answered: bool = False) -> Report:
    """Return a report on a rich repository with its delivery record."""
    found = sample.together(sample.rich("a/b"), stages())
    records = Records(rows=OTHERS, lacking=lacking(), beside=beside(), linkage=linkage())
    answer = {"assessment": weighed.assessment()} if answered else {}
    return composed(found, "a/b", records=records, **answer)


def section(report: Report, name: str) -> Section:
    """Return a section by its id."""
    return next(each for each in report.sections if each.id == name)


def lines(report: Report) -> dict[str, BesideLine]:
    """Return the rows beside the published report, by the title of their first figure."""
    found = (block for block in section(report, "beside").unfolded())
    tables = (block for block in found if isinstance(block, BesideTable | EmptyBeside))
    return {line.figures[0].title: line for table in tables for line in table.lines}


def test_git_is_in_the_title_only_where_git_is_all_there_is() -> None:
    assert composed(sample.rich("a/b"), "a/b").title == "What git can say about AI use"
    assert whole().title == "What the records can say about AI use"
    seen = {each.name: each.status for each in whole().strip.sources}
    assert (seen["Deployments"], seen["Money"]) == ("seen", "not connected")


def test_with_deployments_it_is_a_plan_that_lacks_and_no_deployment_is_asked_for() -> None:
    """The first sentence and the one line on effects name only what is missing."""
    known = composed(sample.rich("a/b"), "a/b", records=Records(rows=OTHERS))
    assert known.answer[0].text().startswith("We cannot tell without a plan whether AI use")
    (asked,) = (b for b in section(whole(), "effects").blocks if isinstance(b, OneLine))
    assert asked.connect == "the dates of your roll-outs"


def test_git_alone_has_no_section_of_the_delivery_record() -> None:
    alone = composed(sample.rich("a/b"), "a/b")
    assert [each.id for each in alone.sections if each.id not in ("repositories", *ORDER)] == []
    assert {"links", "delivery", "beside"} <= {each.id for each in whole().sections}


def test_stages_end_with_what_is_unattributed_and_with_the_whole_they_add_up_to() -> None:
    (table,) = (b for b in section(whole(), "delivery").unfolded() if isinstance(b, Table))
    values = [cell.value for row in table.rows for cell in row if isinstance(cell, Measurement)]
    assert sum(values[:-1]) == values[-1] == 5 * DAY
    assert values[-2] == 0.25 * DAY
    (lead,) = (b for b in section(whole(), "delivery").unfolded() if isinstance(b, Sentence))
    assert "coding" in lead.text()


def test_the_contrast_is_called_a_correlation_and_the_calendar_is_named() -> None:
    said = " ".join(
        block.text() for block in section(whole(), "beside").blocks if isinstance(block, Sentence)
    )
    assert "That is a correlation." in said
    assert "late quarters" in said


def test_an_estimate_with_a_design_stands_beside_the_correlation_where_there_is_one() -> None:
    line = lines(whole(answered=True))["lead time"]
    assert isinstance(line.by_design, Estimate)
    assert line.by_design.outcome == "lead_time_mean_seconds"
    assert "register" in _refused(lines(whole())["lead time"])
    assert "each unit and month" in _refused(lines(whole(answered=True))["task time in QA"])


def _refused(line: BesideLine) -> str:
    assert isinstance(line.by_design, Abstention)
    return f"{line.by_design.reason} {line.by_design.remedy}"


def test_all_units_as_one_are_shown_only_where_they_say_something_else() -> None:
    """0.9 lies outside 0.3 to 0.7."""
    assert lines(whole())["lead time"].change_of_sums is not None
    near = beside()
    rows = tuple(replace(row, change_of_sums=row.change) for row in near.rows)
    records = Records(rows=OTHERS, beside=replace(near, rows=rows))
    report = composed(sample.rich("a/b"), "a/b", records=records)
    assert lines(report)["lead time"].change_of_sums is None


def test_rows_without_records_are_folded_away_with_what_would_fill_them() -> None:
    (fold,) = (each for each in section(whole(), "beside").blocks if isinstance(each, Fold))
    (empty,) = fold.blocks
    assert isinstance(empty, EmptyBeside)
    assert [line.figures[0].row for line in empty.lines] == ["ttfr_median"]


@pytest.mark.parametrize("render", [render_html, render_markdown, render_json])
def test_every_form_holds_the_same_rows(render: object) -> None:
    assert callable(render)
    text = render(whole()).replace("\u00a0", " ")
    for words_ in (NOT_PUBLISHED, "+480.4 %", "no significant correlation", "+50 %", "+90 %"):
        assert words_ in text


def test_what_connecting_would_answer_is_said_once_for_each_source() -> None:
    (steps,) = (b for b in section(whole(), "unknowns").unfolded() if isinstance(b, Steps))
    said = [step.text() for step in steps.steps]
    assert len(said) == 2
    assert said[0].startswith(FORGE)
    assert said[0].endswith("And 1 more.")


def test_ties_are_shown_with_their_grades() -> None:
    (table,) = section(whole(), "links").unfolded()
    assert isinstance(table, Table)
    assert table.columns == ("Records", "Tied", "Declared", "Derived", "Guessed", "Of")
    values = [cell.value for cell in table.rows[0] if isinstance(cell, Measurement)]
    assert values == [0.75, 0.1, 0.05, 0.6]


def test_a_deployment_holds_changes_and_a_week_has_deployments() -> None:
    batch = sample.number("deployment_batch_items", 2.0, ITEMS, 9, "deployments")
    assert words.value_of(batch) == "2\u00a0changes"
    rate = sample.number("deployments_per_week", 2.0, PER_WEEK, 9, "deployments")
    assert words.items_of(rate) == "9\u00a0deployments"


def test_only_all_of_it_is_a_hundred_per_cent() -> None:
    shares = (1.0, 0.998, 0.99976, 0.994)
    said = [words.plain(share, RATIO).replace("\u00a0", " ") for share in shares]
    assert said == ["100 %", "99.8 %", "99.98 %", "99 %"]
