"""Test reports that lines of pipeline runs name: found below the folder of events, counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trueup.collect.recorded import Note
from trueup.collect.sources.events.files.junit import Counts, NoReport, counts_of

_NAMED = "test_report"
_COUNTED = ("tests_run", "tests_failed", "tests_skipped")
_LARGEST = 64 << 20
_MOST_FILES = 10_000
_MOST_TOLD = 10


class Reports:
    """Reads the test reports below the folder of a target.

    Attributes
    ----------
    seen
        By pattern, what changes when a file of it does.
    """

    def __init__(self, target: str) -> None:
        path = Path(target).expanduser()
        self._folder = path if path.is_dir() else path.parent
        self.seen: dict[str, str] = {}

    def are_as(self, seen: Mapping[str, str]) -> bool:
        """Say whether all reports are still as they were seen."""
        return all(self._mark(pattern) == mark for pattern, mark in seen.items())

    def count(self, bodies: Mapping[tuple[str, str], dict[str, Any]]) -> list[Note]:
        """Put the counts of the reports they name into runs that give none of their own."""
        faults: list[str] = []
        named = [
            (key, body)
            for (_, key), body in bodies.items()
            if _NAMED in body and not any(name in body for name in _COUNTED)
        ]
        for key, body in named:
            try:
                counts = self._counts(body[_NAMED])
            except NoReport as error:
                faults.append(f"run {key}: {error}")
            else:
                values = (counts.run, counts.failed, counts.skipped)
                body |= dict(zip(_COUNTED, values, strict=True))
        for body in bodies.values():
            body.pop(_NAMED, None)
        return [_told(faults, len(named))] if faults else []

    def _counts(self, pattern: str) -> Counts:
        self.seen[pattern] = self._mark(pattern)
        found = list(self._files(pattern))
        if not found:
            raise NoReport(f"there is no {pattern}")
        counts = Counts()
        for path in found:
            try:
                if path.stat().st_size > _LARGEST:
                    raise NoReport(f"it is larger than {_LARGEST >> 20} MiB")  # noqa: TRY301
                counts += counts_of(path.read_bytes())
            except (NoReport, OSError) as error:
                why = str(error) if isinstance(error, NoReport) else "it may not be read"
                raise NoReport(f"{path.name}: {why}") from error
        if counts == Counts():
            raise NoReport(f"{pattern} holds no test case")
        return counts

    def _files(self, pattern: str) -> Iterator[Path]:
        """Yield the files of a pattern, none of them outside the folder."""
        steps = Path(pattern)
        if steps.is_absolute() or steps.drive or ".." in steps.parts:
            raise NoReport("its test_report leads out of the folder")
        root = self._folder.resolve()
        try:
            found = sorted(path for path in self._folder.glob(pattern) if path.is_file())
        except (ValueError, OSError) as error:
            raise NoReport("its test_report is no path") from error
        if len(found) > _MOST_FILES:
            raise NoReport(f"its test_report names more than {_MOST_FILES} files")
        yield from (path for path in found if path.resolve().is_relative_to(root))

    def _mark(self, pattern: str) -> str:
        try:
            stats = [(path.name, path.stat()) for path in self._files(pattern)]
        except (NoReport, OSError):
            return ""
        marks = [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats]
        return hashlib.sha256(repr(marks).encode("utf-8", "replace")).hexdigest()


def _told(faults: list[str], named: int) -> Note:
    more = len(faults) - _MOST_TOLD
    said = [*faults[:_MOST_TOLD], *([f"and {more} more"] if more > 0 else [])]
    return Note(
        subject="test reports of runs",
        expected=named,
        seen=named - len(faults),
        skipped=len(faults),
        reason="; ".join(said),
        remedy="Write JUnit XML below the folder of the events, then collect again.",
    )
