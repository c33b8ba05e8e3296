//! The function's stack: its state, its function, the last report and the alarms.

mod alarms;
mod function;
mod last_report;
mod stack;

use std::time::SystemTime;

use crate::aws_clients::AwsClients;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// The stack's name in the documents, which is checked unless the user names another one.
const DEFAULT_STACK_NAME: &str = "controltower-trusted-access";

/// Checks the stack, then its function, last report and alarms at the same time.
pub async fn check(
    clients: &AwsClients,
    requested_stack: Option<&str>,
    region: &str,
    event_region: &str,
) -> Finding {
    let now = SystemTime::now();
    let stack_name = requested_stack.unwrap_or(DEFAULT_STACK_NAME);
    let stack = match stack::describe(&clients.cloudformation(region), stack_name).await {
        Ok(stack) => stack,
        Err(error) if error.message.contains("does not exist") => {
            return missing_stack(stack_name, region, requested_stack.is_some());
        }
        Err(error) => return Finding::call_failed(Check::Deployment, error),
    };
    let finding = stack::check(&stack, stack_name, region, event_region);
    if !stack.is_created() {
        return finding;
    }
    let (function, last_report, alarms) = tokio::join!(
        function::check(clients.lambda(region), stack.function.as_deref()),
        last_report::check(clients.logs(region), &stack, now),
        alarms::check(clients.cloudwatch(region), &stack, stack_name, region),
    );
    finding.merge(function).merge(last_report).merge(alarms)
}

/// A stack that the user names must exist. Without a name there may be none yet: before the first deployment everything
/// else can be healthy.
fn missing_stack(stack_name: &str, region: &str, is_requested: bool) -> Finding {
    let finding = Finding::new(Check::Deployment);
    let missing = format!("There is no stack {stack_name} in {region}");
    if is_requested {
        let hint = "Deploy it, or correct --stack-name and --region.";
        return finding.problem(format!("{missing}."), hint);
    }
    finding.remark(format!(
        "{missing}, so no deployment was checked. If the stack has another name, set --stack-name."
    ))
}

/// Returns the finding of a call about a resource of the stack. It is missing if AWS does not find it, because the
/// stack lists it.
fn resource_call_failed(resource: &str, error: AwsError) -> Finding {
    if error.code.as_deref() == Some("ResourceNotFoundException") {
        missing_resource(resource)
    } else {
        Finding::call_failed(Check::Deployment, error)
    }
}

fn missing_resource(resource: &str) -> Finding {
    Finding::new(Check::Deployment).problem(
        format!("The stack's {resource} is missing: it was deleted outside CloudFormation."),
        "Restore it, see docs/operate.md#restore-changed-resources.",
    )
}
