"""The same answer in at most eight lines, then the path of the file."""

from __future__ import annotations

from pathlib import Path

from trueup.model.evidence import Abstention
from trueup.report.document import Report, ScaleRow
from trueup.report.words import interval_of, value_of

LINES = 8
"""At most so many lines, however much there is to say."""


def terminal_lines(report: Report, path: Path) -> list[str]:
    """Return the answer for a terminal: at most eight lines, and where the report is.

    Sentences first, then the four rows, then the sources seen. Text is not wrapped.
    """
    sentences = [_plain(sentence.text()) for sentence in report.answer][:3]
    rows = [_row(row) for row in report.scale.rows]
    lines = [*sentences, *rows, _sources(report)]

    return [*lines[:LINES], str(path)]


def _row(row: ScaleRow) -> str:
    said = _plain(value_of(row.outcome))
    if not isinstance(row.outcome, Abstention):
        said += f" ({_plain(interval_of(row.outcome))}), an association"
    return f"{row.label + ':':<12}{said} ({row.measure})"


def _sources(report: Report) -> str:
    absent = [each.name for each in report.strip.sources if each.status == "not connected"]
    seen = [
        f"{each.name} ({each.status})"
        for each in report.strip.sources
        if each.status != "not connected"
    ]
    return f"Seen: {', '.join(seen) or 'nothing'}. Not connected: {', '.join(absent)}."


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")
