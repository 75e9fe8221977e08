"""A real browser opens the demo's page: no error in its console, nothing fetched, the charts drawn."""

import os
import re
import subprocess
import sys
import unittest

from kinfold import SMALL_DEMO, InFolder, run_json

CHROMIUM = os.environ.get("KINFOLD_CHROMIUM", "")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=20000"]


class Page(InFolder):
    def dom(self, path):
        done = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={self.folder}/profile", "--dump-dom", "file://" + path],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True)
        problems = [line for line in done.stderr.splitlines() if "CONSOLE" in line and re.search("error|refused|failed", line, re.I)]
        self.assertEqual(problems, [], path)
        return done.stdout

    def test_the_pages_draw_their_charts(self):
        demo = self.folder + "/demo"
        summary = run_json("demo", demo, *SMALL_DEMO)
        index = self.dom(summary["index"])
        self.assertGreaterEqual(len(re.findall(r"<svg[^>]*class=\"marks\"", index)), 2, "charts drawn as SVG")
        self.assertIn("Privacy notice", index)
        for link in re.findall(r'href="([^"#:]+\.html)"', index):
            self.assertIn("</html>", self.dom(os.path.join(demo, link)))


if __name__ == "__main__":
    if not CHROMIUM or "NOTFOUND" in CHROMIUM:
        print("skipped: no Chromium on this machine (Debian package chromium)")
        sys.exit(77)
    unittest.main()
