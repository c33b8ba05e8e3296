use serde_json::json;

use crate::checks::{access_denied, body, not_checked, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::Scenario;
use crate::fake_aws::replies::landing_zone;

const LIST: &str = "controltower:ListLandingZones";
const GET: &str = "controltower:GetLandingZone";
const OPERATIONS: &str = "controltower:ListLandingZoneOperations";

fn delete_operation(status: &str) -> serde_json::Value {
    json!({"landingZoneOperations": [{"operationType": "DELETE", "status": status}]})
}

#[test]
fn drift_a_failed_operation_and_absence_are_problems() {
    for (operation, reply, text) in [
        (
            GET,
            landing_zone("4.0", "4.0", "ACTIVE", "DRIFTED"),
            "reset the landing zone",
        ),
        (
            GET,
            landing_zone("3.0", "4.0", "ACTIVE", "DRIFTED"),
            "update the landing zone to at least version 3.1",
        ),
        (
            GET,
            landing_zone("4.0", "4.0", "FAILED", "IN_SYNC"),
            "operation on the landing zone failed",
        ),
        (LIST, json!({"landingZones": []}), "--landing-zone-region"),
    ] {
        let aws = Scenario::healthy().with(operation, body(&reply)).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 1, "{text}");
        let problems = problems(&document, "landingZone");
        assert!(problems.contains(text), "{problems}");
    }
}

#[test]
fn a_newer_version_and_an_operation_in_progress_are_remarks() {
    let older = landing_zone("3.3", "4.0", "PROCESSING", "IN_SYNC");
    let aws = Scenario::healthy().with(GET, body(&older)).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 0);
    let remarks = &check(&document, "landingZone")["remarks"];
    assert_eq!(remarks.as_array().unwrap().len(), 2, "{remarks}");
}

#[test]
fn an_unknown_drift_status_is_not_checked() {
    let unknown = landing_zone("4.0", "4.0", "ACTIVE", "UNKNOWN");
    let aws = Scenario::healthy().with(GET, body(&unknown)).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "landingZone");
    assert!(issues.contains("does not report if"), "{issues}");
}

#[test]
fn a_landing_zone_that_is_listed_but_not_readable_still_has_a_home_region() {
    let aws = Scenario::healthy().with(GET, access_denied()).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "landingZone");
    assert!(
        issues.contains("In us-east-1: controltower:GetLandingZone"),
        "{issues}"
    );
    let source = &check(&document, "accounts")["facts"]["source"];
    assert_eq!(source, "ListEnabledBaselines");
}

#[test]
fn a_landing_zone_in_another_region_is_read_there_with_its_accounts() {
    let arn = "arn:aws:controltower:us-west-2:111122223333:landingzone/1A2B3C4D5E6F7G8H";
    let aws = Scenario::healthy()
        .with(LIST, body(&json!({"landingZones": [{"arn": arn}]})))
        .start();
    let (document, code) = run_json(&aws.url, &["--landing-zone-region", "eu-west-1"]);
    assert_eq!(code, 0);
    let check = check(&document, "landingZone");
    assert_eq!(check["verdict"], "healthy", "{check}");
    assert_eq!(check["facts"]["region"], "us-west-2", "{check}");
    let lists = aws.calls_of("controltower:ListEnabledBaselines");
    assert!(!lists.is_empty());
    assert!(lists.iter().all(|call| call.region == "us-west-2"));
}

#[test]
fn a_decommissioning_in_progress_is_a_problem() {
    let in_progress = body(&delete_operation("IN_PROGRESS"));
    let aws = Scenario::healthy().with(OPERATIONS, in_progress).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    let problems = problems(&document, "landingZone");
    assert!(
        problems.contains("us-east-1 is being decommissioned"),
        "{problems}"
    );
}

#[test]
fn a_landing_zone_that_is_no_longer_listed_and_is_being_decommissioned_is_not_set_up_again() {
    let aws = Scenario::healthy()
        .with(LIST, body(&json!({"landingZones": []})))
        .with(OPERATIONS, body(&delete_operation("IN_PROGRESS")))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    let problems = problems(&document, "landingZone");
    assert!(
        problems.contains("us-east-1 is being decommissioned"),
        "{problems}"
    );
    assert!(!problems.contains("set up"), "{problems}");
}

#[test]
fn without_a_landing_zone_the_problem_says_if_it_was_decommissioned() {
    let no_zone = || body(&json!({"landingZones": []}));
    for (reply, code, text) in [
        (
            body(&delete_operation("SUCCEEDED")),
            1,
            "it was decommissioned in the last 90 days",
        ),
        (
            body(&json!({"landingZoneOperations": []})),
            1,
            "none was decommissioned there",
        ),
        (access_denied(), 1, "There is no landing zone in us-east-1."),
    ] {
        let aws = Scenario::healthy()
            .with(LIST, no_zone())
            .with(OPERATIONS, reply)
            .start();
        let (document, actual) = run_json(&aws.url, &[]);
        assert_eq!(actual, code, "{text}");
        let problems = problems(&document, "landingZone");
        assert!(problems.contains(text), "{problems}");
    }
}

#[test]
fn unreadable_operations_are_not_checked() {
    let aws = Scenario::healthy()
        .with(OPERATIONS, access_denied())
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "landingZone");
    assert!(
        issues.contains("controltower:ListLandingZoneOperations"),
        "{issues}"
    );
}
