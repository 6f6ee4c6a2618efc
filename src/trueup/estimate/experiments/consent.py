"""The list of those who consented, as somebody writes it, and the schedule they get back."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import EstimateError

CONSENT = (
    "Taking part is voluntary. Nobody has to say why they do not.",
    "Whoever takes part may stop on any day, without a reason: trueup experiment stop.",
    "Nothing is reported of a person: not what they did, not whether they kept to their days.",
    "Whoever operates trueup here holds the records, under pseudonyms, and could tell whose.",
    "What is read is when work began and ended, and whether an AI tool was used on a day.",
    "On a day without AI use none: no completion, no chat, no agent. Else do as is usual.",
    "Do not put work off to another day because of the lot, nor bring it forward.",
)
"""What those who are asked to take part are told; stands above every schedule."""
_MOST = 5
"""Names said in one error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A line of the list: a person as the list names them, and a task of theirs if lots are by it.

    Held in memory alone: what is stored is a pseudonym.
    """

    person: str
    task: str = ""


def read_consenting(path: Path, *, by_task: bool) -> tuple[Named, ...]:
    """Read the list: a CSV file with a column ``person`` and, where lots are by it, ``task``.

    A file without commas and without that heading is read as one person a line.

    Raises
    ------
    EstimateError
        It cannot be read, lacks a column, or names somebody or a task twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in file.read().splitlines() if line.strip(" ,")]
    except (OSError, UnicodeDecodeError) as error:
        raise EstimateError(
            f"The list {path} cannot be read: {error}.", hint="Name a CSV file you may read."
        ) from error
    if lines and "," not in lines[0] and lines[0].strip().lower() != "person":
        lines = ["person", *lines]
    rows = list(csv.DictReader(lines))
    found = [_named(row, path, by_task=by_task) for row in rows]
    keys = [each.task if by_task else each.person.lower() for each in found]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise EstimateError(
            f"{path} names {', '.join(twice[:_MOST])} twice.", hint="Name each once."
        )
    if not found:
        raise EstimateError(f"{path} names nobody.", hint="Write one person a line.")
    return tuple(found)


def _named(row: dict[str, str | None], path: Path, *, by_task: bool) -> Named:
    cells = {str(name).strip().lower(): (value or "").strip() for name, value in row.items()}
    for column in ("person", *(("task",) if by_task else ())):
        if not cells.get(column):
            raise EstimateError(
                f"A line of {path} has no {column}.",
                hint=f"Give it a column {column!r}, filled in every line.",
            )
    return Named(person=cells["person"], task=cells.get("task", ""))


def write_schedule(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write the schedule people are to see, what they are asked to consent to above it.

    Readable by its owner alone, as it bears names. A file that is there is never replaced.

    Raises
    ------
    EstimateError
        There is a file already, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            path.chmod(0o600)
            file.writelines(f"# {line}\n" for line in CONSENT)
            csv.writer(file, lineterminator="\n").writerows([heading, *rows])
    except FileExistsError as error:
        raise EstimateError(
            f"There is a file {path} already.", hint="Choose another name with --schedule."
        ) from error
    except OSError as error:
        raise EstimateError(
            f"The schedule cannot be written to {path}: {error.strerror}.",
            hint="Name a file you may write with --schedule.",
        ) from error
