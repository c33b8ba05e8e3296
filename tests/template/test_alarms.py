"""Tests the alarms and what the optional parameters add: an alarm, a dashboard metric, an environment variable."""

import re
import unittest

import stack

ALWAYS = ("custom-network", "dead-letters", "drift", "failures", "flapping", "no-runs", "repaired", "throttles",
          "undelivered-notifications", "undelivered-reports")
OPTIONAL = ("blocked", "held", "watched-principal-disabled")
# These alarms can return to OK although the problem remains.
WITHOUT_OK_ACTION = ("blocked", "custom-network", "drift", "failures", "held", "repaired", "undelivered-notifications",
                     "undelivered-reports")
RUNBOOK = "https://github.com/controltower-trusted-access/controltower-trusted-access/blob/main/docs/runbook.md"
HOLD_UNTIL = "2026-11-24T18:00:00Z"
ALL_OPTIONAL_PARAMETERS = {
    "HoldUntil": HOLD_UNTIL, "WatchPrincipals": "config.amazonaws.com", "LandingZoneRegion": "eu-west-1",
}
SCHEDULE_HOURS = {"rate(15 minutes)": 0.25, "rate(45 minutes)": 0.75, "rate(699 minutes)": 11.65, "rate(1 hour)": 1,
                  "rate(6 hours)": 6, "rate(12 hours)": 12, "rate(1 day)": 24, "rate(3 days)": 72}


def runbook_anchors():
    """Returns the anchors of the runbook's headings, as GitHub builds them."""
    headings = re.findall(r"^#+ (.+)$", (stack.ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def runbook_table():
    """Returns the rows of the runbook's first table: the answer to "can it wait until morning?" by alarm."""
    rows = re.findall(r"^\| \[([a-z-]+)\]\(#\1\) \| (.+?) \| .+ \|$", (stack.ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    return dict(rows)


def rendered(sub, values):
    """Returns the text of a Fn::Sub in its short or list form, with `values` for everything that it refers to."""
    text = sub if isinstance(sub, str) else sub[0]
    return re.sub(r"\$\{([\w:]+)\}", lambda name: values[name[1]], text)


def longest_values(region, domain, suffix):
    """Returns the longest values that a description can contain in a partition."""
    return {
        "AWS::StackName": 128 * "s", "AWS::Region": region, "AWS::AccountId": stack.ACCOUNT, "Domain": domain,
        "Function": 64 * "f", "DeadLetterQueue": f"https://sqs.{region}.{suffix}/{stack.ACCOUNT}/" + 80 * "q",
        "HoldUntil": "2026-11-24T18:00:00+01:00", "DesiredState": "disabled", "EventName": "DisableAWSServiceAccess",
        "LandingZoneRegion": 53 * "r", "FunctionRegion": "cn-northwest-1", "RunbookUrl": 120 * "u",
    }


LONGEST = {
    "aws": longest_values("ap-southeast-99", "console.aws.amazon.com", "amazonaws.com"),
    "aws-us-gov": longest_values("us-gov-west-1", "console.amazonaws-us-gov.com", "amazonaws.com"),
    "aws-cn": longest_values("cn-northwest-1", "console.amazonaws.cn", "amazonaws.com.cn"),
    "aws-eusc": longest_values("eusc-de-east-1", "console.amazonaws-eusc.eu", "amazonaws.eu"),
}


def environment(deployment):
    return deployment.function_configuration()["Environment"]["Variables"]


def dashboard_alarms(deployment):
    return [arn for widget in deployment.dashboard() for arn in widget.get("alarms", [])]


def dashboard_metrics(deployment):
    return [metric[1] for widget in deployment.dashboard() for metric in widget.get("metrics", [])]


class Alarms(unittest.TestCase):
    maxDiff = None

    def test_every_alarm_notifies_both_topics_and_sends_ok_only_if_ok_proves_recovery(self):
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms, topics = deployment.alarms(), [deployment.ids["Topic"], deployment.ids["ChatTopic"]]
        self.assertEqual(sorted(alarms), sorted(ALWAYS + OPTIONAL))
        for name, alarm in alarms.items():
            with self.subTest(name):
                self.assertTrue(alarm["ActionsEnabled"])
                self.assertEqual(alarm["AlarmActions"], topics)
                self.assertEqual(alarm["OKActions"], [] if name in WITHOUT_OK_ACTION else topics)

    def test_every_alarm_description_stands_alone(self):
        anchors = runbook_anchors()
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms, dashboard = deployment.alarms(), deployment.outputs["DashboardLink"]
        for name, alarm in alarms.items():
            with self.subTest(name):
                meaning, wait, command, place, dashboard_line, runbook = alarm["AlarmDescription"].split("\n")
                self.assertIn("AWS Control Tower", meaning)
                self.assertIn("trusted access", meaning.lower())
                self.assertRegex(meaning, "Workloads(, sign-in)? and SCPs are not affected[.;]")
                self.assertRegex(wait, "^Can it wait until morning\\? (Yes|No|Only)")
                self.assertRegex(command, "^First command: aws ")
                self.assertEqual(place, f"Account {stack.ACCOUNT}, Region us-east-1, stack {stack.STACK_NAME}.")
                self.assertEqual(dashboard_line, f"Dashboard: {dashboard}")
                self.assertEqual(runbook, f"Runbook: {RUNBOOK}#{name}")
                self.assertIn(name, anchors)

    def test_sign_in_is_called_unaffected_except_if_a_watched_principal_is_disabled(self):
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            descriptions = {name: alarm["AlarmDescription"] for name, alarm in deployment.alarms().items()}
        claims = {name for name, text in descriptions.items() if "Workloads, sign-in and SCPs are not affected." in text}
        self.assertEqual(set(descriptions) - claims, {"watched-principal-disabled"})

    def test_first_commands_name_the_resources_of_the_stack(self):
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms, ids = deployment.alarms(), deployment.ids
        for name in ("failures", "drift", "held", "no-runs", "throttles", "custom-network", "undelivered-reports"):
            self.assertIn(f"--function-name {ids['Function']}", alarms[name]["AlarmDescription"], name)
        self.assertIn(f"--queue-url {ids['DeadLetterQueue']}", alarms["dead-letters"]["AlarmDescription"])
        self.assertIn("--region eu-west-1\n", alarms["blocked"]["AlarmDescription"])

    def test_the_commands_for_the_caller_look_up_the_opposite_of_the_desired_state(self):
        for desired, call in (("enabled", "DisableAWSServiceAccess"), ("disabled", "EnableAWSServiceAccess")):
            with stack.deployed({"DesiredState": desired}) as deployment:
                alarms = deployment.alarms()
            for name in ("flapping", "repaired"):
                self.assertIn(f"AttributeValue={call} ", alarms[name]["AlarmDescription"])

    def test_no_description_is_longer_than_cloudwatch_allows(self):
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
        for file in ("template.yaml", "forwarder.yaml"):
            for resource in stack.load_template(file)["Resources"].values():
                if resource["Type"] != "AWS::CloudWatch::Alarm":
                    continue
                for partition, values in LONGEST.items():
                    name = resource["Properties"]["AlarmName"]["Fn::Sub"]
                    with self.subTest(file=file, alarm=name, partition=partition):
                        description = rendered(resource["Properties"]["AlarmDescription"]["Fn::Sub"], values)
                        self.assertLessEqual(len(description), 1024)

    def test_the_runbooks_table_has_the_answers_of_the_descriptions(self):
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms = deployment.alarms()
        answers = {
            name: re.search(r"^Can it wait until morning\? (Yes|No|Only)", alarm["AlarmDescription"], re.MULTILINE)[1]
            for name, alarm in alarms.items()
        }
        table = {name: re.match("Yes|No|Only", answer)[0] for name, answer in runbook_table().items()}
        self.assertEqual(table, answers)

    def test_the_forwarders_description_stands_alone(self):
        with stack.deployed(file="forwarder.yaml", region="eu-west-1") as forwarder:
            description, queue = forwarder.alarms()["dead-letters"]["AlarmDescription"], forwarder.ids["DeadLetterQueue"]
        self.assertIn("AWS Control Tower", description)
        self.assertIn("trusted access", description)
        self.assertIn("Workloads, sign-in and SCPs are not affected.", description)
        self.assertIn(f"--queue-url {queue}", description)
        self.assertIn(f"Account {stack.ACCOUNT}, Region eu-west-1, stack {stack.STACK_NAME}.", description)
        link, anchor = re.search(r"Runbook: (.+)#(.+)$", description).groups()
        self.assertEqual(link, RUNBOOK)
        self.assertIn(anchor, runbook_anchors())

    def test_every_outcome_of_drift_has_a_runbook_section(self):
        self.assertLessEqual({"remediated", "driftdetected", "held", "blocked"}, runbook_anchors())

    def test_the_no_runs_alarm_waits_for_two_schedule_periods(self):
        for expression, hours in SCHEDULE_HOURS.items():
            with self.subTest(expression), stack.deployed({"ScheduleExpression": expression}) as deployment:
                alarm = deployment.alarms()["no-runs"]
                evaluated_seconds = alarm["Period"] * alarm["EvaluationPeriods"]
                self.assertEqual(evaluated_seconds, 2 * hours * 3600)
                self.assertEqual(alarm["Period"] % 60, 0)
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
                self.assertLessEqual(evaluated_seconds, 7 * 86400 if alarm["Period"] >= 3600 else 86400)
                self.assertEqual((alarm["TreatMissingData"], alarm["Statistic"]), ("breaching", "Sum"))
                self.assertEqual((alarm["ComparisonOperator"], alarm["Threshold"]), ("LessThanThreshold", 1))


class StateBetweenRuns(unittest.TestCase):
    """The state of an alarm while there is no data: between two runs, or before a metric exists."""

    def setUp(self):
        self.deployment = self.enterContext(stack.deployed())
        self.alarms = self.deployment.alarms()

    def assert_alarm(self, name, metric, missing, window, breaching=1):
        alarm = self.alarms[name]
        self.assertEqual((alarm["Namespace"], alarm["MetricName"]), metric)
        self.assertEqual((alarm["TreatMissingData"], alarm["Threshold"]), (missing, 1))
        self.assertEqual((alarm["Period"], alarm["EvaluationPeriods"]), window)
        self.assertEqual(alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]), breaching)
        self.assertEqual(alarm["ComparisonOperator"], "GreaterThanOrEqualToThreshold")

    def test_repaired_ends_minutes_after_a_repair_so_that_the_next_repair_fires_again(self):
        self.assert_alarm("repaired", ("ControlTowerTrustedAccess", "Remediations"), "notBreaching", (60, 1))

    def test_custom_network_lasts_from_run_to_run_and_ends_without_the_metric(self):
        self.assert_alarm("custom-network", ("ControlTowerTrustedAccess", "CustomNetwork"), "notBreaching", (60, 180))

    def test_undelivered_reports_lasts_from_run_to_run(self):
        self.assert_alarm("undelivered-reports", ("AWS/Lambda", "DestinationDeliveryFailures"), "notBreaching", (60, 180))

    def test_undelivered_notifications_watches_both_topics_and_is_not_fired_again_by_its_own_message(self):
        alarm = self.alarms["undelivered-notifications"]
        metrics = [query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query]
        for metric in metrics:
            self.assertEqual((metric["Metric"]["Namespace"], metric["Metric"]["MetricName"]), ("AWS/SNS", "NumberOfNotificationsFailed"))
            # One of the periods of a whole day: the failure of this alarm's own message is in the same window.
            self.assertEqual(metric["Period"] * alarm["EvaluationPeriods"], 86400)
        topics = [self.deployment.ids[name].rsplit(":", 1)[1] for name in ("Topic", "ChatTopic")]
        self.assertEqual([metric["Metric"]["Dimensions"][0]["Value"] for metric in metrics], topics)
        self.assertEqual((alarm["DatapointsToAlarm"], alarm["TreatMissingData"]), (1, "notBreaching"))
        expression, = [query["Expression"] for query in alarm["Metrics"] if query.get("Expression")]
        self.assertEqual(expression, "MAX([FILL(mail, 0), FILL(chat, 0)])")


class OptionalParameters(unittest.TestCase):
    def test_hold_until_adds_the_held_alarm_and_excludes_held_changes_from_the_drift_alarm(self):
        with stack.deployed({"HoldUntil": HOLD_UNTIL}) as deployment:
            self.assertEqual(environment(deployment)["HOLD_UNTIL"], HOLD_UNTIL)
            held, drift = deployment.alarms()["held"], deployment.alarms()["drift"]
            self.assertEqual((held["MetricName"], held["Statistic"], held["Period"]), ("Held", "Minimum", 43200))
            self.assertIn(f"HoldUntil is {HOLD_UNTIL}", held["AlarmDescription"])
            self.assertEqual((held["EvaluationPeriods"], held["TreatMissingData"]), (2, "ignore"))
            self.assertIn("drift - remediations - held", [query.get("Expression") for query in drift["Metrics"]])
            self.assertIn("held", [query["Id"] for query in drift["Metrics"]])
            self.assertIn(held["AlarmArn"], dashboard_alarms(deployment))
            self.assertIn("Held", dashboard_metrics(deployment))

    def test_watch_principals_adds_the_watched_principal_disabled_alarm(self):
        with stack.deployed({"WatchPrincipals": "config.amazonaws.com"}) as deployment:
            self.assertEqual(environment(deployment)["WATCH_PRINCIPALS"], "config.amazonaws.com")
            alarm = deployment.alarms()["watched-principal-disabled"]
            self.assertEqual((alarm["MetricName"], alarm["Statistic"]), ("WatchedDisabled", "Maximum"))
            self.assertIn(alarm["AlarmArn"], dashboard_alarms(deployment))
            self.assertIn("WatchedDisabled", dashboard_metrics(deployment))

    def test_landing_zone_region_adds_the_blocked_alarm_and_excludes_blocked_changes_from_the_drift_alarm(self):
        with stack.deployed({"LandingZoneRegion": "eu-west-1", "HoldUntil": HOLD_UNTIL}) as deployment:
            self.assertEqual(environment(deployment)["LANDING_ZONE_REGION"], "eu-west-1")
            self.assertEqual(deployment.function_configuration()["Timeout"], 160)
            blocked, drift = deployment.alarms()["blocked"], deployment.alarms()["drift"]
            self.assertEqual((blocked["MetricName"], blocked["Statistic"], blocked["Period"]), ("Blocked", "Minimum", 10800))
            self.assertEqual((blocked["EvaluationPeriods"], blocked["TreatMissingData"]), (2, "ignore"))
            self.assertIn("eu-west-1", blocked["AlarmDescription"])
            expressions = [query.get("Expression") for query in drift["Metrics"]]
            self.assertIn("drift - remediations - held - blocked", expressions)
            self.assertLessEqual({"held", "blocked"}, {query["Id"] for query in drift["Metrics"]})
            self.assertIn(blocked["AlarmArn"], dashboard_alarms(deployment))
            self.assertIn("Blocked", dashboard_metrics(deployment))
            self.assertLessEqual({"NotifyBlockedWithCaller", "NotifyBlockedWithoutCaller"}, set(deployment.rules()))

    def test_nothing_optional_is_deployed_by_default(self):
        with stack.deployed() as deployment:
            self.assertEqual(sorted(environment(deployment)), ["ALLOW_DISABLE", "DESIRED_STATE", "MODE"])
            self.assertEqual(sorted(deployment.alarms()), sorted(ALWAYS))
            self.assertFalse([rule for rule in deployment.rules() if "Blocked" in rule or "Held" in rule])
            self.assertEqual(deployment.function_configuration()["Timeout"], 120)
            self.assertEqual(deployment.client("sns").list_subscriptions()["Subscriptions"], [])


if __name__ == "__main__":
    unittest.main()
