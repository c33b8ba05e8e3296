//! The organization, and whether the caller is in its management account.

mod delegated_administrators;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Organization, OrganizationFeatureSet};
use controltower_trusted_access::core::sanitize::sanitize_line;

pub use delegated_administrators::check as check_delegated_administrators;

use super::credentials::Caller;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

const ACTION: &str = "organizations:DescribeOrganization";

/// Checks the organization. Returns the ID of its management account, if it is known.
pub async fn check(organizations: &Client, caller: Option<&Caller>) -> (Option<String>, Finding) {
    let response = match organizations.describe_organization().send().await {
        Ok(response) => response,
        Err(error) => return (None, call_failed(AwsError::new(ACTION, &error))),
    };
    if let Some(organization) = response.organization() {
        describe(organization, caller)
    } else {
        let error = AwsError::invalid_response(ACTION, "the response has no organization");
        (None, call_failed(error))
    }
}

fn call_failed(error: AwsError) -> Finding {
    if error.code.as_deref() == Some("AWSOrganizationsNotInUseException") {
        return Finding::new(Check::Organization).problem(
            "This account is not in an organization.",
            "Use credentials of the organization's management account (--profile).",
        );
    }
    Finding::call_failed(Check::Organization, error)
}

fn describe(organization: &Organization, caller: Option<&Caller>) -> (Option<String>, Finding) {
    let id = sanitize_line(organization.id().unwrap_or("without an ID"));
    let management_account = organization.master_account_id().map(sanitize_line);
    let features = organization
        .feature_set()
        .map_or("unknown", OrganizationFeatureSet::as_str);
    let features = sanitize_line(features);
    let named = management_account.as_deref().unwrap_or("unknown");
    let mut finding = Finding::new(Check::Organization)
        .summary(format!(
            "{id}, features {features}, management account {named}"
        ))
        .fact("id", &id)
        .fact("featureSet", &features)
        .fact("managementAccount", named);
    if organization.feature_set() != Some(&OrganizationFeatureSet::All) {
        finding = finding.problem(
            "The organization does not have all features enabled. Trusted access needs all features.",
            "Enable all features in AWS Organizations. Every member account has to accept.",
        );
    }
    let finding = finding.merge(check_caller(caller, management_account.as_deref()));
    (management_account, finding)
}

fn check_caller(caller: Option<&Caller>, management_account: Option<&str>) -> Finding {
    let finding = Finding::new(Check::Organization);
    match (caller, management_account) {
        (Some(caller), Some(management)) if caller.account != management => finding.problem(
            format!(
                "Account {} is a member account. Trusted access can be changed only from the management account, \
                 {management}.",
                caller.account
            ),
            "Deploy the function to the management account, and run the doctor with credentials of that account.",
        ),
        (Some(_), Some(_)) => finding,
        _ => finding.not_checked(
            "It is unknown if the caller is in the management account.",
            "See the check above, then run the doctor again.",
        ),
    }
}

/// Returns the OU or root that contains an account, or `None` if the call fails.
pub async fn parent_ou(organizations: &Client, account: &str) -> Option<String> {
    let response = organizations.list_parents().child_id(account).send().await;
    let parents = response.ok()?.parents.unwrap_or_default();
    parents.first()?.id().map(sanitize_line)
}
