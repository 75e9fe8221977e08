"""One person's rights at the trusted party, end to end: a copy, a correction, an erasure; each takes two people."""

import csv
import glob
import json
import os
import subprocess
import unittest
from datetime import datetime

from kinfold import Programme, at_site, run

VERIFY = os.environ["KINFOLD_VERIFY"]


def person_toml(path, **fields):
    with open(path, "w", encoding="utf-8") as file:
        for key, value in fields.items():
            file.write(f'{key} = "{value}"\n')
    return path


def iso(date):
    """A date in the orders that councils write figures in; None for another."""
    for order in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(date, order).date().isoformat()
        except ValueError:
            pass
    return None


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
            if plain and families.count(row[0]) > 1 and iso(row[4]):
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

    def at(self, party, actor, *arguments):
        return json.loads(run("--json", "--site", f"{self.folder}/sites/{party}", "--passphrase-file", f"{self.folder}/passphrases/{party}",
                              "--as", actor, *arguments, check=0).stdout)

    def state_of(self, party, case):
        rows = self.at(party, "data-protection-1", "rights", "list")["rows"]
        return next(row for row in rows if row["case"] == case)["state"]

    def deliver(self, done, to, actor):
        """Takes a notice to a party, and its receipt back."""
        told = self.at(to, actor, "receive", done["notice_" + to])
        self.at("ons-demo", "linkage-1", "receive", told["sealed_file"])

    def receipt(self, party, case, name):
        folder = f"{self.folder}/{name}"
        self.at(party, "data-protection-1", "rights", "receipt", case, "--out", folder)
        checked = subprocess.run([VERIFY, "receipt", folder + "/receipt.txt", f"{self.folder}/sites/{party}/keys/site.card"],
                                 capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        with open(folder + "/receipt.html", encoding="utf-8") as file:
            html = file.read()
        self.assertIn("What cannot be undone", html)
        self.assertNotIn(self.row[3].lower(), html.lower())
        return html

    def register(self):
        """A department's register of everybody in the council's file whose date of birth is written in figures, once each."""
        folder = self.folder + "/register"
        os.makedirs(folder)
        with open(self.csv, encoding="utf-8", newline="") as file:
            rows = [row for row in csv.reader(file)][1:]
        people = {}
        for row in rows:
            born = iso(row[4]) if len(row) > 13 else None
            if born:
                people.setdefault((row[2], row[3], born), [*row[2:4], born, *row[5:9]])
        self.assertTrue(iso(self.row[4]))
        columns = ["forenames", "surname", "date_of_birth", "gender", "address", "postcode", "nino"]
        with open(folder + "/people.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", *columns], *([f"P{k}", *person] for k, person in enumerate(people.values()))])
        with open(folder + "/events.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", "variable", "start", "end", "value"], ["P0", "universal-credit", "2018-01-01", "2018-02-01", "1"]])
        with open(folder + "/register.toml", "w", encoding="utf-8") as file:
            file.write('[register]\npeople = "people.csv"\nevents = "events.csv"\n[people]\nid = "id"\n')
            file.writelines(f'{column} = "{column}"\n' for column in columns)
            file.write('[events]\nid = "id"\nvariable = "variable"\nstart_date = "start"\nend_date = "end"\nvalue = "value"\n')
        return folder + "/register.toml"

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
        for line, said in (('dob = "1980-01-01"', "line 2: not one of forenames"), ("nino = 7", "line 2: must be a text in quotation marks"),
                           ("date_of_birth = 1980", "line 2: must be a date")):
            with open(vague, "w", encoding="utf-8") as file:
                file.write(f'surname = "Ann"\n{line}\n')
            done = self.rights("access", "--person", vague, "--with", "linkage-1", "--out", self.folder + "/no")
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)

    def test_3b_a_copy_that_cannot_be_written_answers_no_case(self):
        before = self.rights("list").stdout
        with open(self.folder + "/a-file", "w", encoding="utf-8"):
            pass
        done = self.rights("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/a-file/copy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot make the folder for the copy", done.stderr)
        self.assertEqual(self.rights("list").stdout, before)

    def test_4_a_correction_is_in_the_next_copy_and_those_who_had_the_error_are_told(self):
        row = self.row
        asked = self.at("ons-demo", "linkage-1", "request", "dwp")
        type(self).asked_for = asked["people"]
        self.at("dwp", "linkage-1", "receive", asked["sealed_file"])
        answered = self.at("dwp", "linkage-1", "match", "--register", self.register())
        self.at("ons-demo", "linkage-1", "receive", answered["sealed_file"])
        corrected = person_toml(self.folder + "/corrected.toml", forenames=row[2], surname="Corrected-Surname",
                                date_of_birth=row[4], postcode=row[7], nino=row[8])
        done = self.at("ons-demo", "data-protection-1", "rights", "rectify", "--person", self.who, "--corrected", corrected, "--with", "linkage-1")
        self.assertEqual(done["state"], "awaiting_receipts")
        self.assertEqual(done["reopened"], 1)  # the register has this person once, word for word as the council has
        early = self.rights("receipt", done["case"], "--out", self.folder + "/early")
        self.assertEqual(early.returncode, 1)
        self.assertIn("receipts are still to come from: dwp", early.stderr)
        self.deliver(done, "dwp", "linkage-1")
        self.assertEqual(self.state_of("ons-demo", done["case"]), "fulfilled")
        shown = self.rights("show", done["case"]).stdout
        self.assertIn("1 row taken out", shown)
        self.assertNotIn("dwp:", shown)  # the ids of notices say nothing to a reader
        self.assertIn("Your information was corrected", self.receipt("ons-demo", done["case"], "corrected"))
        done = self.rights("access", "--person", corrected, "--with", "linkage-1", "--out", self.folder + "/second")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.folder + "/second/copy.html", encoding="utf-8") as file:
            self.assertIn("Corrected-Surname", file.read())

    def test_4b_a_case_is_opened_when_the_request_comes_in_and_answered_later(self):
        def at_ons(*arguments):
            return self.at("ons-demo", "data-protection-1", "rights", *arguments)

        def refusal(*arguments):
            done = self.rights(*arguments)
            self.assertEqual(done.returncode, 1, done.stdout)
            return done.stderr

        case = at_ons("open", "access", "--received", "2018-01-02")["case"]
        self.assertIn("a day to come", refusal("open", "access", "--received", "2099-01-01"))
        self.assertIn(f"`kinfold rights access --case {case} --person WHO.toml --with LINKER --out FOLDER`", self.rights("show", case).stdout)
        waiting = at_ons("note", case, "ask_identity")
        self.assertNotIn("To answer it", self.rights("show", case).stdout)  # not before it is known who asks
        self.assertEqual(waiting["state"], "awaiting_identity")
        self.assertNotIn("due", waiting)  # the clock stands still
        self.assertIn("cannot take 'start'", refusal("access", "--person", self.who, "--with", "linkage-1", "--out",
                                                     self.folder + "/early-copy", "--case", case))
        self.assertFalse(os.path.exists(self.folder + "/early-copy"))
        shown = at_ons("note", case, "identity_shown")
        self.assertIn("due", shown)
        extended = at_ons("note", case, "extend")
        self.assertGreater(extended["due"], shown["due"])
        self.assertIn("extended before", refusal("note", case, "extend"))
        self.assertIn("not told by hand", refusal("note", case, "fulfil"))
        self.assertIn("which this does not answer", refusal("erase", "--person", self.who, "--with", "linkage-1", "--case", case))
        done = at_ons("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/by-case", "--case", case)
        self.assertEqual(done["case"], case)
        self.assertEqual(self.state_of("ons-demo", case), "fulfilled")
        self.assertIn("Your copy was made", self.receipt("ons-demo", case, "by-case-receipt"))

        refused = at_ons("open", "erasure")["case"]
        self.assertIn("say why", refusal("note", refused, "refuse"))
        self.assertIn("one of these reasons", refusal("note", refused, "refuse", "--because", "because I say so"))
        at_ons("note", refused, "refuse", "--because", "nothing-held")
        self.assertIn("We hold nothing", self.receipt("ons-demo", refused, "refused"))

        complaint = at_ons("open", "complaint")
        self.assertIn("due", complaint)  # of the acknowledgement
        self.assertNotIn("due", at_ons("note", complaint["case"], "acknowledge"))
        self.assertEqual(at_ons("note", complaint["case"], "fulfil")["state"], "fulfilled")
        self.assertIn("Your complaint was answered", self.receipt("ons-demo", complaint["case"], "complained"))
        self.assertIn("no such case", refusal("note", "0" * 26, "start"))

    def test_4c_a_restricted_record_is_kept_and_goes_nowhere_until_it_is_lifted(self):
        def restrict(*more):
            return self.rights("restrict", "--person", self.who, "--with", "linkage-1", *more)

        done = self.at("ons-demo", "data-protection-1", "rights", "restrict", "--person", self.who, "--with", "linkage-1")
        self.assertEqual(done["state"], "awaiting_receipts")
        self.deliver(done, "dwp", "linkage-1")
        self.assertIn("restricted already", restrict().stderr)
        copy = self.rights("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/restricted-copy")
        self.assertEqual(copy.returncode, 0, copy.stderr)
        early = at_site(self.folder, "ons-demo", "linkage-1", "request", "dwp")
        self.assertEqual(early.returncode, 1)
        self.assertIn("no certificate of destruction for 1 earlier request", early.stderr)
        # The department has its month's request destroyed, so that it gets a new one: without the person.
        held = self.at("dwp", "linkage-1", "retention", "status")["rows"]
        request = next(row["holding"] for row in held if row["kind"] == "request" and row["state"] == "live")
        before = set(glob.glob(f"{self.folder}/sites/dwp/outbox/*.age"))
        self.at("dwp", "linkage-1", "retention", "destroy", request)
        for certificate in set(glob.glob(f"{self.folder}/sites/dwp/outbox/*.age")) - before:
            self.at("ons-demo", "linkage-1", "receive", certificate)
        again = self.at("ons-demo", "linkage-1", "request", "dwp")
        self.assertEqual((again["people"], again["restricted"]), (self.asked_for - 1, 1))
        self.assertEqual(self.at("ons-demo", "linkage-1", "release", "prepare")["left_out"], 1)
        self.assertEqual(restrict("--lift").returncode, 0)
        self.assertIn("is not restricted", restrict("--lift").stderr)

    def test_5_after_erasure_nobody_is_found_and_the_cases_tell_what_was_done(self):
        self.at("ons-demo", "linkage-1", "release", "prepare")
        released = self.at("ons-demo", "analysis-1", "release")
        self.at("ministry", "analysis-1", "receive", released["sealed_file"])
        by_two = ("--person", self.who, "--with", "linkage-1")
        restricted = self.at("ons-demo", "data-protection-1", "rights", "restrict", *by_two)
        self.deliver(restricted, "dwp", "linkage-1")
        self.deliver(restricted, "ministry", "analysis-1")
        # Who comes back makes the next release differ as much as who leaves.
        lifted = self.at("ons-demo", "data-protection-1", "rights", "restrict", *by_two, "--lift")
        self.deliver(lifted, "ministry", "analysis-1")
        told = [row for row in self.at("ministry", "analysis-1", "ledger", "show")["rows"] if row["verb"] == "restrict"]
        self.assertEqual([(row["reason"], row["counts"]) for row in told], [("rights", "people 1")])
        done = self.at("ons-demo", "data-protection-1", "rights", "erase", *by_two)
        self.assertGreater(done["rows"], 0)
        self.assertEqual(done["state"], "awaiting_receipts")
        self.deliver(done, "dwp", "linkage-1")
        self.assertEqual(self.state_of("ons-demo", done["case"]), "awaiting_receipts")
        self.deliver(done, "ministry", "analysis-1")
        # Research knows how many, never who: a re-run on the next release would be a differencing attack.
        told = [row for row in self.at("ministry", "analysis-1", "ledger", "show")["rows"] if row["verb"] == "withdraw"]
        self.assertEqual(len(told), 2)
        self.assertEqual(self.state_of("ons-demo", done["case"]), "fulfilled")
        self.assertIn("The key to your record was destroyed", self.receipt("ons-demo", done["case"], "erased"))
        self.at("ons-demo", "linkage-1", "release", "prepare")
        self.assertLess(self.at("ons-demo", "analysis-1", "release")["people"], released["people"])
        again = self.rights("access", "--person", self.who, "--with", "linkage-1", "--out", self.folder + "/third")
        self.assertEqual(again.returncode, 1)
        self.assertIn("nobody in the vault", again.stderr)
        cases = self.rights("list").stdout
        for right in ("access", "rectification", "erasure"):
            self.assertIn(right, cases)
        self.assertNotIn(self.row[3], cases)

    def later_file(self):
        """The council's file of another time: this person alone, with two letters of the surname swapped and no number."""
        with open(self.csv, encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        row = list(self.row)
        row[3] = row[3][:1] + row[3][2] + row[3][1] + row[3][3:]
        row[8] = ""
        self.assertNotEqual(row[3], self.row[3])
        path = self.folder + "/later.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, row])
        return path

    def test_6_an_objection_keeps_working_for_the_next_file(self):
        later = self.later_file()
        without = self.at("east-cheshire", "intake-1", "submit", later)["objected"]
        done = self.at("east-cheshire", "data-protection-1", "rights", "object", "--person", self.who)
        self.assertEqual(done["state"], "awaiting_receipts")
        self.at("ons-demo", "linkage-1", "receive", done["notice_ons-demo"])
        answers = glob.glob(f"{self.folder}/sites/ons-demo/outbox/receipt-east-cheshire-*.age")
        self.assertEqual(len(answers), 1)
        self.at("east-cheshire", "data-protection-1", "receive", answers[0])
        self.assertEqual(self.state_of("east-cheshire", done["case"]), "fulfilled")
        self.assertIn("You are no longer part of this research", self.receipt("east-cheshire", done["case"], "objected"))
        self.assertGreater(self.at("east-cheshire", "intake-1", "submit", self.csv)["objected"], 0)
        # Misspelt in a later file, and without the NI number: the same code fits.
        self.assertEqual(self.at("east-cheshire", "intake-1", "submit", later)["objected"], without + 1)

    def test_7_every_promise_has_a_status_on_the_site(self):
        for party, actor in (("ons-demo", "linkage-1"), ("ons-demo", "data-protection-1"), ("east-cheshire", "data-protection-1"),
                             ("dwp", "linkage-1"), ("ministry", "analysis-1")):
            found = self.at(party, actor, "charter", "promises")
            self.assertEqual(found["broken"], 0, [row for row in found["rows"] if row["status"] == "BROKEN"])
            self.assertGreater(found["kept"], 5)
        seen = {row["check"]: row["status"] for row in self.at("ons-demo", "linkage-1", "charter", "promises")["rows"]}
        self.assertEqual((seen["ledger"], seen["objections"], seen["references"], seen["cases"]), ("kept", "kept", "kept", "not seen"))

    def test_8_a_promise_that_is_broken_is_shown_as_broken(self):
        self.at("ons-demo", "data-protection-1", "rights", "open", "access", "--received", "2018-01-02")
        done = at_site(self.folder, "ons-demo", "data-protection-1", "charter", "promises")
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN", done.stdout)
        self.assertIn("1 cases are overdue", done.stdout)

    def test_9_rules_that_were_changed_by_an_editor_open_nothing_and_a_new_charter_is_in_the_ledger(self):
        site = f"{self.folder}/sites/dwp"
        with open(site + "/charter.toml", encoding="utf-8") as file:
            text = file.read()
        newer = self.folder + "/newer.toml"
        for path in (site + "/charter.toml", newer):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text + "\n# somebody changed it\n")
        refused = at_site(self.folder, "dwp", "linkage-1", "retention", "status")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("charter.toml is not the charter in force here", refused.stderr)
        self.assertEqual(at_site(self.folder, "dwp", "nobody", "site", "charter", newer).returncode, 1)
        self.assertEqual(at_site(self.folder, "dwp", "linkage-1", "site", "charter", newer).returncode, 0)
        self.assertEqual(at_site(self.folder, "dwp", "linkage-1", "retention", "status").returncode, 0)
        with open(site + "/charter.toml", "w", encoding="utf-8") as file:
            file.write(text)  # the old one is no more in force either
        self.assertEqual(at_site(self.folder, "dwp", "linkage-1", "retention", "status").returncode, 1)
        self.assertEqual(at_site(self.folder, "dwp", "linkage-1", "site", "charter", self.charter).returncode, 0)

        before = self.at("dwp", "linkage-1", "site", "show")["entries"]
        with open(site + "/actors.toml", "a", encoding="utf-8") as file:
            file.write('\n[[actor]]\nid = "somebody-new"\nduties = ["linkage"]\n')
        self.assertEqual(self.at("dwp", "linkage-1", "site", "show")["entries"], before + 1)
        self.assertEqual(self.at("dwp", "linkage-1", "site", "show")["entries"], before + 1)
        self.assertEqual(self.at("dwp", "linkage-1", "ledger", "show")["rows"][-1]["verb"], "init")


if __name__ == "__main__":
    unittest.main()
