use serde_json::{Value, json};

use crate::checks::{access_denied, assert_only_issue, body, not_checked, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::Scenario;
use crate::fake_aws::replies::{hours_ago, trail, trail_status};

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

/// Returns the usual status with one value changed.
fn status_with(key: &str, value: Value) -> Value {
    let mut status = trail_status();
    status[key] = value;
    status
}

#[test]
fn a_stopped_trail_has_the_command_that_starts_it() {
    let stopped = status_with("IsLogging", false.into());
    let aws = Scenario::healthy()
        .with("cloudtrail:GetTrailStatus", body(&stopped))
        .start();
    let (document, _) = run_json(&aws.url, &[]);
    assert_eq!(
        check(&document, "events")["problems"][0]["command"],
        "aws cloudtrail start-logging --name arn:aws:cloudtrail:eu-west-1:111122223333:trail/organization-trail \
         --region eu-west-1"
    );
}

#[test]
fn a_trail_whose_log_files_do_not_arrive_is_the_only_problem_and_says_why() {
    for (key, value, message) in [
        (
            "LatestDeliveryError",
            json!("NoSuchBucket"),
            "organization-trail cannot deliver to its S3 bucket: NoSuchBucket.",
        ),
        (
            "LatestDeliveryTime",
            json!(hours_ago(25)),
            "delivered nothing to its S3 bucket since",
        ),
        (
            "LatestDeliveryTime",
            Value::Null,
            "never delivered to its S3 bucket",
        ),
    ] {
        let aws = Scenario::healthy()
            .with("cloudtrail:GetTrailStatus", body(&status_with(key, value)))
            .start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, 1);
        assert_only_issue(&document, "events", "problems");
        let problems = problems(&document, "events");
        assert!(problems.contains(message), "{problems}");
        // EventBridge does not need the log files.
        assert_eq!(
            check(&document, "events")["facts"]["trails"],
            "organization-trail"
        );
    }
}

#[test]
fn a_delivery_of_the_last_24_hours_is_no_problem() {
    let recent = status_with("LatestDeliveryTime", json!(hours_ago(23)));
    let aws = Scenario::healthy()
        .with("cloudtrail:GetTrailStatus", body(&recent))
        .start();
    assert_eq!(run_json(&aws.url, &[]).1, 0);
}

#[test]
fn a_new_trail_without_a_delivery_is_not_checked() {
    let new = json!({"IsLogging": true, "StartLoggingTime": hours_ago(1)});
    let aws = Scenario::healthy()
        .with("cloudtrail:GetTrailStatus", body(&new))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    let issues = not_checked(&document, "events");
    assert!(
        issues.contains("has not delivered to its S3 bucket yet"),
        "{issues}"
    );
}

#[test]
fn the_log_group_of_a_trail_is_checked_only_if_the_trail_has_one() {
    let error = status_with("LatestCloudWatchLogsDeliveryError", "AccessDenied".into());
    let mut with_log_group = trail("organization-trail", true);
    with_log_group["CloudWatchLogsLogGroupArn"] =
        "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*".into();
    for (trail, problem) in [
        (trail("organization-trail", true), None),
        (
            with_log_group,
            Some("cannot deliver to its CloudWatch log group: AccessDenied."),
        ),
    ] {
        let aws = Scenario::healthy()
            .with("cloudtrail:GetTrailStatus", body(&error))
            .with(
                "cloudtrail:DescribeTrails",
                body(&json!({"trailList": [trail]})),
            )
            .start();
        let (document, code) = run_json(&aws.url, &[]);
        assert_eq!(code, i32::from(problem.is_some()), "{document:#}");
        let problems = problems(&document, "events");
        assert!(problems.contains(problem.unwrap_or_default()), "{problems}");
    }
}
