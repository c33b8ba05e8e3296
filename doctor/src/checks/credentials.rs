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

/// Checks the credentials. Returns the caller, if STS names it.
pub async fn check(sts: Client) -> (Option<Caller>, Finding) {
    let response = match sts.get_caller_identity().send().await {
        Ok(response) => response,
        Err(error) => return (None, unknown(AwsError::new(ACTION, &error))),
    };
    let arn = sanitize_line(response.arn().unwrap_or_default());
    let account = sanitize_line(response.account().unwrap_or_default());
    let Some(partition) = partition_of_arn(&arn).filter(|_| !account.is_empty()) else {
        let error = AwsError::invalid_response(ACTION, "the response has no account or no ARN");
        return (None, unknown(error));
    };
    let partition = partition.to_owned();
    let finding = Finding::new(Check::Credentials)
        .summary(format!("{arn} in account {account}, partition {partition}"))
        .fact("account", &account)
        .fact("arn", &arn)
        .fact("partition", &partition);
    (Some(Caller { account, partition }), finding)
}

fn unknown(error: AwsError) -> Finding {
    Finding::call_failed(Check::Credentials, error.context("The caller is unknown"))
}
