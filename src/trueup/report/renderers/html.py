"""The report as one HTML file that needs nothing from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from trueup.model.evidence import Abstention, Interval
from trueup.report import names, words
from trueup.report.charts import drawn
from trueup.report.document import (
    Chart,
    CoverageLine,
    CoverageTable,
    OneLine,
    Report,
    ScaleRow,
    ScaleRows,
    Section,
)
from trueup.report.ledger import Ledger
from trueup.report.saying.facts import facts_of
from trueup.report.scrutiny import CheckLine, Checks
from trueup.report.sentence import Sentence
from trueup.report.words import Shown

LONG_TABLE = 8
"""Coverage tables of more rows fold away what is complete."""

FEW = 8
"""So many repositories are named in the footer before the rest is folded away."""


def render_html(report: Report) -> str:
    """Return the page: text, pictures, style and script in one string."""
    page = Page(report)
    template = _templates().get_template("report.html.jinja")
    return template.render(
        report=report,
        page=page,
        words=words,
        names=names,
        facts_of=facts_of,
        script=trusted(drawn.script()),
    )


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("trueup.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Page:
    """What the templates ask of a report."""

    def __init__(self, report: Report) -> None:
        self.ledger = Ledger(report)
        self.definitions = report.definitions()
        self.several = len(report.footer.ran_on) > 1
        self.few = FEW
        self.anchors = {
            (line.about, line.check.name): f"{block.id}-{line.check.name}"
            for block in report.blocks()
            if isinstance(block, Checks) and not block.is_short
            for line in block.lines
        }

    def kind(self, block: object) -> str:
        """Return which macro draws a block."""
        return type(block).__name__

    def with_holes(self, block: CoverageTable) -> list[CoverageLine]:
        """Return what a reader must see of the coverage: all of it, or all that has holes."""
        return [row for row in block.rows if row not in self.complete(block)]

    def complete(self, block: CoverageTable) -> list[CoverageLine]:
        """Return rows to fold away: without a hole, in a table too long for one glance."""
        if len(block.rows) <= LONG_TABLE:
            return []
        return [row for row in block.rows if not row.has_hole]

    def is_short(self, section: Section) -> bool:
        """Return whether a section is one line, saying what to connect."""
        return all(isinstance(block, OneLine) for block in section.blocks)

    def say(self, sentence: Sentence) -> Markup:
        """Return a sentence with every number linked to its evidence."""
        parts = [
            Markup("{}").format(part.text)
            if part.shown is None or part.quiet
            else self.link(part.shown, part.text)
            for part in sentence.parts()
        ]
        return Markup("").join(parts)

    def link(self, shown: Shown, text: str = "") -> Markup:
        """Return a number, or "cannot tell", linked to how it was computed."""
        said = text or words.value_of(shown)
        kind = "n unknown" if isinstance(shown, Abstention) else "n"
        note = self.note(shown)
        return Markup('<a class="{}" href="#{}" data-note="{}">{}</a>').format(
            kind, self.ledger.anchor(shown), note, said
        )

    def note(self, shown: Shown) -> str:
        """Return the number of the definition as printed footnotes show it."""
        metric = words.metric_of(shown)
        order = list(self.definitions)
        return f"[{order.index(metric) + 1}]" if metric in self.definitions else ""

    def still(self, chart: Chart, width: int) -> Markup:
        """Return a picture of the chart that needs no script."""
        return trusted(drawn.still(chart, width))

    def widths(self, chart: Chart) -> tuple[int, ...]:
        """Return the widths a chart is drawn at without script."""
        return drawn.WIDTHS[chart.size]

    def specification(self, chart: Chart) -> Markup:
        """Return the chart's specification, safe inside a script element."""
        return _in_script(drawn.specification(chart))

    def tally(self, block: Checks) -> str:
        """Return how many checks ended which way, worst first."""
        answers = [line.check.answer for line in block.lines]
        counts = ((answers.count(word), word) for word in ("fails", "weak", "cannot tell", "holds"))
        return ", ".join(f"{count} {word}" for count, word in counts if count)

    def whole_check(self, line: CheckLine) -> str:
        """Return the id of the element that says all of a check; empty if none does."""
        return self.anchors.get((line.about, line.check.name), "")

    def band(self, scale: ScaleRows, row: ScaleRow) -> Interval:
        """Return what counts as no difference in a row."""
        return row.band or scale.band

    def how(self, shown: Shown) -> str:
        """Return the id of the definition it follows; empty if the page has none."""
        metric = words.metric_of(shown)
        return f"how-{metric}" if metric in self.definitions else ""

    def place(self, scale: ScaleRows, value: float) -> str:
        """Return where on the common scale a value stands, in percent from the left."""
        inside = max(-scale.reach, min(scale.reach, value))
        return f"{50 + 50 * inside / scale.reach:.2f}%"

    def beyond(self, scale: ScaleRows, value: float) -> bool:
        """Return whether a value lies outside the scale."""
        return abs(value) > scale.reach

    def is_cannot(self, shown: object) -> bool:
        """Return whether this is an abstention."""
        return isinstance(shown, Abstention)

    def is_shown(self, cell: object) -> bool:
        """Return whether a cell is evidence and not a name."""
        return isinstance(cell, Shown)


def trusted(text: str) -> Markup:
    """Mark text made by a drawing program, or escaped here, as fit for the page."""
    return Markup(text)  # noqa: S704 - nothing in it was written by a repository


def _in_script(value: Mapping[str, Any]) -> Markup:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return trusted(text.replace("<", "\\u003c"))
