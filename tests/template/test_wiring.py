"""Tests the template against the built binary: metrics, log fields and notifications."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

import stack
from test_patterns import BLOCKED, DRIFT_WITH_CALLER, DRIFT_WITHOUT_CALLER, invocation_record

sys.path.append(str(stack.ROOT / "tests" / "emulators"))
import services  # noqa: E402

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
NAMESPACE = "ControlTowerTrustedAccess"
TIME = r"[0-9T:.Z-]+"


class BinaryRun:
    """The reports and log lines of the built binary, which corrects drift twice under the Runtime Interface Emulator."""

    def __init__(self):
        with services.moto() as endpoint:
            organization = services.Organization(endpoint).create()
            with services.runtime_interface_emulator(BOOTSTRAP, endpoint) as invoke:
                organization.disable()
                self.report_with_caller = invoke(json.dumps(stack.load_event("organizations-disable-sso-user")))
                organization.disable()
                self.report_of_schedule = invoke(json.dumps(stack.load_event("schedule-scheduler")))
                self.log_lines = invoke.log_lines()


def blocked_report():
    """Returns the binary's report when the Region of LANDING_ZONE_REGION has no landing zone."""
    with services.moto() as endpoint, services.no_landing_zone() as control_tower:
        organization = services.Organization(endpoint).create()
        environment = {"LANDING_ZONE_REGION": "eu-west-1", "AWS_ENDPOINT_URL_CONTROLTOWER": control_tower}
        with services.runtime_interface_emulator(BOOTSTRAP, endpoint, environment) as invoke:
            organization.disable()
            return invoke(json.dumps(stack.load_event("organizations-disable-root")))


def notifications(deployment, *reports):
    """Returns the notification texts that the reports cause, by rule."""
    deployment.capture_targets()
    for report in reports:
        deployment.put_events(invocation_record(f"{deployment.function_arn()}:$LATEST", report))
    return deployment.captured()


class Metrics(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.run_of_binary = BinaryRun()

    def setUp(self):
        self.deployment = self.enterContext(stack.deployed())

    def emitted_metrics(self):
        """Returns the names of the metrics that the binary's embedded metric lines declare."""
        lines = [line for line in self.run_of_binary.log_lines if "_aws" in line]
        self.assertEqual(len(lines), 2)
        directives = [directive for line in lines for directive in line["_aws"]["CloudWatchMetrics"]]
        self.assertEqual({directive["Namespace"] for directive in directives}, {NAMESPACE})
        self.assertTrue(all(directive["Dimensions"] == [["FunctionName"]] for directive in directives))
        return {metric["Name"] for directive in directives for metric in directive["Metrics"]}

    def alarm_metrics(self):
        """Yields (namespace, metric, dimensions) for each metric of an alarm."""
        for alarm in self.deployment.alarms().values():
            metrics = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
            for metric in metrics or [alarm]:
                dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
                yield metric["Namespace"], metric["MetricName"], dimensions

    def test_alarms_use_metrics_that_the_binary_emits_with_the_functions_name(self):
        own = {(metric, tuple(dimensions.items())) for space, metric, dimensions in self.alarm_metrics() if space == NAMESPACE}
        dimension = (("FunctionName", self.deployment.ids["Function"]),)
        self.assertEqual(own, {(metric, dimension) for metric in ("CustomNetwork", "Drift", "Reconciliations", "Remediations")})
        self.assertLessEqual({metric for metric, _ in own}, self.emitted_metrics())

    def test_the_other_alarms_use_metrics_of_lambda_the_topics_and_the_dead_letter_queue(self):
        others = [one for one in self.alarm_metrics() if one[0] != NAMESPACE]
        function = {"FunctionName": self.deployment.ids["Function"]}
        queue = {"QueueName": self.deployment.ids["DeadLetterQueue"].rsplit("/", 1)[1]}
        topics = [{"TopicName": self.deployment.ids[topic].rsplit(":", 1)[1]} for topic in ("Topic", "ChatTopic")]
        self.assertCountEqual(others, [
            *[("AWS/Lambda", metric, function) for metric in ("Errors", "Throttles", "DestinationDeliveryFailures")],
            *[("AWS/SNS", "NumberOfNotificationsFailed", topic) for topic in topics],
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible", queue),
        ])

    def test_the_dashboard_plots_every_metric_that_the_binary_emits(self):
        plotted = [metric for widget in self.deployment.dashboard() for metric in widget.get("metrics", [])]
        own = {metric[1] for metric in plotted if metric[0] == NAMESPACE}
        self.assertEqual(own, self.emitted_metrics())
        function = ["FunctionName", self.deployment.ids["Function"]]
        self.assertTrue(all(metric[2:4] == function for metric in plotted if metric[0] in (NAMESPACE, "AWS/Lambda")))

    def test_the_dashboard_queries_fields_that_the_binary_logs(self):
        query = self.deployment.dashboard()[-1]["query"]
        queried = set(re.search(r"fields (.+?) \|", query)[1].split(", ")) - {"@timestamp"}
        line = next(line for line in self.run_of_binary.log_lines if line.get("message") == "reconciled")
        # The binary logs these only if a run fails (error, error_type), a watched principal is disabled (principal) or a
        # change is blocked (reason). tests/lambda checks those lines.
        self.assertEqual(queried - set(line), {"error", "error_type", "principal", "reason"})

    def test_notifications_of_drift_contain_every_value_of_a_real_report(self):
        run, function = self.run_of_binary, self.deployment.ids["Function"]
        texts = notifications(self.deployment, run.report_with_caller, run.report_of_schedule)
        with_caller, = texts[DRIFT_WITH_CALLER]
        without_caller, = texts[DRIFT_WITHOUT_CALLER]
        state = (
            "Trusted access for AWS Control Tower was disabled in management account 123456789012. The desired state is "
            "enabled. The function was triggered by "
        )
        self.assertRegex(with_caller, "^" + re.escape(
            f"{state}DisableAWSServiceAccess, called by {run.report_with_caller['trigger']['actor']['arn']} from "
            f"198.51.100.24 at 2026-11-23T10:01:19Z. {function} reported Remediated at ",
        ) + TIME + re.escape(
            ". What to do: ask the caller for the reason, then follow the section Remediated of docs/runbook.md.",
        ) + "$")
        self.assertRegex(without_caller, "^" + re.escape(
            f"{state}Schedule, which names no caller. {function} reported Remediated at ",
        ) + TIME + re.escape(
            ". What to do: look up DisableAWSServiceAccess in CloudTrail, then follow the section Remediated of "
            "docs/runbook.md.",
        ) + "$")

    def test_notifications_of_drift_use_every_input_path_and_only_account_and_time_outside_the_report(self):
        for rule in (DRIFT_WITH_CALLER, DRIFT_WITHOUT_CALLER):
            target, = self.deployment.targets(rule)
            paths = target["InputTransformer"]["InputPathsMap"]
            outside = {path for path in paths.values() if not path.startswith("$.detail.responsePayload.")}
            self.assertEqual(outside, {"$.account", "$.time"})
            placeholders = set(re.findall(r"<([A-Za-z]+)>", target["InputTransformer"]["InputTemplate"]))
            self.assertEqual(placeholders, set(paths))


class BlockedNotification(unittest.TestCase):
    def test_the_notification_of_a_blocked_change_contains_the_reason_of_a_real_report(self):
        report = blocked_report()
        self.assertIn("eu-west-1", report["reason"])
        with stack.deployed({"LandingZoneRegion": "eu-west-1"}) as deployment:
            text, = notifications(deployment, report)[BLOCKED]
            function = deployment.ids["Function"]
        self.assertRegex(text, "^" + re.escape(
            "Trusted access for AWS Control Tower is disabled in management account 123456789012. The desired state is "
            f"enabled. {function} was triggered by OrganizationsEvent, reported Blocked at ",
        ) + TIME + re.escape(
            " and changed nothing. What to do: follow the section Blocked of docs/runbook.md. Reason: " + report["reason"],
        ) + "$")


if __name__ == "__main__":
    unittest.main()
