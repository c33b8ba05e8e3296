//! The member accounts that are registered as delegated administrators for AWS Control Tower.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_integrate_delegated_admin.html>

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::DelegatedAdministrator;
use controltower_trusted_access::core::model::CONTROL_TOWER;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::action::{Action, shell_word};
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

const ACTION: &str = "organizations:ListDelegatedAdministrators";

/// Checks that there are none.
pub async fn check(organizations: &Client) -> Finding {
    let request = organizations.list_delegated_administrators();
    let mut pages = request
        .service_principal(CONTROL_TOWER)
        .into_paginator()
        .send();
    let mut finding = Finding::new(Check::Organization);
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => {
                let administrators = page.delegated_administrators().iter();
                finding = administrators.fold(finding, add_problem);
            }
            Err(error) => return finding.merge(call_failed(AwsError::new(ACTION, &error))),
        }
    }
    finding
}

/// An invalid input is the service principal, because that is the only input: a service that Organizations does not accept
/// here has no delegated administrators.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListDelegatedAdministrators.html>
fn call_failed(error: AwsError) -> Finding {
    if error.code.as_deref() == Some("InvalidInputException") {
        return Finding::new(Check::Organization).remark(
            "AWS Organizations does not accept AWS Control Tower as a service with delegated administrators, so there are none.",
        );
    }
    let error = error.context("The delegated administrators for AWS Control Tower are unknown");
    Finding::call_failed(Check::Organization, error)
}

fn add_problem(finding: Finding, administrator: &DelegatedAdministrator) -> Finding {
    let id = sanitize_line(administrator.id().unwrap_or("without an ID"));
    let name = administrator.name().map(sanitize_line);
    let name = name.map_or_else(String::new, |name| format!(" ({name})"));
    let command = shell_word(&id).map(|id| {
        format!(
            "aws organizations deregister-delegated-administrator --account-id {id} --service-principal {CONTROL_TOWER}"
        )
    });
    finding.problem(
        format!(
            "Account {id}{name} is a delegated administrator for AWS Control Tower: it may read the whole organization, and \
             has the permissions that AWS Control Tower gives a delegated administrator."
        ),
        Action::new(
            "Find out who registered it with RegisterDelegatedAdministrator in CloudTrail. If nobody needs it, deregister it. \
             As long as it is registered, AWS may refuse to disable trusted access.",
            command,
        ),
    )
}
