"""What Spark found, compared with what one machine finds."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import kinfold
import pytest

pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java", allow_module_level=True)

import kinfold.spark
from pyspark.sql import SparkSession


def only_on(master: str, *masters: str) -> None:
    """What does not hang on where the tasks run is tried in this process alone; what does, on processes of their own."""
    if master not in masters:
        pytest.skip(f"tried on {' and '.join(masters)}")


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
