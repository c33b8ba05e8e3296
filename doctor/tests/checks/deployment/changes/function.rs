//! Changes of the function itself: role, layers, variables and code.

use serde_json::json;

use super::{assert_only_problem, changed, usual_function};
use crate::checks::deployment::{DEPLOYMENT, GET_FUNCTION};
use crate::checks::{access_denied, body};
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::CODE_SHA256;
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn another_role_a_layer_or_another_code_of_the_function_is_a_problem() {
    let other_role = json!("arn:aws:iam::111122223333:role/service-role/admin");
    let message = "runs with the role admin, and not with the stack's role";
    assert_only_problem(
        GET_FUNCTION,
        changed(usual_function(), "/Role", other_role),
        message,
    );
    let mut layered = usual_function();
    let layer = "arn:aws:lambda:us-east-1:111122223333:layer:one:1";
    layered["Layers"] = json!([{"Arn": layer}]);
    assert_only_problem(
        GET_FUNCTION,
        body(&layered),
        &format!("has layers, and the template has none: {layer}"),
    );
}

#[test]
fn a_changed_variable_and_one_that_loads_other_code_are_problems() {
    let audit = changed(
        usual_function(),
        "/Environment/Variables/MODE",
        "audit".into(),
    );
    let aws = Scenario::healthy().with(GET_FUNCTION, audit).start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    let problems = check(&document, "deployment")["problems"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!((problems.len(), code), (1, 1), "{problems:#?}");
    let expected = "The function's MODE is audit, but the stack's parameter Mode is enforce.";
    assert_eq!(problems[0]["sentence"], expected);
    let mut removed = usual_function();
    removed["Environment"]["Variables"]
        .as_object_mut()
        .unwrap()
        .remove("ALLOW_DISABLE");
    assert_only_problem(GET_FUNCTION, body(&removed), "ALLOW_DISABLE is empty, but");
    for name in [
        "LD_PRELOAD",
        "LD_AUDIT",
        "LD_LIBRARY_PATH",
        "AWS_LAMBDA_EXEC_WRAPPER",
    ] {
        let mut loader = usual_function();
        loader["Environment"]["Variables"][name] = "/opt/loader-value-example".into();
        // The message ends with the name: no value is shown.
        let message = format!("can make it run other code: {name}.");
        assert_only_problem(GET_FUNCTION, body(&loader), &message);
    }
}

#[test]
fn code_is_compared_only_with_an_expected_checksum() {
    // The SHA-256 of an empty file, as in the fake.
    let hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let other = "f".repeat(64);
    for (expected, code) in [(hex, 0), (CODE_SHA256, 0), (other.as_str(), 1)] {
        let aws = Scenario::healthy().start();
        let arguments = [&DEPLOYMENT[..], &["--expect-code-sha256", expected]].concat();
        let (document, actual) = run_json(&aws.url, &arguments);
        let problems = check(&document, "deployment")["problems"].to_string();
        assert_eq!(actual, code, "{problems}");
        let is_reported = problems.contains("The SHA-256 of the function's code is");
        assert_eq!(is_reported, code == 1, "{problems}");
    }
}

#[test]
fn an_expected_checksum_without_a_stack_or_a_function_is_never_healthy() {
    let missing = FakeReply::Error(400, "ValidationError", "Stack does not exist");
    for (operation, reply, expected) in [
        ("cloudformation:DescribeStacks", missing, 1),
        (GET_FUNCTION, access_denied(), 2),
    ] {
        let aws = Scenario::healthy().with(operation, reply).start();
        let arguments = ["--expect-code-sha256", CODE_SHA256];
        let (document, code) = run_json(&aws.url, &arguments);
        assert_eq!(code, expected, "{document:#}");
    }
}
