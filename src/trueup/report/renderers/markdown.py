"""The report as Markdown: the same words and numbers, evidence as footnotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from trueup.model.evidence import Abstention
from trueup.report import names, words
from trueup.report.document import (
    Block,
    Cell,
    Chart,
    ChartGroup,
    CoverageTable,
    Definitions,
    Footer,
    OneLine,
    Report,
    ScaleRows,
    SourceStrip,
    Steps,
    Table,
    Unknowns,
)
from trueup.report.ledger import Ledger
from trueup.report.saying.facts import facts_of
from trueup.report.scrutiny import BesideLine, BesideTable, Checks, EmptyBeside, Needs, StudyTable
from trueup.report.sentence import Defined, Name, Quoted, Sentence
from trueup.report.words import Shown


def render_markdown(report: Report) -> str:
    """Return the report as Markdown; the facts behind every number are its footnotes."""
    writer = _Writer(report)
    lines = [f"# {report.title}: {report.subject.text}", ""]
    if report.notice:
        lines += [f"> **{report.notice}**", ""]
    gates = () if report.gates is None else (report.gates,)
    first: tuple[Block, ...] = (*report.answer, report.scale, *gates, report.strip)
    for block in first:
        lines += [*writer.draw(block), ""]
    for section in report.sections:
        lines += [f"## {section.heading}", ""]
        for part in section.unfolded():
            lines += [*writer.draw(part), ""]
    lines += [*_footer(report.footer), "", *writer.footnotes()]
    return "\n".join(lines).replace("\u00a0", " ") + "\n"


class _Writer:
    def __init__(self, report: Report) -> None:
        self.ledger = Ledger(report)
        self.used: dict[str, Shown] = {}
        self.ways: Mapping[type, Callable[[Any], Iterator[str]]] = {
            Sentence: self._sentence,
            ScaleRows: self._scale,
            SourceStrip: self._strip,
            Chart: self._chart,
            ChartGroup: lambda group: (
                line for chart in group.charts for line in (*self._chart(chart), "")
            ),
            Table: self._table,
            OneLine: self._one_line,
            Steps: self._steps,
            Unknowns: self._unknowns,
            CoverageTable: self._coverage,
            Definitions: self._definitions,
            Checks: self._checks,
            Needs: self._needs,
            StudyTable: self._studies,
            BesideTable: self._beside,
            EmptyBeside: self._beside,
        }

    def draw(self, block: Block) -> list[str]:
        return list(self.ways[type(block)](block))

    def footnotes(self) -> Iterator[str]:
        for ident, shown in self.used.items():
            facts = "; ".join(f"{label}: {text}" for label, text in facts_of(shown))
            yield f"[^{ident}]: `{words.metric_of(shown)}`. {_flat(facts)}"

    def _link(self, shown: Shown, text: str = "") -> str:
        ident = self.ledger.ids[shown]
        self.used[ident] = shown
        return f"{_flat(text or words.value_of(shown))}[^{ident}]"

    def _said(self, sentence: Sentence) -> str:
        return "".join(
            part.text if part.shown is None or part.quiet else self._link(part.shown, part.text)
            for part in sentence.parts()
        )

    def _sentence(self, block: Sentence) -> Iterator[str]:
        said = self._said(block)
        yield f"**{said}**" if block.tone == "headline" else said

    def _scale(self, block: ScaleRows) -> Iterator[str]:
        yield self._said(block.caption)
        yield ""
        with_naive = any(row.naive is not None for row in block.rows)
        yield from _head(
            "", "Measure", "Difference", "Interval", *(["Dashboard"] if with_naive else [])
        )
        for row in block.rows:
            between = words.interval_of(row.outcome)
            cells = [row.named, row.measured, self._link(row.outcome), between]
            if with_naive:
                cells.append("" if row.naive is None else self._link(row.naive))
            yield _row(*cells)

    def _strip(self, block: SourceStrip) -> Iterator[str]:
        for source in block.sources:
            yield f"- **{source.name}**: {source.status}. {self._said(source.costs)}"

    def _chart(self, block: Chart) -> Iterator[str]:
        yield f"### {self._said(block.finding)}"
        yield ""
        yield self._said(block.subtitle)
        yield ""
        yield from _head("Slice", "Measure", "Value", "Interval", "Rests on")
        for point in block.points:
            slice_, measure = words.slice_of(point), words.measure_of(point)
            value, between = words.value_of(point), words.interval_of(point)
            yield _row(slice_, measure, value, between, words.items_of(point))

    def _table(self, block: Table) -> Iterator[str]:
        yield self._said(block.caption)
        yield ""
        yield from _head(*block.columns)
        for row in block.rows:
            yield _row(*(self._cell(cell) for cell in row))

    def _cell(self, cell: Cell) -> str:
        if isinstance(cell, Name | Defined | Quoted):
            return cell.text
        between = "" if isinstance(cell, Abstention) else f" ({words.interval_of(cell)})"
        return self._link(cell) + between

    def _one_line(self, block: OneLine) -> Iterator[str]:
        yield f"**Connect {block.connect}** to learn {self._said(block.answers)}"

    def _steps(self, block: Steps) -> Iterator[str]:
        if block.fold:
            yield f"{block.fold}:"
            yield ""
        for number, step in enumerate(block.steps, start=1):
            yield f"{f'{number}.' if block.is_ordered else '-'} {self._said(step)}"

    def _unknowns(self, block: Unknowns) -> Iterator[str]:
        for item in block.items:
            for why in item.abstentions:
                reason = words.uncapital(words.typeset(why.reason))
                said = f"{self._link(why, 'Cannot tell')}: {reason} {words.typeset(why.remedy)}"
                yield f"- **{' '.join(item.questions)}** {said}"

    def _checks(self, block: Checks) -> Iterator[str]:
        yield self._said(block.caption)
        yield ""
        if block.is_short:
            for line in block.lines:
                mark = words.SYMBOLS[line.check.answer]
                yield f"- {names.check(line.check.name)}: {mark} {line.check.answer}"
            return
        yield from _head("What it asks", "Answer", "What it found", "Figures")
        for line in block.lines:
            check = line.check
            ended = f"{words.SYMBOLS[check.answer]} {check.answer}"
            yield _row(check.question, ended, words.typeset(check.says), words.figures_of(check))

    def _needs(self, block: Needs) -> Iterator[str]:
        yield self._said(block.caption)
        yield ""
        yield from _head(
            "Outcome", "Smallest found", f"More {block.units}", f"More {block.periods}", ""
        )
        for row in block.rows:
            power = row.power
            if isinstance(power, Abstention):
                yield _row(row.about, self._link(power), "", "", power.reason)
                continue
            smallest = row.found.text
            more = (words.more_of(power.more_units), words.more_of(power.more_periods))
            yield _row(row.about, smallest, *more, words.typeset(power.says))

    def _studies(self, block: StudyTable) -> Iterator[str]:
        yield f"### {self._said(block.caption)}"
        yield ""
        yield from _head("Study", "Outcome", "Change", "Interval", "Design", "Mind")
        for each in block.studies:
            name = f"[{each.name}, {each.year}]({each.link})"
            design = f"{each.kind}: {each.design}; {each.n}"
            change = f"{self._link(each)} ({each.status})"
            mind = f"{each.says} Interest: {each.interest}."
            yield _row(name, each.outcome, change, words.interval_of(each), design, mind)

    def _beside(self, block: BesideTable | EmptyBeside) -> Iterator[str]:
        if isinstance(block, EmptyBeside):
            yield from _head("Measure", "Why not", "Published")
            for line in block.lines:
                why = f"{self._link(line.now)}: {words.interval_of(line.now)} {_remedy(line.now)}"
                yield _row(words.capital(line.figures[0].title), why, _figures(line))
            return
        yield self._said(block.caption)
        yield ""
        yield from _head(
            "Measure", "Last year", "Least use", "Most use", "Change", "By design", "Published"
        )
        for line in block.lines:
            change = f"{self._cell(line.change)}; {words.items_of(line.change)}".rstrip("; ")
            if line.change_of_sums is not None:
                change += f"; all as one: {self._link(line.change_of_sums)}"
            yield _row(
                words.capital(line.figures[0].title),
                *(self._cell(each) for each in (line.now, line.low, line.high)),
                change,
                self._cell(line.by_design) if line.is_asked else "not asked",
                _figures(line),
            )

    def _coverage(self, block: CoverageTable) -> Iterator[str]:
        yield from _head("Repository", "Records", "Seen", "Of", "Skipped", "Why", "Cure")
        for row in block.rows:
            counts = (self._link(each) for each in (row.seen, row.expected, row.skipped))
            yield _row(row.repository.text, row.subject, *counts, row.says, row.remedy)

    def _definitions(self, block: Definitions) -> Iterator[str]:
        for each in block.definitions:
            yield f"- **{each.question}** (`{each.metric}`, version {each.version}, {each.unit})"
            yield f"  {each.definition} {' '.join(each.caveats)}".rstrip()
            if each.references:
                yield f"  After: {'; '.join(each.references)}."


def _remedy(shown: Shown) -> str:
    return words.typeset(shown.remedy) if isinstance(shown, Abstention) else ""


def _figures(line: BesideLine) -> str:
    return "; ".join(
        f"[{each.edition}]({each.link}): {each.figure} ({each.status})" for each in line.figures
    )


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _row(*cells: str) -> str:
    return "| " + " | ".join(_flat(cell) for cell in cells) + " |"


def _head(*cells: str) -> tuple[str, str]:
    return _row(*cells), _row(*("---" for _ in cells))


def _footer(footer: Footer) -> Iterator[str]:
    yield "## How this report was made"
    yield ""
    yield f"- Made: {words.minute(footer.ran_at)} by trueup {footer.tool_version}"
    for name, ident, head in footer.ran_on:
        yield f"- From: {name} ({ident})" + (f" at `{head}`" if head else ", no commit")
    yield f"- Data digest: `{footer.digest}`"
    yield f"- Frozen plan: {footer.frozen_plan}"
    if footer.panel:
        yield f"- Panel: {footer.panel}"
    yield f"- Run again: `{footer.command}`"
