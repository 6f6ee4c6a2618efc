"""What lines of logs could not be read, said as coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from trueup.collect.ai.logs.growing import Mark
from trueup.collect.ai.logs.lines import PARTLY
from trueup.collect.recorded import Note

_MOST_TOLD = 12


def lines_note(source: str, marks: Iterable[Mark]) -> Note:
    """Say how many lines of the logs of a source were read, and what was wrong with the others.

    Parameters
    ----------
    marks
        Of every file that is there, whether it changed or not.
    """
    lines, faults = 0, Counter[str]()
    for mark in marks:
        lines += mark.lines
        faults.update(mark.faults)
    skipped = sum(count for reason, count in faults.items() if reason not in PARTLY)
    told = [f"{reason} ({count})" for reason, count in faults.most_common(_MOST_TOLD)]
    if len(faults) > _MOST_TOLD:
        told.append(f"and {len(faults) - _MOST_TOLD} more reasons")
    return Note(
        subject=f"lines of logs of {source}",
        expected=lines,
        seen=lines - skipped,
        skipped=skipped,
        reason="; ".join(told),
        remedy="Report types of lines that are not known; their keys are kept." if faults else "",
    )
