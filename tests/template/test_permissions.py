"""Who may do what, statement by statement: a new action, a wider resource or a lost condition fails here."""

import itertools
import json
import re
import unittest

import stack

CHOICES = {
    "DesiredState": ["enabled", "disabled"],
    "Mode": ["enforce", "audit"],
    "AllowDisable": ["false", "true"],
    "LandingZoneRegion": ["", "eu-west-1"],
    "Architecture": ["arm64", "x86_64"],
    "NotificationEmail": ["", "ops@example.com"],
    "ReservedConcurrency": ["", "1"],
    "PermissionsBoundaryArn": ["", f"arn:aws:iam::{stack.ACCOUNT}:policy/boundary"],
}
BUS = f"arn:aws:events:us-east-1:{stack.ACCOUNT}:event-bus/default"
LANDING_ZONES = f"arn:aws:controltower:eu-west-1:{stack.ACCOUNT}:landingzone/*"
ONLY_CONTROL_TOWER = {"StringEquals": {"organizations:ServicePrincipal": "controltower.amazonaws.com"}}


def combinations():
    for values in itertools.product(*CHOICES.values()):
        yield dict(zip(CHOICES, values))


def allow(sid, action, resource, **more):
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(service, **condition):
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **condition}]


def queue_arn(keeper):
    name = keeper.ids["DeadLetterQueue"].rsplit("/", 1)[1]
    return f"arn:aws:sqs:us-east-1:{stack.ACCOUNT}:{name}"


def of_the_function(keeper, parameters):
    write = {"Resource": "*", "Condition": ONLY_CONTROL_TOWER, "Effect": "Allow"}
    log = f"arn:aws:logs:us-east-1:{stack.ACCOUNT}:log-group:/controltower-trusted-access/{stack.NAME}:*"
    statements = [
        allow("ListTrustedAccess", "organizations:ListAWSServiceAccessForOrganization", "*"),
        {"Sid": "EnableOnlyControlTower", "Action": "organizations:EnableAWSServiceAccess", **write},
        {"Sid": "DisableOnlyControlTower", "Action": "organizations:DisableAWSServiceAccess", **write},
        allow("ListLandingZones", "controltower:ListLandingZones", "*"),
        allow("GetLandingZone", "controltower:GetLandingZone", LANDING_ZONES),
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], log),
        allow("SendFailedEvents", "sqs:SendMessage", queue_arn(keeper)),
        allow("PublishReports", "events:PutEvents", BUS),
    ]
    left_out = set()
    if parameters["AllowDisable"] == "false":
        left_out |= {"DisableOnlyControlTower"}
    if parameters["LandingZoneRegion"] == "":
        left_out |= {"ListLandingZones", "GetLandingZone"}
    return [one for one in statements if one["Sid"] not in left_out]


def of_the_schedule(keeper):
    function = f"arn:aws:lambda:us-east-1:{stack.ACCOUNT}:function:{keeper.ids['Function']}"
    return [
        allow("InvokeFunction", "lambda:InvokeFunction", function),
        allow("SendUndeliveredEvents", "sqs:SendMessage", queue_arn(keeper)),
    ]


class Permissions(unittest.TestCase):
    maxDiff = None

    def assert_role(self, keeper, name, trusted, statements, boundary):
        role, granted = keeper.role(name)
        by_sid = {"key": lambda statement: statement["Sid"]}
        self.assertEqual(sorted(granted, **by_sid), sorted(statements, **by_sid))
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"], trusted)
        self.assertEqual(role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""), boundary)
        attached = keeper.client("iam").list_attached_role_policies(RoleName=role["RoleName"])
        self.assertEqual(attached["AttachedPolicies"], [])

    def test_the_roles_hold_exactly_these_statements_for_every_combination_of_the_parameters(self):
        of_this_account = {"Condition": {"StringEquals": {"aws:SourceAccount": stack.ACCOUNT}}}
        for parameters in combinations():
            with self.subTest(**parameters), stack.deployed(parameters) as keeper:
                boundary = parameters["PermissionsBoundaryArn"]
                function, schedule = of_the_function(keeper, parameters), of_the_schedule(keeper)
                self.assert_role(keeper, "FunctionRole", trust("lambda.amazonaws.com"), function, boundary)
                trusted = trust("scheduler.amazonaws.com", **of_this_account)
                self.assert_role(keeper, "ScheduleRole", trusted, schedule, boundary)
                self.assertEqual(len(keeper.client("iam").list_roles()["Roles"]), 2)

    def test_the_queue_takes_messages_of_the_stacks_own_rules_alone(self):
        with stack.deployed({"LandingZoneRegion": "eu-west-1"}) as keeper:
            events = keeper.client("events")
            rules = [events.describe_rule(Name=keeper.ids[rule])["Arn"] for rule in keeper.rules()]
            attributes = keeper.client("sqs").get_queue_attributes(
                QueueUrl=keeper.ids["DeadLetterQueue"], AttributeNames=["Policy"],
            )["Attributes"]
            statement, = json.loads(attributes["Policy"])["Statement"]
            named = statement["Condition"]["ArnEquals"].pop("aws:SourceArn")
            self.assertEqual(sorted(named), sorted(rules))
            self.assertEqual(statement, {
                **allow("AllowRulesOfThisStack", "sqs:SendMessage", queue_arn(keeper)),
                "Principal": {"Service": "events.amazonaws.com"}, "Condition": {"ArnEquals": {}},
            })

    def test_the_topic_takes_messages_of_alarms_and_of_rules_and_the_rules_statement_has_no_condition(self):
        with stack.deployed() as keeper:
            topic = keeper.ids["Topic"]
            attributes = keeper.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
            self.assertEqual(json.loads(attributes["Policy"])["Statement"], [
                {
                    **allow("AllowCloudWatchAlarms", "sns:Publish", topic),
                    "Principal": {"Service": "cloudwatch.amazonaws.com"},
                    "Condition": {"StringEquals": {"aws:SourceAccount": stack.ACCOUNT}},
                },
                {**allow("AllowEventBridgeRules", "sns:Publish", topic), "Principal": {"Service": "events.amazonaws.com"}},
            ])

    def test_the_two_rules_that_wake_the_function_may_invoke_it_and_nobody_else_by_policy(self):
        with stack.deployed() as keeper:
            resources = keeper.body["Resources"].items()
            permissions = {
                name: resource["Properties"] for name, resource in resources
                if resource["Type"] == "AWS::Lambda::Permission"
            }
            granted = [
                (one["Action"], one["Principal"], one["SourceArn"]["Fn::GetAtt"]) for one in permissions.values()
            ]
            self.assertEqual(sorted(granted), [
                ("lambda:InvokeFunction", "events.amazonaws.com", [rule, "Arn"])
                for rule in ("FunctionLandingZoneChanged", "FunctionTrustedAccessChanged")
            ])

    def test_the_forwarder_may_put_events_on_the_functions_bus_and_nothing_else(self):
        of_this_account = {"Condition": {"StringEquals": {"aws:SourceAccount": stack.ACCOUNT}}}
        with stack.deployed(file="forwarder.yaml", region="eu-west-1") as forwarder:
            trusted = trust("events.amazonaws.com", **of_this_account)
            self.assert_role(forwarder, "ForwarderRole", trusted, [allow("ForwardEvents", "events:PutEvents", BUS)], "")

    def test_in_govcloud_every_arn_is_of_govcloud(self):
        # The translator writes the partition out; moto would know only the first.
        arns = re.findall(r"arn:[^\"]+", json.dumps(stack.translated(region="us-gov-west-1")["Resources"]))
        self.assertGreaterEqual(len(arns), 3)
        for arn in arns:
            self.assertRegex(arn, r"^arn:(aws-us-gov|\$\{AWS::Partition\}):")

    def test_no_arn_names_a_partition(self):
        for file in ("template.yaml", "forwarder.yaml"):
            for line in (stack.ROOT / file).read_text().splitlines():
                if "AllowedPattern" not in line:
                    self.assertNotIn("arn:aws", line)


if __name__ == "__main__":
    unittest.main()
