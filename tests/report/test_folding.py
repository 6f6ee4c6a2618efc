"""What of the effects is shown at once, and what whoever wants it opens."""

from __future__ import annotations

from dataclasses import replace

from tests.report import sample, weighed
from tests.report.test_compose import composed
from tests.report.test_effects import alone
from trueup.estimate.assessment import Assessment
from trueup.report.document import Chart, Definitions, Fold, Section, Steps, Table
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.scrutiny import Checks
from trueup.report.sections.folding import fold
from trueup.report.sentence import Sentence


def test_what_reading_the_rows_showed_is_folded_and_nothing_else_of_the_doubts() -> None:
    report = alone(weighed.assessment())
    folded = [block.fold for block in report.blocks() if isinstance(block, Steps) and block.fold]
    assert folded == ["What reading the rows showed"]


def test_conditions_of_a_cliff_are_open_only_where_one_is_claimed() -> None:
    def gates(answer: str) -> Checks:
        report = alone(replace(weighed.assessment(), thresholds=(weighed.threshold(answer),)))
        (found,) = (
            block
            for block in report.blocks()
            if isinstance(block, Checks) and block.id == "cliff-0"
        )
        return found

    assert gates("no evidence").is_folded
    assert not gates("cliff supported").is_folded


def test_two_way_stands_beside_the_dashboard_only_where_somebody_asked() -> None:
    whole = weighed.assessment()

    def columns(found: Assessment) -> tuple[str, ...]:
        (table,) = (
            block
            for block in alone(found).blocks()
            if isinstance(block, Table) and "Second recipe" in block.columns
        )
        return table.columns

    assert "Two-way" not in columns(whole)
    asked = replace(whole, primary=replace(whole.primary, two_way=whole.primary.naive))
    assert columns(asked)[-2:] == ("Two-way", "Dashboard")


def test_tables_and_definitions_are_folded_and_no_doubt_is() -> None:
    report = composed(sample.rich("a/b"), "a/b", assessment=weighed.assessment())
    folds = {
        section.id: {type(block) for each in section.blocks if isinstance(each, Fold)
                     for block in each.blocks}
        for section in report.sections
    }  # fmt: skip
    assert {section: kinds for section, kinds in folds.items() if kinds} == {
        "ai": {Table},
        "dose": {Table},
        "effects": {Table},
        "studies": {Chart},
        "method": {Definitions},
    }


def test_neighbours_are_opened_together_and_keep_their_order() -> None:
    said = [Sentence(template=text) for text in ("One.", "Two.")]
    tables = [Table(caption=each, columns=(), rows=()) for each in said]
    section = Section(id="ai", heading="", blocks=(said[0], *tables, said[1]))
    (first, folded, last) = fold(section).blocks
    assert (first, last) == tuple(said)
    assert isinstance(folded, Fold)
    assert folded.blocks == tuple(tables)
    assert tuple(fold(section).unfolded()) == section.blocks


def test_a_section_without_anything_to_fold_stays_as_it_is() -> None:
    section = Section(id="coverage", heading="", blocks=(Sentence(template="One."),))
    assert fold(section) is section


def test_what_is_folded_is_on_the_page_and_in_every_other_form() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    words = "Share of all commits that carry a mark of each tool."
    page = render_html(report)
    assert page.index("Which tools and models the marks name") < page.index(words)
    assert words in render_markdown(report)
    assert words in render_json(report)


def test_the_page_leads_to_each_of_its_sections() -> None:
    report = composed(sample.rich("a/b"), "a/b")
    page = render_html(report)
    nav = page[page.index("<nav") : page.index("</nav>")]
    assert [f'href="#{section.id}"' in nav for section in report.sections] == [True] * 10
