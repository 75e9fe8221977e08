#!/usr/bin/env python3
"""Plants one dead path at a time."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_docs  # noqa: E402


def breaches_of(readme, more=None):
    files = {"README.md": readme, "src/base/date.h": "", "docs/a.md": "x\n", "Makefile": "demo: build\n", **(more or {})}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_docs.check(folder)


class CheckDocs(unittest.TestCase):
    def test_paths_that_are_there_pass(self):
        self.assertEqual(breaches_of("`src/base/date.h:12`, `src/*/date.h`, `src/`, [a](docs/a.md#top), `make demo`, "
                                     "`src/<room>`, [web](https://example.org), `docs/decisions/NNNN-title.md`\n"
                                     "```\nsrc/none.h\n```\n"), [])

    def test_a_dead_path_is_found_with_its_line(self):
        self.assertEqual(breaches_of("one\n`src/base/gone.h`\n"), ["README.md:2: `src/base/gone.h` is not there"])

    def test_a_pattern_without_a_match_is_found(self):
        self.assertEqual(breaches_of("`docs/*.html`"), ["README.md:1: `docs/*.html` is not there"])

    def test_a_dead_link_is_found_from_where_its_document_lies(self):
        self.assertEqual(breaches_of("x", {"docs/b.md": "[a](a.md) ![p](docs/a.md)"}),
                         ["docs/b.md:1: the link to docs/a.md leads nowhere"])

    def test_a_make_target_that_does_not_exist_is_found(self):
        self.assertEqual(breaches_of("`make tea`"), ["README.md:1: there is no `make tea`"])


if __name__ == "__main__":
    unittest.main()
