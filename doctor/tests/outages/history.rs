//! The periods and changes in the event history, in any order of its pages.

use serde_json::{Value, json};

use super::{ACCOUNT, disable, enable, move_account, not_read, outages_json};
use crate::fake_aws::event_history::{SANDBOX, WORKLOADS, switch};
use crate::fake_aws::{FakeReply, Scenario};

fn periods(document: &Value) -> Vec<(Option<&str>, Option<&str>)> {
    let outages = document["outages"].as_array().unwrap().iter();
    outages
        .map(|outage| (outage["from"].as_str(), outage["to"].as_str()))
        .collect()
}

#[test]
fn a_history_without_a_call_is_no_outage_and_takes_two_lookups() {
    let aws = Scenario::healthy().start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!(
        document,
        json!({
            "outages": [], "since": "2026-08-30T00:00:00Z", "until": "2026-11-28T00:00:00Z", "complete": true, "notRead": [],
        })
    );
    assert_eq!(code, 0);
    assert_eq!(aws.count("cloudtrail:LookupEvents"), 2);
    assert_eq!(aws.count("controltower:ListLandingZones"), 0);
}

#[test]
fn unordered_and_repeated_events_and_those_of_other_principals_change_nothing() {
    let other = |time| switch("DisableAWSServiceAccess", time, "sso.amazonaws.com");
    let mut failed = disable("2026-11-10T00:00:00Z");
    failed["errorCode"] = "ConstraintViolationException".into();
    let events = vec![
        enable("2026-11-20T11:00:00Z"),
        disable("2026-11-22T10:00:00Z"),
        disable("2026-11-20T10:00:00Z"),
        other("2026-11-21T10:00:00Z"),
        failed,
        disable("2026-11-20T10:00:00Z"),
        disable("2026-11-20T10:30:00Z"),
        enable("2026-11-22T10:00:40Z"),
        enable("2026-11-23T00:00:00Z"),
    ];
    let mut reversed = events.clone();
    reversed.reverse();
    for events in [events, reversed] {
        let aws = Scenario::healthy().with_events(events).start();
        let (document, code) = outages_json(&aws, &[]);
        assert_eq!(
            periods(&document),
            [
                (Some("2026-11-20T10:00:00Z"), Some("2026-11-20T11:00:00Z")),
                (Some("2026-11-22T10:00:00Z"), Some("2026-11-22T10:00:40Z")),
            ]
        );
        assert_eq!(code, 1);
        assert_eq!(document["complete"], true, "{document:#}");
        assert_eq!(document["outages"][1]["seconds"], 40);
    }
}

#[test]
fn overlapping_outages_of_two_callers_are_one_period_of_the_first() {
    let mut second = disable("2026-11-20T10:30:00Z");
    second["userIdentity"] =
        json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/terraform"});
    let events = [
        second,
        disable("2026-11-20T10:00:00Z"),
        enable("2026-11-20T11:00:00Z"),
        enable("2026-11-20T11:30:00Z"),
    ];
    let aws = Scenario::healthy().with_events(events).start();
    let (document, _) = outages_json(&aws, &[]);
    assert_eq!(
        periods(&document),
        [(Some("2026-11-20T10:00:00Z"), Some("2026-11-20T11:00:00Z"))]
    );
    let outage = &document["outages"][0];
    assert_eq!(
        outage["disabledBy"],
        "arn:aws:sts::111122223333:assumed-role/Admin/dana"
    );
    assert_eq!(outage["disabledFrom"], "198.51.100.24");
    assert_eq!(outage["enabledBy"], outage["disabledBy"]);
}

#[test]
fn every_page_is_read_and_only_changes_in_the_outage_are_listed() {
    let times =
        (0..120).map(|minute| format!("2026-11-20T{:02}:{:02}:00Z", 9 + minute / 60, minute % 60));
    let moves = times.map(|time| move_account(&time, ACCOUNT, SANDBOX, WORKLOADS));
    let switches = [
        disable("2026-11-20T09:01:00Z"),
        enable("2026-11-20T10:58:00Z"),
    ];
    let aws = Scenario::healthy()
        .with_events(switches.into_iter().chain(moves))
        .start();
    let (document, _) = outages_json(&aws, &[]);
    let changes = document["outages"][0]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 118);
    assert_eq!(changes[0]["time"], "2026-11-20T09:01:00Z");
    assert_eq!(changes[117]["time"], "2026-11-20T10:58:00Z");
    let pages = aws.calls_of("cloudtrail:LookupEvents");
    let pages = pages
        .iter()
        .filter(|call| call.body.contains("\"MoveAccount\""));
    assert_eq!(pages.count(), 3);
}

#[test]
fn a_change_between_two_outages_is_not_kept() {
    let events = [
        disable("2026-11-20T10:00:00Z"),
        enable("2026-11-20T11:00:00Z"),
        move_account("2026-11-20T12:00:00Z", ACCOUNT, SANDBOX, WORKLOADS),
        disable("2026-11-20T13:00:00Z"),
        enable("2026-11-20T14:00:00Z"),
    ];
    let aws = Scenario::healthy().with_events(events).start();
    let (document, _) = outages_json(&aws, &[]);
    assert!(!document.to_string().contains(ACCOUNT), "{document:#}");
    assert_eq!(aws.count("organizations:DescribeAccount"), 0);
}

#[test]
fn an_outage_that_began_before_the_history_has_no_beginning_and_is_incomplete() {
    let enabled = FakeReply::Body(
        r#"{"EnabledServicePrincipals":[{"ServicePrincipal":"controltower.amazonaws.com","DateEnabled":1795172400.0}]}"#.into(),
    );
    let aws = Scenario::healthy()
        .with("organizations:ListAWSServiceAccessForOrganization", enabled)
        .with_events([
            enable("2026-11-20T11:00:00Z"),
            move_account("2026-11-01T00:00:00Z", ACCOUNT, SANDBOX, WORKLOADS),
        ])
        .start();
    let (document, code) = outages_json(&aws, &[]);
    assert_eq!(periods(&document), [(None, Some("2026-11-20T11:00:00Z"))]);
    let outage = document["outages"][0].as_object().unwrap();
    assert!(
        ["seconds", "disabledBy", "disabledFrom"]
            .iter()
            .all(|key| !outage.contains_key(*key)),
        "{outage:?}"
    );
    assert_eq!(outage["changes"].as_array().unwrap().len(), 1);
    assert_eq!((document["complete"].as_bool(), code), (Some(false), 1));
    assert!(not_read(&document).contains("The changes before 2026-08-30T00:00:00Z"));
}

#[test]
fn an_outage_that_goes_on_has_no_end_and_begins_with_enabling() {
    let none = FakeReply::Body(r#"{"EnabledServicePrincipals":[]}"#.into());
    for events in [vec![disable("2026-11-20T11:00:00Z")], vec![]] {
        let from = events.first().map(|_| "2026-11-20T11:00:00Z");
        let aws = Scenario::healthy()
            .with(
                "organizations:ListAWSServiceAccessForOrganization",
                none.clone(),
            )
            .with_events(events)
            .start();
        let (document, code) = outages_json(&aws, &[]);
        assert_eq!(periods(&document), [(from, None)]);
        assert_eq!((document["complete"].as_bool(), code), (Some(false), 1));
        let first = &document["outages"][0]["actions"][0];
        assert!(
            first["command"]
                .as_str()
                .unwrap()
                .starts_with("aws organizations enable-aws-service-access")
        );
    }
}

#[test]
fn since_and_until_select_the_outages_that_overlap() {
    let events = [
        disable("2026-11-10T10:00:00Z"),
        enable("2026-11-10T11:00:00Z"),
        disable("2026-11-20T10:00:00Z"),
        enable("2026-11-20T11:00:00Z"),
    ];
    let aws = Scenario::healthy().with_events(events).start();
    for (arguments, froms) in [
        (
            ["--since", "2026-11-11T00:00:00Z"],
            ["2026-11-20T10:00:00Z"],
        ),
        (
            ["--until", "2026-11-19T00:00:00+01:00"],
            ["2026-11-10T10:00:00Z"],
        ),
    ] {
        let (document, _) = outages_json(&aws, &arguments);
        let found: Vec<&str> = periods(&document)
            .iter()
            .map(|(from, _)| from.unwrap())
            .collect();
        assert_eq!(found, froms);
        // An earlier call may begin an outage of the searched time, so the switches are read without a limit.
        assert_eq!(document["complete"], true);
    }
}

#[test]
fn lookups_are_made_in_the_organizations_region_and_limited_to_the_outages() {
    let events = [
        disable("2026-11-20T10:00:00Z"),
        enable("2026-11-20T11:00:00Z"),
    ];
    let aws = Scenario::healthy().with_events(events).start();
    outages_json(&aws, &["--landing-zone-region", "eu-west-1"]);
    let lookups = aws.calls_of("cloudtrail:LookupEvents");
    assert!(lookups.iter().all(|call| call.region == "us-east-1"));
    let limited = lookups.iter().filter(|call| {
        call.body.contains("\"StartTime\":1795168800")
            && call.body.contains("\"EndTime\":1795172400")
    });
    assert_eq!((lookups.len(), limited.count()), (23, 21));
    let landing_zone = aws.calls_of("controltower:ListLandingZones");
    assert!(landing_zone.iter().all(|call| call.region == "eu-west-1"));
}

#[test]
fn lookups_keep_to_the_rate() {
    let aws = Scenario::healthy().start();
    let started = std::time::Instant::now();
    let arguments = ["outages", "--lookups-per-second", "1"];
    assert_eq!(crate::cli::run(&aws.url, &arguments).code, 0);
    assert_eq!(aws.count("cloudtrail:LookupEvents"), 2);
    assert!(started.elapsed() >= std::time::Duration::from_secs(1));
}
