"""Findings become a report, in the order a reader needs them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.model.effect import Estimate
from trueup.report.document import Definition, Footer, Report, Section
from trueup.report.findings import Findings
from trueup.report.sections.advice import limits, monday, unknowns
from trueup.report.sections.answer import answer, scale, strip
from trueup.report.sections.coverage import coverage as saw
from trueup.report.sections.coverage import repositories as side_by_side
from trueup.report.sections.exposure import exposure
from trueup.report.sections.flow import flow
from trueup.report.sections.method import method
from trueup.report.sections.quality import quality
from trueup.report.sections.unfilled import effects, money
from trueup.report.view import CoverageRow, Run, Subject, View


def compose(
    findings: Findings,
    *,
    repositories: Sequence[Subject],
    coverage: Sequence[CoverageRow],
    run: Run,
    definitions: Sequence[Definition],
) -> Report:
    """Return the report on `findings`.

    Parameters
    ----------
    findings
        By metric; the ``repository`` member of each group says whose, none means everything.
    repositories
        All that were read, in the order to show them.
    coverage
        What was looked for and seen in each.
    run
        When, with what and on which rows.
    definitions
        Of every metric in `findings`.
    """
    view = View(
        findings=findings,
        repositories=tuple(repositories),
        coverage=coverage,
        run=run,
        definitions=definitions,
    )
    sections = tuple(section for section in _sections(view) if section is not None)
    draft = _report(view, sections)
    metrics = [shown.metric for shown in draft.shown() if not isinstance(shown, Estimate)]
    return _report(view, (*sections, method(view, metrics)))


def _sections(view: View) -> Iterator[Section | None]:
    yield side_by_side(view)
    yield saw(view)
    yield exposure(view)
    yield flow(view)
    yield quality(view)
    yield money()
    yield effects()
    yield limits(view)
    yield monday(view)
    yield unknowns(view)


def _report(view: View, sections: tuple[Section, ...]) -> Report:
    return Report(
        title="What git can say about AI use",
        subject=view.subject,
        answer=answer(view),
        scale=scale(view),
        strip=strip(view),
        sections=sections,
        footer=Footer(
            tool_version=view.run.tool_version,
            digest=view.run.digest,
            frozen_plan=view.run.frozen_plan,
            ran_at=view.run.ran_at,
            ran_on=tuple((each.name, each.repository_id, each.head) for each in view.repositories),
            command=view.run.command,
        ),
    )
