//! The function's stack: deployed right, running, quiet.

mod alarms;
mod function;
mod report;
mod stack;

use serde_json::Value;

use crate::run::{document, row, run};
use crate::scripted_aws::{Instead, World};

const FUNCTION: &str = "lambda:GetFunctionConfiguration";
const LOG: &str = "logs:FilterLogEvents";
const DESCRIBE_ALARMS: &str = "cloudwatch:DescribeAlarms";
const STACK: [&str; 3] = ["--no-roles", "--stack-name", "trusted-access"];

fn looked_at(world: World, arguments: &[&str]) -> (Value, i32) {
    let aws = world.start();
    let (document, code) = document(&aws.url, arguments);
    (row(&document, "deployment").clone(), code)
}

fn with(operation: &'static str, answer: &Value) -> World {
    World::healthy().with(operation, Instead::Body(answer.to_string()))
}

#[test]
fn without_its_name_no_stack_is_looked_for() {
    let aws = World::healthy().start();
    let run = run(&aws.url, &["--no-roles"]);
    assert!(!run.told.contains("the deployment"), "{}", run.told);
    assert_eq!(aws.count("cloudformation:DescribeStacks"), 0);
}

#[test]
fn a_function_or_a_log_group_that_is_gone_past_the_stack_is_a_problem() {
    for (operation, what) in [(FUNCTION, "function"), (LOG, "log group")] {
        let gone = Instead::Error(404, "ResourceNotFoundException", "not found");
        let (row, code) = looked_at(World::healthy().with(operation, gone), &STACK);
        assert_eq!(code, 1, "{row:#}");
        let told = row["problems"].to_string();
        assert!(
            told.contains(&format!("The stack's {what} is gone")),
            "{told}"
        );
    }
}

#[test]
fn one_part_that_is_not_shown_hides_no_other() {
    for operation in [FUNCTION, LOG, DESCRIBE_ALARMS] {
        let denied = Instead::Error(403, "AccessDeniedException", "not allowed");
        let (row, code) = looked_at(World::healthy().with(operation, denied), &STACK);
        assert_eq!(code, 2, "{row:#}");
        assert_eq!(
            row["notChecked"].as_array().unwrap().len(),
            1,
            "{operation}"
        );
        assert!(row["notChecked"].to_string().contains(operation), "{row:#}");
        assert_eq!(row["facts"]["stackStatus"], "UPDATE_COMPLETE");
    }
}
