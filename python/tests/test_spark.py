"""Linkage on Spark is linkage on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import kinfold
import pyarrow
import pytest
from spark_results import assert_same, frame, only_on

import kinfold.spark
from conftest import CLUSTER, CONNECT, LOCAL, people, write_csv
from kinfold.spark import Options, _arrow, _counts, _link, _tasks
from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::FutureWarning")]

WAYS = {"on the driver": Options(), "from the driver": Options(buckets=1), "from the driver in buckets": Options(buckets=3), "broadcast": Options(driver_rows=0),
        "by blocks": Options(driver_rows=0, broadcast_rows=0, buckets=3)}
OF_ONE_FILE = ["on the driver", "from the driver in buckets", "by blocks"]


@pytest.mark.parametrize("way", WAYS)
def test_two_files_are_linked_as_on_one_machine(spark: SparkSession, files: Any, fitted: kinfold.Model, way: str) -> None:
    found = kinfold.spark.link(frame(spark, files[0]), frame(spark, files[1]), fitted, options=WAYS[way])
    assert_same(found, kinfold.link(*files, fitted))
    assert found.pairing == "one-to-one" and found.model.to_toml() == fitted.to_toml()


@pytest.mark.parametrize("way", OF_ONE_FILE)
def test_one_file_is_deduplicated_as_on_one_machine(spark: SparkSession, master: str, tmp_path: Path, way: str) -> None:
    only_on(master, LOCAL, CONNECT)
    left, right = people(300, 6)
    path = write_csv(tmp_path / "people.csv", left + right)
    model = kinfold.Linker(path).train()
    assert_same(kinfold.spark.dedupe(frame(spark, path), model, options=WAYS[way]), kinfold.link(path, model=model))


@pytest.mark.parametrize("way", WAYS)
def test_a_model_is_trained_as_on_one_machine(spark: SparkSession, master: str, files: Any, way: str) -> None:
    only_on(master, LOCAL, CONNECT)
    trained = kinfold.spark.train(*(frame(spark, path) for path in files), options=WAYS[way])
    assert trained.to_toml() == kinfold.Linker(*files).train().to_toml()


@pytest.mark.parametrize("way", OF_ONE_FILE)
def test_real_people_of_history_are_found_as_on_one_machine(spark: SparkSession, master: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on(master, CLUSTER)
    path = Path(os.environ.get("KINFOLD_DATA", "none"), "linkage/historical_50k.parquet")
    if not path.exists():
        pytest.skip("the public data are not here: make data")
    model = kinfold.Linker(path).train()
    session = spark.newSession()
    session.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "10000")
    if way == "by blocks":  # The driver has all records, without which groups here are attached to others less often, but may not send them.
        monkeypatch.setattr(_link._Run, "_can_send", lambda self, byte_count: False)
    found = kinfold.spark.dedupe(session.read.parquet(str(path)).repartition(5), model, options=Options(buckets=0 if way == "on the driver" else 5))
    assert_same(found, kinfold.link(path, model=model))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes to the executors for work to be done there."""
    things: list[Any] = []
    shared = _tasks.Shared.__init__
    monkeypatch.setattr(_tasks.Shared, "__init__", lambda self, spark, thing: things.append(thing) or shared(self, spark, thing))
    return things


@pytest.mark.parametrize("is_fitted", [True, False])
def test_what_is_little_work_is_done_on_the_driver_and_more_by_tasks(spark: SparkSession, master: str, files: Any, fitted: kinfold.Model, is_fitted: bool, sent: list[Any],
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    only_on(master, LOCAL, CONNECT)
    two = [frame(spark, path) for path in files]
    model = fitted if is_fitted else None
    alone = kinfold.spark.link(*two, model)
    trained = kinfold.spark.train(*two, model)
    assert not sent
    assert_same(alone, kinfold.link(*files, model))
    assert alone.candidate_pairs > 1
    monkeypatch.setattr(_link, "_PAIRS_ON_DRIVER", alone.candidate_pairs - 1)
    spread = kinfold.spark.link(*two, model)
    assert {type(thing) for thing in sent} == {_tasks.Kit, _tasks.Gathered}
    assert_same(spread, kinfold.link(*files, model))
    assert spread.candidate_pairs == alone.candidate_pairs
    assert alone.model.to_toml() == spread.model.to_toml() == trained.to_toml()


@pytest.mark.parametrize("row_count", [0, 1, 2000])
@pytest.mark.parametrize("largest_without_workers", [_arrow._LARGEST_WITHOUT_WORKERS, 0])
def test_a_table_comes_back_as_a_data_frame(spark: SparkSession, master: str, row_count: int, largest_without_workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on(master, LOCAL, CONNECT)
    monkeypatch.setattr(_arrow, "_LARGEST_WITHOUT_WORKERS", largest_without_workers)
    monkeypatch.setattr(_arrow, "_LARGEST_TASK", 10_000)
    monkeypatch.setattr(_arrow, "_ROWS_PER_BLOB", 300)
    numbers = range(row_count)
    columns = {"text": pyarrow.array([None if n % 7 == 0 else f"Zoë {n}" for n in numbers], pyarrow.string()), "whole": pyarrow.array(numbers, pyarrow.int64()),
               "real": pyarrow.array([n / 3 for n in numbers], pyarrow.float64()), "yes": pyarrow.array([n % 2 == 0 for n in numbers], pyarrow.bool_())}
    before = {name: spark.conf.get(f"spark.sql.execution.arrow.{name}") for name in ("localRelationThreshold", "maxRecordsPerBatch")}
    made = _arrow.to_frame(spark, pyarrow.table(columns))
    assert before == {name: spark.conf.get(f"spark.sql.execution.arrow.{name}") for name in before}
    assert made.dtypes == [("text", "string"), ("whole", "bigint"), ("real", "double"), ("yes", "boolean")]
    assert sorted(map(tuple, made.collect()), key=lambda row: row[1]) == list(zip(*(column.to_pylist() for column in columns.values())))
    assert _arrow.row_count(made) == made.count() == row_count


def test_columns_of_every_type_are_read_alike_by_workers_and_without(spark: SparkSession, master: str) -> None:
    only_on(master, LOCAL, CONNECT)
    columns = ["string(id)", "tinyint(id)", "int(id)", "id", "float(id) / 3", "double(id) / 3", "cast(id / 3 as decimal(10, 2))", "id = 1", "date_add(date'2001-02-03', int(id))",
               "timestamp'2001-02-03 04:05:06' + make_interval(0, 0, 0, int(id))", "timestamp_ntz'2001-02-03 04:05:06'", "timestamp_ntz'2001-02-03 00:00:00'", "null", "nullif(id, 1)"]
    rows = spark.range(3).selectExpr(*(f"{column} as c{number}" for number, column in enumerate(columns)))
    assert all(kind.partition("(")[0] in _counts._KINDS for _, kind in rows.dtypes)
    read, by_workers = (_arrow.to_native(_arrow.collect(rows, work)) for work in (None, iter))
    assert read.column_names == by_workers.column_names and read.rows(0, 3) == by_workers.rows(0, 3)
