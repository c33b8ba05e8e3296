//! Whether each account has the role by which Control Tower manages it, and lets this caller take it.
//!
//! The only way to see a role in another account is to take it. What comes back is dropped at once, and
//! the session policy would let it do no more than ask who it is.

mod tally;
mod telling;

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;

use aws_sdk_sts::Client;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

pub use tally::{Answer, Tally, Trouble, UnitCount};
pub use telling::{End, finding};

use super::accounts::Account;
use crate::progress::Progress;
use crate::refusal::Refusal;

/// The most that a session of the doctor's may do in an account.
const SESSION_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}]}"#;
const SESSION_NAME: &str = "trusted-access-doctor";
/// The shortest session that STS gives.
const SESSION_SECONDS: i32 = 900;
/// So many accounts in a row that could not be asked: it is not the accounts.
const HOPELESS: usize = 40;

/// How the accounts are asked.
#[derive(Debug, Clone)]
pub struct Round {
    /// For thousands of questions.
    pub sts: Client,
    /// Of the caller, and so of every account of the organization.
    pub partition: String,
    /// The role to ask for.
    pub role: String,
    /// How many accounts at the same time.
    pub concurrency: NonZeroUsize,
}

impl Round {
    /// Asks every account that comes, and notes each answer in `tally` as it comes.
    ///
    /// Nothing is kept of an account that answered well, so the memory does not grow with them.
    /// `known` is how many are listed by now.
    pub async fn ask(
        &self,
        mut accounts: Receiver<Account>,
        tally: &RefCell<Tally>,
        progress: &Progress,
        known: impl Fn() -> usize,
    ) {
        let mut asking = JoinSet::new();
        let mut more_come = true;
        while more_come || !asking.is_empty() {
            let has_place = more_come && asking.len() < self.concurrency.get();
            tokio::select! {
                Some(asked) = asking.join_next() => {
                    let (account, answer) = asked.unwrap_or_else(|error| resume_unwind(error.into_panic()));
                    tally.borrow_mut().note(account, answer);
                    progress.one_more(known());
                    if tally.borrow().in_a_row() >= HOPELESS {
                        tally.borrow_mut().give_up();
                        return;
                    }
                }
                account = accounts.recv(), if has_place => match account {
                    Some(account) => drop(asking.spawn(self.clone().one(account))),
                    None => more_come = false,
                },
            }
        }
    }

    async fn one(self, account: Account) -> (Account, Answer) {
        let arn = format!(
            "arn:{}:iam::{}:role/{}",
            self.partition, account.id, self.role
        );
        let request = self.sts.assume_role().role_arn(arn);
        let session = request
            .role_session_name(SESSION_NAME)
            .duration_seconds(SESSION_SECONDS)
            .policy(SESSION_POLICY);
        // `drop` takes the credentials before anything else sees them.
        let answer = match session.send().await.map(drop) {
            Ok(()) => Answer::Present,
            Err(error) => {
                let refusal = Refusal::of("sts:AssumeRole", &error);
                if refusal.is_denied() {
                    Answer::Refused
                } else {
                    Answer::NotChecked(refusal.said)
                }
            }
        };
        (account, answer)
    }
}
