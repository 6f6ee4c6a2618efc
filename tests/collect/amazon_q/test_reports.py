"""What the daily reports say, in rows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.collect.amazon_q.test_conformance import LINES, USE
from tests.collect.incidents.visiting import NOW, Kept, Read
from trueup.collect.connector import Batch, Progress
from trueup.collect.fields import instant
from trueup.collect.recorded import Note, Page, Reading, Record, Skipped, Web
from trueup.collect.sources.amazon_q import source
from trueup.collect.sources.amazon_q.source import SOURCE
from trueup.collect.web.nowhere import NoWeb
from trueup.config import Connection, Settings
from trueup.errors import ConfigError, SourceUnavailable
from trueup.testing.scripted import Unheard

AT = instant("2026-09-20T00:00:00Z")
ADA, BOB = "aws|aaaa-1", "aws|bbbb-2"


@dataclass
class Visiting:
    """One visit to a folder."""

    target: str
    target_id: str
    connection: Connection
    kept: Kept
    web: Web = field(default_factory=lambda: NoWeb("amazon_q"))
    now: int = NOW
    is_reconciling: bool = False
    progress: Progress = field(default_factory=Unheard)

    def checkpoint(self, stream: str) -> str | None:
        return self.kept.checkpoints.get(stream)

    def known(self, kind: str) -> frozenset[str]:
        raise AssertionError(f"{kind}: a report that is gone takes nothing with it")

    def bodies(self, kind: str, keys: Iterable[str]) -> dict[str, Mapping[str, Any]]:
        raise AssertionError(f"{kind} {keys}: nothing that was kept is needed")


def put(folder: Path, name: str, text: str) -> Path:
    """Write a report below a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def visited(folder: Path, kept: Kept | None = None, **options: Any) -> Kept:
    """Read a folder once."""
    kept = kept or Kept()
    kept.notes, kept.written = [], []
    connection = Connection(source="amazon_q", targets=(str(folder),), options=options)
    ((target, target_id),) = SOURCE.targets(connection, NoWeb("amazon_q"))
    for fetched in SOURCE.fetch(Visiting(target, target_id, connection, kept)):
        match fetched:
            case Page():
                kept.keep(fetched, 0)
            case Note():
                kept.notes.append(fetched)
    return kept


def read(kept: Kept) -> Read:
    """Return the rows of what is kept."""
    reading = Reading(
        target="x",
        target_id="amazon_q:amazon_q/AWSLogs",
        connection=Connection(source="amazon_q"),
        settings=Settings(),
        identify=lambda platform, native_id, _: f"{platform}|{native_id}",
        now=NOW,
    )
    records = [Record(kind=kind, key=key, body=body) for (kind, key), body in kept.bodies.items()]
    found = Read()
    for normalised in SOURCE.normalise(records, reading):
        match normalised:
            case Batch(table, rows):
                found.tables.setdefault(table, []).extend(rows.to_pylist())
            case Skipped():
                found.skipped.append(normalised)
    return found


def lines(found: Read) -> set[tuple[Any, ...]]:
    names = ("person_id", "layer", "mode", "lines_added", "offered_count", "accepted_count")
    return {tuple(row[name] for name in names) for row in found["ai_lines"]}


def test_lines_taken_over_land_by_person_day_and_mode(tmp_path: Path) -> None:
    put(tmp_path, "QDeveloperLogs/a.csv", LINES)
    found = read(visited(tmp_path))
    assert lines(found) == {
        (ADA, "accepted", "completion", 49, 70, 12),
        (ADA, "accepted", "chat", 4, None, None),
        (BOB, "accepted", "completion", 3, None, None),
    }
    assert {(row["tool"], row["happened_at"]) for row in found["ai_lines"]} == {("amazon-q", AT)}
    message = found.only("ai_activity")
    assert (message["kind"], message["count"], message["person_id"]) == ("message", 69, ADA)
    assert found.skipped == []


def test_lines_offered_and_lines_taken_over_are_two_layers(tmp_path: Path) -> None:
    """Of inline chat 10 accepted, 4 rejected, 1 dismissed: 15 offered. Of /dev 30, 20 stayed."""
    put(
        tmp_path,
        "a.csv",
        "UserId,Date,InlineChat_AcceptedLineAdditions,InlineChat_RejectedLineAdditions,"
        "InlineChat_DismissedLineAdditions,InlineChat_AcceptedLineDeletions,"
        "InlineChat_TotalEventCount,InlineChat_AcceptanceEventCount,Dev_GeneratedLines,"
        "Dev_AcceptedLines,Dev_GenerationEventCount,Dev_AcceptanceEventCount\n"
        "aaaa-1,09-20-2026,10,4,1,2,6,3,30,20,2,1\n",
    )
    assert lines(read(visited(tmp_path))) == {
        (ADA, "accepted", "chat", 10, 6, 3),
        (ADA, "suggested", "chat", 15, None, None),
        (ADA, "accepted", "agent", 20, 2, 1),
        (ADA, "suggested", "agent", 30, None, None),
    }


def test_use_by_client_lands_as_activity_and_credits_are_no_money(tmp_path: Path) -> None:
    put(tmp_path, "KiroLogs/u.csv", USE)
    found = read(visited(tmp_path))
    told = {(r["person_id"], r["kind"], r["name"], r["count"]) for r in found["ai_activity"]}
    ada = "email|ada@acme.example"
    assert told == {
        (ada, "session", "kiro_ide", 3),
        (ada, "message", "kiro_ide", 42),
        (ada, "credit", "kiro_ide", 13),
        (BOB, "session", "kiro_cli", 1),
        (BOB, "message", "kiro_cli", 5),
    }
    assert found["ai_spend"] == []
    assert {row["tool"] for row in found["ai_activity"]} == {"kiro"}


def test_messages_stand_in_two_reports_of_kiro_and_count_once(tmp_path: Path) -> None:
    put(tmp_path, "KiroLogs/by_user_analytic/a.csv", LINES)
    put(tmp_path, "KiroLogs/user_report/u.csv", USE)
    found = read(visited(tmp_path))
    counts = [row["count"] for row in found["ai_activity"] if row["kind"] == "message"]
    assert sorted(counts) == [5, 42]
    assert {row["tool"] for row in found["ai_lines"]} == {"kiro"}


def test_plugins_of_other_editors_are_amazon_q(tmp_path: Path) -> None:
    put(tmp_path, "u.csv", USE.replace("KIRO_IDE", "PLUGIN"))
    found = read(visited(tmp_path))
    assert {row["tool"] for row in found["ai_activity"]} == {"kiro", "amazon-q"}


@pytest.mark.parametrize("stated", ["AAAA-1", "aaaa-1"])
def test_ids_have_the_address_an_operator_states(tmp_path: Path, stated: str) -> None:
    put(tmp_path, "a.csv", LINES)
    found = read(visited(tmp_path, users={stated: "Ada@acme.example"}))
    assert {row["person_id"] for row in found["ai_lines"]} == {"email|ada@acme.example", BOB}


def test_a_second_visit_reads_only_files_that_are_new_or_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = put(tmp_path, "2026/09/20/a.csv", LINES)
    kept = visited(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(source, "_read", None)
        assert visited(tmp_path, kept).written == []
    put(tmp_path, "2026/09/21/a.csv", LINES.replace("09-20", "09-21"))
    visited(tmp_path, kept)
    assert sorted(kept.written) == ["2026-09-21|aaaa-1|amazon-q", "2026-09-21|bbbb-2|amazon-q"]
    first.unlink()
    assert len(read(visited(tmp_path, kept))["ai_lines"]) == 6, "what was collected stays"


def test_a_report_that_was_written_again_takes_the_place_of_the_first(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv", LINES)
    kept = visited(tmp_path)
    put(tmp_path, "a.csv", LINES.replace('"49"', '"50"'))
    os.utime(path, ns=(1, 1))
    assert (ADA, "accepted", "completion", 50, 70, 12) in lines(read(visited(tmp_path, kept)))


def test_what_cannot_be_read_is_counted_at_every_visit(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", LINES + '"cccc-3","someday","1","1","1","1","1"\n"","09-20-2026"\n')
    put(tmp_path, "b.csv", "name,amount\nx,1\n")
    put(tmp_path, "c.csv", "")
    kept = visited(tmp_path)
    for _ in range(2):
        assert [(note.subject, note.skipped) for note in kept.notes] == [
            ("lines of reports of amazon_q", 2),
            ("files of amazon_q", 2),
        ]
        visited(tmp_path, kept)
    assert len(read(kept)["ai_lines"]) == 3


def test_a_cell_that_is_no_number_costs_the_cell(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", LINES.replace('"49"', '"many"').replace('"70"', '"nan"'))
    found = read(visited(tmp_path))
    assert (ADA, "accepted", "completion", None, None, 12) in lines(found)
    assert found.reasons() == {
        "inline_aicodelines is no count", "inline_suggestionscount is no count",
    }  # fmt: skip


def test_folders_that_are_not_there_and_no_folder_at_all_are_refused(tmp_path: Path) -> None:
    for targets, error in (((), ConfigError), ((str(tmp_path / "gone"),), SourceUnavailable)):
        with pytest.raises(error):
            SOURCE.targets(Connection(source="amazon_q", targets=targets), NoWeb("amazon_q"))
