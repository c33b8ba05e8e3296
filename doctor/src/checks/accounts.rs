//! The accounts that need the role: those that Control Tower has enrolled, or else every ACTIVE account.
//!
//! The list is read page by page, as fast as the receiver takes the accounts.

mod active;
mod enrolled;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use tokio::sync::mpsc::Sender;

use super::count_of;
use crate::aws_clients::AwsClients;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

/// An account in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account ID.
    pub id: String,
    /// The ID of its OU or root, or the ARN of its OU's enabled baseline, which [`AccountList::baseline_ous`] resolves.
    /// `None` if the list has neither.
    pub ou: Option<String>,
}

/// The accounts to list, and the Regions to call.
#[derive(Debug, Clone)]
pub struct AccountScope {
    /// The home Region of the landing zone, if there is one.
    pub landing_zone_region: Option<String>,
    /// The Region in which to call Organizations.
    pub organizations_region: String,
    /// The management account, which does not have the role.
    pub management_account: Option<String>,
    /// List only these accounts, unless it is empty.
    pub only: BTreeSet<String>,
}

/// The result of the list so far.
#[derive(Debug, Default)]
pub struct AccountList {
    /// The number of accounts that were sent.
    pub count: usize,
    /// The OU of each enabled baseline, by the baseline's ARN.
    pub baseline_ous: BTreeMap<String, String>,
    /// Whether every account was listed.
    pub is_complete: bool,
    /// Whether these are the enrolled accounts, and not all ACTIVE ones.
    is_enrolled: bool,
    /// Whether the management account is known, and so left out.
    excludes_management_account: bool,
    /// The IDs of all accounts so far, as numbers to save memory. An account may have several baselines.
    seen: HashSet<u64>,
    errors: Vec<AwsError>,
}

/// Sends every account in scope to `sender`, and records the result in `list`.
pub async fn list(
    clients: &AwsClients,
    scope: &AccountScope,
    sender: Sender<Account>,
    list: &RefCell<AccountList>,
) {
    list.borrow_mut().excludes_management_account = scope.management_account.is_some();
    let sink = AccountSink {
        scope,
        sender,
        list,
    };
    if let Some(region) = &scope.landing_zone_region {
        list.borrow_mut().is_enrolled = true;
        let Err(error) = enrolled::list(&clients.control_tower(region), &sink).await else {
            return;
        };
        sink.record_error(error);
        // The role check has used these accounts: the other list would send them again.
        if list.borrow().count > 0 {
            return;
        }
        list.borrow_mut().is_enrolled = false;
    }
    let organizations = clients.organizations(&scope.organizations_region);
    if let Err(error) = active::list(&organizations, &sink).await {
        sink.record_error(error);
    }
}

/// Receives the accounts of a source, and sends each new one that is in scope.
struct AccountSink<'a> {
    scope: &'a AccountScope,
    sender: Sender<Account>,
    list: &'a RefCell<AccountList>,
}

impl AccountSink<'_> {
    /// Sends an account, unless it is out of scope or was sent before. Returns `false` if the receiver is closed.
    async fn send(&self, account: Account) -> bool {
        if !self.is_wanted(&account.id) {
            return true;
        }
        self.list.borrow_mut().count += 1;
        self.sender.send(account).await.is_ok()
    }

    fn is_wanted(&self, id: &str) -> bool {
        let is_new = id
            .parse()
            .is_ok_and(|number| self.list.borrow_mut().seen.insert(number));
        let only = &self.scope.only;
        is_new
            && self.scope.management_account.as_deref() != Some(id)
            && (only.is_empty() || only.contains(id))
    }

    fn record_ou(&self, baseline: &str, ou: String) {
        let mut list = self.list.borrow_mut();
        list.baseline_ous.insert(baseline.to_owned(), ou);
    }

    fn mark_complete(&self) {
        self.list.borrow_mut().is_complete = true;
    }

    fn record_error(&self, error: AwsError) {
        self.list.borrow_mut().errors.push(error);
    }
}

impl AccountList {
    /// Returns the finding of a list that ended, complete or not.
    pub fn finding(&self, scope: &AccountScope) -> Finding {
        let (kind, source) = if self.is_enrolled {
            ("enrolled", "ListEnabledBaselines")
        } else {
            ("ACTIVE", "ListAccounts")
        };
        let management_account = if self.excludes_management_account {
            "without the management account, which does not have the role"
        } else {
            "the management account is unknown and may be one of them; it does not have the role"
        };
        let accounts = count_of(self.count, &format!("{kind} account"));
        let mut finding = Finding::new(Check::Accounts)
            .summary(format!("{accounts} ({source}), {management_account}"))
            .fact("count", self.count.to_string())
            .fact("source", source);
        if self.is_complete && self.count == 0 {
            finding = finding.not_checked(
                "The list has no account.",
                "Check that the landing zone is the right one (--landing-zone-region), and that --accounts names member \
                 accounts.",
            );
        }
        if !self.is_enrolled {
            finding = finding.remark(
                "No landing zone is known, so every ACTIVE account is listed. An account that Control Tower has not \
                 enrolled does not need the role.",
            );
        }
        for error in &self.errors {
            finding = finding.merge(Finding::call_failed(Check::Accounts, error.clone()));
        }
        finding.merge(self.missing_accounts(scope, kind))
    }

    /// Returns a problem for each requested account that a complete list does not have.
    fn missing_accounts(&self, scope: &AccountScope, kind: &str) -> Finding {
        let finding = Finding::new(Check::Accounts);
        if !self.is_complete {
            return finding;
        }
        let missing = scope.only.iter().filter(|id| !self.has_seen(id));
        missing.fold(finding, |finding, id| {
            finding.problem(
                format!("Account {id} is not in the list of {kind} accounts."),
                "Enroll it in AWS Control Tower, or correct --accounts.",
            )
        })
    }

    /// Returns whether every listed account needs the role.
    pub fn all_need_role(&self) -> bool {
        self.is_enrolled && self.excludes_management_account
    }

    /// Returns the finding of a list that was interrupted, or `None` if it has no account yet.
    pub fn partial_finding(&self) -> Option<Finding> {
        let finding = Finding::new(Check::Accounts)
            .summary(format!("{} so far", count_of(self.count, "account")))
            .fact("count", self.count.to_string())
            .not_checked(
                "The doctor was interrupted before it had listed all accounts.",
                "Run the doctor again.",
            );
        (self.count > 0).then_some(finding)
    }

    fn has_seen(&self, id: &str) -> bool {
        id.parse().is_ok_and(|number| self.seen.contains(&number))
    }
}
