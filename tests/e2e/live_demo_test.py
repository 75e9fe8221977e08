"""A demo that is under way today, and a console of one of its sites that a newcomer opens with one command."""

import http.cookiejar
import re
import subprocess
import unittest
import urllib.parse
import urllib.request

from kinfold import PROGRAM, InFolder, run, run_json


class LiveDemo(InFolder):
    def test_somebody_signs_in_at_a_site_of_it(self):
        demo = self.folder + "/demo"
        made = run_json("demo", demo, "--live", "--families", "300", "--register-people", "1000")
        self.assertTrue(any("--serve ons-demo" in note for note in made["notes"]), made)
        self.assertIn("no such site", run("demo", demo, "--serve", "nobody", check=1).stderr)
        with subprocess.Popen([PROGRAM, "demo", demo, "--serve", "dwp", "--port", "0"], stdout=subprocess.PIPE, text=True) as served:
            try:
                said = []
                while not said or "Codes now:" not in said[-1]:
                    said.append(served.stdout.readline())
                    self.assertNotEqual(said[-1], "", said)
                text = "".join(said)
                address = re.search(r"is at (\S+)", text).group(1)
                self.assertTrue(address.startswith("http://127.0.0.1:"), address)
                password = re.search(r"linkage-1\s+password (\S+)", text).group(1)
                code = re.search(r"linkage-1 (\d{6})", text).group(1)
                people = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
                form = people.open(address + "sign-in").read().decode()
                csrf = re.search(r'name="csrf" value="([^"]+)"', form).group(1)
                fields = {"csrf": csrf, "user": "linkage-1", "password": password, "code": code}
                page = people.open(address + "sign-in", urllib.parse.urlencode(fields).encode()).read().decode()
                self.assertIn("Your rooms", page)
                # The request of the demo is there, with three weeks left.
                self.assertIn("days left", people.open(address + "request").read().decode())
            finally:
                served.terminate()

    def test_a_demo_that_is_over_or_is_none_has_no_console(self):
        self.assertIn("--live", run("demo", self.folder + "/nothing", "--serve", "dwp", check=1).stderr)


if __name__ == "__main__":
    unittest.main()
