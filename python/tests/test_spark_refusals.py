"""What cannot be done on Spark is said before the work, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import kinfold
import pytest
from spark_results import assert_same, frame, only_on

import kinfold.spark
from conftest import CONNECT, LOCAL
from kinfold.spark import Options, _tasks
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

pytestmark = [pytest.mark.spark, pytest.mark.filterwarnings("ignore::FutureWarning")]

Two = tuple[Any, Any]

STAGE = '\n[[stage]]\nname = "same person"\nkind = "matchkey"\nkeys = ["forenames", "surname", "date_of_birth"]\n[[stage]]\nname = "weights"\nkind = "probabilistic"\n'
WITH_STAGE = lambda model: model.to_toml() + STAGE
NO_RULE = "no blocking rule of the model can be used with the fields that the (data frames|files) have"

# What is asked for, and what is said to it.
REFUSALS: dict[str, tuple[Callable[[Two, kinfold.Model, Options], Any], type[Exception], str]] = {
    "no id column": (lambda two, model, options: kinfold.spark.link(two[0].drop("id"), two[1], model, options=options), kinfold.InvalidInput,
                     "the left data frame has no id column; name it as id_column"),
    "an id column that is not there": (lambda two, model, options: kinfold.spark.link(*two, model, id_column="number"), kinfold.InvalidInput,
                                       "the left data frame has no column number, which id_column names"),
    "ids that are there twice": (lambda two, model, options: kinfold.spark.link(two[0].unionByName(two[0].limit(1)), two[1], model, options=options), kinfold.InvalidInput,
                                 "column id of the left data frame has the same id in up to 2 of its rows"),
    "rows without an id": (lambda two, model, options: kinfold.spark.link(two[0], two[1].withColumn("id", F.when(F.col("id") != "r1", F.col("id"))), model,
                                                                               options=options), kinfold.InvalidInput, "column id of the right data frame is empty in 1 of its rows"),
    "no rows": (lambda two, model, options: kinfold.spark.dedupe(two[0].limit(0), model, options=options), kinfold.InvalidInput, "the left data frame has no rows"),
    "no column that a rule needs": (lambda two, model, options: kinfold.spark.link(two[0].select("id", "surname"), two[1].select("id", "surname"), model, options=options),
                                    kinfold.InvalidInput, NO_RULE),
    "columns of other names": (lambda two, model, options: kinfold.spark.link(*(own.toDF("id", "a", "b", "c", "d", "e") for own in two), model, options=options), kinfold.InvalidInput,
                               NO_RULE + "|no field of the model is in both files"),
    "a column of lists": (lambda two, model, options: kinfold.spark.link(two[0].withColumn("surname", F.array("surname")), two[1], model, options=options), kinfold.InvalidInput,
                          "column surname of the left data frame is of type array<string>; make it text"),
    "a table that is not of Spark": (lambda two, model, options: kinfold.spark.link(two[0], {"id": ["1"]}, model), TypeError, "right is no DataFrame of Spark"),
    "a model that is none": (lambda two, model, options: kinfold.spark.link(*two, "surname = exact\n"), kinfold.InvalidInput, "model"),
    "a model that chooses its rules": (lambda two, model, options: kinfold.spark.link(*two, model.to_toml().replace("[settings]", '[settings]\nblocking = "auto"', 1)),
                                       kinfold.InvalidInput, 'blocking = "auto" needs a look at all records at once'),
    "a stage about all records of too many": (lambda two, model, options: kinfold.spark.link(*two, WITH_STAGE(model), options=replace(options, driver_rows=min(options.driver_rows, 100))),
                                              kinfold.InvalidInput,
                                              "more than driver_rows"),
    "too many pairs": (lambda two, model, options: kinfold.spark.link(*two, model, options=replace(options, pairs_max=3)), kinfold.InvalidInput, "more than the limit of 3"),
    "too many pairs to train on": (lambda two, model, options: kinfold.spark.train(*two, kinfold.Model(), options=replace(options, pairs_max=3)), kinfold.InvalidInput,
                                   "more than the limit of 3"),
    "no pairs to train on": (lambda two, model, options: kinfold.spark.link(two[0], two[1].withColumn("surname", F.lit("Xyz")).withColumn("first_name", F.lit("Xyz"))
                                                                             .withColumn("date_of_birth", F.lit("1900-01-01")).withColumn("postcode", F.lit("ZZ1 1ZZ")),
                                                                             kinfold.Model(), options=options), kinfold.InvalidInput, "there is nothing to fit a model to"),
    "a pairing that is none": (lambda two, model, options: kinfold.spark.link(*two, model, pairing="one"), kinfold.InvalidInput, "there is no such pairing"),
    "a threshold that is no probability": (lambda two, model, options: kinfold.spark.dedupe(two[0], model, threshold=7), ValueError, "between 0 and 1"),
}


@pytest.fixture(scope="module")
def two(spark: SparkSession, master: str, files: Any) -> Two:
    only_on(master, LOCAL, CONNECT)
    return frame(spark, files[0]), frame(spark, files[1])


@pytest.mark.parametrize("options", [Options(), Options(buckets=1), Options(driver_rows=0)], ids=["on the driver", "from the driver", "driver_rows=0"])
@pytest.mark.parametrize("what", REFUSALS)
def test_what_cannot_be_done_is_said(two: Two, fitted: kinfold.Model, what: str, options: Options) -> None:
    ask, kind, said = REFUSALS[what]
    with pytest.raises(kind, match=said):
        ask(two, fitted, options)


def test_a_stage_about_all_records_is_done_where_they_are_few(two: Two, files: Any, fitted: kinfold.Model) -> None:
    model = kinfold.Model(WITH_STAGE(fitted))
    assert_same(kinfold.spark.link(*two, model), kinfold.link(*files, model=model))


def test_what_is_too_large_for_a_message_of_spark_connect_is_refused(two: Two, master: str, fitted: kinfold.Model, monkeypatch: pytest.MonkeyPatch) -> None:
    only_on(master, CONNECT)
    monkeypatch.setattr(_tasks, "LARGEST_WITHIN_FUNCTION", 1000)
    with pytest.raises(kinfold.InvalidInput, match="too much for Spark Connect"):
        kinfold.spark.link(*two, fitted, options=Options(buckets=1))


def test_over_spark_connect_a_small_file_that_is_too_large_meets_the_other_by_blocks(two: Two, files: Any, master: str, fitted: kinfold.Model,
                                                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    only_on(master, CONNECT)
    sent: list[Any] = []
    shared = _tasks.Shared.__init__
    monkeypatch.setattr(_tasks.Shared, "__init__", lambda self, spark, thing: sent.append(thing) or shared(self, spark, thing))
    monkeypatch.setattr(_tasks, "LARGEST_WITHIN_FUNCTION", 2 * two[1].drop("person").toArrow().nbytes - 2)
    assert_same(kinfold.spark.link(*two, fitted, options=Options(buckets=3)), kinfold.link(*files, model=fitted))
    assert sent and all(isinstance(thing, _tasks.Kit) and thing.small is None for thing in sent)
