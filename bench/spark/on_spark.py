"""One program over the same people once, on a Spark session of its own; beside_splink.py starts it.

    python bench/spark/on_spark.py kinfold --rules narrow PEOPLE.parquet OUT

The clock runs from a data frame over PEOPLE.parquet, in a session that has done nothing yet, to pairs and clusters as Parquet in the
folder OUT: reading, training, prediction, clustering. Both programs get a session with the same settings and the same cores. Processor
time is that of this process and all below it: the Java machine, Python workers. Prints one JSON object.
"""
import argparse
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "linkage"))
from peers import kinfold_model, splink_links

_TICKS = os.sysconf("SC_CLK_TCK")


def session(cores, memory, folder, settings):
    import pyspark
    from pyspark.sql import SparkSession

    os.environ.update(SPARK_HOME=os.path.dirname(pyspark.__file__), PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    settings = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.driver.memory": memory,
                "spark.default.parallelism": 2 * cores, "spark.sql.shuffle.partitions": 2 * cores, "spark.local.dir": folder,
                "spark.sql.warehouse.dir": f"{folder}/warehouse", **settings}
    builder = SparkSession.builder.master(f"local[{cores}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


class Splink:
    def settings(self):
        from splink.backends.spark import similarity_jar_location

        return {"spark.jars": similarity_jar_location()}

    def run(self, spark, people, rules, out):
        from splink import SparkAPI

        spark.sparkContext.setCheckpointDir(f"{out}/between")
        _, pairs, clusters = splink_links(SparkAPI(spark_session=spark, num_partitions_on_repartition=spark.sparkContext.defaultParallelism).register(people), rules)
        return spark.table(pairs.physical_name), spark.table(clusters.physical_name)


class Kinfold:
    def settings(self):
        return {}

    def run(self, spark, people, rules, out):
        import kinfold.spark

        links = kinfold.spark.dedupe(people, kinfold_model(rules))
        return links.pairs, links.clusters


PROGRAMS = {"kinfold": Kinfold, "splink": Splink}


def processor_ticks(above):
    """Of a process and of all below it, those that have ended with them."""
    children, ticks = {}, {}
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended meanwhile, and counts with its parent.
        children.setdefault(int(fields[1]), []).append(int(number))
        ticks[int(number)] = sum(map(int, fields[11:15]))
    total, below = 0, [above]
    for number in below:
        total += ticks[number]
        below += children.get(number, [])
    return total


def now():
    return {"seconds": time.perf_counter(), "processor_seconds": processor_ticks(os.getpid()) / _TICKS}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=sorted(PROGRAMS))
    parser.add_argument("people")
    parser.add_argument("out")
    parser.add_argument("--rules", default="narrow")
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    parser.add_argument("--memory", default="6g")
    options = parser.parse_args()
    program = PROGRAMS[options.program]()
    os.makedirs(options.out, exist_ok=True)
    spark = session(options.cores, options.memory, options.out, program.settings())
    start = now()
    people = spark.read.parquet(options.people).drop("person")
    pairs, clusters = program.run(spark, people, options.rules, options.out)
    pairs.write.parquet(f"{options.out}/pairs.parquet")
    clusters.write.parquet(f"{options.out}/clusters.parquet")
    end = now()
    pair_count = spark.read.parquet(f"{options.out}/pairs.parquet").count()
    print(json.dumps({**{name: end[name] - start[name] for name in end}, "processor_seconds_with_session": end["processor_seconds"], "pairs": pair_count}))


if __name__ == "__main__":
    main()
