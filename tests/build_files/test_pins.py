"""Tests that everything which the build files install is pinned: by a hash, by a lock file or by a commit.

Python's standard library is enough: python3 -m unittest discover -s tests/build_files
"""

import json
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = sorted(ROOT.glob("requirements/*.in"))
WORKFLOWS = sorted(ROOT.glob(".github/workflows/*.yml"))
BUILD_FILES = [ROOT / "Makefile", ROOT / "quality.mk", ROOT / ".ci" / "run", *sorted(ROOT.glob("scripts/*")), *WORKFLOWS]
PINNED = re.compile(r"(?P<name>[\w.-]+)(?:\[[\w,-]+\])?==[\w.+]+(?: ; [^\\]+)? \\")


def commands(pattern):
    """Returns the lines of the build files that match, with continued lines joined. A comment is no command."""
    lines = [
        line for file in BUILD_FILES if file.is_file()
        for line in file.read_text().replace("\\\n", " ").splitlines() if not line.lstrip().startswith("#")
    ]
    return [line.strip() for line in lines if re.search(pattern, line)]


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def requested(path):
    """Returns the names in a list that a person wrote."""
    return {normalized(re.split(r"[\[<>=~ ]", line)[0]) for line in path.read_text().splitlines() if line and line[0] != "#"}


def pinned(path):
    """Returns each package of a compiled list with its hashes, and fails on any other kind of line."""
    packages, name = {}, None
    for line in path.read_text().splitlines():
        if line.lstrip().startswith("#"):
            continue
        if match := PINNED.fullmatch(line):
            name = normalized(match["name"])
            packages.setdefault(name, [])
        elif match := re.fullmatch(r"    --hash=(sha256:[0-9a-f]{64})(?: \\)?", line):
            packages[name].append(match[1])
        else:
            raise AssertionError(f"{path.name}: {line!r} is not a pinned package or its hash")
    return packages


class Cyclonedx(unittest.TestCase):
    def test_the_machines_without_make_install_the_version_of_the_makefile(self):
        version = re.search(r"^CYCLONEDX_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
        workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
        self.assertEqual(re.findall(r"cargo-cyclonedx --version (\S+)", workflow), [version])


class Python(unittest.TestCase):
    def test_every_package_of_a_compiled_list_has_a_version_and_a_hash(self):
        self.assertGreaterEqual(len(LISTS), 5)
        for path in LISTS:
            with self.subTest(path.name):
                self.assertEqual([name for name, hashes in pinned(path.with_suffix(".txt")).items() if not hashes], [])

    def test_a_compiled_list_contains_everything_that_was_requested(self):
        for path in LISTS:
            with self.subTest(path.name):
                self.assertEqual(requested(path) - set(pinned(path.with_suffix(".txt"))), set())

    def test_a_list_names_no_package_index_and_no_address(self):
        for path in sorted(ROOT.glob("requirements/*")):
            with self.subTest(path.name):
                self.assertNotRegex(path.read_text(), r"https?:|--(extra-)?index-url|--find-links|--trusted-host|git\+")

    def test_every_list_of_the_repository_is_compiled(self):
        self.assertEqual([path.name for path in ROOT.glob("**/requirements*.txt") if ".venv" not in path.parts
                          and "target" not in path.parts and "node_modules" not in path.parts], [])
        self.assertEqual({path.stem for path in ROOT.glob("requirements/*.txt")}, {path.stem for path in LISTS})

    def test_build_tools_and_test_tools_are_in_lists_of_their_own(self):
        build = pinned(ROOT / "requirements" / "build.txt")
        self.assertIn("cargo-lambda", build)
        self.assertEqual(set(build) & {"moto", "aws-sam-cli", "boto3", "checkov", "zizmor", "pip-audit"}, set())
        self.assertNotIn("cargo-lambda", pinned(ROOT / "requirements" / "test.txt"))

    def test_pip_installs_only_wheels_with_a_known_hash(self):
        installs = commands(r"\bpip3?\b.* (install|download)\b")
        self.assertGreaterEqual(len(installs), 1)
        for line in installs:
            with self.subTest(line):
                self.assertIn("--require-hashes --only-binary :all:", line)

    def test_no_other_installer_of_python_packages_is_used(self):
        self.assertEqual(commands(r"\b(uv (pip (install|sync)|run|tool|add)|uvx|pipx|easy_install|poetry)\b"), [])


class Node(unittest.TestCase):
    def test_npm_installs_only_what_is_locked_and_runs_no_script_of_a_package(self):
        installs = commands(r"\bnpm (ci|install|i|add|exec)\b|\bnpx\b")
        self.assertGreaterEqual(len(installs), 1)
        for line in installs:
            with self.subTest(line):
                self.assertRegex(line, r"\bnpm ci\b.* --ignore-scripts\b")

    def test_every_package_json_has_a_lock_with_the_hash_of_each_package(self):
        manifests = [path for path in ROOT.glob("**/package.json")
                     if not {"node_modules", "target", ".venv"} & set(path.relative_to(ROOT).parts)]
        self.assertGreaterEqual(len(manifests), 1)
        for manifest in manifests:
            with self.subTest(manifest.relative_to(ROOT)):
                lock = json.loads(manifest.with_name("package-lock.json").read_text())
                # A bundled package is in the archive of another one, whose hash covers it.
                packages = {name: one for name, one in lock["packages"].items() if name and not one.get("inBundle")}
                self.assertGreater(len(packages), 0)
                unhashed = [name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")]
                self.assertEqual(unhashed, [])


class Cargo(unittest.TestCase):
    def test_cargo_install_uses_the_lock_file_and_a_version(self):
        installs = commands(r"\bcargo install\b")
        self.assertGreaterEqual(len(installs), 4)
        for line in installs:
            with self.subTest(line):
                self.assertRegex(line, r" --version (\$\(\w+_VERSION\)|[\d.]+) --locked ")


class Actions(unittest.TestCase):
    def test_every_action_is_pinned_by_its_commit_and_names_the_version(self):
        uses = [line.strip() for path in WORKFLOWS for line in path.read_text().splitlines() if re.search(r"\buses: (?!\./)", line)]
        self.assertGreater(len(uses), 5)
        for line in uses:
            with self.subTest(line):
                self.assertRegex(line, r"^(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

    def test_an_action_has_the_same_commit_everywhere(self):
        pins = {}
        for path in WORKFLOWS:
            for action, commit in re.findall(r"uses: ([\w.-]+/[\w.-]+)[\w./-]*@(\w+ # \S+)", path.read_text()):
                pins.setdefault(action, set()).add(commit)
        self.assertEqual({action: commits for action, commits in pins.items() if len(commits) > 1}, {})


if __name__ == "__main__":
    unittest.main()
