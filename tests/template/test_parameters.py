"""What the parameters take and refuse, and that every pair of their values translates and lints."""

import json
import re
import unittest

from allpairspy import AllPairs
from cfnlint.api import ManualArgs, lint

import stack

REGIONS = {"us-east-1": True, "us-gov-west-1": True, "cn-northwest-1": True, "eu-west-1": False, "us-west-2": False}

CHOICES = {
    "DesiredState": ["enabled", "disabled"],
    "Mode": ["enforce", "audit"],
    "AllowDisable": ["false", "true"],
    "HoldUntil": ["", "2026-11-24T18:00:00Z"],
    "WatchPrincipals": ["", "config.amazonaws.com, sso.amazonaws.com"],
    "LandingZoneRegion": ["", "eu-west-1"],
    "ScheduleExpression": ["rate(1 hour)", "rate(15 minutes)", "rate(12 hours)", "rate(1 day)"],
    "Architecture": ["arm64", "x86_64"],
    "NotificationEmail": ["", "ops@example.com"],
    "LogLevel": ["INFO", "DEBUG", "TRACE"],
    "LogRetentionDays": [90, 1, 3653],
    "ReservedConcurrency": ["", "1"],
    "PermissionsBoundaryArn": ["", f"arn:aws:iam::{stack.ACCOUNT}:policy/boundary"],
}

TAKEN = {
    "ScheduleExpression": [
        "rate(15 minutes)", "rate(30 minutes)", "rate(699 minutes)", "rate(1 hour)", "rate(2 hours)", "rate(12 hours)",
        "rate(1 day)", "rate(3 days)",
    ],
    "NotificationEmail": ["", "ops@example.com", "cloud+tower@eu.example.com"],
    "WatchPrincipals": ["", "config.amazonaws.com", "sso.amazonaws.com,member.org.stacksets.cloudformation.amazonaws.com"],
    "LandingZoneRegion": ["", "eu-west-1", "us-gov-west-1", "ap-southeast-7", "us-isob-east-1"],
    "HoldUntil": ["", "2026-11-24T18:00:00Z", "2026-11-24T18:00:00+01:00"],
    "ReservedConcurrency": ["", "1", "10", "9999"],
    "PermissionsBoundaryArn": [
        "", "arn:aws:iam::123456789012:policy/boundary", "arn:aws-us-gov:iam::123456789012:policy/team/boundary",
        "arn:aws:iam::aws:policy/PowerUserAccess",
    ],
}
REFUSED = {
    "ScheduleExpression": [
        "", "rate(1 minute)", "rate(14 minutes)", "rate(700 minutes)", "rate(1 hours)", "rate(0 hours)", "rate(13 hours)",
        "rate(4 days)", "rate(1 days)", "rate(01 hours)", "rate(1  hour)", "cron(0 * * * ? *)", "rate(1 hour) ", "1 hour",
    ],
    "WatchPrincipals": ["config", "Config.amazonaws.com", "config.amazonaws.com,", "config.amazonaws.com;sso.amazonaws.com",
                        "controltower.amazonaws.com", "sso.amazonaws.com, controltower.amazonaws.com", "a..b.amazonaws.com"],
    "LandingZoneRegion": ["Ireland", "EU-WEST-1", "eu-west", "eu-west-1a", "eu-west-100", "eu-west-1 ", "a-b-c-d-1",
                          "eu-west-1.example.com", "*"],
    "HoldUntil": ["tomorrow", "2026-11-24", "2026-11-24T18:00", "2026-11-24T18:00:00", "2026-11-24 18:00:00Z", " ", "2026-13-24T18:00:00Z",
                  "2026-11-32T18:00:00Z", "2026-11-24T24:00:00Z"],
    "NotificationEmail": ["ops", "a@b@c", "a b@example.com", "@example.com"],
    "ReservedConcurrency": ["0", "-1", "1.5", "many", "10000", "01"],
    "PermissionsBoundaryArn": ["boundary", "arn:aws:iam::123456789012:role/boundary", "arn:aws:iam::12:policy/boundary"],
}


def holds(function, values):
    """A function of a template's Rules section; nobody's emulator knows them."""
    if not isinstance(function, dict):
        return function
    (name, arguments), = function.items()
    if name == "Ref":
        return values[arguments]
    arguments = [holds(argument, values) for argument in arguments]
    return {
        "Fn::Equals": lambda left, right: left == right,
        "Fn::Contains": lambda members, member: member in members,
        "Fn::And": lambda *all_of: all(all_of),
        "Fn::Not": lambda negated: not negated,
    }[name](*arguments)


def refusals(template, values):
    """The sentences of the rules that refuse the values."""
    applied = [rule for rule in template["Rules"].values() if holds(rule.get("RuleCondition", True), values)]
    assertions = [assertion for rule in applied for assertion in rule["Assertions"]]
    return [one["AssertDescription"] for one in assertions if not holds(one["Assert"], values)]


def defaults(template, **values):
    return {name: one["Default"] for name, one in template["Parameters"].items()} | {"AWS::Region": "us-east-1"} | values


class Parameters(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.template = stack.template()
        self.parameters = self.template["Parameters"]

    def test_the_parameters_are_these_and_each_is_labelled_grouped_and_described(self):
        interface = self.template["Metadata"]["AWS::CloudFormation::Interface"]
        grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(CHOICES))
        self.assertEqual(sorted(interface["ParameterLabels"]), sorted(CHOICES))
        self.assertEqual(sorted(self.parameters), sorted(CHOICES))
        for name, parameter in self.parameters.items():
            self.assertGreater(len(parameter["Description"]), 40, name)

    def test_the_defaults_keep_it_enabled_hourly_and_ask_for_nothing(self):
        self.assertEqual({name: one["Default"] for name, one in self.parameters.items()}, {
            "DesiredState": "enabled", "Mode": "enforce", "AllowDisable": "false", "ScheduleExpression": "rate(1 hour)",
            "Architecture": "arm64", "NotificationEmail": "", "LogLevel": "INFO", "LogRetentionDays": 90,
            "ReservedConcurrency": "", "PermissionsBoundaryArn": "", "HoldUntil": "",
            "WatchPrincipals": "", "LandingZoneRegion": "",
        })

    def test_a_pattern_takes_what_it_should_and_nothing_else(self):
        for values, taken in ((TAKEN, True), (REFUSED, False)):
            for name, one in ((name, one) for name in values for one in values[name]):
                matched = re.search(self.parameters[name]["AllowedPattern"], one)
                self.assertEqual(matched is not None, taken, f"{name}: {one!r}")

    def test_every_pattern_says_what_it_takes(self):
        for name, parameter in self.parameters.items():
            self.assertEqual("AllowedPattern" in parameter, "ConstraintDescription" in parameter, name)
        self.assertEqual(sorted(TAKEN), sorted(name for name, one in self.parameters.items() if "AllowedPattern" in one))

    def test_a_region_that_hears_no_organizations_event_is_refused_with_the_reason(self):
        for region, taken in REGIONS.items():
            said = refusals(self.template, defaults(self.template, **{"AWS::Region": region}))
            self.assertEqual(len(said), 0 if taken else 1, region)
            self.assertTrue(all("would not be triggered" in sentence for sentence in said))

    def test_disabling_is_refused_without_the_second_switch_and_only_where_it_is_enforced(self):
        for state, mode, allow in ((s, m, a) for s in ("enabled", "disabled") for m in ("enforce", "audit")
                                   for a in ("false", "true")):
            said = refusals(self.template, defaults(self.template, DesiredState=state, Mode=mode, AllowDisable=allow))
            refused = (state, mode, allow) == ("disabled", "enforce", "false")
            self.assertEqual(len(said), int(refused), (state, mode, allow))
            self.assertTrue(all("AllowDisable=true" in sentence for sentence in said))

    def test_the_forwarder_is_refused_in_the_functions_own_region(self):
        forwarder = stack.template("forwarder.yaml")
        self.assertEqual(refusals(forwarder, defaults(forwarder, **{"AWS::Region": "eu-west-1"})), [])
        said, = refusals(forwarder, defaults(forwarder))
        self.assertIn("own Region", said)

    def test_the_log_level_never_drops_the_metrics(self):
        # Lambda takes a line without a level for INFO.
        self.assertEqual(self.parameters["LogLevel"]["AllowedValues"], ["INFO", "DEBUG", "TRACE"])

    def test_the_application_has_the_version_of_the_package(self):
        package = re.search(r'^version = "(.+)"$', (stack.ROOT / "Cargo.toml").read_text(), re.MULTILINE)[1]
        application = self.template["Metadata"]["AWS::ServerlessRepo::Application"]
        self.assertEqual(application["SemanticVersion"], package)
        for file in (application["LicenseUrl"], application["ReadmeUrl"]):
            self.assertTrue((stack.ROOT / file).is_file(), file)


class EveryPairOfValues(unittest.TestCase):
    def test_translates_deploys_and_lints(self):
        rows = [dict(zip(CHOICES, values)) for values in AllPairs(list(CHOICES.values()))]
        # More would not be pairwise, fewer would not hold every pair of 4 and 3 values.
        self.assertTrue(12 <= len(rows) <= 24, len(rows))
        for parameters in rows:
            with self.subTest(**parameters):
                body = json.dumps(stack.translated(parameters))
                found = [str(match) for match in lint(body, config=ManualArgs(regions=["us-east-1", "us-gov-west-1"]))]
                self.assertEqual(found, [])
                with stack.deployed(parameters) as keeper:
                    self.assertIn("Function", keeper.ids)


if __name__ == "__main__":
    unittest.main()
