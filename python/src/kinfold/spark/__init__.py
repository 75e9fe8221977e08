"""Linkage on a Spark cluster: the same engine inside Spark's own workers, for files that one machine does not hold.

Any Spark session from 3.5 on, without a jar; Kinfold and pyarrow must be installed where the workers run. Spark does the
shuffling, the scheduling and the retries; the native engine gets whole Arrow batches. With a fitted model the pairs, their
weights and the clusters are those that one machine finds. See docs/spark.md for what travels, and what the driver does.
"""

from __future__ import annotations

from ._link import Links, Options, dedupe, link, train

__all__ = ["Links", "Options", "dedupe", "link", "train"]
