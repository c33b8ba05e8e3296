//! The credentials, and the account, partition and ARN that they belong to.

use aws_sdk_sts::Client;
use controltower_trusted_access::core::sanitize::sanitize_line;

use crate::aws_error::AwsError;
use crate::finding::{Check, Finding};
use crate::partition::partition_of_arn;

const ACTION: &str = "sts:GetCallerIdentity";

/// The caller of the AWS calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account ID.
    pub account: String,
    /// The partition in the caller's ARN.
    pub partition: String,
}

/// The result of the check: the finding, and whether the other checks can be made.
pub struct Credentials {
    /// The caller, if STS names it.
    pub caller: Option<Caller>,
    /// Whether there are any credentials. Without them each other call would fail in the same way.
    pub exist: bool,
    /// The finding.
    pub finding: Finding,
}

/// Checks the credentials.
pub async fn check(sts: Client) -> Credentials {
    let response = match sts.get_caller_identity().send().await {
        Ok(response) => response,
        Err(error) => return unknown(AwsError::new(ACTION, &error)),
    };
    let arn = sanitize_line(response.arn().unwrap_or_default());
    let account = sanitize_line(response.account().unwrap_or_default());
    let Some(partition) = partition_of_arn(&arn).filter(|_| !account.is_empty()) else {
        let error = AwsError::invalid_response(ACTION, "the response has no account or no ARN");
        return unknown(error);
    };
    let partition = partition.to_owned();
    let finding = Finding::new(Check::Credentials)
        .summary(format!("{arn} in account {account}, partition {partition}"))
        .fact("account", &account)
        .fact("arn", &arn)
        .fact("partition", &partition);
    Credentials {
        caller: Some(Caller { account, partition }),
        exist: true,
        finding,
    }
}

fn unknown(error: AwsError) -> Credentials {
    let exist = !error.is_without_credentials();
    let finding = if exist {
        Finding::call_failed(Check::Credentials, error.context("The caller is unknown"))
    } else {
        let reason = error.message.trim_start_matches(ACTION);
        let message = format!("There are{}.", reason.trim_start_matches(':'));
        Finding::new(Check::Credentials).not_checked(message, error.hint)
    };
    Credentials {
        caller: None,
        exist,
        finding,
    }
}
