use serde_json::json;

use crate::checks::{access_denied, body, not_checked, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::Scenario;
use crate::fake_aws::replies::trail;

#[test]
fn a_trail_that_does_not_log_the_events_is_a_problem_with_the_reason() {
    let read_only =
        json!({"EventSelectors": [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}]});
    for (operation, reply, reason) in [
        (
            "cloudtrail:DescribeTrails",
            json!({"trailList": []}),
            "this account has no trail",
        ),
        (
            "cloudtrail:DescribeTrails",
            json!({"trailList": [trail("one", false)]}),
            "trail one covers only another Region",
        ),
        (
            "cloudtrail:GetTrailStatus",
            json!({"IsLogging": false}),
            "trail organization-trail is not logging",
        ),
        (
            "cloudtrail:GetEventSelectors",
            read_only,
            "trail organization-trail does not log the management write events",
        ),
    ] {
        let aws = Scenario::healthy().with(operation, body(&reply)).start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 1);
        let problems = problems(&document, "events");
        assert!(problems.contains(reason), "{problems}");
    }
}

#[test]
fn a_trail_that_excludes_a_caller_is_not_checked() {
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    let excluded_caller =
        json!({"Field": "userIdentity.arn", "NotEquals": ["arn:aws:iam::111122223333:role/Noisy"]});
    let selectors =
        json!({"AdvancedEventSelectors": [{"FieldSelectors": [management, excluded_caller]}]});
    let aws = Scenario::healthy()
        .with("cloudtrail:GetEventSelectors", body(&selectors))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "events");
    assert!(
        issues.contains("organization-trail may miss events"),
        "{issues}"
    );
}

#[test]
fn one_trail_that_logs_the_events_is_enough() {
    let both = json!({"trailList": [trail("single", false), trail("all", true)]});
    let aws = Scenario::healthy()
        .with("cloudtrail:DescribeTrails", body(&both))
        .start();
    let (document, _) = run_json(&aws.url, &[]);
    assert_eq!(check(&document, "events")["facts"]["trails"], "all");
}

#[test]
fn a_missing_permission_for_a_trail_is_named() {
    let aws = Scenario::healthy()
        .with("cloudtrail:GetTrailStatus", access_denied())
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "events");
    assert!(
        issues.contains("Trail organization-trail could not be checked")
            && issues.contains("Allow cloudtrail:GetTrailStatus"),
        "{issues}"
    );
}
