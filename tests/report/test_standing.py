"""Every form of the report says by which plan it answers, and what speaks against that plan."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.report import sample, weighed
from tests.report.test_effects import alone, plain
from trueup.estimate.assessment import Standing
from trueup.report.compose import compose
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sentence import Sentence
from trueup.report.terminal import terminal_lines


def test_page_and_file_say_whether_the_plan_was_registered_and_what_speaks_against_it() -> None:
    whole = weighed.assessment()
    says = whole.standing.says
    flagged = replace(whole.standing, flags=("Half could already be seen.", "It was edited."))
    report = alone(replace(whole, standing=flagged))
    said = f"Plan: {says}. Half could already be seen. It was edited."
    assert plain(report.answer[-1].text()) == said
    assert report.footer.frozen_plan.startswith(f"{says}; look 3 of 52; ")
    assert report.footer.frozen_plan.endswith("Half could already be seen. It was edited.")
    for rendered in (render_html(report), render_markdown(report)):
        assert rendered.count(says) == 2
        assert rendered.count("It was edited.") == 2
    made = json.loads(render_json(report))
    assert made["assessment"]["standing"]["says"] == says
    assert made["assessment"]["standing"]["flags"] == list(flagged.flags)
    (line,) = [line for line in terminal_lines(report, Path("r.html")) if "Plan: " in line]
    assert line.endswith(f" Plan: {says}. Half could already be seen.")
    bare = alone(replace(whole, standing=Standing()))
    assert plain(bare.answer[-1].text()) == "Plan: not registered."


def test_a_registered_plan_that_cannot_be_answered_is_named_with_the_reason() -> None:
    why = "registered 2024-01-02, hash 5f1c0a9be27d, and could not be answered. No change yet."
    run = replace(sample.RUN, unweighed=why)
    report = compose({}, repositories=(), coverage=(), run=run, definitions=())
    effects = next(section for section in report.sections if section.id == "effects")
    (said,) = [block for block in effects.blocks if isinstance(block, Sentence)]
    assert said.text() == f"Plan: {why}"
    assert report.footer.frozen_plan == why
    assert [line for line in terminal_lines(report, Path("r.html")) if line.endswith(why)]


def test_a_page_without_a_registered_plan_says_how_to_register_one() -> None:
    whole = weighed.assessment()
    pages = [alone(replace(whole, standing=one)) for one in (whole.standing, Standing())]
    kept, open_ = (render_markdown(page) for page in pages)
    assert "Leave the registered plan as it is." in kept
    assert "--register plan.toml" not in kept
    assert "--register plan.toml" in open_
