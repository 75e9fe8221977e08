#!/usr/bin/env python3
"""Plants one breach at a time in a small tree: a check that cannot fail would be no check."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_tree  # noqa: E402

GOOD = {
    "src/base/CMakeLists.txt": "kinfold_add_room(base SOURCES a.cc)\n",
    "src/base/a.h": "#include <string>\n",
    "src/base/a.cc": '#include "base/a.h"\n',
    "src/seal/CMakeLists.txt": "kinfold_add_room(seal SOURCES k.cc DEPENDS base USES kinfold_sodium)\n",
    "src/seal/k.h": '#include "base/a.h"\n',
    "src/seal/k_internal.h": "",
    "src/person/CMakeLists.txt": "kinfold_add_room(person SOURCES n.cc DEPENDS base)\n",
    "src/identity/CMakeLists.txt":
        "kinfold_add_room(identity\n  SOURCES v.cc\n  DEPENDS person seal  # names and keys\n  USES fmt::fmt)\n",
    "src/identity/v.cc": '#include "base/a.h"\n  #  include "seal/k.h"\n',
    "src/research/CMakeLists.txt": "kinfold_add_room(research SOURCES r.cc DEPENDS base)\n",
    "src/research/r.cc": '#include "base/a.h"\n// #include "identity/v.h"\n',
    "tests/unit/base/CMakeLists.txt": "kinfold_add_tests(base SOURCES a_test.cc DEPENDS base)\n",
    "tests/unit/base/a_test.cc": "",
}


def breaches_of(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**GOOD, **changes}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_tree.check(folder)


class CheckTree(unittest.TestCase):
    def test_a_good_tree_passes(self):
        self.assertEqual(breaches_of({}), [])

    def expect(self, changes, breach):
        self.assertIn(breach, breaches_of(changes))

    def test_an_include_beyond_depends_is_found(self):
        self.expect({"src/research/r.cc": '#include "base/a.h"\n#include "seal/k.h"\n'},
                    "src/research/r.cc:2: research includes seal, which its DEPENDS does not reach")

    def test_a_way_round_the_door_is_found(self):
        for code in ("crypto_aead_xchacha20poly1305_ietf_decrypt(out);", "auto file = seal::open_package(path, keys, card);",
                     "if (!unwrap (wrapped, key)) return;", "crypto_secretstream_xchacha20poly1305_pull(&state, out);",
                     "const auto opener = &crypto_secretbox_open_easy;"):
            breaches = breaches_of({"src/identity/v.cc": code + "\n"})
            self.assertEqual(len(breaches), 1, code)
            self.assertTrue(breaches[0].startswith("src/identity/v.cc:1: decrypts; only "), breaches[0])
        self.assertEqual(breaches_of({"src/identity/v.cc": "// crypto_aead_xchacha20poly1305_ietf_decrypt(out)\n"}), [])

    def test_a_research_room_that_depends_on_identity_is_found(self):
        self.expect({"src/research/CMakeLists.txt": "kinfold_add_room(research SOURCES r.cc DEPENDS identity)"},
                    "src/research: the research side reaches identity")

    def test_the_research_side_is_held_to_what_it_reaches_through_others(self):
        changes = {"src/research/CMakeLists.txt": "kinfold_add_room(research SOURCES r.cc DEPENDS middle)",
                   "src/middle/CMakeLists.txt": "kinfold_add_room(middle SOURCES m.cc DEPENDS identity)"}
        for name in ("identity", "person", "seal"):
            self.expect(changes, f"src/research: the research side reaches {name}")

    def test_every_research_room_and_every_forbidden_room_is_watched(self):
        for room in ("research", "evaluation", "disclosure"):
            for name in ("identity", "person", "holding", "seal"):
                changes = {f"src/{name}/CMakeLists.txt": f"kinfold_add_room({name} SOURCES x.cc)",
                           f"src/{room}/CMakeLists.txt": f"kinfold_add_room({room} SOURCES r.cc DEPENDS {name})"}
                self.expect(changes, f"src/{room}: the research side reaches {name}")

    def test_a_link_beside_depends_is_found(self):
        self.expect({"src/research/CMakeLists.txt":
                     "kinfold_add_room(research SOURCES r.cc DEPENDS base)\n"
                     "target_link_libraries(kinfold_research PRIVATE kinfold::identity)\n"},
                    "src/research/CMakeLists.txt: links identity beside DEPENDS")

    def test_a_private_header_of_another_room_is_found(self):
        self.expect({"src/identity/v.cc": '#include "seal/k_internal.h"\n'},
                    "src/identity/v.cc:1: seal/k_internal.h is private to seal")

    def test_a_circle_is_found(self):
        self.expect({"src/base/CMakeLists.txt": "kinfold_add_room(base SOURCES a.cc DEPENDS seal)"},
                    "src/seal/CMakeLists.txt: depends on itself, through others")

    def test_an_include_by_a_relative_path_is_found(self):
        self.expect({"src/seal/k.h": '#include "../identity/v.h"\n'},
                    'src/seal/k.h:1: "../identity/v.h" is not "room/file.h"')

    def test_a_room_that_nothing_builds_is_found(self):
        self.expect({"src/lost/a.cc": ""}, "src/lost: has files and no CMakeLists.txt, so nothing builds them")

    def test_a_dependency_that_is_no_room_is_found(self):
        self.expect({"src/seal/CMakeLists.txt": "kinfold_add_room(seal SOURCES k.cc DEPENDS base nowhere)"},
                    "src/seal/CMakeLists.txt: depends on nowhere, which is no room")

    def test_a_test_that_no_target_builds_is_found(self):
        self.expect({"tests/unit/base/b_test.cc": ""},
                    "tests/unit/base/b_test.cc: no CMakeLists.txt beside it builds it")


if __name__ == "__main__":
    unittest.main()
