from __future__ import annotations

from trueup.collect.ai.reports.people import People
from trueup.collect.ai.reports.reading import report_rows
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Gone, Reading, Record, Skipped
from trueup.config import Connection, Settings

NOW = 1_790_000_000_000_000
KEY = "2026-03-02|ada@acme.example"


def as_known_to(secret: str) -> Reading:
    """What is read with an identity.db that gives everybody one pseudonym."""
    return Reading(
        target="Acme",
        target_id="t",
        connection=Connection(source="cursor"),
        settings=Settings(),
        identify=lambda *_: secret,
        now=NOW,
    )


def ids(secret: str, *kinds: str) -> list[str]:
    """Return the ids of rows of records that are gone, as one identity.db makes them."""
    reading = as_known_to(secret)
    records = [Record(kind=kind, key=KEY, body=None) for kind in kinds]
    swept = {kind: (("ai_lines", ":a"), ("ai_spend", ":b")) for kind in kinds if kind != "other"}
    found = report_rows(records, reading, Rows(), People(reading), {}, swept)
    return [one.row_id for one in found if isinstance(one, Gone)]


def test_ids_of_rows_cannot_be_guessed_from_what_they_name() -> None:
    """Whoever knows an address, and not what identity.db holds, finds no row by it."""
    assert ids("p_1", "day") == ids("p_1", "day")
    assert not set(ids("p_1", "day")) & set(ids("p_2", "day"))


def test_records_of_two_kinds_with_one_key_have_rows_of_their_own() -> None:
    assert len(set(ids("p_1", "day", "event"))) == 4
    assert ids("p_1", "other") == []


def test_a_kind_nobody_reads_is_counted() -> None:
    reading = as_known_to("p_1")
    records = [Record(kind="new", key=KEY, body={})]
    (found,) = report_rows(records, reading, Rows(), People(reading), {})
    assert found == Skipped(kind="new", key=KEY, reason="its kind is not known")
