from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.landing import TARGET, expected_state, land, state
from trueup.errors import WarehouseBusy
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse


def test_a_second_writer_is_told_who_is_first_and_since_when(
    folder: Path, warehouse: Warehouse, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trueup.store.writer_lock.time.time", lambda: 1_700_000_000.0)
    second = Warehouse.open(folder)
    with (
        warehouse.writing(),
        pytest.raises(WarehouseBusy) as refused,
        second.collection("git", TARGET, now=1, vault=vault),
    ):
        pytest.fail("the block must not run")
    since = "since 2023-11-14 22:13:20 UTC"
    assert str(refused.value).startswith(
        f"Process {os.getpid()} has been writing to {folder} {since}"
    )
    assert refused.value.exit_code == 2


def test_another_process_is_refused_as_well(folder: Path, warehouse: Warehouse) -> None:
    code = (
        "import sys, pathlib; from trueup.store.writer_lock import writer_lock\n"
        "with writer_lock(pathlib.Path(sys.argv[1])): pass"
    )
    command = [sys.executable, "-c", code, str(folder / "writer.lock")]
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with warehouse.writing():
        refused = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False
        )
    assert f"WarehouseBusy: Process {os.getpid()} has been writing" in refused.stderr
    assert subprocess.run(command, env=environment, check=False).returncode == 0


def test_a_first_writer_that_has_not_said_its_name_is_respected(
    folder: Path, warehouse: Warehouse
) -> None:
    second = Warehouse.open(folder)
    with warehouse.writing():
        (folder / "writer.lock").write_text("")
        with pytest.raises(WarehouseBusy, match="Another process"), second.writing():
            pass


def test_a_lock_left_by_a_dead_writer_holds_nobody_up(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    (folder / "writer.lock").write_text(json.dumps({"pid": 1, "since": 0.0}))
    land(warehouse, vault, 1)
    assert state(warehouse.tables()) == expected_state([1])


def test_collections_inside_one_writing_share_its_lock(
    folder: Path, warehouse: Warehouse, vault: Vault
) -> None:
    with warehouse.writing():
        land(warehouse, vault, 1)
        with pytest.raises(WarehouseBusy), Warehouse.open(folder).writing():
            pass
        land(warehouse, vault, 2)
    with Warehouse.open(folder).writing():
        pass


def test_the_lock_is_free_after_a_collection_failed(warehouse: Warehouse, vault: Vault) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        warehouse.collection("git", TARGET, now=1, vault=vault),
    ):
        raise KeyboardInterrupt
    land(Warehouse.open(warehouse.folder), vault, 1)


def test_readers_are_not_held_up_by_a_writer(warehouse: Warehouse, vault: Vault) -> None:
    land(warehouse, vault, 1)
    with warehouse.collection("git", TARGET, now=2, vault=vault):
        assert state(Warehouse.open(warehouse.folder).tables()) == expected_state([1])
