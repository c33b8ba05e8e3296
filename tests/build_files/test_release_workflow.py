"""Tests the jobs of the release workflow and the gates before a release. It needs PyYAML: `make workflows`."""

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

import yaml
from test_build_files import ROOT, make

sys.path.append(str(ROOT / "scripts"))
import package  # noqa: E402
import package_doctor  # noqa: E402

WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github" / "workflows").glob("*.yml")}
JOBS = WORKFLOWS["release"]["jobs"]
BUILDING = [name for name, job in JOBS.items() if "outputs" in job]
WRITING = {"release": {"contents", "id-token", "attestations"}, "security": {"security-events"}}


def commands(job):
    return [step.get("run", "") for step in JOBS[job]["steps"]]


def planned(job):
    """Returns the commands of a job, with those that its targets of make would run."""
    steps = "\n".join(commands(job))
    return steps + "".join(make("--dry-run", "--always-make", target) for target in re.findall(r"\bmake ([a-z-]+)", steps))


def position(job, text):
    """Returns the place of the one step with this text in its command or action."""
    found = [place for place, step in enumerate(JOBS[job]["steps"]) if text in step.get("run", "") + step.get("uses", "")]
    if len(found) != 1:
        raise AssertionError(f"{job} has {len(found)} steps with {text}")
    return found[0]


class BuildingJobs(unittest.TestCase):
    def test_they_are_these_three(self):
        self.assertEqual(BUILDING, ["package", "rebuild", "doctor"])

    def test_they_install_nothing_but_the_build_tools(self):
        for job in ("package", "rebuild"):
            with self.subTest(job):
                self.assertEqual(set(re.findall(r"requirements/(\w+)\.txt", planned(job))), {"pip", "build"})

    def test_they_build_and_run_no_emulator_and_no_test(self):
        for job in BUILDING:
            with self.subTest(job):
                self.assertNotRegex(planned(job), r"emulator|fake_aws|unittest|cargo test|\.ci/run|npm ")

    def test_the_second_build_of_a_bundle_compiles_no_dependency_of_the_tests(self):
        self.assertNotIn("--example", planned("rebuild"))

    def test_they_announce_before_they_upload_and_build_nothing_afterwards(self):
        for job, last in (("package", "make package"), ("doctor", "package_doctor.py")):
            with self.subTest(job):
                self.assertEqual(position(job, "digests.py"), position(job, last) + 1)
                self.assertEqual(position(job, "upload-artifact"), position(job, "digests.py") + 1)

    def test_every_entry_of_the_matrix_has_an_output_and_an_artifact_of_its_name(self):
        for job, key in (("package", "architecture"), ("doctor", "target")):
            names = {entry[key] for entry in JOBS[job]["strategy"]["matrix"]["include"]}
            with self.subTest(job):
                self.assertEqual(set(JOBS[job]["outputs"]), names)
                upload = JOBS[job]["steps"][position(job, "upload-artifact")]
                self.assertEqual(upload["with"]["name"], f"${{{{ matrix.{key} }}}}")

    def test_the_second_build_is_for_every_architecture_and_in_another_folder(self):
        self.assertEqual(JOBS["rebuild"]["strategy"], JOBS["package"]["strategy"])
        self.assertEqual(JOBS["rebuild"]["outputs"], JOBS["package"]["outputs"])
        self.assertTrue(JOBS["rebuild"]["steps"][position("rebuild", "actions/checkout")]["with"]["path"])


class Release(unittest.TestCase):
    def test_it_waits_for_every_other_job(self):
        self.assertEqual(set(JOBS["release"]["needs"]), set(JOBS) - {"release"})

    def test_a_failed_or_skipped_check_prevents_it(self):
        for name, job in [*JOBS.items(), *WORKFLOWS["security"]["jobs"].items()]:
            with self.subTest(name):
                self.assertNotIn("continue-on-error", str(job))
                for part in (job, *job.get("steps", [])):
                    self.assertNotIn("if", part)

    def test_reviewers_approve_it(self):
        self.assertEqual(JOBS["release"]["environment"], "release")

    def run_step(self, job, text, answer):
        """Runs a step of a job with a stub of gh."""
        with tempfile.TemporaryDirectory() as folder:
            gh = Path(folder, "gh")
            gh.write_text(f"#!/bin/sh\n{answer}\n")
            gh.chmod(0o755)
            environment = {"PATH": f"{folder}:{os.environ['PATH']}", "GITHUB_REPOSITORY": "example/example", "GITHUB_SHA": "a" * 40}
            command = JOBS[job]["steps"][position(job, text)]["run"]
            return subprocess.run(["bash", "-e", "-c", command], env=environment, capture_output=True, text=True)

    def test_an_environment_without_a_reviewer_prevents_it(self):
        self.assertEqual(self.run_step("verify", "environments/release", "echo true").returncode, 0)
        # An absent environment is an error of gh, which prints GitHub's answer.
        for answer in ("echo false", "exit 0", 'echo \'{"message":"true"}\'; exit 1'):
            with self.subTest(answer):
                process = self.run_step("verify", "environments/release", answer)
                self.assertEqual((process.returncode, "::error::" in process.stdout), (1, True))

    def test_a_tag_that_was_moved_or_deleted_prevents_it(self):
        self.assertIn("release create", self.run_step("release", "gh release create", f"echo {'a' * 40}; echo $* >&2").stderr)
        for answer in (f"echo {'b' * 40}", "exit 1"):
            process = self.run_step("release", "gh release create", f"echo $* >&2; {answer}")
            self.assertEqual(process.returncode, 1)
            self.assertNotIn("release create", process.stderr)

    def test_it_compares_before_it_attests_and_attests_before_it_publishes(self):
        steps = [str(step) for step in JOBS["release"]["steps"]]
        first_attestation = min(place for place, step in enumerate(steps) if "actions/attest@" in step)
        last_attestation = max(place for place, step in enumerate(steps) if "actions/attest@" in step)
        order = [position("release", "download-artifact"), position("release", "compare_builds.py"), position("release", "join.py"),
                 first_attestation, last_attestation, position("release", "gh release create")]
        self.assertEqual(order, sorted(set(order)))

    def test_it_attests_the_sbom_of_each_archive(self):
        steps = [step["with"] for step in JOBS["release"]["steps"] if "sbom-path" in step.get("with", {})]
        expected = {f"dist/{package.PACKAGE}-{one}.tar.gz": f"{package.PACKAGE}-{one}.cdx.json" for one in package.TARGETS}
        targets = [*package.TARGETS.values(), *JOBS["doctor"]["outputs"]]
        self.assertEqual(len(targets), 5)
        expected |= {f"dist/{package_doctor.archive_name(one)}": package_doctor.sbom_name(one) for one in targets}
        self.assertEqual({step["subject-path"]: step["sbom-path"] for step in steps}, expected)

    def test_it_finds_the_sbom_in_each_kind_of_archive(self):
        with tempfile.TemporaryDirectory() as folder:
            dist = Path(folder, "dist")
            dist.mkdir()
            entries = {"one.cdx.json": (b"one", 0o644), "LICENSE": (b"text", 0o644)}
            (dist / "one.tar.gz").write_bytes(package_doctor.tarred(entries))
            (dist / "two.zip").write_bytes(package_doctor.zipped({"two.cdx.json": (b"two", 0o644)}))
            command, = (one for one in commands("release") if "cdx.json" in one)
            subprocess.run(["bash", "-e", "-c", command], cwd=folder, check=True, capture_output=True)
            self.assertEqual({path.name for path in Path(folder).iterdir()}, {"dist", "one.cdx.json", "two.cdx.json"})

    def test_it_knows_the_outputs_of_the_other_jobs(self):
        self.assertEqual(JOBS["release"]["env"]["NEEDS"], "${{ toJSON(needs) }}")


class Documents(unittest.TestCase):
    def test_the_commands_that_verify_a_release_name_its_workflow_and_its_tag(self):
        page = (ROOT / "docs" / "deploy.md").read_text().replace("\\\n", " ")
        verifications = re.findall(r"gh attestation verify .*", page)
        self.assertGreaterEqual(len(verifications), 2)
        for command in verifications:
            with self.subTest(command):
                self.assertIn('--signer-workflow "$REPOSITORY/.github/workflows/release.yml"', command)
                self.assertIn('--source-ref "refs/tags/$VERSION"', command)
        version = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
        self.assertIn(f"\nVERSION=v{version}\n", page)


class Gates(unittest.TestCase):
    def test_the_security_checks_of_a_release_are_those_of_a_change(self):
        self.assertEqual(JOBS["security"]["uses"], "./.github/workflows/security.yml")
        security = WORKFLOWS["security"]
        # PyYAML reads the key `on` as true.
        self.assertLessEqual({"push", "pull_request", "schedule", "workflow_call"}, set(security[True]))
        runs = "\n".join(step.get("run", "") for job in security["jobs"].values() for step in job["steps"])
        for command in ("make advisories", "make msrv", "jq --exit-status '[.runs[].results[]] == []'"):
            with self.subTest(command):
                self.assertIn(command, runs)

    def test_advisories_cover_every_lock_file(self):
        planned = make("--dry-run", "--always-make", "advisories")
        for manifest in ("--workspace", "--manifest-path fuzz/Cargo.toml"):
            self.assertRegex(planned, rf"cargo-deny {manifest} .*check advisories")
        self.assertEqual(tomllib.loads((ROOT / "deny.toml").read_text())["advisories"]["yanked"], "deny")
        self.assertIn("for list in requirements/*.txt", planned)
        self.assertIn("pip-audit --strict ", planned)
        self.assertEqual(len([*ROOT.glob("fuzz/Cargo.lock"), *ROOT.glob("Cargo.lock")]), 2)
        folders = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/**/package-lock.json")
                   if not {"node_modules", "target", ".venv"} & set(path.relative_to(ROOT).parts)}
        audited = re.search(r"for folder in (.*); do", planned)[1].split()
        self.assertEqual(len(audited), len(folders))
        self.assertIn("npm audit signatures", planned)
        directories = {entry["package-ecosystem"]: entry.get("directories", [entry.get("directory")])
                       for entry in yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]}
        self.assertEqual({folder.lstrip("/") for folder in directories["npm"]}, folders)
        self.assertEqual(directories["cargo"], ["/", "/fuzz"])
        self.assertLessEqual({"uv", "github-actions"}, set(directories))

    def test_the_dependencies_of_every_released_target_are_checked(self):
        released = {entry["target"] for entry in JOBS["doctor"]["strategy"]["matrix"]["include"]} | set(package.TARGETS.values())
        self.assertEqual(set(tomllib.loads((ROOT / "deny.toml").read_text())["graph"]["targets"]), released)

    def test_only_these_jobs_may_write_anything(self):
        for workflow, definition in WORKFLOWS.items():
            self.assertEqual(definition["permissions"], {}, workflow)
            for name, job in definition["jobs"].items():
                writes = {scope for scope, access in job["permissions"].items() if access == "write"}
                allowed = WRITING.get(name, set()) if workflow == "release" else {"security-events"}
                with self.subTest(workflow, job=name):
                    self.assertLessEqual(writes, allowed)

    def test_every_job_ends_after_a_time_and_keeps_no_token_in_its_checkout(self):
        for workflow, definition in WORKFLOWS.items():
            for name, job in definition["jobs"].items():
                with self.subTest(workflow, job=name):
                    if "uses" not in job:
                        self.assertLessEqual(job["timeout-minutes"], 90)
                    for step in job.get("steps", []):
                        if step.get("uses", "").startswith("actions/checkout@"):
                            self.assertIs(step["with"]["persist-credentials"], False)


class DryRun(unittest.TestCase):
    """The dry run, with a stub of make that writes small files instead of building."""

    MAKE = """#!/bin/sh
target=$1 architecture=${2#ARCHITECTURE=} name=controltower-trusted-access
test "$target" != emulator || exit 0
mkdir -p dist $name
echo "$SECOND_BUILD" | grep -x "$target" > $name/$name-$architecture.cdx.json
tar --sort=name --mtime=@0 --owner=0 --group=0 -cf - $name | gzip -n > dist/$name-$architecture.tar.gz
test "$target" = bundle && exit 0
mkdir -p trusted-access-doctor
echo "$architecture" > trusted-access-doctor/trusted-access-doctor-$architecture.cdx.json
tar -czf dist/trusted-access-doctor-$architecture.tar.gz trusted-access-doctor
"""

    def run_with(self, *architectures, second_build=""):
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "tools").mkdir()
        (folder / "make").write_text(self.MAKE)
        (folder / "make").chmod(0o755)
        command = [sys.executable, ROOT / "scripts" / "release_dry_run.py", folder / "run", folder / "tools", *architectures]
        environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "SECOND_BUILD": second_build}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def test_it_runs_the_jobs_that_build_and_publish_the_function(self):
        text = (ROOT / "scripts" / "release_dry_run.py").read_text()
        jobs = re.search(r"^JOBS = \((.*)\)$", text, re.MULTILINE)[1]
        self.assertEqual(set(re.findall(r'"(\w+)"', jobs)), set(JOBS) - {"doctor", "verify", "security"})

    def test_the_jobs_release_their_files_and_refuse_each_that_was_changed_in_between(self):
        process = self.run_with("arm64", "x86_64")
        self.assertEqual((process.returncode, process.stderr), (0, ""), process.stdout)
        names = [f"{name}-{architecture}.tar.gz" for name in ("controltower-trusted-access", "trusted-access-doctor")
                 for architecture in ("arm64", "x86_64")]
        self.assertEqual(re.findall(r"^[0-9a-f]{64}  (.*)$", process.stdout, re.MULTILINE), names)
        for architecture in ("arm64", "x86_64"):
            self.assertIn(f"another second build of {architecture}: refused", process.stdout)
            for name in names[architecture != "arm64"::2]:
                self.assertIn(f"change {architecture}/{name}: refused", process.stdout)

    def test_the_jobs_release_nothing_if_the_second_build_differs(self):
        process = self.run_with("arm64", second_build="bundle")
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("two builds of the same commit differ", process.stderr)


if __name__ == "__main__":
    unittest.main()
