//! The stack itself: its state, its Region, and what it made.

use serde_json::json;

use super::{FUNCTION, STACK, looked_at, with};
use crate::scripted_aws::answers::{function, resources, stack};
use crate::scripted_aws::{Instead, World};

#[test]
fn a_stack_that_is_not_there_is_a_problem_and_one_that_is_not_shown_is_not_checked() {
    let absent = Instead::Error(
        400,
        "ValidationError",
        "Stack with id trusted-access does not exist",
    );
    let (row, code) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", absent),
        &STACK,
    );
    assert_eq!((row["verdict"].as_str(), code), (Some("problem"), 1));
    let denied = Instead::Error(403, "AccessDenied", "not allowed");
    let (row, code) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", denied),
        &STACK,
    );
    assert_eq!((row["verdict"].as_str(), code), (Some("notChecked"), 2));
}

#[test]
fn the_wrong_region_is_a_problem_that_names_the_right_one() {
    let arguments = [&STACK[..], &["--region", "eu-west-1"]].concat();
    let (row, code) = looked_at(World::healthy(), &arguments);
    assert_eq!(code, 1);
    assert!(
        row["problems"]
            .to_string()
            .contains("Deploy it to us-east-1"),
        "{row:#}"
    );
}

#[test]
fn a_stack_that_failed_and_a_function_that_cannot_run_are_problems() {
    let failed = Instead::Body(stack("UPDATE_ROLLBACK_COMPLETE"));
    let (row, _) = looked_at(
        World::healthy().with("cloudformation:DescribeStacks", failed),
        &STACK,
    );
    assert!(
        row["problems"]
            .to_string()
            .contains("UPDATE_ROLLBACK_COMPLETE")
    );

    for (field, value, told) in [
        ("State", "Failed", "not active but Failed"),
        (
            "LastUpdateStatus",
            "Failed",
            "last update of the function failed",
        ),
        (
            "Runtime",
            "provided.al2",
            "is provided.al2, and it is built for",
        ),
    ] {
        let mut answer = function(&json!({"MODE": "enforce"}));
        answer[field] = value.into();
        let (row, code) = looked_at(with(FUNCTION, &answer), &STACK);
        assert_eq!(code, 1, "{field}");
        assert!(row["problems"].to_string().contains(told), "{row:#}");
    }
}

#[test]
fn a_stack_whose_first_deployment_failed_is_to_be_deleted_and_nothing_else_is_told_of_it() {
    let failed = Instead::Body(stack("ROLLBACK_COMPLETE"));
    let world = World::healthy().with("cloudformation:DescribeStacks", failed);
    let (row, code) = looked_at(world, &STACK);
    assert_eq!(code, 1);
    let problems = row["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{row:#}");
    assert!(
        problems[0]["remedy"]
            .to_string()
            .contains("delete the stack")
    );
}

#[test]
fn while_a_stack_is_being_deployed_it_is_not_checked_and_what_it_has_not_made_yet_is_not_missed() {
    let none = "<DescribeStackResourcesResponse><DescribeStackResourcesResult><StackResources/>\
                </DescribeStackResourcesResult></DescribeStackResourcesResponse>";
    for (status, resources) in [
        ("UPDATE_IN_PROGRESS", resources()),
        ("CREATE_IN_PROGRESS", none.to_owned()),
    ] {
        let world = World::healthy()
            .with(
                "cloudformation:DescribeStacks",
                Instead::Body(stack(status)),
            )
            .with(
                "cloudformation:DescribeStackResources",
                Instead::Body(resources),
            );
        let (row, code) = looked_at(world, &STACK);
        assert_eq!(
            (row["verdict"].as_str(), code),
            (Some("notChecked"), 2),
            "{row:#}"
        );
    }
}

#[test]
fn what_the_stack_shows_no_more_is_not_checked_and_what_it_took_away_is_not_gone_past_it() {
    let without = |kind: &str| {
        let gone = format!(
            "<ResourceType>AWS::{kind}</ResourceType><ResourceStatus>DELETE_COMPLETE</ResourceStatus>"
        );
        let there = format!(
            "<ResourceType>AWS::{kind}</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus>"
        );
        let answer = resources();
        assert!(answer.contains(&there));
        let world = World::healthy();
        let answer = Instead::Body(answer.replace(&there, &gone));
        looked_at(
            world.with("cloudformation:DescribeStackResources", answer),
            &STACK,
        )
    };
    let (row, code) = without("Logs::LogGroup");
    assert_eq!(code, 2, "{row:#}");
    assert!(row["notChecked"].to_string().contains("shows no log group"));
    let (row, code) = without("CloudWatch::Alarm");
    assert_eq!(code, 1, "{row:#}");
    assert!(
        row["problems"]
            .to_string()
            .contains("The stack has no alarm")
    );
}

#[test]
fn a_stack_that_is_being_deleted_is_a_problem() {
    let deleted = Instead::Body(stack("DELETE_IN_PROGRESS"));
    let world = World::healthy().with("cloudformation:DescribeStacks", deleted);
    let (row, code) = looked_at(world, &STACK);
    assert_eq!(code, 1, "{row:#}");
    assert!(row["problems"].to_string().contains("is being deleted"));
}
