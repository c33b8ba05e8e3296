"""Reports of the function, and the events in which Lambda puts them on the stack's bus."""

import copy

import stack
from stack import load_event

CALLER = "arn:aws:iam::111122223333:root"
CALL_TIME = "2026-11-23T10:01:19Z"
RESTORED_AT = "2026-11-23T10:01:27Z"
HOLD_UNTIL = "2026-11-24T18:00:00Z"
NEXT_STEPS = [f"Ask {CALLER} why trusted access was disabled.", "Repair the landing zone.", "Re-register the OUs."]
REASON = "no landing zone exists in eu-west-1"
DISABLE = load_event("organizations-disable-root")

SCHEDULE = {"kind": "Schedule", "id": "s-1", "name": "Scheduled Event", "time": CALL_TIME}
CONTROL_TOWER = {"kind": "ControlTowerEvent", "id": "c-1", "name": "SetupLandingZone", "time": CALL_TIME,
                 "actor": {"name": "AWS Internal", "invokedBy": "AWS Internal", "sourceIp": "AWS Internal"}}


def call(name="DisableAWSServiceAccess"):
    """Returns the trigger of a report whose event is a call with a complete record."""
    return {
        "kind": "OrganizationsEvent", "id": "o-1", "name": name, "time": CALL_TIME,
        "actor": {"type": "Root", "arn": CALLER, "name": CALLER, "sourceIp": "198.51.100.24"},
    }


def report(outcome, trigger, **fields):
    states = {"desired": "enabled", "observed": "enabled" if outcome == "InSync" else "disabled"}
    return {"outcome": outcome, "servicePrincipal": "controltower.amazonaws.com", "mode": "enforce", **states, **fields,
            "trigger": copy.deepcopy(trigger)}


def repaired(trigger, **outage):
    return report("Remediated", trigger, nextSteps=NEXT_STEPS, outage={"restoredAt": RESTORED_AT, **outage})


def reports_by_rule():
    """Returns one report for each rule, with DesiredState=enabled."""
    return {
        "NotifyRepairWithOutage": repaired(call(), disabledAt=CALL_TIME, seconds=8),
        "NotifyRepairWithCaller": repaired(call()),
        "NotifyRepairWithoutCaller": repaired(SCHEDULE),
        "NotifyDriftWithCaller": report("DriftDetected", call()),
        "NotifyDriftWithoutCaller": report("DriftDetected", SCHEDULE),
        "NotifyHeldWithCaller": report("Held", call(), heldUntil=HOLD_UNTIL),
        "NotifyBlockedWithCaller": report("Blocked", call(), reason=REASON),
        "NotifyBlockedWithoutCaller": report("Blocked", CONTROL_TOWER, reason=REASON),
        "NotifyInSyncAfterCall": report("InSync", call()),
    }


def invocation_record(function_arn, response, condition="Success", request=DISABLE):
    """Returns the event that Lambda sends to the bus after an asynchronous invocation with the event `request`.

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
            "requestPayload": request,
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
            "responsePayload": response,
        },
    }


def notifications(deployment, response, request=DISABLE):
    """Returns the messages that a report causes, by rule: the mail and the chat message."""
    record = invocation_record(f"{deployment.function_arn()}:$LATEST", response, request=request)
    deployment.put_events(record, bus=stack.REPORT_BUS)
    return deployment.captured()
