from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from tests.store.landing import COMMITS, TARGET, commits, land, rows
from trueup.errors import SchemaMismatch
from trueup.model.tables import TABLES
from trueup.store.identity import Vault
from trueup.store.reading import Limits
from trueup.store.warehouse import Warehouse

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12's


def test_an_expression_sees_the_rows_of_every_target(warehouse: Warehouse, vault: Vault) -> None:
    for collection, target in enumerate(("a", "b"), start=1):
        with warehouse.collection("git", target, now=1, vault=vault) as landing:
            landing.land("commit", commits(collection))
    with warehouse.tables() as tables:
        commit = tables["commit"]
        counted = commit.aggregate(n=commit.count(), ids=commit.commit_id.nunique()).to_pyarrow()
    assert counted.to_pylist() == [{"n": 2 * COMMITS, "ids": 2 * COMMITS}]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_without_rows_has_the_columns_of_one_with_rows(
    name: str, warehouse: Warehouse, vault: Vault
) -> None:
    with warehouse.tables() as tables:
        empty = tables[name].schema()
        assert tables[name].count().to_pyarrow().as_py() == 0
        assert not tables.has(name)
        assert tables.arrow(name).num_rows == 0
    keyed: dict[str, object] = {
        column: "x" if "dictionary" in str(TABLES[name].schema.field(column).type) else None
        for column in TABLES[name].key
    }
    texts = {c: "x" for c in TABLES[name].key if TABLES[name].schema.field(c).type == pa.string()}
    numbers = {
        c: 1 for c in TABLES[name].key if pa.types.is_integer(TABLES[name].schema.field(c).type)
    }
    octets = {c: b"x" for c in TABLES[name].key if TABLES[name].schema.field(c).type == pa.binary()}
    with warehouse.collection("git", TARGET, now=1, vault=vault) as landing:
        landing.land(name, rows(name, keyed | texts | numbers | octets))
    with warehouse.tables() as tables:
        assert tables.has(name)
        assert tables[name].schema() == empty


def test_repeating_text_stays_in_dictionaries_for_arrow_and_is_text_for_expressions(
    warehouse: Warehouse, vault: Vault
) -> None:
    land(warehouse, vault, 1)
    with warehouse.tables() as tables:
        assert (
            tables.arrow("commit").schema.field("clock").type
            == TABLES["commit"].schema.field("clock").type
        )
        assert str(tables["commit"].schema()["clock"]) == "string"
        assert tables.arrow("commit", ["sha", "clock"]).column_names == ["sha", "clock"]


def test_a_table_that_does_not_exist_is_refused_by_name(warehouse: Warehouse) -> None:
    tables = warehouse.tables()
    for ask in (tables.__getitem__, tables.has, tables.arrow):
        with pytest.raises(SchemaMismatch, match="There is no table 'commits'"):
            ask("commits")


def test_repositories_are_listed_in_order(warehouse: Warehouse, vault: Vault) -> None:
    for name in ("b", "a"):
        with warehouse.collection("git", name, now=1, vault=vault) as landing:
            landing.land("repository", rows("repository", {"repository_id": name}))
    assert warehouse.tables().repositories() == ("a", "b")


def test_the_engine_keeps_to_its_limits_and_spills_inside_the_workspace(
    folder: Path, warehouse: Warehouse
) -> None:
    with warehouse.tables(Limits(memory="256MB", threads=1)) as tables:
        connection = tables["commit"].get_backend().con
        setting = "select current_setting('{}')"
        seen = [
            connection.execute(setting.format(name)).fetchall()[0][0]
            for name in (
                "memory_limit",
                "threads",
                "temp_directory",
                "autoinstall_known_extensions",
            )
        ]
    assert seen == ["244.1 MiB", 1, str(folder / "scratch"), False]


def test_writing_needs_neither_the_engine_nor_pandas() -> None:
    code = (
        "import sys, trueup.store.warehouse\n"
        "print(*({'duckdb', 'ibis', 'pandas', 'sqlglot'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert shown.stdout.strip() == ""
