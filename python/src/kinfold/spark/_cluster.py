"""Clusters as DataFrames: numbers for all records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow
import pyarrow.compute
from pyspark.sql import Window
from pyspark.sql import functions as F

from ._arrow import to_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_GROUPS = 64  # Single records are numbered in so many groups at once.


def _sources(frames: list[DataFrame]) -> DataFrame:
    """All ids with the file that they are of."""
    named = [frame.select(F.lit(source).alias("source"), F.col("id").cast("string").alias("id")) for source, frame in zip(("left", "right"), frames)]
    return named[0] if len(named) == 1 else named[0].unionByName(named[1])


def _number_singles(singles: DataFrame, first: int) -> DataFrame:
    """Numbers from `first` on. They follow from the ids alone, so that a task that is done again gives the same ones."""
    spread = singles.withColumn("group", F.pmod(F.xxhash64("source", "id"), F.lit(_GROUPS)))
    before, offsets = 0, []
    counts = {row["group"]: row["count"] for row in spread.groupBy("group").count().collect()}
    for group in range(_GROUPS):
        offsets.append(F.lit(before))
        before += counts.get(group, 0)
    place = F.row_number().over(Window.partitionBy("group").orderBy("source", "id")) - 1
    offset = F.element_at(F.array(*offsets), (F.col("group") + 1).cast("int"))
    return spread.select((place + offset + first).cast("long").alias("cluster"), "source", "id")


def number_all(ids: list[DataFrame], clusters: pyarrow.Table) -> DataFrame:
    """cluster, source, id of all records, from the clusters of those that are in some pair."""
    everyone = _sources(ids)
    counts = clusters.group_by("cluster").aggregate([("id", "count")]).filter(pyarrow.compute.field("id_count") > 1)
    several = clusters.filter(pyarrow.compute.is_in(clusters.column("cluster"), value_set=counts.column("cluster")))
    old = several.column("cluster").unique()
    several = several.set_column(0, "cluster", pyarrow.compute.index_in(several.column("cluster"), value_set=old).cast(pyarrow.int64()))
    grouped = to_frame(everyone.sparkSession, several)
    return grouped.unionByName(_number_singles(everyone.join(grouped, ["source", "id"], "left_anti"), len(old)))
