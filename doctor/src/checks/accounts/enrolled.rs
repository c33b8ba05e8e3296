//! The accounts that Control Tower has enrolled: those with an enabled baseline.
//!
//! The same list has the OUs, so the OU of an account takes no call of its own.
//! <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListEnabledBaselines.html>

use aws_sdk_controltower::Client;
use aws_sdk_controltower::types::EnabledBaselineSummary;
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::{Account, AccountSink};
use crate::aws_error::AwsError;

/// The largest page that AWS allows.
const PAGE_SIZE: i32 = 100;

/// Sends every enrolled account to `sink`.
///
/// # Errors
///
/// The error of the page that could not be read.
pub(super) async fn list(control_tower: &Client, sink: &AccountSink<'_>) -> Result<(), AwsError> {
    let request = control_tower.list_enabled_baselines();
    let mut pages = request
        .include_children(true)
        .max_results(PAGE_SIZE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|error| AwsError::new("controltower:ListEnabledBaselines", &error))?;
        for baseline in page.enabled_baselines() {
            if !send(baseline, sink).await {
                return Ok(());
            }
        }
    }
    sink.mark_complete();
    Ok(())
}

async fn send(baseline: &EnabledBaselineSummary, sink: &AccountSink<'_>) -> bool {
    match Target::from_arn(baseline.target_identifier()) {
        Some(Target::Ou(ou)) => {
            sink.record_ou(baseline.arn(), ou);
            true
        }
        Some(Target::Account(id)) => {
            let ou = baseline.parent_identifier().map(sanitize_line);
            sink.send(Account { id, ou }).await
        }
        None => true,
    }
}

/// The target of a baseline.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Ou(String),
    Account(String),
}

impl Target {
    /// Reads an ARN such as `arn:aws:organizations::111122223333:account/o-exampleorgid/444455556666`.
    fn from_arn(arn: &str) -> Option<Self> {
        let resource = arn.split(':').nth(5)?;
        let (kind, path) = resource.split_once('/')?;
        let id = sanitize_line(path.rsplit('/').next()?);
        match kind {
            "account" if id.len() == 12 => Some(Self::Account(id)),
            "ou" | "root" => Some(Self::Ou(id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_arn_is_an_ou_an_account_or_ignored() {
        let arn = |resource: &str| format!("arn:aws:organizations::111122223333:{resource}");
        for (resource, target) in [
            (
                "account/o-exampleorgid/444455556666",
                Some(Target::Account("444455556666".into())),
            ),
            (
                "ou/o-exampleorgid/ou-abcd-12345678",
                Some(Target::Ou("ou-abcd-12345678".into())),
            ),
            ("account/o-exampleorgid/4444", None),
            ("policy/o-exampleorgid/p-1", None),
            ("account", None),
        ] {
            assert_eq!(Target::from_arn(&arn(resource)), target, "{resource}");
        }
        assert_eq!(Target::from_arn(""), None);
    }
}
