from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from trueup.collect.recorded import Note, Record, Skipped
from trueup.errors import StoreError
from trueup.store.raw.archive import Archive, Archives

DAY = 86_400_000_000


def change(key: int | str, **body: Any) -> Record:
    return Record(kind="change", key=str(key), body={"number": key, **body}, fetched_at=DAY)


def gone(key: int) -> Record:
    return Record(kind="change", key=str(key), body=None, fetched_at=2 * DAY)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with closing(Archive.open(tmp_path, "shop", "shop.example/acme", target="acme")) as opened:
        yield opened


def there(archive: Archive, since: int = 0) -> list[tuple[int, str, Any]]:
    return [(k.sequence, k.key, k.body and k.body.get("state")) for k in archive.since(since)]


def test_a_page_comes_back_as_it_was_kept_with_its_checkpoint(archive: Archive) -> None:
    assert archive.checkpoint("changes") is None
    body = {"title_length": 3, "nested": {"é": [1, None, 2.5, True]}, "big": 10**30}
    archive.keep("changes", [Record(kind="change", key="1", body=body, fetched_at=DAY)], "page 1")
    (kept,) = archive.since(0)
    assert (kept.kind, kept.key, kept.body, kept.fetched_at) == ("change", "1", body, DAY)
    assert archive.checkpoint("changes") == "page 1"
    assert archive.checkpoint("runs") is None


def test_bodies_are_told_of_keys_that_are_kept_and_not_gone(archive: Archive) -> None:
    archive.keep("c", [change(1, state="open"), change(2), change(3)], "a")
    archive.keep("c", [gone(3)], "b")
    assert archive.bodies("change", ["1", "3", "9", 'a"b']) == {"1": {"number": 1, "state": "open"}}
    assert archive.bodies("run", ["1"]) == {}
    archive.drop_bodies(before=2 * DAY, up_to=9)
    assert archive.bodies("change", ["1", "2"]) == {}


def test_what_changed_gets_the_next_number_and_what_did_not_keeps_its_own(
    archive: Archive,
) -> None:
    assert archive.keep("c", [change(1), change(2), change(3)], "a") == 3
    assert archive.keep("c", [change(2), change(3, state="merged")], "b") == 1
    assert there(archive) == [(1, "1", None), (2, "2", None), (4, "3", "merged")]
    assert there(archive, since=3) == [(4, "3", "merged")]
    assert (archive.last_sequence(), archive.pending(3)) == (4, 1)


def test_of_one_record_twice_on_a_page_the_last_is_kept(archive: Archive) -> None:
    archive.keep("c", [change(1, state="open"), change(1, state="merged")], "a")
    assert there(archive) == [(1, "1", "merged")]


def test_the_order_of_keys_is_no_change(archive: Archive) -> None:
    archive.keep("c", [Record(kind="k", key="1", body={"a": 1, "b": 2})], "a")
    assert archive.keep("c", [Record(kind="k", key="1", body={"b": 2, "a": 1})], "b") == 0


def test_a_record_that_is_gone_is_no_longer_known_and_its_body_is_dropped(
    archive: Archive,
) -> None:
    archive.keep("c", [change(1), change(2)], "a")
    archive.keep("c", [gone(1), gone(9)], "b")
    assert archive.known("change") == {"2"}
    kept = {k.key: k for k in archive.since(0)}
    assert (kept["1"].body, kept["1"].gone, kept["1"].fetched_at) == (None, "deleted", 2 * DAY)
    assert "9" not in kept  # what was never there cannot go
    assert archive.keep("c", [gone(1)], "c") == 0


def test_a_sweep_buries_what_is_not_listed_and_only_of_that_kind(archive: Archive) -> None:
    other = Record(kind="run", key="1", body={})
    archive.keep("c", [change(1), change(2), change(3), other], "a")
    assert archive.sweep("change", frozenset({"2", "7"}), "moved", 5 * DAY) == 2
    assert archive.known("change") == {"2"}
    assert archive.known("run") == {"1"}
    buried = [(k.key, k.gone, k.fetched_at) for k in archive.since(4)]
    assert buried == [("1", "moved", 5 * DAY), ("3", "moved", 5 * DAY)]
    assert archive.sweep("change", frozenset({"2", "7"}), "moved", 6 * DAY) == 0


def test_a_record_that_comes_back_is_known_again(archive: Archive) -> None:
    archive.keep("c", [change(1)], "a")
    archive.sweep("change", frozenset(), "not_visible", DAY)
    archive.keep("c", [change(1)], "b")
    assert archive.known("change") == {"1"}
    assert there(archive) == [(3, "1", None)]


def test_half_a_surrogate_pair_is_no_text_and_is_replaced(archive: Archive) -> None:
    archive.keep("c", [Record(kind="k", key="\ud800", body={"t": "a\ud800b"})], "\udfff")
    (kept,) = archive.since(0)
    assert (kept.key, kept.body) == ("?", {"t": "a?b"})


def test_bodies_are_compressed_together_and_little_is_left_of_what_was_replaced(
    tmp_path: Path,
) -> None:
    """1,000 changes of 2 KB, each then edited 20 times: the newest 2 MB of JSON stay."""
    with closing(Archive.open(tmp_path, "shop", "t")) as archive:
        for edit in range(20):
            for page in range(0, 1000, 100):
                records = [
                    change(n, reviews=[{"login": "ada", "at": n * i} for i in range(60)], edit=edit)
                    for n in range(page, page + 100)
                ]
                archive.keep("c", records, f"{edit} {page}")
        raw = sum(len(str(k.body)) for k in archive.since(0))
        assert raw > 1_500_000
        blocks = archive._database.execute("SELECT sum(length(bodies)) FROM block").fetchone()[0]
    assert blocks < raw / 5


def test_a_block_of_which_half_is_dead_is_written_anew_and_reads_the_same(
    archive: Archive,
) -> None:
    archive.keep("c", [change(n, state=f"old {n}") for n in range(10)], "a")
    for n in range(9):
        archive.keep("c", [change(n, state=f"new {n}")], "b")
    assert {k: s for _, k, s in there(archive)} == {
        **{str(n): f"new {n}" for n in range(9)},
        "9": "old 9",
    }
    held = archive._database.execute("SELECT sum(held) FROM block").fetchone()[0]
    assert held == 10


def test_bodies_past_their_time_are_dropped_and_the_records_stay_known(
    archive: Archive,
) -> None:
    archive.keep("c", [change(1), change(2)], "a")
    young = Record(kind="change", key="3", body={"number": 3}, fetched_at=9 * DAY)
    archive.keep("c", [young], "b")
    assert not archive.has_dropped_bodies()
    assert archive.drop_bodies(before=5 * DAY, up_to=1) == 1
    assert archive.drop_bodies(before=5 * DAY, up_to=99) == 1
    assert archive.known("change") == {"1", "2", "3"}
    assert [k.key for k in archive.since(0)] == ["3"]
    assert archive.has_dropped_bodies()
    assert archive.keep("c", [change(1)], "c") == 0  # it is what it was


def test_what_was_just_seen_again_is_not_past_its_time(archive: Archive) -> None:
    archive.keep("c", [change(1)], "a")
    archive.keep("c", [Record(kind="change", key="1", body={"number": 1}, fetched_at=9 * DAY)], "b")
    assert archive.drop_bodies(before=5 * DAY, up_to=99) == 0


def test_versions_and_notes_are_those_of_the_last_visit_that_ended_well(
    archive: Archive,
) -> None:
    note = Note(subject="runs", expected=None, seen=0, skipped=1, reason="403", remedy="Scope.")
    archive.end_visit({"https://a": '"1"', "https://b": '"1"'}, [note])
    archive.end_visit({"https://b": '"2"'}, [])
    assert archive.versions() == {"https://b": '"2"'}
    assert archive.ledger.notes() == ()


def test_skips_are_counted_over_everything_kept_and_replaced_when_read_again(
    archive: Archive,
) -> None:
    archive.keep("c", [change(n) for n in range(5)], "a")
    skips = [
        Skipped(kind="change", key="1", reason="no number"),
        Skipped(kind="change", key="2", reason="no number"),
        Skipped(kind="change", key="3", reason="no instant", is_whole=False),
    ]
    archive.ledger.count_skips([("change", str(n)) for n in range(5)], skips)
    archive.ledger.count_skips([("change", "2")], [])
    (tally,) = archive.ledger.tallies()
    assert (tally.records, tally.skipped, tally.parts_skipped) == (
        5,
        {"no number": 1},
        {"no instant": 1},
    )


def test_archives_are_found_again_and_begun_anew_they_are_others(tmp_path: Path) -> None:
    archives = Archives(tmp_path, "shop", "https://shop.example")
    for name in ("b/x", "a/x"):
        archives.open(name, f"shop.example/{name}").close()
    first = archives.there()
    assert [(a.target, a.target_id, a.address) for a in first] == [
        ("a/x", "shop.example/a/x", "https://shop.example"),
        ("b/x", "shop.example/b/x", "https://shop.example"),
    ]
    with closing(archives.open("a/x", "shop.example/a/x")) as again:
        assert again.about == first[0]
    for path in (tmp_path / "raw" / "shop").iterdir():
        path.unlink()
    with closing(archives.open("a/x", "shop.example/a/x")) as anew:
        assert anew.about.identity != first[0].identity
    assert Archives(tmp_path, "other", "").there() == ()


def test_only_the_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    with closing(Archive.open(tmp_path, "shop", "t")) as archive:
        archive.keep("c", [change(1)], "a")
        for path in (tmp_path / "raw").rglob("*"):
            assert stat.S_IMODE(path.stat().st_mode) in {0o700, 0o600}, path


def test_names_of_targets_never_leave_the_folder(tmp_path: Path) -> None:
    with closing(Archive.open(tmp_path, "shop", "../../etc/passwd")):
        pass
    assert [p.parent for p in tmp_path.rglob("*.sqlite")] == [tmp_path / "raw" / "shop"]


def test_a_damaged_file_is_named_with_the_next_step(tmp_path: Path) -> None:
    with closing(Archive.open(tmp_path, "shop", "t")):
        pass
    (path,) = tmp_path.rglob("*.sqlite")
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="cannot be used") as refused:
        Archive.open(tmp_path, "shop", "t")
    assert "collect again" in refused.value.hint


def test_a_page_that_cannot_be_kept_whole_is_not_kept_at_all(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.keep("c", [change(1)], "a")

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(archive._blocks, "tidy", full)
    with pytest.raises(StoreError, match="is full") as refused:
        archive.keep("c", [change(1, state="new"), change(2)], "b")
    assert "Make room" in refused.value.hint
    monkeypatch.undo()
    assert there(archive) == [(1, "1", None)]
    assert archive.checkpoint("c") == "a"
