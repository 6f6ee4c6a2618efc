from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.landing import commits, rows
from trueup.errors import SchemaMismatch
from trueup.model.tables import TABLES
from trueup.store.rows import canonical, checked, content_digest, duplicated_key, fingerprint

COMMIT = TABLES["commit"]


def test_columns_in_another_order_are_put_in_order() -> None:
    given_order = commits(1).select(list(reversed(COMMIT.schema.names)))
    assert checked(COMMIT, given_order).equals(commits(1))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(SchemaMismatch, match="Table commit: column 'clock' is missing"):
        checked(COMMIT, commits(1).drop_columns(["clock"]))


def test_a_column_too_many_is_named() -> None:
    extra = commits(1).append_column("mood", pa.nulls(7))
    with pytest.raises(SchemaMismatch, match="Table commit: column 'mood' is not one of"):
        checked(COMMIT, extra)


def test_a_column_of_another_type_is_named_with_both_types() -> None:
    place = COMMIT.schema.names.index("committed_at")
    wrong = commits(1).set_column(place, "committed_at", pa.array([1.0] * 7))
    with pytest.raises(SchemaMismatch, match="'committed_at' is double instead of int64"):
        checked(COMMIT, wrong)


def test_a_row_without_its_key_is_refused() -> None:
    nameless = rows("commit", {"sha": "1"})
    with pytest.raises(SchemaMismatch, match="'commit_id' is null, but rows are named by it"):
        checked(COMMIT, nameless)


def test_the_fingerprint_of_a_table_changes_with_any_column() -> None:
    renamed = COMMIT.schema.set(0, COMMIT.schema.field(0).with_name("id"))
    retyped = COMMIT.schema.set(0, COMMIT.schema.field(0).with_type(pa.large_string()))
    others = [renamed, retyped, COMMIT.schema.remove(0)]
    prints = {fingerprint(replace(COMMIT, schema=schema)) for schema in others}
    assert len(prints | {fingerprint(COMMIT)}) == 4


@given(st.lists(st.one_of(st.none(), st.sampled_from("abc")), max_size=12), st.data())
def test_the_canonical_form_keeps_values_and_forgets_batches(
    values: list[str | None], draw: st.DataObject
) -> None:
    kind = pa.dictionary(pa.int32(), pa.string())
    cut = draw.draw(st.integers(0, len(values)))
    pieces = [
        pa.array(part).cast(pa.string()).dictionary_encode()
        for part in (values[:cut], values[cut:])
    ]
    cut_up = pa.table({"x": pa.chunked_array([piece.cast(kind) for piece in pieces])})
    whole = pa.table({"x": pa.array(values, pa.string()).dictionary_encode().cast(kind)})
    assert canonical(cut_up)["x"].to_pylist() == values
    assert content_digest(canonical(cut_up)) == content_digest(canonical(whole))


def test_the_canonical_form_drops_entries_nobody_uses() -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([2, None, 0], pa.int32()), ["z", "unused", "a"])
    column = canonical(pa.table({"x": array}))["x"].chunk(0)
    assert column.dictionary.to_pylist() == ["a", "z"]
    assert column.to_pylist() == ["a", None, "z"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pa.array(["ab", "c"]), pa.array(["a", "bc"])),
        (pa.array([0, 1]), pa.array([None, 1])),
        (pa.array([True, False]), pa.array([True, None])),
        (pa.array([["a"], ["b"]]), pa.array([["a", "b"], []])),
        (pa.array([["a"], []]), pa.array([["a"], None])),
        (pa.array([b"", b"x"], pa.large_binary()), pa.array([None, b"x"], pa.large_binary())),
        (pa.array([1.0], pa.float32()), pa.array([1.5], pa.float32())),
        (pa.array(["a", "b"]), pa.array(["b", "a"])),
    ],
)
def test_rows_that_differ_have_different_digests(one: pa.Array, other: pa.Array) -> None:
    digests = [content_digest(canonical(pa.table({"x": array}))) for array in (one, other)]
    assert digests[0] != digests[1]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_binary(), pa.int64(), pa.bool_()])
def test_a_slice_has_the_digest_of_the_same_rows_alone(kind: pa.DataType) -> None:
    values = pa.array([0, 1, None, 1, 0]).cast(pa.bool_() if kind == pa.bool_() else pa.int64())
    if kind in (pa.string(), pa.large_binary()):
        values = pa.array(["x", "yy", None, "z", ""]).cast(kind)
    sliced = pa.table({"x": values.slice(1, 3)})
    alone = pa.table({"x": pa.array(values.to_pylist()[1:4], kind)})
    assert content_digest(canonical(sliced)) == content_digest(canonical(alone))


def test_a_repeated_key_is_found_across_batches_with_other_dictionaries() -> None:
    first = rows("commit_file", {"commit_id": "c1", "path": "a"}, {"commit_id": "c2", "path": "a"})
    second = rows("commit_file", {"commit_id": "c3", "path": "a"}, {"commit_id": "c2", "path": "a"})
    table = TABLES["commit_file"]
    keys = [part.select(list(table.key)) for part in (first, second)]
    assert duplicated_key(table, keys) == "commit_id='c2', path='a'"
    assert duplicated_key(table, keys[:1]) is None
