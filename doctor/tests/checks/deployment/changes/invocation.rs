//! Changes of what invokes the function: schedule, destinations, retries and reserved concurrency.

use serde_json::{Value, json};

use super::{CONCURRENCY, INVOKE_CONFIG, LIST_RULES, SCHEDULE, assert_only_problem, changed, only};
use crate::checks::body;
use crate::cli::run;
use crate::fake_aws::deployment::{REPORT_BUS, invoke_config, name, rules, schedule, stack_with};
use crate::fake_aws::{FakeReply, Scenario};

#[test]
fn a_changed_schedule_is_a_problem() {
    for (pointer, value, message) in [
        ("/State", json!("DISABLED"), "its state is DISABLED"),
        (
            "/ScheduleExpression",
            json!("rate(300 days)"),
            "its expression is rate(300 days)",
        ),
        (
            "/Target/Arn",
            json!("arn:aws:lambda:us-east-1:111122223333:function:other"),
            "it does not invoke the function",
        ),
        (
            "/Target/RoleArn",
            json!("arn:aws:iam::111122223333:role/other"),
            "its role is other",
        ),
        (
            "/Target/Input",
            json!(r#"{"mode":"audit"}"#),
            "it sends another event",
        ),
        ("/Target/Input", Value::Null, "it sends another event"),
    ] {
        assert_only_problem(SCHEDULE, changed(schedule(), pointer, value), message);
    }
    let mut ended = schedule();
    ended["EndDate"] = 1_767_323_045.into();
    assert_only_problem(SCHEDULE, body(&ended), "it has a start or an end");
    let deleted = FakeReply::Error(404, "ResourceNotFoundException", "no such schedule");
    let message = format!("schedule {} is missing", name("FunctionSchedule"));
    assert_only_problem(SCHEDULE, deleted, &message);
}

#[test]
fn a_changed_destination_retry_or_age_is_a_problem() {
    for (pointer, value, message) in [
        (
            "/DestinationConfig/OnSuccess",
            Value::Null,
            "the destination on success is none, and not arn:aws:events",
        ),
        (
            "/DestinationConfig/OnFailure/Destination",
            json!("arn:aws:sqs:us-east-1:111122223333:other"),
            "the destination on failure is arn:aws:sqs:us-east-1:111122223333:other",
        ),
        (
            "/MaximumRetryAttempts",
            json!(0),
            "the number of retries is 0, and not 2",
        ),
        (
            "/MaximumEventAgeInSeconds",
            json!(60),
            "the maximum age in seconds is 60, and not 3600",
        ),
    ] {
        assert_only_problem(
            INVOKE_CONFIG,
            changed(invoke_config(), pointer, value),
            message,
        );
    }
    let deleted = FakeReply::Error(404, "ResourceNotFoundException", "no configuration");
    assert_only_problem(
        INVOKE_CONFIG,
        deleted,
        "destinations and retries were deleted",
    );
}

#[test]
fn a_reserved_concurrency_other_than_that_of_the_stack_is_a_problem() {
    for (value, message) in [
        (0, "reserved concurrency is 0: it never runs"),
        (5, "reserved concurrency is 5, but the stack's is none"),
    ] {
        let reply = body(&json!({"ReservedConcurrentExecutions": value}));
        assert_only_problem(CONCURRENCY, reply, message);
    }
    let one = stack_with("UPDATE_COMPLETE", &[("ReservedConcurrency", "1")]);
    let message = "reserved concurrency is none, but the stack's is 1";
    assert_only_problem(
        "cloudformation:DescribeStacks",
        FakeReply::Body(one),
        message,
    );
}

#[test]
fn the_command_of_a_disabled_rule_and_of_a_stopped_function_restores_the_template() {
    let stopped = body(&json!({"ReservedConcurrentExecutions": 0}));
    let disabled = changed(rules(REPORT_BUS), "/Rules/0/State", "DISABLED".into());
    let one = stack_with("UPDATE_COMPLETE", &[("ReservedConcurrency", "1")]);
    let scenario = Scenario::healthy();
    for (scenario, command) in [
        (
            scenario.clone().with(CONCURRENCY, stopped.clone()),
            "aws lambda delete-function-concurrency --function-name \
             controltower-trusted-access-Function-1A2B3C4D --region us-east-1\n",
        ),
        (
            scenario
                .clone()
                .with(CONCURRENCY, stopped)
                .with("cloudformation:DescribeStacks", FakeReply::Body(one)),
            "aws lambda put-function-concurrency --function-name \
             controltower-trusted-access-Function-1A2B3C4D --reserved-concurrent-executions 1 --region us-east-1\n",
        ),
        (
            scenario.with(LIST_RULES, only("-reports\"", disabled)),
            "aws events enable-rule --name controltower-trusted-access-NotifyRepairWithOutage-1A2B3C4D \
             --event-bus-name controltower-trusted-access-reports --region us-east-1\n",
        ),
    ] {
        let run = run(&scenario.start().url, &["--fix-hints"]);
        assert_eq!(run.stdout, command);
    }
}
