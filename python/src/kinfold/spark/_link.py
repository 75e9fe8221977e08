"""Linking two data frames, finding the duplicates in one, and fitting a model to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.sql import functions as F

from .. import _native
from . import _tasks
from .._errors import InvalidInput
from .._linkage import Model
from ._arrow import collect, context_of, runs, to_arrow, to_bytes, to_frame, to_native
from ._cluster import number_all
from ._counts import File, Small, census_of_gathered, scattered, take_census
from ._tasks import Buckets, Census, FromDriver, Gathered, Kit, Shared, Stream, ToBuckets, WithIds, Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_ROWS_PER_BUCKET = 500_000
_COUNTS_PER_RECORD, _COUNTS_PER_PLACE = 12, 4_000_000  # In the census: values and keys; 32 bytes each.
# The driver links alone what has at most so many pairs: about ten seconds of one of its cores. To send the records, to have tasks
# encode them anew, for training and for scores, and to fetch what they find costs that much too.
_PAIRS_ON_DRIVER = 200_000_000
_ROWS_PER_TASK, _PAIRS_PER_TASK = 1_000_000, 50_000_000  # Of files that the driver sends: some seconds of work.
_DRAWN = 20_000  # Records of a file on which the shares of partial agreement among random pairs are seen, where the driver has not all.


@dataclass(frozen=True)
class Options:
    """How the work is spread; nothing of it changes the result, but for what `driver_rows` says.

    driver_rows: files with at most so many rows together are taken to the driver, which trains and links as any one machine does, with all its cores; only where
    there are more than 200 million pairs does it send the records whole to every executor, to have them scored there. Of larger files it has only the records of
    some scored pair, so that a record may miss the group that it belongs to by no single pair.
    broadcast_rows: of larger files one of at most so many rows is sent whole to every executor, and the other one streams past it. With more in
    both (or in one file that is deduplicated), records meet by blocks.
    buckets: groups of blocks that records meet in; 0: as many as keep a group at about half a million rows, a million of what the driver sends. Of so many as are
    asked for the executors train and score each, however little there is to do.
    pairs_max: more candidate pairs than this are refused before anything is compared.
    """

    broadcast_rows: int = 2_000_000
    driver_rows: int = 2_000_000
    buckets: int = 0
    pairs_max: int = 100_000_000_000


class Links:
    """What was found: DataFrames with the columns that one machine writes, and the model."""

    def __init__(self, found: _native.Found, model: Model, files: list[File], has_all: bool) -> None:
        self._found = found
        self._files = files
        self._has_all = has_all
        self._clusters: DataFrame | None = None
        #: The fitted model.
        self.model = model
        #: Pairs that the blocking rules make; those of several rules count for each.
        self.candidate_pairs = found.candidate_pairs
        #: Every pair above the floor: left_id, right_id, weight_bits, probability, linked, stage and the level of each comparison.
        #: ``linked`` is the answer.
        self.pairs: DataFrame = to_frame(files[0].frame.sparkSession, to_arrow(found.pairs()))

    @property
    def clusters(self) -> DataFrame:
        """The cluster of each record: cluster, source, id. The records of one person have one number; the numbers themselves are not those of
        one machine, because rows of a data frame have no order."""
        if self._clusters is None:
            found = to_arrow(self._found.clusters())
            self._clusters = to_frame(self.pairs.sparkSession, found) if self._has_all else number_all([file.ids() for file in self._files], found)
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


def _collect(file: File, frame: DataFrame | None = None, work: Any = None) -> pyarrow.Table:
    """Rows of a file on the driver, by id; all of them, those of `frame`, or those that `work` leaves."""
    rows = collect(file.frame if frame is None else frame, work)
    if rows is None:
        return pyarrow.table({name: pyarrow.array([], pyarrow.string()) for name in file.frame.columns})
    return rows.sort_by(file.id_column)


class _Run:
    """Two files, or one: where pairs are found. link_here() and train_here() do what the driver may do alone; else spread(), then fit() and decide()."""

    def __init__(self, left: DataFrame, right: DataFrame | None, model: _native.Model, id_column: str | None, options: Options) -> None:
        self.left = File.of(left, model, "left", id_column)
        self.right = None if right is None else File.of(right, model, "right", id_column)
        self.options = options
        self.spark: SparkSession = left.sparkSession
        self.counts = [file.count() for file in self.files]
        everyone = sum(self.counts) <= options.driver_rows
        if _native.asks_of_all_records(model) and not everyone:
            raise InvalidInput("a matchkey or household stage of the model asks about all records, and these are more than driver_rows; raise it, or leave the stage out")
        #: All records on the driver, where it may have them.
        self.rows = [_collect(file) for file in self.files] if everyone else None
        for n, file in enumerate(self.files):
            file.check_ids(None if self.rows is None else self.rows[n])
        self.small: Small | None = None
        self.gathered: Shared | None = None
        self.bucket_count = 0

    def _here(self) -> tuple[_native.Table, _native.Table | None] | None:
        """The files, where the driver has all their records and was not told to spread them."""
        if self.rows is None or self.options.buckets:
            return None
        return to_native(self.rows[0]), to_native(self.rows[1]) if len(self.rows) > 1 else None

    def link_here(self, model: _native.Model, threshold: float | None, pairing: str) -> _native.Found | None:
        """What the driver finds alone; None where that is not for it to do, or is refused: spread() then says why in the words that are true of any files."""
        here = self._here()
        if here is None:
            return None
        try:
            found = _native.link_whole(*here, model, threshold, pairing, min(_PAIRS_ON_DRIVER, self.options.pairs_max), 0)
        except InvalidInput:
            return None
        return found if found.model.fitted else None

    def train_here(self, model: _native.Model) -> _native.Model | None:
        """As link_here(). However many pairs there are, training looks at some millions of them."""
        here = self._here()
        if here is None:
            return None
        try:
            fitted, fit = _native.train(*here, model, 0, None)
        except InvalidInput:
            return None
        return fitted if fit["candidate_pairs"] <= self.options.pairs_max else None

    def spread(self, model: _native.Model) -> None:
        """Takes the census, and sends what tasks need of the records."""
        if self.rows is not None and self._can_send(sum(rows.nbytes for rows in self.rows)):
            self.census: Census = census_of_gathered(self.rows, model, self.options.pairs_max)
            self.gathered = self._send(self.rows, model)
        else:
            self.small = self._take_small(self.counts)
            places = 1 << max(self._parallelism(), sum(self.counts) * _COUNTS_PER_RECORD // _COUNTS_PER_PLACE).bit_length()
            self.census = take_census(self.left, self.right, self.small, model, places, all_values=not model.fitted, pairs_max=self.options.pairs_max)

    @property
    def files(self) -> list[File]:
        return [self.left] if self.right is None else [self.left, self.right]

    def _can_send(self, byte_count: int) -> bool:
        """Whether so much can go to every executor."""
        return context_of(self.spark) is not None or byte_count <= _tasks.LARGEST_WITHIN_FUNCTION // 2

    def _send(self, rows: list[pyarrow.Table], model: _native.Model) -> Shared:
        """Files of the driver to the executors, in as few buckets as their records and pairs let be: each encodes its records anew."""
        records, pairs = sum(map(len, rows)), self.census.pair_count
        count = self.options.buckets or max(math.ceil(records / _ROWS_PER_TASK), min(3 * self._parallelism(), pairs // _PAIRS_PER_TASK))
        numbers: list[dict[int, pyarrow.Array]] = []
        if count > 1:
            census = self.census.native()
            found = [pyarrow.table(_native.buckets_of(to_native(own), side == 1, model, census, count)) for side, own in enumerate(rows)]
            numbers = [{bucket: own.column("row").take(at) for bucket, at in runs(own.column("bucket"))} for own in found]
        self.bucket_count = count
        return Shared(self.spark, Gathered(rows, numbers))

    def _take_small(self, counts: list[int]) -> Small | None:
        """The smaller of two files, where it is small enough to be sent whole."""
        if self.right is None or min(counts) > self.options.broadcast_rows:
            return None
        is_right = counts[1] <= counts[0]
        rows = _collect(self.right if is_right else self.left) if self.rows is None else self.rows[is_right]
        return Small(rows, is_right) if self._can_send(rows.nbytes) else None

    def _parallelism(self) -> int:
        context = context_of(self.spark)
        return 16 if context is None else int(context.defaultParallelism)

    def work(self, model: _native.Model, count_patterns: bool) -> tuple[DataFrame, Work]:
        """What scores pairs, or counts their patterns, and what it is to be given."""
        kit = Kit(model.to_toml(), self.census, bucket_count=self.bucket_count)
        if self.gathered is not None:
            numbers = self.spark.range(0, self.bucket_count, 1, self.bucket_count)
            return numbers, FromDriver(Shared(self.spark, kit), count_patterns, self.gathered)
        if self.small is not None:
            large = self.left if self.small.is_right or self.right is None else self.right
            kit = replace(kit, small=to_bytes(self.small.rows), small_is_right=self.small.is_right)
            return large.frame, Stream(Shared(self.spark, kit), count_patterns)
        records = self.census.left_count + self.census.right_count
        each = len(_native.rule_budgets(model))
        count = self.options.buckets or max(3 * self._parallelism(), math.ceil(records * each / _ROWS_PER_BUCKET))
        shared = Shared(self.spark, replace(kit, bucket_count=count))
        return scattered(self.files, [ToBuckets(shared, side == 1) for side in range(len(self.files))], count), Buckets(shared, count_patterns, self.right is not None)

    def fit(self, model: _native.Model) -> _native.Model:
        rows, counting = self.work(model, count_patterns=True)
        counts = collect(rows, counting)
        if counts is None:
            raise InvalidInput("no two records share a blocking key: there is nothing to fit a model to; check the blocking rules")
        patterns = counts.group_by("pattern").aggregate([("pairs", "sum")]).select(["pattern", "pairs_sum"]).rename_columns(["pattern", "pairs"])
        drawn = [to_native(own) for own in self.rows or map(self._draw, self.files)]
        fitted, _ = _native.fit_counted(drawn[0], drawn[1] if len(drawn) > 1 else None, model, self.census.native(), to_native(patterns), 0)
        return fitted

    def _draw(self, file: File) -> pyarrow.Table:
        return _collect(file, file.frame.orderBy(F.xxhash64(F.col(f"`{file.id_column}`")), f"`{file.id_column}`").limit(_DRAWN))

    def _of_pairs(self, model: _native.Model, file: File, is_right: bool, ids: pyarrow.Array) -> pyarrow.Table:
        """The records of some ids; those of the small file are on the driver already."""
        if self.small is not None and is_right == self.small.is_right:
            return self.small.rows
        shared = Shared(self.spark, Kit(model.to_toml(), self.census, ids=to_bytes(pyarrow.table({"id": ids}))))
        return _collect(file, work=WithIds(shared, file.id_column))

    def decide(self, model: _native.Model, threshold: float | None, pairing: str) -> _native.Found:
        scored = collect(*self.work(model, count_patterns=False))
        pairs = pyarrow.table({name: pyarrow.array([], pyarrow.string()) for name in ("left_id", "right_id")}) if scored is None else scored.select(["left_id", "right_id"])
        if self.rows is not None:
            records = self.rows
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
    _native.check_pairing(pairing)
    run = _Run(left, right, own, id_column, options)
    found = run.link_here(own, threshold, pairing)
    if found is not None:
        return Links(found, Model._of(own if own.fitted else found.model), run.files, True)
    fitted = own if own.fitted else run.train_here(own)
    run.spread(fitted or own)
    fitted = fitted or run.fit(own)
    return Links(run.decide(fitted, threshold, pairing), Model._of(fitted), run.files, run.rows is not None)


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
    """Fits a model by expectation-maximisation. No truth is used.

    To files that the driver may hold (:class:`Options`) it is fitted there, as on any one machine; of larger ones patterns are counted by the tasks and summed,
    and other random pairs are looked at. A model that is fitted already comes back as it is.
    """
    own = _model_of(model, id_column)
    if own.fitted:
        return Model._of(own)
    run = _Run(left, right, own, id_column, options)
    fitted = run.train_here(own)
    if fitted is None:
        run.spread(own)
        fitted = run.fit(own)
    return Model._of(fitted)
