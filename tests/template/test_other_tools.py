"""Deploys the Terraform and Landing Zone Accelerator blocks of docs/deploy.md, and reads the example of samconfig.toml."""

import re
import tomllib
import unittest

import hcl2
import yaml
from hcl2.utils import SerializationOptions
from samcli.cli.types import CfnParameterOverridesType

import stack

PAGE = (stack.ROOT / "docs" / "deploy.md").read_text()
CHOSEN = {"Mode": "audit", "NotificationEmail": "ops@example.com", "LandingZoneRegion": "eu-west-1"}
BUCKET = "amzn-s3-demo-bucket"


def block(language):
    found, = re.findall(f"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def deploy_from_bucket(parameters, capabilities):
    """Creates the stack from plain.yaml in a bucket, as both tools do, and returns the values that it got."""
    with stack.mock_aws():
        storage = stack.boto3.client("s3", region_name="us-east-1")
        stack.upload_code()
        code = storage.get_object(Bucket="code", Key="function.zip")["Body"].read()
        storage.create_bucket(Bucket=BUCKET)
        storage.put_object(Bucket=BUCKET, Key=parameters["CodeS3Key"], Body=code)
        storage.put_object(Bucket=BUCKET, Key="plain.yaml", Body=(stack.ROOT / "plain.yaml").read_bytes())
        client = stack.boto3.client("cloudformation", region_name="us-east-1")
        client.create_stack(
            StackName=stack.STACK_NAME, TemplateURL=f"https://{BUCKET}.s3.us-east-1.amazonaws.com/plain.yaml",
            Capabilities=capabilities, Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        described, = client.describe_stacks(StackName=stack.STACK_NAME)["Stacks"]
        function = client.describe_stack_resource(StackName=stack.STACK_NAME, LogicalResourceId="Function")
        assert function["StackResourceDetail"]["PhysicalResourceId"]
        return {one["ParameterKey"]: one["ParameterValue"] for one in described["Parameters"]}


class Terraform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        options = SerializationOptions(strip_string_quotes=True, explicit_blocks=False)
        resources = hcl2.loads(block("hcl"), serialization_options=options)["resource"]
        cls.resources = {name: value for one in resources for kind in one.values() for name, value in kind.items()}
        cls.stack = cls.resources["controltower_trusted_access"]

    def value(self, text):
        """Returns a value with the references to the two uploads filled in; the checksum in a key is not computed."""
        objects = {f"aws_s3_object.{name}.{key}": self.resources[name][key] for name in ("code", "template") for key in ("bucket", "key")}
        objects["aws_s3_object.template.key"] = "plain.yaml"
        objects["aws_s3_object.code.key"] = "function.zip"
        return re.sub(r"\$\{([\w.]+)\}", lambda found: objects[found[1]], text)

    def test_the_stack_of_terraform_is_deployed_with_these_values(self):
        self.assertEqual(self.value(self.stack["template_url"]), f"https://{BUCKET}.s3.us-east-1.amazonaws.com/plain.yaml")
        parameters = {name: self.value(value) for name, value in self.stack["parameters"].items()}
        deployed = deploy_from_bucket(parameters, self.stack["capabilities"])
        self.assertEqual(parameters, {"CodeS3Bucket": BUCKET, "CodeS3Key": "function.zip"} | CHOSEN)
        self.assertEqual({name: deployed[name] for name in parameters}, parameters)

    def test_the_uploads_are_the_files_of_the_bundle_and_their_keys_are_checksums(self):
        self.assertEqual(self.resources["template"]["source"], "${local.bundle}/plain.yaml")
        self.assertEqual(self.resources["code"]["source"], "${local.code}")
        for name in ("code", "template"):
            self.assertIn("filesha256(", self.resources[name]["key"])

    def test_the_old_code_stays_until_the_stack_is_updated(self):
        # A new key replaces the object. Terraform would delete the old one first, and a rollback of the stack would not find it.
        self.assertEqual(self.resources["code"]["lifecycle"], [{"create_before_destroy": True}])


class LandingZoneAccelerator(unittest.TestCase):
    def test_the_stack_set_of_the_accelerator_is_deployed_with_these_values(self):
        # The block was validated with customizations-config.json of the accelerator's release 1.15.5.
        one, = yaml.safe_load(block("yaml"))["customizations"]["cloudFormationStackSets"]
        self.assertEqual((one["regions"], one["deploymentTargets"]), (["us-east-1"], {"accounts": ["Management"]}))
        parameters = {parameter["name"]: parameter["value"] for parameter in one["parameters"]}
        deployed = deploy_from_bucket(parameters, one["capabilities"])
        self.assertEqual({name: deployed[name] for name in CHOSEN}, CHOSEN)


class SamConfiguration(unittest.TestCase):
    def test_the_example_of_samconfig_keeps_a_value_with_spaces(self):
        line, = re.findall("^# (parameter_overrides = .+)$", (stack.ROOT / "samconfig.toml").read_text(), re.MULTILINE)
        overrides = CfnParameterOverridesType().convert(tomllib.loads(line)["parameter_overrides"], None, None)
        self.assertEqual(overrides, {"Mode": "audit", "ScheduleExpression": "rate(2 hours)", "NotificationEmail": "ops@example.com"})


if __name__ == "__main__":
    unittest.main()
