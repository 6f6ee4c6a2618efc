from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from trueup.collect.connector import Batch
from trueup.collect.recorded import Fetched, Gone, Normalised, Reading, Record, Visit
from trueup.collect.running.connector import Manner, RecordedConnector
from trueup.config import RawSettings, Settings
from trueup.errors import ConfigError, SchemaMismatch, SourceIncomplete, SourceUnavailable
from trueup.store.raw.archive import Archive, Archives
from trueup.store.warehouse import Warehouse
from trueup.testing import trial as trials
from trueup.testing.shop import CONNECTION, TARGET, TARGET_ID, Shop, ShopSource
from trueup.testing.trial import NOW, Case, Trial

DAY = 86_400_000_000


class Newer(ShopSource):
    """Reads every change as one that was closed."""

    version: ClassVar[int] = 2

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        for normalised in super().normalise(records, reading):
            if isinstance(normalised, Batch) and normalised.table == "change":
                place = normalised.rows.schema.get_field_index("state")
                field = normalised.rows.schema.field(place)
                closed = pa.array(["closed"] * normalised.rows.num_rows).cast(field.type)
                yield Batch("change", normalised.rows.set_column(place, field, closed))
            else:
                yield normalised


class Field:
    """A shop, and a workspace it is collected into."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop()
        self.case = Case(
            source=ShopSource(), connection=CONNECTION, server=lambda: self.shop.answer
        )
        self.trial = Trial(self.case, folder)

    def collect(self, source: ShopSource | None = None, **manner: bool) -> int:
        """Collect, and return how many questions that took."""
        return len(self.trial.collect(source=source, manner=Manner(**manner)).asked)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with Warehouse.open(self.trial.folder).tables() as tables:
            found: list[dict[str, Any]] = tables.arrow(table).to_pylist()
        return found

    def changes(self) -> dict[int, int]:
        """Return the number of reviews by number of the change."""
        reviews = [row["change_id"] for row in self.rows("review")]
        return {row["number"]: reviews.count(row["change_id"]) for row in self.rows("change")}

    def archive(self) -> Archive:
        return Archives(self.trial.folder, "shop", "https://shop.example").open(TARGET, TARGET_ID)


@pytest.fixture
def field(tmp_path: Path) -> Field:
    made = Field(tmp_path)
    for number in (1, 2, 3, 4):
        made.shop.put(number, reviews=number)
    made.collect()
    return made


def test_everything_there_is_lands_once(field: Field) -> None:
    assert field.changes() == {1: 1, 2: 2, 3: 3, 4: 4}
    assert [row["number"] for row in field.rows("change")] == [1, 2, 3, 4]


def test_of_what_changed_the_new_rows_take_the_place_of_the_old(field: Field) -> None:
    field.shop.put(2, reviews=0)
    field.shop.put(5, reviews=1)
    assert field.collect() == 2
    assert field.changes() == {1: 1, 2: 0, 3: 3, 4: 4, 5: 1}


def test_an_account_in_many_records_is_one_row_and_outlives_any_of_them(field: Field) -> None:
    assert len(field.rows("account")) == 2
    field.shop.put(1, reviews=0, login=None)
    field.collect()
    assert len(field.rows("account")) == 2


def test_a_second_visit_asks_once_and_is_answered_that_nothing_changed(field: Field) -> None:
    assert field.collect() == 1
    with closing(field.archive()) as archive:
        assert archive.versions() == {"https://shop.example/changes?since=4": '"4-4"'}


class Counting(ShopSource):
    """Counts the records it is given to read."""

    def __init__(self) -> None:
        self.records = 0

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        found = list(records)
        self.records += len(found)
        return super().normalise(found, reading)


def test_the_thirtieth_visit_asks_and_reads_what_the_second_did(field: Field) -> None:
    """One change is edited before each visit: two questions (it, and no more), one record."""
    costs = []
    for visit in range(2, 31):
        field.shop.put(1 + visit % 4, reviews=visit)
        source = Counting()
        costs.append((field.collect(source), source.records))
    assert set(costs) == {(2, 1)}


def test_what_is_gone_leaves_a_tombstone_and_nothing_else(field: Field) -> None:
    del field.shop.changes[3]
    field.collect()
    assert field.changes() == {1: 1, 2: 2, 3: 3, 4: 4}
    field.collect(is_reconciling=True)
    assert field.changes() == {1: 1, 2: 2, 4: 4}
    (stone,) = field.rows("tombstone")
    assert (stone["table_name"], stone["row_id"]) == ("change", f"{TARGET_ID}#3")
    assert (stone["gone_at"], stone["reason"]) == (NOW, "deleted")
    digest = field.trial.digest()
    field.collect(is_reconciling=True)
    assert field.trial.digest() == digest


def test_when_it_was_noticed_outlives_every_later_reading(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    del field.shop.changes[3]
    field.collect(is_reconciling=True)
    monkeypatch.setattr(trials, "NOW", NOW + DAY)
    field.collect(Newer())
    (stone,) = field.rows("tombstone")
    assert stone["gone_at"] == NOW


class Withdraws(ShopSource):
    """Reads every change as one that says itself that it no longer counts."""

    version: ClassVar[int] = 2

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        for record in records:
            row_id = f"{reading.target_id}#{record.key}"
            at = record.fetched_at
            yield Gone(table="change", row_id=row_id, reason="merged", noticed_at=at)


def test_what_says_itself_that_it_no_longer_counts_was_noticed_when_it_was_fetched(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    field.collect()
    monkeypatch.setattr(trials, "NOW", NOW + DAY)
    field.collect(Withdraws(), is_offline=True)
    stones = field.rows("tombstone")
    assert {(stone["gone_at"], stone["reason"]) for stone in stones} == {(NOW, "merged")}
    assert field.rows("change") == []


def test_what_comes_back_has_no_tombstone_any_more(field: Field) -> None:
    del field.shop.changes[3]
    field.collect(is_reconciling=True)
    field.shop.put(3, reviews=5)
    field.collect()
    assert field.changes()[3] == 5
    assert field.rows("tombstone") == []


def test_a_source_that_reads_in_another_way_reads_everything_again_without_asking(
    field: Field,
) -> None:
    assert field.collect(Newer(), is_offline=True) == 0
    assert {row["state"] for row in field.rows("change")} == {"closed"}
    end = Warehouse.open(field.trial.folder).snapshot().manifest.end_of("shop", TARGET_ID)
    assert end is not None
    assert end.rebuilt_because == "shop reads records in another way now"


def test_without_its_raw_records_a_target_is_begun_anew(field: Field) -> None:
    del field.shop.changes[3]
    field.trial.forget("raw")
    field.collect()
    assert field.changes() == {1: 1, 2: 2, 4: 4}
    end = Warehouse.open(field.trial.folder).snapshot().manifest.end_of("shop", TARGET_ID)
    assert end is not None
    assert end.rebuilt_because == "its raw records were begun anew"


def test_rows_outlive_raw_records_past_their_time_even_when_all_is_read_again(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept ten days: on day 11 changes 1 to 4 are dropped, change 5 is fetched; then all is read
    in another way, which only change 5 can be."""
    keeps = replace(field.case, settings=Settings(raw=RawSettings(retention_days=10)))
    field.trial.case = keeps
    monkeypatch.setattr(trials, "NOW", NOW + 11 * DAY)
    field.shop.put(5)
    field.collect()
    with closing(field.archive()) as archive:
        assert [kept.key for kept in archive.since(0)] == ["5"]
    assert field.changes() == {1: 1, 2: 2, 3: 3, 4: 4, 5: 1}
    field.collect(Newer())
    assert field.changes() == {1: 1, 2: 2, 3: 3, 4: 4, 5: 1}
    states = {row["number"]: row["state"] for row in field.rows("change")}
    assert states == {1: "open", 2: "open", 3: "open", 4: "open", 5: "closed"}


def test_raw_records_not_yet_read_are_never_dropped(
    field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A visit keeps change 5 and dies before it is read; by the next one it is past its time."""
    field.trial.case = replace(field.case, settings=Settings(raw=RawSettings(retention_days=10)))
    with closing(field.archive()) as archive:
        body = {**field.shop.changes[4], "number": 5}
        archive.keep("changes", [Record(kind="change", key="5", body=body, fetched_at=1)], "4")
    monkeypatch.setattr(trials, "NOW", NOW + 11 * DAY)
    field.collect()
    assert field.changes()[5] == 4


def test_coverage_counts_everything_ever_kept_also_when_little_was_read(field: Field) -> None:
    """Of 7 changes one has no number and one no instant; then one more comes."""
    field.shop.put(5)
    field.shop.put(6, opened_at="yesterday")
    field.shop.put(7)
    field.shop.changes[5]["number"] = "five"
    field.collect()
    field.shop.put(8)
    field.collect()
    coverage = {row["subject"]: row for row in field.rows("coverage")}
    whole = coverage["change records of shop"]
    assert (whole["expected"], whole["seen"], whole["skipped"]) == (8, 7, 1)
    assert whole["reason"] == "no number (1)"
    assert whole["remedy"]
    parts = coverage["parts of change records of shop"]
    assert (parts["expected"], parts["skipped"], parts["reason"]) == (None, 1, "no instant (1)")
    assert 6 in field.changes()


def test_a_skip_that_is_cured_is_no_longer_counted(field: Field) -> None:
    field.shop.put(5)
    field.shop.changes[5]["opened_at"] = "yesterday"
    field.collect()
    field.shop.put(5)
    field.collect()
    assert {row["skipped"] for row in field.rows("coverage")} == {0}


def test_a_note_holds_until_a_visit_that_no_longer_says_it(field: Field) -> None:
    noted = replace(CONNECTION, options={"note": "no right"})
    field.trial.case = replace(field.case, connection=noted)
    field.collect()
    (note,) = [row for row in field.rows("coverage") if row["subject"] == "wikis"]
    assert (note["skipped"], note["reason"], note["remedy"]) == (1, "no right", "Ask.")
    field.trial.case = field.case
    field.collect()
    assert [row for row in field.rows("coverage") if row["subject"] == "wikis"] == []


def test_nothing_is_landed_of_a_visit_that_stops_and_nothing_of_it_is_lost(tmp_path: Path) -> None:
    field = Field(tmp_path)
    for number in range(7):
        field.shop.put(number)
    with pytest.raises(SourceIncomplete):
        field.trial.collect(source=trials.stopped_after(field.case.source, 2))
    assert Warehouse.open(field.trial.folder).generation() == 0
    assert field.collect() == 2  # the third page, and that there is no fourth
    assert sorted(field.changes()) == list(range(7))


def test_without_the_network_and_without_records_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="Nothing was kept yet") as refused:
        Field(tmp_path).collect(is_offline=True)
    assert refused.value.hint == "Collect once without --offline."


class Stumbles(ShopSource):
    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        yield from super().fetch(visit)
        raise KeyError("mergedBy")


class Chokes(ShopSource):
    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        yield from super().normalise(records, reading)
        raise ZeroDivisionError


class Strays(ShopSource):
    owners: ClassVar[Mapping[str, str]] = {"change": "change_id", "review": "change_id"}


@pytest.mark.parametrize(
    ("source", "kind", "fact"),
    [
        (Stumbles(), SourceIncomplete, "did not expect what was answered for acme/shop: KeyError"),
        (Chokes(), SourceIncomplete, "cannot read its own records of acme/shop: ZeroDivision"),
        (Strays(), SchemaMismatch, "fills 'account', which it does not name"),
    ],
)
def test_a_defect_of_a_source_is_said_to_be_one_and_costs_nothing_kept(
    tmp_path: Path, source: ShopSource, kind: type[Exception], fact: str
) -> None:
    field = Field(tmp_path)
    field.shop.put(1)
    with pytest.raises(kind, match=fact):
        field.collect(source)
    field.collect()
    assert field.changes() == {1: 1}


def test_an_option_the_source_does_not_know_is_refused() -> None:
    connection = replace(CONNECTION, options={"nite": "x"})
    with pytest.raises(ConfigError, match="unknown option 'nite'") as refused:
        RecordedConnector(ShopSource(), connection, Archives(Path(), "shop", ""), None)
    assert refused.value.hint.startswith("Try one of: note")


def test_the_cursor_names_the_archive_the_last_change_and_the_version(field: Field) -> None:
    cursor = json.loads(Warehouse.open(field.trial.folder).cursor("shop", TARGET_ID) or "")
    with closing(field.archive()) as archive:
        assert cursor == {"archive": archive.about.identity, "sequence": 4, "version": 1}
