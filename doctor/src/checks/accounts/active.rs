//! Every ACTIVE account of the organization, where nobody says which ones are enrolled.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{Account as Listed, AccountState};
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::{Account, Desk};
use crate::refusal::Refusal;

/// Hands in every account, with the OU that its path names.
pub(super) async fn list(organizations: &Client, desk: &Desk<'_>) -> Result<(), Refusal> {
    // Without a page size: one above what the operation allows would be refused.
    let mut pages = organizations.list_accounts().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| Refusal::of("organizations:ListAccounts", &error))?;
        for listed in page.accounts().iter().filter(|one| is_active(one)) {
            let id = sanitize_line(listed.id().unwrap_or_default());
            let unit = unit(listed.paths());
            if !desk.hand_on(Account { id, unit }).await {
                return Ok(());
            }
        }
    }
    desk.ended();
    Ok(())
}

/// By `State`. `Status`, which AWS retires, counts only where an answer has no `State`, as those of
/// older emulators and partitions that are late: they would otherwise have no account at all.
fn is_active(account: &Listed) -> bool {
    let status = account.status();
    account.state().map_or(
        status.is_some_and(|status| status.as_str() == "ACTIVE"),
        |state| *state == AccountState::Active,
    )
}

/// The OU or root at the end of a path such as `o-exampleorgid/r-abcd/ou-abcd-12345678/`.
fn unit(paths: &[String]) -> Option<String> {
    let parts = paths.first()?.rsplit('/');
    let mut units = parts.filter(|part| part.starts_with("ou-") || part.starts_with("r-"));
    units.next().map(sanitize_line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_organizations::types::AccountStatus;

    #[test]
    fn the_state_decides_and_the_retired_status_only_where_there_is_no_state() {
        let account = Listed::builder;
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
    fn the_ou_is_the_last_one_of_the_path() {
        let of = |path: &str| unit(&[path.to_owned()]);
        assert_eq!(
            of("o-a/r-abcd/ou-abcd-1/ou-abcd-2/"),
            Some("ou-abcd-2".to_owned())
        );
        assert_eq!(
            of("o-a/r-abcd/ou-abcd-1/444455556666"),
            Some("ou-abcd-1".to_owned())
        );
        assert_eq!(of("o-a/r-abcd/"), Some("r-abcd".to_owned()));
        assert_eq!(unit(&[]), None);
    }
}
