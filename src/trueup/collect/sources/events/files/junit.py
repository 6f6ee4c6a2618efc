"""JUnit XML reports: their test cases are counted as they pass by, and nothing is kept.

The form is that of https://github.com/testmoapp/junitxml: any depth of suites, in each test case
at most one of failure, error and skipped. Reports that declare a document type are refused before
anything of it is read: only there could entities be declared that grow without end, or that name
other files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError, XMLParser

_ROOTS = frozenset(("testsuites", "testsuite"))
_FAILED = frozenset(("failure", "error"))
_CASE = "testcase"
_ENCODINGS = ("utf-8", "utf-16", "iso-8859-1", "latin-1", "us-ascii", "ascii", "windows-1252")
_DECLARED = re.compile(r"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.-]+)["']""")
_ASIDES = (("<?", "?>"), ("<!--", "-->"))


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
    text = _text(report)
    if text.startswith("<!", _past_asides(text)):
        raise NoReport("it declares a document type, which reports of tests do not need")
    reader = _Reader()
    parser = XMLParser(target=reader, encoding="utf-8")  # noqa: S314 - no document type is left
    try:
        parser.feed(text.encode("utf-8", "replace"))
        parser.close()
    except ParseError as error:
        raise NoReport(f"line {error.position[0]} is no XML") from error
    return reader.counts


class _Reader:
    """Counts test cases as a parser comes past them."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._within: list[str] = []
        self._marks: set[str] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Come to the begin of an element."""
        del attributes
        name = tag.rpartition("}")[2]
        if not self._within and name not in _ROOTS:
            raise NoReport(f"it begins with {name[:40]!r}, and JUnit reports with testsuites")
        if self._within and self._within[-1] == _CASE:
            self._marks.add(name)
        if name == _CASE:
            self._marks = set()
        self._within.append(name)

    def end(self, tag: str) -> None:
        """Come to the end of an element."""
        del tag
        if self._within.pop() != _CASE:
            return
        if "skipped" in self._marks:
            self.counts += Counts(skipped=1)
        else:
            self.counts += Counts(run=1, failed=1 if self._marks & _FAILED else 0)
        self._marks = set()

    def close(self) -> None:
        """Come to the end of the report."""


def _text(report: bytes) -> str:
    """Return the text of a report, in the encoding it names."""
    encoding = "utf-16" if report[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    declared = _DECLARED.match(report[:200].decode("ascii", "replace").lstrip("\ufffd"))
    if declared and encoding != "utf-16":
        encoding = declared[1].lower()
        if encoding not in _ENCODINGS:
            raise NoReport(f"its encoding is {encoding[:40]}; write it in UTF-8")
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
    try:
        return report.decode(encoding)
    except UnicodeError as error:
        raise NoReport("it is not in the encoding it names") from error


def _past_asides(text: str) -> int:
    """Return where what is neither blank nor comment nor instruction begins."""
    at = 0
    while True:
        while at < len(text) and text[at].isspace():
            at += 1
        aside = next((end for begin, end in _ASIDES if text.startswith(begin, at)), None)
        if aside is None:
            return at
        end = text.find(aside, at + 2)
        if end < 0:
            return at
        at = end + len(aside)
