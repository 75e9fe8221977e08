"""One program over the same people once, measured by itself; beside_splink.py starts it.

    python bench/linkage/peers.py kinfold --rules wide PEOPLE.parquet OUT

In memory the clock runs from a table to tables: training, prediction, clustering; reading PEOPLE.parquet and importing are over by
then. With PEOPLE.csv it is files in, files out, and who starts it takes the time. Prints one JSON object; what was found is put down
in the folder OUT after the clock has stopped.
"""
import argparse
import json
import os
import resource
import time

RULES = {"narrow": [("first_name", "surname"), ("surname", "dob"), ("first_name", "dob"), ("postcode", "surname"), ("postcode", "first_name"),
                    ("city", "surname")],
         "wide": [("surname", "first_name"), ("dob",), ("postcode",), ("surname", "city"), ("first_name", "city")]}
LEVELS = {"first_name": ("jaro_winkler >=", (0.92, 0.8), True), "surname": ("jaro_winkler >=", (0.92, 0.8), True),
          "dob": ("levenshtein <=", (1, 2), False), "postcode": ("levenshtein <=", (1, 2), False), "city": ("levenshtein <=", (1,), True)}


def kinfold_model(rules):
    """The same comparisons and rules as Splink's below, on the values as they are written."""
    lines = ['name = "beside splink"']
    for name, (test, bounds, frequency) in LEVELS.items():
        levels = ['{ when = "exact", m = 0.8' + (", term_frequency = 1.0 }" if frequency else " }")]
        levels += [f'{{ when = "{test} {bound}" }}' for bound in bounds] + ['{ when = "else" }']
        lines += ["[[field]]", f'name = "{name}"', 'kind = "as_written"', "[[comparison]]", f'field = "{name}"', f"levels = [{', '.join(levels)}]"]
    for rule in RULES[rules]:
        lines += ["[[block]]", f"keys = {json.dumps(rule)}"]
    return "\n".join(lines) + "\n"


def splink_settings(rules):
    import splink.comparison_library as library
    from splink import SettingsCreator, block_on

    comparisons = []
    for name, (test, bounds, frequency) in LEVELS.items():
        make = library.JaroWinklerAtThresholds if test.startswith("jaro") else library.LevenshteinAtThresholds
        comparisons.append(make(name, list(bounds)).configure(term_frequency_adjustments=frequency))
    return SettingsCreator(link_type="dedupe_only", comparisons=comparisons, retain_matching_columns=False,
                           blocking_rules_to_generate_predictions=[block_on(*rule) for rule in RULES[rules]])


def splink_links(people, rules):
    """Linker, pairs and clusters, as Splink's own examples do it, with as many pairs for u as they take."""
    from splink import Linker, block_on

    linker = Linker(people, splink_settings(rules), log_level=40)
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "surname", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob", "postcode"))
    pairs = linker.inference.predict(threshold_match_probability=0.01)
    return linker, pairs, linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=0.9)


class Splink:
    def __init__(self):
        import duckdb
        import splink  # noqa: F401: the clock does not run while it is imported.

        self.connection = duckdb.connect()

    def link(self, people, rules):
        from splink import DuckDBAPI

        self.linker, self.pairs, self.clusters = splink_links(DuckDBAPI(self.connection).register(people), rules)
        return self

    def run(self, people, rules):
        self.link(people, rules)
        return self.pairs.as_pyarrow_table(), self.clusters.as_pyarrow_table()

    def run_files(self, people, rules, out):
        self.connection.execute(f"create table people as select * exclude (person) from read_csv('{people}', all_varchar=true)")
        self.link("people", rules)
        self.connection.execute(f"copy {self.pairs.physical_name} to '{out}/pairs.csv' (header)")
        self.connection.execute(f"copy (select unique_id, cluster_id from {self.clusters.physical_name}) to '{out}/clusters.csv' (header)")

    def keep(self, out):
        self.linker.misc.save_model_to_json(f"{out}/model.json", overwrite=True)


class Kinfold:
    def __init__(self):
        import kinfold

        self.kinfold = kinfold

    def run(self, people, rules):
        import pyarrow

        model = rules if rules.endswith(".json") else kinfold_model(rules)
        links = self.kinfold.link(people, model=model)
        return pyarrow.table(links.pairs), pyarrow.table(links.clusters)

    def keep(self, out):
        pass


class Sql:
    """The comparison step as a careful analyst would write it in SQL: each similarity once, patterns counted, over pairs that are there
    already. Nothing is weighed."""

    def measure(self, people, rules):
        import duckdb

        connection = duckdb.connect()
        connection.execute("create table people as select * from people")
        holds = lambda rule: " and ".join(f"l.{key} = r.{key}" for key in rule)
        found = []
        for number, rule in enumerate(RULES[rules]):
            earlier = "".join(f" and not coalesce({holds(before)}, false)" for before in RULES[rules][:number])
            found.append(f"select l.rowid a, r.rowid b from people l join people r on {holds(rule)} where l.unique_id < r.unique_id{earlier}")
        connection.execute("create table pairs as " + " union all ".join(found))
        start = now()
        pairs = connection.execute(f"""select sum(n) from (select {', '.join(LEVELS)}, count(*) n from (select {', '.join(map(self.level, LEVELS))}
            from pairs join people l on l.rowid = pairs.a join people r on r.rowid = pairs.b) group by all)""").fetchone()[0]
        end = now()
        return {"pairs": int(pairs), **{name: end[name] - start[name] for name in end}}

    def level(self, c):
        test, bounds, _ = LEVELS[c]
        similarity = f"jaro_winkler_similarity(l.{c}, r.{c})" if test.startswith("jaro") else f"levenshtein(l.{c}, r.{c})"
        levels = " ".join(f"when s {test.split()[1]} {bound} then {number}" for number, bound in enumerate(bounds, 1))
        return (f"case when l.{c} is null or r.{c} is null then -1 when l.{c} = r.{c} then 0 else "
                f"(select case {levels} else {len(bounds) + 1} end from (select {similarity} s)) end {c}")


def resident(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))


def now():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"seconds": time.perf_counter(), "processor_seconds": usage.ru_utime + usage.ru_stime}


def read_people(path):
    import pyarrow.parquet

    return pyarrow.parquet.read_table(path).drop_columns(["person"]).combine_chunks()


def in_memory(program, options):
    import pyarrow.parquet

    people = read_people(options.people)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # The peak counts from here.
    before, start = resident("VmRSS"), now()
    pairs, clusters = program.run(people, options.rules)
    end = now()
    result = {**{name: end[name] - start[name] for name in end}, "peak_bytes": resident("VmHWM"), "peak_bytes_above_start": resident("VmHWM") - before}
    pyarrow.parquet.write_table(pairs, f"{options.out}/pairs.parquet")
    pyarrow.parquet.write_table(clusters, f"{options.out}/clusters.parquet")
    program.keep(options.out)
    print(json.dumps({**result, "pairs": pairs.num_rows}))


PROGRAMS = {"kinfold": Kinfold, "splink": Splink, "sql": Sql}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", choices=sorted(PROGRAMS))
    parser.add_argument("people")
    parser.add_argument("out")
    parser.add_argument("--rules", default="wide", help="narrow, wide, or for Kinfold a model that Splink saved")
    options = parser.parse_args()
    program = PROGRAMS[options.program]()
    os.makedirs(options.out, exist_ok=True)
    if hasattr(program, "measure"):
        print(json.dumps(program.measure(read_people(options.people), options.rules)))
    elif options.people.endswith(".csv"):
        program.run_files(options.people, options.rules, options.out)
    else:
        in_memory(program, options)


if __name__ == "__main__":
    main()
