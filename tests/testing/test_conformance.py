"""Each promise of the suite is broken once, and the suite notices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from trueup.collect.connector import Batch
from trueup.collect.recorded import Fetched, Normalised, Page, Reading, Record, Sweep, Visit
from trueup.collect.web.exchange import Exchange
from trueup.testing.conformance import Case, Conformance
from trueup.testing.scripted import Answering
from trueup.testing.shop import CONNECTION, Shop, ShopSource


def server() -> Answering:
    shop = Shop(page_size=4)
    for number in range(11):
        shop.put(number, reviews=number % 3)
    return shop.answer


def edited(page: Page, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Page:
    records = tuple(replace(r, body=change(dict(r.body or {}))) for r in page.records)
    return replace(page, records=records)


class Dates(ShopSource):
    """Keeps something that differs at every visit, and asks for everything again."""

    visits = 0

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        Dates.visits += 1
        found = visit.web.get("changes").json()
        yield edited(
            Page(
                stream="changes",
                records=tuple(Record(kind="change", key=str(c["number"]), body=c) for c in found),
                checkpoint="0",
            ),
            lambda body: {**body, "visit": Dates.visits},
        )


class NewestFirst(ShopSource):
    """Hands its pages out backwards, each with the checkpoint of the newest."""

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        pages = [fetched for fetched in super().fetch(visit) if isinstance(fetched, Page)]
        for page in reversed(pages):
            yield replace(page, checkpoint=pages[-1].checkpoint)


class RunsAhead(ShopSource):
    """Notes the end as reached with its first page."""

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        last = str(max(visit.web.get("changes/numbers").json()))
        for fetched in super().fetch(visit):
            yield replace(fetched, checkpoint=last) if isinstance(fetched, Page) else fetched


class CountsItself(ShopSource):
    """Reads a record by its place among the others."""

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        numbered = [
            replace(r, body={**(r.body or {}), "opened_at": place})
            for place, r in enumerate(records)
        ]
        yield from super().normalise(numbered, reading)


class Remembers(ShopSource):
    """Reads with what it still knows of the visit."""

    seen: ClassVar[set[str]] = set()

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        for fetched in super().fetch(visit):
            if isinstance(fetched, Page):
                self.seen.update(record.key for record in fetched.records)
            yield fetched

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        known = self.seen.copy()
        self.seen.clear()
        yield from super().normalise([r for r in records if r.key in known], reading)


class Chokes(ShopSource):
    """Takes a login for granted when it reads."""

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        kept = list(records)
        assert all((r.body or {})["user"]["login"] for r in kept)
        yield from super().normalise(kept, reading)


class Drops(ShopSource):
    """Leaves out what it does not understand, and tells nobody."""

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        for normalised in super().normalise(records, reading):
            if isinstance(normalised, Batch):
                yield normalised


class Demands(ShopSource):
    """Gives a change up for want of its author."""

    def normalise(self, records: Iterable[Record], reading: Reading) -> Iterator[Normalised]:
        whole = [
            r if isinstance((r.body or {}).get("user"), dict) else replace(r, body={})
            for r in records
        ]
        yield from super().normalise(whole, reading)


class Presumes(ShopSource):
    """Takes a login for granted when it fetches."""

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        for fetched in super().fetch(visit):
            if isinstance(fetched, Page):
                edited(fetched, lambda body: {**body, "by": body["user"]["login"]})
            yield fetched


class KeepsTitles(ShopSource):
    """Keeps the answer as it came."""

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        found = visit.web.get("changes").json()
        records = tuple(Record(kind="change", key=str(c["number"]), body=c) for c in found)
        yield Page(stream="changes", records=records, checkpoint="x")


class ListsTooLittle(ShopSource):
    """Takes a page for the whole list."""

    def fetch(self, visit: Visit) -> Iterator[Fetched]:
        for fetched in super().fetch(visit):
            short = isinstance(fetched, Sweep) and frozenset(sorted(fetched.keys)[:4])
            yield replace(fetched, keys=short) if isinstance(fetched, Sweep) and short else fetched


class OwnsByNumber(ShopSource):
    """Names an owner there is not."""

    owners: ClassVar[Mapping[str, str]] = {**ShopSource.owners, "review": "number"}


BROKEN = [
    (Dates(), "test_a_second_visit_brings_nothing_new"),
    (NewestFirst(), "test_a_visit_stopped_after_any_page_goes_on_to_the_same_rows"),
    (RunsAhead(), "test_a_server_that_dies_at_any_question_costs_nothing"),
    (CountsItself(), "test_rows_depend_on_records_and_not_on_their_order"),
    (Remembers(), "test_all_rows_can_be_made_again_without_the_source"),
    (Chokes(), "test_damaged_records_are_read_or_counted"),
    (Drops(), "test_damaged_records_are_read_or_counted"),
    (Demands(), "test_damaged_records_are_read_or_counted"),
    (Presumes(), "test_damaged_answers_end_no_visit_without_a_reason"),
    (KeepsTitles(), "test_no_text_reaches_raw_records_or_rows"),
    (ListsTooLittle(), "test_a_visit_that_lists_everything_takes_nothing_away_that_is_there"),
    (OwnsByNumber(), "test_every_table_it_fills_names_the_owner_of_a_row"),
]


def suite(source: ShopSource) -> Conformance:
    made = Conformance()
    vars(made)["case"] = Case(
        source=source, connection=CONNECTION, server=server, needed={"change": ("number",)}
    )
    return made


def run(made: Conformance, test: str, folder: Path) -> None:
    method = getattr(made, test)
    method(*([folder] if "tmp_path" in method.__annotations__ else []))


@pytest.mark.parametrize(
    ("source", "test"), BROKEN, ids=[f"{type(s).__name__}-{t[5:30]}" for s, t in BROKEN]
)
def test_a_source_that_breaks_a_promise_is_noticed(
    source: ShopSource, test: str, tmp_path: Path
) -> None:
    run(suite(ShopSource()), test, tmp_path / "sound")
    with pytest.raises((AssertionError, LookupError)):
        run(suite(source), test, tmp_path / "broken")


def test_a_client_that_lets_the_token_through_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = "test_no_token_reaches_anything_that_is_kept_or_said"
    run(suite(ShopSource()), test, tmp_path / "sound")
    monkeypatch.setattr(
        Exchange, "_secrets", property(lambda _: frozenset(), lambda *_: None), raising=False
    )
    with pytest.raises(AssertionError):
        run(suite(ShopSource()), test, tmp_path / "broken")
