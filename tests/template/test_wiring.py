"""The template against the built binary: its metrics, its reports, and the runbook that everything names."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

import stack
from test_patterns import BLOCKED, CALLER_KNOWN, CALLER_UNKNOWN, invocation_record

sys.path.append(str(stack.ROOT / "tests" / "emulators"))
import services  # noqa: E402

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
NAMESPACE = "ControlTowerTrustedAccess"


class Run:
    """What the built binary answers and prints when it repairs drift, under AWS's Runtime Interface Emulator."""

    def __init__(self):
        with services.moto() as endpoint:
            organization = services.Organization(endpoint).create()
            with services.runtime_interface_emulator(BOOTSTRAP, endpoint) as invoke:
                organization.disable()
                self.by_caller = invoke(json.dumps(stack.event("organizations-disable-sso-user")))
                organization.disable()
                self.by_schedule = invoke(json.dumps(stack.event("schedule-scheduler")))
                self.lines = invoke.lines()


class Wiring(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.run_of_binary = Run()

    def setUp(self):
        self.keeper = self.enterContext(stack.deployed())

    def declared(self):
        """The metrics and dimensions that the binary's embedded-metric lines declare."""
        lines = [line for line in self.run_of_binary.lines if "_aws" in line]
        self.assertEqual(len(lines), 2)
        directives = [directive for line in lines for directive in line["_aws"]["CloudWatchMetrics"]]
        self.assertEqual({directive["Namespace"] for directive in directives}, {NAMESPACE})
        self.assertTrue(all(directive["Dimensions"] == [["FunctionName"]] for directive in directives))
        return {metric["Name"] for directive in directives for metric in directive["Metrics"]}

    def watched(self):
        """(namespace, metric, dimensions) of every alarm."""
        for alarm in self.keeper.client("cloudwatch").describe_alarms()["MetricAlarms"]:
            stats = [query["MetricStat"]["Metric"] for query in alarm.get("Metrics", []) if "MetricStat" in query]
            for metric in stats or [alarm]:
                dimensions = {one["Name"]: one["Value"] for one in metric["Dimensions"]}
                yield metric["Namespace"], metric["MetricName"], dimensions

    def test_alarms_watch_metrics_that_the_binary_emits_under_the_functions_own_name(self):
        own = {(metric, tuple(dimensions.items())) for space, metric, dimensions in self.watched() if space == NAMESPACE}
        dimension = (("FunctionName", self.keeper.ids["Function"]),)
        self.assertEqual(own, {(metric, dimension) for metric in ("Drift", "Reconciliations", "Remediations")})
        self.assertLessEqual({metric for metric, _ in own}, self.declared())

    def test_the_other_metrics_are_those_of_lambda_and_of_the_queue(self):
        others = {(space, metric): dimensions for space, metric, dimensions in self.watched() if space != NAMESPACE}
        function = {"FunctionName": self.keeper.ids["Function"]}
        queue = {"QueueName": self.keeper.ids["DeadLetterQueue"].rsplit("/", 1)[1]}
        self.assertEqual(others, {
            ("AWS/Lambda", "Errors"): function, ("AWS/Lambda", "Throttles"): function,
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): queue,
        })

    def test_the_dashboard_plots_every_metric_that_the_binary_emits(self):
        dashboard = self.keeper.client("cloudwatch").get_dashboard(DashboardName="keeper")
        widgets = json.loads(dashboard["DashboardBody"])["widgets"]
        plotted = [metric for widget in widgets for metric in widget["properties"].get("metrics", [])]
        own = {metric[1] for metric in plotted if metric[0] == NAMESPACE}
        self.assertEqual(own, self.declared())
        function = ["FunctionName", self.keeper.ids["Function"]]
        self.assertTrue(all(metric[2:4] == function for metric in plotted if metric[0] in (NAMESPACE, "AWS/Lambda")))

    def test_the_dashboards_queries_ask_for_fields_that_the_binary_logs(self):
        dashboard = self.keeper.client("cloudwatch").get_dashboard(DashboardName="keeper")
        last_reports = json.loads(dashboard["DashboardBody"])["widgets"][-1]["properties"]["query"]
        asked = set(re.search(r"fields (.+?) \|", last_reports)[1].split(", ")) - {"@timestamp"}
        report = next(line for line in self.run_of_binary.lines if line.get("message") == "reconciled")
        # Of a failed run's line, as the README shows it and tests/lambda holds it.
        # `principal` is of the warning about a watched one, held by tests/settings/watch_principals.rs.
        # `reason` is of a blocked one, held by tests/lambda/landing_zone.rs.
        self.assertEqual(asked - set(report), {"error", "error_type", "principal", "reason"})

    def test_every_path_of_a_notification_is_in_a_real_report_and_the_sentences_read_well(self):
        self.keeper.probe()
        arn = f"arn:aws:lambda:us-east-1:{stack.ACCOUNT}:function:{self.keeper.ids['Function']}:$LATEST"
        for report in (self.run_of_binary.by_caller, self.run_of_binary.by_schedule):
            self.keeper.put(invocation_record(arn, report))
        sentences = self.keeper.delivered()
        known, = sentences[CALLER_KNOWN]
        unknown, = sentences[CALLER_UNKNOWN]
        function = self.keeper.ids["Function"]
        report = self.run_of_binary.by_caller
        self.assertRegex(known, re.escape(
            "AWS Control Tower's trusted access in account 123456789012 was disabled and should be enabled, after "
            f"DisableAWSServiceAccess by {report['trigger']['actor']['arn']} from 198.51.100.24 at "
            f"2026-11-23T10:01:19Z; {function} reported Remediated at ",
        ) + r"[0-9T:.Z-]+\. Now: ask the caller why, and follow the section Remediated of docs/runbook\.md\.")
        self.assertRegex(unknown, re.escape(
            "AWS Control Tower's trusted access in account 123456789012 was disabled and should be enabled; the run was "
            f"woken by Schedule, which names no caller; {function} reported Remediated at ",
        ) + r"[0-9T:.Z-]+\. Now: look for DisableAWSServiceAccess in CloudTrail, and follow the section Remediated of "
            r"docs/runbook\.md\.")

    def test_the_account_and_the_time_are_the_only_paths_outside_the_report(self):
        for rule in (CALLER_KNOWN, CALLER_UNKNOWN):
            target, = self.keeper.targets(rule)
            paths = set(target["InputTransformer"]["InputPathsMap"].values())
            outside = {path for path in paths if not path.startswith("$.detail.responsePayload.")}
            self.assertEqual(outside, {"$.account", "$.time"})
            used = set(re.findall(r"<([a-z]+)>", target["InputTransformer"]["InputTemplate"]))
            self.assertEqual(used, set(target["InputTransformer"]["InputPathsMap"]))

    def test_every_alarm_and_every_outcome_of_drift_has_the_section_of_the_runbook_that_it_names(self):
        runbook = (stack.ROOT / "docs" / "runbook.md").read_text()
        headings = set(re.findall(r"^#+ (.+)$", runbook, re.MULTILINE))
        for alarm in self.keeper.client("cloudwatch").describe_alarms()["MetricAlarms"]:
            named = re.search(r'See "(.+)" in docs/runbook\.md\.$', alarm["AlarmDescription"])
            self.assertIsNotNone(named, alarm["AlarmName"])
            self.assertIn(named[1], headings)
            self.assertTrue(alarm["AlarmName"].endswith(named[1].removeprefix("Alarm: ")))
        self.assertLessEqual({"Remediated", "DriftDetected", "Held", "Blocked"}, headings)


class OptionalSentence(unittest.TestCase):
    def test_what_is_blocked_is_told_with_its_reason_of_a_real_report(self):
        event = json.dumps(stack.event("organizations-disable-root"))
        with services.moto() as endpoint, services.no_landing_zone() as control_tower:
            organization = services.Organization(endpoint).create()
            environment = {"LANDING_ZONE_REGION": "eu-west-1", "AWS_ENDPOINT_URL_CONTROLTOWER": control_tower}
            with services.runtime_interface_emulator(BOOTSTRAP, endpoint, environment) as invoke:
                organization.disable()
                report = invoke(event)
        with stack.deployed({"LandingZoneRegion": "eu-west-1"}) as keeper:
            keeper.probe()
            function = keeper.ids["Function"]
            arn = f"arn:aws:lambda:us-east-1:{stack.ACCOUNT}:function:{function}:$LATEST"
            keeper.put(invocation_record(arn, report))
            sentence, = keeper.delivered()[BLOCKED]
        self.assertRegex(sentence, re.escape(
            "AWS Control Tower's trusted access in account 123456789012 is disabled and should be enabled; "
            f"{function}, woken by OrganizationsEvent, reported Blocked at ",
        ) + r"[0-9T:.Z-]+ and changed nothing: no landing zone exists in eu-west-1, and some .+ correct LANDING_ZONE_REGION\. "
            r"Now: follow the section Blocked of docs/runbook\.md\.$")


class OptionalAlarms(unittest.TestCase):
    def test_each_has_the_section_of_the_runbook_that_it_names(self):
        runbook = (stack.ROOT / "docs" / "runbook.md").read_text()
        optional = {
            "HoldUntil": "2026-11-24T18:00:00Z", "WatchPrincipals": "config.amazonaws.com", "LandingZoneRegion": "eu-west-1",
        }
        names = ["keeper-blocked", "keeper-held", "keeper-watched"]
        with stack.deployed(optional) as keeper:
            alarms = keeper.client("cloudwatch").describe_alarms(AlarmNames=names)
        self.assertEqual(len(alarms["MetricAlarms"]), 3)
        for alarm in alarms["MetricAlarms"]:
            named = re.search(r'See "(.+)" in docs/runbook\.md\.$', alarm["AlarmDescription"])[1]
            self.assertIn(f"\n### {named}\n", runbook)


if __name__ == "__main__":
    unittest.main()
