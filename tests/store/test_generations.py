from __future__ import annotations

import gc
from pathlib import Path

import pytest

from tests.store.landing import TARGET, expected_state, land, release, state
from trueup.errors import StoreError
from trueup.store.generations import newest
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse


def generations(folder: Path) -> list[int]:
    return sorted(int(path.stem) for path in (folder / "generations").iterdir())


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's call
def test_a_reader_keeps_what_it_began_with(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    tables = warehouse.tables()
    for collection in range(2, 25):
        land(warehouse, vault, collection)
    assert tables["commit"].count().to_pyarrow().as_py() == 7
    assert state(tables) == expected_state([1])


def test_a_generation_goes_when_its_last_reader_does(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    first, second = warehouse.tables(), warehouse.tables()
    for collection in (2, 3, 4):
        land(warehouse, vault, collection)
    assert generations(folder) == [1, 3, 4]
    first.close()
    land(warehouse, vault, 5)
    assert generations(folder) == [1, 4, 5]
    del second
    gc.collect()
    land(warehouse, vault, 6)
    assert generations(folder) == [5, 6]


def test_replaced_rows_leave_the_disk(folder: Path, warehouse: Warehouse, vault: Vault) -> None:
    for tag in range(1, 9):
        with warehouse.collection("git", TARGET, now=tag, vault=vault) as landing:
            landing.land("release", release(tag))
            landing.cursor("")
    assert len(list((folder / "segments" / "release").iterdir())) == 2


def test_files_a_killed_run_left_are_removed_by_the_next(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    litter = [
        folder / "segments/commit/0.parquet",
        folder / "segments/commit/1.parquet.part",
        folder / "generations/00000002.json.part",
    ]
    for path in litter:
        path.write_bytes(b"half")
    land(warehouse, vault, 2)
    assert [path for path in litter if path.exists()] == []
    assert state(warehouse.tables()) == expected_state([1, 2])


def test_a_damaged_generation_is_named_with_the_way_back(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    land(warehouse, vault, 2)
    damaged = folder / "generations" / "00000002.json"
    damaged.write_bytes(damaged.read_bytes()[:50])
    with pytest.raises(StoreError, match=r"00000002\.json is damaged") as refused:
        Warehouse.open(folder)
    assert "Remove that file" in refused.value.hint
    damaged.unlink()
    assert state(warehouse.tables()) == expected_state([1])


def test_a_segment_that_is_gone_is_named(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    (segment,) = warehouse.folder.glob("segments/commit/*")
    segment.unlink()
    with pytest.raises(StoreError, match=rf"{segment.name} cannot be read"):
        warehouse.tables().arrow("commit")


def test_a_generation_removed_while_being_opened_is_not_read(
    folder: Path, warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(warehouse, vault, 1)
    seen: list[list[int]] = [[99], [1]]
    monkeypatch.setattr("trueup.store.generations._numbers", lambda _: seen.pop(0))
    assert newest(folder / "generations").manifest.generation == 1
    assert seen == []
