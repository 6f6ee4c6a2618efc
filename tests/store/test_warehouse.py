from __future__ import annotations

import stat
from pathlib import Path

import pyarrow as pa
import pytest

import trueup.store.segments
from tests.store.landing import COMMITS, TARGET, commits, expected_state, land, release, rows, state
from trueup.errors import SchemaMismatch, SourceIncomplete, StoreError
from trueup.store.identity import Vault
from trueup.store.warehouse import FORMAT, Warehouse


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder / "segments")) for path in folder.glob("segments/*/*")}


def test_a_new_workspace_is_private_and_ignored_by_git(folder: Path) -> None:
    Warehouse.open(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_folder_of_something_else_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(StoreError, match=r"holds thesis\.tex"):
        Warehouse.open(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_workspace_whose_making_was_interrupted_is_finished(folder: Path) -> None:
    folder.mkdir()
    (folder / ".gitignore").write_text("")
    (folder / "identity.db").write_text("")
    assert Warehouse.open(folder).generation() == 0
    assert (folder / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize(
    ("written", "hint"),
    [(str(FORMAT + 1), "Install the newer trueup"), ("0", "collect again"), ("?", "collect again")],
)
def test_another_format_is_refused_with_the_way_out(folder: Path, written: str, hint: str) -> None:
    Warehouse.open(folder)
    (folder / "format").write_text(written)
    with pytest.raises(SchemaMismatch, match=hint):
        Warehouse.open(folder)


def test_rows_written_with_other_columns_are_refused(
    folder: Path, warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(warehouse, vault, 1)
    monkeypatch.setattr("trueup.store.warehouse.fingerprint", lambda table: f"new {table.name}")
    with pytest.raises(SchemaMismatch, match="table 'commit' was written with other columns"):
        Warehouse.open(folder)


def test_append_adds_and_replace_replaces(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    land(warehouse, vault, 2)
    assert state(warehouse.tables()) == expected_state([1, 2])
    assert warehouse.cursor("git", TARGET) == "2"


def test_replace_leaves_the_rows_of_other_targets_and_sources(
    warehouse: Warehouse, vault: Vault
) -> None:
    for source, target in (("git", "a"), ("git", "b"), ("forge", "a"), ("git", "a")):
        with warehouse.collection(source, target, now=1, vault=vault) as landing:
            landing.land("release", rows("release", {"release_id": f"{source} {target}"}))
            landing.cursor("")
    seen = warehouse.tables().arrow("release")["release_id"].to_pylist()
    assert sorted(seen) == ["forge a", "git a", "git b"]


def test_landing_no_rows_of_a_replaced_table_empties_it(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.land("release", rows("release"))
        landing.cursor("2")
    assert state(warehouse.tables()) == (expected_state([1])[0], [])


def test_a_replaced_table_not_landed_this_time_stays(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.cursor("2")
    assert state(warehouse.tables()) == expected_state([1])


def test_every_row_says_its_source_and_when_it_was_collected(
    warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 5)
    table = warehouse.tables().arrow("commit", ["source", "collected_at"])
    assert table.to_pylist() == [{"source": "git", "collected_at": 5}] * COMMITS


@pytest.mark.parametrize("stopped_by", [SourceIncomplete("git ended early."), KeyboardInterrupt()])
def test_nothing_is_kept_of_a_collection_that_was_stopped(
    stopped_by: BaseException, warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueup.store.segments.ROW_GROUP", 4)
    land(warehouse, vault, 1)
    before = files(warehouse.folder)

    def stops_early() -> None:
        with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
            landing.land("commit", commits(2))
            landing.cursor("2")
            assert len(files(warehouse.folder)) == len(before) + 1
            raise stopped_by

    with pytest.raises(type(stopped_by)):
        stops_early()
    assert state(warehouse.tables()) == expected_state([1])
    assert warehouse.cursor("git", TARGET) == "1"
    assert files(warehouse.folder) == before


def test_the_next_collection_reads_back_what_was_landed(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        earlier = landing.previous()
        assert earlier is not None
        assert earlier.cursor == "1"
        assert earlier.tables("commit").equals(commits(1).unify_dictionaries())
        assert earlier.tables("release", ["tag"]).to_pydict() == {"tag": ["1"]}
        assert earlier.tables("hunk").num_rows == 0
        with pytest.raises(SchemaMismatch, match="no table 'hunks'"):
            earlier.tables("hunks")


def test_a_first_collection_has_nothing_before_it(warehouse: Warehouse, vault: Vault) -> None:
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        assert landing.previous() is None


def test_one_target_does_not_see_what_another_left(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", "elsewhere", now=1, vault=vault) as landing:
        assert landing.previous() is None


def test_reset_drops_what_was_landed_before_it(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.land("commit", commits(2))
        landing.reset("history was rewritten")
        assert landing.previous() is None
        landing.land("commit", commits(3))
        landing.land("release", release(3))
        landing.cursor("3")
    assert state(warehouse.tables()) == expected_state([3])


def test_a_collection_that_left_no_cursor_is_collected_anew(
    warehouse: Warehouse, vault: Vault
) -> None:
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land("commit", commits(1))
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        assert landing.previous() is None
        landing.land("commit", commits(1))
    assert state(warehouse.tables())[0] == expected_state([1])[0]


def test_a_collection_that_brings_nothing_keeps_the_cursor(
    warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault):
        pass
    assert warehouse.cursor("git", TARGET) == "1"
    assert state(warehouse.tables()) == expected_state([1])


def test_a_key_that_comes_twice_is_named_and_nothing_is_kept(
    warehouse: Warehouse, vault: Vault
) -> None:
    twice = pa.concat_tables([commits(1), commits(1).slice(2, 1)])
    with (
        pytest.raises(StoreError, match=f"Table commit: .* key commit_id='{TARGET}:00010002'"),
        warehouse.collection("git", TARGET, now=1, vault=vault) as landing,
    ):
        landing.land("commit", twice)
    assert not warehouse.tables().has("commit")


def test_a_key_of_several_columns_may_repeat_in_each_of_them(
    warehouse: Warehouse, vault: Vault
) -> None:
    pairs = [("c1", "a"), ("c1", "b"), ("c2", "a")]
    good = rows("commit_file", *({"commit_id": c, "path": p} for c, p in pairs))
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land("commit_file", good)
        landing.cursor("1")
    with (
        pytest.raises(StoreError, match="key commit_id='c2', path='a'"),
        warehouse.collection("git", TARGET, now=1, vault=vault) as landing,
    ):
        landing.land("commit_file", pa.concat_tables([good, good.slice(2)]))


def test_a_target_cannot_be_collected_twice_at_once(warehouse: Warehouse, vault: Vault) -> None:
    with (
        warehouse.collection("git", TARGET, now=1, vault=vault),
        pytest.raises(StoreError, match="is being collected already"),
        warehouse.collection("git", TARGET, now=1, vault=vault),
    ):
        pass


def test_two_targets_collected_side_by_side_both_arrive(
    warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueup.store.segments.ROW_GROUP", 4)
    with warehouse.collection("git", "a", now=1, vault=vault) as first:
        first.land("commit", commits(1))
        with warehouse.collection("git", "b", now=1, vault=vault) as second:
            second.land("commit", commits(2))
            second.cursor("b")
        first.cursor("a")
    assert state(warehouse.tables())[0] == expected_state([1, 2])[0]
    assert (warehouse.cursor("git", "a"), warehouse.cursor("git", "b")) == ("a", "b")


def test_many_small_collections_stay_few_files_and_lose_nothing(
    warehouse: Warehouse, vault: Vault
) -> None:
    most = 0
    for collection in range(1, 41):
        land(warehouse, vault, collection)
        most = max(most, len(warehouse.snapshot().manifest.of("commit", "git", TARGET)))
    assert most == trueup.store.segments.TOO_MANY
    assert state(warehouse.tables()) == expected_state(range(1, 41))


def test_merging_takes_the_small_segments_and_leaves_the_big_one(
    warehouse: Warehouse, vault: Vault
) -> None:
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land("commit", commits(0, count=9000))
        landing.cursor("0")
    (big,) = files(warehouse.folder)
    for collection in range(1, 20):
        land(warehouse, vault, collection)
    assert big in files(warehouse.folder)


def test_the_digest_does_not_depend_on_how_rows_are_cut(tmp_path: Path) -> None:
    digests = set()
    for pieces in (1, 2, 7):
        folder = tmp_path / str(pieces)
        warehouse, vault = Warehouse.open(folder), Vault.open(folder)
        with warehouse.collection("git", TARGET, now=pieces, vault=vault) as landing:
            for start in range(0, COMMITS, COMMITS // pieces):
                landing.land("commit", commits(1).slice(start, COMMITS // pieces))
        digests.add(warehouse.digest())
    assert len(digests) == 1


def test_the_digest_does_not_change_when_segments_are_merged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = []
    for limit in (1000, trueup.store.segments.TOO_MANY):
        monkeypatch.setattr("trueup.store.segments.TOO_MANY", limit)
        folder = tmp_path / str(limit)
        warehouse, vault = Warehouse.open(folder), Vault.open(folder)
        for collection in range(1, 19):
            land(warehouse, vault, collection)
        digests.append((warehouse.digest(), len(warehouse.snapshot().manifest.of_table("commit"))))
    assert digests[0][0] == digests[1][0]
    assert digests[0][1] > digests[1][1]


def test_the_digest_changes_with_any_value(tmp_path: Path) -> None:
    def digest(name: str, tag: str) -> str:
        folder = tmp_path / name
        warehouse, vault = Warehouse.open(folder), Vault.open(folder)
        with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
            landing.land("release", rows("release", {"release_id": "r", "tag": tag}))
        return warehouse.digest()

    assert digest("a", "1.0") == digest("b", "1.0") != digest("c", "1.1")


def test_rows_replaced_by_equal_rows_are_not_written_again(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    before, digest = files(folder), warehouse.digest()
    with warehouse.collection("git", TARGET, now=2, vault=vault) as landing:
        landing.land("release", release(1))
        landing.cursor("1")
    assert files(folder) == before
    assert warehouse.digest() == digest


def test_many_rows_become_row_groups_of_one_size(warehouse: Warehouse, vault: Vault) -> None:
    count = 300_000
    span = pa.table(
        {
            "repository_id": pa.array([TARGET] * count).dictionary_encode(),
            "line_id": pa.array(range(count), pa.int64()),
        }
    )
    missing = rows("line_span").schema
    for name in missing.names[2:]:
        span = span.append_column(name, pa.nulls(count, missing.field(name).type))
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        for start in range(0, count, 1000):
            landing.land("line_span", span.slice(start, 1000))
    (segment,) = warehouse.snapshot().manifest.segments
    import pyarrow.parquet as pq

    held = pq.read_metadata(warehouse.folder / "segments" / segment.file)
    groups = [held.row_group(i).num_rows for i in range(held.num_row_groups)]
    assert groups == [131_072, 131_072, 37_856]
    assert warehouse.tables().arrow("line_span")["line_id"].to_pylist() == list(range(count))


def test_a_lost_key_is_noticed_before_anything_is_collected(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    (folder / "identity.db").unlink()
    other = Vault.open(folder)
    with (
        pytest.raises(StoreError, match=r"identity\.db is not the one") as refused,
        warehouse.collection("git", TARGET, now=2, vault=other),
    ):
        pytest.fail("the block must not run")
    assert "Put the old file back" in refused.value.hint
    assert state(warehouse.tables()) == expected_state([1])


def test_identities_are_kept_before_the_rows_that_name_them_are_shown(
    folder: Path, warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trueup.store.warehouse.publish", fails)
    with pytest.raises(StoreError, match="No space left on device"):
        land(warehouse, vault, 1)
    account = vault.identify("git", "person-1@example.org", "")
    identity = Vault.open(folder).who(account)
    assert identity is not None
    assert identity.name == "Somebody"
    assert not warehouse.tables().has("commit")
