"""Findings as lines for a terminal and as plain values for a machine."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from trueup.model.evidence import Abstention, Measurement

if TYPE_CHECKING:
    from trueup.model.evidence import Finding, Window


def in_words(findings: Iterable[Finding]) -> Iterator[str]:
    """Say each finding in a line or two: the value, how sure, on what it rests."""
    for finding in findings:
        yield from _lines(finding)


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
    about = ", ".join(f"{name} {member}" for name, member in finding.group) or "everything"
    span = f", {_days(finding.window)}" if finding.window else ""
    if isinstance(finding, Abstention):
        yield f"{about}: cannot tell. {finding.reason}"
        yield f"    {finding.remedy}"
        return
    yield f"{about}: {finding.say()} ({finding.say_interval()})"
    seen = "" if finding.coverage is None else f", {100 * finding.coverage:.0f} % seen"
    yield f"    {finding.n:,} {finding.n_of}{seen}{span}"


def _days(window: Window) -> str:
    first, last = (
        dt.datetime.fromtimestamp(at / 1_000_000, dt.UTC).date()
        for at in (window.start_at, window.end_at)
    )
    return f"{first} to {last}"
