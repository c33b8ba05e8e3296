use super::{DEPLOYMENT, deployment};
use crate::checks::access_denied;
use crate::cli::run_json;
use crate::fake_aws::deployment::{resources, stack};
use crate::fake_aws::replies::{STACK, stacks};
use crate::fake_aws::{FakeReply, Scenario};

const DESCRIBE_STACKS: &str = "cloudformation:DescribeStacks";
const LIST_STACKS: &str = "cloudformation:ListStacks";
const DESCRIBE_RESOURCES: &str = "cloudformation:DescribeStackResources";

fn with_status(status: &str) -> Scenario {
    Scenario::healthy().with(DESCRIBE_STACKS, FakeReply::Body(stack(status)))
}

fn no_stack() -> FakeReply {
    let message = "Stack with id controltower-trusted-access does not exist";
    FakeReply::Error(400, "ValidationError", message)
}

#[test]
fn without_a_stack_name_the_stack_of_the_documents_is_checked() {
    let (check, code) = deployment(Scenario::healthy(), &[]);
    assert_eq!(check["facts"]["stack"], STACK);
    assert_eq!(code, 0);
}

#[test]
fn a_missing_stack_is_a_problem_if_it_was_named_and_else_nothing_was_looked_at() {
    let scenario = || {
        let none = FakeReply::Body(stacks(&[]));
        Scenario::healthy()
            .with(DESCRIBE_STACKS, no_stack())
            .with(LIST_STACKS, none)
    };
    let (check, code) = deployment(scenario(), &[]);
    assert_eq!((check["verdict"].as_str(), code), (Some("skipped"), 0));
    assert_eq!(
        check["summary"],
        "not looked at: there is no stack controltower-trusted-access in us-east-1; --stack-name and --region name another one"
    );
    let (check, code) = deployment(scenario(), &DEPLOYMENT);
    assert_eq!((check["verdict"].as_str(), code), (Some("problem"), 1));
}

#[test]
fn a_stack_of_another_name_is_named_and_not_checked() {
    let other = FakeReply::Body(stacks(&[("keeper", "CREATE_COMPLETE")]));
    let scenario = Scenario::healthy()
        .with(DESCRIBE_STACKS, no_stack())
        .with(LIST_STACKS, other);
    let (check, code) = deployment(scenario, &[]);
    assert_eq!((check["verdict"].as_str(), code), (Some("notChecked"), 2));
    let issues = check["notChecked"].to_string();
    assert!(issues.contains("with --stack-name keeper."), "{issues}");
}

#[test]
fn without_the_list_of_stacks_a_missing_stack_is_not_checked() {
    let scenario = Scenario::healthy()
        .with(DESCRIBE_STACKS, no_stack())
        .with(LIST_STACKS, access_denied());
    let (check, code) = deployment(scenario, &[]);
    assert_eq!((check["verdict"].as_str(), code), (Some("notChecked"), 2));
}

#[test]
fn an_error_that_only_sounds_like_a_missing_stack_is_not_checked() {
    let error = FakeReply::Error(400, "InvalidAction", "The operation does not exist");
    let scenario = Scenario::healthy()
        .with(DESCRIBE_STACKS, error)
        .with(LIST_STACKS, FakeReply::Body(stacks(&[])));
    let (check, code) = deployment(scenario, &[]);
    assert_eq!((check["verdict"].as_str(), code), (Some("notChecked"), 2));
}

#[test]
fn a_stack_that_cannot_be_read_is_not_checked_whether_it_was_named_or_not() {
    for arguments in [&DEPLOYMENT[..], &[]] {
        let scenario = Scenario::healthy().with(DESCRIBE_STACKS, access_denied());
        let (check, code) = deployment(scenario, arguments);
        assert_eq!((check["verdict"].as_str(), code), (Some("notChecked"), 2));
    }
}

#[test]
fn a_stack_in_a_region_without_events_is_a_problem_that_names_the_right_region() {
    let arguments = [&DEPLOYMENT[..], &["--region", "eu-west-1"]].concat();
    let (check, code) = deployment(Scenario::healthy(), &arguments);
    assert_eq!(code, 1);
    let problems = check["problems"].to_string();
    assert!(problems.contains("Deploy it to us-east-1"), "{problems}");
}

#[test]
fn a_failed_update_and_a_deletion_are_problems() {
    for (status, message) in [
        (
            "UPDATE_ROLLBACK_COMPLETE",
            "failed: UPDATE_ROLLBACK_COMPLETE",
        ),
        ("DELETE_IN_PROGRESS", "is being deleted"),
    ] {
        let (check, code) = deployment(with_status(status), &DEPLOYMENT);
        assert_eq!(code, 1, "{check:#}");
        assert!(check["problems"].to_string().contains(message), "{check:#}");
    }
}

#[test]
fn after_a_failed_first_deployment_the_only_problem_is_to_delete_the_stack() {
    let (check, code) = deployment(with_status("ROLLBACK_COMPLETE"), &DEPLOYMENT);
    assert_eq!(code, 1);
    let problems = check["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{check:#}");
    let hint = problems[0]["remedy"].as_str().unwrap();
    assert!(hint.contains("delete the stack"), "{hint}");
}

#[test]
fn a_deployment_in_progress_is_not_checked_and_misses_no_resource() {
    let none = "<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources/>\
                </DescribeStackResourcesResult></DescribeStackResourcesResponse>";
    for (status, resources) in [
        ("UPDATE_IN_PROGRESS", resources()),
        ("CREATE_IN_PROGRESS", none.to_owned()),
    ] {
        let scenario = with_status(status).with(DESCRIBE_RESOURCES, FakeReply::Body(resources));
        let (check, code) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(code, 2);
        assert_eq!(check["verdict"], "notChecked", "{check:#}");
    }
}

#[test]
fn a_stack_without_a_log_group_is_not_checked_and_one_without_alarms_is_a_problem() {
    for (kind, list, message, expected) in [
        (
            "Logs::LogGroup",
            "notChecked",
            "The stack has no log group",
            2,
        ),
        (
            "CloudWatch::Alarm",
            "problems",
            "The stack has no alarms",
            1,
        ),
    ] {
        let resources = FakeReply::Body(resources_without(kind));
        let scenario = Scenario::healthy().with(DESCRIBE_RESOURCES, resources);
        let (check, code) = deployment(scenario, &DEPLOYMENT);
        assert_eq!(code, expected, "{check:#}");
        assert!(check[list].to_string().contains(message), "{check:#}");
    }
}

/// Returns the resources after CloudFormation has deleted those of one type.
fn resources_without(kind: &str) -> String {
    let with_status = |status: &str| {
        format!("<ResourceType>AWS::{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>")
    };
    let existing = with_status("CREATE_COMPLETE");
    let resources = resources();
    assert!(resources.contains(&existing));
    resources.replace(&existing, &with_status("DELETE_COMPLETE"))
}

#[test]
fn the_log_group_is_found_by_its_type_and_one_that_was_left_to_the_account_is_not() {
    let group = |logical: &str, physical: &str, status: &str| {
        format!(
            "<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <Timestamp>2026-01-02T03:04:05Z</Timestamp><ResourceType>AWS::Logs::LogGroup</ResourceType>\
             <ResourceStatus>{status}</ResourceStatus></member>"
        )
    };
    let left = group("FunctionLogGroup", "old-group", "DELETE_SKIPPED");
    let current = group("DeletedLogGroup", "current-group", "CREATE_COMPLETE");
    let healthy = resources();
    let start = healthy
        .find("<member><LogicalResourceId>FunctionLogGroup")
        .unwrap();
    let end = start + healthy[start..].find("</member>").unwrap() + "</member>".len();
    let reply = format!("{}{left}{current}{}", &healthy[..start], &healthy[end..]);
    let aws = Scenario::healthy()
        .with(DESCRIBE_RESOURCES, FakeReply::Body(reply))
        .start();
    run_json(&aws.url, &DEPLOYMENT);
    let reads = aws.calls_of("logs:FilterLogEvents");
    assert!(!reads.is_empty());
    assert!(reads.iter().all(|call| call.body.contains("current-group")));
}
