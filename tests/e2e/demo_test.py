"""The whole cycle on a small programme: it runs, its figures hold together, and nothing lies in the clear."""

import base64
import csv
import os
import unittest

from kinfold import SMALL_DEMO, InFolder, at_site, facts, run, run_json


def every_file(folder):
    for path, _, names in os.walk(folder):
        for name in names:
            yield os.path.join(path, name)


def spellings(text):
    """Ways in which a text could lie in a file."""
    for form in {text, text.upper(), text.lower()}:
        plain = form.encode()
        yield plain
        yield form.encode("utf-16-le")
        yield form.encode("utf-16-be")
        yield plain.hex().encode()
        yield plain.hex().upper().encode()
        for shift in range(3):
            whole = base64.b64encode(b"x" * shift + plain).rstrip(b"=")
            first, last = (0 if shift == 0 else shift + 1), (shift + len(plain)) * 8 // 6
            yield whole[first:last]


class Demo(InFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.folder + "/demo"
        cls.summary = run_json("demo", cls.demo, *SMALL_DEMO)
        cls.facts = facts(cls.demo)

    def test_summary_points_at_a_page_that_loads_nothing(self):
        with open(self.summary["index"], encoding="utf-8") as file:
            page = file.read()
        self.assertIn("<h1", page)
        for loader in ('src="http', 'href="http://', "<link rel=", "@import", "src='http"):
            self.assertNotIn(loader, page)

    def test_every_line_of_every_council_has_one_fate(self):
        for council, counts in self.facts["submit"].items():
            parts = sum(counts[key] for key in ("kept", "merged", "ineligible", "objected", "rejected"))
            self.assertEqual(counts["lines"], parts, council)
            self.assertGreater(counts["kept"], 0, council)

    def test_links_are_right(self):
        for department, counts in self.facts["match"].items():
            self.assertGreater(counts["precision"], 0.97, department)
            self.assertGreater(counts["recall"], 0.90, department)
            self.assertEqual(counts["people"] <= counts["strong"] + counts["good"] + counts["weak"] + counts["none"], True)

    def test_a_council_file_can_be_worked_through_by_its_rejects(self):
        with open(f"{self.demo}/data/councils/north-riding.csv.rejects.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertGreater(len(rows), 0)
        for row in rows:
            self.assertTrue(row["line"].isdigit() and row["reason"] and row["remedy"], row)

    def test_nobody_of_a_council_file_lies_in_the_clear_anywhere_else(self):
        with open(f"{self.demo}/data/councils/east-cheshire.csv", encoding="utf-8", newline="") as file:
            people = [row for row in csv.reader(file)][-40:]
        sought = set()
        for row in people:
            for field in (row[6], row[8]):  # addresses and NI numbers: long and rare enough to be nobody else's
                if len(field) >= 9:
                    sought.update(spellings(field))
        for name in ("Quillfeather", "Thistlewhistle", "Ambersprocket"):
            sought.update(spellings(name))
        self.assertGreater(len(sought), 100)
        searched = 0
        for path in every_file(self.demo):
            if path.startswith(f"{self.demo}/data/"):
                continue
            with open(path, "rb") as file:
                content = file.read()
            searched += 1
            for spelling in sought:
                self.assertNotIn(spelling, content, path)
        self.assertGreater(searched, 60)

    def test_everything_has_expired_and_each_destruction_is_certified(self):
        for party, counts in self.facts["expire"]["sites"].items():
            self.assertEqual(counts["overdue"], 0, party)
        self.assertEqual(self.facts["expire"]["live"], 0)
        certificates = [name for name in os.listdir(f"{self.demo}/sites/ons-demo/certificates/dwp")]
        self.assertEqual(len(certificates) >= 1, True)

    def test_ledgers_verify_from_the_command_line(self):
        for party in ("east-cheshire", "ons-demo", "moj", "ministry"):
            self.assertIn("sound", at_site(self.demo, party, "", "ledger", "verify", check=0).stdout)

    def test_what_was_refused_has_its_reason(self):
        reasons = [each["reason"] for each in self.facts["attacks"]["list"]]
        self.assertGreaterEqual(len(reasons), 6)
        self.assertEqual(len(set(reasons)), len(reasons), "each refusal has a reason of its own")

    def test_a_finished_demo_run_again_says_the_same(self):
        again = run_json("demo", self.demo, *SMALL_DEMO)
        self.assertEqual(again, self.summary)
        other = run("demo", self.demo, "--seed", "8")
        self.assertEqual(other.returncode, 1)
        self.assertIn("other options", other.stderr)


if __name__ == "__main__":
    unittest.main()
