"""The census: what scoring takes from the whole of the files, counted by the tasks and put together on the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow
import pyarrow.compute
from pyspark.sql import functions as F

from .. import _native
from .._errors import InvalidInput
from ._arrow import SCATTERED, collect, from_bytes, row_count, to_arrow, to_bytes, to_native
from ._tasks import DATES, FIELD, RECORD, SUMS, VALUE, Census, Count, CountDates, Kit, LargeBlocks, Shared, SumCounts

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# What Spark calls the kinds of values that the engine reads.
_KINDS = ("string", "varchar", "char", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "boolean", "date", "timestamp", "timestamp_ntz", "void")
_FEWEST_RECORDS = 1000  # A rule's budget is never for fewer: src/linkage/block.cc.


@dataclass(frozen=True)
class File:
    """One file: the columns that the model reads of it, its id as text first."""

    frame: DataFrame
    id_column: str
    side: str

    @staticmethod
    def of(frame: Any, model: _native.Model, side: str, id_column: str | None = None) -> File:
        if not hasattr(frame, "mapInArrow"):
            raise TypeError(f"{side} is no DataFrame of Spark; make it one with createDataFrame, or use kinfold.link on this machine")
        if id_column is not None and id_column not in frame.columns:
            raise InvalidInput(f"the {side} data frame has no column {id_column}, which id_column names")
        names = _native.columns_read(_native.from_lists({name: [] for name in frame.columns}), model)
        if not names[0]:
            raise InvalidInput(f"the {side} data frame has no id column; name it as id_column (rows of a data frame have no number)")
        kinds = dict(frame.dtypes)
        for name in names[1:]:
            if kinds[name].partition("(")[0] not in _KINDS:
                raise InvalidInput(f"column {name} of the {side} data frame is of type {kinds[name]}; make it text, a number, a date, a time or a Boolean")
        columns = [F.col(f"`{name}`") for name in names]
        return File(frame.select(columns[0].cast("string").alias(names[0]), *columns[1:]), names[0], side)

    def count(self) -> int:
        rows = row_count(self.frame)
        if not rows:
            raise InvalidInput(f"the {self.side} data frame has no rows; nothing can be linked")
        return int(rows)

    def check_ids(self, rows: pyarrow.Table | None) -> None:
        """Each row has an id of its own, or the file is refused: parts of it are counted and scored apart, and none would see it. `rows`: all by id, where
        they are on the driver."""
        if rows is None:
            each = self.ids().groupBy("id").count()
            without, most = each.agg(F.max(F.when(F.col("id").isNull(), F.col("count"))), F.max("count")).first()
        else:
            ids = rows.column(self.id_column)
            twice = pyarrow.compute.any(pyarrow.compute.equal(ids.slice(1), ids.slice(0, len(ids) - 1))).as_py()  # They are sorted.
            most = pyarrow.compute.max(pyarrow.compute.value_counts(ids).field("counts")).as_py() if twice else 1
            without = ids.null_count
        if without:
            raise InvalidInput(f"column {self.id_column} of the {self.side} data frame is empty in {without:,} of its rows; give every record an id of its own")
        if most > 1:
            raise InvalidInput(f"column {self.id_column} of the {self.side} data frame has the same id in up to {most:,} of its rows; give every record an id of its own, "
                               "or name another column as id_column")

    def ids(self) -> DataFrame:
        return self.frame.select(F.col(f"`{self.id_column}`").alias("id"))

    def has_dates_as_text(self, model: _native.Model) -> bool:
        texts: dict[str, list[Any]] = {name: [] for name, kind in self.frame.dtypes if kind == "string"}
        return len(_native.count_dates(_native.from_lists(texts), model)) > 0


def _empty(**columns: Any) -> bytes:
    return to_bytes(pyarrow.table({name: pyarrow.array([], kind) for name, kind in columns.items()}))


def _table(rows: list[dict[str, Any]], **columns: Any) -> bytes:
    return to_bytes(pyarrow.table({name: pyarrow.array([row[name] for row in rows], kind) for name, kind in columns.items()}))


def _fields_table(rows: list[dict[str, Any]]) -> bytes:
    whole = dict.fromkeys(("left_day_first", "right_day_first", "left_total", "right_total", "same_total", "square_total"), pyarrow.int64())
    return _table(rows, field=pyarrow.string(), **whole)


def _census_of_dates(left: File, right: File | None, model: _native.Model) -> Census:
    """Every field of the model, and the order of its dates in either file."""
    orders: list[dict[str, bool]] = []
    for file in (left, right):
        order: dict[str, bool] = {}
        if file is not None and file.has_dates_as_text(model):
            lead: dict[str, int] = {}
            for name, day_first, month_first in file.frame.mapInArrow(CountDates(model.to_toml()), DATES).collect():
                lead[name] = lead.get(name, 0) + day_first - month_first
            order = {name: day_first >= 0 for name, day_first in lead.items()}
        orders.append(order)
    rows = [{"field": name, "left_day_first": int(orders[0].get(name, True)), "right_day_first": int(orders[1].get(name, True)),
             "left_total": 0, "right_total": 0, "same_total": 0, "square_total": 0} for name in _native.field_names(model)]
    nothing = _empty(**dict.fromkeys(("number", "hash", "left", "both"), pyarrow.int64()))
    return Census(0, 0, 0, _fields_table(rows), nothing, _empty(rule=pyarrow.int64(), key=pyarrow.int64()))


def _largest_within(sizes: list[tuple[int, int]], budget: float) -> int | None:
    """Size of the largest block that fits into the budget together with all smaller ones, from (size, how many); None: all fit."""
    if sum(size * count for size, count in sizes) <= budget:
        return None
    largest, total = 0, 0
    for size, count in sorted(sizes):
        if total + size > budget:
            break
        largest = size
        total += size * count
        if total > budget:
            break
    return largest


@dataclass(frozen=True)
class Small:
    """The file that is sent whole to every executor."""

    rows: pyarrow.Table
    is_right: bool


def scattered(files: list[File], by: list[Any], place_count: int) -> DataFrame:
    """The rows of either file by places, those of each place together."""
    sides = [file.frame.mapInArrow(work, SCATTERED) for file, work in zip(files, by)]
    both = sides[0] if len(sides) == 1 else sides[0].unionByName(sides[1])
    return both.repartition(place_count, "place").sortWithinPartitions("place")


def _check_pairs(count: int, pairs_max: int) -> None:
    if count > pairs_max:
        raise InvalidInput(f"the blocking rules make {count:,} pairs, more than the limit of {pairs_max:,}; make them finer, lower pairs_per_record_max "
                           "in the model's settings, or raise pairs_max")


def census_of_gathered(files: list[pyarrow.Table], model: _native.Model, pairs_max: int) -> Census:
    """The census of files that are on the driver."""
    tables = [to_native(file) for file in files]
    left_count, right_count, pair_count, *counts = _native.take_census(tables[0], tables[1] if len(tables) > 1 else None, model, 0)
    _check_pairs(pair_count, pairs_max)
    return Census(left_count, right_count, pair_count, *(to_bytes(to_arrow(table)) for table in counts))


def take_census(left: File, right: File | None, small: Small | None, model: _native.Model, place_count: int, *, all_values: bool, pairs_max: int) -> Census:
    """`all_values`: the counts that training needs, too."""
    dates = _census_of_dates(left, right, model)
    keys = None if small is None else _native.keys_of(to_native(small.rows), small.is_right, model, dates.native())
    shared = Shared(left.frame.sparkSession, Kit(model.to_toml(), dates, keys=keys))
    files = [left] if right is None else [left, right]
    counting = [Count(shared, is_right, all_values, small is not None and small.is_right != is_right, place_count) for is_right in (False, True)]
    counts = scattered(files, counting, place_count).persist()
    try:
        return _put_together(counts, right is not None, dates, model, pairs_max)
    finally:
        counts.unpersist()


def _put_together(counts: DataFrame, two_files: bool, dates: Census, model: _native.Model, pairs_max: int) -> Census:
    weighed = set(_native.fields_weighed(model))
    numbers_weighed = tuple(number for number, name in enumerate(_native.field_names(model)) if name in weighed)
    sums = counts.mapInArrow(SumCounts(two_files, numbers_weighed), SUMS).collect()
    by_field, sizes, repeated = (pyarrow.concat_tables([from_bytes(row[n]) for row in sums]) for n in range(3))
    totals = {(row["what"], row["number"]): row for row in by_field.group_by(["what", "number"]).aggregate(
        [(f"{name}_sum", "sum") for name in ("left", "right", "pairs", "squares")]).to_pylist()}
    order = to_native(from_bytes(dates.fields))
    rows, numbers = [], []
    for number, name in enumerate(_native.field_names(model)):
        present = totals.get((FIELD, number))
        if present is None or present["left_sum_sum"] == 0 or (two_files and present["right_sum_sum"] == 0):
            continue
        values = totals.get((VALUE, number))
        rows.append({"field": name, "left_day_first": order.column("left_day_first")[number], "right_day_first": order.column("right_day_first")[number],
                     "left_total": present["left_sum_sum"], "right_total": present["right_sum_sum"],
                     "same_total": 0 if values is None else values["pairs_sum_sum"], "square_total": 0 if values is None else values["squares_sum_sum"]})
        numbers.append(number)
    records = totals[RECORD, 0]
    left_count, right_count = records["left_sum_sum"], records["right_sum_sum"]
    struck, pair_count = _struck(counts, sizes, two_files, {row["field"] for row in rows}, left_count + right_count, model)
    _check_pairs(pair_count, pairs_max)
    return Census(left_count, right_count, pair_count, _fields_table(rows), _repeated(repeated, numbers), struck)


def _repeated(repeated: pyarrow.Table, numbers: list[int]) -> bytes:
    """Values of more than one record, by row of the fields that both files have."""
    places = pyarrow.compute.index_in(repeated.column("number"), value_set=pyarrow.array(numbers, pyarrow.int64())).cast(pyarrow.int64())
    found = pyarrow.table([places, *(repeated.column(name) for name in ("hash", "left", "both"))], names=["number", "hash", "left", "both"])
    return to_bytes(found.filter(pyarrow.compute.field("number").is_valid()).combine_chunks())


def _struck(counts: DataFrame, sizes: pyarrow.Table, two_files: bool, fields: set[str], record_count: int, model: _native.Model) -> tuple[bytes, int]:
    """The keys of blocks beyond their rule's budget, and the pairs of all others."""
    each = 1 if two_files else 2  # Within one file the counts have every pair twice.
    by_rule: dict[int, dict[int, int]] = {}
    for number, pairs, blocks in zip(*(sizes.column(name).to_pylist() for name in ("number", "pairs", "count_all"))):
        own = by_rule.setdefault(number, {})
        own[pairs // each] = own.get(pairs // each, 0) + blocks
    pair_count = 0
    pairs_max: dict[int, int] = {}
    usable = False
    for number, _, needs, budget in _native.rule_budgets(model):
        if not fields.issuperset(needs):
            continue
        usable = True
        own = by_rule.get(number, {})
        largest = _largest_within(list(own.items()), budget * max(record_count, _FEWEST_RECORDS))
        pair_count += sum(size * count for size, count in own.items() if largest is None or size <= largest)
        if largest is not None:
            pairs_max[number] = largest * each
    if not usable:
        raise InvalidInput("no blocking rule of the model can be used with the fields that the data frames have; add one")
    found = collect(counts, LargeBlocks(two_files, pairs_max)) if pairs_max else None
    if found is None:
        return _empty(rule=pyarrow.int64(), key=pyarrow.int64()), pair_count
    return to_bytes(found.rename_columns(["rule", "key"]).combine_chunks()), pair_count
