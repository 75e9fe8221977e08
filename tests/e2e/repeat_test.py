"""`kinfold link --repeat`: a run done again from its manifest; `--explain` by itself; progress."""

import hashlib
import json
import os
import shutil
import unittest

from kinfold import InFolder, run, run_json

LEFT = "id,first_name,surname,dob\n" + "".join(f"L{n},N{n * 7 % 53},S{n * 11 % 83}son,19{30 + n % 70}-0{1 + n % 9}-1{n % 10}\n" for n in range(200))
RIGHT = "id,first_name,surname,dob\n" + "".join(f"R{n},N{n * 7 % 53}{'x' if n % 5 == 0 else ''},S{n * 11 % 83}son,19{30 + n % 70}-0{1 + n % 9}-1{n % 10}\n" for n in range(50, 250))


class Repeat(InFolder):
    def setUp(self):
        self.work = f"{self.folder}/{self.id()}"
        os.makedirs(self.work + "/data")
        for name, text in (("left", LEFT), ("right", RIGHT)):
            with open(f"{self.work}/data/{name}.csv", "w", encoding="utf-8") as file:
                file.write(text)
        run("link", f"{self.work}/data/left.csv", f"{self.work}/data/right.csv", "--by", "surname", "--threshold", "0.8", "--out", f"{self.work}/first", check=0)

    def test_a_run_is_repeated_byte_for_byte_from_its_manifest(self):
        again = run_json("link", "--repeat", f"{self.work}/first/manifest.json", "--threads", 1, "--out", f"{self.work}/second")
        self.assertTrue(again["inputs_same"] and again["outputs_same"], again)
        self.assertEqual(sorted(again["same"]), sorted(set(again["link"]["files"]) - {"manifest.json"}))
        self.assertIn("report.html", again["same"])
        self.assertEqual(again["link"]["threshold"], 0.8)

    def test_the_manifest_has_the_hashes_of_what_went_in_and_of_all_that_came_out(self):
        with open(f"{self.work}/first/manifest.json", encoding="utf-8") as file:
            manifest = json.load(file)

        def hash_of(path):
            with open(path, "rb") as file:
                return hashlib.sha256(file.read()).hexdigest()

        self.assertEqual({role: one["sha256"] for role, one in manifest["inputs"].items()}, {role: hash_of(f"{self.work}/data/{role}.csv") for role in ("left", "right")})
        self.assertEqual(manifest["outputs"], {name: hash_of(f"{self.work}/first/{name}") for name in os.listdir(f"{self.work}/first") if name != "manifest.json"})

    def test_a_folder_that_was_moved_whole_can_still_be_repeated(self):
        shutil.move(self.work, self.work + "-moved")
        again = run_json("link", "--repeat", f"{self.work}-moved/first/manifest.json", "--out", f"{self.work}-moved/second")
        self.assertTrue(again["outputs_same"])

    def test_another_input_is_refused(self):
        with open(f"{self.work}/data/right.csv", "a", encoding="utf-8") as file:
            file.write("R999,Joe,Smith,1950-01-02\n")
        done = run("link", "--repeat", f"{self.work}/first/manifest.json", "--out", f"{self.work}/second", check=1)
        self.assertIn("the right file is not the one that was linked", done.stderr)
        self.assertFalse(os.path.exists(f"{self.work}/second"))

    def test_outputs_that_differ_are_named_and_the_exit_code_says_so(self):
        path = f"{self.work}/first/manifest.json"
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["outputs"]["pairs.csv"] = "0" * 64
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file)
        done = run("--json", "link", "--repeat", path, "--out", f"{self.work}/second", check=1)
        self.assertEqual(json.loads(done.stdout)["different"], ["pairs.csv"])

    def test_the_first_run_is_never_written_over(self):
        self.assertIn("--out is the folder of the run", run("link", "--repeat", f"{self.work}/first/manifest.json", "--out", f"{self.work}/first", check=1).stderr)

    def test_one_pair_is_explained_by_itself_in_less_than_a_millisecond(self):
        for name, text in (("one", LEFT), ("other", RIGHT)):
            with open(f"{self.work}/{name}.csv", "w", encoding="utf-8") as file:
                file.writelines(text.splitlines(keepends=True)[:2])
        pair = run_json("link", f"{self.work}/one.csv", f"{self.work}/other.csv", "--model", f"{self.work}/first/model.toml", "--explain", "L0", "R50")
        bits = pair["prior_bits"] + pair["related_bits"] + pair["moved_bits"] + sum(step["weight_bits"] + step["term_frequency_bits"] for step in pair["steps"])
        self.assertAlmostEqual(pair["probability"], 1 / (1 + 2 ** -bits), places=9)
        self.assertGreater(pair["work_seconds"], 0)
        self.assertIn("two records drawn at random", run("link", f"{self.work}/one.csv", f"{self.work}/other.csv", "--model", f"{self.work}/first/model.toml", "--explain", "L0", "R50", check=0).stdout)

    def test_progress_is_silent_in_a_pipe_unless_it_is_asked_for(self):
        arguments = ("link", f"{self.work}/data/left.csv", "--out", f"{self.work}/third")
        self.assertEqual(run(*arguments, check=0).stderr, "")
        asked = run(*arguments, "--progress", check=0).stderr
        for stage in ("read", "encode", "block", "estimate", "compare", "group", "write"):
            self.assertIn(stage, asked)

    def test_wrong_usage_is_said_to_be_that(self):
        self.assertEqual(run("link").returncode, 2)
        self.assertEqual(run("link", f"{self.work}/data/left.csv").returncode, 2)
        self.assertIn("--repeat", run("link", "--help", check=0).stdout)


if __name__ == "__main__":
    unittest.main()
