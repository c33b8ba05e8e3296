//! Changes of the alarms, and of the stack as a whole.

use serde_json::json;

use super::{CALLS, assert_only_problem, changed};
use crate::checks::deployment::DEPLOYMENT;
use crate::cli::{check, run_json};
use crate::fake_aws::deployment::{ALARMS, alarms, resources, stack_with, topic};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn an_alarm_that_does_not_notify_a_topic_is_a_problem() {
    for (index, kept) in [(0, "ChatTopic"), (1, "Topic")] {
        let missing = if kept == "Topic" {
            "ChatTopic"
        } else {
            "Topic"
        };
        let pointer = format!("/MetricAlarms/{index}/AlarmActions");
        let reply = changed(alarms(""), &pointer, json!([topic(kept)]));
        let message = format!(
            "The alarm {} does not notify {}.",
            ALARMS[index],
            topic(missing)
        );
        assert_only_problem("cloudwatch:DescribeAlarms", reply, &message);
    }
}

#[test]
fn a_stack_without_a_resource_of_the_template_is_a_problem() {
    let without = |logical: &str| {
        let resources = resources();
        let existing = format!("<LogicalResourceId>{logical}<");
        assert!(resources.contains(&existing));
        FakeReply::Body(resources.replace(&existing, "<LogicalResourceId>Other<"))
    };
    for logical in [
        "NotificationRole",
        "ReportBus",
        "DeadLetterQueue",
        "ChatTopic",
    ] {
        let aws = Scenario::healthy()
            .with("cloudformation:DescribeStackResources", without(logical))
            .start();
        let (document, code) = run_json(&aws.url, &DEPLOYMENT);
        let problems = check(&document, "deployment")["problems"].to_string();
        assert_eq!(code, 1, "{problems}");
        let message = format!("lacks resources of template.yaml: {logical}.");
        assert!(problems.contains(&message), "{problems}");
    }
}

#[test]
fn nothing_is_compared_while_the_stack_is_being_deployed() {
    let stack = FakeReply::Body(stack_with("UPDATE_IN_PROGRESS", &[("Mode", "audit")]));
    let aws = Scenario::healthy()
        .with("cloudformation:DescribeStacks", stack)
        .start();
    let (document, code) = run_json(&aws.url, &DEPLOYMENT);
    assert_eq!(code, 2, "{document:#}");
    assert!(CALLS.iter().all(|call| aws.count(call) == 0));
}

#[test]
fn the_deployment_takes_few_calls() {
    let aws = Scenario::healthy().start();
    run_json(&aws.url, &DEPLOYMENT);
    let changes = aws.calls().into_iter();
    let count = changes
        .filter(|call| CALLS.contains(&call.operation.as_str()))
        .count();
    // 2 of Lambda, 7 of EventBridge, 1 of Scheduler, 2 of SNS, and 13 of IAM for three roles with four policies.
    assert_eq!(count, 25);
}
