"""What runs on the executors. Everything that a task needs beside its rows comes in one `Kit`, sent once to each executor."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.compute

from .. import _native
from ._arrow import from_bytes, parts, results, to_native

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

COUNTS = "what long, number long, hash long, records long"
DATES = "field string, day_first long, month_first long"
PAIRS = "left_id string, right_id string, weight_bits double, log_odds_bits double"
PATTERNS = "pattern string, pairs double"

_ROWS_PER_PART = 1_000_000


@dataclass(frozen=True)
class Census:
    """Counts over both files, as Arrow: see make_census() of the native module."""

    left_count: int
    right_count: int
    pair_count: int
    fields: bytes
    repeated: bytes
    struck: bytes

    def native(self) -> _native.Census:
        tables = [to_native(from_bytes(table)) for table in (self.fields, self.repeated, self.struck)]
        return _native.make_census(self.left_count, self.right_count, self.pair_count, *tables)


@dataclass(frozen=True)
class Kit:
    """A model and the census, and what else a kind of task needs: the small file, or its blocking keys; ids that are asked for."""

    model: str
    census: Census
    small: bytes | None = None
    small_is_right: bool = False
    bucket_count: int = 1
    ids: bytes | None = None
    keys: bytes | None = None
    key: str = field(init=False, default_factory=lambda: uuid.uuid4().hex)


class Ready:
    """A kit unpacked."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.model = _native.parse_model(kit.model)
        self.census = kit.census.native()
        self.small = None if kit.small is None else to_native(from_bytes(kit.small))
        self.keys = None if kit.keys is None else _native.read_keys(kit.keys, self.model)
        self.ids = None if kit.ids is None else from_bytes(kit.ids).column(0)


# A worker process does many tasks one after the other, nearly always with the same kit.
_ready: dict[str, Ready] = {}


class Shared:
    """A kit on its way to the executors: a broadcast where the session has one, else within the function itself."""

    def __init__(self, spark: SparkSession, kit: Kit) -> None:
        self._key = kit.key
        packed = pickle.dumps(kit)
        try:
            self._sent: Any = spark.sparkContext.broadcast(packed)
        except Exception:  # Spark Connect has no context, and says so by an exception of its own.
            self._sent = packed

    def ready(self) -> Ready:
        if self._key not in _ready:
            packed = self._sent if isinstance(self._sent, bytes) else self._sent.value
            _ready.clear()
            _ready[self._key] = Ready(pickle.loads(packed))
        return _ready[self._key]


class CountDates:
    """How each file writes its dates."""

    def __init__(self, model: str) -> None:
        self._model = model

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        model = _native.parse_model(self._model)
        for part in parts(batches, _ROWS_PER_PART):
            yield from results(_native.count_dates(to_native(part), model))


@dataclass(frozen=True)
class Count:
    """Values and blocking keys of one file; where the kit has the keys of the small file, only those of the large one's."""

    shared: Shared
    right: bool
    all_values: bool
    is_large: bool

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        own = self.shared.ready()
        for part in parts(batches, _ROWS_PER_PART):
            yield from results(_native.count_part(to_native(part), self.right, own.model, own.census, self.all_values, own.keys if self.is_large else None))


@dataclass(frozen=True)
class Work:
    """Score pairs, or count their patterns."""

    shared: Shared
    count_patterns: bool

    def run(self, left: _native.Table, right: _native.Table | None, bucket: int) -> Iterator[Any]:
        own = self.shared.ready()
        work = _native.count_patterns if self.count_patterns else _native.score_part
        yield from results(work(left, right, own.model, own.census, bucket, own.kit.bucket_count))


@dataclass(frozen=True)
class Stream(Work):
    """The rows of the large file against the whole small one."""

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        own = self.shared.ready()
        assert own.small is not None
        # The small file is encoded anew for each part: parts no smaller than it at most double the work.
        for part in parts(batches, max(_ROWS_PER_PART, len(own.small))):
            large = to_native(part)
            yield from self.run(large, own.small, 0) if own.kit.small_is_right else self.run(own.small, large, 0)


@dataclass(frozen=True)
class ToBuckets:
    """The rows of one file behind a column `bucket`, each once for every bucket that its blocks fall into."""

    shared: Shared
    right: bool

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        own = self.shared.ready()
        for part in parts(batches, _ROWS_PER_PART):
            buckets = pyarrow.table(_native.buckets_of(to_native(part), self.right, own.model, own.census, own.kit.bucket_count))
            rows = part.take(buckets.column("row"))
            yield from pyarrow.table([buckets.column("bucket"), *rows.columns], names=["bucket", *rows.column_names]).to_batches(max_chunksize=100_000)


@dataclass(frozen=True)
class Buckets(Work):
    """Rows sorted by bucket: the records of each bucket against one another."""

    left_names: tuple[str, ...]
    right_names: tuple[str, ...]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for bucket, rows in self._by_bucket(batches):
            side = rows.column("side")
            names = rows.column_names[2:]
            left = self._file(rows.filter(pyarrow.compute.equal(side, 0)), names[: len(self.left_names)], self.left_names)
            right = None
            if self.right_names:
                right = self._file(rows.filter(pyarrow.compute.equal(side, 1)), names[len(self.left_names) :], self.right_names)
            yield from self.run(left, right, bucket)

    @staticmethod
    def _file(rows: pyarrow.Table, packed: list[str], names: tuple[str, ...]) -> _native.Table:
        return to_native(rows.select(packed).rename_columns(list(names)))

    @staticmethod
    def _by_bucket(batches: Iterator[Any]) -> Iterator[tuple[int, pyarrow.Table]]:
        held: list[Any] = []
        current = -1
        for batch in batches:
            begin = 0
            while begin < batch.num_rows:
                bucket = batch.column(0)[begin].as_py()
                end = begin + pyarrow.compute.sum(pyarrow.compute.equal(batch.column(0).slice(begin), bucket)).as_py()
                if bucket != current and held:
                    yield current, pyarrow.Table.from_batches(held)
                    held = []
                current = bucket
                held.append(batch.slice(begin, end - begin))
                begin = end
        if held:
            yield current, pyarrow.Table.from_batches(held)


@dataclass(frozen=True)
class WithIds:
    """The rows whose id is one of the kit's."""

    shared: Shared
    id_column: str

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        ids = self.shared.ready().ids
        for batch in batches:
            yield batch.filter(pyarrow.compute.is_in(batch.column(batch.schema.get_field_index(self.id_column)), value_set=ids))
