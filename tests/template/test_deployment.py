"""The stack as moto's services have it after CloudFormation: triggers, queue, alarms, dashboard, outputs."""

import json
import unittest

import stack

FOURTEEN_DAYS = 14 * 24 * 3600
OPTIONAL = ("HasHoldUntil", "HasWatchedPrincipals", "HasLandingZoneRegion")
HOURS = {"rate(15 minutes)": 0.25, "rate(45 minutes)": 0.75, "rate(699 minutes)": 11.65, "rate(1 hour)": 1,
         "rate(6 hours)": 6, "rate(12 hours)": 12, "rate(1 day)": 24, "rate(3 days)": 72}


class Deployment(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.keeper = self.enterContext(stack.deployed({"NotificationEmail": "ops@example.com"}))

    def queue(self):
        name = self.keeper.ids["DeadLetterQueue"].rsplit("/", 1)[1]
        return f"arn:aws:sqs:us-east-1:{stack.ACCOUNT}:{name}"

    def function(self):
        return f"arn:aws:lambda:us-east-1:{stack.ACCOUNT}:function:{self.keeper.ids['Function']}"

    def alarms(self):
        return self.keeper.client("cloudwatch").describe_alarms()["MetricAlarms"]

    def test_every_resource_was_created_and_every_output_has_a_value(self):
        resources = self.keeper.body["Resources"]
        created = [name for name, resource in resources.items() if resource.get("Condition") not in OPTIONAL]
        # Moto lists what a condition left out under an empty name.
        self.assertEqual(sorted(filter(None, self.keeper.ids)), sorted(created))
        self.assertEqual(sorted(self.keeper.outputs), sorted(self.keeper.body["Outputs"]))
        self.assertTrue(all("$" not in value for value in self.keeper.outputs.values()), self.keeper.outputs)

    def test_every_rule_and_the_schedule_retry_and_leave_what_they_could_not_deliver(self):
        schedule = self.keeper.client("scheduler").get_schedule(Name=self.keeper.ids["FunctionSchedule"])
        targets = [target for rule in self.keeper.rules() for target in self.keeper.targets(rule)]
        self.assertEqual(len(targets), 4)
        for target in [*targets, schedule["Target"]]:
            self.assertEqual(target["DeadLetterConfig"], {"Arn": self.queue()})
            self.assertGreaterEqual(target["RetryPolicy"]["MaximumRetryAttempts"], 20)
            self.assertGreaterEqual(target["RetryPolicy"]["MaximumEventAgeInSeconds"], 3600)

    def test_the_schedule_sends_an_event_of_its_own_in_a_flexible_window(self):
        schedule = self.keeper.client("scheduler").get_schedule(Name=self.keeper.ids["FunctionSchedule"])
        self.assertEqual(schedule["ScheduleExpression"], "rate(1 hour)")
        self.assertEqual(schedule["FlexibleTimeWindow"], {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10})
        self.assertEqual(schedule["Target"]["Arn"], self.function())
        sent = json.loads(schedule["Target"]["Input"])
        self.assertEqual((sent["source"], sent["detail-type"], sent["detail"]), ("aws.scheduler", "Scheduled Event", {}))

    def test_the_rules_that_wake_the_function_aim_at_it_and_the_others_at_the_topic(self):
        aims = {rule: [target["Arn"] for target in self.keeper.targets(rule)] for rule in self.keeper.rules()}
        topic = self.keeper.ids["Topic"]
        self.assertEqual(aims, {
            "FunctionTrustedAccessChanged": [self.function()], "FunctionLandingZoneChanged": [self.function()],
            "NotifyDriftWithCaller": [topic], "NotifyDriftWithoutCaller": [topic],
        })

    def test_failures_go_to_the_queue_and_reports_to_the_bus(self):
        config = self.keeper.client("lambda").get_function_event_invoke_config(FunctionName=self.keeper.ids["Function"])
        self.assertEqual(config["DestinationConfig"], {
            "OnFailure": {"Destination": self.queue()},
            "OnSuccess": {"Destination": f"arn:aws:events:us-east-1:{stack.ACCOUNT}:event-bus/default"},
        })
        self.assertEqual((config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]), (2, 3600))

    def test_the_queue_is_encrypted_and_keeps_fourteen_days(self):
        attributes = self.keeper.client("sqs").get_queue_attributes(
            QueueUrl=self.keeper.ids["DeadLetterQueue"], AttributeNames=["All"],
        )["Attributes"]
        self.assertEqual(int(attributes["MessageRetentionPeriod"]), FOURTEEN_DAYS)
        # Asked of the templates: moto encrypts, as AWS does today, also where nothing is said.
        for body in (self.keeper.body, stack.template("forwarder.yaml")):
            self.assertIs(body["Resources"]["DeadLetterQueue"]["Properties"]["SqsManagedSseEnabled"], True)

    def test_the_log_is_json_in_a_group_with_retention(self):
        group, = self.keeper.client("logs").describe_log_groups()["logGroups"]
        self.assertEqual((group["logGroupName"], group["retentionInDays"]), ("/controltower-trusted-access/keeper", 90))
        logging = self.keeper.body["Resources"]["Function"]["Properties"]["LoggingConfig"]
        self.assertEqual(logging, {
            "LogFormat": "JSON", "ApplicationLogLevel": {"Ref": "LogLevel"}, "LogGroup": {"Ref": "FunctionLogGroup"},
        })

    def test_the_address_is_subscribed(self):
        subscriptions = self.keeper.client("sns").list_subscriptions()["Subscriptions"]
        self.assertEqual([(one["Protocol"], one["Endpoint"]) for one in subscriptions], [("email", "ops@example.com")])

    def test_six_alarms_tell_the_topic_when_they_start_and_when_their_end_is_good_news(self):
        alarms = self.alarms()
        self.assertEqual(sorted(alarm["AlarmName"] for alarm in alarms), [
            f"keeper-{name}" for name in ("dead-letters", "drift", "failures", "flapping", "no-runs", "throttles")
        ])
        for alarm in alarms:
            topic = [self.keeper.ids["Topic"]]
            ends_without_proof = alarm["AlarmName"] in ("keeper-failures", "keeper-drift")
            self.assertEqual((alarm["AlarmActions"], alarm["OKActions"]), (topic, [] if ends_without_proof else topic))
            self.assertTrue(alarm["ActionsEnabled"])

    def test_the_dashboard_shows_every_alarm_and_asks_the_functions_log(self):
        body = json.loads(self.keeper.client("cloudwatch").get_dashboard(DashboardName="keeper")["DashboardBody"])
        self.assertNotIn("${", json.dumps(body))
        shown = [arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])]
        self.assertEqual(sorted(shown), sorted(alarm["AlarmArn"] for alarm in self.alarms()))
        queries = [widget["properties"]["query"] for widget in body["widgets"] if widget["type"] == "log"]
        self.assertEqual(len(queries), 2)
        self.assertTrue(all(query.startswith("SOURCE '/controltower-trusted-access/keeper' |") for query in queries))

    def test_an_event_of_the_landing_zones_region_reaches_the_functions_rule_through_the_forwarder(self):
        self.keeper.probe()
        forwarder = stack.create(stack.template("forwarder.yaml"), region="eu-west-1")
        forwarder.put(stack.event("controltower-reset-landing-zone"), stack.event("organizations-disable-root"))
        delivered = self.keeper.delivered()
        self.assertEqual(sorted(delivered), ["FunctionLandingZoneChanged"])
        event, = delivered["FunctionLandingZoneChanged"]
        self.assertEqual(event["detail"]["eventName"], "ResetLandingZone")


class WithOtherParameters(unittest.TestCase):
    def test_a_maintenance_has_an_alarm_a_line_of_the_dashboard_and_no_drift_alarm(self):
        with stack.deployed({"HoldUntil": "2026-11-24T18:00:00Z"}) as keeper:
            environment = keeper.client("lambda").get_function(FunctionName=keeper.ids["Function"])["Configuration"]
            self.assertEqual(environment["Environment"]["Variables"]["HOLD_UNTIL"], "2026-11-24T18:00:00Z")
            cloudwatch = keeper.client("cloudwatch")
            held, drift = cloudwatch.describe_alarms(AlarmNames=["keeper-drift", "keeper-held"])["MetricAlarms"][::-1]
            self.assertEqual((held["MetricName"], held["Statistic"], held["Period"]), ("Held", "Minimum", 43200))
            self.assertIn("HoldUntil is 2026-11-24T18:00:00Z", held["AlarmDescription"])
            self.assertEqual((held["EvaluationPeriods"], held["TreatMissingData"]), (2, "ignore"))
            self.assertEqual((held["AlarmActions"], held["OKActions"]), ([keeper.ids["Topic"]], []))
            self.assertIn("drift - remediations - held", [query.get("Expression") for query in drift["Metrics"]])
            self.assertIn("held", [query["Id"] for query in drift["Metrics"]])
            board = json.loads(cloudwatch.get_dashboard(DashboardName="keeper")["DashboardBody"])
            widgets = [widget["properties"] for widget in board["widgets"]]
            shown = [arn for widget in widgets for arn in widget.get("alarms", [])]
            self.assertIn(held["AlarmArn"], shown)
            plotted = [metric[1] for widget in widgets for metric in widget.get("metrics", [])]
            self.assertIn("Held", plotted)

    def test_what_is_watched_has_an_alarm_and_a_line_of_the_dashboard(self):
        with stack.deployed({"WatchPrincipals": "config.amazonaws.com"}) as keeper:
            environment = keeper.client("lambda").get_function(FunctionName=keeper.ids["Function"])["Configuration"]
            self.assertEqual(environment["Environment"]["Variables"]["WATCH_PRINCIPALS"], "config.amazonaws.com")
            cloudwatch = keeper.client("cloudwatch")
            watched, = cloudwatch.describe_alarms(AlarmNames=["keeper-watched-principal-disabled"])["MetricAlarms"]
            self.assertEqual((watched["MetricName"], watched["Statistic"]), ("WatchedDisabled", "Maximum"))
            self.assertEqual(watched["AlarmActions"], [keeper.ids["Topic"]])
            board = cloudwatch.get_dashboard(DashboardName="keeper")["DashboardBody"]
            self.assertIn(watched["AlarmArn"], board)
            self.assertIn('"WatchedDisabled"', board)
            json.loads(board)

    def test_the_landing_zone_has_an_alarm_a_line_of_the_dashboard_a_sentence_and_no_drift_alarm(self):
        with stack.deployed({"LandingZoneRegion": "eu-west-1", "HoldUntil": "2026-11-24T18:00:00Z"}) as keeper:
            function = keeper.client("lambda").get_function(FunctionName=keeper.ids["Function"])["Configuration"]
            self.assertEqual(function["Environment"]["Variables"]["LANDING_ZONE_REGION"], "eu-west-1")
            self.assertEqual(function["Timeout"], 160)
            cloudwatch = keeper.client("cloudwatch")
            found = cloudwatch.describe_alarms(AlarmNames=["keeper-blocked", "keeper-drift"])["MetricAlarms"]
            blocked, drift = sorted(found, key=lambda alarm: alarm["AlarmName"])
            self.assertEqual((blocked["MetricName"], blocked["Statistic"], blocked["Period"]), ("Blocked", "Minimum", 10800))
            self.assertEqual((blocked["EvaluationPeriods"], blocked["TreatMissingData"]), (2, "ignore"))
            self.assertEqual((blocked["AlarmActions"], blocked["OKActions"]), ([keeper.ids["Topic"]], []))
            self.assertIn("eu-west-1", blocked["AlarmDescription"])
            expressions = [query.get("Expression") for query in drift["Metrics"]]
            self.assertIn("drift - remediations - held - blocked", expressions)
            self.assertLessEqual({"held", "blocked"}, {query["Id"] for query in drift["Metrics"]})
            board = cloudwatch.get_dashboard(DashboardName="keeper")["DashboardBody"]
            self.assertIn(blocked["AlarmArn"], board)
            self.assertIn('"Blocked"', board)
            json.loads(board)
            self.assertEqual([target["Arn"] for target in keeper.targets("NotifyBlocked")], [keeper.ids["Topic"]])

    def test_without_the_optional_parameters_nothing_of_them_is_there(self):
        with stack.deployed() as keeper:
            environment = keeper.client("lambda").get_function(FunctionName=keeper.ids["Function"])["Configuration"]
            self.assertEqual(sorted(environment["Environment"]["Variables"]), ["ALLOW_DISABLE", "DESIRED_STATE", "MODE"])
            self.assertNotIn("HeldAlarm", keeper.ids)
            self.assertNotIn("WatchedPrincipalDisabledAlarm", keeper.ids)
            self.assertNotIn("BlockedAlarm", keeper.ids)
            self.assertNotIn("NotifyBlocked", keeper.ids)
            timeout = keeper.client("lambda").get_function(FunctionName=keeper.ids["Function"])["Configuration"]["Timeout"]
            self.assertEqual(timeout, 120)

    def test_silence_is_two_schedule_periods_without_a_report_whatever_the_schedule(self):
        for expression, hours in HOURS.items():
            with self.subTest(expression), stack.deployed({"ScheduleExpression": expression}) as keeper:
                found = keeper.client("cloudwatch").describe_alarms(AlarmNames=["keeper-no-runs"])["MetricAlarms"]
                silence, = found
                waited = silence["Period"] * silence["EvaluationPeriods"]
                self.assertEqual(waited, 2 * hours * 3600)
                self.assertEqual(silence["Period"] % 60, 0)
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
                self.assertLessEqual(waited, 7 * 86400 if silence["Period"] >= 3600 else 86400)
                self.assertEqual((silence["TreatMissingData"], silence["Statistic"]), ("breaching", "Sum"))
                self.assertEqual((silence["ComparisonOperator"], silence["Threshold"]), ("LessThanThreshold", 1))

    def test_nobody_is_subscribed_where_no_address_is_given(self):
        with stack.deployed() as keeper:
            self.assertEqual(keeper.client("sns").list_subscriptions()["Subscriptions"], [])


if __name__ == "__main__":
    unittest.main()
