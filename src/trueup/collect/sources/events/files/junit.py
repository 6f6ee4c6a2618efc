"""JUnit XML reports: their test cases are counted as they pass by, and nothing is kept.

The form is that of https://github.com/testmoapp/junitxml: any depth of suites, in each test case
at most one of failure, error and skipped. Reports that declare a document type are refused before
anything of it is read: only there could entities be declared that grow without end, or that name
other files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

_ROOTS = frozenset(("testsuites", "testsuite"))
_FAILED = frozenset(("failure", "error"))
_CASE = "testcase"


class NoReport(Exception):
    """What is no JUnit report that can be read; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Test cases of reports.

    Parameters
    ----------
    run
        Those not skipped.
    """

    run: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            run=self.run + other.run,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )


def counts_of(report: bytes) -> Counts:
    """Count the test cases of a report.

    One that failed and then passed when it was run again (``flakyFailure``, ``rerunFailure``)
    counts as it ended.

    Raises
    ------
    NoReport
        It is no XML, no JUnit report, or declares a document type.
    """
    reader = _Reader()
    try:
        reader.read(report)
    except expat.ExpatError as error:
        raise NoReport(f"line {error.lineno} is no XML") from error
    except (LookupError, ValueError) as error:
        raise NoReport("its encoding is not known") from error
    return reader.counts


class _Reader:
    def __init__(self) -> None:
        self.counts = Counts()
        self._within: list[str] = []
        self._marks: set[str] = set()

    def read(self, report: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.Parse(report, True)  # noqa: FBT003 - expat takes it so

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        del attributes
        name = tag.rpartition(":")[2]
        if not self._within and name not in _ROOTS:
            raise NoReport(f"it begins with {name[:40]!r}, and JUnit reports with testsuites")
        if self._within and self._within[-1] == _CASE:
            self._marks.add(name)
        if name == _CASE:
            self._marks = set()
        self._within.append(name)

    def _end(self, tag: str) -> None:
        del tag
        if self._within.pop() != _CASE:
            return
        if "skipped" in self._marks:
            self.counts += Counts(skipped=1)
        else:
            self.counts += Counts(run=1, failed=1 if self._marks & _FAILED else 0)
        self._marks = set()


def _refuse(*_: object) -> NoReturn:
    raise NoReport("it declares a document type, which reports of tests do not need")
