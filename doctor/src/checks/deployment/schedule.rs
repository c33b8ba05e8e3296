//! The schedule: whether it is enabled, has an end, and invokes the function as in the template.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::{ScheduleState, Target};
use controltower_trusted_access::core::sanitize::sanitize_line;
use serde_json::Value;

use super::stack::Stack;
use super::{changed, resource_call_failed};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// The event that the schedule of the template sends. Another one may select another mode for the run, see
/// `docs/reference/events-and-reports.md`.
const INPUT: &str = r#"{"source": "aws.scheduler", "detail-type": "Scheduled Event", "id": "<aws.scheduler.execution-id>", "time": "<aws.scheduler.scheduled-time>", "detail": {}}"#;

/// Checks the schedule of the stack.
pub(super) async fn check(scheduler: Client, stack: &Stack) -> Finding {
    let Some((_, name)) = stack.resources_of("Scheduler::Schedule").pop() else {
        return Finding::new(Check::Deployment).problem(
            "The stack has no schedule: drift is found only if an event arrives.",
            "Deploy template.yaml, which has the schedule.",
        );
    };
    match scheduler.get_schedule().name(name).send().await {
        Ok(schedule) => check_schedule(name, &schedule, stack),
        Err(error) => {
            let error = AwsError::new("scheduler:GetSchedule", &error);
            resource_call_failed(&format!("schedule {name}"), error)
        }
    }
}

/// Returns one problem with all differences, because one call sets them all.
fn check_schedule(name: &str, schedule: &GetScheduleOutput, stack: &Stack) -> Finding {
    let target = schedule.target();
    let role = target.and_then(|target| target.role_arn().rsplit('/').next());
    let expression = schedule.schedule_expression();
    let expected_expression = stack.parameter("ScheduleExpression");
    let mut differences = Vec::new();
    if schedule.state() != Some(&ScheduleState::Enabled) {
        let state = schedule.state().map_or("unknown", ScheduleState::as_str);
        differences.push(format!("its state is {}", sanitize_line(state)));
    }
    if expected_expression.is_some() && expression != expected_expression {
        let expression = sanitize_line(expression.unwrap_or("unknown"));
        differences.push(format!("its expression is {expression}"));
    }
    if schedule.start_date().is_some() || schedule.end_date().is_some() {
        differences.push("it has a start or an end".to_owned());
    }
    if target.map(Target::arn) != stack.function_arn().as_deref() {
        differences.push("it does not invoke the function".to_owned());
    }
    if role != stack.physical_id("ScheduleRole") {
        let role = sanitize_line(role.unwrap_or("unknown"));
        differences.push(format!("its role is {role}"));
    }
    if !is_template_input(target.and_then(Target::input)) {
        differences.push("it sends another event".to_owned());
    }
    if differences.is_empty() {
        return Finding::new(Check::Deployment);
    }
    changed(format!(
        "The schedule {name} differs from the template: {}.",
        differences.join("; ")
    ))
}

/// Compares the values: the text may have other spaces.
fn is_template_input(input: Option<&str>) -> bool {
    let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
    input.and_then(parse) == parse(INPUT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_send_the_event_that_is_expected() {
        for template in [
            include_str!("../../../../template.yaml"),
            include_str!("../../../../plain.yaml"),
        ] {
            let text: Vec<&str> = template.split_whitespace().collect();
            assert!(text.join(" ").contains(INPUT));
        }
    }
}
