use std::time::SystemTime;

use serde_json::{Value, json};

use super::{DEPLOYMENT, FILTER_LOG, deployment, with};
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::stack;
use crate::fake_aws::replies::{log_event, rfc3339};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn a_failed_last_run_is_a_problem_with_its_section_of_the_errors() {
    let failed = log_event(&json!({
        "timestamp": "2026-11-24T20:00:00Z", "message": "failed", "error_type": "AccessDenied", "error": "no permission",
    }));
    let scenario = with(FILTER_LOG, &json!({"events": [failed]}));
    let (check, code) = deployment(scenario, &DEPLOYMENT);
    assert_eq!(code, 1);
    let problems = check["problems"].to_string();
    for text in [
        "with AccessDenied: no permission",
        "See docs/reference/errors.md#accessdenied.",
    ] {
        assert!(problems.contains(text), "{problems}");
    }
}

#[test]
fn no_run_for_two_schedule_periods_is_a_problem() {
    let (check, code) = deployment(with(FILTER_LOG, &json!({"events": []})), &DEPLOYMENT);
    assert_eq!(code, 1);
    let problems = check["problems"].to_string();
    for text in ["No run ended with a report", "docs/runbook.md#no-runs"] {
        assert!(problems.contains(text), "{problems}");
    }
    // It is the command of the stack's output InvokeCommand, which changes nothing.
    let command = check["problems"][0]["command"].as_str().unwrap();
    assert!(
        command.ends_with(r#"--payload '{"mode":"audit"}' /dev/stdout"#),
        "{command}"
    );
}

#[test]
fn no_run_of_a_new_stack_is_not_checked() {
    let now = rfc3339(SystemTime::now());
    let new = stack("CREATE_COMPLETE").replace("2026-01-02T03:04:05Z", &now);
    let scenario = with(FILTER_LOG, &json!({"events": []}))
        .with("cloudformation:DescribeStacks", FakeReply::Body(new));
    let (check, code) = deployment(scenario, &DEPLOYMENT);
    assert_eq!(code, 2);
    let issues = check["notChecked"].to_string();
    assert!(issues.contains("There is no report yet"), "{issues}");
}

#[test]
fn the_newest_report_counts_and_is_found_after_empty_pages() {
    let report = |outcome: &str, age: u64| {
        let mut event =
            log_event(&json!({"timestamp": outcome, "message": "reconciled", "outcome": outcome}));
        let time = event["timestamp"].as_u64().unwrap();
        event["timestamp"] = (time - age).into();
        event
    };
    let pages = [
        json!({"events": [], "nextToken": "2"}),
        json!({"events": [report("DriftDetected", 1000), report("InSync", 9000)], "nextToken": "3"}),
        json!({"events": []}),
    ];
    let pages = pages.iter().map(ToString::to_string).collect();
    let aws = Scenario::healthy()
        .with(FILTER_LOG, FakeReply::Pages(pages))
        .start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    assert_eq!(code, 0);
    let check = check(&document, "deployment");
    assert_eq!(check["facts"]["lastOutcome"], "DriftDetected");
    let remarks = check["remarks"].to_string();
    assert!(remarks.contains("was not changed"), "{remarks}");
    let searches = aws.calls_of(FILTER_LOG).into_iter();
    let tokens: Vec<Value> = searches
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap()["nextToken"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, "2".into(), "3".into()]);
}

#[test]
fn a_search_of_more_than_100_pages_is_not_checked() {
    let page = |number: u32| {
        let event = log_event(&json!({"message": "reconciled", "outcome": "InSync"}));
        json!({"events": [event], "nextToken": number.to_string()}).to_string()
    };
    let endless = FakeReply::Pages((0..101).map(page).collect());
    let scenario = Scenario::healthy().with(FILTER_LOG, endless);
    let (check, code) = deployment(scenario, &DEPLOYMENT);
    assert_eq!((check["verdict"].as_str(), code), (Some("notChecked"), 2));
    assert!(check["facts"]["lastOutcome"].is_null(), "{check:#}");
}

#[test]
fn the_log_is_searched_for_two_schedule_periods() {
    let aws = Scenario::healthy().start();
    run_json(&aws.url, &DEPLOYMENT);
    let search = &aws.calls_of(FILTER_LOG)[0];
    let body: Value = serde_json::from_str(&search.body).unwrap();
    let now = log_event(&json!({}))["timestamp"].as_u64().unwrap();
    let minutes = (now - body["startTime"].as_u64().unwrap()) / 60_000;
    // The schedule is rate(1 hour), with 20 minutes of tolerance.
    assert!((130..145).contains(&minutes), "{minutes}");
}

#[test]
fn blocked_is_a_problem_and_an_unknown_outcome_is_not_checked() {
    for (outcome, verdict) in [
        ("Blocked", "problem"),
        ("Unknown", "notChecked"),
        ("Remediated", "healthy"),
    ] {
        let event = log_event(&json!({"message": "reconciled", "outcome": outcome}));
        let scenario = with(FILTER_LOG, &json!({"events": [event]}));
        let (check, _) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(check["verdict"], verdict, "{check:#}");
    }
}
