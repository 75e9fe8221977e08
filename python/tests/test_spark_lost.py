"""An executor that dies in the middle changes nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kinfold
import pytest
from spark_results import assert_same, frame, only_on

import kinfold.spark
from conftest import CLUSTER
from kinfold.spark import Options, _arrow
from pyspark import cloudpickle
from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::FutureWarning")]

# Its functions go to the executors by value: they cannot import it.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def executor_of_this_worker() -> int:
    """The process number of the JVM that this Python worker works for: the first one above it."""
    number = os.getpid()
    while number > 1:
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        if any(part.endswith(b"CoarseGrainedExecutorBackend") for part in command):
            return number
        # The name, the second word, may hold spaces; it ends with the last bracket.
        number = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    raise AssertionError("this process is no executor's")


class Mortal:
    """A task's work, whose executor is killed once, by whichever task is first to have begun it."""

    def __init__(self, work: Any, folder: Path) -> None:
        self._work = work
        self._died = str(folder / "died")

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        def half(batches: Iterator[Any]) -> Iterator[Any]:
            for batch in batches:
                yield batch
                self._die_once()

        yield from self._work(half(batches))

    def _die_once(self) -> None:
        try:
            os.close(os.open(self._died, os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        os.kill(executor_of_this_worker(), signal.SIGKILL)
        signal.pause()  # This worker goes with its executor; it must not come to an end before.


@pytest.fixture
def deaths(spark: SparkSession, master: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, int]]:
    """Every step of Kinfold's on Spark loses an executor once; says how often each kind of step did."""
    only_on(master, CLUSTER)
    monkeypatch.setattr(_arrow, "_LARGEST_WITHOUT_WORKERS", 0)
    steps: list[tuple[str, Path]] = []
    Frame = type(spark.range(1))
    map_in_arrow = Frame.mapInArrow

    def mortal(self: Any, work: Any, schema: Any) -> Any:
        step = type(getattr(work, "work", work))
        if not step.__module__.startswith("kinfold.spark"):
            return map_in_arrow(self, work, schema)
        folder = tmp_path / f"step{len(steps)}"
        folder.mkdir()
        steps.append((step.__name__, folder))
        return map_in_arrow(self, Mortal(work, folder), schema)

    monkeypatch.setattr(Frame, "mapInArrow", mortal)

    def count() -> dict[str, int]:
        died: dict[str, int] = {}
        for name, folder in steps:
            died[name] = died.get(name, 0) + (folder / "died").exists()
        return died

    return count


# Each kind of step, and how often it is done.
STEPS = {
    "from the driver": (Options(buckets=3), {"FromDriver": 1, "Unpack": 2}),
    "broadcast": (Options(driver_rows=0), {"CountDates": 2, "Count": 2, "SumCounts": 1, "LargeBlocks": 1, "Stream": 1, "WithIds": 1, "Unpack": 2}),
    "by blocks": (Options(driver_rows=0, broadcast_rows=0, buckets=3),
                  {"CountDates": 2, "Count": 2, "SumCounts": 1, "LargeBlocks": 1, "ToBuckets": 2, "Buckets": 1, "WithIds": 2, "Unpack": 2}),
}


@pytest.mark.parametrize("way", STEPS)
def test_an_executor_killed_in_the_middle_of_every_step_makes_no_difference(spark: SparkSession, files: Any, fitted: kinfold.Model, deaths: Any, way: str) -> None:
    options, steps = STEPS[way]
    found = kinfold.spark.link(frame(spark, files[0]), frame(spark, files[1]), fitted, options=options)
    assert_same(found, kinfold.link(*files, model=fitted))
    assert deaths() == steps
