"""Linkage on Spark is linkage on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import kinfold
import pytest
from spark_results import assert_same, frame, only_on

import kinfold.spark
from conftest import CLUSTER, CONNECT, LOCAL, people, write_csv
from kinfold.spark import Options, _link
from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::FutureWarning")]

WAYS = {"from the driver": Options(), "from the driver in buckets": Options(buckets=3), "broadcast": Options(driver_rows=0),
        "by blocks": Options(driver_rows=0, broadcast_rows=0, buckets=3)}
OF_ONE_FILE = ["from the driver", "by blocks"]


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
    found = kinfold.spark.dedupe(session.read.parquet(str(path)).repartition(5), model, options=Options(buckets=5))
    assert_same(found, kinfold.link(path, model=model))
