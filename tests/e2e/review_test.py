"""`kinfold review` from drawing to decisions that the linkage reads: in a pipe, in a real terminal (pty), by two coders."""

import csv
import os
import pty
import select
import subprocess
import unittest

from kinfold import PROGRAM, InFolder, run, run_json

HEADER = "id,first_name,surname,dob\n"


def rows(prefix, numbers, mistake):
    for n in numbers:
        yield f"{prefix}{n},N{n * 7 % 53}{'x' if mistake and n % 3 == 0 else ''},S{n * 11 % 83}son,19{30 + n % 70}-0{1 + n % 9}-1{n % 10 if not mistake or n % 7 else 9}\n"


class Terminal:
    """The program on a pseudo-terminal: keys in, screens out."""

    def __init__(self, *arguments):
        self.main, side = pty.openpty()
        self.process = subprocess.Popen([PROGRAM, *map(str, arguments)], stdin=side, stdout=side, stderr=side, close_fds=True)
        os.close(side)

    def read_until(self, wanted):
        seen = b""
        while wanted.encode() not in seen:
            ready, _, _ = select.select([self.main], [], [], 600)  # Says what never comes; no measure of speed.
            if not ready:
                raise AssertionError(f"{wanted!r} never came; the screen is {seen.decode(errors='replace')}")
            seen += os.read(self.main, 65536)
        return seen.decode(errors="replace")

    def press(self, keys):
        os.write(self.main, keys.encode())

    def finish(self):
        code = self.process.wait()
        os.close(self.main)
        return code


class Review(InFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in (("left", "".join(rows("L", range(300), False))), ("right", "".join(rows("R", range(100, 400), True)))):
            with open(f"{cls.folder}/{name}.csv", "w", encoding="utf-8") as file:
                file.write(HEADER + text)
        run("link", f"{cls.folder}/left.csv", f"{cls.folder}/right.csv", "--out", f"{cls.folder}/run", check=0)

    def draw(self, name, *arguments):
        run("review", "draw", f"{self.folder}/run", "--out", f"{self.folder}/{name}", *arguments, check=0)
        return f"{self.folder}/{name}"

    def decisions(self, folder, coder):
        with open(f"{folder}/decisions-{coder}.csv", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def keys(self, folder, coder, keys, *arguments):
        return subprocess.run([PROGRAM, "review", "code", folder, *(("--coder", coder) if coder else ()), *arguments], input=keys, capture_output=True, text=True, check=True).stdout

    def test_the_same_seed_draws_the_same_pairs_and_another_seed_others(self):
        texts = []
        for name, seed in (("one", 1), ("again", 1), ("other", 2)):
            with open(self.draw(name, "--pairs", 40, "--seed", seed) + "/pairs.json", encoding="utf-8") as file:
                texts.append(file.read())
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])
        for word in ("weight", "probability", "linked"):
            self.assertNotIn(word, texts[0], "the review is blind")
        self.assertIn("name another folder", run("review", "draw", f"{self.folder}/run", "--out", f"{self.folder}/one", check=1).stderr)

    def test_answers_are_on_the_disk_after_each_key_and_work_goes_on_where_it_stopped(self):
        folder = self.draw("terminal", "--pairs", 12)
        terminal = Terminal("review", "code", folder, "--coder", "kim")
        terminal.read_until("Pair 1 of 12")
        terminal.press("s")
        screen = terminal.read_until("Pair 2 of 12")
        self.assertIn("1 decided", screen)
        self.assertEqual([row["verdict"] for row in self.decisions(folder, "kim")], ["same"], "saved before anything else is asked")
        terminal.press("\x1b[D")  # An arrow key ends in a letter, which must not be taken for an answer.
        terminal.press("d")
        terminal.read_until("Pair 3 of 12")
        terminal.process.kill()
        terminal.finish()
        self.assertEqual([row["verdict"] for row in self.decisions(folder, "kim")], ["same", "different"])
        terminal = Terminal("review", "code", folder, "--coder", "kim")
        terminal.read_until("Pair 3 of 12")
        terminal.press("b")
        terminal.read_until("this one: different")
        terminal.press("c")
        terminal.read_until("Pair 3 of 12")
        terminal.press("\x03")  # Control-C leaves, and leaves the terminal as it was.
        terminal.read_until("2 of 12 decided")
        self.assertEqual(terminal.finish(), 0)
        self.assertEqual([row["verdict"] for row in self.decisions(folder, "kim")], ["same", "cannot tell"])

    def test_two_coders_are_compared_and_settle_what_they_see_differently(self):
        folder = self.draw("double", "--pairs", 20)
        self.keys(folder, "kim", "s" * 10 + "d" * 10)
        self.keys(folder, "lee", "s" * 8 + "d" * 10 + "cc")
        report = run_json("review", "compare", folder)
        agreement = report["agreements"][0]
        self.assertEqual(agreement["pairs"], 20)
        self.assertEqual(agreement["counts"], [[8, 2, 0], [0, 8, 2], [0, 0, 0]])
        self.assertAlmostEqual(agreement["kappa"], (0.8 - (0.5 * 0.4 + 0.5 * 0.5)) / (1 - (0.5 * 0.4 + 0.5 * 0.5)))
        self.assertEqual((report["unsettled"], len(agreement["disagreements"])), (4, 4))
        self.assertIn("Cohen's kappa", run("review", "compare", folder, check=0).stdout)
        self.assertIn("Pair 1 of 4", self.keys(folder, "", "ssss", "--settle"))
        self.assertEqual(run_json("review", "compare", folder)["unsettled"], 0)
        with open(f"{folder}/decisions.csv", encoding="utf-8") as file:
            self.assertEqual(sum(row["coder"] == "agreed" for row in csv.DictReader(file)), 4)
        judged = run_json("link", f"{self.folder}/left.csv", f"{self.folder}/right.csv", "--decisions", f"{folder}/decisions.csv", "--out", f"{self.folder}/judged")
        self.assertEqual(judged["clerical"]["decisions_on_other_pairs"], 0, "the pairs that were drawn are those of the run")
        self.assertEqual(sum(band["same"] + band["different"] + band["cannot_tell"] for band in judged["clerical"]["strata"]), 20)
        with open(f"{self.folder}/judged/report.html", encoding="utf-8") as file:
            report = file.read()
        self.assertIn("Precision and recall by people&#39;s decisions, with 95 % intervals", report)
        self.assertIn("By weight band: what the model expected, and what people said", report)

    def test_clusters_come_whole_and_one_key_takes_them(self):
        run("link", f"{self.folder}/right.csv", f"{self.folder}/right.csv", "--pairing", "many", "--out", f"{self.folder}/twice", check=0)
        with open(f"{self.folder}/family.csv", "w", encoding="utf-8") as file:
            file.write(HEADER + "".join(rows("A", range(60), False)) + "".join(rows("B", range(60), True)) + "".join(rows("C", range(60), False)))
        run("link", f"{self.folder}/family.csv", "--out", f"{self.folder}/family", check=0)
        drawn = run_json("review", "draw", f"{self.folder}/family", "--pairs", 5, "--clusters", 2, "--out", f"{self.folder}/clusters")
        self.assertEqual(drawn["clusters"], 2)
        self.assertGreater(drawn["pairs"], 5)
        screen = self.keys(f"{self.folder}/clusters", "kim", "d" * drawn["sampled"] + "aa")
        self.assertIn("all of this cluster are one", screen)
        said = self.decisions(f"{self.folder}/clusters", "kim")
        self.assertEqual(len(said), drawn["pairs"])
        self.assertEqual({(row["verdict"], row["drawn"]) for row in said}, {("different", "sample"), ("same", "chosen")})

    def test_a_run_whose_files_changed_is_refused(self):
        with open(f"{self.folder}/changing.csv", "w", encoding="utf-8") as file:
            file.write(HEADER + "".join(rows("L", range(100), False)) + "".join(rows("M", range(100), True)))
        run("link", f"{self.folder}/changing.csv", "--out", f"{self.folder}/changed", check=0)
        with open(f"{self.folder}/changing.csv", "a", encoding="utf-8") as file:
            file.write("Z,Ann,Smith,1950-01-01\n")
        self.assertIn("has changed since", run("review", "draw", f"{self.folder}/changed", "--out", f"{self.folder}/none", check=1).stderr)
        self.assertIn("letters, digits", run("review", "code", self.draw("named", "--pairs", 3), "--coder", "../kim", check=1).stderr)


if __name__ == "__main__":
    unittest.main()
