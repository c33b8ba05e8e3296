"""Tests the bundle that `make package` writes to dist/."""

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
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
NAME = f"controltower-trusted-access-{ARCHITECTURE}"
BUNDLE = package.DIST / f"{NAME}.tar.gz"
FILES = {
    f"{NAME}.zip", f"{NAME}.cdx.json", "template.yaml", "plain.yaml", "forwarder.yaml", "prevention.yaml", "README.md", "CHANGELOG.md",
    "LICENSE", "THIRD-PARTY-LICENSES.txt", "SHA256SUMS",
}
TAG = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "example/fork", "GITHUB_REF_NAME": "v1.2.3",
       "GITHUB_REF_TYPE": "tag"}
TAG_URL = "https://github.com/example/fork/blob/v1.2.3/"


def repository_files(folder):
    """Returns the paths of a folder's files in the repository, without files that git ignores or does not know."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=stack.ROOT, check=True, capture_output=True, text=True)
    return set(listed.stdout.splitlines())


def without_code(text):
    """Returns Markdown text without its blocks and spans of code, which contain no links."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))


def links(text):
    return re.findall(r"\]\(([^)\s]+)\)", without_code(text)) + re.findall(r'(?:src|href)="([^"]+)"', text)


def anchors(text):
    """Returns the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))
    texts = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w -]", "", one.lower()).strip().replace(" ", "-") for one in texts}


class Bundle(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        subprocess.run(["tar", "-xzf", BUNDLE, "-C", folder], check=True)
        cls.folder = Path(folder, "controltower-trusted-access")

    def test_the_bundle_is_one_folder_with_exactly_these_files_and_all_documents(self):
        with tarfile.open(BUNDLE) as archive:
            names = [entry.name for entry in archive]
        expected = FILES | repository_files("docs")
        self.assertEqual(names, sorted(f"controltower-trusted-access/{name}" for name in expected))

    def test_the_checksums_of_the_bundle_and_of_its_files_verify(self):
        for folder, count in ((self.folder, len(FILES | repository_files("docs")) - 1), (package.DIST, None)):
            check = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder, capture_output=True, text=True)
            self.assertEqual((check.returncode, check.stderr), (0, ""))
            if count:
                self.assertEqual(len(check.stdout.splitlines()), count)
        self.assertIn(f"{BUNDLE.name}: OK", check.stdout)

    def test_times_owners_and_the_order_of_the_build_leave_no_trace(self):
        with tarfile.open(BUNDLE) as archive:
            self.assertEqual({(one.mtime, one.uid, one.gid, one.uname, one.mode) for one in archive}, {(0, 0, 0, "", 0o644)})
            files = {one.name.partition("/")[2]: archive.extractfile(one).read() for one in archive}
        self.assertEqual(package.archived(dict(reversed(files.items()))), BUNDLE.read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copyfile(BOOTSTRAP, Path(folder, "other"))
            os.utime(copy, (0, 0))
            self.assertEqual(package.zipped(copy), files[f"{NAME}.zip"])

    def test_the_zip_contains_only_the_tested_binary(self):
        with zipfile.ZipFile(self.folder / f"{NAME}.zip") as archive:
            self.assertEqual(archive.namelist(), ["bootstrap"])
            self.assertEqual(archive.read("bootstrap"), BOOTSTRAP.read_bytes())
            self.assertEqual(archive.getinfo("bootstrap").external_attr >> 16 & 0o777, 0o755)

    def package_with(self, *command):
        """Returns what `sam package` or `aws cloudformation package`, run in the bundle, uploads as the code."""
        with services.moto() as endpoint:
            storage = services.boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
            storage.create_bucket(Bucket="code")
            packaged = self.folder.parent / "packaged.yaml"
            environment = services.aws_environment(endpoint) | {
                "AWS_ENDPOINT_URL": endpoint, "SAM_CLI_TELEMETRY": "0", "HOME": str(self.folder.parent),
            }
            options = ["--template-file", "template.yaml", "--s3-bucket", "code", "--output-template-file", packaged]
            subprocess.run([*command, *options], cwd=self.folder, env=environment, check=True, capture_output=True)
            uri = stack.yaml_parse(packaged.read_text())["Resources"]["Function"]["Properties"]["CodeUri"]
            return storage.get_object(Bucket="code", Key=uri.removeprefix("s3://code/"))["Body"].read()

    def test_sam_and_the_aws_cli_package_the_template_with_only_the_bundle(self):
        code = (self.folder / f"{NAME}.zip").read_bytes()
        for command in ([services.BIN / "sam", "package"], [services.BIN / "aws", "cloudformation", "package"]):
            with self.subTest(command[0].name):
                self.assertEqual(self.package_with(*command), code)

    def test_the_plain_template_deploys_the_zip_of_the_bundle_from_s3(self):
        code = (self.folder / f"{NAME}.zip").read_bytes()
        with stack.mock_aws():
            storage = stack.boto3.client("s3", region_name="us-east-1")
            storage.create_bucket(Bucket="bucket")
            storage.put_object(Bucket="bucket", Key="folder/function.zip", Body=code)
            template = stack.yaml_parse((self.folder / "plain.yaml").read_text())
            deployment = stack.create_stack(template, {"CodeS3Bucket": "bucket", "CodeS3Key": "folder/function.zip"})
            configuration = deployment.function_configuration()
        self.assertEqual(configuration["CodeSha256"], base64.b64encode(hashlib.sha256(code).digest()).decode())

    def test_the_templates_differ_from_the_repository_only_in_architecture_code_and_links(self):
        for name in ("template.yaml", "plain.yaml"):
            with self.subTest(name):
                released = stack.yaml_parse((self.folder / name).read_text())
                architecture = released["Parameters"]["Architecture"]
                self.assertEqual((architecture["Default"], architecture["AllowedValues"]), (ARCHITECTURE, [ARCHITECTURE]))
                source = stack.load_template(name)
                # moto's CloudFormation ignores this property, so no deployment can test it.
                self.assertEqual(released["Resources"]["Function"]["Properties"]["Architectures"], [{"Ref": "Architecture"}])
                for template in (released, source):
                    function = template["Resources"]["Function"]
                    if name == "template.yaml":
                        del function["Properties"]["CodeUri"], function["Metadata"]
                    for key in ("Default", "AllowedValues"):
                        del template["Parameters"]["Architecture"][key]
                    # In a release it is the runbook at the tag.
                    self.assertTrue(template["Parameters"]["RunbookUrl"].pop("Default").endswith("/docs/runbook.md"))
                self.assertEqual(released, source)

    def test_every_relative_link_of_the_documents_resolves_in_the_bundle(self):
        seen = 0
        for page in self.folder.rglob("*.md"):
            for link in links(page.read_text()):
                if re.match("[a-z]+:", link):
                    continue
                file, _, anchor = link.partition("#")
                target = page.parent / file if file else page
                with self.subTest(page=page.name, link=link):
                    self.assertTrue(target.is_file())
                    self.assertTrue(target.resolve().is_relative_to(self.folder))
                    if anchor:
                        self.assertIn(anchor, anchors(target.read_text()))
                seen += 1
        self.assertGreater(seen, 150)

    def test_every_link_to_the_repository_names_a_file_of_it(self):
        found = {
            link.removeprefix(package.repository_url()).partition("#")[0]
            for page in self.folder.rglob("*.md") for link in links(page.read_text())
            if link.startswith(package.repository_url())
        }
        self.assertIn("CONTRIBUTING.md", found)
        self.assertEqual([path for path in found if not (stack.ROOT / path).exists()], [])

    def test_the_bundle_describes_what_is_linked_into_the_binary(self):
        # test_components.py tests both documents.
        document = json.loads((self.folder / f"{NAME}.cdx.json").read_text())
        texts = (self.folder / "THIRD-PARTY-LICENSES.txt").read_text()
        for component in document["components"]:
            self.assertIn(f"{component['name']} {component['version']}: ", texts)
        self.assertGreater(len(document["components"]), 100)


class Links(unittest.TestCase):
    def test_a_release_links_to_the_files_of_its_tag(self):
        self.assertEqual(package.repository_url(TAG), TAG_URL)
        default = stack.load_template()["Parameters"]["RunbookUrl"]["Default"]
        for environment in (TAG | {"GITHUB_REF_TYPE": "branch"}, {}):
            self.assertEqual(package.repository_url(environment) + "docs/runbook.md", default)

    def test_links_to_files_that_are_not_in_the_bundle_become_absolute(self):
        files = {"docs/operate.md", "docs/reference/errors.md", "template.yaml"}
        for link, expected in (
            ("operate.md#set-a-parameter", "operate.md#set-a-parameter"),
            ("reference/errors.md", "reference/errors.md"),
            ("../template.yaml", "../template.yaml"),
            ("../SECURITY.md", f"{TAG_URL}SECURITY.md"),
            ("../tests/a.rs#L1", f"{TAG_URL}tests/a.rs#L1"),
            ("#failures", "#failures"),
            ("https://docs.aws.amazon.com/a.html#b", "https://docs.aws.amazon.com/a.html#b"),
            ("mailto:a@example.com", "mailto:a@example.com"),
        ):
            with self.subTest(link):
                text = package.with_resolving_links(f"See [a]({link}) and\n`x[](y z)`.", "docs/runbook.md", files, TAG_URL)
                self.assertEqual(text, f"See [a]({expected}) and\n`x[](y z)`.")


if __name__ == "__main__":
    unittest.main()
