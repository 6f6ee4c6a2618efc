"""The sheet for a works council is read from the program and the workspace: it cannot go stale."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tests.report import sample
from tests.report.test_compose import composed
from trueup.collect.catalogue import find_source, source_names
from trueup.config import Connection, PrivacySettings, RawSettings, Settings
from trueup.measure.catalogue import all_metrics
from trueup.model.cohort import FEWEST
from trueup.model.table import NAME, TEXT, new_table
from trueup.model.tables import TABLES
from trueup.report.sheet import never as never_module
from trueup.report.sheet.dropped import words_dropped
from trueup.report.sheet.never import never, promises
from trueup.report.sheet.page import Part, Sheet
from trueup.report.sheet.persons import is_about_persons, role_of
from trueup.report.sheet.sheet import make_sheet
from trueup.report.sheet.shown import Remembered, recall, remember
from trueup.report.sheet.written import written
from trueup.store.identity import Vault
from trueup.store.raw.archive import Archive
from trueup.store.warehouse import Warehouse

NOW = 1_790_000_000_000_000
REVIEWS = {
    "review_id": "r1",
    "change_id": "acme/shop#1",
    "repository_id": "acme/shop",
    "verdict": "approved",
}


class Office:
    """A workspace with one review, by somebody, and whatever else is put there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / ".trueup"
        self.warehouse = Warehouse.open(self.folder)
        self.settings = Settings()

    def land(self, source: str, table: str, **row: object) -> None:
        schema = TABLES[table].schema
        with Vault.open(self.folder) as vault:
            vault.identify("email", "ada@acme.example", "Ada")
            with self.warehouse.collection(source, "acme/shop", now=NOW, vault=vault) as landing:
                columns = [pa.array([row.get(field.name)], field.type) for field in schema]
                landing.land(table, pa.table(columns, schema=schema))

    def sheet(self) -> Sheet:
        with self.warehouse.tables() as tables:
            return make_sheet(self.folder, self.settings, tables, now=NOW)

    def part(self, heading: str) -> Part:
        (found,) = [part for part in self.sheet().parts if part.heading == heading]
        return found


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    made.land("github", "review", **REVIEWS, reviewer_account_id="p1")
    return made


def cells(part: Part) -> Iterator[tuple[str, ...]]:
    for grid in part.grids:
        yield from grid.rows


def words(part: Part) -> str:
    return "\n".join([*part.lines, *(" | ".join(row) for row in cells(part))])


def test_each_column_with_a_value_is_named_with_what_it_has_to_do_with_persons(
    office: Office,
) -> None:
    rows = list(cells(office.part("What is collected")))
    assert ("review", "github", "1", "yes, by pseudonym") in rows
    assert (
        "review.reviewer_account_id",
        "github",
        "1",
        "stands for a person (pseudonym)",
    ) in rows
    assert ("review.verdict", "github", "1", "what that person did, had or said") in rows
    assert not [row for row in rows if "comment_count" in row[0]]


def test_a_table_and_a_column_that_come_in_are_on_the_next_sheet(office: Office) -> None:
    before = words(office.part("What is collected"))
    assert "survey_response" not in before
    office.land("events", "survey_response", respondent="s#1", item="gse_1", value=3, scale="gse")
    after = words(office.part("What is collected"))
    assert "survey_response | events | 1 | yes, by pseudonym" in after
    assert "survey_response.value | events | 1 | what that person did, had or said" in after


def test_a_table_without_persons_may_lead_to_them() -> None:
    """A deployed change is somebody's: the sheet says so."""
    assert role_of(TABLES["deployment_change"], "change_id") == "leads to a person"
    assert role_of(TABLES["stage_interval"], "item_id") == "leads to a person"
    assert role_of(TABLES["release"], "repository_id") == "of things"
    assert not is_about_persons("release")


def test_every_column_whose_comment_says_pseudonym_is_held_to_be_one() -> None:
    from docs.generate import column_meanings

    for (table, column), meaning in column_meanings().items():
        if "pseudonym" in meaning and "coverage" not in table:
            assert role_of(TABLES[table], column) == "pseudonym", (table, column)


def test_what_a_source_drops_is_what_its_tests_look_for() -> None:
    """The conformance suite plants words under these very keys (`Server.texts`)."""
    servers = {name: find_source(name).server for name in source_names()}
    assert {name for name in servers if words_dropped(name) is None} == set()
    for name, server in servers.items():
        assert server is None or server.texts == words_dropped(name)


def test_keys_of_words_are_said_of_each_source_that_is_there(office: Office) -> None:
    said = words(office.part("What is dropped before it is written"))
    assert "github | words under body, bodyHTML" in said
    assert "jira |" not in said
    office.settings = Settings(connections=(Connection(source="jira"),))
    assert "jira | words under" in words(office.part("What is dropped before it is written"))


class Raw:
    """A record as an archive takes it."""

    kind, key, fetched_at = "change", "1", NOW

    def __init__(self, body: dict[str, object]) -> None:
        self.body = body


def test_fields_of_the_archive_are_told_with_the_length_of_their_texts(office: Office) -> None:
    archive = Archive.open(office.folder, "github", "acme/shop", target="acme/shop")
    body = {"author": {"login": "ada"}, "title_length": 31, "files": {"a b": 1}, "aside": "x" * 81}
    archive.keep("changes", [Raw(body)], "1")
    archive.close()
    rows = list(cells(office.part("What is dropped before it is written")))
    assert ("github", "change", "author.login", "text, up to 3 characters") in rows
    assert ("github", "change", "title_length", "number") in rows
    assert ("github", "change", "files.*", "number") in rows
    assert "1 of these fields hold a text of more than 80" in words(
        office.part("What is dropped before it is written")
    )
    assert "ada" not in written(office.sheet(), "json")


def test_retention_and_the_oldest_record_are_those_of_the_workspace(office: Office) -> None:
    assert "kept for ever" in words(office.part("How long it is kept"))
    office.settings = Settings(raw=RawSettings(retention_days=90))
    archive = Archive.open(office.folder, "github", "acme/shop", target="acme/shop")
    archive.keep("changes", [Raw({"a": 1})], "1")
    archive.close()
    said = words(office.part("How long it is kept"))
    assert "dropped 90 days after" in said
    assert "github | acme/shop | 1 | 0 | 2026-09-21" in said


def test_who_can_tell_who_is_who_is_read_from_the_files(office: Office) -> None:
    said = words(office.part("Who can tell who is who"))
    assert "identity.db holds 1 names" in said
    assert "its owner alone" in said
    (office.folder / "identity.db").chmod(0o644)
    assert "everybody on the machine" in words(office.part("Who can tell who is who"))
    (office.folder / "identity.db").unlink()
    assert "nobody can be told" in words(office.part("Who can tell who is who"))


def test_smallest_groups_are_those_in_force(office: Office) -> None:
    office.settings = Settings(privacy=PrivacySettings(delivery_k=7, session_k=12))
    rows = {row[0]: row[1:] for row in cells(office.part("How small a group may be"))}
    assert rows["delivery, split by who worked"] == (
        "7",
        "trueup.measure.frames.grouping.roll_up",
    )
    assert rows["what AI tools record, split in any way"][0] == "12"
    assert rows["what persons answer in surveys"] == ("10", "trueup.model.cohort.Cohort")
    assert rows["anything read from conversations"][0] == "20"


def test_every_promise_holds() -> None:
    assert never(None)[1] == ()


BREACHES = {
    "No number is shown of a single person.": ("_SPLITS_BY_PERSON", ("team",)),
    "Nothing can be split by persons.": ("DIMENSIONS", ("team", "author")),
    "Nobody is ranked.": ("DIMENSIONS", ("token_leaderboard",)),
    "No emotion, health, belief or attachment is worked out.": ("ACTIVITIES", ("mood_swing",)),
    "No prompt, answer or message is kept.": (
        "TABLES",
        {"t": new_table("t", "replace", (), last_prompt=TEXT)},
    ),
    "No name, address or login stands in a table.": (
        "TABLES",
        {"t": new_table("t", "replace", (), author_email=NAME)},
    ),
    "No number about behaviour, answers, pay or conversations is made of too few.": (
        "FEWEST",
        {**FEWEST, "survey": 12},
    ),
}


@pytest.mark.parametrize("says", BREACHES)
def test_a_promise_that_is_broken_is_told(says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, value = BREACHES[says]
    monkeypatch.setattr(never_module, name, value)
    part, broken = never(None)
    assert [one for one in broken if one.startswith(says)]
    assert [row for row in cells(part) if row[0] == says and row[2].startswith("no: ")]


def test_settings_that_could_be_lowered_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(never_module, "parse_settings", lambda *_: Settings())
    assert any("cannot be made smaller" in one for one in never(None)[1])


def test_a_result_by_person_in_the_last_report_would_be_told() -> None:
    seen = Remembered(written_at=NOW, counts={}, n_of={}, dimensions=("month", "author"))
    assert any("last report" in one for one in never(seen)[1])


def test_every_promise_is_broken_in_a_test() -> None:
    tried = {*BREACHES, "The smallest groups cannot be made smaller."}
    assert {one.says for one in promises(None)} == {
        *tried,
        "No result of the last report is of a person.",
    }


def test_the_last_report_is_told_with_rounded_counts_and_no_value(office: Office) -> None:
    assert "No report was written" in words(office.part("What the last report showed"))
    report = composed(sample.rich())
    remember(report, office.folder)
    seen = recall(office.folder)
    assert seen is not None
    known = {metric for metric in seen.counts if metric in all_metrics()}
    about = {metric for metric in known if any(map(is_about_persons, all_metrics()[metric].needs))}
    rows = {row[0]: row for row in cells(office.part("What the last report showed"))}
    assert {all_metrics()[metric].question for metric in about} <= set(rows)
    assert {int(part) % 5 for row in rows.values() for part in _numbers(row[3])} == {0}
    kept = json.loads((office.folder / "shown.json").read_text(encoding="utf-8"))
    assert set(kept) == {"written_at", "counts", "n_of", "dimensions"}


def _numbers(text: str) -> list[str]:
    return [word.replace(",", "") for word in text.split() if word.replace(",", "").isdigit()]


def test_the_page_runs_no_script_and_says_the_same_as_the_text(office: Office) -> None:
    sheet = office.sheet()
    page, text = written(sheet, "html"), written(sheet, "md")
    assert "<script" not in page
    assert "default-src 'none'" in page
    for part in sheet.parts:
        assert part.heading in page
        assert f"## {part.heading}" in text
        for row in cells(part):
            assert row[0] in page
            assert row[0] in text
    assert json.loads(written(sheet, "json"))["parts"][0]["heading"] == "What is never done"


def test_a_broken_promise_is_on_the_first_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(never_module, "DIMENSIONS", ("person",))
    part, broken = never(None)
    sheet = Sheet(
        workspace="w", made_at=NOW, digest="d" * 20, tool_version="0", parts=(part,), broken=broken
    )
    page = written(sheet, "html")
    assert page.index("Broken promise.") < page.index("<nav")
    assert "**Broken promise:**" in written(sheet, "md")


def test_ids_counts_and_labels_are_no_words_of_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = {"comment_id": TEXT, "answer": pa.int32(), "mode": NAME}
    monkeypatch.setattr(never_module, "TABLES", {"t": new_table("t", "replace", (), **columns)})
    assert never(None)[1] == ()
