//! Calls that AWS refuses, throttles or does not know.

use serde_json::json;

use super::{
    ATTACHED, CALLS, CONCURRENCY, INVOKE_CONFIG, LIST_RULES, ROLE_POLICY, RULES_OF_TARGET, changed,
    only,
};
use crate::checks::deployment::DEPLOYMENT;
use crate::checks::{access_denied, body};
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::{attached, invoke_config, rules};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn a_refused_call_is_one_unchecked_item_and_hides_no_other() {
    for operation in CALLS {
        let aws = Scenario::healthy().with(operation, access_denied()).start();
        let (document, code) = run_json(&aws.url, &DEPLOYMENT);
        let deployment = check(&document, "deployment");
        assert_eq!(
            deployment["problems"],
            json!([]),
            "{operation}: {deployment:#}"
        );
        let issues = deployment["notChecked"].as_array().unwrap();
        assert_eq!((issues.len(), code), (1, 2), "{operation}: {deployment:#}");
        let hint = format!("Allow {operation} for these credentials");
        assert!(
            issues[0]["remedy"].as_str().unwrap().contains(&hint),
            "{deployment:#}"
        );
    }
}

#[test]
fn without_one_permission_the_other_looks_still_find_a_change() {
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let mut disabled = rules("default");
    disabled["Rules"][0]["State"] = "DISABLED".into();
    for (denied, operation, reply, message) in [
        (
            ROLE_POLICY,
            ATTACHED,
            FakeReply::Body(attached(admin)),
            "it has the managed policy",
        ),
        (
            RULES_OF_TARGET,
            LIST_RULES,
            only("\"default\"", body(&disabled)),
            "is disabled",
        ),
        (
            LIST_RULES,
            RULES_OF_TARGET,
            only(":function:", body(&json!({"RuleNames": []}))),
            "no longer has the target",
        ),
        (
            CONCURRENCY,
            INVOKE_CONFIG,
            changed(invoke_config(), "/MaximumRetryAttempts", json!(0)),
            "the number of retries is 0",
        ),
    ] {
        let aws = Scenario::healthy()
            .with(denied, access_denied())
            .with(operation, reply)
            .start();
        let (document, code) = run_json(&aws.url, &DEPLOYMENT);
        let deployment = check(&document, "deployment");
        assert_eq!(code, 1, "{deployment:#}");
        assert!(
            deployment["problems"].to_string().contains(message),
            "{deployment:#}"
        );
        assert!(
            deployment["notChecked"].to_string().contains(denied),
            "{deployment:#}"
        );
    }
}

#[test]
fn throttled_and_missing_services_are_not_checked() {
    let throttled = FakeReply::Error(400, "ThrottlingException", "Rate exceeded");
    let missing = FakeReply::Error(501, "NotImplemented", "no such service");
    for reply in [throttled, missing, FakeReply::Html] {
        let scenario = CALLS.iter().fold(Scenario::healthy(), |scenario, call| {
            scenario.with(call, reply.clone())
        });
        let (document, code) = run_json(&scenario.start().url, &DEPLOYMENT);
        let deployment = check(&document, "deployment");
        assert_eq!(deployment["problems"], json!([]), "{deployment:#}");
        assert_eq!(code, 2);
        let issues = deployment["notChecked"].to_string();
        // Without its list, no policy is requested.
        for call in CALLS.iter().filter(|call| **call != ROLE_POLICY) {
            assert!(issues.contains(call), "{call}: {issues}");
        }
    }
}
