//! The meaning of each event, from records of the documented, observed and inferred shapes.

use serde_json::{Value, json};

use super::super::records::Envelope;
use super::*;

const ACCOUNT: &str = "222200000001";
const SANDBOX: &str = "ou-abcd-sandbox1";
const WORKLOADS: &str = "ou-abcd-workload";

/// Returns the record of an event. `parts` has the members that differ from event to event.
fn record(name: &str, parts: &Value) -> Record {
    let mut json = json!({
        "eventVersion": "1.08", "eventSource": "organizations.amazonaws.com", "eventName": name, "eventID": "e-1",
        "eventTime": "2026-11-20T10:00:00Z", "requestParameters": null, "responseElements": null,
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/dana", "accountId": ACCOUNT},
    });
    for (key, value) in parts.as_object().unwrap() {
        json[key] = value.clone();
    }
    Record::parse(&json.to_string(), Envelope::default())
        .unwrap()
        .unwrap()
}

fn meaning(name: &str, parts: &Value) -> Result<Meaning, Unreadable> {
    classify(&record(name, parts))
}

fn change(name: &str, parts: &Value) -> Change {
    match meaning(name, parts) {
        Ok(Meaning::Change(change)) => *change,
        other => panic!("{name}: {other:?}"),
    }
}

fn request(parameters: &Value) -> Value {
    json!({"requestParameters": parameters})
}

#[test]
fn a_change_of_an_account_has_its_kind_and_ids() {
    let handshake = json!({"responseElements": {"handshake": {
        "action": "invite", "state": "ACCEPTED", "id": "h-examplehandshakeid111",
        "parties": [{"type": "ORGANIZATION", "id": "o-aa111bb222"}, {"type": "ACCOUNT", "id": ACCOUNT}],
    }}});
    let result = |key: &str| json!({"serviceEventDetails": {key: {"id": "car-1", "state": "SUCCEEDED", "accountName": "****", "accountId": ACCOUNT}}});
    let member = |method: &str, value: &str| json!({"serviceEventDetails": {"accountId": ACCOUNT, method: value}});
    let nested = json!({"serviceEventDetails": {"membership": {"accountId": ACCOUNT, "joinedMethod": "Created"}}});
    let by_id = request(&json!({"accountId": ACCOUNT}));
    for (name, parts, kind) in [
        (
            "CreateAccountResult",
            result("createAccountStatus"),
            Kind::AccountCreated,
        ),
        (
            "AccountJoinedOrganization",
            member("joinedMethod", "INVITED"),
            Kind::AccountJoined,
        ),
        ("AccountJoinedOrganization", nested, Kind::AccountCreated),
        ("AcceptHandshake", handshake, Kind::AccountJoined),
        ("CloseAccount", by_id.clone(), Kind::AccountClosed),
        (
            "CloseAccountResult",
            result("closeAccountStatus"),
            Kind::AccountClosed,
        ),
        ("RemoveAccountFromOrganization", by_id, Kind::AccountLeft),
        ("LeaveOrganization", json!({}), Kind::AccountLeft),
        (
            "AccountDepartedOrganization",
            member("departureMethod", "LEFT"),
            Kind::AccountLeft,
        ),
        (
            "AccountDepartedOrganization",
            member("departedMethod", "Cleaned"),
            Kind::AccountClosed,
        ),
    ] {
        let change = change(name, &parts);
        assert_eq!(change.kind, kind, "{name}");
        assert_eq!(change.account.as_deref(), Some(ACCOUNT), "{name}");
        assert_eq!(
            change.by.as_deref(),
            Some("arn:aws:iam::111122223333:user/dana")
        );
    }
}

#[test]
fn a_move_has_both_parents() {
    let parameters =
        json!({"accountId": ACCOUNT, "sourceParentId": SANDBOX, "destinationParentId": "r-abcd"});
    let change = change("MoveAccount", &request(&parameters));
    assert_eq!(change.kind, Kind::AccountMoved);
    assert_eq!(change.from_parent.as_deref(), Some(SANDBOX));
    assert_eq!(change.to_parent.as_deref(), Some("r-abcd"));
}

#[test]
fn a_change_of_an_ou_has_its_id_and_name() {
    let created = json!({
        "requestParameters": {"name": "New", "parentId": "r-a1b2"},
        "responseElements": {"organizationalUnit": {
            "arn": "arn:aws:organizations::111111111111:ou/o-aa111bb222/ou-abcd-sandbox1", "id": SANDBOX, "name": "New",
        }},
    });
    let renamed = request(&json!({"organizationalUnitId": SANDBOX, "name": "New"}));
    let deleted = request(&json!({"organizationalUnitId": SANDBOX}));
    for (name, parts, kind, new_name) in [
        (
            "CreateOrganizationalUnit",
            created,
            Kind::OuCreated,
            Some("New"),
        ),
        (
            "UpdateOrganizationalUnit",
            renamed,
            Kind::OuRenamed,
            Some("New"),
        ),
        ("DeleteOrganizationalUnit", deleted, Kind::OuDeleted, None),
    ] {
        let change = change(name, &parts);
        assert_eq!((change.kind, change.name.as_deref()), (kind, new_name));
        assert_eq!(change.ou.as_deref(), Some(SANDBOX), "{name}");
    }
}

#[test]
fn an_attachment_has_the_policy_and_its_target() {
    for (target, account, ou) in [
        (ACCOUNT, Some(ACCOUNT), None),
        (WORKLOADS, None, Some(WORKLOADS)),
        ("r-abcd", None, Some("r-abcd")),
        (
            "ou-examplerootid111-exampleouid111",
            None,
            Some("ou-examplerootid111-exampleouid111"),
        ),
    ] {
        let parts = request(&json!({"policyId": "p-examplepolicyid111", "targetId": target}));
        for (name, kind) in [
            ("AttachPolicy", Kind::PolicyAttached),
            ("DetachPolicy", Kind::PolicyDetached),
        ] {
            let change = change(name, &parts);
            assert_eq!(change.kind, kind);
            assert_eq!(change.policy.as_deref(), Some("p-examplepolicyid111"));
            assert_eq!(
                (change.account.as_deref(), change.ou.as_deref()),
                (account, ou)
            );
        }
    }
}

#[test]
fn a_change_of_a_policy_has_the_name_and_type_of_the_response() {
    let response = json!({"policy": {"policySummary": {
        "id": "p-bvdv3rx3", "type": "SERVICE_CONTROL_POLICY", "name": "aws-guardrails-A", "awsManaged": false,
    }, "content": "{}"}});
    for (name, request, kind) in [
        (
            "CreatePolicy",
            json!({"name": "x", "type": "TAG_POLICY", "content": "{}"}),
            Kind::PolicyCreated,
        ),
        (
            "UpdatePolicy",
            json!({"policyId": "p-bvdv3rx3", "content": "{}"}),
            Kind::PolicyUpdated,
        ),
    ] {
        let change = change(
            name,
            &json!({"requestParameters": request, "responseElements": response}),
        );
        assert_eq!(change.kind, kind);
        assert_eq!(change.policy.as_deref(), Some("p-bvdv3rx3"));
        assert_eq!(
            change.policy_type.as_deref(),
            Some("SERVICE_CONTROL_POLICY")
        );
        assert_eq!(change.name.as_deref(), Some("aws-guardrails-A"));
    }
    let deleted = change("DeletePolicy", &request(&json!({"policyId": "p-bvdv3rx3"})));
    assert_eq!(
        (deleted.kind, deleted.policy_type),
        (Kind::PolicyDeleted, None)
    );
}

#[test]
fn a_policy_type_has_its_root() {
    let parts = request(&json!({"rootId": "r-bmrv", "policyType": "SERVICE_CONTROL_POLICY"}));
    for (name, kind) in [
        ("EnablePolicyType", Kind::PolicyTypeEnabled),
        ("DisablePolicyType", Kind::PolicyTypeDisabled),
    ] {
        let change = change(name, &parts);
        assert_eq!((change.kind, change.ou.as_deref()), (kind, Some("r-bmrv")));
        assert_eq!(
            change.policy_type.as_deref(),
            Some("SERVICE_CONTROL_POLICY")
        );
    }
}

#[test]
fn a_request_for_an_account_has_its_id_and_a_failed_result_changes_nothing() {
    let requested = json!({"responseElements": {"createAccountStatus": {"state": "IN_PROGRESS", "id": "car-1"}}});
    for name in ["CreateAccount", "CreateGovCloudAccount"] {
        assert_eq!(
            meaning(name, &requested),
            Ok(Meaning::AccountRequest("car-1".to_owned()))
        );
    }
    let failed = json!({"serviceEventDetails": {
        "createAccountStatus": {"id": "car-1", "state": "FAILED", "failureReason": "EMAIL_ALREADY_EXISTS"},
        "closeAccountStatus": {"accountId": ACCOUNT, "state": "FAILED"},
    }});
    assert_eq!(
        meaning("CreateAccountResult", &failed),
        Ok(Meaning::Nothing)
    );
    assert_eq!(
        meaning("CloseAccountResult", &failed),
        Ok(Meaning::CloseFailed(ACCOUNT.to_owned()))
    );
}

#[test]
fn only_a_switch_of_control_tower_counts_and_one_without_a_principal_is_unreadable() {
    let of = |principal: &Value| {
        meaning(
            "DisableAWSServiceAccess",
            &request(&json!({"servicePrincipal": principal})),
        )
    };
    let Ok(Meaning::Switch(switch)) = of(&json!(CONTROL_TOWER)) else {
        panic!("a switch");
    };
    assert_eq!(switch.state, TrustedAccess::Disabled);
    for other in [
        "sso.amazonaws.com",
        "controltower.amazonaws.com.",
        "ControlTower.amazonaws.com",
    ] {
        assert_eq!(of(&json!(other)), Ok(Meaning::Nothing));
    }
    assert!(of(&json!(null)).is_err());
    assert!(meaning("EnableAWSServiceAccess", &json!({})).is_err());
}

#[test]
fn another_handshake_than_an_invitation_changes_nothing() {
    let handshake = json!({"responseElements": {"handshake": {"action": "ENABLE_ALL_FEATURES", "parties": []}}});
    assert_eq!(meaning("AcceptHandshake", &handshake), Ok(Meaning::Nothing));
}

#[test]
fn every_looked_up_event_without_its_members_is_unreadable() {
    for parts in [
        json!({"userIdentity": null}),
        json!({"userIdentity": 7, "requestParameters": "text", "responseElements": [], "serviceEventDetails": 1}),
        json!({"userIdentity": {}, "requestParameters": {"accountId": 222_200_000_001_u64}, "serviceEventDetails": {}}),
    ] {
        for name in EVENTS {
            let error = meaning(name, &parts).unwrap_err();
            assert_eq!(error.event, name);
            assert!(
                error.reason.starts_with("the record has no valid "),
                "{}",
                error.reason
            );
        }
    }
}

#[test]
fn an_id_that_is_not_safe_in_a_command_is_unreadable() {
    for parameters in [
        json!({"policyId": "p-1; reboot", "targetId": SANDBOX}),
        json!({"policyId": "p-bvdv3rx3", "targetId": "ou-$(reboot)"}),
        json!({"policyId": "p-bvdv3rx3", "targetId": ""}),
    ] {
        assert!(
            meaning("AttachPolicy", &request(&parameters)).is_err(),
            "{parameters}"
        );
    }
}
