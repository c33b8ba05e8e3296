//! Every ACTIVE account of the organization, for when the enrolled accounts are not known.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account as ListedAccount, AccountState};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::{Account, AccountSink};
use crate::aws_error::AwsError;

/// Sends every ACTIVE account to `sink`, with the OU in its path.
///
/// # Errors
///
/// The error of the page that could not be read.
pub(super) async fn list(organizations: &Client, sink: &AccountSink<'_>) -> Result<(), AwsError> {
    // No page size: AWS would reject one above the maximum of the operation, which may change.
    let mut pages = organizations.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::new("organizations:ListAccounts", &error))?;
        for listed in page.accounts().iter().filter(|one| is_active(one)) {
            let id = sanitize_line(listed.id().unwrap_or_default());
            let ou = ou(listed.paths());
            if !sink.send(Account { id, ou }).await {
                return Ok(());
            }
        }
    }
    sink.mark_complete();
    Ok(())
}

/// Returns whether the `State` is ACTIVE. The retired `Status` counts only if there is no `State`, as in older
/// emulators and partitions that get it later.
fn is_active(account: &ListedAccount) -> bool {
    let status = account.status();
    account.state().map_or(
        status.is_some_and(|status| status.as_str() == "ACTIVE"),
        |state| *state == AccountState::Active,
    )
}

/// Returns the last OU or root of a path such as `o-exampleorgid/r-abcd/ou-abcd-12345678/`.
fn ou(paths: &[String]) -> Option<String> {
    let parts = paths.first()?.rsplit('/');
    let mut ous = parts.filter(|part| part.starts_with("ou-") || part.starts_with("r-"));
    ous.next().map(sanitize_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_organizations::types::AccountStatus;

    #[test]
    fn the_retired_status_counts_only_if_there_is_no_state() {
        let account = ListedAccount::builder;
        let active = AccountStatus::Active;
        let suspended = AccountStatus::Suspended;
        for (account, expected) in [
            (account().state(AccountState::Active), true),
            (
                account().state(AccountState::Active).status(suspended),
                true,
            ),
            (
                account().state(AccountState::Closed).status(active.clone()),
                false,
            ),
            (account().state(AccountState::PendingClosure), false),
            (account().status(active), true),
            (account(), false),
        ] {
            let account = account.build();
            assert_eq!(is_active(&account), expected, "{account:?}");
        }
    }

    #[test]
    fn the_ou_is_the_last_one_in_the_path() {
        let last_ou = |path: &str| ou(&[path.to_owned()]);
        assert_eq!(
            last_ou("o-a/r-abcd/ou-abcd-1/ou-abcd-2/"),
            Some("ou-abcd-2".to_owned())
        );
        assert_eq!(
            last_ou("o-a/r-abcd/ou-abcd-1/444455556666"),
            Some("ou-abcd-1".to_owned())
        );
        assert_eq!(last_ou("o-a/r-abcd/"), Some("r-abcd".to_owned()));
        assert_eq!(ou(&[]), None);
    }
}
