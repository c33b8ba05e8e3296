//! `WATCH_PRINCIPALS` of the deployed function.

use serde_json::{Value, json};

use crate::checks::{assert_only_issue, body, not_checked, problems};
use crate::cli::run_json;
use crate::fake_aws::deployment::{function, stack_without_parameters};
use crate::fake_aws::{FakeReply, Scenario};

const LIST: &str = "organizations:ListAWSServiceAccessForOrganization";

fn watching(principals: &str) -> Scenario {
    let variables = json!({"DESIRED_STATE": "enabled", "WATCH_PRINCIPALS": principals});
    let parameters = FakeReply::Body(stack_without_parameters());
    Scenario::healthy()
        .with("cloudformation:DescribeStacks", parameters)
        .with(
            "lambda:GetFunctionConfiguration",
            body(&function(&variables)),
        )
}

fn enabled(principals: &[&str]) -> FakeReply {
    let entry = |name: &str| json!({"ServicePrincipal": name, "DateEnabled": 1_767_323_045.0});
    let entries: Vec<Value> = ["controltower.amazonaws.com"]
        .iter()
        .chain(principals)
        .map(|name| entry(name))
        .collect();
    body(&json!({"EnabledServicePrincipals": entries}))
}

#[test]
fn names_that_are_neither_enabled_nor_known_are_the_only_problem() {
    let aws = watching("sso.amazonaws.com,identity-center.amazonaws.com,guard-duty.amazonaws.com")
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "deployment", "problems");
    let problems = problems(&document, "deployment");
    for text in [
        "probably wrong: guard-duty.amazonaws.com, identity-center.amazonaws.com.",
        "AWS has no list of all service principals",
    ] {
        assert!(problems.contains(text), "{problems}");
    }
}

#[test]
fn a_known_wrong_name_is_the_only_problem_and_has_its_correction() {
    let aws = watching("stacksets.cloudformation.amazonaws.com").start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1);
    assert_only_issue(&document, "deployment", "problems");
    let problems = problems(&document, "deployment");
    assert!(
        problems.contains("Watch member.org.stacksets.cloudformation.amazonaws.com instead"),
        "{problems}"
    );
}

#[test]
fn a_known_name_that_is_not_enabled_and_an_unknown_one_that_is_are_no_problem() {
    let aws = watching("sso.amazonaws.com,brand-new.amazonaws.com")
        .with(LIST, enabled(&["brand-new.amazonaws.com"]))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 0, "{document:#}");
}

#[test]
fn every_name_of_a_long_list_is_compared() {
    let names: Vec<String> = (0..40)
        .map(|number| format!("a-service-with-a-long-name-{number}.amazonaws.com"))
        .collect();
    let last = names.last().unwrap().clone();
    let others: Vec<&str> = names[..39].iter().map(String::as_str).collect();
    let aws = watching(&names.join(","))
        .with(LIST, enabled(&others))
        .start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 1, "{document:#}");
    assert!(problems(&document, "deployment").contains(&format!("probably wrong: {last}.")));
}

#[test]
fn without_watched_names_the_list_is_read_once() {
    let aws = Scenario::healthy().start();
    run_json(&aws.url, &[]);
    assert_eq!(aws.count(LIST), 1);
}

#[test]
fn a_list_that_cannot_be_read_a_second_time_is_not_checked() {
    let denied = FakeReply::ErrorAfter(1, 403, "AccessDeniedException", "not allowed");
    let aws = watching("sso.amazonaws.com").with(LIST, denied).start();
    let (document, code) = run_json(&aws.url, &[]);
    assert_eq!(code, 2);
    assert_only_issue(&document, "deployment", "notChecked");
    let issues = not_checked(&document, "deployment");
    assert!(
        issues.contains("The names in WATCH_PRINCIPALS could not be compared"),
        "{issues}"
    );
}
