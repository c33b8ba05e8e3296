use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::checks::{assert_only_issue, body, problems};
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::{function, stack_without_parameters};
use crate::fake_aws::replies::{rfc3339, stacks};
use crate::fake_aws::{FakeReply, Scenario};

const LIST: &str = "organizations:ListAWSServiceAccessForOrganization";

fn disabled() -> FakeReply {
    body(&json!({"EnabledServicePrincipals": []}))
}

/// Returns a healthy organization whose function has these variables.
fn with_variables(variables: &Value) -> Scenario {
    let parameters = FakeReply::Body(stack_without_parameters());
    Scenario::healthy()
        .with("cloudformation:DescribeStacks", parameters)
        .with(
            "lambda:GetFunctionConfiguration",
            body(&function(variables)),
        )
}

#[test]
fn disabled_trusted_access_without_a_stack_is_a_problem_with_the_call_that_a_function_would_make() {
    let no_stack = FakeReply::Error(400, "ValidationError", "Stack with id x does not exist");
    let aws = Scenario::healthy()
        .with(LIST, disabled())
        .with("cloudformation:DescribeStacks", no_stack)
        .with("cloudformation:ListStacks", FakeReply::Body(stacks(&[])))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "trustedAccess", "problems");
    let check = check(&document, "trustedAccess");
    assert_eq!(check["verdict"], "problem");
    assert_eq!(check["facts"]["state"], "disabled");
    assert_eq!(
        check["facts"]["whenDesiredEnabled"],
        "EnableAWSServiceAccess"
    );
    assert_eq!(check["facts"]["whenDesiredDisabled"], "nothing");
}

#[test]
fn a_state_other_than_the_desired_one_is_the_only_problem_and_says_what_the_function_will_do() {
    let by_hand = "aws organizations enable-aws-service-access --service-principal controltower.amazonaws.com";
    let invoke = "aws lambda invoke --region us-east-1 --function-name controltower-trusted-access-Function-1A2B3C4D \
                  --cli-binary-format raw-in-base64-out --payload '{}' /dev/stdout";
    let hold = rfc3339(SystemTime::now() + Duration::from_hours(1));
    for (variables, is_disabled, message, command) in [
        (
            json!({"DESIRED_STATE": "enabled", "MODE": "enforce"}),
            true,
            "DESIRED_STATE is enabled, but trusted access is disabled. The function enables it in its next run",
            Some(invoke),
        ),
        (
            json!({"DESIRED_STATE": "enabled", "MODE": "audit"}),
            true,
            "MODE=audit: the function reports that and changes nothing.",
            Some(by_hand),
        ),
        (
            json!({"DESIRED_STATE": "enabled", "MODE": "enforce", "HOLD_UNTIL": hold}),
            true,
            "the function enables it only after that.",
            Some(by_hand),
        ),
        (
            json!({"DESIRED_STATE": "disabled", "MODE": "enforce", "ALLOW_DISABLE": "true"}),
            false,
            "DESIRED_STATE is disabled, but trusted access is enabled. The function disables it in its next run",
            None,
        ),
        (
            json!({"DESIRED_STATE": "disabled", "MODE": "audit"}),
            false,
            "DESIRED_STATE is disabled, but trusted access is enabled. MODE=audit",
            None,
        ),
    ] {
        let mut scenario = with_variables(&variables);
        if is_disabled {
            scenario = scenario.with(LIST, disabled());
        }
        let (document, code) = run_json(&scenario.start().url, &[]);
        assert_eq!(code, 1);
        assert_only_issue(&document, "trustedAccess", "problems");
        let problems = problems(&document, "trustedAccess");
        assert!(problems.contains(message), "{problems}");
        let problem = &check(&document, "trustedAccess")["problems"][0];
        assert_eq!(problem["command"].as_str(), command);
    }
}

#[test]
fn disabled_trusted_access_that_is_desired_is_no_problem() {
    let variables =
        json!({"DESIRED_STATE": "disabled", "MODE": "enforce", "ALLOW_DISABLE": "true"});
    let aws = with_variables(&variables).with(LIST, disabled()).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 0, "{document:#}");
    let remarks = check(&document, "trustedAccess")["remarks"].to_string();
    assert!(
        remarks.contains("as DESIRED_STATE=disabled asks for"),
        "{remarks}"
    );
}

#[test]
fn a_state_that_is_unknown_is_not_compared() {
    let denied = FakeReply::Error(403, "AccessDeniedException", "not allowed");
    let variables =
        json!({"DESIRED_STATE": "disabled", "MODE": "enforce", "ALLOW_DISABLE": "true"});
    let aws = with_variables(&variables).with(LIST, denied).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    assert_only_issue(&document, "trustedAccess", "notChecked");
}
