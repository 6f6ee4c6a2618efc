"""The blocks a report is made of; none of them takes a number without its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from trueup.errors import NakedNumber, ReportError
from trueup.estimate.assessment import Assessment
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention, Interval, Measurement
from trueup.report.scrutiny import BesideTable, Checks, EmptyBeside, Needs, StudyTable
from trueup.report.sentence import Defined, Name, Quoted, Sentence
from trueup.report.words import Shown, stopped, typeset
from trueup.units import RATIO, RELATIVE

Cell = Shown | Name | Defined | Quoted
Seen = Literal["seen", "in part", "not connected"]


def require_evidence(value: object, where: str) -> None:
    """Refuse whatever is not evidence.

    Raises
    ------
    NakedNumber
        `value` is neither a measurement, an estimate, a number of a model nor an abstention.
    """
    if not isinstance(value, Shown):
        raise NakedNumber(
            f"{where} was given {value!r}, which carries no evidence.",
            hint="Give a Measurement, an Estimate, a Simulated value, a published Study or an "
            "Abstention.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """One line on the common scale: an outcome, and what a naive dashboard would show.

    Parameters
    ----------
    label
        What the row is about, e.g. ``"Quality"``; a `Name` where a reader gave it.
    measure
        What was compared, in a few words.
    outcome
        A comparison, or the reason there is none.
    same
        The value of `outcome` that means no difference: 0 of a difference, 1 of a ratio.
    naive
        The same from a dashboard that takes no care; None if there is none.
    band
        What counts as no difference in this row; None for that of the whole scale.
    per
        By how much a value in a unit of its own is stretched so that its band is as wide as that
        of the scale.
    """

    label: str | Name
    measure: str | Name
    outcome: Measurement | Estimate | Abstention
    same: float = 0.0
    naive: Measurement | Estimate | None = None
    band: Interval | None = None
    per: float = 1.0

    @property
    def named(self) -> str:
        """The label as a reader sees it."""
        return self.label.text if isinstance(self.label, Name) else self.label

    @property
    def measured(self) -> str:
        """What was compared, as a reader sees it."""
        return self.measure.text if isinstance(self.measure, Name) else self.measure

    @property
    def is_on_scale(self) -> bool:
        """Whether there is an outcome that can stand on the scale."""
        if isinstance(self.outcome, Abstention):
            return False
        return self.outcome.unit in (RATIO, RELATIVE) or self.per != 1.0

    def __post_init__(self) -> None:
        words = [each for each in (self.label, self.measure) if isinstance(each, str)]
        if any(letter.isdigit() for letter in "".join(words)):
            raise NakedNumber(
                f"The row {self.label!r} is labelled with a number.", hint="Say it in words."
            )
        require_evidence(self.outcome, self.named)
        if self.naive is not None:
            require_evidence(self.naive, self.named)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRows:
    """Dots and whiskers on one scale around "no difference", a shaded band behind.

    Parameters
    ----------
    reach
        The scale runs from ``-reach`` to ``reach``; whiskers beyond it end in arrows.
    band
        Differences inside it count as none.
    ends_say
        What stands at the two ends of the scale; None where rows differ in unit.
    """

    caption: Sentence
    rows: tuple[ScaleRow, ...]
    band: Interval
    band_says: Defined
    reach: float = 0.5
    ends_say: tuple[Defined, Defined] | None = None

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.caption.shown()
        for row in self.rows:
            yield row.outcome
            if row.naive is not None:
                yield row.naive


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSeen:
    """One kind of source: how much of it was seen, and which answers its absence costs."""

    name: str
    status: Seen
    costs: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStrip:
    """All kinds of sources in one line."""

    sources: tuple[SourceSeen, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for source in self.sources:
            yield from source.costs.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A drawing of evidence; its rows are made from it and from nothing else.

    Parameters
    ----------
    id
        Anchor, unique in the report.
    finding
        The title: what the chart shows, as a sentence.
    subtitle
        Measure, unit, n and window.
    points
        The evidence drawn; the drawing reads ``value``, ``low``, ``high`` and the members of
        the group by name.
    drawing
        A Vega-Lite specification without data; widths equal to `FULL_WIDTH` follow the page.
    size
        ``"wide"`` alone on its line, ``"small"`` one of several.
    """

    id: str
    finding: Sentence
    subtitle: Sentence
    points: tuple[Shown, ...]
    drawing: Mapping[str, Any] = field(hash=False)
    size: Literal["wide", "small"] = "wide"

    def __post_init__(self) -> None:
        for point in self.points:
            require_evidence(point, f"The chart {self.id!r}")
        if "data" in self.drawing or "datasets" in self.drawing:
            raise NakedNumber(
                f"The chart {self.id!r} brings data of its own.", hint="Give it points instead."
            )

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.finding.shown()
        yield from self.subtitle.shown()
        yield from self.points


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartGroup:
    """Small charts of one kind, on one scale, side by side."""

    charts: tuple[Chart, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for chart in self.charts:
            yield from chart.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of names and evidence under a caption."""

    caption: Sentence
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ReportError("A row has not one cell per column.", hint="Fill every column.")
            for cell in row:
                if not isinstance(cell, Name | Defined | Quoted):
                    require_evidence(cell, "A table")

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.caption.shown()
        for row in self.rows:
            for cell in row:
                if not isinstance(cell, Name | Defined | Quoted):
                    yield cell


@dataclass(frozen=True, slots=True, kw_only=True)
class OneLine:
    """A section that cannot be filled: what to connect and what it would answer."""

    connect: str
    answers: Sentence

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        yield from self.answers.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What to do, most useful first; or points whose order says nothing.

    Parameters
    ----------
    fold
        Opened under these words by whoever wants to see them; empty to show them at once.
    """

    steps: tuple[Sentence, ...]
    is_ordered: bool = True
    fold: str = ""

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for step in self.steps:
            yield from step.shown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """What cannot be told for one reason, and what would change that."""

    questions: tuple[str, ...]
    abstentions: tuple[Abstention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """What cannot be told, and what would change that."""

    items: tuple[Unknown, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for item in self.items:
            yield from item.abstentions


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """How much of one subject was seen in one repository."""

    repository: Name
    subject: str
    seen: Measurement
    expected: Measurement | Abstention
    skipped: Measurement
    reason: str
    remedy: str

    @property
    def has_hole(self) -> bool:
        """Whether something is missing, counted or, as beyond the edge of a clone, not."""
        if isinstance(self.expected, Abstention):
            return self.skipped.value > 0 or (not self.seen.value and bool(self.remedy))
        return self.skipped.value > 0 or self.seen.value < self.expected.value

    @property
    def says(self) -> str:
        """Why what is missing is missing, or that nothing is."""
        if self.reason:
            return stopped(typeset(self.reason))
        if self.seen.coverage == 1.0:
            return "complete"
        return "all that was found" if self.seen.value else "none found"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTable:
    """What was looked for, what was seen, what was skipped and why."""

    rows: tuple[CoverageLine, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield the evidence shown, in reading order."""
        for row in self.rows:
            yield from (row.seen, row.expected, row.skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What a metric means, in which version, and what it does not say."""

    metric: str
    version: int
    question: str
    definition: str
    unit: str
    kind: str
    references: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """How every number in the report is computed."""

    definitions: tuple[Definition, ...]

    def shown(self) -> Iterator[Shown]:
        """Yield nothing: definitions show no evidence of their own."""
        yield from ()


Block = (
    Sentence
    | ScaleRows
    | SourceStrip
    | Chart
    | ChartGroup
    | Table
    | OneLine
    | Steps
    | Unknowns
    | CoverageTable
    | Definitions
    | Checks
    | Needs
    | StudyTable
    | BesideTable
    | EmptyBeside
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Blocks that whoever doubts opens, under words that say what is in them.

    It hides nothing: what is folded is printed, searched, and written by every other renderer.
    """

    says: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its blocks, in the order of the brief."""

    id: str
    heading: str
    blocks: tuple[Block | Fold, ...]

    def unfolded(self) -> Iterator[Block]:
        """Yield every block, folded or not, in reading order."""
        for block in self.blocks:
            yield from block.blocks if isinstance(block, Fold) else (block,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """Where the report comes from, so that anyone can make it again.

    Parameters
    ----------
    digest
        Of the rows the numbers rest on.
    frozen_plan
        Hash of the registered plan, or that there is none.
    ran_on
        Name, id and commit of every repository read.
    command
        Makes the same report again.
    """

    tool_version: str
    digest: str
    frozen_plan: str
    ran_at: int
    ran_on: tuple[tuple[str, str, str], ...]
    command: str
    panel: str = ""
    """Where the rows behind the verdict come from, with their digest and the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One page: the answer first, then what it rests on.

    Parameters
    ----------
    gates
        How the checks of the verdict's design ended; None without a verdict.
    notice
        What every screen must say, e.g. that the organisation is made up; empty if nothing.
    assessment
        What the balance said, whole; None where nothing was weighed.
    """

    title: str
    subject: Name
    answer: tuple[Sentence, ...]
    scale: ScaleRows
    strip: SourceStrip
    sections: tuple[Section, ...]
    footer: Footer
    gates: Checks | None = None
    notice: str = ""
    assessment: Assessment | None = None

    def blocks(self) -> Iterator[Block]:
        """Yield every block, in reading order."""
        yield from self.answer
        yield self.scale
        if self.gates is not None:
            yield self.gates
        yield self.strip
        for section in self.sections:
            yield from section.unfolded()

    def shown(self) -> tuple[Shown, ...]:
        """Return each piece of evidence once, in the order a reader meets it."""
        return tuple(dict.fromkeys(item for block in self.blocks() for item in block.shown()))

    def definitions(self) -> Mapping[str, Definition]:
        """Return the definitions by metric name."""
        found = (block for block in self.blocks() if isinstance(block, Definitions))
        return {each.metric: each for block in found for each in block.definitions}
