"""Tests every message with reports that the built binary makes of hostile events."""

import datetime
import json
import os
import sys
import unittest
from pathlib import Path

import stack
from reports import notifications
from stack import load_event, with_fields
from test_notifications import HOSTILE, MAILS, Messages

sys.path.append(str(stack.ROOT / "tests" / "emulators"))
import services  # noqa: E402

BOOTSTRAP = Path(os.environ["BOOTSTRAP"]).resolve()
# The event of a user whose IAM path has a quote, a backslash and the name of a variable.
QUOTE_IN_PATH = {
    "version": "0", "id": "6f5b3c2a-1111-4222-8333-444455556666", "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.organizations", "account": "111122223333", "time": "2026-01-02T03:04:05Z", "region": "us-east-1", "resources": [],
    "detail": {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser", "principalId": "AIDA", "arn": "arn:aws:iam::111122223333:user/a\"b\\c/<outcome>/bob",
            "accountId": "111122223333", "userName": "bob",
        },
        "eventTime": "2026-01-02T03:04:05Z", "eventSource": "organizations.amazonaws.com",
        "eventName": "DisableAWSServiceAccess", "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.1",
        "userAgent": "aws-cli/2.31.0", "requestParameters": {"servicePrincipal": "controltower.amazonaws.com"},
        "responseElements": None, "requestID": "7c1b1f3e-0000-4000-8000-000000000001",
        "eventID": "7c1b1f3e-0000-4000-8000-000000000002", "readOnly": False, "eventType": "AwsApiCall",
        "managementEvent": True, "recipientAccountId": "111122223333", "eventCategory": "Management",
    },
}


class BinaryReports:
    """Reports of the built binary for hostile events, by rule, each with its event."""

    def __init__(self):
        disabled = QUOTE_IN_PATH
        unnamed = with_fields(QUOTE_IN_PATH, detail__requestParameters=None)
        setup = with_fields(load_event("controltower-setup-landing-zone"), detail__eventName=HOSTILE, id=HOSTILE)
        tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
        with services.moto() as self.endpoint, services.no_landing_zone() as control_tower:
            self.organization = services.Organization(self.endpoint).create()
            blocked = {"LANDING_ZONE_REGION": "eu-west-1", "AWS_ENDPOINT_URL_CONTROLTOWER": control_tower}
            hold = {"HOLD_UNTIL": tomorrow.strftime("%Y-%m-%dT%H:%M:%SZ")}
            self.by_rule = {
                **self.run({"NotifyRepairWithOutage": disabled, "NotifyRepairWithCaller": unnamed, "NotifyRepairWithoutCaller": setup}),
                **self.run({"NotifyDriftWithCaller": disabled, "NotifyDriftWithoutCaller": setup}, {"MODE": "audit"}),
                **self.run({"NotifyHeldWithCaller": disabled}, hold),
                **self.run({"NotifyBlockedWithCaller": disabled, "NotifyBlockedWithoutCaller": setup}, blocked),
                **self.run({"NotifyInSyncAfterCall": disabled}, disable=False),
            }

    def run(self, events, environment=None, disable=True):
        """Invokes one process with each event, after disabling trusted access, or after enabling it again."""
        found = {}
        with services.runtime_interface_emulator(BOOTSTRAP, self.endpoint, environment or {}) as invoke:
            for rule, event in events.items():
                change = self.organization.disable if disable else self.organization.enable
                change()
                found[rule] = (invoke(json.dumps(event)), event)
        return found


class Binary(Messages):
    @classmethod
    def setUpClass(cls):
        cls.by_rule = BinaryReports().by_rule

    def test_every_message_of_the_binarys_reports_on_hostile_events_is_whole(self):
        self.assertEqual(sorted(self.by_rule), sorted(MAILS))
        for rule, (response, request) in self.by_rule.items():
            with self.subTest(rule):
                mail, chat = self.assert_messages(rule, notifications(self.deployment, response, request))
                if request is QUOTE_IN_PATH:
                    caller = chat["metadata"]["additionalContext"]["caller"]
                    self.assertIn(f"{caller} called DisableAWSServiceAccess", mail)
                    self.assertRegex(caller, r"^arn:aws:iam::111122223333:user/a.?b.?c/.?outcome.?/bob$")

    def test_the_binarys_next_steps_and_reason_are_in_the_messages(self):
        response, request = self.by_rule["NotifyRepairWithOutage"]
        mail, chat = self.assert_messages("NotifyRepairWithOutage", notifications(self.deployment, response, request))
        self.assertIn(response["nextSteps"][0], mail)
        self.assertEqual(chat["content"]["nextSteps"][0], response["nextSteps"][0])
        response, request = self.by_rule["NotifyBlockedWithoutCaller"]
        self.assertIn("eu-west-1", response["reason"])
        mail, chat = self.assert_messages("NotifyBlockedWithoutCaller", notifications(self.deployment, response, request))
        self.assertTrue(mail.endswith(f"Reason: {response['reason']}"), mail)
        self.assertIn(response["reason"], chat["content"]["description"])


if __name__ == "__main__":
    unittest.main()
