"""Test reports beside the files of events: counted where they are sound, refused where not.

Reports are written by hand as pytest, Maven Surefire and Gradle write them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.collect.events.writing import Kept, read, visit
from trueup.collect.sources.events.files.junit import Counts, NoReport, counts_of

HEAD = "id,repository,finished_at,outcome,test_report\n"
LINE = "r-1,github.com/acme/shop,2026-03-02T09:00:00Z,failure,{}\n"
PYTEST = """<?xml version="1.0" encoding="utf-8"?>
<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="1" skipped="1"
 tests="5" time="0.1">
<testcase classname="a" name="passes" time="0.01" />
<testcase classname="a" name="fails"><failure message="assert 1 == 2">&lt;x&gt;</failure></testcase>
<testcase classname="a" name="breaks"><error message="boom">trace</error></testcase>
<testcase classname="a" name="waits"><skipped type="pytest.skip" message="later" /></testcase>
<testcase classname="a" name="prints"><system-out><![CDATA[<failure>]]></system-out></testcase>
</testsuite></testsuites>"""
SUREFIRE = """<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" tests="3">
<properties><property name="failure" value="error"/></properties>
<testcase name="first"><flakyFailure message="once"><trace/></flakyFailure></testcase>
<testcase name="second"><failure>no</failure><rerunFailure>no</rerunFailure></testcase>
<testcase name="third"/>
</testsuite>"""
NESTED = """<testsuites><testsuite name="outer" tests="2"><testsuite name="inner" tests="1">
<testcase name="one"><failure/><error/></testcase></testsuite><testcase name="two">
<properties><property><error/></property></properties></testcase></testsuite>
</testsuites>"""
BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;&lol;">]>
<testsuite><testcase name="&a;"/></testsuite>"""


@pytest.mark.parametrize(
    ("report", "counts"),
    [
        (PYTEST, Counts(run=4, failed=2, skipped=1)),
        (SUREFIRE, Counts(run=3, failed=1, skipped=0)),
        (NESTED, Counts(run=2, failed=1, skipped=0)),
        ("<testsuites/>", Counts()),
    ],
)
def test_cases_are_counted_each_once_as_they_ended(report: str, counts: Counts) -> None:
    """What suites say of themselves is not read: nested suites would count twice."""
    assert counts_of(report.encode()) == counts


def test_what_a_real_runner_writes_is_counted_as_it_says_itself(tmp_path: Path) -> None:
    """Oracle: pytest. A test whose fixture breaks is an error, and so it failed."""
    (tmp_path / "test_all.py").write_text(
        "import pytest\ndef test_a(): pass\ndef test_b(): assert 0\n"
        "@pytest.mark.skip\ndef test_c(): pass\n"
        "@pytest.fixture\ndef broken(): raise OSError\ndef test_d(broken): pass\n"
        "@pytest.mark.parametrize('n', range(3))\ndef test_e(n): pass\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # or it looks for one in every parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junit-xml=a.xml"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False
    )
    assert "1 failed, 4 passed, 1 skipped, 1 error" in done.stdout
    assert counts_of((tmp_path / "a.xml").read_bytes()) == Counts(run=6, failed=2, skipped=1)


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (BOMB, "document type"),
        ("<!DOCTYPE testsuite SYSTEM 'file:///etc/passwd'><testsuite/>", "document type"),
        ("<testsuite><testcase></testsuite>", "line 1 is no XML"),
        ("<testsuite>&lol;</testsuite>", "line 1 is no XML"),
        ("", "is no XML"),
        ("<html><testcase/></html>", "begins with 'html'"),
        ("<?xml version='1.0' encoding='cp037'?><testsuite/>", "its encoding is cp037"),
        ("<!-- <a> --><?go on?>\n <!DOCTYPE t><testsuite/>", "document type"),
        ("<!-- never over <!DOCTYPE t><testsuite/>", "document type|no XML"),
    ],
)
def test_what_is_no_report_is_refused(report: str, why: str) -> None:
    with pytest.raises(NoReport, match=why):
        counts_of(report.encode())


def test_a_page_among_the_words_of_a_test_is_no_document_type() -> None:
    page = "<![CDATA[<!DOCTYPE html><html>]]>"
    report = f"<!-- tests --><testsuite><testcase><failure>{page}</failure></testcase></testsuite>"
    assert counts_of(report.encode()) == Counts(run=1, failed=1)


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("utf-16", "UTF-16"), ("utf-8-sig", "utf-8"), ("latin-1", "ISO-8859-1"), ("utf-8", "")],
)
def test_reports_are_read_in_the_encoding_they_name(encoding: str, declared: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    report = f"{head}<testsuite><testcase name='é'/></testsuite>".encode(encoding)
    assert counts_of(report) == Counts(run=1)
    bomb = f'{head}<!DOCTYPE t [<!ENTITY a "é">]><testsuite/>'.encode(encoding)
    with pytest.raises(NoReport, match="document type"):
        counts_of(bomb)


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    """Ten levels of ten would be ten thousand million words; nothing of it is expanded."""
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "word">' for n in range(11)
    )
    began = time.process_time()
    with pytest.raises(NoReport, match="document type"):
        counts_of(f"<!DOCTYPE t [{levels}]><testsuite>&l10;</testsuite>".encode())
    assert time.process_time() - began < 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "events"
    (made / "reports" / "r-1").mkdir(parents=True)
    return made


def runs(folder: Path, named: str, *, kept: Kept | None = None) -> Kept:
    """Write one run that names reports, and visit."""
    (folder / "runs.csv").write_text(HEAD + LINE.format(named))
    return visit(folder, kept)


def counts(kept: Kept) -> tuple[Any, ...]:
    row = read(kept).only("pipeline_run")
    return row["tests_run"], row["tests_failed"], row["tests_skipped"]


def test_a_run_has_the_tests_of_all_its_reports(folder: Path) -> None:
    """4 + 3 ran, 2 + 1 failed, 1 was skipped."""
    (folder / "reports" / "r-1" / "TEST-a.xml").write_text(PYTEST)
    (folder / "reports" / "r-1" / "TEST-b.xml").write_text(SUREFIRE)
    kept = runs(folder, "reports/r-1/TEST-*.xml")
    assert counts(kept) == (7, 3, 1)
    assert kept.notes == []
    assert "reports" not in str(kept.bodies)


def test_counts_a_line_gives_itself_come_first(folder: Path) -> None:
    (folder / "reports" / "a.xml").write_text(PYTEST)
    (folder / "runs.csv").write_text(
        HEAD.replace("outcome", "tests_run") + LINE.format("reports/a.xml").replace("failure", "9")
    )
    assert counts(visit(folder)) == (9, None, None)


def test_one_file_of_events_finds_reports_beside_it(folder: Path) -> None:
    (folder / "reports" / "a.xml").write_text(NESTED)
    (folder / "runs.csv").write_text(HEAD + LINE.format("reports/*.xml"))
    assert counts(visit(folder / "runs.csv")) == (2, 1, 0)


def test_a_report_that_changes_is_read_again_and_one_that_does_not_is_not(folder: Path) -> None:
    report = folder / "reports" / "a.xml"
    report.write_text(PYTEST)
    kept = runs(folder, "reports/*.xml")
    kept = visit(folder, kept)
    assert kept.written == []
    report.write_text(NESTED)
    kept = visit(folder, kept)
    assert (kept.written, counts(kept)) == ([("pipeline_run", "r-1")], (2, 1, 0))
    (folder / "reports" / "b.xml").write_text(SUREFIRE)
    assert counts(visit(folder, kept)) == (5, 2, 0)


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("reports/none.xml", "run r-1: there is no reports/none.xml"),
        ("reports/bomb.xml", "run r-1: bomb.xml: it declares a document type"),
        ("reports/*.xml", "bomb.xml: it declares a document type"),
        ("reports/empty.xml", "reports/empty.xml holds no test case"),
        ("../outside.xml", "leads out of the folder"),
        ("/etc/passwd", "leads out of the folder"),
        ("reports/link.xml", "there is no reports/link.xml"),
    ],
)
def test_a_report_of_no_use_is_told_and_its_run_lands_without_counts(
    folder: Path, named: str, why: str
) -> None:
    (folder / "reports" / "bomb.xml").write_text(BOMB)
    (folder / "reports" / "empty.xml").write_text("<testsuites/>")
    (folder.parent / "outside.xml").write_text(PYTEST)
    (folder / "reports" / "link.xml").symlink_to(folder.parent / "outside.xml")
    kept = runs(folder, named)
    assert counts(kept) == (None, None, None)
    note = kept.told("test reports of runs")
    assert (note.expected, note.seen, note.skipped) == (1, 0, 1)
    assert why in note.reason
    assert visit(folder, kept).notes == [note]


def test_a_report_too_large_is_told_and_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueup.collect.sources.events.files.reports._LARGEST", 1 << 20)
    (folder / "reports" / "a.xml").write_text(PYTEST + " " * (1 << 20))
    note = runs(folder, "reports/a.xml").told("test reports of runs")
    assert "it is larger than 1 MiB" in note.reason
