"""Prose that cannot smuggle a number: a template without digits, and slots for evidence."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Literal

from trueup.errors import NakedNumber, ReportError
from trueup.estimate.studies import Study
from trueup.model.effect import Estimate
from trueup.model.evidence import Abstention
from trueup.model.simulated import Simulated
from trueup.report.words import (
    Shown,
    group_of,
    interval_of,
    items_of,
    month,
    plain,
    span,
    typeset,
    uncapital,
    unit_of,
    value_of,
)

_DIGIT = re.compile(r"\d")
_CAUSAL = re.compile(
    r"\b(effects?|affect(s|ed)?|impact(s|ed)?|caus(e|es|ed|al|ing))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Name:
    """What something is called (a repository, a tool, a branch); it may contain digits."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A number that belongs to a definition and was not measured.

    Parameters
    ----------
    text
        As a reader sees it, e.g. ``"90 days"``.
    by
        Which definition it belongs to, e.g. the metric's name.
    """

    text: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """Words as the balance wrote them, numbers and all.

    Parameters
    ----------
    by
        Which part of it wrote them, e.g. ``"verdict"`` or ``"check pre_trend"``.
    """

    text: str
    by: str


Filling = Shown | Name | Defined | Quoted


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a sentence, and the evidence it says, if any."""

    text: str
    shown: Shown | None = None
    quiet: bool = False
    """Whether it goes with a number said elsewhere (a date, a reason) and needs no mark."""
    filling: Name | Defined | Quoted | None = None
    """Whose words these are, where they are neither the template's nor evidence's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A template with named slots, each filled by evidence, a name or a defined number.

    Words the balance wrote stand in a slot whole, or inside a sentence with ``{why:inline}``.
    A slot ``{share}`` says the value; ``{share:interval}``, ``{share:low}``,
    ``{share:high}``, ``{share:n}``, ``{share:since}``,
    ``{share:window}``, ``{share:bare}`` (no qualifier), ``{share:size}`` (no sign),
    ``{share:month}``, ``{share:reason}``, ``{share:remedy}`` and ``{share:cannot}`` ("cannot be
    told") say what goes with it.

    Raises
    ------
    NakedNumber
        The template holds a digit: a number without its evidence.
    ReportError
        A slot has no filling, or the words claim a cause without an estimate.
    """

    template: str
    values: Mapping[str, Filling] = field(default_factory=lambda: MappingProxyType({}))
    tone: Literal["headline", "lead", "body", "note"] = "body"

    def __post_init__(self) -> None:
        for literal, slot, _ in slots_of(self.template):
            if _DIGIT.search(literal):
                raise NakedNumber(
                    f"The words {literal.strip()!r} hold a number without evidence.",
                    hint="Put a slot there and fill it with a measurement.",
                )
            if slot and slot not in self.values:
                raise ReportError(f"The slot {slot!r} is empty.", hint="Give it evidence.")
        claims_cause = _CAUSAL.search(self.template)
        if claims_cause and not any(isinstance(v, Estimate) for v in self.values.values()):
            raise ReportError(
                f"The word {claims_cause.group(0)!r} needs an estimate beside it.",
                hint="Say what was seen, or call it an association.",
            )

    def parts(self) -> Iterator[Part]:
        """Yield the sentence in reading order, each number with its evidence."""
        for literal, slot, how in slots_of(self.template):
            if literal:
                yield Part(text=literal)
            if slot:
                yield said(self.values[slot], how)

    def text(self) -> str:
        """Return the sentence as plain text."""
        return "".join(part.text for part in self.parts())

    def shown(self) -> tuple[Shown, ...]:
        """Return the evidence in the sentence, in reading order."""
        return tuple(part.shown for part in self.parts() if part.shown is not None)


def how_sure(slot: str, shown: Shown) -> str:
    """Return words for a template that say what else would fit, or why that is not known.

    >>> from trueup.model.evidence import Abstention
    from trueup.model.simulated import Simulated
    >>> how_sure("x", Abstention(metric="", reason="", remedy=""))
    ''
    """
    if isinstance(shown, Abstention | Study):
        return ""
    if shown.interval is None:
        return f" (no interval: {{{slot}:interval}})"
    return f" (anything from {{{slot}:interval}} fits)"


def what_fits(slot: str, shown: Shown) -> str:
    """Return words for a template that say what else would fit, open ends and all.

    >>> from trueup.model.evidence import Abstention
    from trueup.model.simulated import Simulated
    >>> what_fits("x", Abstention(metric="", reason="", remedy=""))
    ''
    """
    if isinstance(shown, Abstention | Study) or shown.interval is None:
        return ""
    low, high = math.isfinite(shown.interval.low), math.isfinite(shown.interval.high)
    if low and high:
        return f"anything from {{{slot}:interval}} fits"
    if low or high:
        return f"anything {'above' if low else 'below'} {{{slot}:{'low' if low else 'high'}}} fits"
    return "and no value is ruled out"


def slots_of(template: str) -> Iterator[tuple[str, str, str]]:
    """Yield literal text, slot name and slot detail; the last two may be empty."""
    for literal, slot, how, _ in Formatter().parse(template):
        yield literal, slot or "", how or ""


def said(filling: Filling, how: str = "") -> Part:
    """Say one filling the way the slot asks for."""
    if isinstance(filling, Quoted):
        text = typeset(filling.text)
        words = uncapital(_inline(text)) if how == "inline" else text
        return Part(text=words, filling=filling)
    if isinstance(filling, Name | Defined):
        return Part(text=filling.text, filling=filling)
    if how not in _WAYS:
        raise ReportError(
            f"A slot cannot say {how!r} of its evidence.",
            hint=f"Use one of: {', '.join(sorted(_WAYS))}.",
        )
    return Part(text=_WAYS[how](filling), shown=filling, quiet=how in _QUIET)


def _size(shown: Shown) -> str:
    if isinstance(shown, Abstention | Study):
        return value_of(shown)
    return plain(abs(shown.value), unit_of(shown))


def _end(shown: Shown, name: str) -> str:
    if isinstance(shown, Abstention | Study) or shown.interval is None:
        return value_of(shown)
    return plain(getattr(shown.interval, name), unit_of(shown))


def _since(shown: Shown) -> str:
    window = None if isinstance(shown, Study | Simulated) else shown.window
    return month(window.start_at) if window else ""


def _month(shown: Shown) -> str:
    named = () if isinstance(shown, Estimate | Study) else shown.group
    return group_of(tuple(pair for pair in named if pair[0] == "month"))


def _inline(text: str) -> str:
    """Let a whole sentence stand inside another: no final stop."""
    return text.rstrip(". ")


def _reason(shown: Shown) -> str:
    return uncapital(_inline(typeset(shown.reason))) if isinstance(shown, Abstention) else ""


def _remedy(shown: Shown) -> str:
    return _inline(typeset(shown.remedy)) if isinstance(shown, Abstention) else ""


_QUIET = frozenset({"since", "window", "month", "reason", "remedy"})

_WAYS: Mapping[str, Callable[[Shown], str]] = MappingProxyType(
    {
        "": value_of,
        "bare": lambda shown: value_of(shown, bare=True),
        "size": _size,
        "interval": interval_of,
        "low": lambda shown: _end(shown, "low"),
        "high": lambda shown: _end(shown, "high"),
        "n": items_of,
        "since": _since,
        "window": lambda shown: "" if isinstance(shown, Study | Simulated) else span(shown.window),
        "month": _month,
        "cannot": lambda _: "cannot be told",
        "reason": _reason,
        "remedy": _remedy,
    }
)
