//! The stack's Region and status.

use super::stack::Stack;
use crate::finding::{Check, Finding};

/// The statuses after a failed first deployment. The stack then can only be deleted.
const CREATION_FAILED: [&str; 3] = [
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
];
/// The statuses during the first deployment.
const BEING_CREATED: [&str; 2] = ["REVIEW_IN_PROGRESS", "CREATE_IN_PROGRESS"];

/// Returns whether the first deployment has succeeded. Before that, a missing resource is not a problem.
pub(super) fn is_created(stack: &Stack) -> bool {
    let status = stack.status.as_str();
    !CREATION_FAILED.contains(&status) && !BEING_CREATED.contains(&status)
}

/// Returns whether no deployment is in progress, so that the resources can be compared with the stack.
pub(super) fn is_settled(stack: &Stack) -> bool {
    is_created(stack) && !stack.status.ends_with("IN_PROGRESS")
}

/// Checks the Region and the status of the stack.
pub(super) fn check(stack: &Stack, event_region: &str) -> Finding {
    let (name, region) = (&stack.name, &stack.region);
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
