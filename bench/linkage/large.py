#!/usr/bin/env python3
"""Kinfold on many records: about a billion comparisons, and a register that passes by once.

    build/bench-venv/bin/python bench/linkage/large.py --kinfold build/release/src/cli/kinfold --part billion --records 7000000
    build/bench-venv/bin/python bench/linkage/large.py --kinfold build/release/src/cli/kinfold --part register --records 1500000

Prints one JSON object a run: wall and processor seconds, peak memory, pairs; of a register the share of its people who were
found and of matches that are right. The truth is used to measure only.
"""
import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile

from beside_splink import measured
from peers import kinfold_model


def write(*arguments):
    """In a process of its own: what a child's peak of memory is taken to be includes that of the process it was forked from."""
    people = os.path.join(os.path.dirname(os.path.abspath(__file__)), "people.py")
    subprocess.run([sys.executable, people, *map(str, arguments)], check=True)


def model_file(folder, rules):
    path = os.path.join(folder, "model.toml")
    with open(path, "w") as file:
        file.write(kinfold_model(rules))
    return path


def read_json(path):
    with open(path) as file:
        return json.load(file)


def billion(options, folder):
    people = os.path.join(folder, "people.csv")
    write(people, options.records, "--seed", options.seed)
    out = os.path.join(folder, "out")
    _, run = measured([options.kinfold, "link", people, "--model", model_file(folder, "wide"), "--format", "csv", "--out", out])
    result = read_json(os.path.join(out, "manifest.json"))["result"]
    yield {"part": "billion", "records": options.records, "candidate_pairs": result["candidate_pairs"], **run}


def column(path, key, value):
    with open(path, newline="") as file:
        return {row[key]: row[value] for row in csv.DictReader(file)}


def register(options, folder):
    for size in options.register_records:
        people, rows, out = (os.path.join(folder, name) for name in ("people.csv", "register.parquet", "out"))
        write(people, options.records, "--seed", options.seed, "--of", size)
        write(rows, size, "--seed", options.seed, "--register")
        model = model_file(folder, "narrow")
        _, run = measured([options.kinfold, "link", people, rows, "--register", "--model", model, "--format", "csv", "--out", out])
        person = column(people, "unique_id", "person")
        found = {left: right for left, right in column(os.path.join(out, "matches.csv"), "left_id", "right_id").items() if right}
        right = sum(person[left] == other[1:] for left, other in found.items())  # g12 is person 12.
        there = sum(int(one) < size for one in person.values())
        yield {"part": "register", "people": options.records, "register": size, "recall": round(right / there, 4),
               "precision": round(right / max(1, len(found)), 5), **run}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinfold", required=True)
    parser.add_argument("--part", choices=["billion", "register"], required=True)
    parser.add_argument("--records", type=int, default=7_000_000)
    parser.add_argument("--register-records", type=int, nargs="+", default=[5_000_000, 10_000_000, 20_000_000])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for result in (billion if options.part == "billion" else register)(options, folder):
            print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
