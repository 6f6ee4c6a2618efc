"""Findings as lines for a terminal and as plain values for a machine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from trueup.model.evidence import Abstention, Measurement
from trueup.report import words

if TYPE_CHECKING:
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
