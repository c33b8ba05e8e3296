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

/// Adds the names in the changes to `names`. Returns the errors, at most one for each operation: after the first one of an
/// operation its other calls are not made.
pub async fn resolve(client: &Client, changes: &[Change], names: &RefCell<Names>) -> Vec<AwsError> {
    let mut errors = Vec::new();
    errors.extend(resolve_ous(client, changes, names).await.err());
    errors.extend(resolve_policies(client, changes, names).await.err());
    errors.extend(resolve_accounts(client, changes, names).await.err());
    errors.extend(resolve_parents(client, changes, names).await.err());
    // After the changes: an account may be in an OU that no change names.
    errors.extend(resolve_ous(client, &[], names).await.err());
    errors
}

async fn resolve_ous(
    client: &Client,
    changes: &[Change],
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    let of_change = |change: &Change| {
        [
            change.ou.clone(),
            change.from_parent.clone(),
            change.to_parent.clone(),
        ]
    };
    let mut ids: BTreeSet<String> = changes.iter().flat_map(of_change).flatten().collect();
    ids.extend(names.borrow().unnamed_parents());
    for id in ids.iter().filter(|id| !is_root(id)).take(MAX_CALLS) {
        let call = client
            .describe_organizational_unit()
            .organizational_unit_id(id);
        let response = unless_deleted(
            "organizations:DescribeOrganizationalUnit",
            call.send().await,
        )?;
        let ou = response.and_then(|response| response.organizational_unit);
        if let Some(name) = ou.and_then(|ou| ou.name) {
            names.borrow_mut().add(id, &sanitize_line(&name));
        }
    }
    Ok(())
}

async fn resolve_policies(
    client: &Client,
    changes: &[Change],
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    let ids: BTreeSet<&String> = changes
        .iter()
        .filter_map(|change| change.policy.as_ref())
        .collect();
    for id in ids.into_iter().take(MAX_CALLS) {
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
            names
                .borrow_mut()
                .add_policy_type(id, &sanitize_line(policy_type.as_str()));
        }
    }
    Ok(())
}

async fn resolve_accounts(
    client: &Client,
    changes: &[Change],
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    let ids: BTreeSet<&String> = changes
        .iter()
        .filter_map(|change| change.account.as_ref())
        .collect();
    for id in ids.into_iter().take(MAX_CALLS) {
        let call = client.describe_account().account_id(id).send().await;
        let response = unless_deleted("organizations:DescribeAccount", call)?;
        let account = response.and_then(|response| response.account);
        if let Some(name) = account.and_then(|account| account.name) {
            names.borrow_mut().add(id, &sanitize_line(&name));
        }
    }
    Ok(())
}

/// Reads the OU of each account that may need an update. A move says only where the account was then.
async fn resolve_parents(
    client: &Client,
    changes: &[Change],
    names: &RefCell<Names>,
) -> Result<(), AwsError> {
    let needs_parent = |change: &&Change| {
        !change.by_control_tower && !matches!(change.kind, Kind::AccountClosed | Kind::AccountLeft)
    };
    let changes = changes.iter().filter(needs_parent);
    let ids: BTreeSet<&String> = changes
        .filter_map(|change| change.account.as_ref())
        .collect();
    for id in ids.into_iter().take(MAX_CALLS) {
        let call = client.list_parents().child_id(id).send().await;
        let response = unless_deleted("organizations:ListParents", call)?;
        let parents = response
            .and_then(|response| response.parents)
            .unwrap_or_default();
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
