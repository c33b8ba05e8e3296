//! The function's last report.

use serde_json::{Value, json};

use super::{LOG, STACK, looked_at, with};
use crate::run::{document, row};
use crate::scripted_aws::answers::{line, stack};
use crate::scripted_aws::{Instead, World};

#[test]
fn a_failed_last_run_is_a_problem_and_silence_for_two_periods_as_well() {
    let failed = line(&json!({
        "timestamp": "2026-11-24T20:00:00Z", "message": "failed", "error_type": "AccessDenied", "error": "no permission",
    }));
    let (row, code) = looked_at(with(LOG, &json!({"events": [failed]})), &STACK);
    assert_eq!(code, 1);
    assert!(
        row["problems"]
            .to_string()
            .contains("failed with AccessDenied: no permission"),
        "{row:#}"
    );

    let (row, code) = looked_at(with(LOG, &json!({"events": []})), &STACK);
    assert_eq!(code, 1);
    assert!(
        row["problems"].to_string().contains("No run has reported"),
        "{row:#}"
    );
}

#[test]
fn the_last_report_is_found_behind_empty_pages_and_the_newest_one_counts() {
    let report = |outcome: &str, age: u64| {
        let mut event =
            line(&json!({"timestamp": outcome, "message": "reconciled", "outcome": outcome}));
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
    let aws = World::healthy().with(LOG, Instead::Pages(pages)).start();
    let (document, code) = document(&aws.url, &STACK);
    assert_eq!(code, 0);
    let row = row(&document, "deployment");
    assert_eq!(row["facts"]["lastOutcome"], "DriftDetected");
    assert!(
        row["remarks"].to_string().contains("was left so"),
        "{row:#}"
    );
    let searches = aws.calls().into_iter().filter(|call| call.operation == LOG);
    let tokens: Vec<Value> = searches
        .map(|call| serde_json::from_str::<Value>(&call.body).unwrap()["nextToken"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, "2".into(), "3".into()]);
}

#[test]
fn a_search_without_an_end_shows_no_last_report() {
    let page = |number: u32| {
        let event = line(&json!({"message": "reconciled", "outcome": "InSync"}));
        json!({"events": [event], "nextToken": number.to_string()}).to_string()
    };
    let endless = Instead::Pages((0..101).map(page).collect());
    let (row, code) = looked_at(World::healthy().with(LOG, endless), &STACK);
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
    assert!(row["facts"]["lastOutcome"].is_null(), "{row:#}");
}

#[test]
fn the_log_is_searched_for_two_periods_and_no_further_back() {
    let aws = World::healthy().start();
    document(&aws.url, &STACK);
    let calls = aws.calls();
    let search = calls.iter().find(|call| call.operation == LOG).unwrap();
    let body: Value = serde_json::from_str(&search.body).unwrap();
    let now = line(&json!({}))["timestamp"].as_u64().unwrap();
    let minutes = (now - body["startTime"].as_u64().unwrap()) / 60_000;
    // The schedule is rate(1 hour), and Scheduler may take ten minutes longer.
    assert!((130..145).contains(&minutes), "{minutes}");
}

#[test]
fn the_silence_of_a_stack_that_was_deployed_just_now_is_no_problem_and_no_proof() {
    let now = humantime();
    let young = stack("CREATE_COMPLETE").replace("2026-01-02T03:04:05Z", &now);
    let world = with(LOG, &json!({"events": []}))
        .with("cloudformation:DescribeStacks", Instead::Body(young));
    let (row, code) = looked_at(world, &STACK);
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
    assert!(row["notChecked"].to_string().contains("No report yet"));
}

/// The time now, as CloudFormation writes it.
fn humantime() -> String {
    let now = std::process::Command::new("date")
        .args(["-u", "+%Y-%m-%dT%H:%M:%SZ"])
        .output();
    String::from_utf8(now.unwrap().stdout)
        .unwrap()
        .trim()
        .to_owned()
}

#[test]
fn a_blocked_report_is_a_problem_and_an_outcome_nobody_knows_is_not_checked() {
    for (outcome, verdict) in [
        ("Blocked", "problem"),
        ("Unheard0f", "notChecked"),
        ("Remediated", "healthy"),
    ] {
        let event = line(&json!({"message": "reconciled", "outcome": outcome}));
        let (row, _) = looked_at(with(LOG, &json!({"events": [event]})), &STACK);
        assert_eq!(row["verdict"], verdict, "{row:#}");
    }
}
