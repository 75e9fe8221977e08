"""One person's rights at the trusted party, end to end: a copy, a correction, an erasure; each takes two people."""

import csv
import os
import unittest

from kinfold import Programme, at_site, run


def person_toml(path, **fields):
    with open(path, "w", encoding="utf-8") as file:
        for key, value in fields.items():
            file.write(f'{key} = "{value}"\n')
    return path


class Rights(Programme):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        at_site(cls.folder, "ons-demo", "linkage-1", "receive", cls.sealed, check=0)
        with open(cls.csv, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file)][1:]
        # Somebody written plainly, with an NI number, whose family has others in it.
        families = [row[0] for row in rows if len(row) > 13]
        for row in rows:
            plain = len(row) > 13 and row[2].isalpha() and row[3].isalpha() and len(row[8]) >= 9 and not row[13]
            if plain and families.count(row[0]) > 1 and row[4]:
                cls.row = row
                cls.others = [other[2] for other in rows if len(other) > 13 and other[0] == row[0] and other[2] != row[2]]
                cls.who = person_toml(cls.folder + "/who.toml", forenames=row[2], surname=row[3], date_of_birth=row[4],
                                      postcode=row[7], nino=row[8])
                if at_site(cls.folder, "ons-demo", "data-protection-1", "rights", "access", "--person", cls.who, "--with",
                           "linkage-1", "--out", cls.folder + "/first").returncode == 0:
                    return
        raise AssertionError("nobody in the council's file was found in the vault")

    def rights(self, *arguments, actor="data-protection-1"):
        return at_site(self.folder, "ons-demo", actor, "rights", *arguments)

    def test_1_a_copy_is_about_this_person_and_nobody_else(self):
        with open(self.folder + "/first/copy.html", encoding="utf-8") as file:
            copy = file.read()
        self.assertIn(self.row[3].lower(), copy.lower())
        self.assertIn("East Cheshire Council", copy)
        for other in self.others:
            self.assertNotIn(f">{other.strip()}<", copy)
        self.assertEqual(os.stat(self.folder + "/first/copy.html").st_mode & 0o077, 0)

    def test_2_one_person_alone_cannot_do_it(self):
        self.assertEqual(self.rights("access", "--person", self.who, "--with", "data-protection-1", "--out", self.folder + "/no").returncode, 1)
        self.assertEqual(self.rights("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/no",
                                     actor="linkage-1").returncode, 1)
        self.assertFalse(os.path.exists(self.folder + "/no/copy.html"))

    def test_3_too_little_to_know_a_person_by_is_refused(self):
        vague = person_toml(self.folder + "/vague.toml", forenames="Ann")
        done = self.rights("access", "--person", vague, "--with", "linkage-1", "--out", self.folder + "/no")
        self.assertEqual(done.returncode, 1)
        self.assertIn("too little", done.stderr)

    def test_4_a_correction_is_in_the_next_copy(self):
        row = self.row
        corrected = person_toml(self.folder + "/corrected.toml", forenames=row[2], surname="Corrected-Surname",
                                date_of_birth=row[4], postcode=row[7], nino=row[8])
        done = self.rights("rectify", "--person", self.who, "--corrected", corrected, "--with", "linkage-1")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.rights("access", "--person", corrected, "--with", "linkage-1", "--out", self.folder + "/second")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.folder + "/second/copy.html", encoding="utf-8") as file:
            self.assertIn("Corrected-Surname", file.read())

    def test_5_after_erasure_nobody_is_found_and_the_cases_tell_what_was_done(self):
        done = self.rights("erase", "--person", self.who, "--with", "linkage-1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Rows taken out of holdings", done.stdout)
        again = self.rights("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/third")
        self.assertEqual(again.returncode, 1)
        self.assertIn("nobody in the vault", again.stderr)
        cases = self.rights("list").stdout
        for right in ("access", "rectification", "erasure"):
            self.assertIn(right, cases)
        self.assertNotIn(self.row[3], cases)

    def test_6_an_objection_keeps_working_for_the_next_file(self):
        done = at_site(self.folder, "east-cheshire", "data-protection-1", "rights", "object", "--person", self.who)
        self.assertEqual(done.returncode, 0, done.stderr)
        before = run("--json", "--site", f"{self.folder}/sites/east-cheshire", "--passphrase-file",
                     f"{self.folder}/passphrases/east-cheshire", "--as", "intake-1", "submit", self.csv, check=0).stdout
        self.assertRegex(before, r'"objected": [1-9]')


if __name__ == "__main__":
    unittest.main()
