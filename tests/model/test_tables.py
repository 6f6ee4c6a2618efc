from __future__ import annotations

import re

import pyarrow as pa
import pytest

from trueup.model.table import Table
from trueup.model.tables import TABLES

every_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@every_table
def test_a_table_is_found_under_its_own_name(table: Table) -> None:
    assert TABLES[table.name] is table
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", table.name)


@every_table
def test_a_key_names_columns_of_its_table(table: Table) -> None:
    assert set(table.key) <= set(table.schema.names)


@every_table
def test_a_table_leaves_the_columns_of_the_store_to_the_store(table: Table) -> None:
    assert {"source", "collected_at"}.isdisjoint(table.schema.names)


@every_table
def test_instants_are_whole_microseconds(table: Table) -> None:
    kinds = {f.type for f in table.schema if f.name.endswith("_at")}
    assert kinds <= {pa.int64()}


@every_table
def test_ids_are_text_save_those_of_lines(table: Table) -> None:
    texts = {pa.string(), pa.dictionary(pa.int32(), pa.string())}
    kinds = {f.type for f in table.schema if f.name.endswith("_id") and "line_id" not in f.name}
    assert kinds <= texts


def test_no_table_has_a_column_for_a_clear_identity() -> None:
    clear = re.compile(r"mail|login|author_name|committer_name|real_name")
    found = [(t.name, f.name) for t in TABLES.values() for f in t.schema if clear.search(f.name)]
    assert found == []
