"""What the doctor says, as lines for a terminal and as plain values for a machine."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trueup.cli.answers import plain
from trueup.cli.findings import NO_BREAK, describe
from trueup.model.evidence import Abstention
from trueup.report import words
from trueup.report.saying import diagnoses as remedies

if TYPE_CHECKING:
    from trueup.diagnose.diagnosis import Diagnosis, Remedy
    from trueup.diagnose.examining import Diagnosed

_WIDTH = 96
_INDENT = 14


def diagnosed_as_json(found: Diagnosed) -> dict[str, Any]:
    """Return all of it as plain values."""
    return {
        "found": [plain(one) | {"best": plain(one.best)} for one in found.found],
        "absent": [plain(one) for one in found.absent],
        "untold": [describe(one) for one in found.untold],
    }


def diagnosed_in_words(found: Diagnosed) -> Iterator[str]:
    """Say what is found, then what is not, then what cannot be told."""
    if not found.found:
        yield "Nothing that was looked for is found."
    for place, one in enumerate(found.found, start=1):
        yield from ("",) if place > 1 else ()
        yield from (line.replace(NO_BREAK, " ") for line in _found(place, one))
    named = [("Not found", [(a.mechanism, a.because) for a in found.absent])]
    named += [(words.capital(words.CANNOT_TELL), [(a.metric, _why(a)) for a in found.untold])]
    for heading, rows in named:
        if rows:
            yield ""
            yield heading
        for name, says in rows:
            yield from _hung("  ", f"{_called(name)}: {says}".replace(NO_BREAK, " "), indent=4)


def _why(found: Any) -> str:
    return f"{found.reason} {found.remedy}"


def _found(place: int, one: Diagnosis) -> Iterator[str]:
    yield from _hung(f"{place}. ", f"{one.claim} [{one.strength}]", indent=3)
    for piece in one.evidence:
        head = "Seen" if piece.speaks == "for" else "Against it"
        yield from _line(head, remedies.evidence(piece))
    for rival in one.rivals:
        yield from _line("Or", remedies.rival(rival))
    for each in one.remedies:
        does = each.intervention.does
        yield from _line(_worth(each), f"{does}: {remedies.gain(each)}")
    if one.best:
        yield from _line("Watch", one.best.intervention.watch)
    for observation in one.would_change:
        yield from _line("Unless", observation)


def _worth(remedy: Remedy) -> str:
    if isinstance(remedy.gain, Abstention):
        return "Try"
    return "Do" if remedy.helps else "No use"


def _called(mechanism: str) -> str:
    return words.capital(mechanism.replace("_", " "))


def _line(head: str, text: str) -> Iterator[str]:
    yield from _hung(f"   {head}".ljust(_INDENT), text, indent=_INDENT)


def _hung(head: str, text: str, *, indent: int) -> Iterator[str]:
    yield from textwrap.wrap(
        text, _WIDTH, initial_indent=head, subsequent_indent=" " * indent, break_on_hyphens=False
    )
