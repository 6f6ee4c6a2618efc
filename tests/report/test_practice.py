"""What the page says of practice: intervals, one next step, and nothing about persons."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.estimate.practices.test_asking import rows
from tests.measure.test_practice_history import Remembered
from tests.measure.test_practices import Practised
from tests.report import sample
from trueup.estimate.assessment import Threshold
from trueup.estimate.practices.asking import AfterPractice, asked_of
from trueup.estimate.practices.classes import certain_points, visible_levels
from trueup.measure.practices.practice import Practices, practices
from trueup.report.compose import compose
from trueup.report.document import Report
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sections.method import OWN
from trueup.report.view import Records, Subject
from trueup.units import significant


def report(found: Practices, after: AfterPractice | None = None) -> Report:
    """Compose a page on a small repository of this practice, and what followed."""
    return compose(
        sample.tiny(),
        repositories=(Subject(repository_id="r", name="example/r"),),
        coverage=(),
        run=sample.RUN,
        definitions=sample.definitions(sample.tiny()),
        records=Records(
            practices=found,
            levels=visible_levels(certain_points(found)),
            after_practice=after or AfterPractice(),
        ),
    )


def section(found: Practices) -> str:
    page = render_markdown(report(found))
    return page.partition("## How AI tools are put to work")[2].partition("\n## ")[0]


def kept_up() -> Practices:
    world = Practised()
    world.worked(marked_tested=38, other_tested=30)
    world.kept("CLAUDE.md", "context")
    return practices(world, k=8)


def test_levels_are_said_as_bounds_with_the_rule_beside_them() -> None:
    said = section(kept_up())
    assert "at least 2" in said
    assert "2 to 3" in said
    assert "Level 3: both points in orchestrate and in evaluate." in said
    assert "An evals folder that runs in CI" in said
    assert "See info.bizandtech.net" in said


def test_few_repositories_cannot_tell_whether_there_are_levels() -> None:
    assert "classes need 50" in section(kept_up())


def test_without_any_trace_no_advice_is_given() -> None:
    world = Practised()
    world.touch(5, "a.py")
    said = section(practices(world, k=8))
    assert "Nothing shows that AI tools are used here" in said
    assert "Next to add" not in said


def test_small_groups_are_said_to_be_left_out_and_nobody_is_named() -> None:
    world = Practised()
    world.sessions(persons=7, prompt=4)
    said = section(practices(world, k=8))
    assert "point at persons" in said
    assert "p0" not in said


def test_what_is_shown_is_defined_on_the_page_and_in_the_data() -> None:
    written = json.dumps(json.loads(render_json(report(kept_up()))))
    for metric in ("practice_points", "practice_level"):
        assert metric in written
        (definition,) = (each for each in OWN if each.metric == metric)
        assert definition.definition in render_markdown(report(kept_up()))


def two_quarters() -> Practices:
    world = Remembered()
    world.landed("CLAUDE.md", "context", "2025-08-01")
    world.edit("CLAUDE.md", "2025-08-01", "2025-12-20")
    world.file("CLAUDE.md", "context")
    return practices(world, k=8)


def test_each_quarter_shows_what_was_seen_then_and_not_what_came_later() -> None:
    said = section(two_quarters())
    assert "Points at the end of each quarter" in said
    assert "2025-Q3" in said
    assert "2026-Q1" in said
    assert "1 to 10" in said  # of 2025-Q4: the context file is kept up, nothing is ruled out
    assert "0 to 9" in said  # of 2026-Q1: it is left alone


def test_repositories_that_show_nothing_are_counted_and_named() -> None:
    found = kept_up()
    (one,) = found.units
    silent = replace(one, name="silent", in_use=False, next=None)
    said = section(replace(found, units=(one, silent)))
    assert "Nothing shows that AI tools are used in 1 of 2 repositories: silent" in said


def test_what_followed_is_told_with_the_jump_that_would_be_found() -> None:
    found = asked_of(rows(teams=24), draws=19)
    page = render_markdown(report(kept_up(), found))
    said = page.partition("## How AI tools are put to work")[2].partition("\n## ")[0]
    assert "Sound changes per developer-week" in said
    assert "An association: nobody drew lots" in said
    assert "Gini" in said
    (answer,) = (each for each in found.cliffs if isinstance(each, Threshold))
    assert answer.detectable_jump is not None
    assert significant(answer.detectable_jump) in said
    assert "arxiv.org/abs/2608.25241" in said
