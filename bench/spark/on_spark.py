"""One program over the same people once, on a Spark session of its own; beside_splink.py starts it.

    python bench/spark/on_spark.py kinfold --rules narrow PEOPLE.parquet OUT

The clock runs from a data frame over PEOPLE.parquet to pairs and clusters as Parquet in the folder OUT: reading, training, prediction,
clustering; once in a session that has done nothing yet, whose first queries find a Java machine that must still load and compile itself, and once
again in the same session (`warm`), as in a notebook that is at work. Both programs get a session with the same settings and the same cores.
Processor time is that of this process and all below it: the Java machine, Python workers. Prints one JSON object.
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
    settings = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.driver.memory": memory,
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
    def __init__(self, driver_rows):
        self.driver_rows = driver_rows

    def settings(self):
        return {}

    def run(self, spark, people, rules, out):
        import kinfold.spark

        options = kinfold.spark.Options() if self.driver_rows is None else kinfold.spark.Options(driver_rows=self.driver_rows)
        links = kinfold.spark.dedupe(people, kinfold_model(rules), options=options)
        return links.pairs, links.clusters


PROGRAMS = {"kinfold": lambda options: Kinfold(options.driver_rows), "splink": lambda options: Splink()}


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
    parser.add_argument("--driver-rows", type=int, help="for Kinfold; 0: every step by tasks, as of files that the driver may not hold")
    options = parser.parse_args()
    program = PROGRAMS[options.program](options)
    os.makedirs(options.out, exist_ok=True)
    spark = session(options.cores, options.memory, options.out, program.settings())
    started = now()
    result = {}
    for number, suffix in enumerate(("", "_warm")):
        out = f"{options.out}/{number}"
        os.makedirs(out)
        start = now()
        people = spark.read.parquet(options.people).drop("person")
        pairs, clusters = program.run(spark, people, options.rules, out)
        pairs.write.parquet(f"{out}/pairs.parquet")
        clusters.write.parquet(f"{out}/clusters.parquet")
        end = now()
        result |= {name + suffix: end[name] - start[name] for name in end}
    result["processor_seconds_to_start"] = started["processor_seconds"]
    print(json.dumps({**result, "pairs": spark.read.parquet(f"{out}/pairs.parquet").count()}))


if __name__ == "__main__":
    main()
