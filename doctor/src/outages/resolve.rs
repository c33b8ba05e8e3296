//! Reads names, policy types and the OUs of accounts from Organizations.

use std::cell::RefCell;
use std::collections::BTreeSet;

use aws_sdk_organizations::Client;
use aws_sdk_organizations::error::{ProvideErrorMetadata, SdkError};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::changes::{Change, Kind};
use super::ids::is_root;
use super::names::Names;
use crate::aws_error::AwsError;

/// The most calls of one operation. What is left keeps its ID: thousands of names would take minutes, and would use up the
/// quota that Control Tower shares.
const MAX_CALLS: usize = 200;

/// The errors for something that is deleted, or an account that left.
const NOT_FOUND: [&str; 4] = [
    "AccountNotFoundException",
    "OrganizationalUnitNotFoundException",
    "PolicyNotFoundException",
    "ChildNotFoundException",
];

/// The IDs to look up.
#[derive(Debug, Default)]
pub struct Subjects {
    ous: BTreeSet<String>,
    policies: BTreeSet<String>,
    accounts: BTreeSet<String>,
    /// The accounts that may need an update, which depends on their OU now. A move says only where the account was then.
    placed_accounts: BTreeSet<String>,
}

impl Subjects {
    /// Adds the IDs of a change.
    pub fn add(&mut self, change: &Change) {
        let ous = [&change.ou, &change.from_parent, &change.to_parent];
        let ous = ous.into_iter().flatten().filter(|id| !is_root(id));
        self.ous.extend(ous.cloned());
        self.policies.extend(change.policy.clone());
        self.accounts.extend(change.account.clone());
        let is_gone = matches!(change.kind, Kind::AccountClosed | Kind::AccountLeft);
        if !is_gone && !change.by_control_tower {
            self.placed_accounts.extend(change.account.clone());
        }
    }
}

/// Adds the names of the subjects to `names`. Returns the errors, at most one for each operation: after the first one of an
/// operation its other calls are not made.
pub async fn resolve(
    client: &Client,
    subjects: &Subjects,
    names: &RefCell<Names>,
) -> Vec<AwsError> {
    let ous = resolve_ous(client, &subjects.ous, names).await;
    let has_failed = ous.is_err();
    let mut errors = Vec::from_iter(ous.err());
    errors.extend(resolve_policies(client, subjects, names).await.err());
    errors.extend(resolve_accounts(client, subjects, names).await.err());
    errors.extend(resolve_parents(client, subjects, names).await.err());
    // An account may be in an OU that no change names.
    let parents = names.borrow().unnamed_parents();
    let parents = parents.into_iter().filter(|id| !is_root(id));
    let new = parents.filter(|id| !subjects.ous.contains(id)).collect();
    if !has_failed {
        errors.extend(resolve_ous(client, &new, names).await.err());
    }
    errors
}

async fn resolve_ous(
    client: &Client,
    ids: &BTreeSet<String>,
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    for id in ids.iter().take(MAX_CALLS) {
        let call = client
            .describe_organizational_unit()
            .organizational_unit_id(id)
            .send()
            .await;
        let response = unless_deleted("organizations:DescribeOrganizationalUnit", call)?;
        let ou = response.and_then(|response| response.organizational_unit);
        if let Some(name) = ou.and_then(|ou| ou.name) {
            names.borrow_mut().add(id, &sanitize_line(&name));
        }
    }
    Ok(())
}

async fn resolve_policies(
    client: &Client,
    subjects: &Subjects,
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    for id in subjects.policies.iter().take(MAX_CALLS) {
        let call = client.describe_policy().policy_id(id).send().await;
        let response = unless_deleted("organizations:DescribePolicy", call)?;
        let policy = response.and_then(|response| response.policy);
        let Some(summary) = policy.and_then(|policy| policy.policy_summary) else {
            continue;
        };
        if let Some(name) = &summary.name {
            names.borrow_mut().add(id, &sanitize_line(name));
        }
        if let Some(policy_type) = &summary.r#type {
            let policy_type = sanitize_line(policy_type.as_str());
            names.borrow_mut().add_policy_type(id, &policy_type);
        }
    }
    Ok(())
}

async fn resolve_accounts(
    client: &Client,
    subjects: &Subjects,
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    for id in subjects.accounts.iter().take(MAX_CALLS) {
        let call = client.describe_account().account_id(id).send().await;
        let response = unless_deleted("organizations:DescribeAccount", call)?;
        let account = response.and_then(|response| response.account);
        if let Some(name) = account.and_then(|account| account.name) {
            names.borrow_mut().add(id, &sanitize_line(&name));
        }
    }
    Ok(())
}

async fn resolve_parents(
    client: &Client,
    subjects: &Subjects,
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    for id in subjects.placed_accounts.iter().take(MAX_CALLS) {
        let call = client.list_parents().child_id(id).send().await;
        let response = unless_deleted("organizations:ListParents", call)?;
        let parents = response.and_then(|response| response.parents);
        let parents = parents.unwrap_or_default();
        if let Some(parent) = parents.first().and_then(|parent| parent.id()) {
            names.borrow_mut().add_parent(id, parent);
        }
    }
    Ok(())
}

/// Returns the response, or `None` if the subject no longer exists.
fn unless_deleted<T, E, R>(
    operation: &str,
    result: Result<T, SdkError<E, R>>,
) -> Result<Option<T>, AwsError>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug + 'static,
{
    match result {
        Ok(response) => Ok(Some(response)),
        Err(error) if error.code().is_some_and(|code| NOT_FOUND.contains(&code)) => Ok(None),
        Err(error) => Err(AwsError::new(operation, &error)),
    }
}
