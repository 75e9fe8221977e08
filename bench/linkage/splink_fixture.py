#!/usr/bin/env python3
"""Writes the fixture of tests/unit/linkage/splink_library_test.cc: a model with Splink's library of comparisons as Splink saves it, made-up
people, and Splink's match weight of every pair that its rules find. Needs Splink 5.

    python bench/linkage/splink_fixture.py tests/unit/linkage/splink
"""
import datetime
import json
import os
import random
import sys

import duckdb
import pandas as pd
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

NAMES = ["Ada", "Alan", "Alana", "Anna", "Anne", "Bela", "Carl", "Karl", "Dora", "Dara", "Emil", "Emily"]
SURNAMES = ["Brown", "Braun", "Clark", "Clarke", "Smith", "Smyth", "Young", "Yonge", "Anna", "Carl"]
TOWNS = ["Leeds", "Leads", "York", "Yorke", "Ripon"]
TAGS = ["red", "green", "blue", "white", "black"]


def mistyped(text, draw):
    at = draw.randrange(len(text))
    return text[:at] + draw.choice("abcde0123") + text[at + 1 :]


def person(draw):
    first, last = draw.choice(NAMES), draw.choice(SURNAMES)
    birth = datetime.date(1950, 1, 1) + datetime.timedelta(days=draw.randrange(20000))
    return {
        "first_name": first,
        "surname": last,
        "dob": birth.isoformat(),
        "postcode": f"{draw.choice(['LS', 'YO', 'L', 'HG'])}{draw.randrange(1, 13)} {draw.randrange(1, 5)}{draw.choice(['AA', 'AB', 'ZX'])}",
        "email": f"{first}.{last}{draw.randrange(3)}@{draw.choice(['a.org', 'b.net'])}".lower(),
        "town": draw.choice(TOWNS),
        "lat": round(53.5 + draw.random(), 4),
        "lng": round(-1.5 + draw.random(), 4),
        "tags": draw.sample(TAGS, draw.randrange(1, 4)),
        "aliases": [draw.choice(SURNAMES) for _ in range(draw.randrange(1, 3))],
        "income": draw.randrange(100, 400) * 100,
    }


def again(own, draw):
    other = dict(own)
    for name in ("first_name", "surname", "dob", "postcode", "email"):
        if draw.random() < 0.25:
            other[name] = mistyped(other[name], draw)
    if draw.random() < 0.1:
        other["first_name"], other["surname"] = other["surname"], other["first_name"]
    if draw.random() < 0.3:
        other["dob"] = (datetime.date.fromisoformat(own["dob"]) + datetime.timedelta(days=draw.choice([2, 25, 300, 3000]))).isoformat()
    other["lat"] = round(other["lat"] + draw.choice([0, 0.003, 0.04]), 4)
    other["income"] += draw.choice([0, 300, 2500])
    other["tags"] = draw.sample(TAGS, draw.randrange(0, 4))
    return other


def people(count, seed):
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        own = person(draw)
        rows += [own, again(own, draw)]
    for row in rows:
        for name in row:
            if draw.random() < 0.08:
                row[name] = None
    return [{"unique_id": f"u{n:03}", **row} for n, row in enumerate(rows)]


def settings():
    chosen = cl.CustomComparison(
        output_column_name="income and town",
        comparison_levels=[
            cll.And(cll.NullLevel("income"), cll.NullLevel("town")),
            cll.And(cll.ExactMatchLevel("town", term_frequency_adjustments=True), cll.PercentageDifferenceLevel("income", 0.02)),
            cll.Or(cll.AbsoluteDifferenceLevel("income", 300), cll.And(cll.LevenshteinLevel("town", 1), cll.Not(cll.ExactMatchLevel("town")))),
            cll.ExactMatchLevel("town", term_frequency_adjustments=True),
            cll.ElseLevel(),
        ],
    )
    comparisons = [
        cl.ForenameSurnameComparison("first_name", "surname"),
        cl.DateOfBirthComparison("dob", input_is_string=True),
        cl.PostcodeComparison("postcode", invalid_postcodes_as_null=True, lat_col="lat", long_col="lng", km_thresholds=[1, 10]),
        cl.EmailComparison("email"),
        cl.JaccardAtThresholds("town", [0.9, 0.6]),
        cl.ArrayIntersectAtSizes("tags", [2, 1]),
        cl.PairwiseStringDistanceFunctionAtThresholds("aliases", "jaro_winkler", [0.95, 0.8]),
        cl.DistanceInKMAtThresholds("lat", "lng", [0.5, 5, 50]),
        cl.AbsoluteDateDifferenceAtThresholds("dob", input_is_string=True, metrics=["day", "month", "year"], thresholds=[3, 1, 1]),
        chosen,
    ]
    made = SettingsCreator(link_type="dedupe_only", comparisons=comparisons, probability_two_random_records_match=0.02,
                           blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("substr(dob, 1, 4)"), block_on("town")]).create_settings_dict("duckdb")
    # No training: any m and u will do to compare scores by.
    draw = random.Random(5)
    names = set()
    for comparison in made["comparisons"]:
        while comparison["output_column_name"] in names:
            comparison["output_column_name"] += " too"
        names.add(comparison["output_column_name"])
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for key in ("m_probability", "u_probability"):
            parts = [draw.uniform(0.05, 1) for _ in levels]
            for level, part in zip(levels, parts):
                level[key] = part / sum(parts)
    return made


def main(folder):
    rows = people(60, 11)
    frame = pd.DataFrame(rows)
    connection = duckdb.connect()
    connection.execute("set lambda_syntax = 'ENABLE_SINGLE_ARROW'")  # As Splink writes its best pairs of elements.
    connection.register("frame", frame)
    typed = connection.execute("create table people as select * replace (cast(income as double) as income) from frame")
    api = DuckDBAPI(connection=connection)
    linker = Linker(api.register("people"), settings())
    predicted = linker.inference.predict(threshold_match_probability=None).as_pandas_dataframe()
    linker.misc.save_model_to_json(os.path.join(folder, "library_model.json"), overwrite=True)
    written = frame.copy()
    for name in ("tags", "aliases"):
        written[name] = [None if value is None else "[" + ", ".join(value) + "]" for value in frame[name]]
    written.to_csv(os.path.join(folder, "library_people.csv"), index=False)
    pairs = predicted[["unique_id_l", "unique_id_r", "match_weight"]].sort_values(["unique_id_l", "unique_id_r"])
    pairs.to_csv(os.path.join(folder, "library_pairs.csv"), index=False, float_format="%.17g")
    print(len(pairs), "pairs;", typed and "written")


if __name__ == "__main__":
    main(sys.argv[1])
