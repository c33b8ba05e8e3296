//! One file for each part of the deployment check.

mod alarms;
mod changes;
mod function;
mod last_report;
mod second_stack;
mod stack;

use serde_json::Value;

use crate::checks::{access_denied, body};
use crate::cli::{check, run_json};
use crate::fake_aws::replies::STACK;
use crate::fake_aws::{FakeReply, Scenario};

const GET_FUNCTION: &str = "lambda:GetFunctionConfiguration";
const FILTER_LOG: &str = "logs:FilterLogEvents";
const DESCRIBE_ALARMS: &str = "cloudwatch:DescribeAlarms";
const DEPLOYMENT: [&str; 2] = ["--stack-name", STACK];

/// Returns the result of the deployment check, and the exit code.
fn deployment(scenario: Scenario, arguments: &[&str]) -> (Value, i32) {
    let aws = scenario.start();
    let (document, code) = run_json(&aws.url, arguments);
    (check(&document, "deployment").clone(), code)
}

fn with(operation: &'static str, reply: &Value) -> Scenario {
    Scenario::healthy().with(operation, body(reply))
}

#[test]
fn a_function_or_log_group_that_was_deleted_outside_cloudformation_is_a_problem() {
    for (operation, resource) in [(GET_FUNCTION, "function"), (FILTER_LOG, "log group")] {
        let not_found = FakeReply::Error(404, "ResourceNotFoundException", "not found");
        let scenario = Scenario::healthy().with(operation, not_found);
        let (check, code) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(code, 1, "{check:#}");
        let problems = check["problems"].to_string();
        let expected = format!("The stack's {resource} is missing");
        assert!(problems.contains(&expected), "{problems}");
    }
}

#[test]
fn a_part_that_cannot_be_checked_hides_no_other_part() {
    for operation in [GET_FUNCTION, FILTER_LOG, DESCRIBE_ALARMS] {
        let scenario = Scenario::healthy().with(operation, access_denied());
        let (check, code) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(code, 2, "{check:#}");
        let issues = check["notChecked"].as_array().unwrap();
        assert_eq!(issues.len(), 1, "{operation}");
        assert!(issues[0].to_string().contains(operation), "{check:#}");
        assert_eq!(check["facts"]["stackStatus"], "UPDATE_COMPLETE");
    }
}
