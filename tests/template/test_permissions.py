"""Tests every policy statement: a new action, a wider resource or a missing condition fails here."""

import fnmatch
import itertools
import json
import re
import unittest

from allpairspy import AllPairs

import stack

KEY = f"arn:aws:kms:us-east-1:{stack.ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
# The parameters that select statements are tested in every combination. Each pair of all values is tested too, to show that
# the others select none.
SELECTS_STATEMENTS = {
    "DesiredState": ["enabled", "disabled"],
    "AllowDisable": ["false", "true"],
    "LandingZoneRegion": ["", "eu-west-1"],
    "RetainLog": ["true", "false"],
    "KmsKeyArn": ["", KEY],
}
OTHERS = {
    "Mode": ["audit", "enforce"],
    "Architecture": ["arm64", "x86_64"],
    "ReservedConcurrency": ["", "1"],
    "NotificationEmail": ["", "ops@example.com"],
    "PermissionsBoundaryArn": ["", f"arn:aws:iam::{stack.ACCOUNT}:policy/boundary"],
}
EVENTS = f"arn:aws:events:us-east-1:{stack.ACCOUNT}"
DEFAULT_BUS = f"{EVENTS}:event-bus/default"
REPORT_BUS = f"{EVENTS}:event-bus/{stack.REPORT_BUS}"
LANDING_ZONES = f"arn:aws:controltower:eu-west-1:{stack.ACCOUNT}:landingzone/*"
ONLY_CONTROL_TOWER = {"StringEquals": {"organizations:ServicePrincipal": "controltower.amazonaws.com"}}
ONLY_THROUGH_SQS = {"StringLike": {"kms:ViaService": "sqs.us-east-1.amazonaws.*"}}
ONLY_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": stack.ACCOUNT}}
RULES_OF_THE_BUS = f"{EVENTS}:rule/{stack.REPORT_BUS}/*"
ONLY_THROUGH_SNS = {"StringLike": {"kms:ViaService": "sns.us-east-1.amazonaws.*"}}


def parameter_combinations():
    first_values = {name: values[0] for name, values in OTHERS.items()}
    for values in itertools.product(*SELECTS_STATEMENTS.values()):
        yield first_values | dict(zip(SELECTS_STATEMENTS, values))
    choices = SELECTS_STATEMENTS | OTHERS
    for values in AllPairs(list(choices.values())):
        yield dict(zip(choices, values))


def allow(sid, action, resource, **more):
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(sid, action, resource, condition):
    return {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition}


def deny_unencrypted_transport(action, resource):
    return deny("DenyUnencryptedTransport", action, resource, {"Bool": {"aws:SecureTransport": "false"}})


def trust_policy(service, **condition):
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **condition}]


def function_statements(deployment, parameters):
    log_group = f"arn:aws:logs:us-east-1:{stack.ACCOUNT}:log-group:{deployment.log_group()}:*"
    enable, disable = "organizations:EnableAWSServiceAccess", "organizations:DisableAWSServiceAccess"
    statements = [
        allow("ListTrustedAccess", "organizations:ListAWSServiceAccessForOrganization", "*"),
        allow("EnableControlTowerTrustedAccess", enable, "*", Condition=ONLY_CONTROL_TOWER),
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], log_group),
        allow("SendFailedEvents", "sqs:SendMessage", deployment.queue_arn()),
        allow("PublishReports", "events:PutEvents", REPORT_BUS),
    ]
    if parameters["AllowDisable"] == "true":
        statements.append(allow("DisableControlTowerTrustedAccess", disable, "*", Condition=ONLY_CONTROL_TOWER))
    if parameters["LandingZoneRegion"]:
        statements.append(allow("ListLandingZones", "controltower:ListLandingZones", "*"))
        statements.append(allow("ListLandingZoneOperations", "controltower:ListLandingZoneOperations", "*"))
        statements.append(allow("GetLandingZone", "controltower:GetLandingZone", LANDING_ZONES))
    return statements + key_statements("EncryptFailedEvents", parameters)


def schedule_statements(deployment, parameters):
    return [
        allow("InvokeFunction", "lambda:InvokeFunction", deployment.function_arn()),
        allow("SendUndeliveredEvents", "sqs:SendMessage", deployment.queue_arn()),
        *key_statements("EncryptUndeliveredEvents", parameters),
    ]


def key_statements(sid, parameters):
    """Returns the permission to send to a queue that is encrypted with KmsKeyArn, if there is one."""
    actions = ["kms:Decrypt", "kms:GenerateDataKey"]
    key = parameters["KmsKeyArn"]
    return [allow(sid, actions, key, Condition=ONLY_THROUGH_SQS)] if key else []


def notification_statements(deployment, parameters):
    statements = [allow("PublishNotifications", "sns:Publish", [deployment.ids["Topic"], deployment.ids["ChatTopic"]])]
    if key := parameters["KmsKeyArn"]:
        actions = ["kms:Decrypt", "kms:GenerateDataKey"]
        statements.append(allow("EncryptNotifications", actions, key, Condition=ONLY_THROUGH_SNS))
    return statements


def rules_that_notify(deployment):
    """Returns the condition under which EventBridge may assume the notification role."""
    tampering = f"{EVENTS}:rule/Notify*-{deployment.stack_id.rsplit('/', 1)[1]}"
    return ONLY_THIS_ACCOUNT | {"ArnLike": {"aws:SourceArn": [RULES_OF_THE_BUS, tampering]}}


class Permissions(unittest.TestCase):
    maxDiff = None

    def assert_role(self, deployment, logical_id, trust, expected, boundary):
        role, statements = deployment.role(logical_id)
        by_sid = {"key": lambda statement: statement["Sid"]}
        self.assertEqual(sorted(statements, **by_sid), sorted(expected, **by_sid))
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"], trust)
        self.assertEqual(role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""), boundary)
        attached = deployment.client("iam").list_attached_role_policies(RoleName=role["RoleName"])
        self.assertEqual(attached["AttachedPolicies"], [])

    def test_the_roles_have_exactly_these_statements_for_every_combination_of_parameters(self):
        for parameters in parameter_combinations():
            with self.subTest(**parameters), stack.deployed(parameters) as deployment:
                boundary = parameters["PermissionsBoundaryArn"]
                trust = trust_policy("lambda.amazonaws.com")
                self.assert_role(deployment, "FunctionRole", trust, function_statements(deployment, parameters), boundary)
                trust = trust_policy("scheduler.amazonaws.com", Condition=ONLY_THIS_ACCOUNT)
                self.assert_role(deployment, "ScheduleRole", trust, schedule_statements(deployment, parameters), boundary)
                trust = trust_policy("events.amazonaws.com", Condition=rules_that_notify(deployment))
                expected = notification_statements(deployment, parameters)
                self.assert_role(deployment, "NotificationRole", trust, expected, boundary)
                self.assertEqual(len(deployment.client("iam").list_roles()["Roles"]), 3)

    def test_only_the_functions_role_may_put_events_on_the_bus_of_reports(self):
        with stack.deployed() as deployment:
            bus = deployment.client("events").describe_event_bus(Name=stack.REPORT_BUS)
            role = f"arn:aws:iam::{stack.ACCOUNT}:role/{deployment.ids['FunctionRole']}"
            self.assertEqual(json.loads(bus["Policy"])["Statement"], [
                deny("DenyForgedReports", "events:PutEvents", REPORT_BUS, {"ArnNotEquals": {"aws:PrincipalArn": role}}),
            ])
            self.assertNotIn("Policy", deployment.client("events").describe_event_bus(Name="default"))

    def test_the_notification_role_trusts_exactly_the_rules_that_notify(self):
        with stack.deployed() as deployment:
            patterns = rules_that_notify(deployment)["ArnLike"]["aws:SourceArn"]
            trusted = {
                rule for rule in deployment.rules()
                if any(fnmatch.fnmatchcase(deployment.rule(rule)["Arn"], pattern) for pattern in patterns)
            }
            notifying = {rule for rule in deployment.rules() if rule.startswith("Notify")}
        self.assertEqual(trusted, notifying)
        self.assertGreaterEqual(len(trusted), 11)

    def test_the_dead_letter_queue_accepts_messages_only_over_tls_and_from_rules_of_this_stack(self):
        with stack.deployed({"LandingZoneRegion": "eu-west-1", "HoldUntil": "2026-11-24T18:00:00Z"}) as deployment:
            rules = [deployment.rule(rule)["Arn"] for rule in deployment.rules()]
            attributes = deployment.client("sqs").get_queue_attributes(
                QueueUrl=deployment.ids["DeadLetterQueue"], AttributeNames=["Policy"],
            )["Attributes"]
            statement, tls = json.loads(attributes["Policy"])["Statement"]
            source_arns = statement["Condition"]["ArnEquals"].pop("aws:SourceArn")
            self.assertEqual(sorted(source_arns), sorted(rules))
            self.assertEqual(statement, {
                **allow("AllowRulesOfThisStack", "sqs:SendMessage", deployment.queue_arn()),
                "Principal": {"Service": "events.amazonaws.com"}, "Condition": {"ArnEquals": {}},
            })
            self.assertEqual(tls, deny_unencrypted_transport("sqs:*", deployment.queue_arn()))

    def test_the_topics_accept_messages_only_over_tls_and_by_policy_only_from_alarms_of_this_account(self):
        with stack.deployed() as deployment:
            for name in ("Topic", "ChatTopic"):
                topic = deployment.ids[name]
                attributes = deployment.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
                self.assertEqual(json.loads(attributes["Policy"])["Statement"], [
                    {
                        **allow("AllowCloudWatchAlarms", "sns:Publish", topic),
                        "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Condition": ONLY_THIS_ACCOUNT,
                    },
                    deny_unencrypted_transport("sns:Publish", topic),
                ])

    def test_only_the_two_trigger_rules_may_invoke_the_function_by_resource_policy(self):
        with stack.deployed() as deployment:
            resources = deployment.template["Resources"].values()
            permissions = [
                resource["Properties"] for resource in resources if resource["Type"] == "AWS::Lambda::Permission"
            ]
            granted = [(one["Action"], one["Principal"], one["SourceArn"]["Fn::GetAtt"]) for one in permissions]
            self.assertEqual(sorted(granted), [
                ("lambda:InvokeFunction", "events.amazonaws.com", [rule, "Arn"])
                for rule in ("FunctionLandingZoneChanged", "FunctionTrustedAccessChanged")
            ])

    def test_the_forwarder_may_only_put_events_on_the_functions_bus(self):
        with stack.deployed(file="forwarder.yaml", region="eu-west-1") as forwarder:
            trust = trust_policy("events.amazonaws.com", Condition=ONLY_THIS_ACCOUNT)
            self.assert_role(forwarder, "ForwarderRole", trust, [allow("ForwardEvents", "events:PutEvents", DEFAULT_BUS)], "")

    def test_the_forwarders_queue_and_topic_accept_only_its_rule_and_alarms_of_this_account_over_tls(self):
        with stack.deployed(file="forwarder.yaml", region="eu-west-1") as forwarder:
            url, topic = forwarder.ids["DeadLetterQueue"], forwarder.ids["Topic"]
            rule = forwarder.client("events").describe_rule(Name=forwarder.ids["LandingZoneChanged"])["Arn"]
            queues = forwarder.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
            topics = forwarder.client("sns").get_topic_attributes(TopicArn=topic)
            queue = forwarder.queue_arn()
        self.assertEqual(json.loads(queues["Attributes"]["Policy"])["Statement"], [
            {
                **allow("AllowRuleOfThisStack", "sqs:SendMessage", queue),
                "Principal": {"Service": "events.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
            },
            deny_unencrypted_transport("sqs:*", queue),
        ])
        self.assertEqual(json.loads(topics["Attributes"]["Policy"])["Statement"], [
            {
                **allow("AllowCloudWatchAlarms", "sns:Publish", topic),
                "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Condition": ONLY_THIS_ACCOUNT,
            },
            deny_unencrypted_transport("sns:Publish", topic),
        ])

    def test_the_documented_key_policy_allows_every_service_that_the_stack_encrypts_with(self):
        text = (stack.ROOT / "docs" / "deploy.md").read_text().split("## Encrypt with your own key")[1]
        policy = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
        services = {}
        for statement in policy["Statement"]:
            self.assertEqual((statement["Effect"], statement["Resource"]), ("Allow", "*"))
            names = statement["Principal"].get("Service", [])
            for name in [names] if isinstance(names, str) else names:
                services[name] = set(statement["Action"])
        # A topic or a queue needs both actions to send. https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        for service in ("cloudwatch.amazonaws.com", "events.amazonaws.com"):
            self.assertEqual(services.pop(service), {"kms:Decrypt", "kms:GenerateDataKey"})
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        self.assertEqual(services.pop("logs.us-east-1.amazonaws.com"), {
            "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey",
        })
        self.assertEqual(services, {})
        log, = [one for one in policy["Statement"] if one["Sid"] == "AllowLog"]
        pattern = log["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
        with stack.deployed() as deployment:
            log_group = f"arn:aws:logs:us-east-1:111122223333:log-group:{deployment.log_group()}"
        self.assertTrue(fnmatch.fnmatch(log_group, pattern), (log_group, pattern))

    def test_every_arn_in_govcloud_has_the_govcloud_partition(self):
        # Checked in the translated template: SAM's translator writes the partition out, and moto knows only `aws`.
        arns = re.findall(r"arn:[^\"]+", json.dumps(stack.translate(region="us-gov-west-1")["Resources"]))
        self.assertGreaterEqual(len(arns), 3)
        for arn in arns:
            self.assertRegex(arn, r"^arn:(aws-us-gov|\$\{AWS::Partition\}):")

    def test_no_arn_in_the_templates_has_a_fixed_partition(self):
        for file in ("template.yaml", "plain.yaml", "forwarder.yaml"):
            # A parameter's pattern and its sentence show an ARN as an example.
            sections = {name: section for name, section in stack.load_template(file).items() if name != "Parameters"}
            self.assertNotIn("arn:aws", json.dumps(sections), file)


if __name__ == "__main__":
    unittest.main()
