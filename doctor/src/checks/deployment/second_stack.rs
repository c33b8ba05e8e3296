//! Whether the Region has more than one stack of the template. Their functions can undo each other's changes.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackStatus;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

const ACTION: &str = "cloudformation:ListStacks";
/// The first words of the template's description, which every stack of it has.
const DESCRIPTION: &str =
    "Keeps AWS Organizations trusted access for AWS Control Tower in the desired state.";
/// The most pages. A page has up to 100 stacks.
const MAX_PAGES: usize = 50;
/// The states of a stack that has no resources.
const WITHOUT_RESOURCES: [StackStatus; 3] = [
    StackStatus::DeleteComplete,
    StackStatus::ReviewInProgress,
    StackStatus::RollbackComplete,
];

/// Checks the list of the stacks of the template.
pub(super) fn check(stacks: Result<Vec<String>, AwsError>, region: &str) -> Finding {
    let finding = Finding::new(Check::Deployment);
    match stacks {
        Ok(names) if names.len() > 1 => finding.problem(
            format!(
                "{region} has {} stacks of template.yaml: {}. Their functions can undo each other's changes.",
                names.len(),
                names.join(", ")
            ),
            "Keep one and delete the others, see docs/operate.md#decommission.",
        ),
        Ok(_) => finding,
        Err(error) => {
            let error = error.context("It is unknown if there is a second stack of template.yaml");
            Finding::call_failed(Check::Deployment, error)
        }
    }
}

/// Returns the names of the stacks of the template.
pub(super) async fn stacks(cloudformation: Client) -> Result<Vec<String>, AwsError> {
    let request = cloudformation.list_stacks();
    let mut pages = request.into_paginator().send();
    let mut names = Vec::new();
    for _ in 0..MAX_PAGES {
        let Some(page) = pages.next().await else {
            return Ok(names);
        };
        let page = page.map_err(|error| AwsError::new(ACTION, &error))?;
        let stacks = page.stack_summaries().iter().filter(|stack| {
            let description = stack.template_description().unwrap_or_default();
            let exists = |status| !WITHOUT_RESOURCES.contains(status);
            description.starts_with(DESCRIPTION) && stack.stack_status().is_none_or(exists)
        });
        names.extend(stacks.filter_map(|stack| stack.stack_name().map(sanitize_line)));
    }
    let problem = format!("the list did not end after {MAX_PAGES} pages");
    Err(AwsError::invalid_response(ACTION, &problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_templates_have_the_description_by_which_a_stack_is_found() {
        for template in [
            include_str!("../../../../template.yaml"),
            include_str!("../../../../plain.yaml"),
        ] {
            let text: Vec<&str> = template.split_whitespace().collect();
            assert!(
                text.join(" ")
                    .contains(&format!("Description: >- {DESCRIPTION}"))
            );
        }
    }
}
