#!/usr/bin/env python3
"""Kinfold beside Splink on DuckDB: the same made-up people, the same comparisons and blocking rules,
train, predict and cluster, pairs and clusters written as CSV; each in a process of its own, one after the
other, on this machine. `make bench-linkage` installs Splink and runs it.

    build/bench-venv/bin/python bench/linkage/beside_splink.py --kinfold build/release/src/cli/kinfold --records 100000 --rules wide

Prints one JSON object: seconds of wall time and of processor time, peak memory, pairwise F1, the ratios; the
comparison step against hand-written SQL of the same levels on DuckDB; and the largest difference between
Splink's match weights and Kinfold's under the model that Splink saved. Both are given all cores. The truth is
used to measure only.
"""
import argparse
import collections
import csv
import json
import math
import os
import subprocess
import sys
import tempfile
import time

from people import write as write_people

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = {"narrow": os.path.join(HERE, "beside_splink.toml"), "wide": os.path.join(HERE, "beside_splink_wide.toml")}
RULES = {"narrow": [("first_name", "surname"), ("surname", "dob"), ("first_name", "dob"), ("postcode", "surname"), ("postcode", "first_name"),
                    ("city", "surname")],
         "wide": [("surname", "first_name"), ("dob",), ("postcode",), ("surname", "city"), ("first_name", "city")]}


def pairwise_f1(truth, cluster):
    pairs = lambda counts: sum(n * (n - 1) // 2 for n in counts.values())
    both = pairs(collections.Counter((truth[r], cluster[r]) for r in truth))
    total = pairs(collections.Counter(truth.values())) + pairs(collections.Counter(cluster[r] for r in truth))
    return 2 * both / total if total else 0.0


def run_splink(people, out, rules):
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
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES[rules]], retain_matching_columns=False)
    connection = duckdb.connect()
    connection.execute(f"create table people as select * exclude (person) from read_csv('{people}', all_varchar=true)")
    linker = Linker(DuckDBAPI(connection).register("people"), settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "surname", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob", "postcode"))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)
    connection.execute(f"copy (select unique_id_l, unique_id_r, match_weight from {pairs.physical_name}) to '{out}.pairs.csv' (header)")
    connection.execute(f"copy (select unique_id, cluster_id from {clusters.physical_name}) to '{out}' (header)")
    linker.misc.save_model_to_json(out + ".json", overwrite=True)


def run_sql(people, out, rules):
    """The comparison step alone, as a careful analyst would write it: each similarity once, patterns counted."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"create table people as select * exclude (person) from read_csv('{people}', all_varchar=true)")
    holds = lambda rule: " and ".join(f"l.{key} = r.{key}" for key in rule)
    found = []
    for number, rule in enumerate(RULES[rules]):
        earlier = "".join(f" and not coalesce({holds(before)}, false)" for before in RULES[rules][:number])
        found.append(f"select l.rowid a, r.rowid b from people l join people r on {holds(rule)} where l.unique_id < r.unique_id{earlier}")
    connection.execute("create table pairs as " + " union all ".join(found))
    jaro = lambda c: (f"case when l.{c} is null or r.{c} is null then -1 when l.{c} = r.{c} then 0 else "
                      f"(select case when s >= 0.92 then 1 when s >= 0.8 then 2 else 3 end from (select jaro_winkler_similarity(l.{c}, r.{c}) s)) end {c}")
    edit = lambda c: (f"case when l.{c} is null or r.{c} is null then -1 when l.{c} = r.{c} then 0 else "
                      f"least(levenshtein(l.{c}, r.{c}), 3) end {c}")
    start = time.time()
    count = connection.execute("select sum(n) from (select first_name, surname, dob, postcode, city, count(*) n from (select " +
                               ", ".join([jaro("first_name"), jaro("surname"), edit("dob"), edit("postcode"), edit("city")]) +
                               " from pairs join people l on l.rowid = pairs.a join people r on r.rowid = pairs.b) group by all)").fetchone()[0]
    with open(out, "w") as file:
        json.dump({"pairs": int(count or 0), "seconds": round(time.time() - start, 2)}, file)


def measured(command, stages=None):
    start = time.time()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {status}\n{errors}")
    if stages is not None:
        stages.update({line.split()[0]: float(line.split()[-2]) for line in errors.splitlines() if line.rstrip().endswith(" s")})
    return {"seconds": round(time.time() - start, 2), "processor_seconds": round(usage.ru_utime + usage.ru_stime, 2),
            "peak_bytes": usage.ru_maxrss * 1024}


def largest_difference(kinfold_pairs, splink_pairs, splink_model):
    """Bits between the two weights of one pair, over all pairs that both have kept."""
    with open(splink_model) as file:
        rate = json.load(file)["probability_two_random_records_match"]
    prior = math.log2(rate / (1 - rate))
    with open(splink_pairs, newline="") as file:
        theirs = {tuple(sorted((row["unique_id_l"], row["unique_id_r"]))): float(row["match_weight"]) for row in csv.DictReader(file)}
    largest = count = 0
    with open(kinfold_pairs, newline="") as file:
        for row in csv.DictReader(file):
            their = theirs.get(tuple(sorted((row["left_id"], row["right_id"]))))
            if their is not None:
                largest = max(largest, abs(their - prior - float(row["weight_bits"])))
                count += 1
    return {"pairs": count, "largest_difference_bits": largest}


def read_clusters(path, id_column, cluster_column):
    with open(path, newline="") as file:
        return {row[id_column]: row[cluster_column] for row in csv.DictReader(file)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinfold", help="the kinfold program")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", choices=sorted(RULES), default="wide")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        kind, people, out = options.child
        return (run_splink if kind == "splink" else run_sql)(people, out, options.rules)
    with tempfile.TemporaryDirectory() as folder:
        at = lambda name: os.path.join(folder, name)
        people = at("people.csv")
        write_people(people, options.records, options.seed)
        truth = read_clusters(people, "unique_id", "person")
        result = {"records": options.records, "rules": options.rules}
        child = lambda kind, out: [sys.executable, os.path.abspath(__file__), "--rules", options.rules, "--child", kind, people, out]
        link = lambda model, out: [options.kinfold, "link", people, "--model", model, "--format", "csv", "--out", out]
        stages = {}
        result["kinfold"] = measured(link(MODEL[options.rules], at("out")), stages)
        result["kinfold"]["stage_seconds"] = stages
        result["kinfold"]["f1"] = round(pairwise_f1(truth, read_clusters(at("out/clusters.csv"), "id", "cluster")), 4)
        result["splink"] = measured(child("splink", at("splink.csv")))
        result["splink"]["f1"] = round(pairwise_f1(truth, read_clusters(at("splink.csv"), "unique_id", "cluster_id")), 4)
        for name in ("seconds", "processor_seconds", "peak_bytes"):
            result[f"splink_over_kinfold_{name}"] = round(result["splink"][name] / result["kinfold"][name], 2)
        measured(child("sql", at("sql.json")))
        with open(at("sql.json")) as file:
            result["sql_comparison_step"] = json.load(file)
        result["sql_over_kinfold_comparison_step"] = round(result["sql_comparison_step"]["seconds"] / max(stages.get("compare", 0), 0.05), 1)
        measured(link(at("splink.csv.json"), at("same")))
        result["same_model"] = largest_difference(at("same/pairs.csv"), at("splink.csv.pairs.csv"), at("splink.csv.json"))
        print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
