"""Linkage as a library: the example of docs/linkage-library.md is the one that is built, runs, and needs no other room."""

import os
import subprocess
import unittest

from kinfold import InFolder

SOURCE = os.environ["KINFOLD_SOURCE"]
EXAMPLE = os.environ["KINFOLD_LINKAGE_EXAMPLE"]


def text_of(path):
    with open(f"{SOURCE}/{path}", encoding="utf-8") as file:
        return file.read()


class Library(InFolder):
    def test_the_example_links_two_files(self):
        header = "id,first_name,surname,dob\n"
        for name, numbers in (("left", range(0, 60)), ("right", range(20, 80))):
            with open(f"{self.folder}/{name}.csv", "w", encoding="utf-8") as file:
                file.write(header + "".join(f"{name}{n},N{n * 7 % 53},S{n * 11 % 83}son,19{30 + n % 70}-0{1 + n % 9}-1{n % 10}\n" for n in numbers))
        done = subprocess.run([EXAMPLE, f"{self.folder}/left.csv", f"{self.folder}/right.csv"], capture_output=True, text=True, check=True)
        linked = [line for line in done.stdout.splitlines() if line.startswith("row ")]
        self.assertEqual(len(linked), 40)
        self.assertTrue(linked[0].startswith("row 21 is row 1:"), linked[0])
        self.assertIn("surname", done.stdout)
        failed = subprocess.run([EXAMPLE, f"{self.folder}/nobody.csv", f"{self.folder}/right.csv"], capture_output=True, text=True)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("no such file", failed.stderr)

    def test_the_page_shows_the_example_as_it_is(self):
        page = text_of("docs/linkage-library.md")
        self.assertIn("```cpp\n" + text_of("examples/linkage/main.cc") + "```", page)
        self.assertIn("```cmake\n" + text_of("examples/linkage/CMakeLists.txt") + "```", page)

    def test_a_program_of_somebody_elses_gets_linkage_and_no_other_room(self):
        # Configured, not built: the compiler has seen the same sources already.
        build = f"{self.folder}/build"
        subprocess.run(["cmake", "-S", f"{SOURCE}/examples/linkage", "-B", build, "-G", "Ninja", f"-DKINFOLD_SOURCE={SOURCE}"], capture_output=True, text=True, check=True)
        targets = subprocess.run(["ninja", "-C", build, "-t", "targets", "all"], capture_output=True, text=True, check=True).stdout
        self.assertIn("libkinfold_linkage.a", targets)
        for room in ("charter", "seal", "holding", "identity", "console", "site", "evaluation"):
            self.assertNotIn(f"libkinfold_{room}.a", targets)
        needed = subprocess.run(["ninja", "-C", build, "-t", "commands", "linkage_example"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn("-Werror", needed, "warnings are not a consumer's errors")


if __name__ == "__main__":
    unittest.main()
