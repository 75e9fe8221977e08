"""Arrow tables between Spark, its driver and the engine, on any Spark from 3.5 on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow

from .. import _native

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ROWS_PER_BLOB = 200_000
_SPARK_TYPES = {"string": "string", "int64": "long", "double": "double", "bool": "boolean"}


def to_bytes(table: pyarrow.Table) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def from_bytes(data: bytes) -> pyarrow.Table:
    return pyarrow.ipc.open_stream(data).read_all()


def to_native(table: pyarrow.Table) -> _native.Table:
    return _native.from_arrow(table.__arrow_c_stream__())


def to_arrow(table: _native.Table) -> pyarrow.Table:
    """A table of the engine with the types that Spark takes: text with offsets of 32 bits."""
    own = pyarrow.table(table)
    return own.cast(pyarrow.schema([(field.name, field.type if str(field.type) in _SPARK_TYPES else pyarrow.string()) for field in own.schema]))


def parts(batches: Iterator[Any], rows: int) -> Iterator[pyarrow.Table]:
    """The batches of a task put together, `rows` at a time: the engine works best on many rows at once."""
    held: list[Any] = []
    count = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        held.append(batch)
        count += batch.num_rows
        if count >= rows:
            yield pyarrow.Table.from_batches(held)
            held, count = [], 0
    if held:
        yield pyarrow.Table.from_batches(held)


def results(table: _native.Table) -> Iterator[Any]:
    """The batches of a task's result."""
    yield from to_arrow(table).to_batches(max_chunksize=100_000)


def _pack(batches: Iterator[Any]) -> Iterator[Any]:
    for part in parts(batches, _ROWS_PER_BLOB):
        yield pyarrow.RecordBatch.from_pydict({"part": pyarrow.array([to_bytes(part)], pyarrow.binary())})


def _unpack(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for blob in batch.column(0):
            yield from from_bytes(blob.as_py()).to_batches()


def collect(frame: DataFrame) -> pyarrow.Table | None:
    """All rows on the driver; None where there are none."""
    blobs = [row[0] for row in frame.mapInArrow(_pack, "part binary").collect()]
    return pyarrow.concat_tables([from_bytes(blob) for blob in blobs]) if blobs else None


def to_frame(spark: SparkSession, table: pyarrow.Table) -> DataFrame:
    """A table of the driver as a DataFrame."""
    blobs = [(to_bytes(table.slice(begin, _ROWS_PER_BLOB)),) for begin in range(0, max(1, table.num_rows), _ROWS_PER_BLOB)]
    schema = ", ".join(f"`{field.name}` {_SPARK_TYPES[str(field.type)]}" for field in table.schema)
    return spark.createDataFrame(blobs, "part binary").mapInArrow(_unpack, schema)
