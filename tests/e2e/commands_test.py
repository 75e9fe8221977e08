"""Every `kinfold` command that the documents show is one that the program has, with options that it has."""

import functools
import os
import pathlib
import re
import shlex
import unittest

from kinfold import run

ROOT = pathlib.Path(os.environ["KINFOLD_SOURCE"])
SPAN = re.compile(r"(?<!`)`(kinfold [^`\n]+)`(?!`)")
FORMAT_NAME = re.compile(r"kinfold [a-z ]+ v?1(, .*)?")  # "kinfold sealed file v1": the first line of a file
GLOBAL_WITH_VALUE = {"--site", "--as", "--passphrase-file"}
GLOBAL = GLOBAL_WITH_VALUE | {"--json", "--version", "--help"}


def shown_commands():
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        inside = False
        for number, line in enumerate(document.read_text(encoding="utf-8").splitlines(), 1):
            if line.lstrip().startswith("```"):
                inside = not inside
                continue
            shown = [line.strip()] if inside and line.strip().startswith("kinfold ") else [] if inside else SPAN.findall(line)
            for command in shown:
                if FORMAT_NAME.fullmatch(command):
                    continue
                yield f"{document.relative_to(ROOT)}:{number}", command


@functools.lru_cache(maxsize=None)
def help_of(chain):
    return run(*chain, "--help", check=0).stdout


def subcommands(text):
    after = text.partition("Subcommands:")[2]
    return set(re.findall(r"^  ([a-z][\w-]*)", after, flags=re.MULTILINE))


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][\w-]*", text))


def complaint(command):
    # Brackets of usage lines, and what follows a pipe or a comment are not part of a command.
    text = re.split(r"\s+[#|>]", command)[0]
    words = shlex.split(re.sub(r"[\[\]…]|\.\.\.", " ", text), posix=True)[1:]
    chain, known, n = (), subcommands(help_of(())), 0
    while n < len(words):
        word = words[n]
        if word.startswith("--"):
            name = word.split("=", 1)[0]
            if name not in GLOBAL and name not in options(help_of(chain)):
                return f"`kinfold {' '.join(chain)}` has no option {name}"
            n += 1 if name in GLOBAL_WITH_VALUE else 0
        elif known:
            # "access|rectify" and "status, enforce" show several commands at once.
            names = [name for name in word.strip(",").split("|") if re.fullmatch(r"[a-z][\w-]*", name)]
            wrong = [name for name in names if name not in known]
            if wrong or not names:
                return None if not names else f"`kinfold {' '.join(chain)}` has no command {wrong[0]}"
            chain += (names[0],)
            known = subcommands(help_of(chain))
        n += 1
    return None


class Commands(unittest.TestCase):
    def test_every_command_that_the_documents_show_is_there(self):
        shown = list(shown_commands())
        self.assertGreater(len(shown), 20, "the documents show hardly any command: the reader of them is broken")
        wrong = [f"{place}: {said}: {command}" for place, command in shown if (said := complaint(command))]
        self.assertEqual([], wrong, "\n" + "\n".join(wrong))

    def test_a_command_or_an_option_that_is_not_there_is_found(self):
        self.assertIn("has no command", complaint("kinfold conjure FILE"))
        self.assertIn("has no command", complaint("kinfold rights forget"))
        self.assertIn("has no option", complaint("kinfold link a.csv --magic"))
        self.assertIsNone(complaint("kinfold --site s rights access|erase --person who.toml"))


if __name__ == "__main__":
    unittest.main()
