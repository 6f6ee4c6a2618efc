"""Findings become a report, in the order a reader needs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trueup.estimate.assessment import Assessment
from trueup.report.document import Definition, Footer, Report, Section
from trueup.report.findings import Findings
from trueup.report.sections.advice.limits import limits
from trueup.report.sections.advice.monday import monday
from trueup.report.sections.advice.unknowns import unknowns
from trueup.report.sections.answer import SOURCES, answer, scale, strip
from trueup.report.sections.balance import verdict
from trueup.report.sections.balance.beside import beside
from trueup.report.sections.balance.dose import dose, moderators
from trueup.report.sections.balance.outcomes import effects
from trueup.report.sections.balance.trust import checks, needs, truth
from trueup.report.sections.coverage import coverage as saw
from trueup.report.sections.coverage import repositories as side_by_side
from trueup.report.sections.delivery.defects import defects
from trueup.report.sections.delivery.links import links
from trueup.report.sections.delivery.published import published
from trueup.report.sections.delivery.review import review
from trueup.report.sections.delivery.users import users
from trueup.report.sections.delivery.work import work
from trueup.report.sections.experiment import experiment
from trueup.report.sections.exposure import exposure
from trueup.report.sections.flow import flow
from trueup.report.sections.folding import fold
from trueup.report.sections.method import method
from trueup.report.sections.offloading import offloading
from trueup.report.sections.practice import practice
from trueup.report.sections.quality import quality
from trueup.report.sections.spend.gains import gains
from trueup.report.sections.spend.money import money
from trueup.report.sections.surveys import surveys
from trueup.report.sections.unfilled import no_effects
from trueup.report.view import CoverageRow, Records, Run, Subject, View


def compose(
    findings: Findings,
    *,
    repositories: Sequence[Subject],
    coverage: Sequence[CoverageRow],
    run: Run,
    definitions: Sequence[Definition],
    records: Records | None = None,
    assessment: Assessment | None = None,
    put_in: Mapping[str, float] | None = None,
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
    records
        What is recorded besides git; None where that is all.
    assessment
        What the balance said. Without it the page makes no claim of cause.
    put_in
        The truth of a made-up organisation, by outcome: a proportion, or in the outcome's unit
        where its question is on the scale ``level``.
    """
    view = View(
        findings=findings,
        repositories=tuple(repositories),
        coverage=coverage,
        run=run,
        definitions=definitions,
        records=records or Records(),
        assessment=assessment,
        truth=put_in,
    )
    sections = tuple(fold(section) for section in _sections(view) if section is not None)
    draft = _report(view, sections)
    return _report(view, (*sections, fold(method(view, draft.shown()))))


def _sections(view: View) -> Iterator[Section | None]:
    yield from () if view.is_table_alone else _measured(view)
    yield from (no_effects(view),) if view.assessment is None else _weighed(view, view.assessment)
    yield experiment(view)
    yield gains(view)
    yield published(view)
    yield None if view.is_table_alone else limits(view)
    yield monday(view)
    yield unknowns(view)


def _measured(view: View) -> Iterator[Section | None]:
    yield side_by_side(view)
    yield saw(view)
    yield links(view)
    yield exposure(view)
    yield flow(view)
    yield users(view)
    yield review(view)
    yield work(view)
    yield quality(view)
    yield defects(view)
    yield money(view)
    yield practice(view)
    yield offloading(view)
    yield surveys(view)


def _weighed(view: View, assessment: Assessment) -> Iterator[Section | None]:
    yield truth(assessment, view.truth)
    yield effects(assessment)
    yield dose(assessment)
    yield moderators(assessment)
    yield checks(assessment)
    yield needs(assessment)
    yield beside(assessment)


def _report(view: View, sections: tuple[Section, ...]) -> Report:
    found = view.assessment
    if found is None:
        return Report(
            title=_title(view),
            subject=view.subject,
            answer=answer(view),
            scale=scale(view),
            strip=strip(view),
            sections=sections,
            footer=_footer(view),
        )
    return Report(
        title=verdict.title(found),
        subject=view.subject,
        answer=verdict.answer(found),
        scale=verdict.scale(found),
        gates=verdict.gates(found),
        strip=strip(view),
        sections=sections,
        footer=_footer(view),
        notice=verdict.notice(found),
        assessment=found,
    )


def _title(view: View) -> str:
    others = (table for kind in SOURCES for table in kind.tables)
    return f"What {'the records' if view.holds(*others) else 'git'} can say about AI use"


def _footer(view: View) -> Footer:
    found = view.assessment
    plan, panel = view.run.unweighed or "not registered", ""
    if found is not None:
        look = f"look {found.look} of {found.looks}; {found.plan}"
        plan = " ".join((f"{found.standing.says}; {look}.", *found.standing.flags))
        panel = f"{found.source}, {found.panel_digest}, seed {found.seed}"
    return Footer(
        tool_version=view.run.tool_version,
        digest=view.run.digest,
        frozen_plan=plan,
        ran_at=view.run.ran_at,
        ran_on=tuple((each.name, each.repository_id, each.head) for each in view.repositories),
        command=view.run.command,
        panel=panel,
    )
