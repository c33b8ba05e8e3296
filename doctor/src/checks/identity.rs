//! Whose credentials these are.

use aws_sdk_sts::Client;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::finding::{Check, Finding};
use crate::partition::of_arn;
use crate::refusal::Refusal;

const ACTION: &str = "sts:GetCallerIdentity";

/// The caller, as STS names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account's number.
    pub account: String,
    /// The partition of the ARN.
    pub partition: String,
}

/// Asks STS.
pub async fn look(sts: Client) -> (Option<Caller>, Finding) {
    let answer = match sts.get_caller_identity().send().await {
        Ok(answer) => answer,
        Err(error) => {
            let refusal = Refusal::of(ACTION, &error);
            return (None, unknown(&refusal));
        }
    };
    let arn = sanitize_line(answer.arn().unwrap_or_default());
    let account = sanitize_line(answer.account().unwrap_or_default());
    let Some(partition) = of_arn(&arn).filter(|_| !account.is_empty()) else {
        let refusal = Refusal::not_understood(ACTION, "an answer without an account and an ARN");
        return (None, unknown(&refusal));
    };
    let partition = partition.to_owned();
    let summary = format!("{arn} in account {account}, partition {partition}");
    let finding = Finding::new(Check::Identity, summary)
        .fact("account", &account)
        .fact("arn", &arn)
        .fact("partition", &partition);
    (Some(Caller { account, partition }), finding)
}

fn unknown(refusal: &Refusal) -> Finding {
    Finding::unknown(
        Check::Identity,
        format!(
            "It is not known whose credentials these are. {}",
            refusal.said
        ),
        &refusal.remedy,
    )
}
