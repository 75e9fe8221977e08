"""What must not work does not work, says why, and leaves nothing behind; wrong usage is told from refusal."""

import glob
import os
import shutil
import subprocess
import unittest

from kinfold import CHARTERS, InFolder, Programme, at_site, run, write_passphrase


def tree(folder):
    """Every file below a folder with its bytes, the ledger's own files and locks left out."""
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            if "ledger.sqlite" in name or name == "lock":
                continue
            with open(full, "rb") as file:
                found[full] = file.read()
    return found


class Usage(InFolder):
    def test_wrong_usage_is_exit_2_and_help_is_0(self):
        self.assertEqual(run("no-such-verb").returncode, 2)
        self.assertEqual(run("request").returncode, 2)
        self.assertEqual(run().returncode, 2)
        self.assertEqual(run("--help").returncode, 0)

    def test_a_charter_that_has_ended_refuses(self):
        shown = run("charter", "check", CHARTERS + "/troubled-families.toml", check=0).stdout
        self.assertIn("2022-12-31", shown)
        asked = run("charter", "show", CHARTERS + "/troubled-families.toml", "--ask", "ons send request to dwp for linkage")
        self.assertEqual(asked.returncode, 1)

    def test_the_notice_is_printed_from_the_charter(self):
        for form in ("markdown", "html"):
            notice = run("charter", "notice", CHARTERS + "/troubled-families.toml", "--format", form, check=0).stdout
            for words in ("Department for Work and Pensions", "31 December 2022", "automated decisions", "Information Commissioner"):
                self.assertIn(words, notice)

    def test_the_verifier_stands_on_libsodium_alone(self):
        """Beside the language's own libraries, which every C++ program has."""
        listed = subprocess.run(["objdump", "-p", os.environ["KINFOLD_VERIFY"]], capture_output=True, text=True, check=True).stdout
        needed = {line.split()[1].split(".so")[0] for line in listed.splitlines() if line.split()[:1] == ["NEEDED"]}
        language = {"libc", "libm", "libgcc_s", "libstdc++", "ld-linux-x86-64"}
        self.assertEqual(needed - language, {"libsodium"})

    def test_a_folder_that_is_no_site_is_said_to_be_none(self):
        passphrase = self.folder + "/passphrase"
        write_passphrase(passphrase, "correct horse battery staple")
        done = run("--site", self.folder, "--passphrase-file", passphrase, "retention", "status")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not a site", done.stderr)


class Sites(Programme):
    def refused(self, party, actor, *arguments):
        before = tree(f"{self.folder}/sites/{party}")
        done = at_site(self.folder, party, actor, *arguments)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(tree(f"{self.folder}/sites/{party}"), before, "a refusal writes nothing but the ledger")
        return done.stderr

    def tampered(self, name, change):
        path = f"{self.folder}/{name}.age"
        with open(self.sealed, "rb") as file:
            content = bytearray(file.read())
        with open(path, "wb") as file:
            file.write(change(content))
        shutil.copy(self.sealed + ".minisig", path + ".minisig")
        return path

    def test_a_flipped_bit_a_cut_and_an_addition_are_each_refused(self):
        def flip(content):
            content[len(content) // 2] ^= 1
            return content

        reasons = {self.refused("ons-demo", "linkage-1", "receive", self.tampered(name, change)) for name, change in (
            ("flipped", flip), ("cut", lambda content: content[: len(content) // 2]), ("longer", lambda content: content + b"x"))}
        self.assertTrue(all("kinfold:" in reason for reason in reasons))

    def test_a_file_for_somebody_else_is_refused(self):
        self.refused("dwp", "linkage-1", "receive", self.sealed)

    def test_an_unsigned_file_is_refused(self):
        path = self.tampered("unsigned", lambda content: content)
        os.remove(path + ".minisig")
        self.refused("ons-demo", "linkage-1", "receive", path)

    def test_a_wrong_passphrase_is_refused(self):
        done = run("--site", self.folder + "/sites/ons-demo", "--passphrase-file", self.folder + "/passphrases/dwp", "ledger", "verify")
        self.assertEqual(done.returncode, 1)

    def test_a_passphrase_file_that_others_can_read_is_refused(self):
        path = self.folder + "/lent"
        write_passphrase(path, "a passphrase for moj")
        run("--site", self.folder + "/sites/moj", "--passphrase-file", path, "ledger", "verify", check=0)
        for mode in (0o640, 0o604, 0o620):
            os.chmod(path, mode)
            done = run("--site", self.folder + "/sites/moj", "--passphrase-file", path, "ledger", "verify", check=1)
            self.assertIn("lent: others than its owner can read or change it", done.stderr)
            self.assertIn("chmod 600", done.stderr)

    def test_an_actor_without_the_duty_is_refused(self):
        self.refused("ons-demo", "analysis-1", "receive", self.sealed)
        self.refused("east-cheshire", "data-protection-1", "submit", self.csv)
        self.refused("ons-demo", "nobody", "receive", self.sealed)

    def test_a_foreign_charter_is_refused(self):
        with open(self.charter, encoding="utf-8") as file:
            text = file.read()
        other = self.folder + "/other.toml"
        with open(other, "w", encoding="utf-8") as file:
            file.write(text + "\n# another version\n")
        # The same party with the same keys, under another version of the charter: only the charter differs.
        site = self.folder + "/sites/other-ons"
        os.makedirs(site + "/keys")
        shutil.copy(self.folder + "/sites/ons-demo/keys/site.key", site + "/keys/site.key")
        passphrase = ("--passphrase-file", self.folder + "/passphrases/ons-demo")
        run(*passphrase, "site", "init", site, "--charter", other, "--party", "ons-demo", check=0)
        run(*passphrase, "--site", site, "site", "trust", self.folder + "/sites/east-cheshire/keys/site.card", check=0)
        done = run(*passphrase, "--site", site, "--as", "linkage-1", "receive", self.sealed)
        self.assertEqual(done.returncode, 1)
        self.assertIn("charter", done.stderr)
        self.assertEqual(os.listdir(site + "/outbox"), [])

    def test_the_same_file_twice_gives_one_sealed_file(self):
        at_site(self.folder, "east-cheshire", "intake-1", "submit", self.csv, check=0)
        self.assertEqual(len(glob.glob(self.folder + "/sites/east-cheshire/outbox/submission-*.age")), 1)

    def test_keys_come_back_from_shares_and_an_altered_share_is_named(self):
        shares = self.folder + "/shares"
        at_site(self.folder, "moj", "", "keys", "split", "--needed", "2", "--count", "3", "--out", shares, check=0)
        new = self.folder + "/passphrases/moj"
        card = f"{self.folder}/sites/moj/keys/site.card"
        back = self.folder + "/back.key"
        run("--passphrase-file", new, "keys", "combine", shares + "/share-1.txt", shares + "/share-3.txt", "--card", card, "--out", back, check=0)
        shutil.copy(back, f"{self.folder}/sites/moj/keys/site.key")
        at_site(self.folder, "moj", "", "ledger", "verify", check=0)
        few = run("--passphrase-file", new, "keys", "combine", shares + "/share-1.txt", "--card", card, "--out", self.folder + "/few.key")
        self.assertEqual(few.returncode, 1)
        with open(shares + "/share-2.txt", encoding="utf-8") as file:
            text = file.read()
        with open(shares + "/share-2.txt", "w", encoding="utf-8") as file:
            file.write(text.replace("2", "3", 1))
        altered = run("--passphrase-file", new, "keys", "combine", shares + "/share-1.txt", shares + "/share-2.txt", "--card", card,
                      "--out", self.folder + "/altered.key")
        self.assertEqual(altered.returncode, 1)
        self.assertIn("share-2.txt", altered.stderr)

    def test_a_full_disk_and_a_read_only_one_are_said_and_lose_nothing(self):
        disk = self.folder + "/disk"
        os.makedirs(disk)
        size = subprocess.run(["du", "-sk", f"{self.folder}/sites/ons-demo"], capture_output=True, text=True, check=True)
        kib = int(size.stdout.split()[0]) + 2048

        def mount(options):
            return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], capture_output=True).returncode == 0
        if not mount(f"size={kib}k"):
            self.skipTest("only root can mount a small disk")
        try:
            shutil.copytree(f"{self.folder}/sites/ons-demo", disk + "/site")

            def at(*arguments):
                return run("--site", disk + "/site", "--passphrase-file", f"{self.folder}/passphrases/ons-demo", "--as", "linkage-1", *arguments)
            self.assertEqual(at("receive", self.sealed).returncode, 0)
            verified = at("ledger", "verify").stdout
            free = os.statvfs(disk)
            with open(disk + "/fill", "wb") as file:
                file.write(bytes(free.f_bavail * free.f_frsize - 16 * 1024))
            done = at("request", "dwp")
            self.assertEqual(done.returncode, 1)
            self.assertIn("make room on", done.stderr)
            self.assertEqual(glob.glob(disk + "/site/outbox/request-*"), [])
            os.remove(disk + "/fill")
            self.assertIn("sound", at("ledger", "verify").stdout)
            self.assertEqual(at("request", "dwp").returncode, 0)
            self.assertTrue(mount("remount,ro"))
            done = at("retention", "status")
            self.assertEqual(done.returncode, 1)
            self.assertIn("read-only", done.stderr)
            self.assertTrue(mount("remount,rw"))
            self.assertEqual(at("retention", "status").returncode, 0)
            self.assertIn("sound", verified)
        finally:
            subprocess.run(["umount", disk], check=True)

    def test_a_release_needs_two_people(self):
        self.refused("ons-demo", "linkage-1", "release")
        self.refused("ons-demo", "analysis-1", "release", "prepare")


if __name__ == "__main__":
    unittest.main()
