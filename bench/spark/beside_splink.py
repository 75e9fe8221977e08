#!/usr/bin/env python3
"""Kinfold on Spark beside Splink on Spark: the same made-up people, the same comparisons and blocking rules; training, prediction,
clustering. `make bench-spark` installs both and runs it.

    python bench/spark/beside_splink.py --records 100000 --rules narrow --runs 3

Each program in a process and a Spark session of its own, one after the other in turn, each twice in its session (the second time is `warm`);
on_spark.py says what the clock runs for. Prints one JSON object: least and median seconds of wall time and of processor time, pairwise F1, the
ratios. The truth is used to measure only.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "linkage"))
from beside_splink import pairwise_f1, ratios, summary  # The one in bench/linkage.
from people import write as write_people

RECORD = {"kinfold": "id", "splink": "unique_id"}
CLUSTER = {"kinfold": "cluster", "splink": "cluster_id"}


def run(program, options, people, out):
    command = [sys.executable, os.path.join(HERE, "on_spark.py"), program, "--rules", options.rules, "--cores", str(options.cores), people, out]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", choices=["narrow", "wide"], default="narrow")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    options = parser.parse_args()
    runs = {program: [] for program in RECORD}
    with tempfile.TemporaryDirectory() as folder:
        people = os.path.join(folder, "people.parquet")
        write_people(people, options.records, options.seed)
        outs = {}
        for number in range(options.runs):
            for program, own in runs.items():
                outs[program] = os.path.join(folder, f"{program}{number}")
                own.append(run(program, options, people, outs[program]))
        result = {program: summary(own) for program, own in runs.items()}
        for program, out in outs.items():
            result[program]["f1"] = round(pairwise_f1(people, f"{out}/1/clusters.parquet/*.parquet", RECORD[program], CLUSTER[program]), 4)
    print(json.dumps({"records": options.records, "rules": options.rules, "cores": options.cores, **result, "splink_over_kinfold": ratios(result)}, indent=2))


if __name__ == "__main__":
    main()
