//! The stack itself: its state, its Region, and what it made.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ResourceStatus, Stack as Described, StackResource};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::Part;
use crate::refusal::Refusal;

/// The logical ids in `template.yaml`.
const FUNCTION: &str = "Function";
const LOG_GROUP: &str = "FunctionLogGroup";
const ALARM: &str = "AWS::CloudWatch::Alarm";
/// Of a stack whose first deployment failed: nothing can be done with it but to delete it.
const NEVER_DEPLOYED: [&str; 3] = [
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
];
/// Of a stack whose first deployment is under way.
const BEING_CREATED: [&str; 2] = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"];
/// What the schedule is where the stack does not say, as in `template.yaml`.
const DEFAULT_PERIOD: Duration = Duration::from_hours(1);

/// What CloudFormation tells of a stack.
#[derive(Debug)]
pub(super) struct Stack {
    pub status: String,
    pub function: Option<String>,
    pub log_group: Option<String>,
    /// The names of its alarms.
    pub alarms: Vec<String>,
    /// How often the schedule looks.
    pub period: Duration,
    /// When it was last deployed.
    pub deployed: Option<SystemTime>,
}

impl Stack {
    /// Whether it was never deployed, so that what it lacks is no finding.
    pub(super) fn has_nothing_to_show(&self) -> bool {
        let status = self.status.as_str();
        NEVER_DEPLOYED.contains(&status) || BEING_CREATED.contains(&status)
    }
}

pub(super) async fn find(cloudformation: &Client, name: &str) -> Result<Stack, Refusal> {
    const DESCRIBE: &str = "cloudformation:DescribeStacks";
    let answer = cloudformation.describe_stacks().stack_name(name).send();
    let answer = answer
        .await
        .map_err(|error| Refusal::of(DESCRIBE, &error))?;
    let described = answer
        .stacks()
        .first()
        .ok_or_else(|| Refusal::not_understood(DESCRIBE, "an answer without a stack"))?;
    let resources = cloudformation.describe_stack_resources().stack_name(name);
    let resources = resources
        .send()
        .await
        .map_err(|error| Refusal::of("cloudformation:DescribeStackResources", &error))?;
    let all = resources.stack_resources();
    let there = || all.iter().filter(|one| is_there(one));
    let physical = |logical: &str| {
        let found = there().find(|one| one.logical_resource_id() == Some(logical));
        found?.physical_resource_id().map(sanitize_line)
    };
    let alarms = there().filter(|one| one.resource_type() == Some(ALARM));
    Ok(Stack {
        status: described.stack_status().map_or_else(
            || "unknown".to_owned(),
            |status| sanitize_line(status.as_str()),
        ),
        function: physical(FUNCTION),
        log_group: physical(LOG_GROUP),
        alarms: alarms
            .filter_map(|alarm| alarm.physical_resource_id().map(sanitize_line))
            .collect(),
        period: period_of(described).unwrap_or(DEFAULT_PERIOD),
        deployed: deployed(described),
    })
}

/// What the stack itself has taken away again stays among its resources for a while.
fn is_there(resource: &StackResource) -> bool {
    resource.resource_status() != Some(&ResourceStatus::DeleteComplete)
}

fn deployed(stack: &Described) -> Option<SystemTime> {
    let last = stack.last_updated_time().or(stack.creation_time())?;
    (*last).try_into().ok()
}

fn period_of(stack: &Described) -> Option<Duration> {
    let mut parameters = stack.parameters().iter();
    let schedule = parameters.find(|one| one.parameter_key() == Some("ScheduleExpression"))?;
    period(schedule.parameter_value()?)
}

/// The period of a rate such as `rate(1 hour)`, which is all that the template takes.
fn period(expression: &str) -> Option<Duration> {
    let rate = expression.strip_prefix("rate(")?.strip_suffix(')')?;
    let (number, unit) = rate.split_once(' ')?;
    let seconds = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86400,
        _ => return None,
    };
    let number: u32 = number.parse().ok()?;
    Some(Duration::from_secs(seconds) * number)
}

/// What there is to tell of it.
pub(super) fn part(stack: &Stack, name: &str, region: &str, events_region: &str) -> Part {
    let mut part = Part::default();
    part.say(format!("stack {name} in {region}, {}", stack.status));
    part.fact("stack", name);
    part.fact("stackStatus", &stack.status);
    part.fact("region", region);
    if region != events_region {
        part.problem(
            format!("The stack is in {region}, where no event of Organizations arrives."),
            format!("Deploy it to {events_region} and delete this one."),
        );
    }
    if NEVER_DEPLOYED.contains(&stack.status.as_str()) {
        part.problem(
            format!("The first deployment of the stack failed: {}.", stack.status),
            "Read the stack's events in CloudFormation, mend what they name, delete the stack, and deploy again: it cannot \
             be updated.",
        );
    } else if stack.status.contains("FAILED") || stack.status.contains("ROLLBACK") {
        part.problem(
            format!("The last operation on the stack ended as {}.", stack.status),
            "Read the stack's events in CloudFormation, mend what they name, and deploy again.",
        );
    } else if stack.status.starts_with("DELETE_") {
        part.problem(
            format!("The stack is being deleted: {}.", stack.status),
            "Find out who deletes it, and deploy it again.",
        );
    } else if stack.status.ends_with("IN_PROGRESS") {
        part.not_checked(
            format!("The stack is being deployed: {}.", stack.status),
            "Look again when that has ended.",
        );
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_is_that_of_the_rate() {
        for (expression, minutes) in [
            ("rate(15 minutes)", Some(15)),
            ("rate(1 hour)", Some(60)),
            ("rate(2 days)", Some(2880)),
            ("cron(0 * * * ? *)", None),
            ("rate(x hours)", None),
            ("", None),
        ] {
            let expected = minutes.map(|minutes| Duration::from_secs(60 * minutes));
            assert_eq!(period(expression), expected, "{expression}");
        }
    }
}
