//! Scenarios that more than one program uses.

use serde_json::{Value, json};

use super::deployment::{ALARMS, alarms};
use super::event_history::{
    GUARDRAIL, OWN_POLICY, SANDBOX, WORKLOADS, record, service_record, switch,
};
use super::replies::{MANAGEMENT, account, landing_zone};
use super::{FakeReply, Scenario};

/// Returns a scenario with an issue of each kind, as in docs/doctor.md and its picture.
pub fn troubled() -> Scenario {
    let drifted = landing_zone("3.3", "4.0", "ACTIVE", "DRIFTED");
    let none = r#"{"EnabledServicePrincipals":[]}"#;
    let not_allowed = FakeReply::Error(400, "AccessDeniedException", "User is not authorized");
    Scenario::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            FakeReply::Body(none.into()),
        )
        .with("cloudtrail:DescribeTrails", not_allowed)
        .with(
            "controltower:GetLandingZone",
            FakeReply::Body(drifted.to_string()),
        )
        .with(
            "cloudwatch:DescribeAlarms",
            FakeReply::Body(alarms(ALARMS[0]).to_string()),
        )
        .with_role(
            &account(2),
            FakeReply::Error(403, "AccessDenied", "not authorized"),
        )
}

/// Returns a scenario with one outage and a change of each group, as in docs/doctor.md.
pub fn outage() -> Scenario {
    let account = |index: usize| format!("22220000000{index}");
    let at = |time: &str| format!("2026-11-20T{time}Z");
    let control_tower = "controltower.amazonaws.com";
    let moved = |time: &str, index, from: &str, to: &str| {
        let request =
            json!({"accountId": account(index), "sourceParentId": from, "destinationParentId": to});
        record("MoveAccount", &at(time), request, Value::Null)
    };
    let request = |name: &str, time: &str, request| record(name, &at(time), request, Value::Null);
    let created = json!({"createAccountStatus": {"id": "car-1", "state": "IN_PROGRESS", "accountName": "****"}});
    let result = json!({"createAccountStatus": {
        "id": "car-1", "state": "SUCCEEDED", "accountName": "****", "accountId": account(2),
    }});
    let mut own = moved("11:20:00", 3, "r-abcd", SANDBOX);
    own["userIdentity"] = json!({"type": "AssumedRole", "invokedBy": control_tower});
    let mut failed = request("CloseAccount", "11:30:00", json!({"accountId": account(1)}));
    failed["errorCode"] = "ConstraintViolationException".into();
    let mut enabled = switch("EnableAWSServiceAccess", &at("12:05:30"), control_tower);
    enabled["userIdentity"]["arn"] =
        format!("arn:aws:sts::{MANAGEMENT}:assumed-role/controltower-trusted-access-Role/controltower-trusted-access").into();
    Scenario::healthy().with_events([
        switch("DisableAWSServiceAccess", &at("10:00:00"), control_tower),
        moved("10:12:00", 1, SANDBOX, WORKLOADS),
        record(
            "CreateAccount",
            &at("10:30:00"),
            json!({"accountName": "****"}),
            created,
        ),
        service_record("CreateAccountResult", &at("10:30:04"), result),
        request(
            "DetachPolicy",
            "11:02:00",
            json!({"policyId": GUARDRAIL, "targetId": SANDBOX}),
        ),
        request(
            "AttachPolicy",
            "11:03:00",
            json!({"policyId": OWN_POLICY, "targetId": WORKLOADS}),
        ),
        request(
            "DeleteOrganizationalUnit",
            "11:10:00",
            json!({"organizationalUnitId": "ou-abcd-deleted1"}),
        ),
        own,
        failed,
        enabled,
        moved("13:00:00", 2, "r-abcd", WORKLOADS),
    ])
}
