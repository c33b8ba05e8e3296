"""Tests the Makefile, quality.mk and the public workflow with `make --dry-run`: nothing is built.

Python's standard library is enough: python3 -m unittest discover -s tests/build_files
"""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
LINES, COLUMNS = 24, 80
BUILD = "cargo lambda build"
# The bytes of an ELF header up to the architecture, which is byte 18.
HEADER = b"\x7fELF\x02\x01\x01" + bytes(11)
MACHINES = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}


def make(*arguments, **variables):
    """Returns the output of make, started outside of the make and the target directory that run this test."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "CARGO_"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=inherited | variables, check=True, capture_output=True, text=True).stdout


def plan(target, *arguments, **variables):
    """Returns the commands that make would run, as if the Python packages were installed."""
    tools = f"{variables.get('CARGO_TARGET_DIR', 'target')}/tools/python"
    installed = [".venv/.installed", *(f"{tools}/{name}/.installed" for name in ("build", "audit", "checkov", "bench"))]
    return make("--dry-run", *(f"--old-file={file}" for file in installed), target, *arguments, **variables)


def listed(help_target):
    return [line.split()[0] for line in make(help_target).splitlines()]


def phony_targets():
    rules = "".join((ROOT / name).read_text().replace("\\\n", " ") for name in ("Makefile", "quality.mk"))
    return [name for names in re.findall(r"^\.PHONY: ([^$\n]+)$", rules, re.MULTILINE) for name in names.split()]


def prerequisites(target):
    rules = re.findall(rf"^{target}: ([^#\n]+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {name for names in rules for name in names.split()}


def commands(path):
    """Returns the commands of .ci/run and of a workflow's `run:` keys, with one entry for each target of make."""
    found = set()
    for command in re.findall(r"^ *(?:step|- run:|run:) (.+)$", (ROOT / path).read_text(), re.MULTILINE):
        program, *words = command.split()
        found |= {f"make {word}" for word in words} if program == "make" else {command}
    return found


class Help(unittest.TestCase):
    def test_help_fits_on_a_screen(self):
        for target in ("help", "help-quality"):
            lines = make(target).splitlines()
            with self.subTest(target):
                self.assertLessEqual(len(lines), LINES)
                self.assertLessEqual(max(map(len, lines)), COLUMNS)

    def test_help_lists_every_target_once(self):
        self.assertEqual(sorted(listed("help") + listed("help-quality")), sorted(phony_targets()))

    def test_make_without_a_target_prints_the_help(self):
        self.assertEqual(make(), make("help"))


class Documents(unittest.TestCase):
    def test_every_target_that_a_document_names_exists(self):
        pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("events/*.md")]
        named = {name for page in pages for name in re.findall(r"(?:`|^)make ([a-z0-9-]+)", page.read_text(), re.MULTILINE)}
        self.assertGreater(len(named), 15)
        self.assertEqual(named - set(phony_targets()), set())

    def test_no_page_has_two_sections_of_one_name(self):
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
            with self.subTest(page.relative_to(ROOT)):
                sections = re.findall(r"^## .+$", page.read_text(), re.MULTILINE)
                self.assertEqual(len(sections), len(set(sections)))


class Checkout(unittest.TestCase):
    def test_git_for_windows_writes_the_bytes_of_the_commit(self):
        command = ["git", "-c", "core.autocrlf=true", "cat-file", "--filters", "HEAD:LICENSE"]
        written = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
        self.assertEqual(written, (ROOT / "LICENSE").read_bytes())


class Bootstrap(unittest.TestCase):
    def setUp(self):
        self.target_dir = self.enterContext(tempfile.TemporaryDirectory())

    def write(self, name, content):
        file = Path(self.target_dir, "lambda", name, "bootstrap")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def plan(self, target, architecture):
        return plan(target, f"ARCHITECTURE={architecture}", CARGO_TARGET_DIR=self.target_dir)

    def test_a_missing_bootstrap_is_built(self):
        self.assertIn(BUILD, self.plan("build", "x86_64"))

    def test_a_current_bootstrap_is_not_built_again(self):
        for architecture, machine in MACHINES.items():
            with self.subTest(architecture):
                self.write("controltower-trusted-access", HEADER + machine)
                self.assertNotIn(BUILD, self.plan("build", architecture))

    def test_a_bootstrap_of_another_architecture_is_built_again_by_every_target_that_uses_it(self):
        for architecture in MACHINES:
            self.write("controltower-trusted-access", HEADER + MACHINES[OTHER[architecture]])
            for target in ("build", "template", "stack", "emulator", "package", "bench", "bench-check", "faults-check", "soak"):
                with self.subTest(target, architecture=architecture):
                    builds = [line for line in self.plan(target, architecture).splitlines() if line.startswith(BUILD)]
                    flag = {"x86_64": "--x86-64", "arm64": "--arm64"}[architecture]
                    self.assertEqual(builds[:1], [f"{BUILD} --release --locked {flag}"])

    def test_a_truncated_bootstrap_is_built_again(self):
        for content in (b"", HEADER[:18]):
            self.write("controltower-trusted-access", content)
            self.assertIn(BUILD, self.plan("build", "x86_64"))

    def test_the_bare_peer_of_another_architecture_is_built_again(self):
        self.write("controltower-trusted-access", HEADER + MACHINES["x86_64"])
        for architecture, is_built in (("x86_64", False), ("arm64", True)):
            self.write("bare", HEADER + MACHINES[architecture])
            with self.subTest(architecture):
                self.assertEqual("--example bare\n" in self.plan("bench", "x86_64"), is_built)


class CiRun(unittest.TestCase):
    """`.ci/run` with stubs of make, cargo and rustup, which print their names and arguments."""

    def run_with(self, rustup_status):
        with tempfile.TemporaryDirectory() as folder:
            for name, status in (("make", 0), ("cargo", 0), ("rustup", rustup_status)):
                stub = Path(folder, name)
                stub.write_text(f'#!/bin/sh\necho "lto=$CARGO_PROFILE_DOCTOR_LTO"\necho "{name} $*"\nexit {status}\n')
                stub.chmod(0o755)
            path = f"{folder}:{os.environ['PATH']}"
            output = subprocess.run([ROOT / ".ci" / "run"], env=os.environ | {"PATH": path}, capture_output=True, text=True)
        self.assertEqual((output.returncode, output.stderr), (0, ""))
        return output.stdout.splitlines()

    def test_only_a_release_tests_the_optimized_doctor(self):
        for kind, printed in (("branch", "lto=off"), ("tag", "lto=")):
            # Empty, because .ci/run itself runs this test.
            with mock.patch.dict(os.environ, GITHUB_REF_TYPE=kind, CARGO_PROFILE_DOCTOR_LTO=""), self.subTest(kind):
                self.assertIn(printed, self.run_with(rustup_status=0))

    def test_it_ends_with_arm64(self):
        self.assertEqual(self.run_with(rustup_status=0)[-1], "make arm64")

    def test_without_the_target_it_says_in_one_line_that_arm64_did_not_run(self):
        *others, before, last = self.run_with(rustup_status=1)
        self.assertEqual(before, "make verify")
        self.assertEqual(last, "make arm64 did not run: rustup could not add the target aarch64-unknown-linux-gnu.")
        self.assertNotIn("make arm64", others)


class Arm64(unittest.TestCase):
    def test_it_builds_and_packages_for_arm64_and_tests_that_bootstrap_under_qemu(self):
        with tempfile.TemporaryDirectory() as folder:
            planned = plan("arm64", CARGO_TARGET_DIR=folder)
            self.assertIn(f"{BUILD} --release --locked --arm64\n", planned)
            self.assertNotIn("--x86-64", planned)
            self.assertIn("scripts/package.py arm64 ", planned)
            tests = [line for line in planned.splitlines() if "cargo test" in line]
            self.assertEqual(len(tests), 2)
            for line in tests:
                self.assertTrue(line.startswith(f"BOOTSTRAP={folder}/tools/qemu-arm64/bootstrap "), line)


class Verify(unittest.TestCase):
    def test_it_ends_with_verify_together_four_at_a_time(self):
        before, command, together = plan("verify").partition("--jobs 4 --output-sync=target verify-together\n")
        self.assertTrue(command)
        for check in ("--test faults", "--test soak", "test_doctor_moto.py", "conformance.py"):
            self.assertIn(check, together)
            self.assertNotIn(check, before)

    def test_every_module_of_the_templates_and_of_the_doctor_is_run(self):
        for target, folder, pattern in (("stack", "template", "test_*.py"), ("test-doctor", "emulators", "test_doctor*.py")):
            modules = [path.name for path in (ROOT / "tests" / folder).glob(pattern)]
            self.assertGreater(len(modules), 3)
            listed, = re.findall(r"printf '%s\\n' (.*?) \|", plan(target))
            with self.subTest(target):
                self.assertEqual(sorted(listed.split()), sorted(modules))


class TargetDirectory(unittest.TestCase):
    def test_no_target_uses_the_default_directory_if_cargo_target_dir_is_set(self):
        with tempfile.TemporaryDirectory() as folder:
            for target in phony_targets():
                with self.subTest(target):
                    planned = plan(target, CARGO_TARGET_DIR=folder)
                    self.assertEqual(re.findall(rf"(?:{re.escape(str(ROOT))}/|(?<![\w./-]))target/\S*", planned), [])

    def test_clones_and_mutants_do_not_share_the_directory(self):
        with tempfile.TemporaryDirectory() as folder:
            for target in ("reproducible", "mutants"):
                with self.subTest(target):
                    self.assertIn("env -u CARGO_TARGET_DIR", plan(target, CARGO_TARGET_DIR=folder))


class PublicWorkflow(unittest.TestCase):
    def test_its_jobs_run_every_check_of_ci_run(self):
        local = commands(".ci/run") - {"make verify", "cargo test --locked"}
        local |= {f"make {name}" for name in prerequisites("verify") | prerequisites("verify-together")} | {"make test"}
        self.assertGreater(len(local), 15)
        self.assertEqual(local - commands(".github/workflows/ci.yml"), set())

    def test_make_test_is_the_command_of_the_readme(self):
        self.assertIn("cargo test --locked", commands(".ci/run"))
        self.assertEqual(plan("test"), "cargo test --locked\n")

    def test_it_runs_the_tests_of_the_whole_workspace(self):
        self.assertIn("cargo test --workspace --locked", commands(".github/workflows/ci.yml"))


if __name__ == "__main__":
    unittest.main()
