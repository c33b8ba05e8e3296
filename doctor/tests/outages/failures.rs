//! The output after a failure names what could not be read, and never says that nothing was missed.

use serde_json::{Value, json};

use super::{ACCOUNT, moved, not_read, outages, outages_json, with_outage};
use crate::fake_aws::event_history::{FakeEvent, SANDBOX, WORKLOADS, record};
use crate::fake_aws::replies::identity;
use crate::fake_aws::{FakeReply, Scenario};

const DENIED: (u16, &str, &str) = (400, "AccessDeniedException", "User is not authorized");

#[test]
fn access_denied_half_way_keeps_what_was_read_and_names_what_was_not() {
    let denied = FakeReply::ErrorAfter(8, DENIED.0, DENIED.1, DENIED.2);
    let aws = with_outage([moved()])
        .with("cloudtrail:LookupEvents", denied)
        .start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!(document["outages"][0]["changes"][0]["event"], "MoveAccount");
    assert_eq!((document["complete"].as_bool(), code), (Some(false), 1));
    let not_read = not_read(&document);
    for text in [
        "cloudtrail:LookupEvents: AccessDenied",
        "CloseAccount, ",
        "DisablePolicyType.",
    ] {
        assert!(not_read.contains(text), "{text} in {not_read}");
    }
    assert!(!not_read.contains("MoveAccount"), "{not_read}");
    assert_eq!(aws.count("cloudtrail:LookupEvents"), 9);
}

#[test]
fn an_error_before_the_outages_are_known_is_exit_code_2_and_no_outage() {
    for after in [0, 1] {
        let denied = FakeReply::ErrorAfter(after, DENIED.0, DENIED.1, DENIED.2);
        let aws = with_outage([])
            .with("cloudtrail:LookupEvents", denied)
            .start();
        let (document, code) = outages_json(&aws, &[]);
        assert_eq!(document["outages"], json!([]));
        assert_eq!((document["complete"].as_bool(), code), (Some(false), 2));
        let text = outages(&aws, &[]).stdout;
        assert!(
            !text.contains("No changes were missed") && text.contains("NOT READ"),
            "{text}"
        );
    }
}

#[test]
fn throttled_lookups_are_retried() {
    let throttled = FakeReply::ErrorFirst(3, 400, "ThrottlingException", "Rate exceeded");
    let aws = with_outage([moved()])
        .with("cloudtrail:LookupEvents", throttled)
        .start();
    let (document, _) = outages_json(&aws, &[]);
    assert_eq!(document["complete"], true, "{document:#}");
    assert_eq!(
        document["outages"][0]["changes"].as_array().unwrap().len(),
        1
    );
    assert_eq!(aws.count("cloudtrail:LookupEvents"), 26);
}

#[test]
fn a_next_token_that_repeats_ends_the_search() {
    let page = || json!({"Events": [], "NextToken": "again"}).to_string();
    let pages = FakeReply::Pages(vec![page(), page()]);
    let aws = Scenario::healthy()
        .with("cloudtrail:LookupEvents", pages)
        .start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!(code, 2);
    assert!(
        not_read(&document).contains("NextToken repeats"),
        "{document:#}"
    );
}

#[test]
fn records_of_another_shape_are_not_read_and_lose_no_other_change() {
    let time = "2026-11-20T10:20:00Z";
    let without_parameters = record("MoveAccount", time, Value::Null, Value::Null);
    let other_shape = record("AttachPolicy", time, json!(["p-1"]), Value::Null);
    let mut events: Vec<FakeEvent> = with_outage([moved(), without_parameters, other_shape])
        .events
        .to_vec();
    for text in ["", "{", "null", "[]"] {
        events.push(FakeEvent {
            name: "CloseAccount".to_owned(),
            id: format!("malformed {text}"),
            time: 1_795_170_000,
            record: text.to_owned(),
            moved: None,
        });
    }
    let aws = Scenario::healthy().with_events(events).start();
    let (document, _) = outages_json(&aws, &[]);
    assert_eq!(
        document["outages"][0]["changes"].as_array().unwrap().len(),
        1
    );
    assert_eq!(document["complete"], false);
    let not_read = not_read(&document);
    for text in [
        "MoveAccount: the record has no valid account ID (1 in all, the first at 2026-11-20T10:20:00Z, event ID MoveAccount-",
        "AttachPolicy: the record has no valid policy ID",
        "CloseAccount: the record is not JSON (2 in all",
    ] {
        assert!(not_read.contains(text), "{text} in {not_read}");
    }
}

#[test]
fn a_switch_that_names_no_service_makes_the_history_incomplete() {
    let unknown = record(
        "DisableAWSServiceAccess",
        "2026-11-21T00:00:00Z",
        Value::Null,
        Value::Null,
    );
    let aws = Scenario::healthy().with_events([unknown]).start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!((document["complete"].as_bool(), code), (Some(false), 2));
    assert!(not_read(&document).contains("no valid service principal"));
}

#[test]
fn a_member_account_has_no_history_of_trusted_access() {
    let member = FakeReply::Body(identity("444455556666", "aws"));
    let aws = Scenario::healthy()
        .with("sts:GetCallerIdentity", member)
        .start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!((document["complete"].as_bool(), code), (Some(false), 2));
    assert!(not_read(&document).contains("Account 444455556666 is a member account"));
    assert_eq!(aws.count("cloudtrail:LookupEvents"), 0);
}

#[test]
fn denied_names_keep_their_ids_and_are_reported_and_the_history_stays_complete() {
    let operations = [
        "organizations:DescribeAccount",
        "organizations:DescribeOrganizationalUnit",
        "organizations:DescribePolicy",
        "organizations:ListParents",
        "controltower:ListLandingZones",
    ];
    let denied = |scenario: Scenario, operation| {
        scenario.with(operation, FakeReply::Error(DENIED.0, DENIED.1, DENIED.2))
    };
    let attached = record(
        "AttachPolicy",
        "2026-11-20T10:40:00Z",
        json!({"policyId": "p-guardrail1", "targetId": SANDBOX}),
        Value::Null,
    );
    let scenario = operations
        .into_iter()
        .fold(with_outage([moved(), attached]), denied);
    let aws = scenario.start();
    let (document, _) = outages_json(&aws, &[]);
    assert_eq!(document["complete"], true, "{document:#}");
    let changes = &document["outages"][0]["changes"];
    assert_eq!(changes[0]["account"], ACCOUNT);
    assert_eq!(changes[0]["toParent"], WORKLOADS);
    assert!(
        changes[1]["meaning"]
            .as_str()
            .unwrap()
            .contains("policy of an unknown type"),
        "{changes}"
    );
    let not_read = not_read(&document);
    for operation in operations {
        assert!(not_read.contains(operation), "{operation} in {not_read}");
    }
    assert_eq!(aws.count("organizations:DescribeOrganizationalUnit"), 1);
}

#[test]
fn a_state_that_cannot_be_read_is_no_proof_that_trusted_access_was_on() {
    let aws = Scenario::healthy()
        .with(
            "organizations:ListAWSServiceAccessForOrganization",
            FakeReply::Error(DENIED.0, DENIED.1, DENIED.2),
        )
        .start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!((document["complete"].as_bool(), code), (Some(false), 2));
    assert!(not_read(&document).contains("It is unknown if trusted access was on"));
}

#[test]
fn hostile_names_cannot_control_the_terminal_or_get_into_a_command() {
    let hostile = "a\u{1b}[31m\u{202e}$(reboot)\nb";
    let mut renamed = record(
        "UpdateOrganizationalUnit",
        "2026-11-20T10:10:00Z",
        json!({"organizationalUnitId": "ou-abcd-deleted1", "name": hostile}),
        Value::Null,
    );
    renamed["userIdentity"] = json!({"type": "IAMUser", "arn": hostile});
    let injected = record(
        "DetachPolicy",
        "2026-11-20T10:11:00Z",
        json!({"policyId": "p-1;$(reboot)", "targetId": SANDBOX}),
        Value::Null,
    );
    let ou = FakeReply::Body(json!({"OrganizationalUnit": {"Name": hostile}}).to_string());
    let aws = with_outage([renamed, injected])
        .with("organizations:DescribeOrganizationalUnit", ou)
        .start();
    let text = outages(&aws, &[]).stdout;
    assert!(
        !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
    let commands: Vec<&str> = text
        .lines()
        .filter(|line| line.trim_start().starts_with("aws "))
        .collect();
    assert!(
        !commands.is_empty() && !commands.concat().contains("reboot"),
        "{commands:?}"
    );
    let (document, _) = outages_json(&aws, &[]);
    assert!(!document.to_string().contains("\\u001b"), "{document:#}");
}
