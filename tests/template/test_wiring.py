"""Tests the template against the built binary: metrics and log fields. test_notifications tests the messages."""

import json
import os
import re
import sys
import unittest
from pathlib import Path

import stack

sys.path.append(str(stack.ROOT / "tests" / "emulators"))
import services  # noqa: E402

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
NAMESPACE = "ControlTowerTrustedAccess"


class BinaryRun:
    """The log lines of the built binary, which corrects drift twice under the Runtime Interface Emulator."""

    def __init__(self):
        with services.moto() as endpoint:
            organization = services.Organization(endpoint).create()
            with services.runtime_interface_emulator(BOOTSTRAP, endpoint) as invoke:
                organization.disable()
                invoke(json.dumps(stack.load_event("organizations-disable-sso-user")))
                organization.disable()
                invoke(json.dumps(stack.load_event("schedule-scheduler")))
                self.log_lines = invoke.log_lines()


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
        self.assertEqual(own, {(metric, dimension) for metric in ("Drift", "Reconciliations", "Remediations")})
        self.assertLessEqual({metric for metric, _ in own}, self.emitted_metrics())

    def test_the_other_alarms_use_metrics_of_lambda_and_of_the_dead_letter_queue(self):
        others = {(space, metric): dimensions for space, metric, dimensions in self.alarm_metrics() if space != NAMESPACE}
        function = {"FunctionName": self.deployment.ids["Function"]}
        queue = {"QueueName": self.deployment.ids["DeadLetterQueue"].rsplit("/", 1)[1]}
        self.assertEqual(others, {
            ("AWS/Lambda", "Errors"): function, ("AWS/Lambda", "Throttles"): function,
            ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): queue,
        })

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


if __name__ == "__main__":
    unittest.main()
