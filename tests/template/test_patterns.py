"""Which event wakes what: the template's own patterns, run by moto's EventBridge."""

import unittest

import stack
from stack import NULL, changed, event

TRUSTED_ACCESS = "FunctionTrustedAccessChanged"
LANDING_ZONE = "FunctionLandingZoneChanged"
CALLER_KNOWN = "NotifyDriftWithCaller"
CALLER_UNKNOWN = "NotifyDriftWithoutCaller"
BLOCKED = "NotifyBlocked"

DISABLE = event("organizations-disable-assumed-role")
ENABLE = event("organizations-enable-assumed-role")
SETUP = event("controltower-setup-landing-zone")
PRINCIPAL = "detail__requestParameters__servicePrincipal"

NEAR_MISSES = {
    "disable, another principal": changed(DISABLE, **{PRINCIPAL: "sso.amazonaws.com"}),
    "disable, a longer principal": changed(DISABLE, **{PRINCIPAL: "controltower.amazonaws.com.example.com"}),
    "disable, a principal in upper case": changed(DISABLE, **{PRINCIPAL: "CONTROLTOWER.AMAZONAWS.COM"}),
    "disable, principal absent": changed(DISABLE, **{PRINCIPAL: None}),
    "disable, parameters null": changed(DISABLE, detail__requestParameters=NULL),
    "disable, parameters empty": changed(DISABLE, detail__requestParameters={}),
    "disable, parameters absent": changed(DISABLE, detail__requestParameters=None),
    "disable, failed": changed(DISABLE, detail__errorCode="AccessDenied"),
    "disable, failed, parameters absent": changed(DISABLE, detail__errorCode="ThrottlingException", **{PRINCIPAL: None}),
    "disable, by another service": changed(DISABLE, source="aws.iam"),
    "disable, of another service": changed(DISABLE, detail__eventSource="sso.amazonaws.com"),
    "disable, as an Insight": changed(DISABLE, **{"detail-type": "AWS Insight via CloudTrail"}),
    "enable, another principal": changed(ENABLE, **{PRINCIPAL: "sso.amazonaws.com"}),
    "enable, principal absent": changed(ENABLE, **{PRINCIPAL: None}),
    "enable, failed": changed(ENABLE, detail__errorCode="AccessDenied"),
    "another call to Organizations": changed(DISABLE, detail__eventName="MoveAccount"),
    "the function's own read": changed(DISABLE, detail__eventName="ListAWSServiceAccessForOrganization"),
    "landing zone, failed": changed(SETUP, detail__serviceEventDetails={"setupLandingZoneStatus": {"state": "FAILED"}}),
    "landing zone, of another source": changed(SETUP, source="example.controltower"),
    "an account was created": changed(SETUP, detail__eventName="CreateManagedAccount"),
    "a call to Control Tower": changed(SETUP, **{"detail-type": "AWS API Call via CloudTrail"}),
}

# Of the files and the near misses: what wakes the function, for each desired state. All others wake nobody.
ALWAYS = {
    "controltower-drift-detected": [LANDING_ZONE],
    "controltower-reset-landing-zone": [LANDING_ZONE],
    "controltower-setup-landing-zone": [LANDING_ZONE],
    "controltower-update-landing-zone": [LANDING_ZONE],
    "landing zone, failed": [LANDING_ZONE],
}
WHERE_ENABLED_IS_KEPT = ALWAYS | {
    "organizations-disable-assumed-role": [TRUSTED_ACCESS],
    "organizations-disable-root": [TRUSTED_ACCESS],
    "organizations-disable-sso-user": [TRUSTED_ACCESS],
    "disable, principal absent": [TRUSTED_ACCESS],
    "disable, parameters null": [TRUSTED_ACCESS],
    "disable, parameters empty": [TRUSTED_ACCESS],
    "disable, parameters absent": [TRUSTED_ACCESS],
}
WHERE_DISABLED_IS_KEPT = ALWAYS | {
    "organizations-enable-assumed-role": [TRUSTED_ACCESS],
    "organizations-enable-root": [TRUSTED_ACCESS],
    "organizations-enable-sso-user": [TRUSTED_ACCESS],
    "enable, principal absent": [TRUSTED_ACCESS],
}


def files():
    """The event files that can stand on a bus: not a person's payload, and not the one whose detail is a string."""
    files = {file.stem: event(file.stem) for file in sorted((stack.ROOT / "events").glob("*.json"))}
    return {name: sent for name, sent in files.items() if isinstance((sent or {}).get("detail"), dict)}


def table(keeper, events):
    """What each event wakes, those left out that wake nobody."""
    keeper.probe()
    woken = {}
    for name, sent in events.items():
        keeper.put(sent)
        if rules := sorted(keeper.delivered()):
            woken[name] = rules
    return woken


def invocation_record(function_arn, report, condition="Success"):
    """What Lambda puts on the bus after an asynchronous run.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    return {
        "source": "lambda",
        "detail-type": f"Lambda Function Invocation Result - {condition}",
        "detail": {
            "version": "1.0",
            "timestamp": "2026-11-23T10:01:26.123Z",
            "requestContext": {
                "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
                "functionArn": function_arn,
                "condition": condition,
                "approximateInvokeCount": 1,
            },
            "requestPayload": {},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "responsePayload": report,
        },
    }


class Patterns(unittest.TestCase):
    maxDiff = None

    def test_every_file_that_is_an_event_takes_part(self):
        self.assertEqual(len(files()), 15)

    def test_where_enabled_is_kept_only_the_opposite_call_and_the_landing_zone_wake_the_function(self):
        with stack.deployed() as keeper:
            self.assertEqual(table(keeper, files() | NEAR_MISSES), WHERE_ENABLED_IS_KEPT)

    def test_where_disabled_is_kept_only_the_opposite_call_and_the_landing_zone_wake_the_function(self):
        with stack.deployed({"DesiredState": "disabled"}) as keeper:
            self.assertEqual(table(keeper, files() | NEAR_MISSES), WHERE_DISABLED_IS_KEPT)

    def test_only_this_functions_reports_of_drift_become_a_message(self):
        by_caller = {"kind": "OrganizationsEvent", "actor": {"arn": "arn:aws:iam::111122223333:root"}}
        nameless = {"kind": "ControlTowerEvent", "actor": {"type": "AWSService"}}
        with stack.deployed({"LandingZoneRegion": "eu-west-1"}) as keeper:
            arn = f"arn:aws:lambda:us-east-1:{stack.ACCOUNT}:function:{keeper.ids['Function']}"
            latest = f"{arn}:$LATEST"
            records = {
                "repair, by a caller": invocation_record(latest, {"outcome": "Remediated", "trigger": by_caller}),
                "repair, unqualified": invocation_record(arn, {"outcome": "Remediated", "trigger": by_caller}),
                "repair, by nobody": invocation_record(latest, {"outcome": "Remediated", "trigger": {"kind": "Schedule"}}),
                "repair, without a name": invocation_record(latest, {"outcome": "Remediated", "trigger": nameless}),
                "drift, by a caller": invocation_record(latest, {"outcome": "DriftDetected", "trigger": by_caller}),
                "drift, by nobody": invocation_record(latest, {"outcome": "DriftDetected", "trigger": {"kind": "Schedule"}}),
                "held, by a caller": invocation_record(latest, {"outcome": "Held", "trigger": by_caller}),
                "held, by nobody": invocation_record(latest, {"outcome": "Held", "trigger": {"kind": "Schedule"}}),
                "blocked, by a caller": invocation_record(latest, {"outcome": "Blocked", "trigger": by_caller}),
                "blocked, by nobody": invocation_record(latest, {"outcome": "Blocked", "trigger": nameless}),
                "blocked, by the schedule": invocation_record(latest, {"outcome": "Blocked", "trigger": {"kind": "Schedule"}}),
                "in sync": invocation_record(latest, {"outcome": "InSync", "trigger": by_caller}),
                "failed": invocation_record(latest, {"errorType": "Throttled"}, condition="Failure"),
                "another function": invocation_record(f"{arn}-2:$LATEST", {"outcome": "Remediated", "trigger": by_caller}),
            }
            self.assertEqual(table(keeper, records), {
                "repair, by a caller": [CALLER_KNOWN],
                "repair, unqualified": [CALLER_KNOWN],
                "repair, by nobody": [CALLER_UNKNOWN],
                "repair, without a name": [CALLER_UNKNOWN],
                "drift, by a caller": [CALLER_KNOWN],
                "drift, by nobody": [CALLER_UNKNOWN],
                "held, by a caller": [CALLER_KNOWN],
                "blocked, by a caller": [BLOCKED],
                "blocked, by nobody": [BLOCKED],
            })

    def test_the_forwarder_forwards_what_wakes_the_function_from_the_landing_zones_region(self):
        functions = stack.template()["Resources"]["Function"]["Properties"]["Events"]["LandingZoneChanged"]
        forwarders = stack.template("forwarder.yaml")["Resources"]["LandingZoneChanged"]
        self.assertEqual(forwarders["Properties"]["EventPattern"], functions["Properties"]["Pattern"])


if __name__ == "__main__":
    unittest.main()
