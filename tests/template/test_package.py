"""Tests the release files that `make package` writes to dist/."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import stack

SCRIPTS = stack.ROOT / "scripts"
sys.path += [str(stack.ROOT / "tests" / "emulators"), str(SCRIPTS)]
import package  # noqa: E402
import services  # noqa: E402

ARCHITECTURE = os.environ["ARCHITECTURE"]
BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
TEMPLATE = package.DIST / f"template-{ARCHITECTURE}.yaml"
NAME = f"controltower-trusted-access-{package.version()}-{ARCHITECTURE}"


class Package(unittest.TestCase):
    maxDiff = None

    def test_dist_has_exactly_these_files_and_a_checksum_of_each(self):
        files = {"LICENSE", "forwarder.yaml", "runbook.md", TEMPLATE.name, f"{NAME}.zip", f"{NAME}.cdx.json"}
        self.assertEqual({file.name for file in package.DIST.iterdir()}, files | {"SHA256SUMS"})
        checksums = dict(reversed(line.split("  ")) for line in (package.DIST / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(checksums, {
            file: hashlib.sha256((package.DIST / file).read_bytes()).hexdigest() for file in files
        })

    def test_the_zip_contains_only_the_tested_binary(self):
        with zipfile.ZipFile(package.DIST / f"{NAME}.zip") as archive:
            self.assertEqual(archive.namelist(), ["bootstrap"])
            self.assertEqual(archive.read("bootstrap"), BOOTSTRAP.read_bytes())
            self.assertTrue(archive.getinfo("bootstrap").external_attr >> 16 & 0o111)

    def test_sam_packages_the_release_template_with_only_the_zip_beside_it(self):
        with services.moto() as endpoint, tempfile.TemporaryDirectory() as folder:
            for file in (TEMPLATE.name, f"{NAME}.zip"):
                shutil.copy(package.DIST / file, folder)
            storage = services.boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
            storage.create_bucket(Bucket="code")
            packaged = Path(folder, "packaged.yaml")
            environment = services.aws_environment(endpoint) | {
                "AWS_ENDPOINT_URL": endpoint, "SAM_CLI_TELEMETRY": "0", "HOME": folder,
            }
            subprocess.run(
                [services.BIN / "sam", "package", "--template-file", TEMPLATE.name, "--s3-bucket", "code",
                 "--output-template-file", packaged],
                cwd=folder, env=environment, check=True, capture_output=True,
            )
            uri = stack.yaml_parse(packaged.read_text())["Resources"]["Function"]["Properties"]["CodeUri"]
            uploaded = storage.get_object(Bucket="code", Key=uri.removeprefix("s3://code/"))["Body"].read()
        self.assertEqual(uploaded, (package.DIST / f"{NAME}.zip").read_bytes())

    def test_the_release_template_differs_from_template_yaml_only_in_architecture_code_and_links(self):
        released = stack.yaml_parse(TEMPLATE.read_text())
        architecture = released["Parameters"]["Architecture"]
        self.assertEqual((architecture["Default"], architecture["AllowedValues"]), (ARCHITECTURE, [ARCHITECTURE]))
        source = stack.load_template()
        for template in (released, source):
            function = template["Resources"]["Function"]
            del function["Properties"]["CodeUri"], function["Metadata"]
            for key in ("Default", "AllowedValues"):
                del template["Parameters"]["Architecture"][key]
            # In a release it is the runbook at the tag.
            self.assertTrue(template["Parameters"]["RunbookUrl"].pop("Default").endswith("/docs/runbook.md"))
        self.assertEqual(released, source)

    def test_a_release_links_to_the_runbook_of_its_tag(self):
        tag = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "example/fork", "GITHUB_REF_NAME": "v1.2.3",
               "GITHUB_REF_TYPE": "tag"}
        self.assertEqual(package.runbook_url(tag), "https://github.com/example/fork/blob/v1.2.3/docs/runbook.md")
        default = stack.load_template()["Parameters"]["RunbookUrl"]["Default"]
        self.assertEqual(package.runbook_url(tag | {"GITHUB_REF_TYPE": "branch"}), default)
        self.assertEqual(package.runbook_url({}), default)

    def test_the_copy_of_the_runbook_has_absolute_links(self):
        url = "https://github.com/example/fork/blob/v1.2.3/docs/runbook.md"
        folder = "https://github.com/example/fork/blob/v1.2.3/docs"
        for link, expected in (
            ("operate.md#set-a-parameter", f"{folder}/operate.md#set-a-parameter"),
            ("reference/errors.md", f"{folder}/reference/errors.md"),
            ("../SECURITY.md", "https://github.com/example/fork/blob/v1.2.3/SECURITY.md"),
            ("#failures", "#failures"),
            ("https://docs.aws.amazon.com/a.html#b", "https://docs.aws.amazon.com/a.html#b"),
        ):
            with self.subTest(link):
                text = package.with_absolute_links(f"See [a]({link}) and\n`x[](y z)`.", url)
                self.assertEqual(text, f"See [a]({expected}) and\n`x[](y z)`.")
        runbook = (stack.ROOT / "docs" / "runbook.md").read_text()
        links = re.findall(r"\]\(([^)]*)\)", package.with_absolute_links(runbook, url))
        self.assertEqual([one for one in links if not one.startswith(("#", "https://"))], [])

    def test_the_sbom_lists_exactly_the_crates_in_the_binary(self):
        sbom = json.loads((package.DIST / f"{NAME}.cdx.json").read_text())
        listed = {(one["name"], one["version"]) for one in sbom["components"]}
        function = {("controltower-trusted-access", package.version())}
        self.assertEqual(listed | function, package.linked(ARCHITECTURE))
        self.assertIn("aws-sdk-organizations", {name for name, _ in listed})
        # Dependencies of the tests and of procedural macros are not linked into the binary.
        self.assertFalse({"proptest", "winterbaume-core", "syn", "quote"} & {name for name, _ in listed})
        declared = {one["bom-ref"] for one in [*sbom["components"], sbom["metadata"]["component"]]}
        referenced = {one for entry in sbom["dependencies"] for one in [entry["ref"], *entry["dependsOn"]]}
        self.assertLessEqual(referenced, declared)
        self.assertNotIn(str(stack.ROOT), json.dumps(sbom))


class JoinArchitectures(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def create_dist(self, architecture, files):
        folder = self.folder / architecture
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        checksums = [f"{hashlib.sha256(content.encode()).hexdigest()}  {name}\n" for name, content in files.items()]
        (folder / "SHA256SUMS").write_text("".join(checksums))
        return folder

    def join(self, *folders):
        command = [sys.executable, SCRIPTS / "join.py", self.folder / "dist", *folders]
        return subprocess.run(command, capture_output=True, text=True)

    def assert_refused(self, process, message):
        self.assertEqual(process.returncode, 1)
        self.assertIn(message, process.stderr)
        self.assertNotIn("Traceback", process.stderr)

    def test_two_architectures_are_joined_with_one_list_of_checksums(self):
        folders = [
            self.create_dist(one, {f"{one}.zip": one, "forwarder.yaml": "shared"}) for one in ("arm64", "x86_64")
        ]
        self.assertEqual(self.join(*folders).returncode, 0)
        check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=self.folder / "dist", capture_output=True, text=True)
        self.assertEqual(check.stdout.splitlines(), ["arm64.zip: OK", "forwarder.yaml: OK", "x86_64.zip: OK"])

    def test_a_shared_file_that_differs_is_refused(self):
        folders = [self.create_dist(one, {"forwarder.yaml": one}) for one in ("arm64", "x86_64")]
        self.assert_refused(self.join(*folders), "forwarder.yaml differs")

    def test_a_file_that_does_not_match_its_checksum_is_refused(self):
        folder = self.create_dist("arm64", {"arm64.zip": "arm64"})
        (folder / "arm64.zip").write_text("changed")
        self.assert_refused(self.join(folder), "arm64.zip")


if __name__ == "__main__":
    unittest.main()
