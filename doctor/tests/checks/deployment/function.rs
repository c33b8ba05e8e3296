use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{DEPLOYMENT, GET_FUNCTION, deployment, with};
use crate::checks::{assert_only_issue, body, not_checked};
use crate::cli::run_json;
use crate::fake_aws::deployment::{FOREIGN_VARIABLE, function, stack_without_parameters};
use crate::fake_aws::replies::rfc3339;
use crate::fake_aws::{FakeReply, Scenario};

/// Returns a scenario with these variables, and with no parameters that they are compared with.
fn with_variables(variables: &Value) -> Scenario {
    with(GET_FUNCTION, &function(variables)).with(
        "cloudformation:DescribeStacks",
        FakeReply::Body(stack_without_parameters()),
    )
}

#[test]
fn only_the_functions_own_variables_are_printed() {
    let (check, code) = deployment(Scenario::healthy(), &DEPLOYMENT);
    assert_eq!(code, 0, "{check:#}");
    assert_eq!(check["facts"]["MODE"], "enforce");
    assert!(!check.to_string().contains(FOREIGN_VARIABLE));
}

#[test]
fn a_function_that_cannot_run_is_a_problem() {
    for (field, value, message) in [
        ("State", "Failed", "not active. Its state is Failed"),
        (
            "LastUpdateStatus",
            "Failed",
            "last update of the function failed",
        ),
        (
            "Runtime",
            "provided.al2",
            "is provided.al2, but its code is built for",
        ),
    ] {
        let mut reply = function(&json!({"MODE": "enforce"}));
        reply[field] = value.into();
        let (check, code) = deployment(with(GET_FUNCTION, &reply), &DEPLOYMENT);
        assert_eq!(code, 1, "{field}");
        assert!(check["problems"].to_string().contains(message), "{check:#}");
    }
}

#[test]
fn variables_that_lambda_does_not_decrypt_are_not_checked_and_not_compared() {
    let mut reply = function(&json!({}));
    reply["Environment"] = json!({"Error": {"ErrorCode": "AccessDeniedException", "Message": "KMS access was denied"}});
    let aws = with(GET_FUNCTION, &reply).start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    assert_eq!(code, 2);
    assert_only_issue(&document, "deployment", "notChecked");
    let issues = not_checked(&document, "deployment");
    assert!(
        issues.contains("variables could not be read: AccessDeniedException"),
        "{issues}"
    );
}

#[test]
fn a_configuration_that_does_not_repair_is_a_remark() {
    let variables = json!({
        "DESIRED_STATE": "disabled", "MODE": "audit", "HOLD_UNTIL": rfc3339(SystemTime::now() + Duration::from_hours(24)),
    });
    let disabled = body(&json!({"EnabledServicePrincipals": []}));
    let scenario = with_variables(&variables).with(
        "organizations:ListAWSServiceAccessForOrganization",
        disabled,
    );
    let (check, code) = deployment(scenario, &DEPLOYMENT);
    assert_eq!(code, 0, "{check:#}");
    let remarks = check["remarks"].to_string();
    for text in [
        "keeps trusted access disabled",
        "changes nothing",
        "HOLD_UNTIL=2",
    ] {
        assert!(remarks.contains(text), "{remarks}");
    }
}

#[test]
fn an_expired_hold_is_no_remark() {
    let expired = with_variables(&json!({"HOLD_UNTIL": "2020-01-01T00:00:00Z"}));
    let (check, code) = deployment(expired, &DEPLOYMENT);
    assert_eq!(code, 0, "{check:#}");
    assert_eq!(check["remarks"], json!([]));
}

#[test]
fn an_invalid_configuration_is_a_problem_with_the_functions_own_message() {
    for (variables, message) in [
        (json!({"MODE": "Enforce"}), "MODE is"),
        (
            json!({"DESIRED_STATE": "disabled"}),
            "ALLOW_DISABLE is not set",
        ),
        (
            json!({"HOLD_UNTIL": "2099-01-01T00:00:00Z"}),
            "HOLD_UNTIL is",
        ),
    ] {
        let (check, code) = deployment(with_variables(&variables), &DEPLOYMENT);
        assert_eq!(code, 1, "{check:#}");
        let problems = check["problems"].to_string();
        for text in ["InvalidConfiguration", message] {
            assert!(problems.contains(text), "{problems}");
        }
    }
}

#[test]
fn an_environment_that_redirects_the_network_is_a_problem_that_names_the_variables_only() {
    let variables = json!({
        "AWS_ENDPOINT_URL": "https://user:hunter2-example@aws.invalid", "HTTPS_PROXY": "http://proxy.invalid",
        "NO_PROXY": "*",
    });
    let (check, code) = deployment(with_variables(&variables), &DEPLOYMENT);
    assert_eq!(code, 1, "{check:#}");
    let problems = check["problems"].to_string();
    assert!(
        problems.contains("redirects its network: AWS_ENDPOINT_URL, HTTPS_PROXY."),
        "{problems}"
    );
    let text = check.to_string();
    for value in ["hunter2", "invalid"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn a_configuration_longer_than_a_line_is_checked_in_full() {
    let principals: Vec<String> = (0..40)
        .map(|number| format!("a-service-with-a-long-name-{number}.amazonaws.com"))
        .collect();
    let variables = json!({"WATCH_PRINCIPALS": principals.join(",")});
    let (check, code) = deployment(with_variables(&variables), &DEPLOYMENT);
    assert_eq!(code, 0, "{check:#}");
}

#[test]
fn a_landing_zone_region_other_than_the_home_region_is_a_problem() {
    for (region, expected) in [("us-east-1", 0), ("eu-west-1", 1)] {
        let scenario = with_variables(&json!({"LANDING_ZONE_REGION": region}));
        let (check, code) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(code, expected, "{check:#}");
        let hint = "Set the stack's parameter LandingZoneRegion to us-east-1";
        let has_hint = check["problems"].to_string().contains(hint);
        assert_eq!(has_hint, code == 1, "{check:#}");
    }
}
