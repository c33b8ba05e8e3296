"""The built doctor in front of moto, which does not know our tests, and on a terminal."""

import json
import os
import re
import subprocess
import time
import unittest

import boto3
import services
import terminal

REGION = "us-east-1"
STACK = "controltower-trusted-access"
LOG_GROUP = f"/controltower-trusted-access/{STACK}"
# What of template.yaml the doctor looks at: moto can neither run Rust nor does it know SAM.
TEMPLATE = {
    "Resources": {
        "FunctionLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": LOG_GROUP}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "provided.al2023", "Handler": "bootstrap", "Architectures": ["arm64"],
                "Role": "arn:aws:iam::123456789012:role/function", "Code": {"ZipFile": "none"},
                "Environment": {"Variables": {"MODE": "audit", "SOMEBODY_ELSES": "secret"}},
            },
        },
    }
}


class InFrontOfMoto(unittest.TestCase):
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

    def doctor(self, *arguments):
        environment = services.aws_environment(self.url) | {"AWS_ENDPOINT_URL": self.url}
        ended = subprocess.run([terminal.DOCTOR, "--json", *arguments], env=environment, timeout=120,
                               stdout=subprocess.PIPE)
        document = json.loads(ended.stdout)
        return {row["check"]: row for row in document["checks"]}, ended.returncode

    def test_all_that_moto_has_is_healthy_and_what_it_lacks_is_told_as_not_checked(self):
        # moto has no Control Tower. The doctor says so and does not take it for "no landing zone".
        rows, code = self.doctor()
        verdicts = {check: row["verdict"] for check, row in rows.items()}
        self.assertEqual(verdicts, {
            "identity": "healthy", "organization": "healthy", "trustedAccess": "healthy", "events": "healthy",
            "landingZone": "notChecked", "accounts": "healthy", "roles": "healthy",
        })
        self.assertEqual(code, 2)
        self.assertEqual(rows["accounts"]["facts"], {"count": "3", "source": "ListAccounts"})
        self.assertEqual(rows["roles"]["facts"]["present"], "3")

    def test_a_closed_account_is_not_asked(self):
        organizations = self.client("organizations")
        accounts = organizations.list_accounts()["Accounts"]
        closed = next(account["Id"] for account in accounts if account["Name"] == "workload")
        organizations.close_account(AccountId=closed)
        rows, _ = self.doctor()
        self.assertEqual(rows["accounts"]["facts"]["count"], "2")

    def test_what_is_switched_off_is_a_problem(self):
        self.client("organizations").disable_aws_service_access(ServicePrincipal=services.CONTROL_TOWER)
        self.client("cloudtrail").stop_logging(Name="organization")
        rows, code = self.doctor()
        self.assertEqual(code, 1)
        self.assertEqual(rows["trustedAccess"]["facts"]["state"], "disabled")
        self.assertIn("is not logging", rows["events"]["problems"][0]["sentence"])

    def test_a_deployed_function_its_mode_and_its_last_report_are_told(self):
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                "Action": "sts:AssumeRole"}]}
        self.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(trust))
        self.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(TEMPLATE))
        logs = self.client("logs")
        logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName="one")
        line = {"message": "reconciled", "outcome": "InSync", "timestamp": "2026-11-24T20:00:00Z"}
        logs.put_log_events(logGroupName=LOG_GROUP, logStreamName="one", logEvents=[
            {"timestamp": int(time.time() * 1000) - 1000, "message": json.dumps(line)},
            {"timestamp": int(time.time() * 1000), "message": '{"message":"another line"}'},
        ])
        rows, _ = self.doctor("--stack-name", STACK)
        row = rows["deployment"]
        # moto's CloudFormation makes no alarms, and the doctor misses them.
        self.assertEqual([note["sentence"].split(":")[0] for note in row["problems"]], ["The stack has no alarm"])
        self.assertEqual(row["notChecked"], [])
        self.assertEqual(row["facts"]["MODE"], "audit")
        self.assertEqual(row["facts"]["lastOutcome"], "InSync")
        self.assertNotIn("secret", json.dumps(row))

    def test_a_stack_that_is_not_there_is_a_problem(self):
        rows, code = self.doctor("--stack-name", "no-such-stack", "--no-roles")
        self.assertEqual(code, 1)
        self.assertIn("There is no stack no-such-stack", rows["deployment"]["problems"][0]["sentence"])


class OnATerminal(unittest.TestCase):
    def told(self, world, columns=110, **environment):
        with terminal.stand_in(world) as url:
            return terminal.run(["--stack-name", "trusted-access", "--concurrency", "4"], url, columns, environment)

    def plain(self, told):
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", told)

    def test_verdicts_are_coloured_and_no_color_is_honoured(self):
        self.assertIn("\x1b[31m", self.told("troubled"))
        self.assertNotIn("\x1b[3", self.told("troubled", NO_COLOR="1"))

    def test_lines_are_no_wider_than_the_terminal(self):
        # The bar, which erases itself, is gone with what stands before the first row.
        rows = self.plain(self.told("troubled", 80)).partition("ok  ")[2]
        widest = max(len(line) for line in rows.splitlines() if "arn:" not in line)
        self.assertLessEqual(widest, 80)

    def test_a_bar_shows_how_far_the_round_through_the_accounts_is(self):
        self.assertRegex(self.told("slow"), r"\d+ of 100 accounts asked")

    def test_ctrl_c_takes_the_bar_away_and_tells_what_is_known(self):
        with terminal.stand_in("slow") as url:
            told = terminal.run([], url, 110, {}, stop_at="of 100 accounts asked")
        rows = " ".join(self.plain(told).split())
        self.assertIn("Stopped. ", rows)
        self.assertIn("the doctor was stopped", rows)
        self.assertNotIn("accounts asked", rows.partition("ok who am I")[2])


if __name__ == "__main__":
    unittest.main(verbosity=2)
