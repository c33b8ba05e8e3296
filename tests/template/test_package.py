"""What a release attaches, as `make package` leaves it in dist/."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path

import stack

sys.path += [str(stack.ROOT / "tests" / "emulators"), str(stack.ROOT / "release")]
import package  # noqa: E402
import services  # noqa: E402

ARCHITECTURE = os.environ["ARCHITECTURE"]
BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
TEMPLATE = package.DIST / f"template-{ARCHITECTURE}.yaml"
NAME = f"controltower-trusted-access-{package.version()}-{ARCHITECTURE}"


class Package(unittest.TestCase):
    maxDiff = None

    def test_it_holds_these_files_and_the_checksum_of_each(self):
        files = {"LICENSE", "forwarder.yaml", "runbook.md", TEMPLATE.name, f"{NAME}.zip", f"{NAME}.cdx.json"}
        self.assertEqual({file.name for file in package.DIST.iterdir()}, files | {"SHA256SUMS"})
        sums = dict(reversed(line.split("  ")) for line in (package.DIST / "SHA256SUMS").read_text().splitlines())
        self.assertEqual(sums, {
            file: hashlib.sha256((package.DIST / file).read_bytes()).hexdigest() for file in files
        })

    def test_the_zip_holds_the_tested_binary_and_nothing_else(self):
        with zipfile.ZipFile(package.DIST / f"{NAME}.zip") as archive:
            self.assertEqual(archive.namelist(), ["bootstrap"])
            self.assertEqual(archive.read("bootstrap"), BOOTSTRAP.read_bytes())
            self.assertTrue(archive.getinfo("bootstrap").external_attr >> 16 & 0o111)

    def test_sam_packages_the_template_without_a_build_and_with_no_file_but_the_zip(self):
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

    def test_the_template_is_for_the_architecture_of_the_zip_and_otherwise_the_repositorys(self):
        released = stack.yaml_parse(TEMPLATE.read_text())
        architecture = released["Parameters"]["Architecture"]
        self.assertEqual((architecture["Default"], architecture["AllowedValues"]), (ARCHITECTURE, [ARCHITECTURE]))
        source = stack.template()
        for template in (released, source):
            function = template["Resources"]["Function"]
            del function["Properties"]["CodeUri"], function["Metadata"]
            for key in ("Default", "AllowedValues"):
                del template["Parameters"]["Architecture"][key]
            for key in ("LicenseUrl", "ReadmeUrl"):
                template["Metadata"]["AWS::ServerlessRepo::Application"].pop(key, None)
        self.assertEqual(released, source)

    def test_the_bill_of_materials_lists_the_crates_of_the_binary_and_no_others(self):
        bill = json.loads((package.DIST / f"{NAME}.cdx.json").read_text())
        listed = {(one["name"], one["version"]) for one in bill["components"]}
        itself = {("controltower-trusted-access", package.version())}
        self.assertEqual(listed | itself, package.linked(ARCHITECTURE))
        self.assertIn("aws-sdk-organizations", {name for name, _ in listed})
        # What only tests need, and what only macros do.
        self.assertFalse({"proptest", "winterbaume-core", "syn", "quote"} & {name for name, _ in listed})
        known = {one["bom-ref"] for one in [*bill["components"], bill["metadata"]["component"]]}
        named = {one for entry in bill["dependencies"] for one in [entry["ref"], *entry["dependsOn"]]}
        self.assertLessEqual(named, known)
        self.assertNotIn(str(stack.ROOT), json.dumps(bill))


class BothArchitectures(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def packaged(self, architecture, files):
        folder = self.folder / architecture
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_text(content)
        sums = [f"{hashlib.sha256(content.encode()).hexdigest()}  {name}\n" for name, content in files.items()]
        (folder / "SHA256SUMS").write_text("".join(sums))
        return folder

    def join(self, *folders):
        script = [sys.executable, stack.ROOT / "release" / "join.py", self.folder / "dist", *folders]
        return subprocess.run(script, capture_output=True, text=True)

    def test_are_joined_with_one_list_of_checksums(self):
        both = [self.packaged(one, {f"{one}.zip": one, "forwarder.yaml": "the same"}) for one in ("arm64", "x86_64")]
        self.assertEqual(self.join(*both).returncode, 0)
        check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=self.folder / "dist", capture_output=True, text=True)
        self.assertEqual(check.stdout.splitlines(), ["arm64.zip: OK", "forwarder.yaml: OK", "x86_64.zip: OK"])

    def test_are_refused_where_a_shared_file_differs(self):
        both = [self.packaged(one, {"forwarder.yaml": one}) for one in ("arm64", "x86_64")]
        self.assertIn("forwarder.yaml differs", self.join(*both).stderr)

    def test_are_refused_where_a_file_is_not_what_its_checksum_says(self):
        one = self.packaged("arm64", {"arm64.zip": "arm64"})
        (one / "arm64.zip").write_text("another")
        refused = self.join(one)
        self.assertEqual((refused.returncode, "package it again" in refused.stderr), (1, True))


if __name__ == "__main__":
    unittest.main()
