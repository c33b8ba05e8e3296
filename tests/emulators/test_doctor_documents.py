"""The demo, the JSON schema and the weekly workflow of docs/doctor.md, with the built doctor and the fake AWS of its tests."""

import copy
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

import terminal
import yaml
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOTS = ROOT / "doctor/tests/snapshots"
SCHEMA = json.loads((ROOT / "docs/reference/doctor.schema.json").read_text())
DOCTOR = str(Path(terminal.DOCTOR).resolve())


def run_json(scenario, *arguments, **variables):
    with terminal.fake_aws(scenario) as url:
        environment = terminal.environment(url) | variables
        ended = subprocess.run([DOCTOR, *arguments, "--json"], env=environment, capture_output=True, text=True, timeout=60)
    return json.loads(ended.stdout)


def strict(schema):
    """Returns the schema without the permission to add fields, so that an undocumented field is found."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copied = {key: strict(value) for key, value in schema.items()}
    return copied | ({"additionalProperties": False} if "properties" in schema and schema.get("type") == "object" else {})


class Demo(unittest.TestCase):
    def demo(self, *arguments):
        command = [Path(terminal.EXAMPLES, "demo"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout

    def test_it_shows_both_commands_with_the_outputs_of_the_snapshots(self):
        outages = (SNAPSHOTS / "outages.txt").read_text()
        output = self.demo()
        check, _, rest = output.partition("\n$ trusted-access-doctor outages\n")
        self.assertEqual(rest, outages)
        self.assertTrue(check.startswith("$ trusted-access-doctor check\nok           credentials "), check)
        self.assertTrue(check.endswith("Exit code 1.\n"), check)

    def test_it_runs_the_command_that_is_named(self):
        output = self.demo("outages", "--json")
        self.assertEqual(json.loads(output.partition("\n")[2]), json.loads((SNAPSHOTS / "outages.json").read_text()))


class JsonSchema(unittest.TestCase):
    def setUp(self):
        self.schema = Draft202012Validator(SCHEMA)
        self.strict = Draft202012Validator(strict(SCHEMA))

    def documents(self):
        for path in sorted(SNAPSHOTS.glob("*.json")):
            yield path.name, json.loads(path.read_text())
        yield "roles", run_json("troubled", "--roles")
        yield "not allowed", run_json("denied")
        yield "no credentials", run_json("healthy", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
        yield "no outage", run_json("healthy", "outages", "--lookups-per-second", "1000")
        yield "outages without credentials", run_json("healthy", "outages", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    def test_it_is_a_valid_schema(self):
        Draft202012Validator.check_schema(SCHEMA)

    def test_every_document_is_valid_and_has_no_field_that_the_schema_does_not_have(self):
        documents = dict(self.documents())
        self.assertGreaterEqual(len(documents), 8)
        for name, document in documents.items():
            for schema in (self.schema, self.strict):
                with self.subTest(name):
                    self.assertEqual([error.message for error in schema.iter_errors(document)], [])

    def test_a_field_may_be_added_by_a_later_version(self):
        document = json.loads((SNAPSHOTS / "healthy.json").read_text()) | {"later": 1}
        self.assertTrue(self.schema.is_valid(document))
        self.assertFalse(self.strict.is_valid(document))

    def test_each_missing_field_is_refused(self):
        check, outages = (json.loads((SNAPSHOTS / name).read_text()) for name in ("troubled.json", "outages.json"))
        for document, path in (
            *((check, [key]) for key in check),
            *((check, ["checks", 0, key]) for key in check["checks"][0]),
            *((check, ["checks", 2, "problems", 0, key]) for key in ("sentence", "remedy")),
            *((outages, [key]) for key in outages),
            *((outages, ["outages", 0, key]) for key in ("from", "to", "changes", "actions")),
            *((outages, ["outages", 0, "changes", 0, key]) for key in ("time", "event", "byControlTower", "meaning")),
            *((outages, ["outages", 0, "actions", 0, key]) for key in ("sentence",)),
        ):
            with self.subTest(path):
                broken = copy.deepcopy(document)
                *parents, key = path
                place = broken
                for parent in parents:
                    place = place[parent]
                del place[key]
                self.assertFalse(self.schema.is_valid(broken))

    def test_each_wrong_value_is_refused(self):
        check, outages = (json.loads((SNAPSHOTS / name).read_text()) for name in ("troubled.json", "outages.json"))
        for document, path, value in (
            (check, ["verdict"], "healthy"),
            (check, ["exitCode"], 0),
            (check, ["exitCode"], 3),
            (check, ["interrupted"], True),
            (check, ["checks", 0, "check"], "credentials"),
            (check, ["checks", 2, "verdict"], "healthy"),
            (check, ["checks", 2, "problems"], []),
            (check, ["checks", 3, "notChecked"], []),
            (check, ["checks", 0, "facts"], {"number": 1}),
            (outages, ["since"], "2026-08-30"),
            (outages, ["complete"], False),
            (outages, ["outages", 0, "seconds"], -1),
            (outages, ["outages", 0, "changes", 0, "time"], "2026-11-20T10:12:00+01:00"),
            (outages, ["outages", 0, "changes", 0, "byControlTower"], "no"),
            (outages, ["outages", 0, "actions", 0, "command"], None),
        ):
            with self.subTest(path, value=value):
                broken = copy.deepcopy(document)
                *parents, key = path
                place = broken
                for parent in parents:
                    place = place[parent]
                place[key] = value
                self.assertFalse(self.schema.is_valid(broken))


class WeeklyWorkflow(unittest.TestCase):
    """The steps of the workflow, run by bash as GitHub Actions runs them."""

    def setUp(self):
        page = (ROOT / "docs/doctor.md").read_text()
        self.workflow = yaml.safe_load(re.search(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1])
        self.steps = {step.get("name", "credentials"): step for step in self.workflow["jobs"]["check"]["steps"]}
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        self.release = self.folder / "release"
        self.release.mkdir()
        self.work = self.folder / "work"
        self.work.mkdir()
        # Copies instead of downloading, and fails like curl -f if the file does not exist.
        self.write_program(self.bin / "curl", 'for one in "$@"; do case $one in https://*) cp "$RELEASE_FILES/${one##*/}" . || exit 22;; esac; done')
        self.create_release()

    def write_program(self, path, script):
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def create_release(self):
        """Writes an archive as package_doctor.py does, with a program that starts the built doctor."""
        name = self.steps["Download the doctor"]["env"]["ARCHIVE"]
        content = f'#!/bin/bash\nexec "{DOCTOR}" "$@"\n'.encode()
        with tarfile.open(self.release / name, "w:gz") as archive:
            entry = tarfile.TarInfo("trusted-access-doctor/trusted-access-doctor")
            entry.size, entry.mode = len(content), 0o755
            archive.addfile(entry, io.BytesIO(content))
        checksum = hashlib.sha256((self.release / name).read_bytes()).hexdigest()
        (self.release / "SHA256SUMS").write_text(f"{checksum}  {name}\n{'0' * 64}  another.tar.gz\n")
        self.archive = self.release / name

    def run_step(self, name, **variables):
        step = self.steps[name]
        environment = step.get("env", {}) | variables | {
            "PATH": f"{self.bin}:{os.environ['PATH']}", "RELEASE_FILES": str(self.release),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
        }
        return subprocess.run(["bash", "-e", "-c", step["run"]], cwd=self.work, env=environment, capture_output=True, text=True, timeout=60)

    def check(self, scenario):
        self.assertEqual(self.run_step("Download the doctor").returncode, 0)
        with terminal.fake_aws(scenario) as url:
            return self.run_step("Check", **terminal.environment(url))

    def test_it_runs_once_a_week_with_the_credentials_of_a_role_and_no_other_permission(self):
        # YAML 1.1 reads the key `on` as true.
        minute, hour, day, month, weekday = self.workflow[True]["schedule"][0]["cron"].split()
        self.assertEqual((day, month, weekday), ("*", "*", "1"))
        self.assertTrue(minute.isdigit() and hour.isdigit())
        self.assertEqual(self.workflow["permissions"], {"id-token": "write"})
        self.assertRegex(self.steps["credentials"]["uses"], r"^aws-actions/configure-aws-credentials@[0-9a-f]{40}$")
        self.assertNotIn("--roles", self.steps["Check"]["run"])

    def test_a_healthy_deployment_passes(self):
        ended = self.check("healthy")
        self.assertEqual((ended.returncode, ended.stdout), (0, "Every check is healthy.\n"), ended.stderr)

    def test_a_problem_fails_the_job_and_its_sentence_is_in_the_summary(self):
        ended = self.check("troubled")
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("::error::The doctor found a problem.", ended.stdout)
        self.assertIn("- landingZone: The landing zone has drifted.", (self.folder / "summary").read_text())
        Draft202012Validator(SCHEMA).validate(json.loads((self.work / "doctor.json").read_text()))

    def test_something_that_could_not_be_checked_fails_the_job_with_another_message(self):
        ended = self.check("denied")
        self.assertEqual(ended.returncode, 2, ended.stderr)
        self.assertIn("::error::The doctor found no problem, but could not check everything.", ended.stdout)
        self.assertIn("- events: cloudtrail:DescribeTrails: AccessDenied", ended.stdout)

    def test_an_archive_with_another_checksum_is_not_unpacked(self):
        self.archive.write_bytes(self.archive.read_bytes() + b"changed")
        self.assertNotEqual(self.run_step("Download the doctor").returncode, 0)
        self.assertFalse((self.work / "trusted-access-doctor").exists())

    def test_a_missing_checksum_stops_the_job(self):
        (self.release / "SHA256SUMS").write_text(f"{'0' * 64}  another.tar.gz\n")
        self.assertNotEqual(self.run_step("Download the doctor").returncode, 0)
        self.assertFalse((self.work / "trusted-access-doctor").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
