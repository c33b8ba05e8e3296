//! The stack: its status, its Region and its resources.

use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{ResourceStatus, Stack as StackDescription, StackResource};
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// The function's logical ID in `template.yaml`.
const FUNCTION: &str = "Function";
/// The types of the other resources that are checked.
const LOG_GROUP: &str = "AWS::Logs::LogGroup";
const ALARM: &str = "AWS::CloudWatch::Alarm";
/// The statuses after a failed first deployment. The stack then can only be deleted.
const CREATION_FAILED: [&str; 3] = [
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
];
/// The statuses during the first deployment.
const BEING_CREATED: [&str; 2] = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"];
/// The default of `ScheduleExpression` in `template.yaml`.
const DEFAULT_SCHEDULE_PERIOD: Duration = Duration::from_hours(1);

/// A stack, as described by CloudFormation.
#[derive(Debug)]
pub(super) struct Stack {
    pub status: String,
    /// The name of the function.
    pub function: Option<String>,
    /// The name of the function's log group.
    pub log_group: Option<String>,
    /// The names of the alarms.
    pub alarms: Vec<String>,
    /// The time between two scheduled runs.
    pub schedule_period: Duration,
    /// The time of the last deployment.
    pub deployed_at: Option<SystemTime>,
}

impl Stack {
    /// Returns whether the first deployment has succeeded. Before that, a missing resource is not a problem.
    pub(super) fn is_created(&self) -> bool {
        let status = self.status.as_str();
        !CREATION_FAILED.contains(&status) && !BEING_CREATED.contains(&status)
    }
}

/// Reads a stack and its resources.
///
/// # Errors
///
/// The error of the call that failed.
pub(super) async fn describe(cloudformation: &Client, name: &str) -> Result<Stack, AwsError> {
    const DESCRIBE_STACKS: &str = "cloudformation:DescribeStacks";
    let request = cloudformation.describe_stacks().stack_name(name);
    let response = request
        .send()
        .await
        .map_err(|error| AwsError::new(DESCRIBE_STACKS, &error))?;
    let stack = response
        .stacks()
        .first()
        .ok_or_else(|| AwsError::invalid_response(DESCRIBE_STACKS, "the response has no stack"))?;
    let request = cloudformation.describe_stack_resources().stack_name(name);
    let resources = request
        .send()
        .await
        .map_err(|error| AwsError::new("cloudformation:DescribeStackResources", &error))?;
    Ok(from_descriptions(stack, resources.stack_resources()))
}

fn from_descriptions(stack: &StackDescription, resources: &[StackResource]) -> Stack {
    // CloudFormation lists a resource for a while after it has deleted it, or has left it to the account.
    let is_deleted = |resource: &&StackResource| {
        matches!(
            resource.resource_status(),
            Some(ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
        )
    };
    let existing = || resources.iter().filter(|resource| !is_deleted(resource));
    let physical_id = |logical_id: &str| {
        let resource = existing().find(|one| one.logical_resource_id() == Some(logical_id));
        resource?.physical_resource_id().map(sanitize_line)
    };
    let status = stack
        .stack_status()
        .map_or("unknown", |status| status.as_str());
    Stack {
        status: sanitize_line(status),
        function: physical_id(FUNCTION),
        // By type: the parameter RetainLog selects one of two logical IDs.
        log_group: existing()
            .find(|resource| resource.resource_type() == Some(LOG_GROUP))
            .and_then(|log_group| log_group.physical_resource_id().map(sanitize_line)),
        alarms: existing()
            .filter(|resource| resource.resource_type() == Some(ALARM))
            .filter_map(|alarm| alarm.physical_resource_id().map(sanitize_line))
            .collect(),
        schedule_period: schedule_period(stack).unwrap_or(DEFAULT_SCHEDULE_PERIOD),
        deployed_at: deployed_at(stack),
    }
}

fn deployed_at(stack: &StackDescription) -> Option<SystemTime> {
    let time = stack.last_updated_time().or(stack.creation_time())?;
    (*time).try_into().ok()
}

fn schedule_period(stack: &StackDescription) -> Option<Duration> {
    let mut parameters = stack.parameters().iter();
    let schedule = parameters.find(|one| one.parameter_key() == Some("ScheduleExpression"))?;
    parse_rate(schedule.parameter_value()?)
}

/// Parses a rate such as `rate(1 hour)`. The template accepts no other expression.
fn parse_rate(expression: &str) -> Option<Duration> {
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

/// Checks the Region and the status of the stack.
pub(super) fn check(stack: &Stack, name: &str, region: &str, event_region: &str) -> Finding {
    let mut finding = Finding::new(Check::Deployment)
        .summary(format!("stack {name} in {region}, {}", stack.status))
        .fact("stack", name)
        .fact("stackStatus", &stack.status)
        .fact("region", region);
    if region != event_region {
        finding = finding.problem(
            format!(
                "The stack is in {region}, which does not receive the events of AWS Organizations."
            ),
            format!("Deploy it to {event_region} and delete this one."),
        );
    }
    finding.merge(check_status(&stack.status))
}

fn check_status(status: &str) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if CREATION_FAILED.contains(&status) {
        finding.problem(
            format!("The first deployment of the stack failed: {status}."),
            "Fix the cause, which is in the stack's events in CloudFormation. Then delete the stack and deploy again: it \
             cannot be updated.",
        )
    } else if status.contains("FAILED") || status.contains("ROLLBACK") {
        finding.problem(
            format!("The last operation on the stack failed: {status}."),
            "Fix the cause, which is in the stack's events in CloudFormation, then deploy again.",
        )
    } else if status.starts_with("DELETE_") {
        finding.problem(
            format!("The stack is being deleted: {status}."),
            "Find out who deleted it, and deploy it again.",
        )
    } else if status.ends_with("IN_PROGRESS") {
        finding.not_checked(
            format!("The stack is being deployed: {status}."),
            "Run the doctor again after the deployment.",
        )
    } else {
        finding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_parsed_and_a_cron_expression_is_not() {
        for (expression, minutes) in [
            ("rate(15 minutes)", Some(15)),
            ("rate(1 hour)", Some(60)),
            ("rate(2 days)", Some(2880)),
            ("cron(0 * * * ? *)", None),
            ("rate(x hours)", None),
            ("", None),
        ] {
            let expected = minutes.map(|minutes| Duration::from_secs(60 * minutes));
            assert_eq!(parse_rate(expression), expected, "{expression}");
        }
    }
}
