//! The accounts that Control Tower has enrolled: those with an enabled baseline.
//!
//! One list has the OUs and, as their children, the accounts, so that the OU of an account costs no
//! call of its own. <https://docs.aws.amazon.com/controltower/latest/APIReference/API_ListEnabledBaselines.html>

use aws_sdk_controltower::Client;
use aws_sdk_controltower::types::EnabledBaselineSummary;
use controltower_trusted_access::core::sanitize::sanitize_line;

use super::{Account, Desk};
use crate::refusal::Refusal;

/// The most that a page may hold.
const PAGE_SIZE: i32 = 100;

/// Hands in every account.
pub(super) async fn list(control_tower: &Client, desk: &Desk<'_>) -> Result<(), Refusal> {
    let request = control_tower.list_enabled_baselines();
    let mut pages = request
        .include_children(true)
        .max_results(PAGE_SIZE)
        .into_paginator()
        .send();
    while let Some(page) = pages.next().await {
        let page =
            page.map_err(|error| Refusal::of("controltower:ListEnabledBaselines", &error))?;
        for baseline in page.enabled_baselines() {
            if !take(baseline, desk).await {
                return Ok(());
            }
        }
    }
    desk.ended();
    Ok(())
}

async fn take(baseline: &EnabledBaselineSummary, desk: &Desk<'_>) -> bool {
    match Target::of(baseline.target_identifier()) {
        Some(Target::Unit(unit)) => {
            desk.name_unit(baseline.arn(), unit);
            true
        }
        Some(Target::Account(id)) => {
            let unit = baseline.parent_identifier().map(sanitize_line);
            desk.hand_on(Account { id, unit }).await
        }
        None => true,
    }
}

/// What a baseline is enabled on.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    Unit(String),
    Account(String),
}

impl Target {
    /// By its ARN: `arn:aws:organizations::111122223333:account/o-exampleorgid/444455556666`.
    fn of(arn: &str) -> Option<Self> {
        let resource = arn.split(':').nth(5)?;
        let (kind, path) = resource.split_once('/')?;
        let id = sanitize_line(path.rsplit('/').next()?);
        match kind {
            "account" if id.len() == 12 => Some(Self::Account(id)),
            "ou" | "root" => Some(Self::Unit(id)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_an_ou_or_an_account_by_its_arn() {
        let arn = |resource: &str| format!("arn:aws:organizations::111122223333:{resource}");
        for (resource, target) in [
            (
                "account/o-exampleorgid/444455556666",
                Some(Target::Account("444455556666".into())),
            ),
            (
                "ou/o-exampleorgid/ou-abcd-12345678",
                Some(Target::Unit("ou-abcd-12345678".into())),
            ),
            ("account/o-exampleorgid/4444", None),
            ("policy/o-exampleorgid/p-1", None),
            ("account", None),
        ] {
            assert_eq!(Target::of(&arn(resource)), target, "{resource}");
        }
        assert_eq!(Target::of(""), None);
    }
}
