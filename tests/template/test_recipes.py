"""Runs every `sh` block of the documents that calls AWS, in bash and in zsh, with the AWS CLI against moto.

The blocks of a page run in the order of the page, each in a shell of its own, on a stack that was deployed before. Other
tools are stubs: tests/docs runs the blocks that only call those.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

import stack
import updates  # noqa: F401  (updates a stack as CloudFormation does)
from recorded_aws import RecordedAws, error, read_template, xml

sys.path.append(str(stack.ROOT / "tests" / "docs"))
import test_shell_blocks as documents  # noqa: E402

REGION, HOME_REGION = "us-east-1", "eu-west-1"
LOG_GROUP = "controltower-trusted-access-FunctionLogGroup-1A2B3C4D5E6F"
ADDRESS = "ops@example.com"
STUBS = Path(__file__).parent / "stubs"
REAL_TOOLS = [*documents.HARMLESS, "grep", "sha256sum", "true"]
OTHER_TOOLS = sorted(set(documents.STUBBED) - {"aws", "sleep", *REAL_TOOLS})
EXECUTE = "cloudformation ExecuteChangeSet"
READS = {"cloudformation DescribeStacks", "cloudformation GetTemplate"}
DENIED = error(403, "AccessDenied", "not authorized")


def in_status(status):
    member = f"<StackName>x</StackName><CreationTime>2026-11-20T00:00:00Z</CreationTime><StackStatus>{status}</StackStatus>"
    return xml("DescribeStacks", f"<Stacks><member>{member}</member></Stacks>")


UPDATED, ROLLED_BACK = in_status("UPDATE_COMPLETE"), in_status("UPDATE_ROLLBACK_COMPLETE")
# Writes the file that `--output` names.
CURL = '#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = --output ] && echo code >"$2"; shift; done\n'
PARAMETERS = {
    "CodeS3Bucket": "code", "CodeS3Key": "function.zip", "NotificationEmail": ADDRESS, "LandingZoneRegion": HOME_REGION,
    "ScheduleExpression": "rate(2 hours)", "WatchPrincipals": "config.amazonaws.com, sso.amazonaws.com",
}


class Shells:
    """The two shells, the server of the AWS CLI, and a folder with the tools that a block finds."""

    def __init__(self, test, url):
        self.shells = documents.shells()
        self.folder = Path(test.enterClassContext(tempfile.TemporaryDirectory()))
        self.path = self.folder / "bin"
        self.path.mkdir()
        client = (STUBS / "aws").read_text()
        self.write_tool("aws", f"#!{sys.executable} -ISE\n" + client.partition("\n")[2])
        for name in OTHER_TOOLS:
            self.write_tool(name, "#!/bin/sh\necho stub\n")
        # A pause would only slow the test down.
        self.write_tool("sleep", "#!/bin/sh\n")
        self.write_tool("curl", CURL)
        for name in REAL_TOOLS:
            (self.path / name).symlink_to(shutil.which(name))
        socket = str(self.folder / "socket")
        self.environment = {
            **{name: value for name, value in os.environ.items() if name.startswith("AWS_")},
            "PATH": str(self.path), "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "AWS_CLI_SOCKET": socket, "AWS_ENDPOINT_URL": url,
            "AWS_MAX_ATTEMPTS": "1",
            # A Region without a stack, so that a call fails if its block forgets the Region.
            "AWS_DEFAULT_REGION": "us-west-1",
        }
        server = [sys.executable, Path(__file__).with_name("aws_cli.py"), socket]
        process = subprocess.Popen(server, env=self.environment, stdout=subprocess.PIPE, text=True)
        test.addClassCleanup(process.communicate)
        test.addClassCleanup(process.terminate)
        assert process.stdout.readline() == "ready\n"

    def write_tool(self, name, text):
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def run(self, shell, script, folder, answers="", pasted=False):
        """Runs a script. A pasted one goes on after a command that failed, as an interactive shell does."""
        command = [*self.shells[shell][:-1], self.shells[shell][-1].replace("e", "" if pasted else "e"), script]
        return subprocess.run(
            command, cwd=folder, env=self.environment, input=answers, capture_output=True, text=True, timeout=300,
        )


def deploy_everything(aws):
    """Deploys the stack, its forwarder and the policy into an empty moto, and what the recipes expect beside them."""
    aws.reset()
    stack.upload_code()
    stack.boto3.client("s3", region_name=REGION).create_bucket(Bucket="amzn-s3-demo-bucket")
    client = stack.boto3.client("cloudformation", region_name=REGION)
    create(client, stack.STACK_NAME, (stack.ROOT / "plain.yaml").read_text(), PARAMETERS)
    create(client, "controltower-trusted-access-prevention", (stack.ROOT / "prevention.yaml").read_text(), {"BreakGlassRole": "another"})
    forwarder = stack.boto3.client("cloudformation", region_name=HOME_REGION)
    create(forwarder, "controltower-trusted-access-forwarder", (stack.ROOT / "forwarder.yaml").read_text(), {})
    trail = stack.boto3.client("cloudtrail", region_name=REGION)
    trail.create_trail(Name="management", S3BucketName="code")
    trail.start_logging(Name="management")
    stack.boto3.client("organizations", region_name=REGION).create_organization(FeatureSet="ALL")
    stack.boto3.client("logs", region_name=REGION).create_log_group(logGroupName=LOG_GROUP)
    stack.boto3.client("iam", region_name=REGION).create_role(RoleName="terraform", AssumeRolePolicyDocument="{}")
    aws.calls.clear()


def unpack_release(folder):
    """Puts what a recipe needs of a release into its working directory: a download, and the folder that it unpacks to."""
    bundle = folder / "controltower-trusted-access"
    bundle.mkdir()
    for file in stack.ROOT.glob("*.yaml"):
        (bundle / file.name).symlink_to(file)
    for file in (bundle / "controltower-trusted-access-arm64.zip", folder / "controltower-trusted-access-arm64.tar.gz"):
        file.write_bytes(b"archive")
        (file.parent / "SHA256SUMS").write_text(f"{hashlib.sha256(b'archive').hexdigest()}  {file.name}\n")


def create(client, name, body, parameters):
    client.create_stack(
        StackName=name, TemplateBody=body, Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


def create_stack_of_sam(client):
    """Creates the stack in which SAM keeps its bucket. moto cannot: it does not support the policy of the bucket."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "of-sam"}}
    template = {"Resources": {"SamCliSourceBucket": bucket}, "Outputs": {"SourceBucket": {"Value": {"Ref": "SamCliSourceBucket"}}}}
    client.create_stack(
        StackName="aws-sam-cli-managed-default", TemplateBody=stack.json.dumps(template),
        Tags=[{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
    )


def pages():
    """Returns the numbered scripts that call AWS, by page."""
    found = {}
    for page, number, script in documents.scripts():
        if re.search(r"\baws [a-z]", script):
            found.setdefault(str(page), []).append((number, script))
    return found


def messages(stderr):
    """Returns the lines on stderr without the progress of an upload."""
    return [line for line in stderr.replace("\r", "\n").splitlines() if line.strip() and not line.startswith("Uploading to ")]


def without_random_part(name):
    """Returns the name of a call without the part of a physical ID, or of a template's key, that differs between stacks."""
    return re.sub(r"-[A-Z0-9]{12}\b|[0-9a-f]{32}", "", name)


class Recipes(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.aws = RecordedAws(cls)
        cls.shells = Shells(cls, cls.aws.url)

    def run_script(self, shell, script, **options):
        with tempfile.TemporaryDirectory() as folder:
            unpack_release(Path(folder))
            self.aws.calls.clear()
            done = self.shells.run(shell, script, folder, **options)
            return done, list(self.aws.calls)

    def test_every_recipe_works_in_both_shells_and_sends_the_same(self):
        sent = {}
        for shell in self.shells.shells:
            for page, scripts in pages().items():
                deploy_everything(self.aws)
                for number, script in scripts:
                    with self.subTest(page=page, block=number, shell=shell):
                        done, calls = self.run_script(shell, script)
                        self.assertEqual((done.returncode, messages(done.stderr)), (0, []), script)
                        sent.setdefault((page, number), []).append([without_random_part(call.name) for call in calls])
        for place, (in_bash, in_zsh) in sent.items():
            with self.subTest(place):
                self.assertEqual(in_bash, in_zsh)

    def recipe(self, page, heading, number=0):
        """Returns the script of a block below a heading, with the variables of the page."""
        section = (stack.ROOT / page).read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        return "STACK=controltower-trusted-access\nREGION=us-east-1\n" + list(documents.blocks(section))[number]

    def set_parameter(self, shell, name, value):
        script = self.recipe("docs/operate.md", "Set a parameter")
        self.assertIn("NAME=Mode\nVALUE=audit\n", script)
        return self.run_script(shell, script.replace("NAME=Mode\nVALUE=audit\n", f"NAME={name}\nVALUE='{value}'\n"))

    def stack_values(self):
        client = stack.boto3.client("cloudformation", region_name=REGION)
        described, = client.describe_stacks(StackName=stack.STACK_NAME)["Stacks"]
        return {one["ParameterKey"]: one["ParameterValue"] for one in described["Parameters"]}

    def test_setting_a_parameter_keeps_the_template_and_all_other_values(self):
        for shell in self.shells.shells:
            deploy_everything(self.aws)
            expected = self.stack_values()
            for name, value in (
                ("ScheduleExpression", "rate(12 hours)"), ("WatchPrincipals", "sso.amazonaws.com, ram.amazonaws.com"),
                ("RunbookUrl", "https://wiki.example.com/a/b?page=1&lang=en"), ("NotificationEmail", ""), ("Mode", "enforce"),
            ):
                with self.subTest(shell=shell, name=name):
                    done, calls = self.set_parameter(shell, name, value)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    sent, = [call for call in calls if call.name == "cloudformation CreateChangeSet"]
                    others = {key: True for key in expected if key != name}
                    self.assertEqual(sent.stack_parameters(), others | {name: value})
                    template = read_template(sent.parameters["TemplateURL"], account_id=stack.ACCOUNT, partition="aws")
                    self.assertEqual(template.strip(), (stack.ROOT / "plain.yaml").read_text().strip())
                    expected |= {name: value}
                    self.assertEqual(self.stack_values(), expected)

    def test_a_stack_of_sam_uses_the_bucket_of_sam(self):
        for shell in self.shells.shells:
            self.aws.reset()
            stack.upload_code()
            client = stack.boto3.client("cloudformation", region_name=REGION)
            create_stack_of_sam(client)
            create(client, stack.STACK_NAME, yaml.safe_dump(stack.json.loads(stack.json.dumps(stack.translate()))), {"NotificationEmail": ADDRESS})
            done, calls = self.set_parameter(shell, "Mode", "enforce")
            self.assertEqual(done.returncode, 0, done.stderr)
            sent, = [call for call in calls if call.name == "cloudformation CreateChangeSet"]
            self.assertIn("/of-sam/", sent.parameters["TemplateURL"])
            self.assertEqual(self.stack_values()["NotificationEmail"], ADDRESS)

    def test_a_pasted_recipe_stops_at_the_first_error_if_the_stack_cannot_be_read(self):
        for heading, number, refused in (("Set a parameter", 0, "GetTemplate"), ("Restore changed resources", 1, "DescribeStacks")):
            for shell in self.shells.shells:
                with self.subTest(heading, shell=shell):
                    deploy_everything(self.aws)
                    self.aws.replies[f"cloudformation {refused}"] = DENIED
                    done, calls = self.run_script(shell, self.recipe("docs/operate.md", heading, number), pasted=True)
                    self.assertNotEqual(done.returncode, 0)
                    message, = messages(done.stderr)
                    self.assertIn(f"AccessDenied) when calling the {refused} operation", message)
                    self.assertEqual({call.name for call in calls} - READS, set())

    def test_a_failed_update_ends_the_recipe_at_once(self):
        for heading, number in (("Set a parameter", 0), ("Restore changed resources", 2)):
            for shell in self.shells.shells:
                with self.subTest(heading, shell=shell):
                    deploy_everything(self.aws)
                    self.aws.replies["cloudformation DescribeStacks"] = lambda call: ROLLED_BACK(call) if self.executed() else None
                    done, calls = self.run_script(shell, self.recipe("docs/operate.md", heading, number), pasted=True)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertTrue(self.executed())
                    after = [call.name for call in calls][[call.name for call in calls].index(EXECUTE) + 1:]
                    self.assertEqual(after, ["cloudformation DescribeStacks"])

    def executed(self):
        return EXECUTE in [call.name for call in self.aws.calls]

    def test_restoring_waits_for_the_drift_and_shows_the_changes_before_it_executes_them(self):
        for shell in self.shells.shells:
            deploy_everything(self.aws)
            kept = dict.fromkeys(self.stack_values(), True)
            self.aws.replies["cloudformation DescribeStacks"] = lambda call: UPDATED(call) if self.executed() else None
            calls = [self.run_script(shell, self.recipe("docs/operate.md", "Restore changed resources", number))[1] for number in range(3)]
            status, drifts = "cloudformation DescribeStackDriftDetectionStatus", "cloudformation DescribeStackResourceDrifts"
            self.assertEqual([call.name for call in calls[0]], ["cloudformation DetectStackDrift", status, status, drifts])
            sent, = [call for call in calls[1] if call.name == "cloudformation CreateChangeSet"]
            self.assertEqual((sent.parameters["DeploymentMode"], sent.parameters["UsePreviousTemplate"]), ("REVERT_DRIFT", "true"))
            self.assertEqual(sent.stack_parameters(), kept)
            self.assertEqual(calls[1][-1].name, "cloudformation DescribeChangeSet")
            self.assertEqual([EXECUTE in [call.name for call in one] for one in calls], [False, False, True])

    def test_a_deleted_subscription_is_subscribed_again_with_the_address_of_the_stack(self):
        for shell in self.shells.shells:
            deploy_everything(self.aws)
            topics = stack.boto3.client("sns", region_name=REGION)
            for one in topics.list_subscriptions()["Subscriptions"]:
                topics.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
            done, _ = self.run_script(shell, self.recipe("docs/operate.md", "Restore changed resources", 4))
            self.assertEqual(done.returncode, 0, done.stderr)
            client = stack.boto3.client("cloudformation", region_name=REGION)
            topic = client.describe_stack_resource(StackName=stack.STACK_NAME, LogicalResourceId="Topic")
            restored, = topics.list_subscriptions()["Subscriptions"]
            self.assertEqual(
                (restored["Endpoint"], restored["TopicArn"]), (ADDRESS, topic["StackResourceDetail"]["PhysicalResourceId"]),
            )


if __name__ == "__main__":
    unittest.main()
