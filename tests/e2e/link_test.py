"""`kinfold link` alone, on real public data with truth. Skipped, with the reason, where the data is not there."""

import json
import os
import sys
import unittest

from kinfold import InFolder, run, run_json

DATA = os.environ.get("KINFOLD_DATA", "") + "/linkage"


class Link(InFolder):
    def link(self, name, *arguments):
        return run_json("link", *arguments, "--out", f"{self.folder}/{name}")

    def test_febrl4_is_linked_without_supervision(self):
        report = self.link("febrl4", f"{DATA}/febrl4a.csv", f"{DATA}/febrl4b.csv", "--truth", "rec_id", "--truth-pattern", r"rec-(\d+)-")
        self.assertGreaterEqual(report["f1"], 0.97)

    def test_historical_people_are_found(self):
        report = self.link("historical", f"{DATA}/historical_50k.parquet", "--truth", "cluster")
        self.assertGreaterEqual(report["f1"], 0.80)

    def test_two_threads_write_the_same_bytes_as_one(self):
        for threads in (1, 2):
            self.link(f"threads{threads}", f"{DATA}/fake_1000.csv", "--truth", "cluster", "--threads", threads)
        for name in ("pairs.csv", "clusters.csv", "model.toml"):
            with open(f"{self.folder}/threads1/{name}", "rb") as one, open(f"{self.folder}/threads2/{name}", "rb") as two:
                self.assertEqual(one.read(), two.read(), name)

    def test_a_missing_file_is_said_to_be_missing(self):
        done = run("--json", "link", f"{self.folder}/nobody.csv", "--out", f"{self.folder}/out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("error", json.loads(done.stdout))


if __name__ == "__main__":
    if not os.path.isdir(DATA):
        print(f"skipped: the public linkage data is not at KINFOLD_DATA/linkage; see `make data`")
        sys.exit(77)
    unittest.main()
