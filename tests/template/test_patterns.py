"""Tests which event matches which rule: moto's EventBridge evaluates the template's own patterns."""

import itertools
import unittest

from moto.events.models import EventPattern

import reports
import stack
from reports import invocation_record
from stack import JSON_NULL, load_event, with_fields

TRUSTED_ACCESS = "FunctionTrustedAccessChanged"
LANDING_ZONE = "FunctionLandingZoneChanged"
IN_SYNC = "NotifyInSyncAfterCall"
ALL_RULES = {"LandingZoneRegion": "eu-west-1", "HoldUntil": reports.HOLD_UNTIL}

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
    "controltower-create-landing-zone": [LANDING_ZONE],
    "controltower-delete-landing-zone": [LANDING_ZONE],
    "controltower-drift-detected": [LANDING_ZONE],
    "controltower-reset-landing-zone": [LANDING_ZONE],
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
    "organizations-disable-aws-account": [TRUSTED_ACCESS],
    "organizations-disable-aws-service": [TRUSTED_ACCESS],
    "organizations-disable-directory": [TRUSTED_ACCESS],
    "organizations-disable-role": [TRUSTED_ACCESS],
    "organizations-disable-unknown": [TRUSTED_ACCESS],
    "organizations-disable-federated-user": [TRUSTED_ACCESS],
    "organizations-disable-iam-user": [TRUSTED_ACCESS],
    "organizations-disable-identity-center-user": [TRUSTED_ACCESS],
    "organizations-disable-root": [TRUSTED_ACCESS],
    "organizations-disable-saml-user": [TRUSTED_ACCESS],
    "organizations-disable-source-identity": [TRUSTED_ACCESS],
    "organizations-disable-sso-user": [TRUSTED_ACCESS],
    "organizations-disable-web-identity-user": [TRUSTED_ACCESS],
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


class Patterns:
    """The patterns of a stack's rules, for whole events: moto's PutEvents puts its own account into an event."""

    def __init__(self, deployment):
        self.function_arn = deployment.function_arn()
        self.by_bus = {stack.DEFAULT_BUS: {}, stack.REPORT_BUS: {}}
        for rule in deployment.rules():
            self.by_bus[deployment.bus(rule)][rule] = EventPattern.load(deployment.rule(rule)["EventPattern"])

    def matching(self, event, bus=stack.REPORT_BUS, account=stack.ACCOUNT):
        """Returns the rules on a bus that match an event."""
        event = event | {"account": account}
        return sorted(rule for rule, pattern in self.by_bus[bus].items() if pattern.matches_event(event))

    def record(self, response, request=reports.DISABLE, qualifier=":$LATEST"):
        return invocation_record(self.function_arn + qualifier, response, request=request)


def incomplete_triggers():
    """Yields triggers that have and lack each of the fields that a notification with a caller needs."""
    for kind, name in itertools.product(
        ("OrganizationsEvent", "Schedule"), ("DisableAWSServiceAccess", "EnableAWSServiceAccess", "SetupLandingZone", None),
    ):
        for has_time, has_actor, has_name, has_address in itertools.product((True, False), repeat=4):
            actor = {"name": reports.CALLER} if has_name else {"type": "Root"}
            actor |= {"sourceIp": "198.51.100.24"} if has_address else {}
            fields = {"name": name, "time": has_time and reports.CALL_TIME, "actor": has_actor and actor}
            yield {"kind": kind} | {key: value for key, value in fields.items() if value}


def rule_of_drift(outcome, trigger, outage):
    """Returns the rule that notifies of a report, or None."""
    actor = trigger.get("actor", {})
    is_call = trigger.get("name") == "DisableAWSServiceAccess"
    has_caller = is_call and "time" in trigger and "name" in actor and "sourceIp" in actor
    if outcome == "Remediated":
        return f"NotifyRepairWith{('Outage' if outage else 'Caller') if has_caller else 'outCaller'}"
    if has_caller:
        return {"DriftDetected": "NotifyDriftWithCaller", "Blocked": "NotifyBlockedWithCaller", "Held": "NotifyHeldWithCaller"}[outcome]
    if outcome == "Held" or outcome == "Blocked" and trigger["kind"] == "Schedule":
        return None
    return {"DriftDetected": "NotifyDriftWithoutCaller", "Blocked": "NotifyBlockedWithoutCaller"}[outcome]


class TriggerRules(unittest.TestCase):
    maxDiff = None

    def test_the_events_folder_has_29_events_for_the_bus(self):
        self.assertEqual(len(event_files()), 29)

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

    @classmethod
    def setUpClass(cls):
        with stack.deployed(ALL_RULES) as deployment:
            cls.patterns = Patterns(deployment)
        with stack.deployed({"DesiredState": "disabled"}) as deployment:
            cls.patterns_if_disabled = Patterns(deployment)

    def test_each_report_matches_its_rule_and_no_other(self):
        by_rule = reports.reports_by_rule()
        self.assertEqual(sorted(by_rule), sorted(self.patterns.by_bus[stack.REPORT_BUS]))
        for rule, response in by_rule.items():
            for qualifier in ("", ":$LATEST"):
                with self.subTest(rule, qualifier=qualifier):
                    self.assertEqual(self.patterns.matching(self.patterns.record(response, qualifier=qualifier)), [rule])

    def test_every_report_of_drift_matches_exactly_one_rule_whatever_its_trigger_lacks(self):
        for outcome, trigger in itertools.product(("Remediated", "DriftDetected", "Blocked", "Held"), incomplete_triggers()):
            for outage in ({}, {"outage": {"seconds": 8}}):
                expected = rule_of_drift(outcome, trigger, outage)
                with self.subTest(outcome, trigger=trigger, outage=outage):
                    matching = self.patterns.matching(self.patterns.record(reports.report(outcome, trigger, **outage)))
                    self.assertEqual(matching, [expected] if expected else [])

    def test_a_report_in_sync_matches_only_after_the_successful_call_that_undoes_the_desired_state(self):
        in_sync = reports.reports_by_rule()["NotifyInSyncAfterCall"]
        near_misses = {name: event for name, event in NEAR_MISSES.items() if name.startswith(("disable, ", "another Org"))}
        requests = near_misses | {
            "enable": ENABLE, "a schedule": load_event("schedule-scheduler"), "an empty payload": {}, "a text": "x",
        }
        for name, request in requests.items():
            with self.subTest(name):
                # The call counts exactly if it also starts a run.
                expected = [IN_SYNC] if name in DESIRED_ENABLED else []
                self.assertEqual(self.patterns.matching(self.patterns.record(in_sync, request)), expected)
        for trigger in (reports.SCHEDULE, reports.call("EnableAWSServiceAccess")):
            self.assertEqual(self.patterns.matching(self.patterns.record(reports.report("InSync", trigger))), [])

    def test_if_disabled_is_desired_the_enabling_call_is_the_one_that_counts(self):
        enable, disable = reports.call("EnableAWSServiceAccess"), reports.call()
        for outcome, trigger, request, rules in (
            ("Remediated", enable, ENABLE, ["NotifyRepairWithCaller"]),
            ("Remediated", disable, DISABLE, ["NotifyRepairWithoutCaller"]),
            ("InSync", enable, ENABLE, [IN_SYNC]),
            ("InSync", disable, DISABLE, []),
        ):
            record = self.patterns_if_disabled.record(reports.report(outcome, trigger), request)
            self.assertEqual(self.patterns_if_disabled.matching(record), rules)

    def test_no_rule_matches_a_forged_report(self):
        for rule, response in reports.reports_by_rule().items():
            record = self.patterns.record(response)
            failure = invocation_record(self.patterns.function_arn, response, condition="Failure")
            with self.subTest(rule):
                self.assertEqual(self.patterns.matching(record), [rule])
                self.assertEqual(self.patterns.matching(record, bus=stack.DEFAULT_BUS), [])
                self.assertEqual(self.patterns.matching(record, account="999999999999"), [])
                for near_miss in (
                    self.patterns.record(response, qualifier="-2:$LATEST"), self.patterns.record(response, qualifier=":1"),
                    record | {"source": "custom.lambda"}, record | {"detail-type": "Lambda"}, failure,
                    self.patterns.record(response | {"outcome": response["outcome"].lower()}), self.patterns.record("x"),
                ):
                    self.assertEqual(self.patterns.matching(near_miss), [])

    def test_a_trigger_of_another_account_matches_no_rule(self):
        for account, expected in ((stack.ACCOUNT, [TRUSTED_ACCESS]), ("999999999999", [])):
            self.assertEqual(self.patterns.matching(DISABLE, stack.DEFAULT_BUS, account), expected)

    def test_no_pattern_is_longer_than_eventbridge_accepts(self):
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
        for rules in self.patterns.by_bus.values():
            for rule, pattern in rules.items():
                self.assertLessEqual(len(pattern.dump()), 2048, rule)


if __name__ == "__main__":
    unittest.main()
