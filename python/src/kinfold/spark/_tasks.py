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
from .._errors import InvalidInput
from ._arrow import blobs, by_place, context_of, from_bytes, parts, results, scatter, to_arrow, to_native

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DATES = "field string, day_first long, month_first long"

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


@dataclass(frozen=True)
class Gathered:
    """All files, and the numbers of the rows of each that a bucket has; no numbers: there is one bucket, with all rows."""

    files: list[pyarrow.Table]
    rows: list[dict[int, pyarrow.Array]]
    key: str = field(init=False, default_factory=lambda: uuid.uuid4().hex)

    def bucket(self, number: int) -> list[_native.Table]:
        if not self.rows:
            return [to_native(file) for file in self.files]
        return [to_native(file.take(rows[number]) if number in rows else file.slice(0, 0)) for file, rows in zip(self.files, self.rows)]


# A worker process does many tasks one after the other, nearly always with the same kit and the same files.
_ready: dict[type, tuple[str, Any]] = {}

# Of what goes within a function, in bytes: a message to a server of Spark Connect may have 128 MiB.
LARGEST_WITHIN_FUNCTION = 64 << 20


class Shared:
    """A kit, or files, on the way to the executors: a broadcast where the session has one, else within the function itself."""

    def __init__(self, spark: SparkSession, thing: Kit | Gathered) -> None:
        self._key = thing.key
        self._kind = type(thing)
        packed = pickle.dumps(thing)
        context = context_of(spark)
        if context is None and len(packed) > LARGEST_WITHIN_FUNCTION:
            raise InvalidInput(f"what each task needs to know of the whole is {len(packed) >> 20} MiB, too much for Spark Connect, which has no broadcast; "
                               "use a session of the cluster itself")
        self._sent: Any = packed if context is None else context.broadcast(packed)

    def ready(self) -> Any:
        """The kit unpacked (Ready), or the files."""
        key, unpacked = _ready.get(self._kind, ("", None))
        if key != self._key:
            _ready.pop(self._kind, None)
            thing = pickle.loads(self._sent if isinstance(self._sent, bytes) else self._sent.value)
            unpacked = Ready(thing) if isinstance(thing, Kit) else thing
            _ready[self._kind] = (self._key, unpacked)
        return unpacked


class CountDates:
    """How each file writes its dates."""

    def __init__(self, model: str) -> None:
        self._model = model

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        model = _native.parse_model(self._model)
        for part in parts(batches, _ROWS_PER_PART):
            yield from results(_native.count_dates(to_native(part), model))


VALUE, KEY, FIELD, RECORD = range(4)  # As Counted in src/linkage/parts.h.


@dataclass(frozen=True)
class Count:
    """Values and blocking keys of one file, by places; where the kit has the keys of the small file, only those of the large one's."""

    shared: Shared
    right: bool
    all_values: bool
    is_large: bool
    place_count: int  # A power of two.

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        own = self.shared.ready()
        for part in parts(batches, _ROWS_PER_PART):
            counts = to_arrow(_native.count_part(to_native(part), self.right, own.model, own.census, self.all_values, own.keys if self.is_large else None))
            places = pyarrow.compute.bit_wise_and(counts.column("hash"), pyarrow.scalar(self.place_count - 1, pyarrow.int64()))
            yield from scatter(counts, places, int(self.right))


def _summed(sides: list[pyarrow.Table | None], two_files: bool) -> pyarrow.Table:
    """what, number, hash, left, right, pairs of what either file counted: pairs of two files, or within one."""
    both = []
    for side, counts in enumerate(sides):
        if counts is not None:
            nothing = pyarrow.repeat(pyarrow.scalar(0, pyarrow.int64()), len(counts))
            records = [counts.column("records"), nothing]
            both.append(pyarrow.table([*counts.columns[:3], records[side], records[1 - side]], names=["what", "number", "hash", "left", "right"]))
    summed = pyarrow.concat_tables(both).group_by(["what", "number", "hash"]).aggregate([("left", "sum"), ("right", "sum")])
    left, right = summed.column("left_sum"), summed.column("right_sum")
    pairs = pyarrow.compute.multiply(left, right if two_files else pyarrow.compute.subtract(left, 1))
    columns = [summed.column(name) for name in ("what", "number", "hash")]
    return pyarrow.table([*columns, left, right, pairs], names=["what", "number", "hash", "left", "right", "pairs"])


SUMS = "part0 binary, part1 binary, part2 binary"


@dataclass(frozen=True)
class SumCounts:
    """Of the counts of a place: totals of values, fields and records; how many blocks have how many pairs; the values of several records of
    the fields in `weighed`."""

    two_files: bool
    weighed: tuple[int, ...]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        compute, field = pyarrow.compute, pyarrow.compute.field
        for _, sides in by_place(batches):
            counts = _summed(sides, self.two_files)
            both = compute.add(counts.column("left"), counts.column("right"))
            counts = counts.append_column("both", both).append_column("squares", compute.multiply(both, compute.subtract(both, 1)))
            sums = [(name, "sum") for name in ("left", "right", "pairs", "squares")]
            totals = counts.filter(field("what") != KEY).group_by(["what", "number"]).aggregate(sums)
            sizes = counts.filter((field("what") == KEY) & (field("pairs") > 0)).group_by(["number", "pairs"]).aggregate([([], "count_all")])
            repeated = counts.filter((field("what") == VALUE) & field("number").isin(list(self.weighed)) & (field("both") > 1)).select(["number", "hash", "left", "both"])
            yield blobs(totals, sizes, repeated)


@dataclass(frozen=True)
class LargeBlocks:
    """number and hash of the keys of blocks with more pairs than their rule may have."""

    two_files: bool
    pairs_max: dict[int, int]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        field = pyarrow.compute.field
        for _, sides in by_place(batches):
            counts = _summed(sides, self.two_files)
            for number, pairs_max in self.pairs_max.items():
                large = counts.filter((field("what") == KEY) & (field("number") == number) & (field("pairs") > pairs_max))
                yield from large.select(["number", "hash"]).to_batches()


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
class FromDriver(Work):
    """The numbered buckets of files that the driver had."""

    gathered: Shared

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for bucket in batch.column(0).to_pylist():
                files = self.gathered.ready().bucket(bucket)
                yield from self.run(files[0], files[1] if len(files) > 1 else None, bucket)


@dataclass(frozen=True)
class ToBuckets:
    """The rows of one file by buckets, each once for every bucket that its blocks fall into."""

    shared: Shared
    right: bool

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        own = self.shared.ready()
        for part in parts(batches, _ROWS_PER_PART):
            buckets = pyarrow.table(_native.buckets_of(to_native(part), self.right, own.model, own.census, own.kit.bucket_count))
            yield from scatter(part, buckets.column("bucket"), int(self.right), buckets.column("row"))


@dataclass(frozen=True)
class Buckets(Work):
    """The records of each bucket against one another."""

    two_files: bool

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for bucket, (left, right) in by_place(batches):
            if self.two_files and left is not None and right is not None:
                yield from self.run(to_native(left), to_native(right), bucket)
            elif not self.two_files and left is not None:
                yield from self.run(to_native(left), None, bucket)


@dataclass(frozen=True)
class WithIds:
    """The rows whose id is one of the kit's."""

    shared: Shared
    id_column: str

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        ids = self.shared.ready().ids
        for batch in batches:
            yield batch.filter(pyarrow.compute.is_in(batch.column(batch.schema.get_field_index(self.id_column)), value_set=ids))
