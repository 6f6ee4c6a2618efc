"""The same answer in at most eight lines, then the path of the file."""

from __future__ import annotations

from pathlib import Path

from trueup.model.effect import Estimate
from trueup.model.evidence import Measurement
from trueup.report import names
from trueup.report.document import Report, ScaleRow
from trueup.report.scrutiny import Checks
from trueup.report.words import interval_of, short_between, short_of, value_of

LINES = 8
"""At most so many lines, however much there is to say."""


def terminal_lines(report: Report, path: Path) -> list[str]:
    """Return the answer for a terminal: at most eight lines, and where the report is.

    Sentences first, then the four rows, then how checks ended and by which plan, then the sources
    seen. That an organisation is made up is said before anything else. Text is not wrapped.
    """
    rows = [_row(row) for row in report.scale.rows]
    last = [_sources(report)]
    if report.gates is not None:
        last = [_checked(report.gates)] if report.notice else [_checked(report.gates), *last]
    last[0] += _plan(report)
    room = LINES - len(rows) - len(last) - bool(report.notice)
    notice = [report.notice] if report.notice else []
    sentences = [_plain(sentence.text()) for sentence in report.answer][: max(1, min(3, room))]
    lines = [*notice, *sentences, *rows, *last]

    return [*lines[:LINES], str(path)]


def _row(row: ScaleRow) -> str:
    said = _plain(value_of(row.outcome))
    if isinstance(row.outcome, Measurement):
        said += f" ({_plain(interval_of(row.outcome))}), an association"
    elif isinstance(row.outcome, Estimate):
        said = f"{_plain(short_of(row.outcome))} ({_plain(short_between(row.outcome))})"
        if row.naive is not None:
            said += f", dashboard {_plain(short_of(row.naive))}"
    return f"{row.named + ':':<11} {said} ({row.measured})"


def _checked(gates: Checks) -> str:
    """Say how many checks ended which way, and name those that did not hold."""
    held = sum(line.check.answer == "holds" for line in gates.lines)
    said = [f"{held} of {len(gates.lines)} hold"]
    for answer in ("fails", "weak", "cannot tell"):
        which = [
            names.check(each.check.name) for each in gates.lines if each.check.answer == answer
        ]
        if which:
            said.append(f"{answer}: {', '.join(which)}")
    return f"Checks: {'; '.join(said)}."


def _plan(report: Report) -> str:
    """Say by which plan, where there is a verdict or a plan that could not be answered."""
    found = report.assessment
    if found is not None:
        return " ".join((f" Plan: {found.standing.says}.", *found.standing.flags[:1]))
    kept = report.footer.frozen_plan
    return f" Plan: {kept}" if kept.startswith("registered") else ""


def _sources(report: Report) -> str:
    absent = [each.name for each in report.strip.sources if each.status == "not connected"]
    seen = [
        f"{each.name} ({each.status})"
        for each in report.strip.sources
        if each.status != "not connected"
    ]
    rest = f" Not connected: {', '.join(absent)}." if absent else ""
    return f"Seen: {', '.join(seen) or 'nothing'}.{rest}"


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
