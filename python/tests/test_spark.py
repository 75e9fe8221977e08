"""Linkage on Spark is linkage on one machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kinfold
import pytest

from conftest import people, write_csv

pyspark = pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java", allow_module_level=True)

import kinfold.spark
from kinfold.spark import Options
from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::FutureWarning")]

# A master, and two workers with an executor each, all processes of their own.
CLUSTER = "local-cluster[2,1,1024]"


@pytest.fixture(scope="module", params=["local[2]", CLUSTER])
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    folder = tmp_path_factory.mktemp("spark")
    os.environ.update(SPARK_HOME=str(Path(pyspark.__file__).parent), PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1",
                      SPARK_WORKER_DIR=str(folder / "work"))
    session = (SparkSession.builder.master(request.param).appName("kinfold tests")
               .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1").config("spark.ui.enabled", "false")
               .config("spark.local.dir", str(folder)).config("spark.sql.warehouse.dir", str(folder / "warehouse"))
               .config("spark.driver.memory", "1g").config("spark.sql.shuffle.partitions", "2")
               .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100").getOrCreate())
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def once(spark: SparkSession) -> None:
    """What does not hang on where the tasks run is tried in this process alone."""
    if spark.sparkContext.master == CLUSTER:
        pytest.skip("tried on local[2]")


def frame(spark: SparkSession, path: Path, partitions: int = 3) -> Any:
    return spark.read.csv(str(path), header=True).repartition(partitions, "id")


def pairs_of(table: Any) -> dict[frozenset[str], tuple[Any, ...]]:
    """Everything that is said of a pair, by its ids; in one file either may come first."""
    rows = [tuple(row) for row in (table.collect() if hasattr(table, "collect") else table)]
    pairs = {frozenset(row[:2]): row[2:] for row in rows}
    assert len(pairs) == len(rows), "a pair is there twice"
    return pairs


def clusters_of(table: Any) -> set[frozenset[tuple[str, str]]]:
    groups: dict[int, set[tuple[str, str]]] = {}
    rows = [tuple(row) for row in (table.collect() if hasattr(table, "collect") else table)]
    for number, source, id in rows:
        groups.setdefault(number, set()).add((source, id))
    assert sorted(groups) == list(range(len(groups)))
    assert sum(map(len, groups.values())) == len(rows)
    return {frozenset(group) for group in groups.values()}


def assert_same(found: kinfold.spark.Links, one_machine: kinfold.Links) -> None:
    assert found.pairs.columns == one_machine.pairs.column_names and found.clusters.columns == one_machine.clusters.column_names
    assert pairs_of(found.pairs) == pairs_of(one_machine.pairs)
    assert found.threshold == one_machine.threshold and found.blocking_recall == one_machine.blocking_recall
    assert clusters_of(found.clusters) == clusters_of(one_machine.clusters)


@pytest.fixture(scope="module")
def model(files: Any, tmp_path_factory: pytest.TempPathFactory) -> kinfold.Model:
    """Fitted on one machine; its rules have so little room that blocks are left out."""
    start = kinfold.Model().to_toml().replace("pairs_per_record_max = 400", "pairs_per_record_max = 0.5")
    assert "pairs_per_record_max = 0.5\n" in start
    return kinfold.Linker(*files, start).train()


WAYS = {"broadcast": Options(), "by blocks": Options(broadcast_rows=0, buckets=3)}


@pytest.mark.parametrize("way", WAYS)
def test_two_files_are_linked_as_on_one_machine(spark: SparkSession, files: Any, model: kinfold.Model, way: str) -> None:
    if way != "broadcast":
        once(spark)
    found = kinfold.spark.link(frame(spark, files[0]), frame(spark, files[1]), model, options=WAYS[way])
    assert_same(found, kinfold.link(*files, model))
    assert found.pairing == "one-to-one" and found.model.to_toml() == model.to_toml()


def test_one_file_is_deduplicated_as_on_one_machine(spark: SparkSession, tmp_path: Path) -> None:
    once(spark)
    left, right = people(300, 6)
    path = write_csv(tmp_path / "people.csv", left + right)
    fitted = kinfold.Linker(path).train()
    assert_same(kinfold.spark.dedupe(frame(spark, path), fitted, options=Options(buckets=3)), kinfold.link(path, model=fitted))


def test_a_model_is_trained_as_on_one_machine(spark: SparkSession, files: Any) -> None:
    once(spark)
    trained = kinfold.spark.train(*(frame(spark, path) for path in files))
    assert trained.to_toml() == kinfold.Linker(*files).train().to_toml()


def test_what_cannot_be_done_is_said(spark: SparkSession, files: Any, model: kinfold.Model) -> None:
    left, right = (frame(spark, path) for path in files)
    with pytest.raises(kinfold.InvalidInput, match="no id column"):
        kinfold.spark.link(left.drop("id"), right, model)
    with pytest.raises(ValueError, match="between 0 and 1"):
        kinfold.spark.dedupe(left, model, threshold=7)
