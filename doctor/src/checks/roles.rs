//! Whether each account has the role with which Control Tower manages it, and the role trusts this caller.
//!
//! `AssumeRole` is the only call that shows a role in another account. The returned credentials are dropped at once,
//! and the session policy allows them only `sts:GetCallerIdentity`.

mod finding;
mod summary;

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;

use aws_sdk_sts::Client;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

pub use finding::{ProbeEnd, ProbedAccounts, finding};
pub use summary::{RoleCounts, RoleStatus, RoleSummary, UnhealthyAccount};

use super::accounts::Account;
use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};

const SESSION_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}"#;
const SESSION_NAME: &str = "trusted-access-doctor";
/// The shortest session that STS allows.
const SESSION_SECONDS: i32 = 900;
/// After so many failures in a row the cause is not in the accounts, so the probe gives up.
const MAX_CONSECUTIVE_FAILURES: usize = 40;

/// Returns the finding if the user did not ask for this check, whose calls an alarm of the security team may watch for.
pub fn not_looked_at(role_name: &str) -> Finding {
    let summary =
        format!("not looked at; --roles assumes {role_name} in each of these accounts to check it");
    Finding::skipped(Check::Roles, summary)
}

/// Assumes the role in many accounts at a time.
#[derive(Debug, Clone)]
pub struct RoleProbe {
    /// The client, with the retry policy for thousands of calls.
    pub sts: Client,
    /// The partition of the organization.
    pub partition: String,
    /// The name of the role.
    pub role_name: String,
    /// The most accounts at a time.
    pub concurrency: NonZeroUsize,
}

impl RoleProbe {
    /// Returns what the probe is about to do, as a line for the user and the user's security team.
    ///
    /// A successful cross-account call is an event in both accounts, and counts against the quota of the caller's:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html>,
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    pub fn announcement(&self) -> String {
        format!(
            "Assuming {} in each listed account, {} at a time. Each call counts against this account's quota of STS requests. \
             Your security team sees AssumeRole events of this caller, with the session name {SESSION_NAME}, in the CloudTrail of \
             every account.",
            self.role_name, self.concurrency
        )
    }

    /// Checks every account that it receives, and records each result in `summary`. `on_result` is called after each.
    ///
    /// The memory does not grow with the number of healthy accounts, because nothing of them is kept.
    pub async fn run(
        &self,
        mut accounts: Receiver<Account>,
        summary: &RefCell<RoleSummary>,
        on_result: impl Fn(),
    ) {
        let mut running = JoinSet::new();
        let mut has_more = true;
        while has_more || !running.is_empty() {
            let has_capacity = has_more && running.len() < self.concurrency.get();
            tokio::select! {
                Some(result) = running.join_next() => {
                    let (account, status) = result.unwrap_or_else(|error| resume_unwind(error.into_panic()));
                    summary.borrow_mut().record(account, status);
                    on_result();
                    if summary.borrow().consecutive_failures() >= MAX_CONSECUTIVE_FAILURES {
                        summary.borrow_mut().give_up();
                        return;
                    }
                }
                account = accounts.recv(), if has_capacity => match account {
                    Some(account) => drop(running.spawn(self.clone().probe(account))),
                    None => has_more = false,
                },
            }
        }
    }

    async fn probe(self, account: Account) -> (Account, RoleStatus) {
        let arn = format!(
            "arn:{}:iam::{}:role/{}",
            self.partition, account.id, self.role_name
        );
        let request = self.sts.assume_role().role_arn(arn);
        let session = request
            .role_session_name(SESSION_NAME)
            .duration_seconds(SESSION_SECONDS)
            .policy(SESSION_POLICY);
        // `drop` destroys the credentials before any other code can read them.
        let status = match session.send().await.map(drop) {
            Ok(()) => RoleStatus::Present,
            Err(error) => {
                let error = AwsError::new("sts:AssumeRole", &error);
                if error.is_access_denied() {
                    RoleStatus::MissingOrNotTrusted
                } else {
                    RoleStatus::NotChecked(error.message)
                }
            }
        };
        (account, status)
    }
}
