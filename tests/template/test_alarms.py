"""Tests the alarms and what the optional parameters add: an alarm, a dashboard metric, an environment variable."""

import re
import unittest

import stack

ALWAYS = ("dead-letters", "drift", "failures", "flapping", "no-runs", "throttles")
OPTIONAL = ("blocked", "held", "watched-principal-disabled")
# These alarms can return to OK although the problem remains.
WITHOUT_OK_ACTION = ("blocked", "drift", "failures", "held")
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


def environment(deployment):
    return deployment.function_configuration()["Environment"]["Variables"]


def dashboard_alarms(deployment):
    return [arn for widget in deployment.dashboard() for arn in widget.get("alarms", [])]


def dashboard_metrics(deployment):
    return [metric[1] for widget in deployment.dashboard() for metric in widget.get("metrics", [])]


class Alarms(unittest.TestCase):
    maxDiff = None

    def test_every_alarm_notifies_the_topic_and_sends_ok_only_if_ok_proves_recovery(self):
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms, topic = deployment.alarms(), [deployment.ids["Topic"]]
        self.assertEqual(sorted(alarms), sorted(ALWAYS + OPTIONAL))
        for name, alarm in alarms.items():
            with self.subTest(name):
                self.assertTrue(alarm["ActionsEnabled"])
                self.assertEqual(alarm["AlarmActions"], topic)
                self.assertEqual(alarm["OKActions"], [] if name in WITHOUT_OK_ACTION else topic)

    def test_every_alarm_description_names_the_service_and_its_runbook_section(self):
        anchors = runbook_anchors()
        with stack.deployed(ALL_OPTIONAL_PARAMETERS) as deployment:
            alarms = deployment.alarms()
        for name, alarm in alarms.items():
            with self.subTest(name):
                description = alarm["AlarmDescription"]
                self.assertIn("AWS Control Tower", description)
                self.assertIn("trusted access", description.lower())
                self.assertTrue(description.endswith(f" See docs/runbook.md#{name}."), description)
                self.assertIn(name, anchors)
                # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
                self.assertLessEqual(len(description), 1024)

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
