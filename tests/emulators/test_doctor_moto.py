"""The built doctor against moto, an emulator that was not written for it."""

import json
import subprocess
import unittest

import boto3
import services
import terminal

REGION = "us-east-1"


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


if __name__ == "__main__":
    unittest.main(verbosity=2)
