"""Sheets for persons who read sessions, and files of labels; both are files of events."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from trueup.errors import CollectError, ConfigError

_LABEL = ("session", "scheme", "label", "labelled_by", "rater", "labelled_at")
_BESIDE = ("tool", "month", "transcript")


def write_sheet(
    path: Path, scheme: str, rater: str, rows: Sequence[tuple[str, str, str, str]]
) -> None:
    """Write a sheet with an empty column of labels.

    Parameters
    ----------
    rows
        Session, tool, month, and where its transcript lies on this machine.

    Raises
    ------
    ConfigError
        There is a file already: it may have been filled in.
    CollectError
        It cannot be written.
    """
    if path.exists():
        raise ConfigError(
            f"There is a {path} already.", hint="Take it first: trueup label --take FILE."
        )
    lines = ((session, scheme, "", "person", rater, "", *beside) for session, *beside in rows)
    _write(path, (*_LABEL, *_BESIDE), lines)


def write_labels(
    path: Path, labels: Mapping[str, str], *, scheme: str, by: tuple[str, str], at: int
) -> None:
    """Write labels of sessions, for the source of events to read.

    Parameters
    ----------
    by
        What kind of labeller it was, and its name.
    at
        Epoch microseconds UTC.

    Raises
    ------
    CollectError
        It cannot be written.
    """
    when = datetime.fromtimestamp(at // 1_000_000, UTC).isoformat()
    lines = ((session, scheme, label, *by, when) for session, label in sorted(labels.items()))
    _write(path, _LABEL, lines)


def _write(path: Path, head: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(lines)
    except OSError as error:
        raise CollectError(
            f"{path} cannot be written: {error.strerror}.", hint="Name a folder you may write to."
        ) from error
