"""One edition of the report: measured findings and what was read, composed and written down."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from trueup import __version__
from trueup.collect.connector import Progress
from trueup.config import Settings
from trueup.diagnose.case import Case
from trueup.diagnose.examining import diagnose
from trueup.diagnose.gains import reported_gains
from trueup.errors import ReportError
from trueup.estimate.asking.spending import spending_of
from trueup.estimate.assessment import Assessment
from trueup.estimate.offloading.unaided import unaided_work
from trueup.estimate.practices.asking import after_practice
from trueup.estimate.practices.classes import certain_points, visible_levels
from trueup.estimate.question import Question
from trueup.measure.labels.mixes import mixes
from trueup.measure.metric import Metric
from trueup.measure.repository import measure_repository
from trueup.measure.surveys.results import survey_results
from trueup.model.evidence import Window
from trueup.model.tables import TABLES
from trueup.report.compose import compose
from trueup.report.document import Definition, Report
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.sections.answer import SOURCES
from trueup.report.terminal import terminal_lines
from trueup.report.view import CoverageRow, Experiment, Records, Run, Subject
from trueup.simulate.truth import Truth
from trueup.store.reading import Tables

_RENDERERS = {"html": render_html, "md": render_markdown, "json": render_json}


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why a report is made, and what was answered before it was.

    Parameters
    ----------
    command
        How to run it again.
    ran_at
        Epoch microseconds UTC.
    assessment
        What the balance said of the same records; without it the report claims no cause.
    unweighed
        Which plan is registered, and why it could not be answered; empty where none is.
    experiments
        What experiments said.
    truth
        Of a made-up organisation.
    """

    command: str
    ran_at: int
    assessment: Assessment | None = None
    unweighed: str = ""
    experiments: tuple[Experiment, ...] = ()
    truth: Truth | None = None


def edit(
    tables: Tables,
    settings: Settings,
    occasion: Occasion,
    *,
    window: Window | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure, add up, diagnose, and compose the report on it all.

    Parameters
    ----------
    tables
        The generation it is on.
    window
        What totals speak of; None for the last year.
    """
    measured = measure_repository(tables, settings, window=window, progress=progress)
    spending = spending_of(tables, settings, measured.spent)
    inflated = spending.inflated if spending else None
    case = Case(tables, settings, window=window, inflated=inflated)
    diagnosed = diagnose(case, progress=progress)
    assessment, truth = occasion.assessment, occasion.truth
    return compose(
        measured.findings,
        repositories=tuple(subjects(tables)),
        coverage=tuple(coverage_rows(tables)),
        run=Run(
            tool_version=__version__,
            digest=tables.digest,
            ran_at=occasion.ran_at,
            command=occasion.command,
            unweighed=occasion.unweighed,
        ),
        definitions=tuple(_definition(metric) for metric in measured.metrics),
        records=Records(
            rows=rows_of(tables),
            lacking=measured.lacking,
            beside=measured.beside,
            linkage=measured.linkage,
            spending=spending,
            practices=measured.practices,
            surveys=survey_results(tables),
            levels=visible_levels(certain_points(measured.practices)),
            after_practice=after_practice(tables, measured.practices),
            diagnosed=diagnosed,
            incentives=reported_gains(
                settings.money.pay,
                assessment,
                [found for _, found in occasion.experiments],
                (*diagnosed.found, *diagnosed.absent),
            ),
            experiments=occasion.experiments,
            unaided=unaided_work(tables, timezone=settings.workspace.timezone),
            mixes=mixes(tables),
        ),
        assessment=assessment,
        put_in=put_in(truth, assessment) if truth and assessment else None,
    )


def edit_assessment(
    assessment: Assessment,
    *,
    command: str,
    ran_at: int,
    truth: Truth | None = None,
) -> Report:
    """Compose the report on a verdict alone, e.g. of a reader's own table."""
    return compose(
        {},
        repositories=(),
        coverage=(),
        run=Run(
            tool_version=__version__,
            digest=assessment.panel_digest,
            ran_at=ran_at,
            command=command,
        ),
        definitions=(),
        assessment=assessment,
        put_in=put_in(truth, assessment) if truth else None,
    )


def put_in(truth: Truth, assessment: Assessment) -> dict[str, float]:
    """Return what each outcome's estimate should come near: on its scale, over its horizon."""
    asked = (assessment.primary, *assessment.guardrails, *assessment.exploratory)
    found = {each.question.outcome: _true(truth, each.question) for each in asked}
    return {outcome: value for outcome, value in found.items() if value is not None}


def _true(truth: Truth, question: Question) -> float | None:
    known = truth.outcomes.get(question.outcome)
    if known is None:
        return None
    if question.horizon is not None:
        known = known.within(question.horizon)
    if question.scale == "log":
        return None if known.log is None else math.expm1(known.log)
    return known.level if question.scale == "level" else known.proportional


def write(report: Report, form: Literal["html", "md", "json"], output: Path) -> tuple[str, ...]:
    """Write the report to `output`, whole or not at all, and return its answer in a few lines.

    Raises
    ------
    ReportError
        The file cannot be written.
    """
    put(_RENDERERS[form](report), output)
    return tuple(terminal_lines(report, output)[:-1])


def put(text: str, output: Path) -> None:
    """Write a page to `output`, whole or not at all.

    Raises
    ------
    ReportError
        The file cannot be written.
    """
    unfinished = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(output)
    except OSError as error:
        raise ReportError(
            f"The report cannot be written to {output}: {error.strerror}.",
            hint="Name another file with --output.",
        ) from error


def rows_of(tables: Tables) -> dict[str, int]:
    """Return the tables of other sources than git that have rows, each with at least one."""
    wanted = {name for source in SOURCES for name in source.tables}
    return {name: 1 for name in wanted & set(TABLES) if tables.has(name)}


def coverage_rows(tables: Tables) -> Iterator[CoverageRow]:
    """Yield what was looked for and what was seen, as collected."""
    columns = ["repository_id", "subject", "expected", "seen", "skipped", "reason", "remedy"]
    for row in tables.arrow("coverage", columns).to_pylist():
        yield CoverageRow(**row)


def subjects(tables: Tables) -> Iterator[Subject]:
    """Yield every repository, as a reader calls it."""
    rows = tables.arrow("repository", ["repository_id", "name", "head_commit_id"]).to_pylist()
    for row in sorted(rows, key=lambda row: str(row["repository_id"])):
        yield Subject(
            repository_id=row["repository_id"],
            name=row["name"],
            head=(row["head_commit_id"] or "").rpartition(":")[2],
        )


def _definition(metric: Metric) -> Definition:
    return Definition(
        metric=metric.name,
        version=metric.version,
        question=metric.question,
        definition=metric.definition,
        unit=metric.unit.name,
        kind=metric.kind,
        references=metric.references,
        caveats=metric.caveats,
    )
