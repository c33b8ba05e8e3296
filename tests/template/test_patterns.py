"""Tests which event matches which rule: moto's EventBridge evaluates the template's own patterns."""

import unittest

from moto.events.models import EventPattern

import stack
from stack import JSON_NULL, load_event, with_fields

TRUSTED_ACCESS = "FunctionTrustedAccessChanged"
LANDING_ZONE = "FunctionLandingZoneChanged"
DRIFT_WITH_CALLER = "NotifyDriftWithCaller"
DRIFT_WITHOUT_CALLER = "NotifyDriftWithoutCaller"
BLOCKED = "NotifyBlocked"

DISABLE = load_event("organizations-disable-assumed-role")
ENABLE = load_event("organizations-enable-assumed-role")
SETUP = load_event("controltower-setup-landing-zone")
DRIFT = load_event("controltower-drift-detected")
PRINCIPAL = "detail__requestParameters__servicePrincipal"



def control_tower_call(name, **fields):
    """Returns the CloudTrail event of a call to AWS Control Tower."""
    fields = {"detail__eventName": name, "detail__eventType": "AwsApiCall", "detail__serviceEventDetails": None} | fields
    return with_fields(SETUP, **{"detail-type": "AWS API Call via CloudTrail"}, **fields)


# Events that a rule matches by a narrow margin, and events that it just does not match.
NEAR_MISSES = {
    "disable, another principal": with_fields(DISABLE, **{PRINCIPAL: "sso.amazonaws.com"}),
    "disable, a longer principal": with_fields(DISABLE, **{PRINCIPAL: "controltower.amazonaws.com.example.com"}),
    "disable, a principal in upper case": with_fields(DISABLE, **{PRINCIPAL: "CONTROLTOWER.AMAZONAWS.COM"}),
    "disable, principal absent": with_fields(DISABLE, **{PRINCIPAL: None}),
    "disable, parameters null": with_fields(DISABLE, detail__requestParameters=JSON_NULL),
    "disable, parameters empty": with_fields(DISABLE, detail__requestParameters={}),
    "disable, parameters absent": with_fields(DISABLE, detail__requestParameters=None),
    "disable, failed": with_fields(DISABLE, detail__errorCode="AccessDenied"),
    "disable, failed, principal absent": with_fields(DISABLE, detail__errorCode="ThrottlingException", **{PRINCIPAL: None}),
    "disable, another source": with_fields(DISABLE, source="aws.iam"),
    "disable, another event source": with_fields(DISABLE, detail__eventSource="sso.amazonaws.com"),
    "disable, as an Insight": with_fields(DISABLE, **{"detail-type": "AWS Insight via CloudTrail"}),
    "enable, another principal": with_fields(ENABLE, **{PRINCIPAL: "sso.amazonaws.com"}),
    "enable, principal absent": with_fields(ENABLE, **{PRINCIPAL: None}),
    "enable, failed": with_fields(ENABLE, detail__errorCode="AccessDenied"),
    "another Organizations call": with_fields(DISABLE, detail__eventName="MoveAccount"),
    "the function's own read": with_fields(DISABLE, detail__eventName="ListAWSServiceAccessForOrganization"),
    "landing zone, failed": with_fields(SETUP, detail__serviceEventDetails={"setupLandingZoneStatus": {"state": "FAILED"}}),
    "landing zone, another source": with_fields(SETUP, source="example.controltower"),
    "account created": with_fields(SETUP, detail__eventName="CreateManagedAccount"),
    "landing zone, reset as a lifecycle event": with_fields(SETUP, detail__eventName="ResetLandingZone"),
    "call: create the landing zone": control_tower_call("CreateLandingZone"),
    "call: update the landing zone": control_tower_call("UpdateLandingZone"),
    "call: reset the landing zone": control_tower_call("ResetLandingZone"),
    "call: delete the landing zone": control_tower_call("DeleteLandingZone"),
    "call, failed": control_tower_call("ResetLandingZone", detail__errorCode="AccessDeniedException"),
    "call, another event source": control_tower_call("ResetLandingZone", detail__eventSource="cloudformation.amazonaws.com"),
    "call: read the landing zone": control_tower_call("GetLandingZone"),
    "call, a lifecycle name": control_tower_call("SetupLandingZone"),
    "drift, type absent": with_fields(DRIFT, detail__driftType=None),
    "drift, detail empty": with_fields(DRIFT, detail={}),
    "drift, a moved account": with_fields(DRIFT, detail__driftType="ACCOUNT_MOVED_BETWEEN_OUS", detail__accountId="444455556666"),
    "drift, a deleted OU": with_fields(DRIFT, detail__driftType="ORGANIZATIONAL_UNIT_DELETED"),
    "drift, a longer type": with_fields(DRIFT, detail__driftType="TRUSTED_ACCESS_DISABLED_FOR_CONFIG"),
    "drift, the type in lower case": with_fields(DRIFT, detail__driftType="trusted_access_disabled"),
    "drift, another source": with_fields(DRIFT, source="example.controltower"),
    "drift, another detail-type": with_fields(DRIFT, **{"detail-type": "Drift Resolved"}),
}

# The rules that each event file and each near miss matches. An event that is not listed matches no rule.
FOR_EACH_DESIRED_STATE = {
    "controltower-drift-detected": [LANDING_ZONE],
    "controltower-setup-landing-zone": [LANDING_ZONE],
    "controltower-update-landing-zone": [LANDING_ZONE],
    "landing zone, failed": [LANDING_ZONE],
    "call: create the landing zone": [LANDING_ZONE],
    "call: update the landing zone": [LANDING_ZONE],
    "call: reset the landing zone": [LANDING_ZONE],
    "call: delete the landing zone": [LANDING_ZONE],
    "drift, type absent": [LANDING_ZONE],
    "drift, detail empty": [LANDING_ZONE],
}
DESIRED_ENABLED = FOR_EACH_DESIRED_STATE | {
    "organizations-disable-assumed-role": [TRUSTED_ACCESS],
    "organizations-disable-root": [TRUSTED_ACCESS],
    "organizations-disable-sso-user": [TRUSTED_ACCESS],
    "disable, principal absent": [TRUSTED_ACCESS],
    "disable, parameters null": [TRUSTED_ACCESS],
    "disable, parameters empty": [TRUSTED_ACCESS],
    "disable, parameters absent": [TRUSTED_ACCESS],
}
DESIRED_DISABLED = FOR_EACH_DESIRED_STATE | {
    "organizations-enable-assumed-role": [TRUSTED_ACCESS],
    "organizations-enable-root": [TRUSTED_ACCESS],
    "organizations-enable-sso-user": [TRUSTED_ACCESS],
    "enable, principal absent": [TRUSTED_ACCESS],
}


def event_files():
    """Returns the event files that a bus accepts: not the manual payloads, and not the one whose detail is a string."""
    events = {file.stem: load_event(file.stem) for file in sorted((stack.ROOT / "events").glob("*.json"))}
    return {name: event for name, event in events.items() if isinstance((event or {}).get("detail"), dict)}


def matching_rules(deployment, events):
    """Returns the rules that each event matches; leaves out the events that match none."""
    deployment.capture_targets()
    matches = {}
    for name, event in events.items():
        deployment.put_events(event)
        if rules := sorted(deployment.captured()):
            matches[name] = rules
    return matches


def invocation_record(function_arn, report, condition="Success"):
    """Returns the event that Lambda sends to the bus after an asynchronous invocation.

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


class TriggerRules(unittest.TestCase):
    maxDiff = None

    def test_the_events_folder_has_15_events_for_the_bus(self):
        self.assertEqual(len(event_files()), 15)

    def test_if_enabled_is_desired_only_disable_calls_and_landing_zone_events_trigger_the_function(self):
        with stack.deployed() as deployment:
            self.assertEqual(matching_rules(deployment, event_files() | NEAR_MISSES), DESIRED_ENABLED)

    def test_if_disabled_is_desired_only_enable_calls_and_landing_zone_events_trigger_the_function(self):
        with stack.deployed({"DesiredState": "disabled"}) as deployment:
            self.assertEqual(matching_rules(deployment, event_files() | NEAR_MISSES), DESIRED_DISABLED)

    def test_landing_zone_events_match_only_with_the_account_of_the_stack(self):
        # The pattern alone, because put_events sets the account itself.
        with stack.deployed() as deployment:
            rule = deployment.client("events").describe_rule(Name=deployment.ids[LANDING_ZONE])
            pattern = EventPattern.load(rule["EventPattern"])
        for event in (SETUP, DRIFT, control_tower_call("ResetLandingZone")):
            self.assertTrue(pattern.matches_event(event | {"account": stack.ACCOUNT}))
            self.assertFalse(pattern.matches_event(event | {"account": "999999999999"}))

    def test_the_forwarder_has_the_pattern_of_the_functions_landing_zone_rule(self):
        function_rule = stack.load_template()["Resources"]["Function"]["Properties"]["Events"]["LandingZoneChanged"]
        forwarder_rule = stack.load_template("forwarder.yaml")["Resources"]["LandingZoneChanged"]
        self.assertEqual(forwarder_rule["Properties"]["EventPattern"], function_rule["Properties"]["Pattern"])


class NotificationRules(unittest.TestCase):
    maxDiff = None

    def test_only_this_functions_reports_of_drift_send_a_notification(self):
        with_caller = {"kind": "OrganizationsEvent", "actor": {"arn": "arn:aws:iam::111122223333:root"}}
        actor_without_arn = {"kind": "ControlTowerEvent", "actor": {"type": "AWSService"}}
        schedule = {"kind": "Schedule"}
        with stack.deployed({"LandingZoneRegion": "eu-west-1"}) as deployment:
            arn = deployment.function_arn()

            def record(outcome, trigger, function_arn=f"{arn}:$LATEST"):
                return invocation_record(function_arn, {"outcome": outcome, "trigger": trigger})

            records = {
                "remediated, with caller": record("Remediated", with_caller),
                "remediated, unqualified ARN": record("Remediated", with_caller, arn),
                "remediated, by schedule": record("Remediated", schedule),
                "remediated, actor without ARN": record("Remediated", actor_without_arn),
                "drift detected, with caller": record("DriftDetected", with_caller),
                "drift detected, by schedule": record("DriftDetected", schedule),
                "held, with caller": record("Held", with_caller),
                "held, by schedule": record("Held", schedule),
                "blocked, with caller": record("Blocked", with_caller),
                "blocked, actor without ARN": record("Blocked", actor_without_arn),
                "blocked, by schedule": record("Blocked", schedule),
                "in sync": record("InSync", with_caller),
                "failed": invocation_record(f"{arn}:$LATEST", {"errorType": "Throttled"}, condition="Failure"),
                "another function": record("Remediated", with_caller, f"{arn}-2:$LATEST"),
            }
            self.assertEqual(matching_rules(deployment, records), {
                "remediated, with caller": [DRIFT_WITH_CALLER],
                "remediated, unqualified ARN": [DRIFT_WITH_CALLER],
                "remediated, by schedule": [DRIFT_WITHOUT_CALLER],
                "remediated, actor without ARN": [DRIFT_WITHOUT_CALLER],
                "drift detected, with caller": [DRIFT_WITH_CALLER],
                "drift detected, by schedule": [DRIFT_WITHOUT_CALLER],
                "held, with caller": [DRIFT_WITH_CALLER],
                "blocked, with caller": [BLOCKED],
                "blocked, actor without ARN": [BLOCKED],
            })


if __name__ == "__main__":
    unittest.main()
