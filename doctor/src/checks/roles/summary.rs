//! The results of all accounts: counts by OU, and the unhealthy accounts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::checks::accounts::Account;

/// The role of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleStatus {
    /// The role exists and trusts the caller.
    Present,
    /// AWS refused, with the same error for a missing role and for one that does not trust the caller.
    MissingOrNotTrusted,
    /// The role could not be checked, for this reason.
    NotChecked(String),
}

/// An account without a usable role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnhealthyAccount {
    /// The account ID.
    pub account: String,
    /// The ID of its OU or root, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organizational_unit: Option<String>,
    /// `missingOrNotTrusted` or `notChecked`.
    pub role: &'static str,
    /// Why the role could not be checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The number of accounts with each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleCounts {
    /// Accounts with [`RoleStatus::Present`].
    pub present: usize,
    /// Accounts with [`RoleStatus::MissingOrNotTrusted`].
    pub missing_or_not_trusted: usize,
    /// Accounts with [`RoleStatus::NotChecked`].
    pub not_checked: usize,
}

/// The results so far.
#[derive(Debug, Default)]
pub struct RoleSummary {
    counts: BTreeMap<Option<String>, RoleCounts>,
    unhealthy: Vec<UnhealthyAccount>,
    consecutive_failures: usize,
    gave_up: bool,
}

/// The key of the accounts whose OU is not known.
const UNKNOWN_OU: &str = "unknown";

impl RoleCounts {
    /// Returns the number of all accounts.
    pub fn total(self) -> usize {
        self.present + self.missing_or_not_trusted + self.not_checked
    }

    fn add(&mut self, other: Self) {
        self.present += other.present;
        self.missing_or_not_trusted += other.missing_or_not_trusted;
        self.not_checked += other.not_checked;
    }
}

impl RoleSummary {
    /// Records the result of an account.
    pub fn record(&mut self, account: Account, status: RoleStatus) {
        let counts = self.counts.entry(account.ou.clone()).or_default();
        let (role, reason) = match status {
            RoleStatus::Present => {
                counts.present += 1;
                self.consecutive_failures = 0;
                return;
            }
            RoleStatus::MissingOrNotTrusted => {
                counts.missing_or_not_trusted += 1;
                self.consecutive_failures = 0;
                ("missingOrNotTrusted", None)
            }
            RoleStatus::NotChecked(reason) => {
                counts.not_checked += 1;
                self.consecutive_failures += 1;
                ("notChecked", Some(reason))
            }
        };
        self.unhealthy.push(UnhealthyAccount {
            account: account.id,
            organizational_unit: account.ou,
            role,
            reason,
        });
    }

    /// Returns how many accounts in a row could not be checked.
    pub fn consecutive_failures(&self) -> usize {
        self.consecutive_failures
    }

    /// Records that the remaining accounts are not checked.
    pub fn give_up(&mut self) {
        self.gave_up = true;
    }

    /// Returns whether accounts were left out after too many failures.
    pub fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Returns the unhealthy accounts, ordered by ID.
    pub fn unhealthy_accounts(&self) -> Vec<UnhealthyAccount> {
        let mut accounts = self.unhealthy.clone();
        accounts.sort_by(|one, other| one.account.cmp(&other.account));
        accounts
    }

    /// Returns the counts of each OU.
    pub fn counts_by_ou(&self) -> BTreeMap<String, RoleCounts> {
        let name = |ou: &Option<String>| ou.clone().unwrap_or_else(|| UNKNOWN_OU.to_owned());
        let counts = self.counts.iter();
        counts.map(|(ou, counts)| (name(ou), *counts)).collect()
    }

    /// Replaces the ARNs of baselines by the IDs of their OUs, see [`Account::ou`].
    pub fn resolve_baselines(&mut self, baseline_ous: &BTreeMap<String, String>) {
        let resolve = |ou: Option<String>| {
            let ou = ou?;
            // The ARN of a baseline that was not listed does not help a reader.
            let is_id = !ou.contains(':');
            baseline_ous.get(&ou).cloned().or(is_id.then_some(ou))
        };
        for account in &mut self.unhealthy {
            account.organizational_unit = resolve(account.organizational_unit.take());
        }
        for (ou, counts) in std::mem::take(&mut self.counts) {
            self.counts.entry(resolve(ou)).or_default().add(counts);
        }
    }

    /// Returns the unhealthy accounts whose OU is not known.
    pub fn accounts_without_ou(&self) -> Vec<String> {
        let accounts = self.unhealthy.iter();
        let without_ou = accounts.filter(|account| account.organizational_unit.is_none());
        without_ou.map(|account| account.account.clone()).collect()
    }

    /// Moves an unhealthy account to its OU.
    pub fn set_ou(&mut self, account: &str, ou: &str) {
        let Some(account) = self.unhealthy.iter_mut().find(|one| one.account == account) else {
            return;
        };
        account.organizational_unit = Some(ou.to_owned());
        let missing = usize::from(account.reason.is_none());
        if let Some(counts) = self.counts.get_mut(&None) {
            counts.missing_or_not_trusted -= missing;
            counts.not_checked -= 1 - missing;
        }
        self.counts.retain(|_, counts| counts.total() > 0);
        let counts = self.counts.entry(Some(ou.to_owned())).or_default();
        counts.missing_or_not_trusted += missing;
        counts.not_checked += 1 - missing;
    }

    /// Returns the counts of all accounts.
    pub fn counts(&self) -> RoleCounts {
        let mut total = RoleCounts::default();
        for counts in self.counts.values() {
            total.add(*counts);
        }
        total
    }

    /// Returns why the last account that could not be checked failed.
    pub fn last_failure(&self) -> Option<&str> {
        let mut accounts = self.unhealthy.iter().rev();
        accounts.find_map(|account| account.reason.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(number: u64, ou: Option<&str>) -> Account {
        Account {
            id: format!("{number:012}"),
            ou: ou.map(str::to_owned),
        }
    }

    #[test]
    fn a_healthy_account_is_counted_and_not_kept() {
        let mut summary = RoleSummary::default();
        for number in 0..1000 {
            summary.record(account(number, Some("ou-1")), RoleStatus::Present);
        }
        assert_eq!(summary.unhealthy_accounts(), []);
        assert_eq!(summary.counts_by_ou()["ou-1"].present, 1000);
    }

    #[test]
    fn baselines_of_one_ou_are_resolved_to_it_and_their_counts_are_added() {
        let mut summary = RoleSummary::default();
        summary.record(account(1, Some("arn:one")), RoleStatus::Present);
        summary.record(account(2, Some("arn:two")), RoleStatus::MissingOrNotTrusted);
        let names = [("arn:one", "ou-1"), ("arn:two", "ou-1")];
        let baseline_ous = names.map(|(baseline, ou)| (baseline.into(), ou.into()));
        summary.resolve_baselines(&baseline_ous.into());
        let ou = summary.counts_by_ou()["ou-1"];
        assert_eq!((ou.present, ou.missing_or_not_trusted), (1, 1));
        assert_eq!(
            summary.unhealthy_accounts()[0]
                .organizational_unit
                .as_deref(),
            Some("ou-1")
        );
    }

    #[test]
    fn set_ou_moves_an_account_and_its_count() {
        let mut summary = RoleSummary::default();
        summary.record(account(1, None), RoleStatus::MissingOrNotTrusted);
        summary.record(
            account(2, None),
            RoleStatus::NotChecked("no response".into()),
        );
        assert_eq!(summary.accounts_without_ou().len(), 2);
        for id in summary.accounts_without_ou() {
            summary.set_ou(&id, "ou-1");
        }
        let counts = summary.counts_by_ou();
        assert_eq!(counts.keys().collect::<Vec<_>>(), ["ou-1"]);
        assert_eq!(counts["ou-1"].missing_or_not_trusted, 1);
        assert_eq!(counts["ou-1"].not_checked, 1);
    }
}
