"""Linking two data frames, finding the duplicates in one, and fitting a model to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.sql import functions as F

from .. import _native
from .._errors import InvalidInput
from .._linkage import Model
from ._arrow import collect, to_arrow, to_bytes, to_frame, to_native
from ._cluster import number_all
from ._counts import File, Small, take_census
from ._tasks import PAIRS, PATTERNS, Buckets, Census, Kit, Shared, Stream, ToBuckets, WithIds

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ROWS_PER_BUCKET = 500_000
_DRAWN = 20_000  # Records of a file on which the shares of partial agreement among random pairs are seen.


@dataclass(frozen=True)
class Options:
    """How the work is spread; nothing of it changes the result, but for what `driver_rows` says.

    broadcast_rows: a file of at most so many rows is sent whole to every executor, and the other one streams past it. With more in
    both (or in one file that is deduplicated), records meet by blocks, in `buckets` groups of them (0: as many as keep a group at
    about half a million rows).
    driver_rows: of one file with at most so many rows the driver takes all records to form clusters, as one machine does; of a larger one only
    those of some scored pair, so that a record may miss the group that it belongs to by no single pair.
    pairs_max: more candidate pairs than this are refused before anything is compared.
    """

    broadcast_rows: int = 2_000_000
    driver_rows: int = 2_000_000
    buckets: int = 0
    pairs_max: int = 100_000_000_000


class Links:
    """What was found: DataFrames with the columns that one machine writes, and the model."""

    def __init__(self, found: _native.Found, model: Model, files: list[File], candidate_pairs: int) -> None:
        self._found = found
        self._files = files
        self._clusters: DataFrame | None = None
        #: The fitted model.
        self.model = model
        #: Pairs that the blocking rules make; those of several rules count for each.
        self.candidate_pairs = candidate_pairs
        #: Every pair above the floor: left_id, right_id, weight_bits, probability, linked, stage and the level of each comparison.
        #: ``linked`` is the answer.
        self.pairs: DataFrame = to_frame(files[0].frame.sparkSession, to_arrow(found.pairs()))

    @property
    def clusters(self) -> DataFrame:
        """The cluster of each record: cluster, source, id. The records of one person have one number; the numbers themselves are not those of
        one machine, because rows of a data frame have no order."""
        if self._clusters is None:
            self._clusters = number_all([file.ids() for file in self._files], to_arrow(self._found.clusters()))
        return self._clusters

    @property
    def threshold(self) -> float:
        """The probability from which a pair was taken."""
        return self._found.threshold

    @property
    def pairing(self) -> str:
        """How often a record could be linked: as given, or as the files have it."""
        return self._found.pairing

    @property
    def notes(self) -> list[str]:
        """What was left out or assumed, in plain words."""
        return self._found.notes

    @property
    def blocking_recall(self) -> float:
        """Estimated share of all matches that the blocking rules find."""
        return self._found.blocking_recall

    def __repr__(self) -> str:
        return f"<kinfold.spark.Links: {len(self._found.pairs()):,} pairs above the floor, threshold {self.threshold:.3f}>"


def _model_of(model: Any, id_column: str | None) -> _native.Model:
    own = Model.coerce(model)._native
    if id_column is not None:
        own = own.with_id_column(id_column)
    if _native.chooses_blocking(own):
        raise InvalidInput('blocking = "auto" needs a look at all records at once; let kinfold.Linker choose the rules on a sample, and give the model that it saves')
    return own


def _collect(file: File, frame: DataFrame | None = None) -> pyarrow.Table:
    """Rows of a file on the driver, by id; all of them, or those of `frame`."""
    rows = collect(file.frame if frame is None else frame)
    if rows is None:
        return pyarrow.table({name: pyarrow.array([], pyarrow.string()) for name in file.frame.columns})
    return rows.sort_by(file.id_column)


class _Run:
    """Two files, or one, with their census: where pairs are found."""

    def __init__(self, left: DataFrame, right: DataFrame | None, model: _native.Model, options: Options) -> None:
        self.left = File.of(left, model, "left")
        self.right = None if right is None else File.of(right, model, "right")
        self.options = options
        self.spark: SparkSession = left.sparkSession
        self.small = self._take_small()
        self.census: Census = take_census(self.left, self.right, self.small, model, all_values=not model.fitted, pairs_max=options.pairs_max)

    @property
    def files(self) -> list[File]:
        return [self.left] if self.right is None else [self.left, self.right]

    def _take_small(self) -> Small | None:
        """The smaller of two files, where it is small enough to be sent whole."""
        if self.right is None:
            return None
        left_count, right_count = self.left.frame.count(), self.right.frame.count()
        if min(left_count, right_count) > self.options.broadcast_rows:
            return None
        is_right = right_count <= left_count
        return Small(_collect(self.right if is_right else self.left), is_right)

    def _parallelism(self) -> int:
        try:
            return int(self.spark.sparkContext.defaultParallelism)
        except Exception:  # Spark Connect has no context.
            return 16

    def work(self, model: _native.Model, count_patterns: bool) -> DataFrame:
        """Pairs, or counts of their patterns."""
        schema = PATTERNS if count_patterns else PAIRS
        kit = Kit(model.to_toml(), self.census)
        if self.small is not None:
            large = self.left if self.small.is_right or self.right is None else self.right
            kit = replace(kit, small=to_bytes(self.small.rows), small_is_right=self.small.is_right)
            return large.frame.mapInArrow(Stream(Shared(self.spark, kit), count_patterns), schema)
        records = self.census.left_count + self.census.right_count
        each = len(_native.rule_budgets(model))
        count = self.options.buckets or max(3 * self._parallelism(), math.ceil(records * each / _ROWS_PER_BUCKET))
        shared = Shared(self.spark, replace(kit, bucket_count=count))
        rows = self._bucketed(shared).repartition(count, "bucket").sortWithinPartitions("bucket")
        right_names = () if self.right is None else tuple(self.right.frame.columns)
        return rows.mapInArrow(Buckets(shared, count_patterns, tuple(self.left.frame.columns), right_names), schema)

    def _bucketed(self, shared: Shared) -> DataFrame:
        """Both files in one frame: bucket, side, the left file's columns (l0 ...) and the right one's (r0 ...)."""
        packed = []
        for side, file in enumerate(self.files):
            names = ", ".join(f"`{name}` {kind}" for name, kind in file.frame.dtypes)
            rows = file.frame.mapInArrow(ToBuckets(shared, side == 1), f"bucket long, {names}")
            columns = [F.col("bucket"), F.lit(side).alias("side")]
            for prefix, other in zip("lr", self.files):
                for n, (name, kind) in enumerate(other.frame.dtypes):
                    columns.append((F.col(f"`{name}`") if other is file else F.lit(None).cast(kind)).alias(f"{prefix}{n}"))
            packed.append(rows.select(*columns))
        return packed[0] if len(packed) == 1 else packed[0].unionByName(packed[1])

    def fit(self, model: _native.Model) -> _native.Model:
        patterns = collect(self.work(model, count_patterns=True).groupBy("pattern").agg(F.sum("pairs").alias("pairs")))
        if patterns is None:
            raise InvalidInput("no two records share a blocking key: there is nothing to fit a model to; check the blocking rules")
        drawn = [to_native(_collect(file, file.frame.orderBy(F.xxhash64(F.col(f"`{file.id_column}`")), f"`{file.id_column}`").limit(_DRAWN))) for file in self.files]
        fitted, _ = _native.fit_counted(drawn[0], drawn[1] if len(drawn) > 1 else None, model, self.census.native(), to_native(patterns), 0)
        return fitted

    def _of_pairs(self, model: _native.Model, file: File, is_right: bool, ids: pyarrow.Array) -> pyarrow.Table:
        """The records of some ids; those of the small file are on the driver already."""
        if self.small is not None and is_right == self.small.is_right:
            return self.small.rows
        shared = Shared(self.spark, Kit(model.to_toml(), self.census, ids=to_bytes(pyarrow.table({"id": ids}))))
        return _collect(file, file.frame.mapInArrow(WithIds(shared, file.id_column), file.frame.schema))

    def decide(self, model: _native.Model, threshold: float | None, pairing: str) -> _native.Found:
        scored = collect(self.work(model, count_patterns=False))
        pairs = pyarrow.table({name: pyarrow.array([], pyarrow.string()) for name in ("left_id", "right_id")}) if scored is None else scored.select(["left_id", "right_id"])
        everyone = self.census.left_count + self.census.right_count <= self.options.driver_rows
        if _native.asks_of_all_records(model) and not everyone:
            raise InvalidInput("a matchkey or household stage of the model asks about all records, and these are more than driver_rows; raise it, or leave the stage out")
        if everyone and (self.right is None or _native.asks_of_all_records(model)):
            records = [_collect(file) for file in self.files]
        elif self.right is None:
            ids = pyarrow.chunked_array([*pairs.column("left_id").chunks, *pairs.column("right_id").chunks], pyarrow.string()).unique()
            records = [self._of_pairs(model, self.left, False, ids)]
        else:
            records = [self._of_pairs(model, self.left, False, pairs.column("left_id").unique()), self._of_pairs(model, self.right, True, pairs.column("right_id").unique())]
        tables = [to_native(table) for table in records]
        return _native.decide_found(tables[0], tables[1] if len(tables) > 1 else None, to_native(pairs), model, self.census.native(), threshold, pairing, 0)


def _link(left: DataFrame, right: DataFrame | None, model: Any, threshold: float | None, id_column: str | None, pairing: str, options: Options) -> Links:
    if threshold is not None and not 0.0 <= threshold <= 1.0:
        raise ValueError("threshold is a probability: between 0 and 1")
    own = _model_of(model, id_column)
    run = _Run(left, right, own, options)
    if not own.fitted:
        own = run.fit(own)
    return Links(run.decide(own, threshold, pairing), Model._of(own), run.files, run.census.pair_count)


def link(left: DataFrame, right: DataFrame, model: Any = None, *, threshold: float | None = None, id_column: str | None = None, pairing: str = "auto",
         options: Options = Options()) -> Links:
    """Links two data frames: what :func:`kinfold.link` does, on Spark.

    `model` is whatever :class:`kinfold.Model` takes; one that is not fitted is fitted to the data frames first. With a fitted one the pairs, their weights
    and probabilities, the threshold and the clusters are those of one machine, to the bit. `threshold` is a probability; left out, it is chosen
    so that the expected F1 is highest. `pairing` is auto, one-to-one, one-to-many, many-to-one or many.
    """
    return _link(left, right, model, threshold, id_column, pairing, options)


def dedupe(frame: DataFrame, model: Any = None, *, threshold: float | None = None, id_column: str | None = None, options: Options = Options()) -> Links:
    """Finds the duplicates in one data frame. As :func:`link`."""
    return _link(frame, None, model, threshold, id_column, "auto", options)


def train(left: DataFrame, right: DataFrame | None = None, model: Any = None, *, id_column: str | None = None, options: Options = Options()) -> Model:
    """Fits a model by expectation-maximisation: patterns are counted by the tasks and summed, the rest is done on the driver. No truth is used.

    Of files with at most 20,000 records the model is that of one machine, to the bit; of larger ones other random pairs are looked at. A model that is fitted
    already comes back as it is.
    """
    own = _model_of(model, id_column)
    return Model._of(own if own.fitted else _Run(left, right, own, options).fit(own))
