"""Findings as lines for a terminal and as plain values for a machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from trueup.model.evidence import Abstention, Measurement
from trueup.report import words

if TYPE_CHECKING:
    from trueup.measure.comparing.beside import Beside, BesidePublished
    from trueup.model.evidence import Finding

NO_BREAK = "\u00a0"
"""A space lines may not be broken at; a terminal has its own idea of that."""


def in_words(findings: Iterable[Finding]) -> Iterator[str]:
    """Say each finding in a line or two: the value, how sure, on what it rests."""
    for finding in findings:
        for line in _lines(finding):
            yield line.replace(NO_BREAK, " ")


def describe(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values; ``kind`` tells a measurement from an abstention."""
    plain = {
        "kind": type(finding).__name__.lower(),
        **dataclasses.asdict(finding),
        "group": dict(finding.group),
    }
    if isinstance(finding, Measurement):
        plain["unit"] = finding.unit.name
        plain["said"] = finding.say()
    return plain


def _lines(finding: Finding) -> Iterator[str]:
    about = words.group_of(finding.group)
    yield f"{about}: {words.value_of(finding)} ({words.interval_of(finding)})"
    if isinstance(finding, Abstention):
        yield f"    {finding.remedy}"
        return
    seen = "" if finding.coverage is None else f", {100 * finding.coverage:.0f} % seen"
    yield f"    {words.items_of(finding)}{seen}, {words.span(finding.window)}"


def beside_in_words(found: BesidePublished) -> Iterator[str]:
    """Say each row in a few lines: from least to most use, the change, what was published."""
    yield f"Use is {found.use}; at most {found.compared} units could be compared."
    yield "A change is a correlation within units over time: whatever else changed is in it too."
    for row in found.rows:
        yield ""
        yield f"{words.capital(row.figure.title)} ({row.figure.row}, {row.figure.edition})"
        for line in _lines_beside(row):
            yield f"    {line}".replace(NO_BREAK, " ")


def _lines_beside(row: Beside) -> Iterator[str]:
    low, high, change = row.low, row.high, row.change
    yield f"Last year: {words.value_of(row.now)} ({words.interval_of(row.now)})"
    if isinstance(low, Measurement) and isinstance(high, Measurement):
        ends = words.ends_of(low, high)
        yield f"Least to most use: {ends[0]} to {ends[1]}"
    if isinstance(row.now, Measurement) or isinstance(change, Measurement):
        n = f"; {words.items_of(change)}" if isinstance(change, Measurement) else ""
        yield f"Change: {words.value_of(change)} ({words.interval_of(change)}){n}"
    yield f"Published: {row.figure.figure} ({row.figure.status}, {row.figure.link})"


def beside_as_json(found: BesidePublished) -> dict[str, Any]:
    """Return all rows as plain values."""
    return {
        "units": found.kind,
        "compared": found.compared,
        "use": found.use,
        "rows": [_beside(row) for row in found.rows],
    }


def _beside(row: Beside) -> dict[str, Any]:
    sums = row.change_of_sums
    return {
        "published": dataclasses.asdict(row.figure) | {"group": dict(row.figure.group)},
        "now": describe(row.now),
        "low": describe(row.low),
        "high": describe(row.high),
        "change": describe(row.change),
        "change_of_sums": None if sums is None else describe(sums),
        "outcome": row.outcome,
    }
