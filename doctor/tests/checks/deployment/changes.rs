//! One scenario for each thing that somebody can change outside CloudFormation.

mod function;
mod invocation;
mod not_checked;
mod roles;
mod rules;
mod stack;
mod subscriptions;

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::DEPLOYMENT;
use crate::checks::body;
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::function;
use crate::fake_aws::{FakeReply, Scenario};

const CONCURRENCY: &str = "lambda:GetFunctionConcurrency";
const INVOKE_CONFIG: &str = "lambda:GetFunctionEventInvokeConfig";
const LIST_RULES: &str = "events:ListRules";
const RULES_OF_TARGET: &str = "events:ListRuleNamesByTarget";
const SCHEDULE: &str = "scheduler:GetSchedule";
const SUBSCRIPTIONS: &str = "sns:ListSubscriptionsByTopic";
const ROLE: &str = "iam:GetRole";
const ROLE_POLICIES: &str = "iam:ListRolePolicies";
const ROLE_POLICY: &str = "iam:GetRolePolicy";
const ATTACHED: &str = "iam:ListAttachedRolePolicies";
/// The calls that look for changes.
const CALLS: [&str; 10] = [
    CONCURRENCY,
    INVOKE_CONFIG,
    LIST_RULES,
    RULES_OF_TARGET,
    SCHEDULE,
    SUBSCRIPTIONS,
    ROLE,
    ROLE_POLICIES,
    ROLE_POLICY,
    ATTACHED,
];
const PENDING: &str = "PendingConfirmation";
const CONFIRMED: &str = "arn:aws:sns:us-east-1:111122223333:one:1111";

/// Asserts that a change is one problem with this text, and that every other result is that of a healthy organization.
#[track_caller]
fn assert_only_problem(operation: &'static str, reply: FakeReply, message: &str) {
    let (mut document, code) = run_json(
        &Scenario::healthy().with(operation, reply).start().url,
        &DEPLOYMENT,
    );
    let deployment = check(&document, "deployment");
    let problems = deployment["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{deployment:#}");
    let sentence = problems[0]["sentence"].as_str().unwrap();
    assert!(sentence.contains(message), "{sentence}");
    assert!(!problems[0]["remedy"].as_str().unwrap().is_empty());
    assert_eq!(code, 1);
    let mut healthy = healthy();
    for document in [&mut document, &mut healthy] {
        for field in ["verdict", "exitCode"] {
            document[field] = Value::Null;
        }
        let checks = document["checks"].as_array_mut().unwrap();
        let deployment = checks.iter_mut().find(|one| one["check"] == "deployment");
        let deployment = deployment.unwrap();
        // The facts and the summary show the changed value.
        for field in ["verdict", "problems", "facts", "summary"] {
            deployment[field] = Value::Null;
        }
    }
    assert_eq!(document, healthy);
}

/// Returns the document of a healthy organization.
fn healthy() -> Value {
    static HEALTHY: LazyLock<Value> =
        LazyLock::new(|| run_json(&Scenario::healthy().start().url, &DEPLOYMENT).0);
    HEALTHY.clone()
}

/// Returns a reply with one field changed. Null removes it.
fn changed(mut reply: Value, pointer: &str, value: Value) -> FakeReply {
    *reply.pointer_mut(pointer).unwrap() = value;
    body(&reply)
}

fn only(text: &'static str, reply: FakeReply) -> FakeReply {
    FakeReply::Only(text, Box::new(reply))
}

fn usual_function() -> Value {
    function(&json!({"DESIRED_STATE": "enabled", "MODE": "enforce", "ALLOW_DISABLE": "false"}))
}
