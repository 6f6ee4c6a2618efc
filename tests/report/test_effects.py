"""What the page says of effects: one answer of each kind, and none at all."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.report import sample, weighed
from tests.report.test_compose import ORDER, composed
from trueup.estimate.assessment import Assessment
from trueup.estimate.estimator import Fit
from trueup.estimate.studies import Study, all_studies
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.report import words
from trueup.report.charts import drawn
from trueup.report.charts.forest import Line, ends_of, forest_drawing
from trueup.report.charts.rows import rows_of
from trueup.report.document import Block, Chart, Report, Table
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.scrutiny import Checks, Needs
from trueup.report.sections.balance.outcomes import path_of
from trueup.report.sections.balance.verdict import deciding
from trueup.report.sections.balance.weighed import Weighed
from trueup.report.sentence import Sentence
from trueup.report.terminal import LINES, terminal_lines
from trueup.units import RELATIVE, Unit


def alone(assessment: Assessment, **rest: Any) -> Report:
    """Return the report on a verdict and nothing else."""
    return composed({}, assessment=assessment, **rest)


@cache
def page_of(made: str) -> str:
    """Return the page on one of the made-up assessments, without the library it carries."""
    return render_html(alone(getattr(weighed, made)())).replace(drawn.script(), "")


def plain(text: str) -> str:
    """Return words with ordinary spaces and signs."""
    return text.replace("\u00a0", " ").replace("\u2212", "-")


def first(report: Report) -> str:
    """Return the headline."""
    return plain(report.answer[0].text())


def charts(report: Report) -> dict[str, Chart]:
    """Return the charts by their ids."""
    return {block.id: block for block in report.blocks() if isinstance(block, Chart)}


def blocks(report: Report, section: str) -> tuple[Block, ...]:
    """Return the blocks of one section."""
    (found,) = (each for each in report.sections if each.id == section)
    return tuple(found.unfolded())


HEADLINES = {
    "assessment": (
        "We cannot tell yet whether AI use changed how much reaches users: best guess -4 %, "
        "anything from -19 to +14 % fits. 14 more weeks would settle a 10 % change."
    ),
    "creating": (
        "AI use raised how much reaches users: best guess +12 %, anything from +7 to +17 % fits. "
        "Nothing that was guarded suffered."
    ),
    "neutral": (
        "AI use made no difference of interest to how much reaches users: best guess +0.4 %, "
        "anything from -2 to +3 % fits, and less than 5 % either way counts as none."
    ),
    "leaning": (
        "It leans towards harm, no more: AI use may have lowered how much reaches users; best "
        "guess -9 %, anything from -17 to -1 % fits."
    ),
    "destroying": (
        "AI use lowered how much reaches users, and that does harm: best guess -16 %, anything "
        "from -23 to -8 % fits."
    ),
    "guarded": (
        "AI use raised incidents per change, and that does harm: best guess +42 %, anything from "
        "+21 to +66 % fits."
    ),
    "silent": (
        "We cannot tell whether AI use changed how much reaches users: every team adopted in the "
        "same week, so no team shows what would have been."
    ),
    "strange": (
        "We cannot tell yet whether adoption changed t90 <b>days</b>: best guess +20 %, and no "
        "value is ruled out. 14 more weeks would settle a 10 % change."
    ),
}


@pytest.mark.parametrize("made", HEADLINES)
def test_the_headline_is_the_verdict_in_words_that_survive_being_forwarded(made: str) -> None:
    assert first(alone(getattr(weighed, made)())) == HEADLINES[made]


def test_the_headline_speaks_of_the_outcome_that_decided() -> None:
    """Throughput is worse too, but it was incidents that decided."""
    whole = weighed.leaning()
    named = replace(whole.verdict, decided_by=weighed.INCIDENTS)
    assert deciding(replace(whole, verdict=named)).assessed.question.outcome == weighed.INCIDENTS
    assert deciding(whole).assessed.question.outcome == weighed.SOUND


def test_columns_are_called_as_a_reader_calls_them() -> None:
    whole = weighed.leaning()
    named = replace(whole.verdict, because=f"The interval of {weighed.SOUND} excludes -5 %.")
    (_, why, *_) = alone(replace(whole, verdict=named)).answer
    assert plain(why.text()) == "The interval of throughput excludes -5 %."
    assert "\u2212" in why.text()


def test_the_four_rows_are_primary_and_guardrails_with_the_dashboard_beside_them() -> None:
    rows = {row.named: row for row in alone(weighed.assessment()).scale.rows}
    assert list(rows) == ["Throughput", "Lead time", "Quality", "Cost"]
    outcome, naive = rows["Throughput"].outcome, rows["Throughput"].naive
    assert isinstance(outcome, Estimate)
    assert isinstance(naive, Estimate)
    assert (outcome.value, naive.value) == (-0.04, 0.11)
    assert rows["Quality"].measured == "incidents per 1,000 changes, less is better"
    assert isinstance(rows["Cost"].outcome, Abstention)


def test_a_dashboard_beyond_the_scale_does_not_squeeze_the_whiskers() -> None:
    """The widest whisker ends at +44 %; the dashboard says +52 %."""
    assert alone(weighed.assessment()).scale.reach == 0.5


def test_a_row_in_its_own_unit_is_stretched_until_its_band_is_as_wide() -> None:
    (_, level) = alone(weighed.strange()).scale.rows
    assert level.band is not None
    assert math.isclose(level.band.high * level.per, 0.05)
    assert level.is_on_scale
    assert words.short_of(level.outcome) == "+3.2"
    assert plain(words.value_of(level.outcome)) == "+3.2 lines per month"


def test_a_difference_of_shares_is_said_in_points() -> None:
    share = replace(
        weighed.estimate(weighed.FAILED, 0.021, -0.004, 0.05), unit=Unit("share of changes", "")
    )
    assert plain(words.value_of(share)) == "+2.1 points"
    assert plain(words.interval_of(share)) == "-0.4 to +5 points"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-0.1, 0.2, "anything from -10 to +20 % fits"),
        (-0.1, math.inf, "anything above -10 % fits"),
        (-math.inf, 0.2, "anything below +20 % fits"),
        (-math.inf, math.inf, "and no value is ruled out"),
    ],
)
def test_an_interval_without_an_end_is_said_as_one(low: float, high: float, said: str) -> None:
    whole = weighed.assessment(found=(0.05, low, high))
    assert said in first(alone(whole))


def test_the_gates_stand_on_the_first_screen_and_lead_to_their_lines() -> None:
    report = alone(weighed.assessment())
    assert report.gates is not None
    assert [line.check.answer for line in report.gates.lines] == [
        "weak", "cannot tell", "holds", "holds",
    ]  # fmt: skip
    page = page_of("assessment")
    assert f'href="#checks-{weighed.SOUND}-pre_trend"' in page
    assert f'id="checks-{weighed.SOUND}-pre_trend"' in page


def test_a_gate_that_failed_comes_first_and_what_binds_nothing_is_left_out() -> None:
    whole = weighed.assessment()
    failed = replace(whole.primary.checks[2], answer="fails")
    idle = replace(failed, name="placebo_outcome", answer="cannot tell")
    checks = (*whole.primary.checks[:2], failed, idle)
    gates = alone(replace(whole, primary=replace(whole.primary, checks=checks))).gates
    assert gates is not None
    assert [line.check.name for line in gates.lines] == ["placebo_date", "agreement", "pre_trend"]


def test_what_would_settle_it_is_in_the_headline_only_where_it_is_a_count() -> None:
    whole = weighed.assessment()
    other = replace(whole.verdict, would_settle="An experiment would.")
    report = alone(replace(whole, verdict=other))
    assert first(report).endswith("fits.")
    assert plain(report.answer[-2].text()) == "What would change this? An experiment would."


def test_every_answer_of_a_check_has_a_mark_and_its_word() -> None:
    page = page_of("assessment")
    for answer, mark in words.SYMBOLS.items():
        assert f"{mark}</i>{answer}</b>" in page


def test_the_path_is_said_in_proportions_with_normal_intervals() -> None:
    """A logarithm of 0.2 with a standard error of 0.1: exp(0.2) - 1 = 22.1 %, and
    exp(0.2 -+ 1.96 * 0.1) - 1 = 0.4 to 48.6 %."""
    found = weighed.assessment().primary.primary
    question = weighed.assessment().primary.question
    assert isinstance(found, Fit)
    assert found.path is not None
    path = replace(
        found.path,
        horizons=found.path.horizons[:2],
        effects=found.path.effects[:2] * 0 + 0.2,
        covariance=found.path.covariance[:2, :2] * 0 + [[0.01, 0], [0, 0.01]],
    )
    point, _ = path_of(replace(found, path=path), question)
    assert math.isclose(point.value, 0.2214, abs_tol=1e-4)
    assert math.isclose(point.interval.low, 0.0040, abs_tol=1e-4)
    assert math.isclose(point.interval.high, 0.4859, abs_tol=1e-4)
    assert dict(point.group) == {"horizon": "-12"}
    assert point.speaks_of == "units like these"


def test_the_path_draws_every_horizon_and_the_one_that_is_nought_by_construction() -> None:
    chart = charts(alone(weighed.assessment()))["path"]
    rows = drawn.specification(chart)["data"]["values"]
    assert [row["horizon"] for row in rows] == list(range(-12, 30))
    (built,) = (row for row in rows if row["horizon"] == -1)
    assert (built["value"], built["low"], built["high"]) == (0, 0, 0)


def test_the_forest_holds_every_outcome_and_the_dashboard_of_each() -> None:
    chart = charts(alone(weighed.assessment()))["outcomes"]
    assert [each.outcome for each in chart.points[::2] if isinstance(each, Estimate)] == [
        weighed.SOUND, weighed.LEAD, weighed.INCIDENTS, weighed.FAILED, weighed.REWORK,
        weighed.REVIEW, "merged_changes_per_developer_week",
    ]  # fmt: skip
    naive = [each.value for each in chart.points[1::2] if isinstance(each, Estimate)]
    assert naive == [0.11, 0.31, 0.52, 0.04, 0.35, 1.4, 0.36]


def test_the_forest_reaches_past_whiskers_and_no_further_than_its_most() -> None:
    line = Line(label="", detail="", main=weighed.estimate("x", 0.1, -0.12, 0.4))
    assert ends_of([line], most=1.0) == (-0.2, 0.5)
    far = Line(label="", detail="", main=weighed.estimate("x", 2.0, -math.inf, 9.0))
    assert ends_of([far], most=1.0) == (-0.1, 1.0)


def test_a_still_picture_rounds_places_and_never_what_people_read() -> None:
    """Places are cut to a hundredth of a pixel; a difference of 0.0041 stays that."""
    fine = weighed.estimate("x_per_change", 0.0041, -0.0431, 0.0523)
    line = Line(label="x", detail="", main=replace(fine, unit=Unit("x", "per change")))
    title = Sentence(template="x")
    chart = Chart(
        id="x",
        finding=title,
        subtitle=title,
        points=(line.main,),
        drawing=forest_drawing([line]),
    )
    svg = drawn.still(chart, 720)
    assert "+0.0041 (" in svg
    assert plain("\u22120.043 to +0.052)") in plain(svg)
    assert not re.findall(r'"[^"]*\d\.\d{3,}', "".join(re.findall(r"<[^>]*>", svg)))


def test_an_infinite_end_is_null_in_a_chart_and_in_json() -> None:
    report = alone(weighed.assessment(found=(0.2, -0.1, math.inf)))
    (row, *_) = rows_of(charts(report)["outcomes"])
    assert (row["low"], row["high"]) == (-0.1, None)
    json.loads(render_json(report), parse_constant=pytest.fail)


def test_your_result_stands_beside_studies_of_the_same_kind_only() -> None:
    found = charts(alone(weighed.assessment()))
    assert {"beside-output", "beside-flow", "beside-defects"} <= set(found)
    for family in ("output", "flow", "defects"):
        yours, *others = found[f"beside-{family}"].points
        assert isinstance(yours, Estimate)
        assert {each.family for each in others if isinstance(each, Study)} == {family}
    assert {each.family for each in found["beside-time"].points if isinstance(each, Study)} == {
        "time"
    }
    assert not [name for name in charts(alone(weighed.strange())) if name.startswith("beside")]


def test_every_study_is_listed_with_its_link_and_its_status() -> None:
    report = alone(weighed.assessment())
    page, markdown = page_of("assessment"), render_markdown(report)
    for study in all_studies():
        assert f'href="{study.link}"' in page
        assert f"]({study.link})" in markdown
        assert f"({study.status})" in page


def test_a_study_without_an_interval_gets_no_whisker_and_says_so() -> None:
    chart = charts(alone(weighed.assessment()))["beside-output"]
    told = {row["says"]: row["told"] for row in rows_of(chart)}
    assert told["+26\u00a0%"] is True  # Cui et al.
    assert told["+15\u00a0%"] is False  # Brynjolfsson et al.
    (silent,) = (each for each in all_studies() if each.id == "brynjolfsson-2025")
    assert words.interval_of(silent) == "no interval found"


def test_the_dose_is_drawn_with_the_set_in_which_a_jump_may_lie() -> None:
    chart = charts(alone(weighed.destroying()))["dose-0"]
    assert plain(chart.finding.text()) == (
        "Throughput jumps at 5.2 hours with AI per developer-week: a cliff is supported"
    )
    assert len(chart.points) == 10
    text = json.dumps(chart.drawing)
    for end in ("4.8", "5.6", "6.4", "6.6", "5.2"):
        assert f'"datum": {end}' in text
    none = charts(alone(weighed.assessment()))["dose-0"]
    assert "No evidence" in none.finding.text()
    assert "6.4" not in json.dumps(none.drawing)


def test_moderators_say_that_no_difference_found_is_no_proof_of_none() -> None:
    report = alone(weighed.assessment())
    said = plain(render_markdown(report))
    assert "Not finding a difference is no proof that there is none" in said
    assert "Work type cannot be told" in re.sub(r"\[\^e\d+\]", "", said)
    assert len(charts(report)["moderators-forest"].points) == 3


def test_how_many_more_it_would_take_is_a_block_of_its_own() -> None:
    (block,) = blocks(alone(weighed.assessment()), "needs")
    assert isinstance(block, Needs)
    assert (block.units, block.periods) == ("teams", "weeks")
    assert [row.about for row in block.rows] == [
        "Throughput", "Lead time", "Incidents", "Failed changes",
    ]  # fmt: skip
    page = plain(page_of("assessment"))
    assert "<b>118</b> <span>more teams, over the present weeks" in page
    assert "<b>14</b> <span>more weeks, with the present teams" in page


def test_what_would_have_been_found_is_said_in_the_unit_of_the_answer() -> None:
    """The fixture's 0.24 is 24 % of throughput and 0.24 lines a month of an outcome in lines."""
    (block,) = blocks(alone(weighed.strange()), "needs")
    assert isinstance(block, Needs)
    assert [plain(row.found.text) for row in block.rows] == ["24 %", "0.24 lines per month"]


def test_what_is_not_controlled_and_whom_it_speaks_of_is_said() -> None:
    said = plain(render_markdown(alone(weighed.assessment())))
    assert "What this design does not control" in said
    assert "It speaks of these teams in this window, not of teams like these" in said
    like = weighed.assessment()
    assert isinstance(like.primary.primary, Fit)
    wider = replace(like.primary.primary.estimate, speaks_of="units like these")
    primary = replace(like.primary, primary=replace(like.primary.primary, estimate=wider))
    said = plain(render_markdown(alone(replace(like, primary=primary))))
    assert "It speaks of teams like these, of which these are taken as a sample" in said


def test_the_footer_says_plan_hash_look_panel_and_seed() -> None:
    foot = alone(weighed.assessment()).footer
    assert foot.frozen_plan == (
        "registered 2024-01-02, hash 5f1c0a9be27d; look 3 of 52; AI assistants, 2024 to 2025."
    )
    assert foot.panel == "warehouse, 9d01c4e2ab77, seed 20260101"


def test_where_nothing_can_be_told_the_page_still_says_what_would() -> None:
    report = alone(weighed.silent())
    assert all(isinstance(row.outcome, Abstention) for row in report.scale.rows)
    assert report.gates is None
    assert list(charts(report)) == ["beside-time"]
    said = plain(render_markdown(report))
    assert "Roll the next tool out in stages" in said
    (block,) = blocks(report, "needs")
    assert isinstance(block, Needs)
    assert all(isinstance(row.power, Abstention) for row in block.rows)


def test_a_made_up_organisation_says_so_everywhere() -> None:
    report = alone(weighed.made_up())
    page = page_of("made_up")
    assert '<p class="notice" role="note">Made-up organisation.' in page
    assert "<title>Made-up organisation: " in page
    assert json.loads(render_json(report))["made_up"] is True
    assert render_markdown(report).splitlines()[2].startswith("> **Made-up organisation.")
    lines = terminal_lines(report, Path("x.html"))
    assert lines[0].startswith("Made-up organisation.")
    assert len(lines) <= LINES + 1
    real = alone(weighed.destroying())
    assert json.loads(render_json(real))["made_up"] is False
    assert "Made-up" not in page_of("assessment")


def test_the_truth_stands_beside_every_answer_and_says_whether_the_interval_holds_it() -> None:
    truth = {weighed.SOUND: -0.15, weighed.LEAD: 0.5}
    (table,) = blocks(alone(weighed.made_up(), put_in=truth), "truth")
    assert isinstance(table, Table)
    said = [[getattr(cell, "text", "") for cell in row] for row in table.rows]
    assert [(row[0], plain(row[1]), row[3]) for row in said] == [
        ("Throughput", "-15 %", "yes"),
        ("Lead time", "+50 %", "no"),
    ]


def test_a_real_organisation_has_no_truth_to_show() -> None:
    report = alone(weighed.destroying(), put_in={weighed.SOUND: -0.15})
    assert "truth" not in {section.id for section in report.sections}


def test_sections_of_a_whole_report_come_in_the_order_of_the_brief() -> None:
    report = composed(sample.rich("a/b"), "a/b", assessment=weighed.assessment())
    at = ORDER.index("effects")
    added = ["dose", "moderators", "checks", "needs", "studies"]
    wanted = [*ORDER[: at + 1], *added, *ORDER[at + 1 :]]
    assert [section.id for section in report.sections] == wanted


def test_a_table_alone_has_no_sections_on_what_was_not_collected() -> None:
    sections = [section.id for section in alone(weighed.strange()).sections]
    assert sections == [
        "effects", "dose", "moderators", "checks", "needs", "studies", "monday", "unknowns",
        "method",
    ]  # fmt: skip


def test_without_a_plan_several_repositories_are_told_how_to_get_one() -> None:
    found = sample.together(sample.rich(), sample.rich("a/b"), sample.tiny("c/d"))
    (line,) = blocks(composed(found, "a/b", "c/d"), "effects")
    assert "trueup estimate" in "".join(part.text for part in line.answers.parts())  # type: ignore[union-attr]
    (line,) = blocks(composed(sample.rich("a/b"), "a/b"), "effects")
    assert "trueup estimate" not in "".join(part.text for part in line.answers.parts())  # type: ignore[union-attr]


def test_json_holds_the_whole_assessment_unrounded() -> None:
    made = json.loads(render_json(alone(weighed.assessment())))["assessment"]
    primary = made["primary"]["primary"]
    assert primary["kind"] == "Fit"
    assert primary["estimate"]["interval"]["low"] == -0.19
    assert primary["path"]["horizons"][:2] == [-12, -11]
    assert made["verdict"]["answer"] == "cannot tell"
    assert made["primary"]["checks"][0]["figures"] == {"p": 0.41}
    assert made["plan_hash"] == "5f1c0a9be27d"
    assert made["thresholds"][0]["curve"][0][0] == 0.4


def test_the_terminal_says_the_verdict_first_and_which_checks_did_not_hold() -> None:
    lines = [plain(line) for line in terminal_lines(alone(weighed.assessment()), Path("x.html"))]
    assert lines[0] == first(alone(weighed.assessment()))
    assert lines[2] == (
        "Throughput: -4 % (-19 to +14 %), dashboard +11 % "
        "(sound changes per developer-week, more is better)"
    )
    assert lines[6] == (
        "Checks: 2 of 4 hold; weak: a second recipe; cannot tell: trends drifting apart. "
        "Plan: registered 2024-01-02, hash 5f1c0a9be27d."
    )


def test_no_sentence_claims_an_effect_without_an_estimate() -> None:
    report = alone(weighed.silent())
    causal = re.compile(r"\b(effects?|impact|caused?)\b", re.IGNORECASE)
    said = [block.template for block in report.blocks() if isinstance(block, Sentence)]
    assert [text for text in said if causal.search(text)] == []


def test_checks_of_exploratory_outcomes_are_not_listed() -> None:
    listed = {
        line.about
        for block in blocks(alone(weighed.assessment()), "checks")
        if isinstance(block, Checks)
        for line in block.lines
    }
    assert listed == {"Throughput", "Lead time", "Incidents"}


def test_proportions_are_not_stretched() -> None:
    (primary, *_) = (
        Weighed(standing="primary", called=each.called, assessed=each.assessed)
        for each in [deciding(weighed.assessment())]
    )
    assert isinstance(primary.found, Estimate)
    assert primary.found.unit == RELATIVE
    assert primary.per(0.2) == 1.0
