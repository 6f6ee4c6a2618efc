"""Saved reports on Copilot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.collect.copilot.reading import CODE, read_files
from tests.collect.copilot.server import ADA, CopilotServer, counts, user_day
from tests.collect.incidents.visiting import Tool
from tests.reference import reference
from trueup.collect.ai.reports import values
from trueup.collect.ai.reports.counts import day_start
from trueup.collect.sources.copilot.source import SOURCE
from trueup.config import Connection


def test_a_day_in_two_saved_reports_counts_once(tmp_path: Path) -> None:
    """The report of a day and that of 28 days hold the same day."""
    line = user_day("2026-09-18", ADA, CODE)
    (tmp_path / "users-1-day.ndjson").write_text(json.dumps(line), encoding="utf-8")
    month = {**line, "report_start_day": "2026-08-23", "report_end_day": "2026-09-19"}
    (tmp_path / "users-28-day.ndjson").write_text(json.dumps(month), encoding="utf-8")
    found, _ = read_files(tmp_path)
    assert len(found["ai_lines"]) == 2


def test_saved_totals_are_left_out_beside_persons_and_counted(tmp_path: Path) -> None:
    totals = {"day_totals": [user_day("2026-09-18", {}, CODE)] * 2, "enterprise_id": "2"}
    (tmp_path / "enterprise.json").write_text(json.dumps([totals]), encoding="utf-8")
    found, kept = read_files(tmp_path)
    assert found["ai_lines"] == []
    (note,) = kept.notes
    assert (note.skipped, 'level = "totals"' in note.remedy) == (2, True)
    found, kept = read_files(tmp_path, level="totals")
    assert (len(found["ai_lines"]), kept.notes) == (2, [])


def test_damaged_files_cost_what_is_damaged_and_are_named(tmp_path: Path) -> None:
    line = json.dumps(user_day("2026-09-18", ADA, CODE)).encode()
    (tmp_path / "cut.ndjson").write_bytes(line + b"\n" + line[: len(line) // 2])
    (tmp_path / "latin.ndjson").write_bytes(line.replace(b'"ada"', b'"ad\xe4"') + b"\n" + line)
    (tmp_path / "deep.json").write_bytes(b"[" * 100_000)
    (tmp_path / "other.json").write_bytes(b'{"invoice": 3}')
    found, kept = read_files(tmp_path)
    assert len(found["ai_lines"]) == 2
    told = {note.subject.rpartition(" ")[2]: note.skipped for note in kept.notes}
    assert told == {"cut.ndjson": 1, "latin.ndjson": 1, "deep.json": 1, "other.json": 1}


def test_a_large_file_is_read_line_by_line_and_a_line_without_end_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With bounds of 2,000 and 1,500 bytes: two days, and between them a line of 5,000."""
    monkeypatch.setattr(values, "WHOLE_BYTES", 2000)
    monkeypatch.setattr(values, "LINE_BYTES", 1500)
    days = [
        json.dumps({"day": day, **ADA, **counts(offers=(2, 1))}).encode()
        for day in ("2026-09-17", "2026-09-18")
    ]
    (tmp_path / "users.ndjson").write_bytes(b"\n".join([days[0], b"[" * 5000, days[1]]))
    found, kept = read_files(tmp_path)
    assert {one["happened_at"] for one in found["ai_lines"]} == {
        day_start("2026-09-17"),
        day_start("2026-09-18"),
    }
    assert [(note.seen, note.skipped) for note in kept.notes] == [(2, 1)]


def test_what_a_file_told_stays_when_it_is_gone(tmp_path: Path) -> None:
    for number in (18, 19):
        line = user_day(f"2026-09-{number}", ADA, CODE)
        (tmp_path / f"{number}.json").write_text(json.dumps([line]), encoding="utf-8")
    connection = Connection(source="copilot", targets=(str(tmp_path),))
    tool = Tool(SOURCE, connection, "copilot:copilot/saved", str(tmp_path))
    kept = tool.visit(CopilotServer().answer)
    (tmp_path / "18.json").unlink()
    kept = tool.visit(CopilotServer().answer, kept)
    assert len(tool.read(kept)["ai_lines"]) == 4


@pytest.fixture
def samples() -> Path:
    return reference("ai-telemetry", "copilot", unread="saved reports on Copilot not read")


def test_documented_examples_come_to_totals_worked_by_hand(samples: Path, tmp_path: Path) -> None:
    """Two days of a person. Offers: 150 + 333, of which 90 + 184 in the chat; taken 25 + 54.
    Lines offered 200 + 472, taken over 100 + 231, deleted 20 + 63; prompts 95 + 210.
    Two seats, both in use. Metrics of before, one day: completions 249 + 496 + 249 + 496 + 112 +
    132 = 1,734 offered, 123 + 253 + 123 + 253 + 56 + 67 = 875 taken.
    """
    for name in ("users-1-day.ndjson", "users-28-day.ndjson", "seats.json"):
        (tmp_path / name).write_bytes((samples / name).read_bytes())
    found, kept = read_files(tmp_path)
    sums = {
        (layer, name): sum(one[name] or 0 for one in found["ai_lines"] if one["layer"] == layer)
        for layer, name in (
            ("suggested", "offered_count"),
            ("suggested", "lines_added"),
            ("accepted", "accepted_count"),
            ("accepted", "lines_added"),
            ("accepted", "lines_removed"),
        )
    }
    assert list(sums.values()) == [483, 672, 79, 331, 83]
    chats = [one for one in found["ai_lines"] if one["mode"] == "chat"]
    assert sum(one["offered_count"] or 0 for one in chats) == 274
    assert sum(one["count"] for one in found["ai_activity"]) == 305
    assert len(found["ai_seat"]) == 2
    assert found.skipped == []
    assert kept.notes == []
    (tmp_path / "legacy.json").write_bytes((samples / "legacy_org_metrics.json").read_bytes())
    found, kept = read_files(tmp_path)
    old = [one for one in found["ai_lines"] if one["happened_at"] == day_start("2024-06-24")]
    assert sum(one["offered_count"] or 0 for one in old) == 1734
    assert sum(one["accepted_count"] or 0 for one in old) == 875
    assert {one["person_id"] for one in old} == {None}
    (note,) = kept.notes
    assert "fewer than five" in note.reason
