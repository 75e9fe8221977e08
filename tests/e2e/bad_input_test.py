"""`kinfold link` on files as people really have them: each is handled or refused with what, where and remedy."""

import csv
import glob
import json
import os
import resource
import signal
import subprocess
import unittest

from kinfold import InFolder, run, run_json

HEADER = "id,first_name,surname,dob\n"


def people(count, start=0):
    """Made-up people, the same every time."""
    for n in range(start, start + count):
        yield f"{n},N{n * 7 % 53},S{n * 11 % 83}son,19{30 + n % 70}-0{1 + n % 9}-1{n % 10}"


class BadInput(InFolder):
    def write(self, name, content):
        path = f"{self.folder}/{name}"
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def good(self, extra=b""):
        return (HEADER + "\n".join(people(200)) + "\n").encode() + extra

    def link(self, *arguments):
        return run_json("link", *arguments, "--out", f"{self.folder}/out")

    def refused(self, *arguments):
        done = run("link", *arguments, "--out", f"{self.folder}/out-refused", check=1)
        self.assertFalse(os.path.exists(f"{self.folder}/out-refused"), "nothing is written")
        return done.stderr

    def test_what_cannot_be_linked_is_refused_with_the_reason(self):
        repeated = self.write("repeated.csv", self.good(b"3,Again,Person,1950-01-01\n"))
        self.assertIn("has the same id in rows 4 and 201", self.refused(repeated))
        self.assertIn("the file is empty", self.refused(self.write("empty.csv", b"")))
        self.assertIn("has no rows", self.refused(self.write("header.csv", HEADER)))
        self.assertIn("no field of the model is in the file", self.refused(self.write("colours.csv", "colour,shape\nred,round\nblue,square\n")))
        self.assertIn("is not a file", self.refused(self.folder))
        self.assertIn("there is no such file", self.refused(f"{self.folder}/nobody.csv"))
        self.assertIn("the same name", self.refused(self.write("twice.csv", "id,surname,surname\n1,A,B\n2,A,B\n")))
        self.assertIn("the right file", self.refused(self.write("good.csv", self.good()), self.write("empty.csv", b"")))
        self.assertIn("no column 'person'", self.refused(self.write("good.csv", self.good()), "--truth", "person"))
        self.assertIn("no column 'sex' to show quality by", self.refused(self.write("good.csv", self.good()), "--by", "sex"))

    def test_bytes_that_are_no_text_and_names_of_ten_thousand_letters_are_borne(self):
        for name, line in (("latin1", "900,Jos\xe9,M\xfcller,1950-01-02\n".encode("latin-1")), ("bytes", b"900,\xff\xfe\x80,M\x81ller,1950-01-02\n"),
                           ("nul", b"900,Jo\x00e,Mil\x00ler,1950-01-02\n"), ("long", b"900," + b"A" * 10000 + b",Smith,1950-01-02\n901," + b"A" * 9999 + b"B,Smith,1950-01-02\n")):
            with self.subTest(name):
                path = self.write(name + ".csv", self.good(line))
                report = self.link(path)
                self.assertEqual(report["left_rows"] + report["rejected_lines"], 200 + line.count(b"\n"))

    def test_bad_lines_are_set_aside_with_their_reason_and_the_counts_add_up(self):
        path = self.write("ragged.csv", self.good(b"900,Joe\n901,Joe,Smith,1950-01-02,more,still\n902,Ann,Jones,1951-02-03\n"))
        report = self.link(path)
        self.assertEqual((report["left_rows"], report["rejected_lines"]), (201, 2))
        self.assertIn("rejects.csv", report["files"])
        with open(f"{self.folder}/out/rejects.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([(row["file"], row["line"]) for row in rows], [("left", "202"), ("left", "203")])
        self.assertNotIn("Joe", "".join(row["reason"] for row in rows))
        self.link(self.write("good.csv", self.good()))
        self.assertFalse(os.path.exists(f"{self.folder}/out/rejects.csv"), "an earlier run's rejects are gone")

    def test_a_column_of_one_value_and_rows_without_ids_are_linked(self):
        one = self.write("one.csv", HEADER + "".join(f"{n},Ann,S{n % 83}son,19{30 + n % 70}-01-01\n" for n in range(300)))
        self.link(one)
        with open(f"{self.folder}/out/report.html", encoding="utf-8") as file:
            self.assertIn("Every record that has a value of forenames has the same one", file.read())
        self.link(self.write("noid.csv", "first_name,surname,dob\n" + "\n".join(row.split(",", 1)[1] for row in people(100)) + "\n"))

    def test_the_same_file_twice_is_linked_and_said_to_be_the_same(self):
        path = self.write("good.csv", self.good())
        report = self.link(path, path)
        self.assertEqual(report["pairs"], 200)
        self.assertTrue(any("both files are the same file" in note for note in report["notes"]), report["notes"])

    def test_a_block_of_everybody_is_left_out_and_not_compared(self):
        # A hundred thousand people of one name: five thousand million pairs, were they all compared.
        path = self.write("block.csv", "id,first_name,surname,dob\n" + "".join(f"{n},Ann,Smith,{1930 + n % 70}-{1 + n // 70 % 12:02}-{1 + n // 840 % 28:02}\n" for n in range(100_000)))
        budget = run_json("link", path, "--count-pairs")
        rule = next(rule for rule in budget["rules"] if rule["agree_on"] == "surname.first + forenames.first")
        self.assertEqual(rule["largest_blocks"][0]["pairs"], 100_000 * 99_999 // 2)
        self.assertEqual(rule["pairs_left_out"], 100_000 * 99_999 // 2)
        words = run("link", path, "--count-pairs", check=0).stdout
        self.assertIn("100,000 records with one value of surname.first + forenames.first (5.0 G pairs)", words)
        self.assertNotIn("Smith", words)
        refused = run("link", path, "--pairs-max", 1000, "--out", f"{self.folder}/never", check=1).stderr
        self.assertIn("more than the limit of 1,000 pairs", refused)
        self.assertIn("--pairs-max", refused)
        self.assertFalse(os.path.exists(f"{self.folder}/never"))

    def test_an_output_folder_that_cannot_be_is_said_before_any_work(self):
        path = self.write("good.csv", self.good())
        self.assertIn("a file is in its place", run("link", path, "--out", path, check=1).stderr)
        if os.getuid() != 0:
            os.makedirs(f"{self.folder}/closed", mode=0o500)
            self.assertIn("may not be written to", run("link", path, "--out", f"{self.folder}/closed/out", check=1).stderr)
            unreadable = self.write("unreadable.csv", self.good())
            os.chmod(unreadable, 0)
            self.assertIn("permission denied", self.refused(unreadable))

    def test_a_full_disk_is_an_error_and_leaves_no_manifest(self):
        path = self.write("good.csv", self.good())

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        for kind in ("csv", "parquet", "both"):
            done = run("--json", "link", path, "--format", kind, "--out", f"{self.folder}/full", preexec_fn=small_files)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertEqual(json.loads(done.stdout)["code"], "io")
            self.assertFalse(os.path.exists(f"{self.folder}/full/manifest.json"))
            self.assertEqual(glob.glob(f"{self.folder}/full/*.new-*"), [])

    def test_a_full_disk_is_said_to_be_full_whatever_is_written(self):
        path = self.write("many.csv", (HEADER + "\n".join(people(20_000)) + "\n").encode())
        disk = f"{self.folder}/disk"
        os.makedirs(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", disk], capture_output=True).returncode != 0:
            self.skipTest("only root can mount a small disk")
        try:
            for kind in ("csv", "parquet", "both"):
                self.assertIn("the disk is full; make room", run("link", path, "--format", kind, "--out", f"{disk}/out", check=1).stderr, kind)
                self.assertEqual(glob.glob(f"{disk}/out/*.new-*") + glob.glob(f"{disk}/out/manifest.json"), [], kind)
        finally:
            subprocess.run(["umount", disk], check=True)


if __name__ == "__main__":
    unittest.main()
