"""The built doctor against moto, an emulator that was not written for it, and on a terminal."""

import contextlib
import json
import logging
import os
import re
import subprocess
import sys
import time
import unittest
from pathlib import Path

import boto3
import services
import terminal
from allpairspy import AllPairs
from moto.server import ThreadedMotoServer

sys.path.append(str(Path(__file__).resolve().parents[1] / "template"))
import stack
import test_permissions

REGION = "us-east-1"
STACK = "controltower-trusted-access"


class AgainstMoto(unittest.TestCase):
    def setUp(self):
        self.url = self.enterContext(services.moto())
        services.Organization(self.url).create()
        organizations = self.client("organizations")
        for name in ("audit", "log", "workload"):
            organizations.create_account(AccountName=name, Email=f"{name}@example.com")
        self.client("s3").create_bucket(Bucket="trail")
        trails = self.client("cloudtrail")
        trails.create_trail(Name="organization", S3BucketName="trail", IsMultiRegionTrail=True)
        trails.put_event_selectors(
            TrailName="organization", EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}])
        trails.start_logging(Name="organization")

    def client(self, service):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION,
                            aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="example-secret")

    def run_doctor(self, *arguments):
        environment = services.aws_environment(self.url) | {"AWS_ENDPOINT_URL": self.url}
        ended = subprocess.run([terminal.DOCTOR, *arguments], env=environment, timeout=120, capture_output=True)
        return json.loads(ended.stdout), ended.returncode

    def doctor(self, *arguments):
        document, code = self.run_doctor("--json", *arguments)
        return {check["check"]: check for check in document["checks"]}, code

    def test_every_check_is_healthy_except_control_tower_and_the_event_history_which_moto_does_not_have(self):
        # The doctor must not take the missing service for a missing landing zone.
        checks, code = self.doctor("--roles")
        verdicts = {name: check["verdict"] for name, check in checks.items()}
        self.assertEqual(verdicts, {
            "identity": "healthy", "organization": "healthy", "trustedAccess": "notChecked", "events": "healthy",
            "landingZone": "notChecked", "accounts": "healthy", "roles": "healthy", "deployment": "skipped",
        })
        self.assertEqual(code, 2)
        self.assertEqual(checks["accounts"]["facts"], {"count": "3", "source": "ListAccounts"})
        self.assertEqual(checks["roles"]["facts"]["present"], "3")

    def test_a_closed_account_is_not_listed(self):
        organizations = self.client("organizations")
        accounts = organizations.list_accounts()["Accounts"]
        closed = next(account["Id"] for account in accounts if account["Name"] == "workload")
        organizations.close_account(AccountId=closed)
        checks, _ = self.doctor()
        self.assertEqual(checks["accounts"]["facts"]["count"], "2")

    def test_disabled_trusted_access_and_a_stopped_trail_are_problems(self):
        self.client("organizations").disable_aws_service_access(ServicePrincipal=services.CONTROL_TOWER)
        self.client("cloudtrail").stop_logging(Name="organization")
        checks, code = self.doctor()
        self.assertEqual(code, 1)
        self.assertEqual(checks["trustedAccess"]["facts"]["state"], "disabled")
        self.assertIn("is not logging", checks["events"]["problems"][0]["sentence"])

    def test_a_stack_that_does_not_exist_is_a_problem(self):
        checks, code = self.doctor("--stack-name", "no-such-stack")
        self.assertEqual(code, 1)
        self.assertIn("There is no stack no-such-stack", checks["deployment"]["problems"][0]["sentence"])

    def test_outages_without_an_event_history_are_unknown_and_not_absent(self):
        # moto has no LookupEvents.
        document, code = self.run_doctor("outages", "--json")
        self.assertEqual((document["outages"], document["complete"], code), ([], False, 2))
        self.assertIn("cloudtrail:LookupEvents", " ".join(document["notRead"]))


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


class OnATerminal(unittest.TestCase):
    def output(self, scenario, columns=110, **variables):
        with terminal.fake_aws(scenario) as url:
            arguments = ["--stack-name", STACK, "--roles", "--concurrency", "4"]
            return terminal.run(arguments, url, columns, variables)[0]

    def plain(self, output):
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", output)

    def final(self, output):
        return self.plain(terminal.after_progress(output))

    def test_verdicts_are_colored_unless_no_color_is_set(self):
        self.assertIn("\x1b[31m", self.output("troubled"))
        # Not the codes that move the cursor.
        self.assertNotRegex(self.output("troubled", NO_COLOR="1"), r"\x1b\[[0-9;]*m")

    def test_no_line_is_wider_than_the_terminal(self):
        table = self.final(self.output("troubled", 80))
        self.assertTrue(table.startswith("ok           credentials"), table)
        widest = max(len(line) for line in table.splitlines() if "arn:" not in line)
        self.assertLessEqual(widest, 80)

    def test_on_a_narrow_terminal_the_text_is_below_the_title_and_nothing_is_wider(self):
        for columns in (45, 69):
            table = self.final(self.output("troubled", columns)).splitlines()
            self.assertEqual(table[0], "ok           credentials")
            self.assertLessEqual(max(map(len, table)), columns)
            # Broken at a slash or a colon, and complete.
            arn = "arn:aws:controltower:us-east-1:111122223333:landingzone/1A2B3C4D5E6F7G8H"
            self.assertIn(arn, "".join(line.strip() for line in table))
        self.assertTrue(self.final(self.output("troubled", 70)).splitlines()[0].startswith("ok           credentials         arn:"))

    def test_every_check_is_shown_before_the_first_call_and_each_finding_before_the_role_check_ends(self):
        output = self.output("slow")
        self.assertTrue(self.plain(output).startswith("checking     credentials"), output[:200])
        first, _, rest = output.partition("ok           credentials")
        self.assertIn("checking     deployment", first)
        while_checking_roles = rest.rpartition(" of 100 accounts checked")[0]
        for title in ("organization", "trusted access", "event delivery", "landing zone", "deployment"):
            self.assertRegex(while_checking_roles, f"(ok|PROBLEM|NOT CHECKED) +{title} ")

    def test_a_progress_bar_counts_the_checked_accounts(self):
        self.assertRegex(self.output("slow"), r"\d+ of 100 accounts checked")

    def test_ctrl_c_clears_the_progress_bar_prints_the_results_and_exits_with_130(self):
        with terminal.fake_aws("slow") as url:
            output, code = terminal.run(["--roles"], url, 110, {}, interrupt_at="of 100 accounts checked")
        self.assertEqual(code, 130)
        words = " ".join(self.final(output).split())
        self.assertTrue(words.startswith("ok credentials"), words)
        self.assertIn("Interrupted. ", words)
        self.assertIn("the doctor was interrupted", words)
        self.assertNotIn("accounts checked", words)

    def test_the_search_for_outages_has_a_progress_bar_that_ctrl_c_clears(self):
        # Slower than the tests of the output, so that the bar is seen.
        arguments = ["outages", "--lookups-per-second", "10"]
        with terminal.fake_aws("outage") as url:
            output, code = terminal.run(arguments, url, 110, {}, interrupt_at="of 23 event names")
        self.assertEqual(code, 130)
        self.assertIn("Reading the current state", output)
        self.assertRegex(output, r"\d+ of 23 event names, \d+ events")
        words = " ".join(self.final(output).split())
        self.assertTrue(words.startswith("Trusted access of"), words)
        self.assertIn("NOT READ", words)
        self.assertIn("Interrupted. ", words)
        self.assertNotIn("event names", words)

    def test_no_line_of_the_outages_is_wider_than_the_terminal(self):
        for columns in (45, 80):
            with terminal.fake_aws("outage") as url:
                output, _ = terminal.run(["outages", "--lookups-per-second", "1000"], url, columns, {})
            table = [line for line in self.final(output).splitlines() if columns < 70 or "arn:" not in line]
            # A command stays whole, so that it can be copied.
            widest = max(len(line) for line in table if not line.startswith("     aws "))
            self.assertLessEqual(widest, columns)


if __name__ == "__main__":
    unittest.main(verbosity=2)
