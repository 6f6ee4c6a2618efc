"""What the page says, from findings of very different repositories."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from tests.report import sample
from trueup.model.evidence import Abstention, Finding, Measurement
from trueup.report import names
from trueup.report.compose import compose
from trueup.report.document import (
    Chart,
    ChartGroup,
    CoverageTable,
    OneLine,
    Report,
    Steps,
    Table,
    Unknowns,
)
from trueup.report.findings import Evidence, whole_months
from trueup.report.sections.answer import direction
from trueup.report.sentence import Sentence
from trueup.report.view import CoverageRow, Records
from trueup.units import LINES, RATIO, SECONDS

ORDER = [
    "coverage", "ai", "flow", "quality", "money", "effects", "limits", "monday", "unknowns",
    "method",
]  # fmt: skip


def composed(found: dict[str, list[Finding]], *repositories: str, **rest: Any) -> Report:
    """Return the report on made-up findings, and on what else is given."""
    return compose(
        found,
        repositories=sample.subjects(*repositories),
        coverage=sample.coverage(*repositories),
        run=sample.RUN,
        definitions=sample.definitions(found),
        **rest,
    )


def answer(report: Report) -> list[str]:
    """Return the sentences of the first screen, with ordinary spaces."""
    return [sentence.text().replace("\u00a0", " ") for sentence in report.answer]


def drawn(report: Report) -> list[str]:
    """Return the ids of the charts that stand alone."""
    return [block.id for block in report.blocks() if isinstance(block, Chart)]


def sentences(report: Report) -> list[str]:
    """Return every sentence of the report."""
    return [block.text() for block in report.blocks() if isinstance(block, Sentence)]


def test_sections_come_in_the_order_of_the_brief() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    assert [section.id for section in report.sections] == ORDER


def test_several_repositories_are_shown_side_by_side_first() -> None:
    found = sample.together(sample.rich(), sample.rich("a/b"), sample.tiny("c/d"))
    report = composed(found, "a/b", "c/d")
    assert [section.id for section in report.sections] == ["repositories", *ORDER]


def test_twelve_repositories_are_looked_at_one_by_one() -> None:
    many = [f"group/service-{number:02d}" for number in range(12)]
    found = sample.together(sample.rich(), *(sample.rich(name) for name in many))
    report = composed(found, *many)
    assert report.sections[0].id == "repositories"
    groups = [block for block in report.blocks() if isinstance(block, ChartGroup)]
    assert {len(group.charts) for group in groups} == {12}
    assert str(report.subject.text).endswith("and 10 more")


def test_thirteen_repositories_are_shown_together_only() -> None:
    many = [f"group/service-{number:02d}" for number in range(13)]
    report = composed(sample.rich(), *many)
    assert [section.id for section in report.sections] == ORDER
    assert report.subject.text == "13 repositories"
    assert not any(isinstance(block, ChartGroup) for block in report.blocks())
    assert "flow-by-month" in drawn(report)


def test_coverage_of_many_repositories_is_added_up_and_keeps_one_reason() -> None:
    many = [f"group/service-{number:02d}" for number in range(13)]
    (table,) = (
        block
        for block in composed(sample.rich(), *many).blocks()
        if isinstance(block, CoverageTable)
    )
    rows = {row.subject: row for row in table.rows}
    assert {row.repository.text for row in table.rows} == {"13 repositories"}
    assert rows["commits"].seen.value == 13 * 4312
    assert rows["file diffs"].skipped.value == 13 * 34
    assert rows["file diffs"].reason == "in 13 of them, such as: binary"
    assert isinstance(rows["git-ai notes"].expected, Abstention)


def test_the_answer_says_cannot_tell_and_at_least_how_much_is_marked() -> None:
    first, second, third = answer(composed(sample.rich("a/b"), "a/b"))
    assert first == (
        "We cannot tell from git alone whether AI use changed how much reaches users. "
        "At least 13 % of commits since January 2024 carry an AI mark."
    )
    assert second == (
        "We cannot tell whether AI-marked lines survive 90 days more or less often than others "
        "born in the same months: best guess \u22122 points "
        "(anything from \u22129 to +5 points fits)."
    )
    assert third == (
        "Half of what lands is released within 9 days. "
        "4 people wrote half of the lines that are still there."
    )


def test_no_marks_are_unknown_and_not_none() -> None:
    first = answer(composed(sample.unmarked("a/b"), "a/b"))[0]
    assert "none of 4,312 commits" in first
    assert first.endswith("having no mark means unknown.")


def test_too_few_authors_are_a_reason_and_not_a_number() -> None:
    second = answer(composed(sample.rich("a/b", few=True), "a/b"))[1]
    assert second == (
        "Whether AI-marked lines last as long as others cannot be told: "
        "only 3 authors have AI-marked lines; the comparison needs 10 in each arm."
    )


def test_an_empty_repository_still_gives_every_section() -> None:
    report = composed(sample.empty("a/b"), "a/b")
    assert [section.id for section in report.sections] == ORDER
    assert answer(report) == [
        "We cannot tell anything about AI use here yet: the repository has no commits."
    ]
    assert drawn(report) == []


def test_a_rich_repository_gets_the_five_charts() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    assert drawn(report) == ["ai-share", "flow-by-month", "waits", "batch", "survival"]


def test_nothing_measured_at_all_is_said_and_not_raised() -> None:
    report = composed({}, "a/b")
    assert "cannot tell" in answer(report)[0]


@pytest.mark.parametrize("case", ["rich", "tiny", "empty", "unmarked"])
def test_no_sentence_claims_a_cause(case: str) -> None:
    report = composed(getattr(sample, case)("a/b"), "a/b")
    causal = re.compile(r"\b(effects?|impact|caused?|because of AI)\b", re.IGNORECASE)
    assert [text for text in sentences(report) if causal.search(text)] == []


def test_what_git_cannot_fill_is_one_line_naming_what_to_connect() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    short = {section.id: section.blocks for section in report.sections}
    for name in ("money", "effects"):
        (block,) = short[name]
        assert isinstance(block, OneLine)
        assert block.connect


def test_sources_are_eight_and_git_is_seen_in_part_where_records_were_skipped() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    status = {source.name: source.status for source in report.strip.sources}
    assert status.pop("Git history") == "in part"
    assert set(status.values()) == {"not connected"}
    assert len(status) == 7


def test_throughput_and_cost_are_not_made_up_from_git() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    outcome = {row.label: type(row.outcome) for row in report.scale.rows}
    assert outcome == {
        "Throughput": Abstention,
        "Lead time": Abstention,
        "Quality": Measurement,
        "Cost": Abstention,
    }


def test_the_scale_is_wide_enough_for_every_whisker() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    assert report.scale.reach == 0.1  # the whisker ends at -9 points


def steps(report: Report) -> str:
    """Return what to do, in one string."""
    blocks = [block for block in report.blocks() if isinstance(block, Steps)]
    return " ".join(step.text() for block in blocks for step in block.steps)


def test_what_fails_for_one_reason_is_listed_once_with_all_its_questions() -> None:
    found = sample.tiny("a/b")
    report = composed(found, "a/b")
    (unknowns,) = (block for block in report.blocks() if isinstance(block, Unknowns))
    few = [item for item in unknowns.items if "fewer than" in item.abstentions[0].reason]
    assert len(few) == 1
    assert len(few[0].questions) == 2


def test_a_metric_without_an_answer_is_listed_once_by_its_widest_slice() -> None:
    found = sample.rich("a/b")
    found[names.SURVIVAL] = [
        sample.cannot(names.SURVIVAL, f"No line is {age} days old.", "Wait.", age_days=age,
                      repository="a/b")
        for age in ("480", "600")
    ]  # fmt: skip
    whole = sample.cannot(names.SURVIVAL, "No line at all.", "Wait.", repository="a/b")
    found[names.SURVIVAL].append(whole)
    (unknowns,) = (b for b in composed(found, "a/b").blocks() if isinstance(b, Unknowns))
    listed = [a for item in unknowns.items for a in item.abstentions if a.metric == names.SURVIVAL]
    assert listed == [whole]


def test_every_metric_shown_is_defined_or_named_as_not_measured() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    shown = {each.metric for each in report.shown() if isinstance(each, Measurement)}
    assert shown - set(report.definitions()) == set()


def test_a_whole_that_cannot_be_told_speaks_for_its_parts() -> None:
    why = sample.cannot("x_ratio", "Too few.", "Wait.", repository="a/b")
    assert Evidence({"x_ratio": [why]}).one("x_ratio", age_days="90") != why
    assert Evidence({"x_ratio": [why]}, "a/b").one("x_ratio", age_days="90") is why


def test_a_part_that_was_measured_wins_over_a_whole_that_was_not() -> None:
    why = sample.cannot("x_ratio", "Too few.", "Wait.")
    part = sample.number("x_ratio", 0.5, RATIO, 9, "lines", age_days="90")
    assert Evidence({"x_ratio": [why, part]}).one("x_ratio", age_days="90") is part


def test_findings_of_one_repository_are_not_those_of_another() -> None:
    mine = sample.number("x_ratio", 0.5, RATIO, 9, "lines", repository="a/b")
    assert Evidence({"x_ratio": [mine]}, "a/b").of("x_ratio") == (mine,)
    assert Evidence({"x_ratio": [mine]}, "c/d").of("x_ratio") == ()


def test_the_stub_of_a_month_is_not_drawn_beside_whole_months() -> None:
    whole = [
        sample.number("x_ratio", 0.5, RATIO, 9, "lines", window=window, month=month)
        for month, window in sample.months_of()
    ]
    start = whole[-1].window.end_at
    stub = replace(whole[-1], window=replace(whole[-1].window, start_at=start - 5 * 86_400_000_000))
    assert whole_months([*whole, stub]) == tuple(whole)
    assert whole_months([stub]) == (stub,)


def mean_wait(metric: str, days: float, way: str) -> Measurement:
    """Return a mean wait of a/b, counted one of the four ways."""
    return sample.number(metric, days * 86_400, SECONDS, 40, "changes", repository="a/b", wait=way)


def test_a_quarter_without_changes_is_not_among_what_cannot_be_told() -> None:
    found = sample.rich("a/b")
    quiet = sample.cannot(
        names.MEAN_WAIT, "No change passed.", "Wait.", quarter="2020-Q1", repository="a/b"
    )
    found[names.MEAN_WAIT] = [mean_wait(names.MEAN_WAIT, 1, "departed"), quiet]
    assert quiet not in unknown(composed(found, "a/b"))
    found[names.MEAN_WAIT] = [quiet]
    assert quiet in unknown(composed(found, "a/b"))


def unknown(report: Report) -> list[object]:
    """Return what the report says it cannot tell."""
    return [one for b in report.blocks() if isinstance(b, Unknowns) for one in b.shown()]


def test_mean_waits_stand_in_all_four_ways_for_both_boundaries() -> None:
    found = sample.rich("a/b")
    ways = ("departed", "completed arrivals", "edge-corrected", "survival")
    for metric, first in ((names.MEAN_TIME_TO_LAND, 1), (names.MEAN_WAIT, 10)):
        found[metric] = [mean_wait(metric, first + rank, way) for rank, way in enumerate(ways)]
    flow = next(section for section in composed(found, "a/b").sections if section.id == "flow")
    (table,) = [block for block in flow.unfolded() if isinstance(block, Table)]
    told = [
        [cell.value / 86_400 for cell in row if isinstance(cell, Measurement)] for row in table.rows
    ]
    assert told[1:] == [[1, 10], [2, 11], [3, 12], [4, 13]]


def tables_of(report: Report, section: str) -> list[tuple[str, ...]]:
    """Return the columns of each table of a section."""
    (found,) = [each for each in report.sections if each.id == section]
    return [block.columns for block in found.unfolded() if isinstance(block, Table)]


def test_models_are_told_apart_only_where_there_are_several_parts() -> None:
    found = sample.rich("a/b")
    assert tables_of(composed(found, "a/b"), "ai") == [("Tool", "Commits marked")]
    for model, share in (("opus", 0.1), ("model not named", 0.3)):
        found[names.MARKED_COMMITS].append(
            sample.number(
                names.MARKED_COMMITS, share, RATIO, 900, "commits", repository="a/b", model=model
            )
        )
    columns = tables_of(composed(found, "a/b"), "ai")
    assert columns == [("Tool", "Commits marked"), ("Model", "Commits marked")]


@pytest.mark.parametrize(
    ("value", "spread", "shown"),
    [
        (-0.16, 0.29, "open"),  # holds zero, and far more: no evidence of likeness
        (-0.01, 0.03, "alike"),  # within five points either way
        (0.02, 0.04, "open"),  # holds zero, and more than five points above
        (-0.20, 0.19, "less"),
        (0.20, 0.19, "more"),
    ],
)
def test_an_interval_that_holds_zero_is_likeness_only_within_the_band(
    value: float, spread: float, shown: str
) -> None:
    gap = sample.number(names.SURVIVAL_DIFFERENCE, value, RATIO, 9, "lines", spread=spread)
    assert direction(gap) == shown


def test_bots_are_said_where_there_are_any() -> None:
    found = sample.rich("a/b")
    found[names.BOTS] = [sample.number(names.BOTS, 0.022, RATIO, 1921, "commits", repository="a/b")]
    said = "Bots wrote 2.2 % of 1,921 commits; they are left out of every other number here."
    assert said in [text.replace("\u00a0", " ") for text in sentences(composed(found, "a/b"))]
    found[names.BOTS] = [sample.number(names.BOTS, 0.0, RATIO, 1921, "commits", repository="a/b")]
    assert not any("Bots" in text for text in sentences(composed(found, "a/b")))


def test_sizes_are_told_apart_by_origin_only_where_both_are_known() -> None:
    found = sample.rich("a/b")
    where = {"repository": "a/b", "quantile": "0.5"}
    found[names.CHANGE_SIZE] = [
        *found[names.CHANGE_SIZE],
        sample.number(
            names.CHANGE_SIZE, 126, LINES, 300, "changes", spread=40, origin="marked", **where
        ),
    ]
    assert not any(
        "Half of AI-marked changes" in text for text in sentences(composed(found, "a/b"))
    )
    found[names.CHANGE_SIZE].append(
        sample.number(
            names.CHANGE_SIZE, 85, LINES, 900, "changes", spread=20, origin="unmarked", **where
        )
    )
    (said,) = (text for text in sentences(composed(found, "a/b")) if "Half of AI-marked" in text)
    assert said.replace("\u00a0", " ") == (
        "Half of AI-marked changes touch 126 lines or fewer (anything from 86 to 166 lines fits), "
        "half of the others 85 lines (anything from 65 to 105 lines fits): an association."
    )


def test_quarters_without_an_interval_are_not_set_beside_others() -> None:
    found = sample.rich("a/b")
    where = {"repository": "a/b", "wait": "edge-corrected"}
    day = 86_400.0
    found[names.MEAN_WAIT] = [
        sample.number(names.MEAN_WAIT, 9 * day, SECONDS, 9, "changes", quarter="2024-Q1", **where),
        *(
            sample.number(
                names.MEAN_WAIT, days * day, SECONDS, 90, "changes",
                spread=day, quarter=quarter, **where,
            )
            for quarter, days in (("2024-Q2", 4), ("2024-Q3", 5), ("2024-Q4", 6))
        ),
    ]  # fmt: skip
    (said,) = (text for text in sentences(composed(found, "a/b")) if "By quarter" in text)
    assert said.replace("\u00a0", " ").endswith(
        "was 4 days in 2024 Q2 (anything from 3 to 5 days fits) and 6 days in 2024 Q4 "
        "(anything from 5 to 7 days fits)."
    )


def test_a_clone_cut_off_at_an_edge_is_seen_in_part_though_nobody_counts_what_is_beyond() -> None:
    edge = CoverageRow(
        repository_id="a/b",
        subject="history before the clone's edge",
        expected=None,
        seen=0,
        skipped=0,
        reason="The clone is shallow",
        remedy="git fetch --unshallow",
    )
    whole = CoverageRow(repository_id="a/b", subject="commits", expected=9, seen=9, skipped=0)
    assert git_seen(whole) == "seen"
    assert git_seen(whole, edge) == "in part"
    (line,) = (
        line
        for block in of_rows(whole, edge).blocks()
        if isinstance(block, CoverageTable)
        for line in block.rows
        if line.subject == edge.subject
    )
    assert line.has_hole
    assert line.says == "The clone is shallow."


def of_rows(*rows: CoverageRow) -> Report:
    """Return the report on a rich repository with this coverage."""
    found = sample.rich("a/b")
    return compose(
        found,
        repositories=sample.subjects("a/b"),
        coverage=rows,
        run=sample.RUN,
        definitions=sample.definitions(found),
    )


def git_seen(*rows: CoverageRow) -> str:
    """Return how much of git was seen, by this coverage."""
    return of_rows(*rows).strip.sources[0].status


def test_a_split_without_parts_is_not_said_to_leave_the_whole_untold() -> None:
    found = sample.unmarked("a/b")
    found[names.MARKED_COMMITS] = [
        sample.number(names.MARKED_COMMITS, 0.0, RATIO, 120, "commits", repository="a/b"),
        no_parts := sample.cannot(
            names.MARKED_COMMITS, "There are no commits.", "Widen.", repository="a/b"
        ),
    ]
    assert no_parts not in unknown(composed(found, "a/b"))
    del found[names.MARKED_COMMITS][0]
    assert no_parts in unknown(composed(found, "a/b"))


def test_ages_nobody_asks_about_are_not_among_what_cannot_be_told() -> None:
    found = sample.rich("a/b")
    for age, is_listed in (("365", True), ("730", False)):
        why = sample.cannot(
            names.SURVIVAL, f"No line is yet {age} days old.", "Wait.", age_days=age,
            repository="a/b",
        )  # fmt: skip
        assert any(each.metric == names.SURVIVAL for each in found[names.SURVIVAL])
        listed = unknown(composed({**found, names.SURVIVAL: [*found[names.SURVIVAL], why]}, "a/b"))
        assert (why in listed) == is_listed


def test_only_stages_nobody_shows_are_to_be_connected() -> None:
    def limits(**rows: int) -> str:
        report = composed(sample.rich("a/b"), "a/b", records=Records(rows=rows))
        (section,) = (each for each in report.sections if each.id == "limits")
        return " ".join(each.connect for each in section.blocks if isinstance(each, OneLine))

    assert limits() == "the forge, CI and deployments"
    assert limits(review=1, deployment=1) == "CI"
    assert limits(review=1, deployment=1, pipeline_run=1) == ""


def test_git_is_not_blamed_for_what_deployments_show() -> None:
    def said(**rows: int) -> str:
        return " ".join(sentences(composed(sample.rich("a/b"), "a/b", records=Records(rows=rows))))

    assert "which git cannot show" in said()
    assert "which git cannot show" not in said(deployment=1)


def test_a_mean_that_counts_the_same_either_way_is_said_once() -> None:
    def said(days: float) -> str:
        found = sample.rich("a/b")
        found[names.MEAN_WAIT] = [
            mean_wait(names.MEAN_WAIT, 3, "edge-corrected"),
            mean_wait(names.MEAN_WAIT, days, "departed"),
        ]
        return " ".join(sentences(composed(found, "a/b")))

    assert "as dashboards do, would show 2\u00a0days" in said(2)
    assert "as dashboards do" not in said(3.01)
