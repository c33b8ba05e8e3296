"""Tests the deployed resources in moto: triggers, dead-letter queue, destinations, log group, outputs, dashboard."""

import json
import unittest

import stack
import test_tampering

FOURTEEN_DAYS = 14 * 24 * 3600
OPTIONAL_CONDITIONS = ("HasHoldUntil", "HasWatchedPrincipals", "HasLandingZoneRegion", "DeletesLog")
KEY = f"arn:aws:kms:us-east-1:{stack.ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class Deployment(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.deployment = self.enterContext(stack.deployed({"NotificationEmail": "ops@example.com"}))

    def test_every_resource_is_created_and_every_output_has_a_value(self):
        resources = self.deployment.template["Resources"]
        expected = [name for name, resource in resources.items() if resource.get("Condition") not in OPTIONAL_CONDITIONS]
        # moto lists a resource whose condition is false under an empty name.
        self.assertEqual(sorted(filter(None, self.deployment.ids)), sorted(expected))
        self.assertEqual(sorted(self.deployment.outputs), sorted(self.deployment.template["Outputs"]))
        self.assertTrue(all("$" not in value for value in self.deployment.outputs.values()), self.deployment.outputs)

    def test_every_target_retries_and_has_the_dead_letter_queue(self):
        schedule = self.deployment.client("scheduler").get_schedule(Name=self.deployment.ids["FunctionSchedule"])
        targets = [target for rule in self.deployment.rules() for target in self.deployment.targets(rule)]
        self.assertEqual(len(targets), 24)
        for target in [*targets, schedule["Target"]]:
            self.assertEqual(target["DeadLetterConfig"], {"Arn": self.deployment.queue_arn()})
            self.assertGreaterEqual(target["RetryPolicy"]["MaximumRetryAttempts"], 20)
            self.assertGreaterEqual(target["RetryPolicy"]["MaximumEventAgeInSeconds"], 3600)

    def test_the_schedule_sends_its_own_event_in_a_flexible_window(self):
        schedule = self.deployment.client("scheduler").get_schedule(Name=self.deployment.ids["FunctionSchedule"])
        self.assertEqual(schedule["ScheduleExpression"], "rate(1 hour)")
        self.assertEqual(schedule["FlexibleTimeWindow"], {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10})
        self.assertEqual(schedule["Target"]["Arn"], self.deployment.function_arn())
        event = json.loads(schedule["Target"]["Input"])
        self.assertEqual((event["source"], event["detail-type"], event["detail"]), ("aws.scheduler", "Scheduled Event", {}))

    def test_trigger_rules_target_the_function_and_notification_rules_target_both_topics_with_their_role(self):
        targets = {
            (self.deployment.bus(rule), rule): [(target["Arn"], target.get("RoleArn")) for target in self.deployment.targets(rule)]
            for rule in self.deployment.rules()
        }
        ids, function = self.deployment.ids, self.deployment.function_arn()
        role = f"arn:aws:iam::{stack.ACCOUNT}:role/{ids['NotificationRole']}"
        topics = [(ids["Topic"], role), (ids["ChatTopic"], role)]
        notifications = (
            "NotifyRepairWithOutage", "NotifyRepairWithCaller", "NotifyRepairWithoutCaller", "NotifyDriftWithCaller",
            "NotifyDriftWithoutCaller", "NotifyInSyncAfterCall",
        )
        self.assertEqual(targets, {
            (stack.DEFAULT_BUS, "FunctionTrustedAccessChanged"): [(function, None)],
            (stack.DEFAULT_BUS, "FunctionLandingZoneChanged"): [(function, None)],
        } | {(stack.REPORT_BUS, rule): topics for rule in notifications}
            | {(stack.DEFAULT_BUS, rule): topics for rule in test_tampering.RULES})

    def test_failed_events_go_to_the_dead_letter_queue_and_reports_to_the_bus_of_the_stack(self):
        config = self.deployment.client("lambda").get_function_event_invoke_config(
            FunctionName=self.deployment.ids["Function"],
        )
        self.assertEqual(config["DestinationConfig"], {
            "OnFailure": {"Destination": self.deployment.queue_arn()},
            "OnSuccess": {"Destination": f"arn:aws:events:us-east-1:{stack.ACCOUNT}:event-bus/{stack.REPORT_BUS}"},
        })
        self.assertEqual((config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]), (2, 3600))

    def test_the_dead_letter_queue_is_encrypted_and_keeps_messages_for_14_days(self):
        attributes = self.deployment.client("sqs").get_queue_attributes(
            QueueUrl=self.deployment.ids["DeadLetterQueue"], AttributeNames=["All"],
        )["Attributes"]
        self.assertEqual(int(attributes["MessageRetentionPeriod"]), FOURTEEN_DAYS)
        self.assertEqual(attributes["SqsManagedSseEnabled"], "true")
        self.assertNotIn("KmsMasterKeyId", attributes)
        # Checked in the template: moto, as AWS, encrypts a queue by default.
        queue = stack.load_template("forwarder.yaml")["Resources"]["DeadLetterQueue"]["Properties"]
        self.assertIs(queue["SqsManagedSseEnabled"], True)

    def test_the_log_is_json_in_a_log_group_with_retention(self):
        group, = self.deployment.client("logs").describe_log_groups()["logGroups"]
        self.assertEqual((group["logGroupName"], group["retentionInDays"]), (self.deployment.log_group(), 90))
        self.assertEqual(self.deployment.outputs["LogGroupName"], self.deployment.log_group())
        logging = self.deployment.template["Resources"]["Function"]["Properties"]["LoggingConfig"]
        self.assertEqual(logging, {
            "LogFormat": "JSON", "ApplicationLogLevel": {"Ref": "LogLevel"},
            "LogGroup": {"Fn::If": ["RetainsLog", {"Ref": "FunctionLogGroup"}, {"Ref": "DeletedLogGroup"}]},
        })

    def test_the_notification_email_is_subscribed(self):
        subscriptions = self.deployment.client("sns").list_subscriptions()["Subscriptions"]
        self.assertEqual([(one["Protocol"], one["Endpoint"], one["TopicArn"]) for one in subscriptions], [
            ("email", "ops@example.com", self.deployment.ids["Topic"]),
        ])

    def test_the_outputs_name_the_topic_for_mail_and_the_topic_for_chat(self):
        for output, topic in (("TopicArn", "Topic"), ("ChatTopicArn", "ChatTopic")):
            self.assertEqual(self.deployment.outputs[output], self.deployment.ids[topic])

    def test_the_dashboard_shows_every_alarm_and_queries_the_log_group(self):
        widgets = self.deployment.dashboard()
        self.assertNotIn("${", json.dumps(widgets))
        arns = [arn for widget in widgets for arn in widget.get("alarms", [])]
        self.assertEqual(sorted(arns), sorted(alarm["AlarmArn"] for alarm in self.deployment.alarms().values()))
        queries = [widget["query"] for widget in widgets if "query" in widget]
        self.assertEqual(len(queries), 2)
        source = f"SOURCE '{self.deployment.log_group()}' |"
        self.assertTrue(all(query.startswith(source) for query in queries))

    def test_the_forwarder_forwards_landing_zone_events_to_the_functions_rule(self):
        self.deployment.capture_targets()
        forwarder = stack.create_stack(stack.load_template("forwarder.yaml"), region="eu-west-1")
        forwarder.put_events(
            stack.load_event("controltower-update-landing-zone"), stack.load_event("organizations-disable-root"),
        )
        captured = self.deployment.captured()
        self.assertEqual(sorted(captured), ["FunctionLandingZoneChanged"])
        event, = captured["FunctionLandingZoneChanged"]
        self.assertEqual(event["detail"]["eventName"], "UpdateLandingZone")


class LogGroup(unittest.TestCase):
    def policies(self, template, name):
        resource = template["Resources"][name]
        return resource["Condition"], resource["DeletionPolicy"], resource["UpdateReplacePolicy"]

    def test_the_log_group_is_retained_unless_retain_log_is_false(self):
        for parameters, created, missing in (
            ({}, "FunctionLogGroup", "DeletedLogGroup"),
            ({"RetainLog": "true"}, "FunctionLogGroup", "DeletedLogGroup"),
            ({"RetainLog": "false"}, "DeletedLogGroup", "FunctionLogGroup"),
        ):
            with self.subTest(**parameters), stack.deployed(parameters) as deployment:
                self.assertIn(created, deployment.ids)
                self.assertNotIn(missing, deployment.ids)
                self.assertEqual(deployment.outputs["LogGroupName"], deployment.ids[created])
                queries = [widget["query"] for widget in deployment.dashboard() if "query" in widget]
                self.assertTrue(all(f"SOURCE '{deployment.ids[created]}'" in query for query in queries))
        template = stack.translate()
        self.assertEqual(self.policies(template, "FunctionLogGroup"), ("RetainsLog", "RetainExceptOnCreate", "Retain"))
        self.assertEqual(self.policies(template, "DeletedLogGroup"), ("DeletesLog", "Delete", "Delete"))

    def test_the_stack_can_be_deployed_again_beside_a_retained_log_group(self):
        with stack.deployed() as deployment:
            retained = deployment.log_group()
            deployment.client("cloudformation").delete_stack(StackName=stack.STACK_NAME)
            # moto deletes every resource.
            logs = deployment.client("logs")
            self.assertEqual(logs.describe_log_groups()["logGroups"], [])
            logs.create_log_group(logGroupName=retained)
            again = stack.create_stack(deployment.template)
            self.assertNotEqual(again.log_group(), retained)
            names = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
            self.assertEqual(sorted(names), sorted([again.log_group(), retained]))


class CustomerManagedKey(unittest.TestCase):
    def test_the_key_encrypts_the_queue_the_topics_and_the_log(self):
        for retain in ("true", "false"):
            with self.subTest(RetainLog=retain), stack.deployed({"KmsKeyArn": KEY, "RetainLog": retain}) as deployment:
                queue = deployment.client("sqs").get_queue_attributes(
                    QueueUrl=deployment.ids["DeadLetterQueue"], AttributeNames=["All"],
                )["Attributes"]
                self.assertEqual(queue["KmsMasterKeyId"], KEY)
                for topic in ("Topic", "ChatTopic"):
                    attributes = deployment.client("sns").get_topic_attributes(TopicArn=deployment.ids[topic])["Attributes"]
                    self.assertEqual(attributes["KmsMasterKeyId"], KEY)
        # Checked in the template: moto's log groups of a stack have no key, and its queues have both kinds of encryption.
        resources = stack.translate()["Resources"]
        managed = resources["DeadLetterQueue"]["Properties"]["SqsManagedSseEnabled"]
        self.assertEqual(managed, {"Fn::If": ["HasKmsKey", {"Ref": "AWS::NoValue"}, True]})
        for name in ("FunctionLogGroup", "DeletedLogGroup"):
            expected = {"Fn::If": ["HasKmsKey", {"Ref": "KmsKeyArn"}, {"Ref": "AWS::NoValue"}]}
            self.assertEqual(resources[name]["Properties"]["KmsKeyId"], expected)

    def test_nothing_has_a_customer_managed_key_by_default(self):
        with stack.deployed() as deployment:
            for topic in ("Topic", "ChatTopic"):
                attributes = deployment.client("sns").get_topic_attributes(TopicArn=deployment.ids[topic])["Attributes"]
                self.assertNotIn("KmsMasterKeyId", attributes)


class Forwarder(unittest.TestCase):
    def deployed(self, parameters=None):
        return stack.deployed(parameters, file="forwarder.yaml", region="eu-west-1")

    def test_the_alarm_watches_the_queue_and_notifies_the_topic_of_its_own_region(self):
        with self.deployed() as forwarder:
            alarm, topic = forwarder.alarms()["dead-letters"], forwarder.ids["Topic"]
            self.assertEqual(forwarder.outputs["TopicArn"], topic)
            self.assertRegex(topic, "^arn:aws:sns:eu-west-1:")
            self.assertEqual((alarm["AlarmActions"], alarm["OKActions"]), ([topic], [topic]))
            queue = forwarder.ids["DeadLetterQueue"].rsplit("/", 1)[1]
            self.assertEqual(alarm["Dimensions"], [{"Name": "QueueName", "Value": queue}])
            self.assertEqual((alarm["MetricName"], alarm["Threshold"]), ("ApproximateNumberOfMessagesVisible", 1))

    def test_the_email_address_is_subscribed_only_if_there_is_one(self):
        with self.deployed() as forwarder:
            self.assertEqual(forwarder.client("sns").list_subscriptions()["Subscriptions"], [])
        with self.deployed({"NotificationEmail": "ops@example.com"}) as forwarder:
            subscription, = forwarder.client("sns").list_subscriptions()["Subscriptions"]
            self.assertEqual((subscription["Protocol"], subscription["Endpoint"]), ("email", "ops@example.com"))


if __name__ == "__main__":
    unittest.main()
