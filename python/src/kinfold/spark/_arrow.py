"""Arrow tables between Spark, its driver and the engine, on any Spark from 3.5 on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.compute
from pyspark.sql import DataFrame

from .. import _native

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_ROWS_PER_BLOB = 200_000
# Spark warns of tasks of more than 1,000 KiB, and each task costs it something: a table of more than some of them is broadcast.
_LARGEST_TASK, _LARGEST_WITHOUT_WORKERS = 900 << 10, 16 << 20
_SPARK_TYPES = {"string": "string", "int64": "long", "double": "double", "bool": "boolean"}


def to_bytes(table: pyarrow.Table) -> bytes:
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def from_bytes(data: bytes | pyarrow.Buffer) -> pyarrow.Table:
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
        yield blobs(part)


def blobs(*tables: pyarrow.Table) -> pyarrow.RecordBatch:
    """One row with each table as a whole: Spark carries it without a look at its rows."""
    return pyarrow.RecordBatch.from_arrays([pyarrow.array([to_bytes(table)], pyarrow.binary()) for table in tables], names=[f"part{n}" for n in range(len(tables))])


SCATTERED = "place long, side long, part binary"


def runs(places: pyarrow.ChunkedArray) -> Iterator[tuple[int, pyarrow.Array]]:
    """Each place with the numbers of its rows."""
    order = pyarrow.compute.sort_indices(places)
    begin = 0
    for run in pyarrow.compute.value_counts(places.take(order)):
        count = run["counts"].as_py()
        yield run["values"].as_py(), order.slice(begin, count)
        begin += count


def scatter(table: pyarrow.Table, places: pyarrow.ChunkedArray, side: int, at: pyarrow.ChunkedArray | None = None) -> Iterator[Any]:
    """A table's rows by place, those of each as one row of SCATTERED; or the rows `at` these numbers, where one may go to several places."""
    for place, numbers in runs(places):
        part = pyarrow.array([to_bytes(table.take(numbers if at is None else at.take(numbers)))], pyarrow.binary())
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array([place], pyarrow.int64()), pyarrow.array([side], pyarrow.int64()), part], names=["place", "side", "part"])


def by_place(batches: Iterator[Any]) -> Iterator[tuple[int, list[pyarrow.Table | None]]]:
    """Of rows of SCATTERED, sorted by place: each place with all that either side has there."""
    current: int | None = None
    held: list[list[pyarrow.Table]] = [[], []]
    for batch in batches:
        for place, side, part in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), batch.column(2)):
            if current is not None and place != current:
                yield current, [pyarrow.concat_tables(own) if own else None for own in held]
                held = [[], []]
            current = place
            held[side].append(from_bytes(part.as_buffer()))
    if current is not None:
        yield current, [pyarrow.concat_tables(own) if own else None for own in held]


@dataclass(frozen=True)
class Unpack:
    """The rows of whole tables: of a column, or the numbered ones of those that were broadcast."""

    tables: Any = None

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for one in batch.column(0):
                yield from from_bytes(one.as_py() if self.tables is None else self.tables.value[one.as_py()]).to_batches()


@dataclass(frozen=True)
class Packed:
    """A task's work with its results as whole tables."""

    work: Any

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        return _pack(self.work(batches))


def collect(frame: DataFrame, work: Any = None) -> pyarrow.Table | None:
    """All rows on the driver, or what `work` makes of them; None where there are none."""
    if work is None and hasattr(frame, "toArrow"):
        rows = frame.toArrow()  # Since Spark 4: without Python workers.
        return rows if len(rows) else None
    packed = [row[0] for row in frame.mapInArrow(Packed(work or iter), "part0 binary").collect()]
    return pyarrow.concat_tables([from_bytes(blob) for blob in packed]) if packed else None


def context_of(spark: SparkSession) -> Any:
    """The session's context; None of Spark Connect, which has none."""
    try:
        return spark.sparkContext
    except Exception:  # Each version says so by another one.
        return None


def row_count(frame: DataFrame) -> int:
    if context_of(frame.sparkSession) is None:
        return int(frame.count())
    # What count() does besides, an aggregation and its shuffle, takes as long as all the rest of a session's first reading.
    plan: Any = frame.select()
    return int(plan._jdf.queryExecution().toRdd().count())


@contextlib.contextmanager
def _settings(spark: SparkSession, **values: int) -> Iterator[None]:
    """Settings of Spark's Arrow for the moment."""
    names = {f"spark.sql.execution.arrow.{name}": str(value) for name, value in values.items()}
    before = {name: str(spark.conf.get(name)) for name in names}
    try:
        for name, value in names.items():
            spark.conf.set(name, value)
        yield
    finally:
        for name, value in before.items():
            spark.conf.set(name, value)


def to_frame(spark: SparkSession, table: pyarrow.Table) -> DataFrame:
    """A table of the driver as a DataFrame."""
    context = context_of(spark)
    if context is not None and hasattr(DataFrame, "toArrow") and 0 < table.nbytes <= _LARGEST_WITHOUT_WORKERS:
        # Since Spark 4 its own tasks read Arrow, without Python workers, which take seconds to start. What one of them reads goes with its order.
        with _settings(spark, localRelationThreshold=0, maxRecordsPerBatch=max(1, len(table) * _LARGEST_TASK // table.nbytes)):
            return spark.createDataFrame(table)
    blobs = [to_bytes(table.slice(begin, _ROWS_PER_BLOB)) for begin in range(0, max(1, table.num_rows), _ROWS_PER_BLOB)]
    schema = ", ".join(f"`{field.name}` {_SPARK_TYPES[str(field.type)]}" for field in table.schema)
    if context is None:
        return spark.createDataFrame([(blob,) for blob in blobs], "part binary").mapInArrow(Unpack(), schema)
    # Spark takes several times as long over rows that it is given one by one.
    return spark.range(0, len(blobs), 1, len(blobs)).mapInArrow(Unpack(context.broadcast(blobs)), schema)
