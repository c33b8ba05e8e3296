//! Callers that undo each other's changes, in CloudTrail's event history.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::checks::{access_denied, assert_only_issue, not_checked, problems};
use crate::cli::{check, run, run_json};
use crate::fake_aws::event_history::switch;
use crate::fake_aws::replies::rfc3339;
use crate::fake_aws::{FakeReply, Scenario};

const LOOKUP: &str = "cloudtrail:LookupEvents";
const FUNCTION: &str = "arn:aws:sts::111122223333:assumed-role/Function/f";

fn call(name: &str, hours_ago: u64, arn: &str) -> Value {
    let time = rfc3339(SystemTime::now() - Duration::from_hours(hours_ago));
    let mut record = switch(name, &time, "controltower.amazonaws.com");
    record["userIdentity"] = json!({"type": "AssumedRole", "arn": arn});
    record
}

/// Two rounds in which Terraform disables trusted access and the function enables it, from `hours_ago` on.
fn rounds(hours_ago: u64) -> [Value; 4] {
    let terraform =
        |run: u32| format!("arn:aws:sts::111122223333:assumed-role/Terraform/run-{run}");
    [
        call("DisableAWSServiceAccess", hours_ago, &terraform(1)),
        call("EnableAWSServiceAccess", hours_ago - 1, FUNCTION),
        call("DisableAWSServiceAccess", hours_ago - 2, &terraform(2)),
        call("EnableAWSServiceAccess", hours_ago - 3, FUNCTION),
    ]
}

#[test]
fn two_alternating_callers_are_the_only_problem_and_both_are_named() {
    let aws = Scenario::healthy().with_events(rounds(100)).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "trustedAccess", "problems");
    let problems = problems(&document, "trustedAccess");
    for text in [
        "3 times in 7 days",
        "arn:aws:sts::111122223333:assumed-role/Function and arn:aws:sts::111122223333:assumed-role/Terraform",
    ] {
        assert!(problems.contains(text), "{problems}");
    }
}

#[test]
fn calls_that_are_older_than_a_week_do_not_count() {
    let aws = Scenario::healthy().with_events(rounds(8 * 24)).start();
    assert_eq!(run_json(&aws.url, &[]).1, 0);
}

#[test]
fn one_outage_and_its_repair_are_no_problem() {
    let aws = Scenario::healthy()
        .with_events(rounds(100).into_iter().take(2))
        .start();
    assert_eq!(run_json(&aws.url, &[]).1, 0);
}

#[test]
fn a_history_that_cannot_be_read_is_not_checked() {
    for reply in [
        access_denied(),
        FakeReply::Error(400, "ThrottlingException", "Rate exceeded"),
    ] {
        let aws = Scenario::healthy().with(LOOKUP, reply).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 2);
        assert_only_issue(&document, "trustedAccess", "notChecked");
        let issues = not_checked(&document, "trustedAccess");
        assert!(
            issues.contains("It is unknown if several callers"),
            "{issues}"
        );
        assert_eq!(
            check(&document, "trustedAccess")["facts"]["state"],
            "enabled"
        );
    }
}

#[test]
fn more_than_five_pages_or_an_unreadable_record_are_not_checked() {
    let many = (0..251).map(|_| call("EnableAWSServiceAccess", 1, FUNCTION));
    let mut unreadable = call("EnableAWSServiceAccess", 1, FUNCTION);
    unreadable["requestParameters"] = Value::Null;
    for (events, lookups) in [(many.collect(), 6), (vec![unreadable], 2)] {
        let aws = Scenario::healthy().with_events(events).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 2, "{document:#}");
        let issues = not_checked(&document, "trustedAccess");
        assert!(
            issues.contains("Not all calls of the last 7 days"),
            "{issues}"
        );
        assert_eq!(aws.count(LOOKUP), lookups);
    }
}

#[test]
fn the_lookups_keep_to_the_quota_of_cloudtrail() {
    let aws = Scenario::healthy().start();
    let started = std::time::Instant::now();
    run(&aws.url, &["--lookups-per-second", "2"]);
    assert_eq!(aws.count(LOOKUP), 2);
    assert!(started.elapsed() >= Duration::from_millis(500));
}
