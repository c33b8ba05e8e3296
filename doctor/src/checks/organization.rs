//! The organization, and whether the caller is in its management account.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Organization, OrganizationFeatureSet};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::identity::Caller;
use crate::finding::{Check, Finding};
use crate::refusal::Refusal;

const ACTION: &str = "organizations:DescribeOrganization";

/// Asks Organizations. Also gives the management account's number, where it is known.
pub async fn look(organizations: Client, caller: Option<&Caller>) -> (Option<String>, Finding) {
    let answer = match organizations.describe_organization().send().await {
        Ok(answer) => answer,
        Err(error) => return (None, failed(&Refusal::of(ACTION, &error))),
    };
    if let Some(organization) = answer.organization() {
        described(organization, caller)
    } else {
        let what = "an answer without an organization";
        (None, failed(&Refusal::not_understood(ACTION, what)))
    }
}

fn failed(refusal: &Refusal) -> Finding {
    if refusal.code.as_deref() == Some("AWSOrganizationsNotInUseException") {
        return Finding::new(Check::Organization, "").problem(
            "This account is in no organization.",
            "Use credentials of the organization's management account (--profile).",
        );
    }
    Finding::unknown(
        Check::Organization,
        format!("{}.", refusal.said),
        &refusal.remedy,
    )
}

fn described(organization: &Organization, caller: Option<&Caller>) -> (Option<String>, Finding) {
    let id = sanitize_line(organization.id().unwrap_or("without an id"));
    let management = organization.master_account_id().map(sanitize_line);
    let all_features = organization.feature_set() == Some(&OrganizationFeatureSet::All);
    let features = organization
        .feature_set()
        .map_or("unknown", |set| set.as_str());
    let named = management.as_deref().unwrap_or("unknown");
    let mut finding = Finding::new(
        Check::Organization,
        format!(
            "{id}, features {}, management account {named}",
            sanitize_line(features)
        ),
    )
    .fact("id", &id)
    .fact("featureSet", sanitize_line(features))
    .fact("managementAccount", named);
    if !all_features {
        finding = finding.problem(
            "The organization has not all features, without which there is no trusted access.",
            "Enable all features in AWS Organizations: every member account has to agree.",
        );
    }
    finding = match (caller, &management) {
        (Some(caller), Some(management)) if caller.account != *management => finding.problem(
            format!("Account {} is a member account. Trusted access can only be changed from the \
                     management account, {management}.", caller.account),
            "Deploy the function to the management account, and run the doctor with its credentials.",
        ),
        (Some(_), Some(_)) => finding,
        _ => finding.not_checked(
            "It is not known whether the caller is in the management account.",
            "See the check above, then run the doctor again.",
        ),
    };
    (management, finding)
}

/// The OU or root that an account stands in; nothing where Organizations does not tell.
pub async fn parent(organizations: &Client, account: &str) -> Option<String> {
    let answer = organizations.list_parents().child_id(account).send().await;
    let parents = answer.ok()?.parents.unwrap_or_default();
    parents.first()?.id().map(sanitize_line)
}
