"""Runs the program in tests: a folder that goes away, a small demo, JSON back."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["KINFOLD"]
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
