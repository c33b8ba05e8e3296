//! The function's stack: its state, its function, the last report and the alarms, and everything that stops the function
//! or its messages when it is changed outside CloudFormation.

mod alarms;
mod environment;
mod function;
mod invocation;
mod last_report;
mod policy;
mod role;
mod role_template;
mod rules;
mod schedule;
mod second_stack;
mod stack;
mod status;
mod subscriptions;

use std::time::SystemTime;

use crate::aws_clients::AwsClients;
use crate::aws_error::AwsError;
use crate::code_sha256::CodeSha256;
use crate::finding::{Check, Finding, Verdict};
use stack::Stack;

/// The stack's name in the documents, which is checked unless the user names another one.
const DEFAULT_STACK_NAME: &str = "controltower-trusted-access";
/// The codes for a resource that does not exist. The services do not agree on one.
const NOT_FOUND: [&str; 4] = [
    "ResourceNotFoundException",
    "NoSuchEntity",
    "NotFound",
    "NotFoundException",
];

/// The resources of `template.yaml` without which a part of the deployment cannot be compared with it.
const REQUIRED: [&str; 7] = [
    "FunctionRole",
    "ScheduleRole",
    "NotificationRole",
    "DeadLetterQueue",
    "ReportBus",
    "Topic",
    "ChatTopic",
];

/// The stack to check.
pub struct Deployment<'a> {
    /// The name of the stack, if the user names one.
    pub stack_name: Option<&'a str>,
    /// The Region of the stack.
    pub region: &'a str,
    /// The Region that receives the events of AWS Organizations.
    pub event_region: &'a str,
    /// The SHA-256 that the function's code must have.
    pub expected_code: Option<&'a CodeSha256>,
}

/// Checks the stack, and whether it is the only one of the template.
pub async fn check(clients: &AwsClients, deployment: Deployment<'_>) -> Finding {
    let region = deployment.region;
    let (finding, stacks) = tokio::join!(
        Box::pin(check_stack(clients, &deployment)),
        second_stack::stacks(clients.cloudformation(region)),
    );
    let finding = match &stacks {
        Ok(names) if finding.verdict() == Verdict::Skipped => {
            finding.merge(stack_of_another_name(names, region))
        }
        _ => finding,
    };
    finding.merge(second_stack::check(stacks, region))
}

/// Checks the stack, then everything in it at the same time.
async fn check_stack(clients: &AwsClients, deployment: &Deployment<'_>) -> Finding {
    let name = deployment.stack_name.unwrap_or(DEFAULT_STACK_NAME);
    let region = deployment.region;
    let stack = match stack::describe(&clients.cloudformation(region), name, region).await {
        Ok(stack) => stack,
        Err(error) if is_missing_stack(&error) => {
            let is_requested =
                deployment.stack_name.is_some() || deployment.expected_code.is_some();
            return missing_stack(name, region, is_requested);
        }
        Err(error) => return Finding::call_failed(Check::Deployment, error),
    };
    let finding = status::check(&stack, deployment.event_region);
    if !status::is_created(&stack) {
        return finding;
    }
    let (function, last_report, alarms, changes) = tokio::join!(
        function::check(clients.lambda(region), &stack, deployment.expected_code),
        last_report::check(clients.logs(region), &stack, SystemTime::now()),
        alarms::check(clients.cloudwatch(region), &stack),
        check_changes(clients, &stack),
    );
    let finding = finding.merge(function).merge(last_report).merge(alarms);
    finding.merge(changes)
}

/// Compares the resources with the template, unless a deployment is changing them now.
async fn check_changes(clients: &AwsClients, stack: &Stack) -> Finding {
    let finding = Finding::new(Check::Deployment);
    if stack.function().is_none() || !status::is_settled(stack) {
        return finding;
    }
    let region = &stack.region;
    let (invocation, iam, events, schedule, topics) = tokio::join!(
        invocation::check(clients.lambda(region), stack),
        role::check(clients.iam(region), stack),
        rules::check(clients.eventbridge(region), stack),
        schedule::check(clients.scheduler(region), stack),
        subscriptions::check(clients.sns(region), stack),
    );
    let finding = finding.merge(check_required(stack));
    let changes = [invocation, iam, events, schedule].into_iter();
    let mut changes = changes.fold(finding, Finding::merge);
    if changes.verdict() == Verdict::Healthy {
        // The patterns of the rules are not compared.
        let summary =
            "roles, schedule and destinations as in the template, rules enabled with their targets";
        changes = changes.summary(summary);
    }
    changes.merge(topics)
}

/// Checks that the stack has the resources that the others are compared with: somebody may have updated the stack with
/// another template.
fn check_required(stack: &Stack) -> Finding {
    let is_missing = |id: &&str| stack.physical_id(id).is_none();
    let missing: Vec<&str> = REQUIRED.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return Finding::new(Check::Deployment);
    }
    Finding::new(Check::Deployment).problem(
        format!(
            "The stack lacks resources of template.yaml: {}.",
            missing.join(", ")
        ),
        "Deploy the template.yaml of the doctor's version, see docs/operate.md#upgrade.",
    )
}

/// CloudFormation has no code of its own for a missing stack:
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html>
fn is_missing_stack(error: &AwsError) -> bool {
    error.code.as_deref() == Some("ValidationError") && error.message.contains("does not exist")
}

/// A stack that the user names, or whose code the user expects, must exist. Without a name there may be none yet: before
/// the first deployment everything else can be healthy.
fn missing_stack(stack_name: &str, region: &str, is_requested: bool) -> Finding {
    if is_requested {
        return Finding::new(Check::Deployment).problem(
            format!("There is no stack {stack_name} in {region}."),
            "Deploy it, or correct --stack-name and --region.",
        );
    }
    let summary = format!(
        "not looked at: there is no stack {stack_name} in {region}; --stack-name and --region name another one"
    );
    Finding::skipped(Check::Deployment, summary)
}

/// Without the default name, a stack of the template may still exist. It was not checked, and may be unhealthy.
fn stack_of_another_name(names: &[String], region: &str) -> Finding {
    let finding = Finding::new(Check::Deployment);
    names.iter().fold(finding, |finding, name| {
        finding.not_checked(
            format!("{region} has the stack {name} of template.yaml, which was not checked."),
            format!("Run the doctor again with --stack-name {name}."),
        )
    })
}

/// Returns the finding of a call about a resource of the stack. It is missing if AWS does not find it, because the
/// stack lists it.
fn resource_call_failed(resource: &str, error: AwsError) -> Finding {
    if is_not_found(&error) {
        missing_resource(resource)
    } else {
        Finding::call_failed(Check::Deployment, error)
    }
}

fn is_not_found(error: &AwsError) -> bool {
    let code = error.code.as_deref();
    code.is_some_and(|code| NOT_FOUND.contains(&code))
}

fn missing_resource(resource: &str) -> Finding {
    Finding::new(Check::Deployment).problem(
        format!("The stack's {resource} is missing: it was deleted outside CloudFormation."),
        "Restore it, see docs/operate.md#restore-changed-resources.",
    )
}

/// Merges the finding of a call that is made several times. The same failure of two calls is one issue.
fn merge_new(finding: Finding, mut other: Finding) -> Finding {
    other
        .not_checked
        .retain(|issue| !finding.not_checked.contains(issue));
    finding.merge(other)
}

/// Returns the problem that something differs from the template.
fn changed(message: String) -> Finding {
    Finding::new(Check::Deployment).problem(
        message,
        "If you did not change this yourself, see docs/runbook.md#tampering. Restore it, see \
         docs/operate.md#restore-changed-resources.",
    )
}
