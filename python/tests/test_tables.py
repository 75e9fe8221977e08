"""Arrow in and out without a copy."""

from __future__ import annotations

import datetime
import gc

import duckdb
import kinfold
import pandas
import polars
import pyarrow
import pytest


def test_text_and_numbers_are_read_where_they_lie() -> None:
    table = pyarrow.table({"name": ["Ann", None, "Zoë"], "n": [1, 2, 3], "x": [0.5, None, 1.5], "small": pyarrow.array([1, 2, 3], pyarrow.int8())})
    own = kinfold.Table.of(table)
    assert own._native.borrowed == ["name", "n", "x"]
    assert list(own) == [("Ann", 1, 0.5, 1), (None, 2, None, 2), ("Zoë", 3, 1.5, 3)]
    assert kinfold.Table.of(polars.DataFrame({"name": ["Ann", "Featherstonehaugh-Cholmondeley", None]}))._native.borrowed == ["name"]


def test_what_was_read_where_it_lies_is_handed_on_from_there() -> None:
    table = pyarrow.table({"name": ["..", "Ann", None, "Bob"], "x": [0.5, 1.5, None, 2.5]}).slice(1)
    again = pyarrow.table(kinfold.Table.of(table))
    assert again.to_pylist() == table.to_pylist()
    assert again["name"].chunk(0).buffers()[2].address == table["name"].chunk(0).buffers()[2].address
    assert again.schema.field("name").type == pyarrow.large_string()


def test_what_was_read_outlives_its_sender() -> None:
    frame = polars.DataFrame({"name": [f"a rather long name {n}" for n in range(1000)]})
    own = kinfold.Table.of(frame)
    del frame
    gc.collect()
    assert own["name"][999] == "a rather long name 999"
    handed_on = pyarrow.table(own)
    del own
    gc.collect()
    assert handed_on["name"][999].as_py() == "a rather long name 999"


def test_what_is_handed_out_is_the_table_itself() -> None:
    links = kinfold.link({"id": ["a", "b"], "surname": ["Dunn", "Dunn"], "date_of_birth": ["1980-01-01"] * 2, "first_name": ["Ann"] * 2}, threshold=0.1)
    pairs = links.pairs
    one, other = pyarrow.table(pairs), pyarrow.table(pairs)
    for name in ("left_id", "weight_bits"):
        assert one[name].chunk(0).buffers()[-1].address == other[name].chunk(0).buffers()[-1].address
    one.validate(full=True)


def test_every_type_there_and_back() -> None:
    day = datetime.date(1980, 2, 29)
    table = pyarrow.table({
        "text": pyarrow.array(["a", None], pyarrow.string_view()), "yes": [True, None], "day": [day, None], "at midnight": pyarrow.array([datetime.datetime(1980, 2, 29), None]),
        "at noon": pyarrow.array([datetime.datetime(1980, 2, 29, 12, 30), None]), "money": pyarrow.array([None, "-12.50"], pyarrow.string()).cast(pyarrow.decimal128(9, 2)),
        "kind": pyarrow.array(["x", None]).dictionary_encode(), "nothing": pyarrow.nulls(2), "wide": pyarrow.array([2**63 - 1, None], pyarrow.uint64()),
    })
    own = kinfold.Table.of(table)
    assert list(own) == [("a", True, day, day, "1980-02-29T12:30:00", None, "x", None, 2**63 - 1), (None, None, None, None, None, -12.5, None, None, None)]
    assert list(kinfold.Table.of(own.to_arrow())) == list(own)
    assert own.to_polars()["day"][0] == day
    assert own.to_pandas()["text"][0] == "a"


def test_slices_and_empty_tables() -> None:
    table = pyarrow.table({"n": list(range(20)), "t": [str(n) for n in range(20)]})
    assert list(kinfold.Table.of(table.slice(7, 3))) == [(7, "7"), (8, "8"), (9, "9")]
    empty = kinfold.Table.of(table.slice(0, 0))
    assert len(empty) == 0 and empty.column_names == ["n", "t"]
    assert pyarrow.table(empty).num_rows == 0


def test_what_cannot_be_read_is_named() -> None:
    with pytest.raises(kinfold.InvalidInput, match="column 'many' has Arrow's type"):
        kinfold.Table.of(pyarrow.table({"many": [[1], [2]]}))
    with pytest.raises(kinfold.InvalidInput, match="beyond 64 bits"):
        kinfold.Table.of(pyarrow.table({"n": pyarrow.array([2**64 - 1], pyarrow.uint64())}))
    with pytest.raises(kinfold.InvalidInput, match="mixes kinds"):
        kinfold.Table.of({"n": [1, "a"]})
    with pytest.raises(kinfold.InvalidInput, match="no column 'x'"):
        kinfold.Table.of({"n": [1]})["x"]


def test_duckdb_reads_what_is_handed_out() -> None:
    handed = kinfold.Table.of({"n": [1, 2, None]}).to_arrow()
    assert duckdb.sql("select sum(n) from handed").fetchall() == [(3,)]
    assert list(kinfold.Table.of(duckdb.sql("select 7 as n, 'x' as t"))) == [(7, "x")]


def test_pandas_with_objects() -> None:
    frame = pandas.DataFrame({"t": ["a", None], "n": [1, 2]}).astype({"t": object})
    assert list(kinfold.Table.of(frame)) == [("a", 1), (None, 2)]
