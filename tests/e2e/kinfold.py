"""Runs the program in tests: a folder that goes away, a small demo, JSON back."""

import glob
import json
import os
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["KINFOLD"]
CHARTERS = os.environ.get("KINFOLD_SOURCE", "") + "/charters"
PARTIES = ("east-cheshire", "ons-demo", "dwp", "moj", "ministry")
SMALL_DEMO = ["--families", "1200", "--register-people", "12000", "--seed", "7"]


def run(*arguments, check=None, **kwargs):
    """Runs the program; `check` is the exit code that is expected, if any."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL, **kwargs)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{arguments}: exit {done.returncode}, expected {check}\n{done.stdout}\n{done.stderr}")
    return done


def run_json(*arguments):
    return json.loads(run("--json", *arguments, check=0).stdout)


def at_site(demo, party, actor, *arguments, **kwargs):
    """A verb at one of a demo's sites, by one of its actors."""
    return run("--site", f"{demo}/sites/{party}", "--passphrase-file", f"{demo}/passphrases/{party}", "--as", actor, *arguments, **kwargs)


def write_passphrase(path, words):
    with open(path, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(words + "\n")


def facts(demo):
    with open(f"{demo}/demo.json", encoding="utf-8") as file:
        return json.load(file)["stages"]


class InFolder(unittest.TestCase):
    """Each test class has a folder of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="kinfold-test-")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder, ignore_errors=True)


class Programme(InFolder):
    """Sites under a charter of today, made from the demo's by moving its dates; one council's file is sealed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with open(CHARTERS + "/family-focus-demo.toml", encoding="utf-8") as file:
            text = file.read()
        for year, later in (("2023", "2098"), ("2022", "2097")):
            text = text.replace(f"{year}-12-31", f"{later}-12-31")
        cls.charter = cls.folder + "/charter.toml"
        with open(cls.charter, "w", encoding="utf-8") as file:
            file.write(text)
        os.makedirs(cls.folder + "/passphrases")
        for party in PARTIES:
            write_passphrase(f"{cls.folder}/passphrases/{party}", f"a passphrase for {party}")
            run("--passphrase-file", f"{cls.folder}/passphrases/{party}", "site", "init", f"{cls.folder}/sites/{party}",
                "--charter", cls.charter, "--party", party, check=0)
        for party in PARTIES:
            for other in PARTIES:
                if other != party:
                    at_site(cls.folder, party, "", "site", "trust", f"{cls.folder}/sites/{other}/keys/site.card", check=0)
        run("synth", cls.folder + "/data", "--families", "120", "--seed", "3", check=0)
        cls.csv = cls.folder + "/data/councils/east-cheshire.csv"
        at_site(cls.folder, "east-cheshire", "intake-1", "submit", cls.csv, check=0)
        cls.sealed = glob.glob(cls.folder + "/sites/east-cheshire/outbox/submission-*.age")[0]
