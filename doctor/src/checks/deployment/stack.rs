//! The stack: its parameters and resources.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Parameter, ResourceStatus, Stack as StackDescription, StackResource,
};
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::aws_error::AwsError;

/// The function's logical ID in `template.yaml`.
const FUNCTION: &str = "Function";
/// The default of `ScheduleExpression` in `template.yaml`.
const DEFAULT_SCHEDULE_PERIOD: Duration = Duration::from_hours(1);
const DESCRIBE_STACKS: &str = "cloudformation:DescribeStacks";

/// A stack, as described by CloudFormation.
#[derive(Debug)]
pub(super) struct Stack {
    pub name: String,
    pub status: String,
    pub partition: String,
    pub region: String,
    pub account: String,
    /// The last part of the stack's ARN.
    pub uuid: String,
    /// The time of the last deployment.
    pub deployed_at: Option<SystemTime>,
    parameters: BTreeMap<String, String>,
    resources: Vec<Resource>,
}

/// A resource that exists in the stack.
#[derive(Debug)]
struct Resource {
    logical_id: String,
    kind: String,
    physical_id: String,
}

impl Stack {
    /// Returns the physical ID of a resource by its logical ID in `template.yaml`.
    pub(super) fn physical_id(&self, logical_id: &str) -> Option<&str> {
        let mut resources = self.resources.iter();
        let resource = resources.find(|one| one.logical_id == logical_id)?;
        Some(&resource.physical_id)
    }

    /// Returns the logical and physical IDs of all resources of a type such as `Events::Rule`.
    pub(super) fn resources_of(&self, kind: &str) -> Vec<(&str, &str)> {
        let is_kind = |one: &&Resource| one.kind.strip_prefix("AWS::") == Some(kind);
        let resources = self.resources.iter().filter(is_kind);
        resources
            .map(|one| (one.logical_id.as_str(), one.physical_id.as_str()))
            .collect()
    }

    /// Returns the value of a parameter, or `None` if the template of the stack does not have it.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// Returns the value of a parameter, unless it is empty.
    pub(super) fn set_parameter(&self, name: &str) -> Option<&str> {
        self.parameter(name).filter(|value| !value.is_empty())
    }

    /// Returns the ARN of a resource of this account and Region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            partition,
            region,
            account,
            ..
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// Returns the name of the function.
    pub(super) fn function(&self) -> Option<&str> {
        self.physical_id(FUNCTION)
    }

    /// Returns the ARN of the function.
    pub(super) fn function_arn(&self) -> Option<String> {
        let name = self.function()?;
        Some(self.arn("lambda", &format!("function:{name}")))
    }

    /// Returns the ARN of the dead-letter queue, whose physical ID is its URL.
    pub(super) fn queue_arn(&self) -> Option<String> {
        let url = self.physical_id("DeadLetterQueue")?;
        Some(self.arn("sqs", url.rsplit('/').next()?))
    }

    /// Returns the ARN of the bus of the reports.
    pub(super) fn bus_arn(&self) -> Option<String> {
        let name = self.physical_id("ReportBus")?;
        Some(self.arn("events", &format!("event-bus/{name}")))
    }

    /// Returns the ARNs of the topics that exist.
    pub(super) fn topics(&self) -> Vec<&str> {
        let topics = ["Topic", "ChatTopic"].into_iter();
        topics.filter_map(|id| self.physical_id(id)).collect()
    }

    /// Returns the name of the function's log group. By type: the parameter `RetainLog` selects one of two logical IDs.
    pub(super) fn log_group(&self) -> Option<&str> {
        let groups = self.resources_of("Logs::LogGroup");
        groups.first().map(|(_, name)| *name)
    }

    /// Returns the time between two scheduled runs.
    pub(super) fn schedule_period(&self) -> Duration {
        let expression = self.parameter("ScheduleExpression");
        expression
            .and_then(parse_rate)
            .unwrap_or(DEFAULT_SCHEDULE_PERIOD)
    }
}

/// Reads a stack and its resources.
///
/// # Errors
///
/// The error of the call that failed.
pub(super) async fn describe(
    cloudformation: &Client,
    name: &str,
    region: &str,
) -> Result<Stack, AwsError> {
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
    from_descriptions(name, region, stack, resources.stack_resources())
}

fn from_descriptions(
    name: &str,
    region: &str,
    stack: &StackDescription,
    resources: &[StackResource],
) -> Result<Stack, AwsError> {
    let arn = sanitize_line(stack.stack_id().unwrap_or_default());
    // arn:aws:cloudformation:us-east-1:111122223333:stack/name/uuid
    let parts: Vec<&str> = arn.split([':', '/']).collect();
    let [
        "arn",
        partition,
        "cloudformation",
        _,
        account,
        "stack",
        _,
        uuid,
    ] = parts[..]
    else {
        let description = "the stack of the response has no ARN";
        return Err(AwsError::invalid_response(DESCRIBE_STACKS, description));
    };
    let status = stack.stack_status();
    Ok(Stack {
        name: name.to_owned(),
        status: sanitize_line(status.map_or("unknown", |status| status.as_str())),
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
        uuid: uuid.to_owned(),
        deployed_at: deployed_at(stack),
        parameters: stack.parameters().iter().filter_map(parameter).collect(),
        resources: resources.iter().filter_map(existing).collect(),
    })
}

fn parameter(parameter: &Parameter) -> Option<(String, String)> {
    let value = parameter.parameter_value().unwrap_or_default();
    Some((parameter.parameter_key()?.to_owned(), value.to_owned()))
}

/// Returns `None` for a resource that CloudFormation lists for a while after it has deleted it, or has left it to the
/// account.
fn existing(resource: &StackResource) -> Option<Resource> {
    if matches!(
        resource.resource_status(),
        Some(ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
    ) {
        return None;
    }
    Some(Resource {
        logical_id: resource.logical_resource_id()?.to_owned(),
        kind: resource.resource_type()?.to_owned(),
        physical_id: sanitize_line(resource.physical_resource_id()?),
    })
}

fn deployed_at(stack: &StackDescription) -> Option<SystemTime> {
    let time = stack.last_updated_time().or(stack.creation_time())?;
    (*time).try_into().ok()
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
