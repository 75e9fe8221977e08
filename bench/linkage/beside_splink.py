#!/usr/bin/env python3
"""Kinfold beside Splink on DuckDB: the same made-up people, the same comparisons and blocking rules,
train, predict and cluster, each in a process of its own, one after the other, on this machine.

    python3 -m venv build/bench-venv && build/bench-venv/bin/pip install splink
    build/bench-venv/bin/python bench/linkage/splink.py --kinfold build/release/src/cli/kinfold --records 100000

Prints one JSON object: seconds of wall time and of processor time, peak memory, pairwise F1, and the
ratios. Both are given all cores. The truth is used to measure only.
"""
import argparse
import collections
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time

SYLLABLES = [c + v for c in "bcdfghjklmnprstvw" for v in "aeiou"]
MODEL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "splink.toml")


def word(rng, count):
    return "".join(rng.choice(SYLLABLES) for _ in range(count))


def mistyped(rng, text):
    at = rng.randrange(len(text))
    other = rng.choice("0123456789") if text[at].isdigit() else rng.choice("aeiourstln")
    return text[:at] + (other if rng.random() < 0.6 else "") + text[at + 1:] if not text[at] == "-" else text


def write_people(path, record_count, seed):
    """A third of the people have two or three records; values are wrong or missing now and then."""
    rng = random.Random(seed)
    forenames = [word(rng, 2) + rng.choice("nrsl") for _ in range(2000)]
    surnames = [word(rng, 3) + rng.choice(["son", "ley", "ton", ""]) for _ in range(20000)]
    cities = [word(rng, 3) + "ham" for _ in range(800)]
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["unique_id", "first_name", "surname", "dob", "postcode", "city", "person"])
        person = written = 0
        while written < record_count:
            person += 1
            values = [forenames[int(len(forenames) * rng.random() ** 2)], surnames[int(len(surnames) * rng.random() ** 1.7)],
                      f"{rng.randint(1930, 2010)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
                      f"{rng.choice('ABCDEGHKLMNPRSTW')}{rng.choice('ABDEHLNOPRST')}{rng.randint(1, 30)} {rng.randint(1, 9)}"
                      f"{rng.choice('ABDEFGHJLN')}{rng.choice('PQRSTUWXYZ')}", rng.choice(cities)]
            for copy in range(rng.choice([1, 1, 2, 3]) if rng.random() < 0.6 else 1):
                row = [v if copy == 0 or rng.random() > 0.2 else mistyped(rng, v) if rng.random() < 0.7 else "" for v in values]
                out.writerow([f"r{written}"] + row + [person])
                written += 1


def pairwise_f1(truth, cluster):
    pairs = lambda counts: sum(n * (n - 1) // 2 for n in counts.values())
    both = pairs(collections.Counter((truth[r], cluster[r]) for r in truth))
    total = pairs(collections.Counter(truth.values())) + pairs(collections.Counter(cluster[r] for r in truth))
    return 2 * both / total if total else 0.0


def run_splink(people, out):
    import duckdb
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[cl.JaroWinklerAtThresholds("first_name", [0.92, 0.8]).configure(term_frequency_adjustments=True),
                     cl.JaroWinklerAtThresholds("surname", [0.92, 0.8]).configure(term_frequency_adjustments=True),
                     cl.LevenshteinAtThresholds("dob", [1, 2]),
                     cl.LevenshteinAtThresholds("postcode", [1, 2]),
                     cl.LevenshteinAtThresholds("city", [1]).configure(term_frequency_adjustments=True)],
        blocking_rules_to_generate_predictions=[block_on("first_name", "surname"), block_on("surname", "dob"), block_on("first_name", "dob"),
                                                block_on("postcode", "surname"), block_on("postcode", "first_name"), block_on("city", "surname")],
        retain_matching_columns=False)
    connection = duckdb.connect()
    table = connection.sql(f"select * exclude (person) from read_csv('{people}', all_varchar=true)")
    database = DuckDBAPI(connection)
    linker = Linker(database.register(table.df()), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "surname", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob", "postcode"))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
    clusters.as_pandas_dataframe()[["unique_id", "cluster_id"]].to_csv(out, index=False)


def measured(command):
    start = time.time()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {status}")
    return {"seconds": round(time.time() - start, 2), "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_bytes": usage.ru_maxrss * 1024}


def read_clusters(path, id_column, cluster_column):
    with open(path, newline="") as file:
        return {row[id_column]: row[cluster_column] for row in csv.DictReader(file)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinfold", help="the kinfold program")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--splink-child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.splink_child:
        return run_splink(*options.splink_child)
    with tempfile.TemporaryDirectory() as folder:
        people = os.path.join(folder, "people.csv")
        write_people(people, options.records, options.seed)
        truth = read_clusters(people, "unique_id", "person")
        result = {"records": options.records}
        result["kinfold"] = measured([options.kinfold, "link", people, "--model", MODEL, "--out", os.path.join(folder, "out")])
        result["kinfold"]["f1"] = round(pairwise_f1(truth, read_clusters(os.path.join(folder, "out", "clusters.csv"), "id", "cluster")), 4)
        splink_out = os.path.join(folder, "splink.csv")
        result["splink"] = measured([sys.executable, os.path.abspath(__file__), "--splink-child", people, splink_out])
        result["splink"]["f1"] = round(pairwise_f1(truth, read_clusters(splink_out, "unique_id", "cluster_id")), 4)
        for name in ("seconds", "processor_seconds", "peak_bytes"):
            result[f"splink_over_kinfold_{name}"] = round(result["splink"][name] / result["kinfold"][name], 2)
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
