"""Compares plain.yaml with what `sam deploy` makes of template.yaml."""

import itertools
import sys
import unittest

import snapshot
import stack
from test_parameters import CHOICES

sys.path.append(str(stack.ROOT / "scripts"))
import plain  # noqa: E402

CODE = {"CodeS3Bucket": "code", "CodeS3Key": "function.zip"}
CODE_PARAMETERS = {*CODE, "CodeS3ObjectVersion"}


def all_optional():
    """Returns the last value of each parameter, which switches every optional feature on."""
    return {name: values[-1] for name, values in CHOICES.items()} | {"DesiredState": "enabled", "RetainLog": "true"}


class Plain(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.plain = stack.load_template("plain.yaml")

    def test_plain_yaml_is_what_make_plain_writes(self):
        current = (stack.ROOT / "plain.yaml").read_text() == plain.plain((stack.ROOT / "template.yaml").read_text())
        self.assertTrue(current, "plain.yaml is not current. Run `make plain`.")

    def test_it_has_no_transform_and_needs_no_capability_but_iam(self):
        self.assertNotIn("Transform", self.plain)
        self.assertFalse([name for name, one in self.plain["Resources"].items() if "Serverless" in one["Type"]])
        # A named role would need CAPABILITY_NAMED_IAM.
        named = {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"}
        self.assertFalse([name for name, one in self.plain["Resources"].items() if named & set(one["Properties"])])

    def test_its_resources_are_those_that_sam_generates_for_every_region_and_value(self):
        values = [{}, all_optional(), {name: choices[0] for name, choices in CHOICES.items()}]
        for parameters, region in itertools.product(values, ("us-east-1", "us-gov-west-1")):
            with self.subTest(region=region, **parameters):
                expected = stack.translate(parameters, region)["Resources"]
                self.assertEqual(sorted(self.plain["Resources"]), sorted(expected))
                for name, resource in expected.items():
                    actual = dict(self.plain["Resources"][name])
                    if name == "Function":
                        self.assertEqual(resource["Properties"].pop("Code"), {"S3Bucket": "code", "S3Key": "function.zip"})
                        actual["Properties"] = {key: one for key, one in actual["Properties"].items() if key != "Code"}
                    # Metadata is for the tools that read a template.
                    self.assertEqual({**actual, "Metadata": None}, {**resource, "Metadata": None}, name)

    def test_everything_but_the_code_is_that_of_the_sam_template(self):
        source = stack.load_template()
        self.assertEqual(set(self.plain), set(source) - {"Transform"})
        for section in ("Description", "Rules", "Mappings", "Outputs"):
            self.assertEqual(self.plain[section], source[section], section)
        conditions = dict(self.plain["Conditions"])
        self.assertTrue(conditions.pop("HasCodeS3ObjectVersion"))
        self.assertEqual(conditions, source["Conditions"])
        parameters = dict(self.plain["Parameters"])
        self.assertEqual({name for name in parameters if name not in source["Parameters"]}, CODE_PARAMETERS)
        # `aws cloudformation deploy` and the console ask in this order.
        names = [name for name in parameters if name not in CODE_PARAMETERS]
        self.assertEqual(names, list(source["Parameters"]))
        self.assertEqual({name: parameters[name] for name in names}, source["Parameters"])

    def test_the_function_takes_its_code_from_the_parameters(self):
        self.assertEqual(self.plain["Resources"]["Function"]["Properties"]["Code"], plain.CODE)
        self.assertNotIn("Default", self.plain["Parameters"]["CodeS3Bucket"])
        self.assertNotIn("Default", self.plain["Parameters"]["CodeS3Key"])

    def test_the_comments_of_the_functions_block_are_kept(self):
        text = (stack.ROOT / "plain.yaml").read_text()
        for words in ("Two API calls with all their retries", "Only the call that undoes the desired state",
                      "Setup, update and reset need trusted access enabled", "Without Input, Scheduler sends",
                      "With the default schedule, a scheduled run has already covered"):
            self.assertEqual(text.count(words), 1, words)


class Deployed(unittest.TestCase):
    maxDiff = None

    def test_both_templates_create_the_same_in_moto_with_and_without_the_optional_features(self):
        for parameters in ({}, all_optional()):
            with self.subTest(**parameters):
                with stack.deployed(parameters) as deployment:
                    sam, sam_outputs = snapshot.of(deployment), sorted(deployment.outputs)
                    sam_ids = {name for name in deployment.ids if name}
                with stack.deployed(parameters | CODE, "plain.yaml") as deployment:
                    self.assertEqual({name for name in deployment.ids if name}, sam_ids)
                    self.assertEqual(sorted(deployment.outputs), sam_outputs)
                    created = snapshot.of(deployment)
                for service, expected in sam.items():
                    self.assertGreater(len(expected), 0, service)
                    differences = [pair for pair in itertools.zip_longest(created[service], expected) if len({*pair}) > 1]
                    self.assertEqual(differences, [], service)

    def test_a_snapshot_shows_a_changed_property_of_each_service(self):
        with stack.deployed(CODE, "plain.yaml") as deployment:
            before = snapshot.of(deployment)
            ids = deployment.ids
            role = f"arn:aws:iam::{stack.ACCOUNT}:role/{ids['NotificationRole']}"
            for service, change in {
                "lambda": lambda client: client.update_function_configuration(FunctionName=ids["Function"], Timeout=1),
                "sqs": lambda client: client.set_queue_attributes(
                    QueueUrl=ids["DeadLetterQueue"], Attributes={"MessageRetentionPeriod": "60"}),
                "sns": lambda client: client.subscribe(TopicArn=ids["Topic"], Protocol="email", Endpoint="a@example.com"),
                "logs": lambda client: client.put_retention_policy(logGroupName=deployment.log_group(), retentionInDays=1),
                "iam": lambda client: client.delete_role_policy(
                    RoleName=role.rsplit("/", 1)[1],
                    PolicyName=client.list_role_policies(RoleName=ids["NotificationRole"])["PolicyNames"][0]),
                "events": lambda client: client.disable_rule(Name=ids["FunctionTrustedAccessChanged"]),
                "scheduler": lambda client: client.delete_schedule(Name=ids["FunctionSchedule"]),
                "cloudwatch": lambda client: client.delete_alarms(AlarmNames=[ids["FailuresAlarm"]]),
            }.items():
                change(deployment.client(service))
                self.assertNotEqual(snapshot.of(deployment)[service], before[service], service)


if __name__ == "__main__":
    unittest.main()
