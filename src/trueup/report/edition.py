"""One edition of the report: measured findings and what was read, composed and written down."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from trueup import __version__
from trueup.errors import ReportError
from trueup.measure.metric import Metric
from trueup.measure.repository import RepositoryFindings
from trueup.report.compose import compose
from trueup.report.document import Definition, Report
from trueup.report.renderers.html import render_html
from trueup.report.renderers.json import render_json
from trueup.report.renderers.markdown import render_markdown
from trueup.report.terminal import terminal_lines
from trueup.report.view import CoverageRow, Run, Subject
from trueup.store.reading import Tables

_RENDERERS = {"html": render_html, "md": render_markdown, "json": render_json}


def edit(
    measured: RepositoryFindings, tables: Tables, *, locations: Sequence[Path], ran_at: int
) -> Report:
    """Compose the report on what was measured.

    Parameters
    ----------
    tables
        The generation it was measured on.
    locations
        As the reader named them, to say how to run it again.
    ran_at
        Epoch microseconds UTC.
    """
    return compose(
        measured.findings,
        repositories=tuple(subjects(tables)),
        coverage=tuple(coverage_rows(tables)),
        run=Run(
            tool_version=__version__,
            digest=tables.digest,
            ran_at=ran_at,
            command=shlex.join(["trueup", "report", *map(str, locations)]),
        ),
        definitions=tuple(_definition(metric) for metric in measured.metrics),
    )


def write(report: Report, form: Literal["html", "md", "json"], output: Path) -> tuple[str, ...]:
    """Write the report to `output`, whole or not at all, and return its answer in a few lines.

    Raises
    ------
    ReportError
        The file cannot be written.
    """
    text = _RENDERERS[form](report)
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
    return tuple(terminal_lines(report, output)[:-1])


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
