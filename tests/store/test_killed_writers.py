"""Writers killed by SIGKILL: at every change to the file system, and at random instants."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.forking import Forks, forks
from tests.store.landing import TARGET, expected_state, land, state
from trueup.store.identity import Vault
from trueup.store.warehouse import Warehouse


@pytest.fixture(scope="module")
def processes() -> Iterator[Forks]:
    """Start processes cheaply."""
    with forks() as started:
        yield started


def check(folder: Path) -> int:
    """Assert that exactly the collections up to the cursor are there; return how many."""
    warehouse = Warehouse.open(folder)
    done = int(warehouse.cursor("git", TARGET) or 0)
    assert warehouse.generation() == done
    assert state(warehouse.tables()) == expected_state(range(1, done + 1))
    vault = Vault.open(folder)
    known = [vault.identify("git", f"person-{n}@example.org", "") for n in range(1, done + 1)]
    assert all(Vault.open(folder).who(account) for account in known)
    return done


def assert_no_litter(folder: Path) -> None:
    """Assert that only files of the last two generations are left."""
    generations = [json.loads(path.read_bytes()) for path in (folder / "generations").iterdir()]
    assert len(generations) <= 2
    named = {segment["file"] for generation in generations for segment in generation["segments"]}
    left = {str(path.relative_to(folder / "segments")) for path in folder.glob("segments/*/*")}
    assert left - named == set()


def test_a_writer_killed_at_any_change_to_the_folder_leaves_one_generation_or_the_next(
    folder: Path, processes: Forks
) -> None:
    warehouse, vault = Warehouse.open(folder), Vault.open(folder)
    for collection in range(1, 17):
        land(warehouse, vault, collection)
    outcomes = set()
    for step in range(1, 200):
        before = check(folder)
        processes.start("land_until_step", folder, step)
        exit_code = processes.exit_code()
        outcomes.add(check(folder) - before)
        if exit_code == 0:
            break
        assert exit_code == -signal.SIGKILL
    assert exit_code == 0, "no step was left to die at"
    assert step > 20
    assert outcomes == {0, 1}
    assert_no_litter(folder)


def test_a_writer_killed_at_thirty_random_instants_never_leaves_half_a_collection(
    folder: Path, processes: Forks
) -> None:
    chance = random.Random(20)
    warehouse = Warehouse.open(folder)
    progress = [0]
    for _ in range(30):
        writer = processes.start("land_for_ever", folder)
        while warehouse.generation() == progress[-1]:
            time.sleep(0.001)
        time.sleep(chance.random() * 0.05)
        os.kill(writer, signal.SIGKILL)
        assert processes.exit_code() == -signal.SIGKILL
        progress.append(check(folder))
    assert progress == sorted(progress)
    assert progress[-1] >= 30
    land(Warehouse.open(folder), Vault.open(folder), progress[-1] + 1)
    assert check(folder) == progress[-1] + 1
    assert_no_litter(folder)


def test_a_reader_beside_a_writer_sees_whole_collections_only(
    folder: Path, processes: Forks
) -> None:
    warehouse = Warehouse.open(folder)
    writer = processes.start("land_for_ever", folder)
    try:
        seen: list[int] = []
        until = time.monotonic() + 20
        while time.monotonic() < until and len(set(seen)) < 25:
            with warehouse.tables() as tables:
                ids, tags = state(tables)
                assert (ids, tags) == expected_state(range(1, tables.generation + 1))
                seen.append(tables.generation)
    finally:
        os.kill(writer, signal.SIGKILL)
        assert processes.exit_code() == -signal.SIGKILL
    assert seen == sorted(seen)
    assert len(set(seen)) == 25


def test_segments_merged_as_they_are_landed_leave_nothing_behind(folder: Path) -> None:
    for number in range(1, 40):
        land(Warehouse.open(folder), Vault.open(folder), number)
        assert_no_litter(folder)
