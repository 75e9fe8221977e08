"""Completions know every option of every verb, and what an option's values are."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from kinfold import PROGRAM, InFolder, run

MAKER = pathlib.Path(os.environ["KINFOLD_SOURCE"]) / "packaging/completions.py"
ASK_BASH = '. "$1"; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=(); _kinfold; printf "%s\\n" "${COMPREPLY[@]}"'


class Completions(InFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        subprocess.run([sys.executable, MAKER, PROGRAM, cls.folder], check=True)

    def bash(self, *words):
        done = subprocess.run(["bash", "-c", ASK_BASH, "bash", f"{self.folder}/kinfold.bash", "kinfold", *words], capture_output=True, text=True, check=True)
        return done.stdout.split()

    def test_bash_knows_verbs_options_and_values(self):
        self.assertEqual(self.bash("lin"), ["link"])
        self.assertEqual(self.bash("--site", "east", "ledger", "pro"), ["prove"])
        self.assertEqual(self.bash("link", "--mod"), ["--model"])
        self.assertEqual(self.bash("link", "--pairing", "one"), ["one-to-one", "one-to-many"])

    def test_no_option_of_link_is_left_out(self):
        wanted = set(re.findall(r"^  (?:-\w,)?(--[\w-]+)", run("link", "--help", check=0).stdout, re.M))
        self.assertGreater(len(wanted), 20)
        self.assertEqual(set(self.bash("link", "--")), wanted)
        fish = pathlib.Path(self.folder, "kinfold.fish").read_text(encoding="utf-8")
        self.assertLessEqual({option[2:] for option in wanted}, set(re.findall(r"__fish_seen_subcommand_from link' -l ([\w-]+)", fish)))
        zsh = pathlib.Path(self.folder, "_kinfold").read_text(encoding="utf-8").partition("\n_kinfold_link() {")[2].partition("\n}")[0]
        self.assertLessEqual(wanted, set(re.findall(r"'(--[\w-]+)\[", zsh)))

    def test_every_option_says_what_it_is_for(self):
        fish = pathlib.Path(self.folder, "kinfold.fish").read_text(encoding="utf-8")
        self.assertNotIn("-d ''", fish)
        self.assertNotRegex(fish, r"-d '(TEXT|UINT|INT|FLOAT)")

    def test_the_shells_that_are_here_take_them(self):
        for shell, name in (("zsh", "_kinfold"), ("fish", "kinfold.fish"), ("bash", "kinfold.bash")):
            if shutil.which(shell):
                subprocess.run([shell, "-n", f"{self.folder}/{name}"], check=True)


if __name__ == "__main__":
    unittest.main()
