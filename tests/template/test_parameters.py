"""Tests the values that parameters accept and refuse, and deploys every pair of their values."""

import itertools
import json
import re
import unittest

from allpairspy import AllPairs
from cfnlint.api import ManualArgs, lint

import stack

DEPLOYABLE_REGIONS = {"us-east-1": True, "us-gov-west-1": True, "cn-northwest-1": True, "eusc-de-east-1": True,
                      "eu-west-1": False, "us-west-2": False}
KEY = f"arn:aws:kms:us-east-1:{stack.ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
DEFAULT_RUNBOOK = "https://github.com/controltower-trusted-access/controltower-trusted-access/blob/main/docs/runbook.md"
LONGEST_RUNBOOK = "https://" + 112 * "a"

CHOICES = {
    "NotificationEmail": ["", "ops@example.com"],
    "Mode": ["audit", "enforce"],
    "DesiredState": ["enabled", "disabled"],
    "AllowDisable": ["false", "true"],
    "HoldUntil": ["", "2026-11-24T18:00:00Z"],
    "WatchPrincipals": ["", "config.amazonaws.com, sso.amazonaws.com"],
    "LandingZoneRegion": ["", "eu-west-1"],
    "ScheduleExpression": ["rate(1 hour)", "rate(15 minutes)", "rate(12 hours)", "rate(1 day)"],
    "Architecture": ["arm64", "x86_64"],
    "ReservedConcurrency": ["", "1"],
    "PermissionsBoundaryArn": ["", f"arn:aws:iam::{stack.ACCOUNT}:policy/boundary"],
    "LogLevel": ["INFO", "DEBUG", "TRACE"],
    "LogRetentionDays": [90, 1, 3653],
    "RetainLog": ["true", "false"],
    "KmsKeyArn": ["", KEY],
    "RunbookUrl": [DEFAULT_RUNBOOK, LONGEST_RUNBOOK],
}

ACCEPTED = {
    "ScheduleExpression": [
        "rate(15 minutes)", "rate(30 minutes)", "rate(699 minutes)", "rate(1 hour)", "rate(2 hours)", "rate(12 hours)",
        "rate(1 day)", "rate(3 days)",
    ],
    "NotificationEmail": ["", "ops@example.com", "cloud+tower@eu.example.com"],
    "WatchPrincipals": ["", "config.amazonaws.com", "sso.amazonaws.com,member.org.stacksets.cloudformation.amazonaws.com"],
    "LandingZoneRegion": ["", "eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1", "eusc-de-east-1"],
    "HoldUntil": ["", "2026-11-24T18:00:00Z", "2026-11-24T18:00:00+01:00"],
    "ReservedConcurrency": ["", "1", "10", "9999"],
    "PermissionsBoundaryArn": [
        "", "arn:aws:iam::123456789012:policy/boundary", "arn:aws-us-gov:iam::123456789012:policy/team/boundary",
        "arn:aws:iam::aws:policy/PowerUserAccess",
    ],
    "KmsKeyArn": ["", KEY, "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
                  "arn:aws-eusc:kms:eusc-de-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    "RunbookUrl": [DEFAULT_RUNBOOK, LONGEST_RUNBOOK, "https://wiki.example.com/runbook?page=1&lang=en"],
}
REFUSED = {
    "ScheduleExpression": [
        "", "rate(1 minute)", "rate(14 minutes)", "rate(700 minutes)", "rate(1 hours)", "rate(0 hours)", "rate(13 hours)",
        "rate(4 days)", "rate(1 days)", "rate(01 hours)", "rate(1  hour)", "cron(0 * * * ? *)", "rate(1 hour) ", "1 hour",
    ],
    "WatchPrincipals": ["config", "Config.amazonaws.com", "config.amazonaws.com,", "config.amazonaws.com;sso.amazonaws.com",
                        "controltower.amazonaws.com", "sso.amazonaws.com, controltower.amazonaws.com", "a..b.amazonaws.com"],
    # None is what the AWS CLI prints for no landing zone.
    "LandingZoneRegion": ["None", "Ireland", "EU-WEST-1", "eu-west", "eu-west-1a", "eu-west-100", "eu-west-1 ", "a-b-c-d-1",
                          "eu-west-1.example.com", "*"],
    "HoldUntil": ["tomorrow", "2026-11-24", "2026-11-24T18:00", "2026-11-24T18:00:00", "2026-11-24 18:00:00Z", " ", "2026-13-24T18:00:00Z",
                  "2026-11-32T18:00:00Z", "2026-11-24T24:00:00Z", "2026-11-31T18:00:00Z", "2026-02-30T18:00:00Z", "2026-11-00T18:00:00Z",
                  "1795543200"],
    "NotificationEmail": ["ops", "a@b@c", "a b@example.com", "@example.com", "ops@example", "<ops@example.com>", "ops@example.com,",
                          "mailto:ops@example.com", "ops@example.com;dev@example.com", "ops@example.com.", "Ops <ops@example.com>"],
    "ReservedConcurrency": ["0", "-1", "1.5", "many", "10000", "01"],
    "PermissionsBoundaryArn": ["boundary", "arn:aws:iam::123456789012:role/boundary", "arn:aws:iam::12:policy/boundary"],
    "KmsKeyArn": ["alias/key", "arn:aws:kms:us-east-1:123456789012:alias/key", "1234abcd-12ab-34cd-56ef-1234567890ab", KEY + " "],
    "RunbookUrl": ["", "http://wiki.example.com/runbook", "https://wiki.example.com/runbook#drift", "https://wiki.example.com/a b",
                   'https://wiki.example.com/"', "https://wiki.example.com/\\", "https://wiki.example.com/<x>", LONGEST_RUNBOOK + "a",
                   "https://", "https:///runbook", "wiki.example.com/runbook"],
    "Mode": ["", "Audit", "ENFORCE", "off"],
    "DesiredState": ["", "Enabled", "on"],
    "AllowDisable": ["", "True", "yes"],
    "RetainLog": ["", "False", "no"],
    "Architecture": ["", "arm", "aarch64", "x86-64", "amd64"],
    "LogLevel": ["", "info", "WARN", "ERROR"],
    "LogRetentionDays": ["", "0", "2", "never", "10000"],
}
# The parameters that only plain.yaml has.
CODE_ACCEPTED = {
    "CodeS3Bucket": ["bucket", "my.bucket-1", 63 * "a"],
    "CodeS3Key": ["function.zip", "0.1.0/controltower-trusted-access-arm64.zip", 1024 * "a"],
    "CodeS3ObjectVersion": ["", "3sL4kqtJlcpXroDTDmJ_rmSpXd3dIbrHY_MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"],
}
CODE_REFUSED = {
    "CodeS3Bucket": ["", "s3://bucket", "bucket/folder", "Bucket", "arn:aws:s3:::bucket", "ab", 64 * "a", "-bucket"],
    "CodeS3Key": ["", "s3://bucket/function.zip", "https://bucket.s3.amazonaws.com/function.zip", "/function.zip", "a b.zip", 1025 * "a"],
    "CodeS3ObjectVersion": ["null", "1 2", 1025 * "a"],
}
# Both templates refuse the same: template.yaml for SAM, and plain.yaml for everything else.
TEMPLATES = {"template.yaml": (ACCEPTED, REFUSED), "plain.yaml": (ACCEPTED | CODE_ACCEPTED, REFUSED | CODE_REFUSED)}


def is_accepted(parameter, value):
    """Returns whether CloudFormation accepts the value of a parameter."""
    if "AllowedValues" in parameter:
        return value in map(str, parameter["AllowedValues"])
    return re.search(parameter["AllowedPattern"], value) is not None


def evaluate(function, values):
    """Evaluates an intrinsic function of a template's Rules section, which no emulator supports."""
    if not isinstance(function, dict):
        return function
    (name, arguments), = function.items()
    if name == "Ref":
        return values[arguments]
    arguments = [evaluate(argument, values) for argument in arguments]
    return {
        "Fn::Equals": lambda left, right: left == right,
        "Fn::Contains": lambda members, member: member in members,
        "Fn::And": lambda *operands: all(operands),
        "Fn::Not": lambda operand: not operand,
    }[name](*arguments)


def rule_violations(template, values):
    """Returns the AssertDescription of each assertion that the values violate."""
    rules = [rule for rule in template["Rules"].values() if evaluate(rule.get("RuleCondition", True), values)]
    assertions = [assertion for rule in rules for assertion in rule["Assertions"]]
    return [one["AssertDescription"] for one in assertions if not evaluate(one["Assert"], values)]


def defaults(template, **values):
    return {name: one.get("Default", "") for name, one in template["Parameters"].items()} | {"AWS::Region": "us-east-1"} | values


class Parameters(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.template = stack.load_template()
        self.parameters = self.template["Parameters"]

    def test_every_parameter_has_a_group_a_label_and_a_description(self):
        interface = self.template["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(CHOICES))
        self.assertEqual(sorted(interface["ParameterLabels"]), sorted(CHOICES))
        self.assertEqual(sorted(self.parameters), sorted(CHOICES))
        # `sam deploy --guided` asks in the template's order, the console in the order of the groups.
        self.assertEqual((list(self.parameters)[:2], grouped[:2]), (["NotificationEmail", "Mode"], ["NotificationEmail", "Mode"]))
        for name, parameter in self.parameters.items():
            self.assertGreater(len(parameter["Description"]), 40, name)

    def test_the_defaults_audit_enabled_every_hour_without_optional_features(self):
        self.assertEqual({name: one["Default"] for name, one in self.parameters.items()}, {
            "DesiredState": "enabled", "Mode": "audit", "AllowDisable": "false", "ScheduleExpression": "rate(1 hour)",
            "Architecture": "arm64", "NotificationEmail": "", "LogLevel": "INFO", "LogRetentionDays": 90,
            "ReservedConcurrency": "", "PermissionsBoundaryArn": "", "HoldUntil": "",
            "WatchPrincipals": "", "LandingZoneRegion": "", "RetainLog": "true", "KmsKeyArn": "",
            "RunbookUrl": DEFAULT_RUNBOOK,
        })

    def test_both_templates_accept_valid_values_and_refuse_values_that_cannot_work(self):
        for file, tables in TEMPLATES.items():
            parameters = stack.load_template(file)["Parameters"]
            for examples, accepted in zip(tables, (True, False)):
                for name, value in ((name, value) for name in examples for value in examples[name]):
                    self.assertEqual(is_accepted(parameters[name], value), accepted, f"{file} {name}: {value!r}")
            # Every choice that the template offers is one that the other tests deploy.
            for name, values in CHOICES.items():
                self.assertTrue(all(is_accepted(parameters[name], str(value)) for value in values), name)

    def test_every_parameter_has_refused_values_and_says_what_to_write_instead(self):
        for file, (accepted, refused) in TEMPLATES.items():
            parameters = stack.load_template(file)["Parameters"]
            self.assertEqual(sorted(refused), sorted(parameters))
            self.assertEqual(sorted(accepted), sorted(name for name, one in parameters.items() if "AllowedPattern" in one))
            for name, parameter in parameters.items():
                with self.subTest(file, name=name):
                    self.assertTrue(("AllowedPattern" in parameter) != ("AllowedValues" in parameter))
                    # CloudFormation puts the parameter's name before it.
                    self.assertRegex(parameter["ConstraintDescription"], "^must be ")
                    # It names a value that is accepted.
                    sentence = parameter["ConstraintDescription"]
                    values = [*re.findall(r"such as (\S+ hour\)|[^ ,]+)", sentence), *re.findall(r"\w+", sentence)]
                    self.assertTrue(any(is_accepted(parameter, value) for value in values), sentence)

    def test_a_region_without_organizations_events_is_refused(self):
        for file, (region, deployable) in itertools.product(TEMPLATES, DEPLOYABLE_REGIONS.items()):
            template = stack.load_template(file)
            violations = rule_violations(template, defaults(template, **{"AWS::Region": region}))
            self.assertEqual(len(violations), 0 if deployable else 1, (file, region))
            self.assertTrue(all("does not receive AWS Organizations events" in one for one in violations))

    def test_enforced_disabling_is_refused_without_allow_disable(self):
        states, modes, switches = ("enabled", "disabled"), ("enforce", "audit"), ("false", "true")
        for file, state, mode, allow in itertools.product(TEMPLATES, states, modes, switches):
            template = stack.load_template(file)
            violations = rule_violations(template, defaults(template, DesiredState=state, Mode=mode, AllowDisable=allow))
            refused = (state, mode, allow) == ("disabled", "enforce", "false")
            self.assertEqual(len(violations), int(refused), (file, state, mode, allow))
            self.assertTrue(all("AllowDisable=true" in one for one in violations))

    def test_the_forwarder_is_refused_in_the_functions_region(self):
        forwarder = stack.load_template("forwarder.yaml")
        self.assertEqual(rule_violations(forwarder, defaults(forwarder, **{"AWS::Region": "eu-west-1"})), [])
        violation, = rule_violations(forwarder, defaults(forwarder))
        self.assertIn("own Region", violation)

    def test_the_forwarder_serves_every_region_in_which_the_stack_can_be_deployed(self):
        forwarder = stack.load_template("forwarder.yaml")["Parameters"]
        deployable = [region for region, is_deployable in DEPLOYABLE_REGIONS.items() if is_deployable]
        self.assertEqual(sorted(forwarder["FunctionRegion"]["AllowedValues"]), sorted(deployable))

    def test_parameters_of_both_stacks_accept_the_same_values(self):
        forwarder = stack.load_template("forwarder.yaml")["Parameters"]
        for name in ("NotificationEmail", "PermissionsBoundaryArn", "RunbookUrl"):
            for key in ("Type", "Default", "AllowedPattern", "ConstraintDescription"):
                self.assertEqual(forwarder[name][key], self.parameters[name][key], (name, key))

    def test_every_partition_in_which_the_stack_can_be_deployed_has_a_console(self):
        self.assertEqual(sorted(self.template["Mappings"]["Console"]), ["aws", "aws-cn", "aws-eusc", "aws-us-gov"])

    def test_no_log_level_drops_the_metrics(self):
        # Lambda treats a line without a level as INFO, so a level above INFO would drop the embedded metric lines.
        self.assertEqual(self.parameters["LogLevel"]["AllowedValues"], ["INFO", "DEBUG", "TRACE"])


class PairsOfValues(unittest.TestCase):
    def test_every_pair_of_values_translates_lints_and_deploys(self):
        rows = [dict(zip(CHOICES, values)) for values in AllPairs(list(CHOICES.values()))]
        # All pairs of a parameter with 4 values and one with 3 need at least 12 rows; more than 24 is not pairwise.
        self.assertTrue(12 <= len(rows) <= 24, len(rows))
        for parameters in rows:
            with self.subTest(**parameters):
                template = json.dumps(stack.translate(parameters))
                findings = [str(match) for match in lint(template, config=ManualArgs(regions=["us-east-1", "us-gov-west-1"]))]
                self.assertEqual(findings, [])
                with stack.deployed(parameters) as deployment:
                    self.assertIn("Function", deployment.ids)


if __name__ == "__main__":
    unittest.main()
