"""A demo that is killed again and again, at moments nobody chose, ends the same as one that was left alone."""

import random
import shutil
import signal
import subprocess
import time
import unittest

from kinfold import PROGRAM, SMALL_DEMO, InFolder, facts, run_json

SEED = 20261122
COMPARED = {
    "submit": ("kept", "rejected", "ineligible", "objected", "merged"),
    "match": ("people", "matched", "right", "strong", "good", "weak", "none"),
    "check": ("shown", "primary", "secondary"),
    "release": ("people", "panel_rows"),
}


def numbers(stages):
    found = {"people": stages["receive"]["people"]}
    for stage, keys in COMPARED.items():
        each = stages[stage]
        parts = each.items() if stage in ("submit", "match") else [("", each)]
        for part, counts in parts:
            for key in keys:
                found[f"{stage} {part} {key}"] = counts.get(key)
    return found


class Killed(InFolder):
    def test_a_killed_demo_ends_the_same(self):
        begun = time.monotonic()
        run_json("demo", self.folder + "/whole", *SMALL_DEMO)
        whole_seconds = time.monotonic() - begun
        chance = random.Random(SEED)
        kills = 0
        # A run that ended by itself was on a machine less busy than at first: begun anew, it is killed earlier.
        for attempt in range(12):
            process = subprocess.Popen([PROGRAM, "demo", self.folder + "/killed", *SMALL_DEMO],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            try:
                process.wait(timeout=chance.uniform(0.02, 0.35) * whole_seconds)
                whole_seconds /= 2
                shutil.rmtree(self.folder + "/killed", ignore_errors=True)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                kills += 1
        self.assertGreater(kills, 2, f"seed {SEED}")
        run_json("demo", self.folder + "/killed", *SMALL_DEMO)
        self.assertEqual(numbers(facts(self.folder + "/killed")), numbers(facts(self.folder + "/whole")), f"seed {SEED}")


if __name__ == "__main__":
    unittest.main()
