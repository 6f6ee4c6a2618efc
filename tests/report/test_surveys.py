"""What the page says of surveys: with n, response and interval, and never of few."""

from __future__ import annotations

import json
from typing import Any

from tests.estimate.test_felt import SAVED, timed
from tests.measure.test_surveys import Asked
from tests.report import sample
from tests.report.test_compose import composed
from trueup.measure.surveys.results import survey_results
from trueup.model.evidence import Measurement
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.view import Records

HEADING = "## What people say, and what was measured"


def page(world: Asked, **more: Any) -> str:
    """Return the section on the page."""
    found = composed(sample.tiny(), records=Records(surveys=survey_results(world)), **more)
    said = render_markdown(found).partition(HEADING)[2].partition("\n## ")[0]
    return said.replace("\u00a0", " ").replace("\u2212", "-")


def pulse() -> Asked:
    world = Asked()
    world.answers("till", *SAVED)
    world.answers("mail", *SAVED)
    world.asked(None, 40)
    for team in ("till", "mail"):
        for number in range(11):
            ticks = {"unaided_1": 1 + number % 5, "unaided_2": 1 + number % 4, "unaided_3": 2}
            world.ticks(team, dict(ticks))
    return world


def test_felt_and_measured_stand_side_by_side_with_the_published_gap() -> None:
    said = page(pulse(), assessment=timed(0.19, 0.10, 0.30))
    assert "People say AI tools change the time a task takes by -20 %" in said
    assert "measured on lead time is +19 %" in said
    assert "-39 percentage points" in said
    assert "People feel faster than the records allow" in said
    assert "METR" in said
    assert "afterwards believed in 20 % less" in said


def test_without_an_estimate_the_page_says_that_nothing_can_be_compared() -> None:
    said = page(pulse())
    assert "It cannot be compared with your records: no estimate was made" in said


def test_own_questions_are_said_not_to_be_validated() -> None:
    assert "Confidence in coding without AI (not validated)" in page(pulse())


def test_without_a_survey_there_is_no_section() -> None:
    assert HEADING not in render_markdown(composed(sample.tiny()))


def test_of_nine_people_no_number_is_shown() -> None:
    world = Asked()
    world.answers("till", *SAVED[:9])
    said = page(world)
    assert "cannot tell" in said
    assert "People say AI tools change" not in said


def test_every_figure_of_a_survey_is_defined_on_the_page() -> None:
    world = pulse()
    world.total("till", 70, 20)
    found = composed(
        sample.tiny(),
        records=Records(surveys=survey_results(world)),
        assessment=timed(0.19, 0.10, 0.30),
    )
    defined = found.definitions()
    shown = {
        item.metric
        for item in found.shown()
        if isinstance(item, Measurement) and item.source == "survey"
    }
    assert {"survey_dxi_points", "survey_unaided_alpha_count"} <= shown
    assert shown <= set(defined)
    assert "survey_felt_time_relative" in json.dumps(json.loads(render_json(found)))
