"""Planted people are sought in every byte that working sites leave: after each act, in the sites' folders, the folder for
temporary files, shared memory, core dumps, and in backups made at each step and held against a later erasure."""

import base64
import csv
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import time

import unittest

from kinfold import PROGRAM, Programme

# Names, an address and a number that occur in no generator; a birthday in the orders that people and programs write.
PLANTED = (("Zephyrantha", "Quillfeather", "1987-03-09", "F", "7 Umbelliferous Terrace", "ZQ4 7XJ", "ZR481516C"),
           ("Calendulina", "Thistlewhistle", "2006-11-23", "F", "19 Periwinkle Ginnel", "ZQ9 3XW", ""))


def birthdays(iso):
    year, month, day = iso.split("-")
    for order in ((year, month, day), (day, month, year), (month, day, year), (str(int(day)), str(int(month)), year)):
        for between in "-/. ":
            yield between.join(order)
    yield f"{year}{month}{day}"
    yield f"{day}{month}{year}"


def encodings(text):
    for form in {text, text.lower(), text.upper(), text[::-1]}:
        for raw in {form.encode(), form.encode("utf-16-le"), form.encode("utf-16-be")}:
            yield raw
            yield raw.hex().encode()
            yield raw.hex().upper().encode()
            for shift in range(3):  # what stays of it in base64, whatever stands before
                encoded = base64.b64encode(b"\0" * shift + raw)
                yield encoded[(shift * 8 + 5) // 6: (shift + len(raw)) * 8 // 6]


def sought():
    patterns = set()
    for forename, surname, born, _, address, postcode, nino in PLANTED:
        for text in (forename, surname, address, postcode, nino, *birthdays(born)):
            patterns.update(each for each in encodings(text) if len(each) >= 8)
    return sorted(patterns)


class Canary(Programme):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.patterns = sought()
        cls.seen = {}
        cls.place = cls.folder + "/work"  # where the program stands, and puts what is temporary
        os.makedirs(cls.place + "/tmp")
        shared = set(os.listdir("/dev/shm"))
        cls.shared_before = shared
        with open(cls.csv, encoding="utf-8") as file:
            header = next(csv.reader(file))
        cls.csv = cls.folder + "/data/canaries.csv"
        with open(glob.glob(cls.folder + "/data/councils/east-cheshire.csv")[0], encoding="utf-8") as whole, \
                open(cls.csv, "w", encoding="utf-8") as file:
            file.write(whole.read())
            for k, (forename, surname, born, gender, address, postcode, nino) in enumerate(PLANTED):
                values = ["F-900001", f"F-900001-{k + 1}", forename, surname, born, gender, f'"{address}"', postcode, nino,
                          "child" if k else "head", "programme", "2017-09-04", "2018-06-29", "", "2017-05-02", "", "2017-06-01",
                          "", "", "2017-06-01"]
                file.write(",".join((values + [""] * len(header))[:len(header)]) + "\n")
        cls.who = cls.folder + "/data/who.toml"
        with open(cls.who, "w", encoding="utf-8") as file:
            forename, surname, born, _, address, postcode, nino = PLANTED[0]
            file.write(f'forenames = "{forename}"\nsurname = "{surname}"\ndate_of_birth = {born}\n'
                       f'postcode = "{postcode}"\nnino = "{nino}"\n')

    def at(self, party, actor, *arguments):
        def may_dump():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        command = [PROGRAM, "--json", "--site", f"{self.folder}/sites/{party}", "--passphrase-file",
                   f"{self.folder}/passphrases/{party}", "--as", actor, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, cwd=self.place, preexec_fn=may_dump,
                              env={**os.environ, "TMPDIR": self.place + "/tmp"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.search_bytes(done.stdout + done.stderr, "what the program said")
        return json.loads(done.stdout)

    def search_bytes(self, content, where):
        for pattern in self.patterns:
            self.assertNotIn(pattern, content, f"a planted person lies in the clear in {where}")

    def search(self, something_new=True):
        """Every file that is new or changed since the last search; the program's shared memory too."""
        roots = [self.folder + "/sites", self.place]
        files = [path for root in roots for path in glob.glob(root + "/**", recursive=True, include_hidden=True)]
        files += ["/dev/shm/" + name for name in set(os.listdir("/dev/shm")) - self.shared_before if "kinfold" in name.lower()]
        searched = 0
        for path in files:
            if not os.path.isfile(path):
                continue
            facts = os.stat(path)
            if self.seen.get(path) == (facts.st_mtime_ns, facts.st_size):
                continue
            self.seen[path] = (facts.st_mtime_ns, facts.st_size)
            with open(path, "rb") as file:
                self.search_bytes(file.read(), path)
            searched += 1
        if something_new:
            self.assertGreater(searched, 0)
        self.assertEqual(os.listdir(self.place + "/tmp"), [])

    def backup(self, name):
        """As docs/threat-model.md says: all of the site but the keys of holdings and of single people."""
        leave_out = shutil.ignore_patterns("record-keys")
        shutil.copytree(self.folder + "/sites/ons-demo", f"{self.folder}/backups/{name}", ignore=leave_out)
        os.remove(f"{self.folder}/backups/{name}/holdings/keys")

    def test_1_the_search_finds_what_it_seeks(self):
        for text in ("Quillfeather", "7 Umbelliferous Terrace", "1987-03-09", "09/03/1987", "9.3.1987", "19870309"):
            for raw in encodings(text):
                if len(raw) >= 8:
                    with self.assertRaises(AssertionError, msg=raw):
                        self.search_bytes(b"before" + raw + b"after", "here")
        self.search_bytes(b"Quillfeathe r", "nowhere")

    def test_2_nothing_lies_in_the_clear_after_any_act(self):
        def one(pattern):
            found = glob.glob(f"{self.folder}/sites/{pattern}")
            return max(found, key=os.path.getmtime)

        submitted = self.at("east-cheshire", "intake-1", "submit", self.csv)
        self.assertGreater(submitted["people"] if "people" in submitted else submitted["kept"], 0)
        self.search()
        self.at("ons-demo", "linkage-1", "receive", one("east-cheshire/outbox/submission-*.age"))
        self.search()
        self.backup("received")
        self.at("dwp", "linkage-1", "receive", self.at("ons-demo", "linkage-1", "request", "dwp")["sealed_file"])
        self.search()
        copy = self.folder + "/copy"
        self.at("ons-demo", "data-protection-1", "rights", "access", "--person", self.who, "--with", "linkage-1", "--out", copy)
        with open(copy + "/copy.html", encoding="utf-8") as file:
            self.assertIn("Quillfeather", file.read())  # the person is there: the rest of the test seeks somebody
        self.search()
        restricted = self.at("ons-demo", "data-protection-1", "rights", "restrict", "--person", self.who, "--with", "linkage-1")
        answer = self.at("dwp", "linkage-1", "receive", restricted["notice_dwp"])
        self.at("ons-demo", "linkage-1", "receive", answer["sealed_file"])
        self.search()
        objected = self.at("east-cheshire", "data-protection-1", "rights", "object", "--person", self.who)
        self.at("ons-demo", "linkage-1", "receive", objected["notice_ons-demo"])
        self.search()
        self.backup("objected")
        self.at("ons-demo", "data-protection-1", "rights", "erase", "--person", self.who, "--with", "linkage-1")
        self.search()
        request = next(row["holding"] for row in self.at("dwp", "linkage-1", "retention", "status")["rows"]
                       if row["kind"] == "request" and row["state"] == "live")
        self.at("dwp", "linkage-1", "retention", "destroy", request)
        for party, actor in (("east-cheshire", "intake-1"), ("ons-demo", "linkage-1"), ("dwp", "linkage-1")):
            self.at(party, actor, "retention", "enforce")
            self.at(party, actor, "ledger", "show")
        self.search()
        for path in glob.glob(self.folder + "/backups/**", recursive=True, include_hidden=True):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    self.search_bytes(file.read(), path)

    def test_3_a_backup_cannot_be_opened_without_what_it_must_leave_out(self):
        for name in ("received", "objected"):
            done = subprocess.run([PROGRAM, "--site", f"{self.folder}/backups/{name}", "--passphrase-file",
                                   f"{self.folder}/passphrases/ons-demo", "--as", "data-protection-1", "rights", "access", "--person",
                                   self.who, "--with", "linkage-1", "--out", self.folder + "/stolen"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertFalse(os.path.exists(self.folder + "/stolen"))

    def wait_until_begun(self, pid):
        """The first thing the program does is to forbid core dumps. Before that the system's loader is at work: it has read nothing."""
        while True:
            with open(f"/proc/{pid}/limits", encoding="utf-8") as file:
                limits = file.read()
            if not limits or re.search(r"Max core file size +0 +0 ", limits):
                return
            time.sleep(0.01)

    def test_4_a_crash_leaves_no_core(self):
        """The program is brought down while it has the council's file in memory, with core dumps asked for."""
        def may_dump():
            resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
        with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as file:
            pattern = file.read().strip()
        command = [PROGRAM, "--site", f"{self.folder}/sites/east-cheshire", "--passphrase-file",
                   f"{self.folder}/passphrases/east-cheshire", "--as", "intake-1", "submit", self.csv]
        hit = 0
        for wait in (0.05, 0.1, 0.2, 0.4, 0.8):
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                       cwd=self.place, preexec_fn=may_dump, env={**os.environ, "TMPDIR": self.place + "/tmp"})
            self.wait_until_begun(process.pid)
            time.sleep(wait)
            os.kill(process.pid, signal.SIGSEGV)  # Popen's own would first look whether it has ended, and take the status
            _, status = os.waitpid(process.pid, 0)
            process.returncode = 0
            if os.WIFSIGNALED(status):
                hit += 1
                self.assertFalse(os.WCOREDUMP(status), f"the system wrote a core dump ({pattern})")
        self.assertGreater(hit, 0)
        self.assertEqual([name for name in os.listdir(self.place) if name != "tmp"], [])
        self.search(something_new=False)  # It may have been brought down each time before it wrote anything.


if __name__ == "__main__":
    unittest.main()
