//! One scenario for each thing that somebody can change outside CloudFormation.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{DEPLOYMENT, GET_FUNCTION};
use crate::checks::{access_denied, body};
use crate::cli::{check, run, run_json};
use crate::fake_aws::deployment::{
    ADDRESS, ALARMS, CODE_SHA256, FUNCTION_RULES, REPORT_BUS, REPORT_RULE, TAMPERING_RULE, alarms,
    attached, function, invoke_config, name, policy, resources, role, role_with, rules, rules_of,
    schedule, stack_with, statements, subscriptions, topic, trust,
};
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

#[test]
fn an_unconfirmed_subscription_of_either_topic_is_a_problem() {
    for topic in ["-Topic-", "-ChatTopic-"] {
        let list = [(ADDRESS, CONFIRMED), ("new@example.com", PENDING)];
        let reply = only(topic, FakeReply::Body(subscriptions(&list)));
        let message = format!("{topic}1A2B3C4D has 1 unconfirmed subscription");
        assert_only_problem(SUBSCRIPTIONS, reply, &message);
    }
}

#[test]
fn a_topic_without_the_stacks_address_is_a_problem_that_does_not_show_it() {
    for list in [
        &[][..],
        &[("intruder@example.com", CONFIRMED)],
        &[(ADDRESS, "Deleted")],
    ] {
        let reply = only("-Topic-", FakeReply::Body(subscriptions(list)));
        let message = "NotificationEmail has no subscription to the topic";
        assert_only_problem(SUBSCRIPTIONS, reply.clone(), message);
        let aws = Scenario::healthy().with(SUBSCRIPTIONS, reply).start();
        let (document, _) = run_json(&aws.url, &DEPLOYMENT);
        assert!(
            !document.to_string().contains("example.com"),
            "{document:#}"
        );
    }
}

#[test]
fn a_subscription_of_one_topic_is_enough_and_none_at_all_is_a_problem() {
    let no_address = stack_with("UPDATE_COMPLETE", &[("NotificationEmail", "")]);
    let chat = ("https://example.com", CONFIRMED);
    for (mail, chat, expected) in [(&[][..], &[chat][..], 0), (&[], &[], 1)] {
        let pages = [mail, chat].map(subscriptions).to_vec();
        let aws = Scenario::healthy()
            .with(
                "cloudformation:DescribeStacks",
                FakeReply::Body(no_address.clone()),
            )
            .with(SUBSCRIPTIONS, FakeReply::Pages(pages))
            .start();
        let (document, code) = run_json(&aws.url, &DEPLOYMENT);
        let problems = check(&document, "deployment")["problems"].to_string();
        assert_eq!(code, expected, "{problems}");
        let is_reported = problems.contains("Nobody receives the messages");
        assert_eq!(is_reported, code == 1, "{problems}");
    }
}

#[test]
fn a_deleted_topic_is_a_problem() {
    let deleted = FakeReply::Error(404, "NotFound", "Topic does not exist");
    let message = format!("topic {} is missing", topic("ChatTopic"));
    assert_only_problem(SUBSCRIPTIONS, only("-ChatTopic-", deleted), &message);
}

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

#[test]
fn a_changed_policy_of_a_role_is_a_problem() {
    let admin = json!([{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]);
    let function = name("FunctionRole");
    let mut added = statements(&function, "trusted-access");
    added
        .as_array_mut()
        .unwrap()
        .extend(admin.as_array().unwrap().clone());
    let mut unconditional = statements(&function, "trusted-access");
    unconditional[1]["Condition"] = json!({});
    let mut removed = statements(&function, "trusted-access");
    removed.as_array_mut().unwrap().pop();
    for (statements, message) in [
        (added, "it has the statement Allow iam:* on *"),
        (
            unconditional,
            "it has the statement Allow organizations:EnableAWSServiceAccess on *; it lacks the statement",
        ),
        (
            removed,
            "it lacks the statement Allow organizations:EnableAWSServiceAccess on *",
        ),
    ] {
        let reply = only(
            "PolicyName=trusted-access",
            FakeReply::Body(policy(&statements)),
        );
        assert_only_problem(ROLE_POLICY, reply, message);
    }
    for (role, message) in [
        ("-ScheduleRole-", "ScheduleRole-1A2B3C4D differs"),
        ("-NotificationRole-", "NotificationRole-1A2B3C4D differs"),
    ] {
        assert_only_problem(
            ROLE_POLICY,
            only(role, FakeReply::Body(policy(&admin))),
            message,
        );
    }
}

#[test]
fn a_managed_policy_a_boundary_and_another_trust_of_a_role_are_problems() {
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let reply = only("-FunctionRole-", FakeReply::Body(attached(admin)));
    assert_only_problem(
        ATTACHED,
        reply,
        &format!("it has the managed policy {admin}"),
    );
    let function = name("FunctionRole");
    let boundary = FakeReply::Body(role(&function, "arn:aws:iam::aws:policy/ReadOnlyAccess"));
    assert_only_problem(
        ROLE,
        only("-FunctionRole-", boundary),
        "its permissions boundary is arn:aws:iam::aws:policy/ReadOnlyAccess, and not none",
    );
    let mut open = trust(&function);
    open["Statement"]["Principal"] =
        json!({"Service": "lambda.amazonaws.com", "AWS": "arn:aws:iam::444455556666:root"});
    let open = FakeReply::Body(role_with(&function, &open, ""));
    assert_only_problem(
        ROLE,
        only("-FunctionRole-", open),
        "it has the statement Allow sts:AssumeRole for arn:aws:iam::444455556666:root for lambda.amazonaws.com",
    );
    let deleted = FakeReply::Error(404, "NoSuchEntity", "no such role");
    let message = format!("role {} is missing", name("ScheduleRole"));
    assert_only_problem(ROLE, only("-ScheduleRole-", deleted), &message);
}

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
