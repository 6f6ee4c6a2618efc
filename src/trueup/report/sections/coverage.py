"""What we saw: how much of each kind of record, and each repository beside the others."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model.evidence import Abstention, Measurement, Window
from trueup.report import names
from trueup.report.document import CoverageLine, CoverageTable, Section, Table
from trueup.report.sentence import Name, Sentence
from trueup.report.view import CoverageRow, View
from trueup.units import COUNT

FEW = 3
"""Up to so many repositories each has its own rows of coverage; `trueup doctor` lists them all."""


def repositories(view: View) -> Section | None:
    """Return one row for each repository; nothing where there is only one."""
    if not view.apart:
        return None
    rows = tuple(
        (
            name,
            known.one(names.MARKED_COMMITS),
            known.one(names.LANDED),
            known.one(names.LANDED_TO_RELEASED, quantile="0.5"),
            known.one(names.SURVIVAL_DIFFERENCE, age_days="90"),
            known.one(names.REVERTED),
        )
        for name, known in view.each()
    )
    table = Table(
        caption=Sentence(
            template="Every repository on its own. They differ in age, kind and custom: "
            "this is no ranking."
        ),
        columns=(
            "Repository",
            "Commits marked",
            "Changes landed",
            "Half released within",
            "Line survival, difference",
            "Reverted",
        ),
        rows=rows,
    )
    return Section(id="repositories", heading="Each repository", blocks=(table,))


def coverage(view: View) -> Section:
    """Return what was looked for, seen and skipped."""
    few = len(view.repositories) <= FEW
    lines = tuple(_line(view, row) for row in (view.coverage if few else _summed(view.coverage)))
    intro = Sentence(
        template="Coverage comes before every number: what is missing here is missing below."
        if lines
        else "Nothing could be read, so nothing below is known."
    )
    blocks = (intro, CoverageTable(rows=lines)) if lines else (intro,)
    return Section(id="coverage", heading="What we saw", blocks=blocks)


def _summed(rows: Sequence[CoverageRow]) -> list[CoverageRow]:
    """Add up the rows of many repositories, subject by subject; holes keep their first reason."""
    by_subject: dict[str, list[CoverageRow]] = {}
    for row in rows:
        by_subject.setdefault(row.subject, []).append(row)
    return [
        _sum(subject, same) if len(same) > 1 else same[0] for subject, same in by_subject.items()
    ]


def _sum(subject: str, rows: Sequence[CoverageRow]) -> CoverageRow:
    expected = [row.expected for row in rows if row.expected is not None]
    told = [row for row in rows if row.reason]
    return CoverageRow(
        repository_id=f"{len(rows)} repositories",
        subject=subject,
        expected=sum(expected) if len(expected) == len(rows) else None,
        seen=sum(row.seen for row in rows),
        skipped=sum(row.skipped for row in rows),
        reason=f"in {len(told)} of them, such as: {told[0].reason}" if told else "",
        remedy=told[0].remedy if told else "",
    )


def _line(view: View, row: CoverageRow) -> CoverageLine:
    named = {each.repository_id: each.name for each in view.repositories}
    window = _window(view, row.repository_id)
    expected: Measurement | Abstention = Abstention(
        metric="records_expected_count",
        reason="How many there should be is not known.",
        remedy="Nothing: absence cannot be counted here.",
        group=_group(row),
    )
    if row.expected is not None:
        expected = _count("records_expected_count", row.expected, row, window)
    return CoverageLine(
        repository=Name(named.get(row.repository_id, row.repository_id)),
        subject=row.subject,
        seen=_count("records_seen_count", row.seen, row, window),
        expected=expected,
        skipped=_count("records_skipped_count", row.skipped, row, window),
        reason=row.reason,
        remedy=row.remedy,
    )


def _group(row: CoverageRow) -> tuple[tuple[str, str], ...]:
    return (("repository", row.repository_id), ("subject", row.subject))


def _count(metric: str, value: int, row: CoverageRow, window: Window) -> Measurement:
    return Measurement(
        metric=metric,
        version=1,
        value=float(value),
        unit=COUNT,
        interval=None,
        no_interval_because="complete count",
        n=value,
        n_of=row.subject,
        window=window,
        coverage=min(1.0, row.seen / row.expected) if row.expected else None,
        source="git",
        group=_group(row),
    )


def _window(view: View, repository_id: str) -> Window:
    """Return the longest window measured there: coverage speaks of all that was read."""
    windows = [
        finding.window
        for findings in view.findings.values()
        for finding in findings
        if finding.window is not None
        and dict(finding.group).get("repository", repository_id) == repository_id
    ]
    now = Window(start_at=view.run.ran_at, end_at=view.run.ran_at)
    return max(windows, key=lambda window: window.days, default=now)
