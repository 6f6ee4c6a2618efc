"""One report, four forms, the same numbers; and a page that needs nothing from outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.report import sample, weighed
from tests.report.test_compose import composed
from trueup.estimate.studies import all_studies
from trueup.model.evidence import Measurement
from trueup.report import names
from trueup.report.charts import drawn
from trueup.report.document import Chart, Report, Steps
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sentence import Quoted, Sentence
from trueup.report.terminal import LINES, terminal_lines

CASES = ("rich", "tiny", "empty", "unmarked", "several", "weighed", "silent", "strange")
VOID = {"meta", "link", "img", "br", "hr", "input"}


class Page(HTMLParser):
    """The elements of a page: tags with attributes in order, text of some of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[tuple[str, dict[str, str]]] = []
        self.numbers: list[str] = []
        self.unclosed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = (tag, {name: value or "" for name, value in attrs})
        self.elements.append(found)
        if tag not in VOID:
            self.open.append(found)
        if tag == "a" and found[1].get("class", "").startswith("n"):
            self.numbers.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop()[0] != tag:
            self.unclosed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1].get("class", "") in {"n", "n unknown"}:
            self.numbers[-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


@cache
def report(case: str) -> Report:
    """Return one of the made-up reports."""
    if case == "several":
        parts = (sample.rich(), sample.rich("a/b"), sample.tiny("c/d"), sample.empty("e/f"))
        return composed(sample.together(*parts), "a/b", "c/d", "e/f")
    if case == "weighed":
        truth = {weighed.SOUND: -0.15, weighed.LEAD: 0.08}
        return composed(sample.rich("a/b"), "a/b", assessment=weighed.made_up(), put_in=truth)
    if case in ("silent", "strange"):
        return composed({}, assessment=getattr(weighed, case)())
    return composed(getattr(sample, case)("a/b"), "a/b")


@cache
def text(case: str) -> str:
    """Return its page."""
    return render_html(report(case))


@cache
def page(case: str) -> Page:
    """Return its page, taken apart."""
    return Page(text(case))


def own(case: str) -> str:
    """Return the page without the library it carries."""
    return text(case).replace(drawn.script(), "")


@pytest.mark.parametrize("case", CASES)
def test_the_page_is_well_formed(case: str) -> None:
    assert page(case).unclosed == []
    assert page(case).open == []


@pytest.mark.parametrize("case", CASES)
def test_the_page_loads_nothing_from_outside(case: str) -> None:
    loading = [
        attributes
        for tag, attributes in page(case).elements
        if tag != "a" and {"src", "href", "srcset", "data", "action"} & set(attributes)
    ]
    assert loading == []
    assert re.findall(r"@import|url\((?!#)[^)]", own(case)) == []
    text = own(case)
    for study in all_studies():
        text = text.replace(study.link, "")
    assert re.findall(r"https?://(?!www\.w3\.org/|vega\.github\.io/schema/)", text) == []


def test_the_page_forbids_itself_the_network() -> None:
    (policy,) = (m for m in page("rich").all("meta") if m.get("http-equiv"))
    assert policy["content"].startswith("default-src 'none'")


@pytest.mark.parametrize("case", CASES)
def test_headings_never_skip_a_level_and_there_is_one_first(case: str) -> None:
    levels = [int(tag[1]) for tag, _ in page(case).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("case", CASES)
def test_ids_are_unique_and_every_link_finds_its_target(case: str) -> None:
    ids = [attributes["id"] for _, attributes in page(case).elements if "id" in attributes]
    assert sorted(ids) == sorted(set(ids))
    targets = {a["href"] for a in page(case).all("a")}
    outside = {each for each in targets if not each.startswith("#")}
    assert outside <= {study.link for study in all_studies()}
    assert {each.removeprefix("#") for each in targets - outside} - set(ids) == set()


@pytest.mark.parametrize("case", CASES)
def test_every_measurement_leads_to_its_definition(case: str) -> None:
    ids = {attributes["id"] for _, attributes in page(case).elements if "id" in attributes}
    wanted = {f"how-{name}" for name in report(case).definitions()}
    assert wanted - ids == set()
    assert {
        f"how-{each.metric}" for each in report(case).shown() if isinstance(each, Measurement)
    } <= ids


@pytest.mark.parametrize("case", CASES)
def test_no_text_shows_a_digit_outside_evidence_definitions_and_names(case: str) -> None:
    found = report(case)
    free = [
        part.text
        for block in found.blocks()
        if type(block).__name__ == "Sentence"
        for part in block.parts()  # type: ignore[union-attr]
        if part.shown is None and part.filling is None
    ]
    assert [each for each in free if re.search(r"\d", each)] == []


@pytest.mark.parametrize("case", ["weighed", "silent", "strange"])
def test_what_is_quoted_was_written_by_the_balance(case: str) -> None:
    found = report(case)
    quoted = [
        part.filling.text
        for block in found.blocks()
        for sentence in (block.steps if isinstance(block, Steps) else [block])
        if isinstance(sentence, Sentence)
        for part in sentence.parts()
        if isinstance(part.filling, Quoted)
    ]
    written = set(strings(json.loads(render_json(found))["assessment"]))
    assert quoted
    assert [each for each in quoted if each not in written and " per " not in each] == []


def strings(value: Any) -> Iterator[str]:
    """Yield every string in plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


@pytest.mark.parametrize("case", CASES)
def test_every_chart_has_a_title_a_picture_without_script_and_a_table(case: str) -> None:
    figures = [a for a in page(case).all("figure") if a.get("class", "").startswith("chart")]
    drawings = [a for a in page(case).all("div") if a.get("class") == "drawing"]
    stills = [a for a in page(case).all("div") if a.get("class", "").startswith("still")]
    ids = {a["id"] for _, a in page(case).elements if "id" in a}
    assert len(drawings) == len(figures)
    assert len(stills) >= len(figures)
    assert all(a["role"] == "img" and a["tabindex"] == "0" for a in drawings)
    assert {a["aria-labelledby"] for a in drawings} <= ids
    assert own(case).count('<table class="data">') == len(figures)


def test_a_still_picture_is_vector_and_takes_its_colours_from_the_page() -> None:
    charts = [block for block in report("rich").blocks() if isinstance(block, Chart)]
    for chart in charts:
        for width in (720, 358):
            svg = drawn.still(chart, width)
            root = ET.fromstring(svg)  # noqa: S314 - drawn here
            assert float(root.attrib["width"]) == width
            assert "var(--ink)" in svg
            assert not re.findall(r'(?:fill|stroke)="#(?!000)[0-9a-f]{3,6}"', svg)


def test_ids_inside_pictures_belong_to_one_picture() -> None:
    (chart, *_) = (block for block in report("rich").blocks() if isinstance(block, Chart))
    for width in (720, 358):
        svg = drawn.still(chart, width)
        ids = set(re.findall(r'\bid="([^"]+)"', svg))
        assert ids
        assert {each for each in ids if not each.startswith(f"ai-share-{width}-")} == set()
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) - ids == {"hatch"}


def test_a_point_stands_where_its_age_and_its_share_say() -> None:
    charts = {block.id: block for block in report("rich").blocks() if isinstance(block, Chart)}
    svg = drawn.still(charts["survival"], 720)
    wide, high = drawn.plot_width(charts["survival"], 720), 260
    dots = {
        (round(float(x)), round(float(y)))
        for x, y in re.findall(r'translate\(([\d.]+),([\d.]+)\)" d="M', svg)
    }
    after_ninety = round(wide * (90 / 365) ** 0.5)  # square-root scale from 0 to 365 days
    assert (after_ninety, round(high * (1 - 0.81))) in dots  # unmarked
    assert (after_ninety, round(high * (1 - 0.79))) in dots  # marked
    assert (wide, round(high * (1 - 0.66))) in dots


def test_the_chart_draws_the_numbers_it_was_given_and_no_others() -> None:
    charts = {block.id: block for block in report("rich").blocks() if isinstance(block, Chart)}
    rows = drawn.specification(charts["survival"])["data"]["values"]
    values = {(row["origin"], row["age_days"]): row["value"] for row in rows}
    assert values["unmarked", 90.0] == 0.81
    assert values["marked", 365.0] == 0.67
    assert len(rows) == 8


@pytest.mark.parametrize("case", CASES)
def test_html_markdown_and_json_show_the_same_numbers(case: str) -> None:
    found = report(case)
    evidence = json.loads(render_json(found))["evidence"]
    from_json = {plain(each["says"]) for each in evidence.values()}
    markdown = plain(render_markdown(found))
    shown = {plain(unescape(number)) for number in page(case).numbers}
    of_values = {each for each in shown if any(each in said for said in from_json)}
    assert {each for each in of_values if each not in markdown} == set()
    spoken = [
        plain(part.text)
        for sentence in found.answer
        for part in sentence.parts()
        if part.shown is not None and not part.quiet
    ]
    assert set(spoken) <= shown
    assert [each for each in spoken if each not in markdown] == []


def plain(said: str) -> str:
    """Return words with ordinary spaces."""
    return said.replace("\u00a0", " ")


def test_json_keeps_numbers_unrounded_with_all_they_rest_on() -> None:
    evidence = json.loads(render_json(report("rich")))["evidence"]
    (share,) = (
        each
        for each in evidence.values()
        if each["metric"] == names.MARKED_COMMITS and each["group"] == {"repository": "a/b"}
    )
    wanted: dict[str, Any] = {"value": 0.134, "n": 4312, "unit": "ratio", "version": 1}
    assert {name: share[name] for name in wanted} == wanted
    assert share["coverage"] == 0.998


def test_every_footnote_used_in_markdown_is_written() -> None:
    markdown = render_markdown(report("several"))
    used = set(re.findall(r"(?<!^)\[\^(e\d+)\]", markdown, flags=re.MULTILINE))
    written = set(re.findall(r"^\[\^(e\d+)\]:", markdown, flags=re.MULTILINE))
    assert used == written


def test_markdown_tables_have_as_many_cells_in_every_row() -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", render_markdown(report("rich")), flags=re.MULTILINE)
    for block in blocks:
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "</script><b>", '"><img src=x>'])
def test_names_from_a_repository_cannot_become_markup(hostile: str) -> None:
    found = sample.rich(hostile)
    html = render_html(composed(found, hostile))
    assert hostile not in html.replace(drawn.script(), "")
    assert Page(html).all("img") == []


def test_the_footer_says_version_digest_plan_commit_and_how_to_run_it_again() -> None:
    made = own("rich")
    foot = made[made.index("<footer>") :]
    for said in ("0.1.0", "b3c1f0a97d24", "not registered", "4f2a9c1be07d", "trueup report"):
        assert said in foot


def test_the_terminal_says_the_same_in_eight_lines_and_the_path() -> None:
    lines = terminal_lines(report("rich"), Path("out.html"))
    assert len(lines) == LINES + 1
    assert lines[-1] == "out.html"
    assert lines[0] == plain(report("rich").answer[0].text())
    assert lines[3:7] == [
        "Throughput: cannot tell (changes released)",
        "Lead time:  cannot tell (landing to release)",
        "Quality:    \u22122 points (\u22129 to +5 points), an association (lines still alive)",
        "Cost:       cannot tell (per surviving change)",
    ]
