"""The census: what scoring takes from the whole of the files, counted by the tasks and put together on the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow
from pyspark.sql import functions as F

from .. import _native
from .._errors import InvalidInput
from ._arrow import collect, from_bytes, to_bytes, to_native
from ._tasks import COUNTS, DATES, Census, Count, CountDates, Kit, Shared

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_VALUE, _KEY, _FIELD, _RECORD = range(4)  # As Counted in src/linkage/parts.h.
_FEWEST_RECORDS = 1000  # A rule's budget is never for fewer: src/linkage/block.cc.


@dataclass(frozen=True)
class File:
    """One file: the columns that the model reads of it, its id as text first."""

    frame: DataFrame
    id_column: str

    @staticmethod
    def of(frame: DataFrame, model: _native.Model, side: str) -> File:
        names = _native.columns_read(_native.from_lists({name: [] for name in frame.columns}), model)
        if not names[0]:
            raise InvalidInput(f"the {side} data frame has no id column; name it as id_column (rows of a data frame have no number)")
        columns = [F.col(f"`{name}`") for name in names]
        return File(frame.select(columns[0].cast("string").alias(names[0]), *columns[1:]), names[0])

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
            seen = file.frame.mapInArrow(CountDates(model.to_toml()), DATES).groupBy("field").agg(F.sum("day_first"), F.sum("month_first"))
            order = {name: day_first >= month_first for name, day_first, month_first in seen.collect()}
        orders.append(order)
    rows = [{"field": name, "left_day_first": int(orders[0].get(name, True)), "right_day_first": int(orders[1].get(name, True)),
             "left_total": 0, "right_total": 0, "same_total": 0, "square_total": 0} for name in _native.field_names(model)]
    nothing = _empty(number=pyarrow.int64(), hash=pyarrow.int64(), records=pyarrow.int64())
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


def take_census(left: File, right: File | None, small: Small | None, model: _native.Model, *, all_values: bool, pairs_max: int) -> Census:
    """`all_values`: the counts that training needs, too."""
    dates = _census_of_dates(left, right, model)
    keys = None if small is None else _native.keys_of(to_native(small.rows), small.is_right, model, dates.native())
    shared = Shared(left.frame.sparkSession, Kit(model.to_toml(), dates, keys=keys))
    n_left, n_right = F.col("left"), F.col("right")
    sides = []
    for file, is_right in ((left, False), (right, True)):
        if file is not None:
            counted = file.frame.mapInArrow(Count(shared, is_right, all_values, small is not None and small.is_right != is_right), COUNTS)
            sides.append(counted.withColumn("left", F.lit(0) if is_right else F.col("records")).withColumn("right", F.col("records") if is_right else F.lit(0)))
    both = sides[0] if right is None else sides[0].unionByName(sides[1])
    counts = both.groupBy("what", "number", "hash").agg(F.sum("left").alias("left"), F.sum("right").alias("right")).persist()
    try:
        same = n_left * (n_left - 1) if right is None else n_left * n_right
        together = n_left + n_right
        totals = {(row["what"], row["number"]): row for row in counts.filter(F.col("what") != _KEY).groupBy("what", "number").agg(
            F.sum("left").alias("left"), F.sum("right").alias("right"), F.sum(same).alias("same"), F.sum(together * (together - 1)).alias("squares")).collect()}
        return _put_together(counts, totals, right is not None, dates, model, pairs_max)
    finally:
        counts.unpersist()


def _put_together(counts: DataFrame, totals: dict[tuple[int, int], Any], two_files: bool, dates: Census, model: _native.Model, pairs_max: int) -> Census:
    records = totals.get((_RECORD, 0))
    left_count, right_count = (records["left"], records["right"]) if records is not None else (0, 0)
    if left_count == 0 or (two_files and right_count == 0):
        raise InvalidInput(f"the {'left' if left_count == 0 else 'right'} data frame has no rows; nothing can be linked")
    order = to_native(from_bytes(dates.fields))
    rows, numbers = [], []
    for number, name in enumerate(_native.field_names(model)):
        present = totals.get((_FIELD, number))
        if present is None or present["left"] == 0 or (two_files and present["right"] == 0):
            continue
        values = totals.get((_VALUE, number))
        rows.append({"field": name, "left_day_first": order.column("left_day_first")[number], "right_day_first": order.column("right_day_first")[number],
                     "left_total": present["left"], "right_total": present["right"],
                     "same_total": 0 if values is None else values["same"], "square_total": 0 if values is None else values["squares"]})
        numbers.append(number)
    struck, pair_count = _struck(counts, two_files, {row["field"] for row in rows}, left_count + right_count, model)
    if pair_count > pairs_max:
        raise InvalidInput(f"the blocking rules make {pair_count:,} pairs, more than the limit of {pairs_max:,}; make them finer, lower pairs_per_record_max "
                           "in the model's settings, or raise pairs_max")
    return Census(left_count, right_count, pair_count, _fields_table(rows), _repeated(counts, numbers, model), struck)


def _repeated(counts: DataFrame, numbers: list[int], model: _native.Model) -> bytes:
    """Values of more than one record, of the fields whose rare values weigh more."""
    names = _native.field_names(model)
    weighed = [number for number in numbers if names[number] in set(_native.fields_weighed(model))]
    found = collect(counts.filter((F.col("what") == _VALUE) & F.col("number").isin(weighed) & (F.col("left") + F.col("right") > 1)).select(
        "number", "hash", (F.col("left") + F.col("right")).alias("records")))
    if found is None:
        return _empty(number=pyarrow.int64(), hash=pyarrow.int64(), records=pyarrow.int64())
    place = {number: at for at, number in enumerate(numbers)}
    return to_bytes(found.set_column(0, "number", pyarrow.array([place[number] for number in found.column("number").to_pylist()], pyarrow.int64())))


def _struck(counts: DataFrame, two_files: bool, fields: set[str], record_count: int, model: _native.Model) -> tuple[bytes, int]:
    """The keys of blocks beyond their rule's budget, and the pairs of all others."""
    n_left, n_right = F.col("left"), F.col("right")
    pairs = (n_left * n_right if two_files else n_left * (n_left - 1) / 2).cast("long")
    blocks = counts.filter(F.col("what") == _KEY).select("number", "hash", pairs.alias("pairs")).filter(F.col("pairs") > 0)
    sizes: dict[int, list[tuple[int, int]]] = {}
    for number, size, count in blocks.groupBy("number", "pairs").count().collect():
        sizes.setdefault(number, []).append((size, count))
    pair_count = 0
    too_large = F.lit(False)
    usable = False
    for number, _, needs, budget in _native.rule_budgets(model):
        if not fields.issuperset(needs):
            continue
        usable = True
        own = sizes.get(number, [])
        largest = _largest_within(own, budget * max(record_count, _FEWEST_RECORDS))
        pair_count += sum(size * count for size, count in own if largest is None or size <= largest)
        if largest is not None:
            too_large = too_large | ((F.col("number") == number) & (F.col("pairs") > largest))
    if not usable:
        raise InvalidInput("no blocking rule of the model can be used with the fields that the data frames have; add one")
    found = blocks.filter(too_large).select("number", "hash").collect()
    return _table([{"rule": number, "key": key} for number, key in found], rule=pyarrow.int64(), key=pyarrow.int64()), pair_count
