"""Small collections whose every row says which collection it came from."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.reading import Tables
from trueup.store.warehouse import Warehouse

TARGET = "example.org/team/tool"
COMMITS = 7


def rows(table: str, *given: Mapping[str, Any]) -> pa.Table:
    """Make rows of a canonical table; columns not given are null."""
    schema = TABLES[table].schema
    return pa.Table.from_pylist([dict(row) for row in given], schema=schema)


def commits(collection: int, count: int = COMMITS) -> pa.Table:
    """Make the commits only this collection lands."""
    return rows(
        "commit",
        *(
            {
                "commit_id": f"{TARGET}:{collection:04d}{i:04d}",
                "repository_id": TARGET,
                "sha": f"{collection:04d}{i:04d}",
                "parent_shas": [f"{collection:04d}{i - 1:04d}"] if i else [],
                "author_account_id": f"p_{i % 3}",
                "committed_at": collection * 1000 + i,
                "clock": "ok",
            }
            for i in range(count)
        ),
    )


def release(collection: int) -> pa.Table:
    """Make the one release that replaces the one of the collection before."""
    return rows(
        "release",
        {
            "release_id": f"{TARGET}:{collection}",
            "repository_id": TARGET,
            "tag": str(collection),
            "is_prerelease": False,
        },
    )


def land(warehouse: Warehouse, vault: Vault, collection: int) -> None:
    """Run one collection: new commits in two pieces, a release, a cursor."""
    with warehouse.collection("git", TARGET, now=collection, vault=vault) as landing:
        new = commits(collection)
        landing.land("commit", new.slice(0, 3))
        landing.land("commit", new.slice(3))
        landing.land("release", release(collection))
        vault.identify("git", f"person-{collection}@example.org", "Somebody")
        landing.cursor(str(collection))


def state(tables: Tables) -> tuple[list[str], list[str]]:
    """Return the commits and release tags a reader sees, in order."""
    with tables:
        ids = tables.arrow("commit", ["commit_id"])["commit_id"].to_pylist()
        tags = tables.arrow("release", ["tag"])["tag"].to_pylist()
    return sorted(ids), tags


def expected_state(collections: Sequence[int]) -> tuple[list[str], list[str]]:
    """Return what a reader must see after these collections, worked out without the store."""
    ids = [f"{TARGET}:{c:04d}{i:04d}" for c in collections for i in range(COMMITS)]
    return sorted(ids), [str(c) for c in collections[-1:]]


EMPTY = rows("commit")
"""Made on import: the first array makes pyarrow import pandas, once here and not in every fork."""


def land_for_ever(folder: str) -> None:
    """Go on from where the workspace is, one collection after another, until killed."""
    warehouse, vault = Warehouse.open(Path(folder)), Vault.open(Path(folder))
    collection = int(warehouse.cursor("git", TARGET) or 0)
    while True:
        collection += 1
        land(warehouse, vault, collection)


def land_until_step(folder: str, step: int) -> None:
    """Land one collection, dying by SIGKILL just before the n-th change to the file system."""
    warehouse, vault = Warehouse.open(Path(folder)), Vault.open(Path(folder))
    collection = int(warehouse.cursor("git", TARGET) or 0) + 1
    steps = 0

    def count(event: str, args: tuple[Any, ...]) -> None:
        nonlocal steps
        if event not in {"open", "os.rename", "os.remove", "os.mkdir", "sqlite3.connect"}:
            return
        steps += str(args[0]).startswith(folder)
        if steps == step:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    land(warehouse, vault, collection)
