"""Follows the README and docs/deploy.md from an empty folder, with the release files of `make package`, SAM and moto.

`curl` takes the files from dist/ instead of GitHub. Everything else that the blocks call is the real tool.
"""

import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import unittest
from pathlib import Path

import stack
import test_recipes as recipes
import updates  # noqa: F401  (updates a stack as CloudFormation does)
from test_recipes import documents

ARCHITECTURE = os.environ["ARCHITECTURE"]
DIST = stack.ROOT / "dist"
HOME_REGION = "controltower POST /list-landingzones"
BUNDLE = f"controltower-trusted-access-{ARCHITECTURE}.tar.gz"
CURL = """#!/bin/sh
# Downloads the files in the braces of the last argument, as `curl -fLO` does.
for url; do :; done
names=${url##*/\\{}
for name in $(echo "${names%\\}}" | tr , ' '); do cp "$DIST/$name" . || exit 22; done
"""


def section(page, heading):
    return (stack.ROOT / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def blocks(page, heading):
    """Returns the blocks below a heading, for the architecture of dist/."""
    return [code.replace("arm64", ARCHITECTURE) for code in documents.blocks(section(page, heading))]


class FirstDeployment(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.aws = recipes.RecordedAws(cls)
        cls.shells = recipes.Shells(cls, cls.aws.url)
        (cls.shells.path / "cp").symlink_to(shutil.which("cp"))
        (cls.shells.path / "tar").unlink()
        for name, real in (("tar", shutil.which("tar")), ("gzip", shutil.which("gzip"))):
            (cls.shells.path / name).symlink_to(real)
        (cls.shells.path / "sam").unlink()
        (cls.shells.path / "sam").symlink_to(Path(recipes.sys.executable).with_name("sam"))
        cls.shells.write_tool("curl", CURL)
        cls.shells.environment |= {"DIST": str(DIST), "SAM_CLI_TELEMETRY": "0"}

    def setUp(self):
        self.aws.reset()
        recipes.create_stack_of_sam(stack.boto3.client("cloudformation", region_name="us-east-1"))
        self.aws.calls.clear()
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def follow(self, shell, script):
        """Runs a block in the folder of the deployment, and answers the question of sam."""
        return self.shells.run(shell, script, self.folder, answers="y\n")

    def release_folder(self):
        """Returns the path of a release that is used instead of dist/ until the end of the test."""
        self.addCleanup(self.shells.environment.__setitem__, "DIST", str(DIST))
        self.shells.environment["DIST"] = str(Path(self.folder, "release"))
        return Path(self.folder, "release")

    def assert_deployed(self, email="ops@example.com", home_region="eu-west-1"):
        client = stack.boto3.client("cloudformation", region_name="us-east-1")
        described, = client.describe_stacks(StackName=stack.STACK_NAME)["Stacks"]
        values = {one["ParameterKey"]: one["ParameterValue"] for one in described["Parameters"]}
        chosen = {name: values[name] for name in ("Mode", "NotificationEmail", "LandingZoneRegion", "Architecture")}
        self.assertEqual(chosen, {
            "Mode": "audit", "NotificationEmail": email, "LandingZoneRegion": home_region, "Architecture": ARCHITECTURE,
        })
        function = client.describe_stack_resource(StackName=stack.STACK_NAME, LogicalResourceId="Function")
        name = function["StackResourceDetail"]["PhysicalResourceId"]
        deployed = stack.boto3.client("lambda", region_name="us-east-1").get_function(FunctionName=name)["Configuration"]
        with tarfile.open(DIST / BUNDLE) as bundle:
            code = bundle.extractfile(f"controltower-trusted-access/controltower-trusted-access-{ARCHITECTURE}.zip").read()
        self.assertEqual(deployed["CodeSize"], len(code))
        self.assertEqual(deployed["Environment"]["Variables"]["MODE"], "audit")

    def test_the_block_of_the_readme_deploys_the_release_in_audit_mode(self):
        block, = blocks("README.md", "Deploy")
        done = self.follow("bash", block)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_deployed()

    def test_three_commands_of_the_deployment_page_and_the_first_report_work_from_an_empty_folder(self):
        commands = blocks("docs/deploy.md", "Five minutes")
        self.assertEqual([re.findall("^(?:curl|sha256sum|sam)", one, re.MULTILINE) for one in commands], [["curl"], ["sha256sum"], ["sam"]])
        variables = "STACK=controltower-trusted-access\nREGION=us-east-1\n"
        for script in [*commands, *blocks("docs/deploy.md", "Protect the stack from deletion"), *blocks("docs/deploy.md", "Look at the first report")]:
            done = self.follow("zsh", variables + script)
            self.assertEqual(done.returncode, 0, script + done.stdout + done.stderr)
        self.assert_deployed()

    def test_a_changed_bundle_is_not_unpacked_and_not_deployed(self):
        release = self.release_folder()
        shutil.copytree(DIST, release)
        with open(release / BUNDLE, "ab") as bundle:
            bundle.write(b"x")
        block, = blocks("README.md", "Deploy")
        done = self.follow("bash", block)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("FAILED", done.stdout)
        self.assertFalse(Path(self.folder, "controltower-trusted-access").exists())
        self.assertEqual([call.name for call in self.aws.calls], [HOME_REGION])

    def test_the_files_of_an_earlier_download_are_not_deployed_if_the_new_one_fails(self):
        shutil.copytree(DIST, self.folder, dirs_exist_ok=True)
        self.release_folder().mkdir()
        block, = blocks("README.md", "Deploy")
        for shell in self.shells.shells:
            self.aws.calls.clear()
            done = self.shells.run(shell, block, self.folder, answers="y\n", pasted=True)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual([call.name for call in self.aws.calls], [HOME_REGION])

    def test_the_address_and_the_home_region_may_be_empty(self):
        block = re.sub("(EMAIL|HOME_REGION)=.+", r"\1=", blocks("README.md", "Deploy")[0])
        self.assertIn("EMAIL=\nHOME_REGION=\n", block)
        done = self.follow("bash", block)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_deployed(email="", home_region="")

    def test_an_upgrade_with_sam_keeps_every_value_but_the_address_of_the_runbook(self):
        stack.upload_code()
        client = stack.boto3.client("cloudformation", region_name="us-east-1")
        old = {"Mode": "enforce", "NotificationEmail": "old@example.com", "ScheduleExpression": "rate(2 hours)",
               "Architecture": ARCHITECTURE, "RunbookUrl": "https://github.com/example/fork/blob/v0.0.1/docs/runbook.md"}
        recipes.create(client, stack.STACK_NAME, stack.json.dumps(stack.translate()), old)
        shutil.copytree(DIST, self.folder, dirs_exist_ok=True)
        block, = [code for code in blocks("docs/operate.md", "Upgrade") if "tar -xzf" in code]
        for shell in self.shells.shells:
            self.aws.calls.clear()
            done = self.follow(shell, f"STACK=controltower-trusted-access\nREGION=us-east-1\n{block}")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            sent, = [call for call in self.aws.calls if call.name == "cloudformation CreateChangeSet"]
            released = stack.yaml_parse(Path(self.folder, "controltower-trusted-access", "template.yaml").read_text())
            kept = dict.fromkeys(released["Parameters"], True)
            self.assertEqual(sent.stack_parameters(), kept | {"RunbookUrl": released["Parameters"]["RunbookUrl"]["Default"]})

    def test_the_plain_template_and_the_aws_cli_deploy_the_code_of_the_release(self):
        block, = [code for code in blocks("docs/deploy.md", "Ways to deploy") if "aws s3 cp" in code and "stack-set" not in code]
        stack.boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="amzn-s3-demo-bucket")
        with tarfile.open(DIST / BUNDLE) as bundle:
            bundle.extractall(self.folder, filter="data")
        done = self.follow("bash", f"STACK=controltower-trusted-access\nREGION=us-east-1\n{block}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assert_deployed()
        uploaded = stack.boto3.client("s3", region_name="us-east-1").list_objects_v2(Bucket="amzn-s3-demo-bucket")["Contents"]
        zip_file = Path(self.folder, "controltower-trusted-access", f"controltower-trusted-access-{ARCHITECTURE}.zip")
        self.assertIn(f"{hashlib.sha256(zip_file.read_bytes()).hexdigest()}.zip", [one["Key"] for one in uploaded])


if __name__ == "__main__":
    unittest.main()
