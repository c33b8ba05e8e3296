"""The built doctor against template.yaml, deployed to moto."""

import contextlib
import json
import logging
import subprocess
import sys
import time
import unittest
from pathlib import Path

import services
import terminal
from allpairspy import AllPairs
from moto.server import ThreadedMotoServer

sys.path.append(str(Path(__file__).resolve().parents[1] / "template"))
import stack
import test_permissions


class AgainstTheTemplate(unittest.TestCase):
    """template.yaml, deployed to a moto in this process, which a server opens to the doctor."""

    def setUp(self):
        # moto's server logs each request.
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        # moto has no Control Tower, and the doctor would try again for 20 s.
        self.control_tower = self.enterContext(terminal.fake_aws("healthy"))

    @contextlib.contextmanager
    def deployed(self, **parameters):
        with stack.deployed(parameters) as deployment:
            server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
            server.start()
            try:
                rewrite_policies(deployment)
                host, port = server.get_host_and_port()
                yield deployment, f"http://{host}:{port}"
            finally:
                server.stop()

    def check(self, url):
        environment = services.aws_environment(url) | {
            "AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_CONTROLTOWER": self.control_tower}
        command = [terminal.DOCTOR, "--json", "--stack-name", stack.STACK_NAME]
        ended = subprocess.run(command, env=environment, timeout=120, stdout=subprocess.PIPE)
        checks = json.loads(ended.stdout)["checks"]
        return next(check for check in checks if check["check"] == "deployment")

    def test_no_deployed_template_differs_from_what_the_doctor_expects(self):
        choices = test_permissions.SELECTS_STATEMENTS | test_permissions.OTHERS | {
            "LandingZoneRegion": ["", "us-east-1"],
            "WatchPrincipals": ["", "config.amazonaws.com"],
            "ScheduleExpression": ["rate(1 hour)", "rate(30 minutes)"],
        }
        for values in AllPairs(list(choices.values())):
            parameters = dict(zip(choices, values))
            with self.subTest(**parameters), self.deployed(**parameters) as (deployment, url):
                if not parameters["NotificationEmail"]:
                    topic = deployment.ids["ChatTopic"]
                    deployment.client("sns").subscribe(TopicArn=topic, Protocol="https", Endpoint="https://example.com")
                check = self.check(url)
                problems = [issue["sentence"] for issue in check["problems"]]
                # The template refuses to disable without the second switch; moto does not read its rules.
                refused = parameters["DesiredState"] == "disabled" and parameters["AllowDisable"] == "false"
                expected = ["ALLOW_DISABLE"] if refused and parameters["Mode"] == "enforce" else []
                self.assertEqual(len(problems), len(expected), problems)
                self.assertTrue(all(name in problem for name, problem in zip(expected, problems)), problems)
                self.assertEqual(int(check["facts"]["rules"]), len(deployment.rules()))

    def test_each_change_is_exactly_one_more_problem(self):
        with self.deployed(NotificationEmail="ops@example.com") as (deployment, url):
            ids, client = deployment.ids, deployment.client
            topic = {"TopicArn": ids["Topic"]}
            address = client("sns").list_subscriptions_by_topic(**topic)["Subscriptions"][0]["SubscriptionArn"]
            schedule = client("scheduler").get_schedule(Name=ids["FunctionSchedule"])
            schedule = {name: schedule[name] for name in (
                "Name", "ScheduleExpression", "FlexibleTimeWindow", "Target")}
            variables = deployment.function_configuration()["Environment"]["Variables"]
            function = {"FunctionName": ids["Function"]}
            role = {"RoleName": ids["FunctionRole"]}
            allow_all = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
            # By a word of the problem.
            changes = {
                "NotifyStackChanged": lambda: client("events").disable_rule(Name=ids["NotifyStackChanged"]),
                "NotifyRepairWithCaller": lambda: client("events").disable_rule(
                    Name=ids["NotifyRepairWithCaller"], EventBusName=stack.REPORT_BUS),
                "FunctionTrustedAccessChanged": lambda: client("events").remove_targets(
                    Rule=ids["FunctionTrustedAccessChanged"],
                    Ids=[target["Id"] for target in deployment.targets("FunctionTrustedAccessChanged")]),
                "its state is DISABLED": lambda: client("scheduler").update_schedule(**schedule, State="DISABLED"),
                "never runs": lambda: client("lambda").put_function_concurrency(
                    **function, ReservedConcurrentExecutions=0),
                "MODE is enforce": lambda: client("lambda").update_function_configuration(
                    **function, Environment={"Variables": variables | {"MODE": "enforce"}}),
                "destinations and retries": lambda: client("lambda").delete_function_event_invoke_config(**function),
                "Allow * on *": lambda: client("iam").put_role_policy(
                    **role, PolicyName="more", PolicyDocument=json.dumps(allow_all)),
                "NotificationEmail": lambda: client("sns").unsubscribe(SubscriptionArn=address),
            }
            for number, (word, change) in enumerate(changes.items(), start=1):
                change()
                problems = [issue["sentence"] for issue in self.check(url)["problems"]]
                self.assertEqual(len(problems), number, problems)
                self.assertEqual(sum(word in problem for problem in problems), 1, (word, problems))

    def test_the_mode_and_the_last_report_of_a_deployed_function_are_reported(self):
        with self.deployed(NotificationEmail="ops@example.com") as (deployment, url):
            logs = deployment.client("logs")
            group = deployment.log_group()
            logs.create_log_stream(logGroupName=group, logStreamName="one")
            line = {"message": "reconciled", "outcome": "InSync", "timestamp": "2026-11-24T20:00:00Z"}
            logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=[
                {"timestamp": int(time.time() * 1000) - 1000, "message": json.dumps(line)},
                {"timestamp": int(time.time() * 1000), "message": '{"message":"another line"}'},
            ])
            check = self.check(url)
            self.assertEqual(check["problems"], [])
            # moto does not have the protocol in which the SDK calls CloudWatch.
            not_checked = [issue["sentence"].split(":")[0] for issue in check["notChecked"]]
            self.assertEqual(not_checked, ["cloudwatch"])
            self.assertEqual(check["facts"]["MODE"], "audit")
            self.assertEqual(check["facts"]["lastOutcome"], "InSync")
            self.assertNotIn("ops@example.com", json.dumps(check))


def rewrite_policies(deployment):
    """Puts each inline policy again as JSON: moto's CloudFormation keeps it in Python's notation, with an empty statement for
    AWS::NoValue."""
    iam = deployment.client("iam")
    for logical_id in ("FunctionRole", "ScheduleRole", "NotificationRole"):
        role = deployment.ids[logical_id]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = stack.policy_document(iam.get_role_policy(RoleName=role, PolicyName=name))
            policy["Statement"] = [statement for statement in policy["Statement"] if statement]
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


if __name__ == "__main__":
    unittest.main(verbosity=2)
