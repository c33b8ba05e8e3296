"""Tests that a release takes only what its building jobs announced. The workflow runs the same scripts.

Python's standard library is enough: python3 -m unittest discover -s tests/build_files
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
HASH = "a" * 64


def run(script, *arguments, needs=None):
    environment = os.environ | ({} if needs is None else {"NEEDS": json.dumps(needs)})
    return subprocess.run([sys.executable, SCRIPTS / script, *arguments], env=environment, capture_output=True, text=True)


class Refusals(unittest.TestCase):
    def assert_refused(self, process, message):
        self.assertEqual(process.returncode, 1)
        self.assertIn(message, process.stderr)
        self.assertNotIn("Traceback", process.stderr)


class Join(Refusals):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.built = self.folder / "built"
        self.needs = {"package": {"result": "success", "outputs": {}}, "doctor": {"outputs": {}},
                      "verify": {"outputs": {}}}
        self.build("arm64", {"arm64.zip": "arm64", "template.yaml": "shared"})
        self.build("x86_64", {"x86_64.zip": "x86_64", "template.yaml": "shared"})
        self.build("windows", {"doctor.zip": "doctor"}, job="doctor")

    def build(self, artifact, files, job="package"):
        """Does what a job does: writes the files, and announces their digests."""
        folder = self.built / artifact
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content)
        (folder / "SHA256SUMS").write_text("each job has one of its own")
        self.needs[job]["outputs"][artifact] = run("digests.py", folder).stdout.strip()

    def announce(self, artifact, digests):
        self.needs["package"]["outputs"][artifact] = json.dumps(digests)

    def join(self):
        return run("join.py", self.folder / "dist", self.built, needs=self.needs)

    def test_the_artifacts_are_joined_with_one_list_of_checksums(self):
        process = self.join()
        self.assertEqual((process.returncode, process.stderr), (0, ""))
        check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=self.folder / "dist", capture_output=True, text=True)
        names = ["arm64.zip", "doctor.zip", "template.yaml", "x86_64.zip"]
        self.assertEqual(check.stdout.splitlines(), [f"{name}: OK" for name in names])
        self.assertEqual({file.name for file in (self.folder / "dist").iterdir()}, {*names, "SHA256SUMS"})

    def test_a_changed_file_of_any_artifact_is_refused(self):
        for file in [file for file in self.built.glob("*/*") if file.name != "SHA256SUMS"]:
            with self.subTest(file.name):
                content = file.read_bytes()
                file.write_bytes(content + b"x")
                self.assert_refused(self.join(), f"{file.parent.name}: {file.name} is not the file that its job built")
                file.write_bytes(content)
        self.assertEqual(self.join().returncode, 0)

    def test_a_changed_file_is_refused_although_its_checksum_file_agrees(self):
        changed = self.built / "arm64" / "arm64.zip"
        changed.write_text("changed")
        digests = json.loads(run("digests.py", changed.parent).stdout)
        (changed.parent / "SHA256SUMS").write_text("".join(f"{digest}  {name}\n" for name, digest in digests.items()))
        self.assert_refused(self.join(), "arm64: arm64.zip is not the file that its job built")

    def test_an_added_a_missing_and_a_renamed_file_are_refused(self):
        folder = self.built / "arm64"
        (folder / "added").write_text("")
        self.assert_refused(self.join(), "arm64: added was not built by its job")
        (folder / "added").unlink()
        (folder / "arm64.zip").rename(folder / "renamed.zip")
        self.assert_refused(self.join(), "arm64: arm64.zip is missing")

    def test_an_artifact_that_no_job_announced_and_a_missing_one_are_refused(self):
        (self.built / "other").mkdir()
        self.assert_refused(self.join(), "but the jobs announced")
        (self.built / "other").rmdir()
        del self.needs["package"]["outputs"]["arm64"]
        self.assert_refused(self.join(), "but the jobs announced")
        self.announce("missing", {"file": HASH})
        self.assert_refused(self.join(), "but the jobs announced")

    def test_a_job_without_an_output_is_refused(self):
        for empty in ("", "{}"):
            self.needs["package"]["outputs"]["arm64"] = empty
            self.assert_refused(self.join(), "arm64: its job announced no files")

    def test_nothing_is_released_if_no_job_announced_anything(self):
        self.needs = {}
        self.assert_refused(self.join(), "but the jobs announced []")

    def test_a_shared_file_that_differs_is_refused(self):
        self.build("arm64", {"template.yaml": "other"})
        self.assert_refused(self.join(), "template.yaml differs between two artifacts")

    def test_a_name_that_leaves_the_folder_is_refused_and_nothing_is_written(self):
        (self.folder / "outside").write_text("outside")
        names = ("../outside", "..", ".", "", "a/b", "/etc/hostname", "a\\b", "C:\\a", "C:a", "\\\\host\\share", "a\nb", "SHA256SUMS")
        for name in names:
            with self.subTest(name):
                self.announce("arm64", {name: HASH})
                self.assert_refused(self.join(), "is not the name of a file in the folder itself")
        self.assertFalse((self.folder / "dist").exists())

    def test_a_symbolic_link_is_refused(self):
        file = self.built / "arm64" / "arm64.zip"
        file.rename(self.folder / "elsewhere")
        file.symlink_to(self.folder / "elsewhere")
        self.assert_refused(self.join(), "arm64: arm64.zip is not a regular file")

    def test_a_refused_release_leaves_no_files_to_publish(self):
        (self.built / "windows" / "doctor.zip").write_text("changed")
        self.assertEqual(self.join().returncode, 1)
        self.assertFalse((self.folder / "dist").exists())


class SecondBuild(Refusals):
    def compare(self, first, second):
        """Compares two builds. Each is the digest of the bundle by architecture."""
        def outputs(build):
            return {one: json.dumps({f"controltower-trusted-access-{one}.tar.gz": digest}) for one, digest in build.items()}

        return run("compare_builds.py", needs={"package": {"outputs": outputs(first)}, "rebuild": {"outputs": outputs(second)}})

    def test_two_equal_builds_pass(self):
        process = self.compare({"arm64": HASH}, {"arm64": HASH})
        self.assertEqual((process.returncode, process.stdout), (0, f"controltower-trusted-access-arm64.tar.gz: {HASH}, twice\n"))

    def test_a_bundle_that_differs_in_anything_is_refused(self):
        for first, second in ((HASH, "b" * 64), ("b" * 64, HASH)):
            self.assert_refused(self.compare({"arm64": first}, {"arm64": second}), "two builds of the same commit differ")

    def test_a_bundle_that_was_built_once_is_refused(self):
        both = {"arm64": HASH, "x86_64": HASH}
        for first, second in ((both, {"arm64": HASH}), ({"arm64": HASH}, both), ({}, {})):
            with self.subTest(first=first, second=second):
                self.assert_refused(self.compare(first, second), "Both must have every architecture")

    def test_two_builds_without_the_bundle_are_not_equal_builds(self):
        for empty in ("", "{}", json.dumps({"another file": HASH})):
            with self.subTest(empty):
                needs = {job: {"outputs": {"arm64": empty}} for job in ("package", "rebuild")}
                self.assert_refused(run("compare_builds.py", needs=needs), "'' is not a SHA-256")


if __name__ == "__main__":
    unittest.main()
