"""Tests the archive of the doctor that `make package` writes to dist/: it must run on an old Linux, and be complete."""

import json
import ntpath
import os
import platform
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import unittest
import zipfile
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests" / "emulators"), str(ROOT / "scripts")]
import components  # noqa: E402
import package  # noqa: E402
import package_doctor  # noqa: E402
import terminal  # noqa: E402

TARGET = package.TARGETS[os.environ["ARCHITECTURE"]]
ARCHIVE = package.DIST / package_doctor.archive_name(TARGET)
MANUAL = {
    "man/trusted-access-doctor.1", "man/trusted-access-doctor-check.1", "man/trusted-access-doctor-outages.1",
    "completions/_trusted-access-doctor", "completions/_trusted-access-doctor.ps1", "completions/trusted-access-doctor.bash",
    "completions/trusted-access-doctor.elv", "completions/trusted-access-doctor.fish",
}
# glibc of Amazon Linux 2.
OLDEST_GLIBC = (2, 26)


class Archive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        with tarfile.open(ARCHIVE) as archive:
            cls.entries = {entry.name: entry for entry in archive.getmembers()}
            archive.extractall(folder.name, filter="data")
        cls.folder = Path(folder.name, "trusted-access-doctor")
        cls.binary = cls.folder / "trusted-access-doctor"

    def test_it_has_the_binary_its_manual_and_the_documents(self):
        files = {"trusted-access-doctor", *package_doctor.FILES, package_doctor.DOCUMENT, package_doctor.LICENSES, package_doctor.sbom_name(TARGET), *MANUAL}
        self.assertEqual(set(self.entries), {f"trusted-access-doctor/{file}" for file in files})
        modes = {name: entry.mode for name, entry in self.entries.items()}
        self.assertEqual(modes.pop("trusted-access-doctor/trusted-access-doctor"), 0o755)
        self.assertEqual(set(modes.values()), {0o644})

    def test_the_archive_and_the_unpacked_files_take_the_space_that_the_page_names(self):
        megabytes = int(re.search(r"take less than (\d+) MB", (ROOT / "docs/doctor.md").read_text())[1])
        size = ARCHIVE.stat().st_size + sum(entry.size for entry in self.entries.values())
        # .ci/run builds without optimization, which makes the binary twice as large.
        unoptimized = os.environ.get("CARGO_PROFILE_DOCTOR_OPT_LEVEL") == "0"
        self.assertLess(size, (megabytes * 2 if unoptimized else megabytes) * 1_000_000)

    def test_the_binary_needs_no_symbol_of_a_newer_glibc(self):
        symbols = subprocess.run(["readelf", "--version-info", "--wide", self.binary], check=True, capture_output=True, text=True).stdout
        versions = {tuple(map(int, version.split("."))) for version in re.findall(r"\bGLIBC_([0-9.]+)", symbols)}
        self.assertGreater(len(versions), 1)
        self.assertLessEqual(max(versions), OLDEST_GLIBC)

    def test_a_link_of_the_page_is_absolute_or_leads_to_a_file_of_the_archive(self):
        page = (self.folder / package_doctor.DOCUMENT).read_text()
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]*)\)", page)]
        relative = {link for link in links if link and not link.startswith("https://")}
        self.assertIn("doctor-policy.json", relative)
        for link in relative:
            self.assertTrue((self.folder / "docs" / link).is_file(), link)

    def test_the_completions_for_bash_are_valid_and_know_the_commands(self):
        script = self.folder / "completions/trusted-access-doctor.bash"
        subprocess.run(["bash", "-n", script], check=True)
        self.assertIn("outages", script.read_text())

    def test_the_licence_texts_name_the_crates_in_the_binary(self):
        texts = (self.folder / package_doctor.LICENSES).read_text()
        for name in ("aws-sdk-organizations", "clap", "indicatif"):
            self.assertIn(name, texts)

    def test_the_sbom_lists_exactly_what_is_linked_into_the_binary(self):
        bill = json.loads((self.folder / package_doctor.sbom_name(TARGET)).read_text())
        listed = {(one["name"], one["version"]) for one in bill["components"]}
        beside = {(one.name, one.version) for one in components.beside_crates(TARGET)}
        doctor, = (one for one in components.linked("trusted-access-doctor", TARGET) if one[0] == "trusted-access-doctor")
        self.assertEqual(listed | {doctor}, components.linked("trusted-access-doctor", TARGET) | beside)
        self.assertIn("aws-sdk-iam", {name for name, _ in listed})
        self.assertEqual(bill["metadata"]["component"]["name"], "trusted-access-doctor")
        self.assertRegex(bill["serialNumber"], "^urn:uuid:")


@unittest.skipUnless(TARGET.startswith(platform.machine()), "the binary is for another machine")
class Binary(Archive):
    def run_doctor(self, *arguments, url="http://127.0.0.1:9"):
        return subprocess.run([self.binary, *arguments], env=terminal.environment(url), capture_output=True, text=True, timeout=60)

    def test_it_prints_its_version_and_its_help(self):
        version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        self.assertEqual(self.run_doctor("--version").stdout, f"trusted-access-doctor {version}\n")
        help_text = self.run_doctor("--help")
        self.assertEqual(help_text.returncode, 0)
        self.assertIn("Usage: trusted-access-doctor", help_text.stdout)

    def test_it_checks_the_fake_aws_with_the_result_of_the_debug_build(self):
        with terminal.fake_aws("healthy") as url:
            ended = self.run_doctor(url=url)
        self.assertEqual((ended.stdout, ended.returncode), ((ROOT / "doctor/tests/snapshots/healthy.txt").read_text(), 0))

    def test_it_finds_the_outage_of_the_fake_aws(self):
        with terminal.fake_aws("outage") as url:
            ended = self.run_doctor("outages", "--lookups-per-second", "1000", "--now", "2026-11-28T00:00:00Z", url=url)
        self.assertEqual((ended.stdout, ended.returncode), ((ROOT / "doctor/tests/snapshots/outages.txt").read_text(), 1))


class Script(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.binary = self.folder / "built"
        self.binary.write_bytes(b"a program")
        self.manual = self.folder / "manual"
        (self.manual / "man").mkdir(parents=True)
        (self.manual / "man" / "trusted-access-doctor.1").write_text("a page")

    def test_the_same_files_give_the_same_bytes_and_the_time_of_a_file_changes_nothing(self):
        entries = package_doctor.contents("x86_64-apple-darwin", self.binary, self.manual, "licences", "{}")
        archives = [package_doctor.tarred(entries), package_doctor.zipped(entries)]
        os.utime(self.binary, (0, 0))
        again = package_doctor.contents("x86_64-apple-darwin", self.binary, self.manual, "licences", "{}")
        self.assertEqual([package_doctor.tarred(again), package_doctor.zipped(again)], archives)

    def test_the_archive_for_windows_is_a_zip_with_an_exe(self):
        target = "x86_64-pc-windows-msvc"
        self.assertEqual(package_doctor.archive_name(target), "trusted-access-doctor-x86_64-pc-windows-msvc.zip")
        file = self.folder / "archive.zip"
        file.write_bytes(package_doctor.zipped(package_doctor.contents(target, self.binary, self.manual, "licences", "{}")))
        with zipfile.ZipFile(file) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.read("trusted-access-doctor/trusted-access-doctor.exe"), b"a program")
            self.assertIn("trusted-access-doctor/docs/doctor-policy.json", archive.namelist())

    def test_a_link_of_the_page_to_a_file_of_the_archive_stays_relative_on_windows(self):
        with mock.patch("os.path", ntpath):
            text = package.with_resolving_links("[a](doctor-policy.json)", "docs/doctor.md", {"docs/doctor-policy.json"}, package.MAIN)
        self.assertEqual(text, "[a](doctor-policy.json)")


class Binstall(unittest.TestCase):
    """The metadata of cargo-binstall must name the archives of the release, and the binary in them."""

    def test_it_finds_the_archive_and_the_binary_of_each_platform(self):
        manifest = tomllib.loads((ROOT / "doctor/Cargo.toml").read_text())["package"]
        metadata = manifest["metadata"]["binstall"]
        page = (ROOT / "docs/doctor.md").read_text()
        rows = page.partition("archive of the release")[2].partition("\n\n")[0]
        targets = re.findall(r"`([a-z0-9_-]+)\.(?:tar\.gz|zip)`", rows)
        self.assertEqual(len(targets), 5)
        for target in targets:
            with self.subTest(target):
                chosen = metadata | metadata["overrides"].get(target, {})
                extension = ".exe" if "windows" in target else ""
                values = {"repo": manifest["repository"], "version": "1.2.3", "target": target, "bin": manifest["name"], "binary-ext": extension}
                expand = lambda text: re.sub(r"\{ ([a-z-]+) \}", lambda name: values[name[1]], text)  # noqa: E731
                url = f"{manifest['repository']}/releases/download/v1.2.3/{package_doctor.archive_name(target)}"
                self.assertEqual(expand(chosen["pkg-url"]), url)
                self.assertEqual(chosen["pkg-fmt"], "zip" if extension else "tgz")
                self.assertEqual(expand(chosen["bin-dir"]), f"trusted-access-doctor/trusted-access-doctor{extension}")

    def test_its_repository_is_that_of_the_runbook(self):
        manifest = tomllib.loads((ROOT / "doctor/Cargo.toml").read_text())["package"]
        self.assertTrue(package.MAIN.startswith(f"{manifest['repository']}/"))

    def test_no_document_downloads_a_program_from_a_repository_that_the_reader_did_not_choose(self):
        # The project's own repository name is not confirmed yet: docs/threat-model.md#residual-risks.
        pages = {page: page.read_text() for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))}
        repositories = {
            (page.name, name) for page, text in pages.items()
            for name in re.findall(r"https://github\.com/([^\s\"]+?)/releases/latest", text)
        }
        self.assertEqual({name for _, name in repositories}, {"$REPOSITORY", "OWNER/REPOSITORY"})
        self.assertEqual({page for page, _ in repositories}, {"README.md", "deploy.md", "doctor.md"})


if __name__ == "__main__":
    unittest.main()
