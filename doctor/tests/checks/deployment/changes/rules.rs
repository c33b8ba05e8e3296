//! Changes of the rules, their targets and buses.

use serde_json::json;

use super::{LIST_RULES, RULES_OF_TARGET, assert_only_problem, changed, only};
use crate::checks::body;
use crate::checks::deployment::DEPLOYMENT;
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::{
    FUNCTION_RULES, REPORT_BUS, REPORT_RULE, TAMPERING_RULE, rules, rules_of, topic,
};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn a_disabled_rule_is_a_problem_on_both_buses() {
    for (bus, index, rule) in [
        ("default", 0, FUNCTION_RULES[0]),
        ("default", 2, TAMPERING_RULE),
        (REPORT_BUS, 0, REPORT_RULE),
    ] {
        let pointer = format!("/Rules/{index}/State");
        let reply = changed(rules(bus), &pointer, "DISABLED".into());
        let quoted = if bus == REPORT_BUS {
            "-reports\""
        } else {
            "\"default\""
        };
        let message = format!("The rule {rule} is disabled");
        assert_only_problem(LIST_RULES, only(quoted, reply), &message);
    }
}

#[test]
fn a_deleted_rule_is_a_problem_on_both_buses() {
    for (bus, rule) in [
        ("\"default\"", FUNCTION_RULES[1]),
        ("-reports\"", REPORT_RULE),
    ] {
        let mut list = rules(if bus == "\"default\"" {
            "default"
        } else {
            REPORT_BUS
        });
        let kept = list["Rules"].as_array_mut().unwrap();
        kept.retain(|one| one["Name"] != rule);
        let message = format!("rule {rule} is missing");
        assert_only_problem(LIST_RULES, only(bus, body(&list)), &message);
    }
}

#[test]
fn a_rule_without_one_of_its_targets_is_a_problem() {
    let function = "arn:aws:lambda:us-east-1:111122223333:function:controltower-trusted-access-Function-1A2B3C4D";
    let kept = json!({"RuleNames": [FUNCTION_RULES[1]]});
    let message = format!(
        "The rule {} no longer has the target {function}",
        FUNCTION_RULES[0]
    );
    assert_only_problem(RULES_OF_TARGET, only(":function:", body(&kept)), &message);
    assert_eq!(
        rules_of("default", function)["RuleNames"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // The chat topic is a target on both buses.
    let aws = Scenario::healthy()
        .with(
            RULES_OF_TARGET,
            only("-ChatTopic-", body(&json!({"RuleNames": []}))),
        )
        .start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    let problems = check(&document, "deployment")["problems"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!((problems.len(), code), (2, 1), "{problems:#?}");
    for (problem, rule) in problems.iter().zip([TAMPERING_RULE, REPORT_RULE]) {
        let expected = format!(
            "The rule {rule} no longer has the target {}",
            topic("ChatTopic")
        );
        assert!(problem.to_string().contains(&expected), "{problem}");
    }
}

#[test]
fn a_rule_is_found_on_a_later_page() {
    let mut first = rules("default");
    let last = first["Rules"].as_array_mut().unwrap().pop().unwrap();
    first["NextToken"] = "2".into();
    let second = json!({"Rules": [last]});
    let pages = FakeReply::Pages(vec![first.to_string(), second.to_string()]);
    let aws = Scenario::healthy()
        .with(LIST_RULES, only("\"default\"", pages))
        .start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    assert_eq!(code, 0, "{document:#}");
    let tokens = aws.calls_of(LIST_RULES).into_iter();
    assert_eq!(
        tokens
            .filter(|call| call.body.contains("NextToken"))
            .count(),
        1
    );
}

#[test]
fn a_deleted_bus_is_one_problem() {
    let deleted = FakeReply::Error(400, "ResourceNotFoundException", "no such bus");
    let message = format!("event bus {REPORT_BUS} is missing");
    assert_only_problem(LIST_RULES, only("-reports\"", deleted), &message);
}
