"""Tests the rules that report tampering: which calls they match, and AWS's limits for them."""

import json
import re
import unittest

import botocore.session
from moto.events.models import EventPattern

import stack
import tamper_records
from tamper_records import CLOUDFORMATION, record
from test_patterns import ALL_RULES

RULES = (
    "NotifyFunctionTampered", "NotifyMonitoringTampered", "NotifyRulesTampered", "NotifyStackChanged", "NotifyTopicsTampered",
)
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
MAX_PATTERN = 2048
MAX_TARGETS = 5
# A version that Lambda's event names end with, such as 20150331v2.
VERSION = r"20\d{6}(v\d+)?$"


def patterns(deployment):
    return {rule: deployment.rule(rule)["EventPattern"] for rule in RULES}


def matching(deployment_patterns, event):
    return [rule for rule, pattern in deployment_patterns.items() if EventPattern.load(pattern).matches_event(event)]


class Patterns(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        # Each optional alarm too.
        self.deployment = self.enterContext(stack.deployed(ALL_RULES | {"WatchPrincipals": "config.amazonaws.com"}))
        self.patterns = patterns(self.deployment)

    def assert_matches(self, **fields):
        for service, name, parameters, rule in tamper_records.calls(self.deployment):
            with self.subTest(call=name, parameters=parameters):
                self.assertIn(rule, matching(self.patterns, record(service, name, parameters, **fields)))

    def test_every_call_that_changes_a_resource_of_the_stack_is_reported(self):
        self.assertGreater(len(list(tamper_records.calls(self.deployment))), 200)
        self.assert_matches()

    def test_a_failed_call_that_names_a_resource_of_the_stack_is_reported(self):
        self.assert_matches(errorCode="AccessDenied", errorMessage="not authorized")

    def test_a_call_is_reported_whoever_the_caller_is(self):
        for identity in ({"type": "Root"}, {"type": "AWSAccount", "accountId": "111122223333"}, {"type": "AWSService"}):
            self.assert_matches(userIdentity=identity)

    def test_a_call_is_reported_without_the_optional_fields_of_a_record(self):
        for service, name, parameters, rule in tamper_records.calls(self.deployment):
            event = record(service, name, parameters)
            del event["detail"]["readOnly"], event["detail"]["managementEvent"]
            self.assertIn(rule, matching(self.patterns, event), name)

    def test_a_caller_who_poses_as_cloudformation_is_reported(self):
        self.assert_matches(userAgent=CLOUDFORMATION, userIdentity=tamper_records.USER_IDENTITY | {
            "principalId": f"AROAEXAMPLEEXAMPLE123:{CLOUDFORMATION}",
        })

    def test_similar_calls_reads_and_the_stacks_own_work_are_not_reported(self):
        for name, event in tamper_records.near_misses(self.deployment).items():
            with self.subTest(name):
                self.assertEqual(matching(self.patterns, event), [])

    def test_a_deployment_is_reported_once(self):
        records = tamper_records.deployment_calls(self.deployment)
        reported = [(event["detail"]["eventName"], rules) for event in records if (rules := matching(self.patterns, event))]
        self.assertEqual(reported, [("CreateChangeSet", ["NotifyStackChanged"])])

    def test_two_rules_watch_the_rule_that_watches_the_rules(self):
        # A rule that was disabled does not see the call that disabled it.
        disable = record("events", "DisableRule", {"name": self.deployment.ids["NotifyRulesTampered"]})
        self.assertEqual(matching(self.patterns, disable), ["NotifyFunctionTampered", "NotifyRulesTampered"])

    def test_the_alarms_of_a_stack_whose_name_goes_on_are_reported_too(self):
        # The accepted false positive: the names of all alarms do not fit into a pattern.
        other = record("cloudwatch", "DeleteAlarms", {"alarmNames": [f"{stack.STACK_NAME}-2-failures"]})
        self.assertEqual(matching(self.patterns, other), ["NotifyMonitoringTampered"])

    def test_the_records_use_real_calls_and_parameters(self):
        session = botocore.session.get_session()
        for service, name, parameters, _ in tamper_records.calls(self.deployment):
            model = session.get_service_model(service)
            with self.subTest(call=name):
                operation = model.operation_model(re.sub(VERSION, "", name))
                members = {member.lower() for member in operation.input_shape.members}
                self.assertLessEqual({parameter.lower() for parameter in parameters}, members)

    def test_the_rules_are_enabled_on_the_default_bus(self):
        for rule in RULES:
            described = self.deployment.rule(rule)
            self.assertEqual((described["State"], described["EventBusName"]), ("ENABLED", "default"))


LONGEST = {
    "AWS::StackName": "s" * 128, "AWS::AccountId": "1" * 12, "AWS::Region": "cn-northwest-1", "AWS::Partition": "aws-us-gov",
    "AWS::StackId": f"arn:aws-us-gov:cloudformation:cn-northwest-1:{'1' * 12}:stack/{'s' * 128}/{'u' * 36}",
}
# The longest physical name that CloudFormation gives to a type; without a limit, stack, logical ID and 13 characters.
LIMITS = {
    "AWS::Lambda::Function": 64, "AWS::IAM::Role": 64, "AWS::Events::Rule": 64, "AWS::Scheduler::Schedule": 64,
    "AWS::SQS::Queue": 80, "AWS::SNS::Topic": 256, "AWS::Logs::LogGroup": 512,
}


def longest(node, resources):
    """Returns a part of a template with the longest value for each intrinsic function."""
    if isinstance(node, list):
        return [longest(one, resources) for one in node]
    if not isinstance(node, dict):
        return node
    name, argument = next(iter(node.items()), (None, None))
    if name == "Ref":
        return longest_name(argument, resources)
    if name == "Fn::GetAtt":
        # An attribute is a name or an ARN.
        return ("a" * 64 if argument[1] == "Arn" else "") + longest_name(argument[0], resources)
    if name == "Fn::Sub":
        text, values = argument if isinstance(argument, list) else (argument, {})
        values = longest(values, resources)
        return re.sub(r"\$\{(.+?)\}", lambda match: values.get(match[1]) or longest_name(match[1].partition(".")[0], resources), text)
    if name == "Fn::If":
        return max((longest(one, resources) for one in argument[1:]), key=lambda one: len(json.dumps(one)))
    if name == "Fn::Join":
        return argument[0].join(longest(argument[1], resources))
    if name == "Fn::Split":
        return longest(argument[1], resources).split(argument[0])
    if name == "Fn::Select":
        return longest(argument[1], resources)[argument[0]]
    return {key: longest(one, resources) for key, one in node.items()}


def longest_name(logical_id, resources):
    if logical_id in LONGEST:
        return LONGEST[logical_id]
    resource = resources[logical_id]
    properties = resource["Properties"]
    chosen = properties.get("Name") or properties.get("DashboardName") or properties.get("LogGroupName")
    if chosen:
        return longest(chosen, resources)
    generated = len(f"{LONGEST['AWS::StackName']}-{logical_id}-") + 13
    name = "n" * min(generated, LIMITS[resource["Type"]])
    return f"arn:aws-us-gov:sns:cn-northwest-1:{'1' * 12}:{name}" if resource["Type"] == "AWS::SNS::Topic" else name


class Limits(unittest.TestCase):
    def setUp(self):
        self.resources = stack.translate()["Resources"]

    def test_every_pattern_fits_with_the_longest_names(self):
        for rule in RULES:
            pattern = longest(self.resources[rule]["Properties"]["EventPattern"], self.resources)
            with self.subTest(rule):
                self.assertNotIn("Fn::", json.dumps(pattern))
                self.assertLessEqual(len(json.dumps(pattern, separators=(",", ":"))), MAX_PATTERN)

    def test_there_are_five_rules_with_two_targets_each(self):
        rules = [name for name in self.resources if re.fullmatch(r"Notify\w+(Tampered|Changed)", name)]
        self.assertEqual(sorted(rules), sorted(RULES))
        for rule in RULES:
            targets = self.resources[rule]["Properties"]["Targets"]
            self.assertEqual([target["Id"] for target in targets], ["Mail", "Chat"])
            self.assertLessEqual(len(targets), MAX_TARGETS)

    def test_every_rule_of_the_default_bus_is_watched(self):
        with stack.deployed() as deployment:
            watched = json.loads(patterns(deployment)["NotifyRulesTampered"])["detail"]["requestParameters"]["$or"]
            names, rules = watched[0]["name"], watched[1]["rule"]
            expected = [deployment.ids[rule] for rule in tamper_records.default_bus_rules(deployment)]
            self.assertEqual(sorted(rules), sorted(expected))
            self.assertEqual(sorted(names), sorted([*expected, stack.REPORT_BUS]))


if __name__ == "__main__":
    unittest.main()
