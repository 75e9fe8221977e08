#!/usr/bin/env python3
"""Kinfold beside Splink on DuckDB: the same made-up people, the same comparisons and blocking rules; training, prediction,
clustering. `make bench-linkage` installs both and runs it.

    python bench/linkage/beside_splink.py --records 1000000 --rules wide --runs 3
    python bench/linkage/beside_splink.py --records 1000000 --rules wide --kinfold build/release/src/cli/kinfold

From a table in memory to tables in memory, in Python, each program in a process of its own, one after the other in turn; with
--kinfold files in and files out instead, for the command line. Prints one JSON object: least and median seconds of wall time and of
processor time, peak memory, pairwise F1 and the ratios; with --stages the comparison step beside hand-written SQL; and the largest difference
between Splink's match weights and Kinfold's under the model that Splink saved. Both are given all cores. The truth is used to
measure only.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from peers import kinfold_model
from people import write as write_people

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers.py")


def measured(command):
    """A program from its start to its end. Its peak is what the kernel says of it and not of the process it was started from."""
    start = time.perf_counter()
    child = subprocess.Popen(["/usr/bin/env", *command], stdout=subprocess.PIPE, text=True)
    said = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {status}")
    return said, {"seconds": time.perf_counter() - start, "processor_seconds": usage.ru_utime + usage.ru_stime, "peak_bytes": usage.ru_maxrss * 1024}


def peer(program, rules, people, out):
    return json.loads(measured([sys.executable, PEERS, program, "--rules", rules, people, out])[0])


def summary(runs):
    return {name: {"min": round(min(run[name] for run in runs), 3), "median": round(statistics.median(run[name] for run in runs), 3)} for name in runs[0]}


def pairwise_f1(people, clusters, record, cluster):
    """Of the pairs of records in one cluster against the pairs of one person's records."""
    import duckdb

    pairs = lambda key: f"(select sum(n * (n - 1) / 2) from (select count(*) n from joined group by {key}))"
    return duckdb.connect().execute(f"""with joined as (select person, found.{cluster} as cluster from '{people}' people join '{clusters}' found
        on people.unique_id = found.{record})
        select 2 * {pairs('person, cluster')} / ({pairs('person')} + {pairs('cluster')})""").fetchone()[0]


def comparison_step(stages, people, model):
    """Kinfold's: from the blocks to every pair that is kept, with its weight. Where pairs are few they are compared in the stage "pairs" and
    weighed in "compare", else all of it is in the latter."""
    told = json.loads(measured([stages, people, model])[0])
    taken = [told["stages"][stage] for stage in ("pairs", "compare") if stage in told["stages"]]
    return {"pairs": told["pairs"], **{name: sum(stage[name] for stage in taken) for name in taken[0]}, "explain_one_pair_microseconds": 1e6 * told["explain_one_pair"]["seconds"]}


def largest_difference(people, out, splink):
    """Bits between the two weights of one pair, over all pairs that both have kept under Splink's model."""
    import duckdb

    peer("kinfold", splink + "/model.json", people, out)
    with open(splink + "/model.json") as file:
        rate = json.load(file)["probability_two_random_records_match"]
    count, largest = duckdb.connect().execute(f"""select count(*), max(abs(theirs.match_weight - log2({rate!r}::double / (1 - {rate!r}::double)) - ours.weight_bits))
        from '{splink}/pairs.parquet' theirs join '{out}/pairs.parquet' ours
        on least(unique_id_l, unique_id_r) = least(left_id, right_id) and greatest(unique_id_l, unique_id_r) = greatest(left_id, right_id)""").fetchone()
    return {"pairs": count, "largest_difference_bits": largest}


def ratios(result, peer_name="splink"):
    over = lambda name: round(result[peer_name][name]["median"] / result["kinfold"][name]["median"], 2)
    return {name: over(name) for name in result["kinfold"] if name.startswith(("seconds", "processor", "peak"))}


def write_model(rules, path):
    with open(path, "w") as file:
        file.write(kinfold_model(rules))
    return path


def beside_sql(options, people, at):
    model = write_model(options.rules, at("model.toml"))
    steps = {"sql": [], "kinfold": []}
    for _ in range(options.runs):
        steps["sql"].append(peer("sql", options.rules, people, at("sql")))
        steps["kinfold"].append(comparison_step(options.stages, people, model))
    step = {name: summary(own) for name, own in steps.items()}
    return {**step, "sql_over_kinfold": ratios(step, "sql")}


def tables(options, at):
    people = at("people.parquet")
    write_people(people, options.records, options.seed)
    runs = {"kinfold": [], "splink": []}
    for _ in range(options.runs):
        for program, own in runs.items():
            own.append(peer(program, options.rules, people, at(program)))
    result = {program: summary(own) for program, own in runs.items()}
    result["kinfold"]["f1"] = round(pairwise_f1(people, at("kinfold/clusters.parquet"), "id", "cluster"), 4)
    result["splink"]["f1"] = round(pairwise_f1(people, at("splink/clusters.parquet"), "unique_id", "cluster_id"), 4)
    result["splink_over_kinfold"] = ratios(result)
    if options.stages:
        result["comparison_step"] = beside_sql(options, people, at)
    result["same_model"] = largest_difference(people, at("same"), at("splink"))
    return result


def files(options, at):
    people, model = at("people.csv"), write_model(options.rules, at("model.toml"))
    write_people(people, options.records, options.seed)
    commands = {"kinfold": [options.kinfold, "link", people, "--model", model, "--format", "csv", "--out", at("kinfold")],
                "splink": [sys.executable, PEERS, "splink", "--rules", options.rules, people, at("splink")]}
    runs = {program: [] for program in commands}
    for _ in range(options.runs):
        for program, command in commands.items():
            runs[program].append(measured(command)[1])
    result = {program: summary(own) for program, own in runs.items()}
    result["splink_over_kinfold"] = ratios(result)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinfold", help="the kinfold program: files in and out")
    parser.add_argument("--stages", help="the linkage_stages program: the comparison step beside SQL, too")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rules", choices=["narrow", "wide"], default="wide")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = (files if options.kinfold else tables)(options, lambda name: os.path.join(folder, name))
    print(json.dumps({"records": options.records, "rules": options.rules, **result}, indent=2))


if __name__ == "__main__":
    main()
