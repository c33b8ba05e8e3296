//! The shortest list of actions after an outage. Pure: no AWS calls.
//!
//! Drift of governance is repaired by updating an account, or by re-registering an OU, which updates all its accounts. The
//! drift of the landing zone that a disabled trusted access causes is repaired only by a reset or an update.
//! <https://docs.aws.amazon.com/controltower/latest/userguide/governance-drift.html>,
//! <https://docs.aws.amazon.com/controltower/latest/userguide/ou-updates.html>

mod net_effect;

use super::changes::Change;
use super::landing_zone::LandingZone;
use super::names::{Names, describe_policy_type};
use crate::action::Action;
use crate::checks::trusted_access::enable_command;
use net_effect::{AccountNeed, NetEffect, OuNeed};

/// Returns the actions after an outage with these changes, the most urgent first.
pub fn actions(
    is_still_off: bool,
    changes: &[Change],
    names: &Names,
    landing_zone: &LandingZone,
) -> Vec<Action> {
    let mut actions = Vec::new();
    if is_still_off {
        actions.push(Action::new(
            "Enable trusted access. If no landing zone is set up, leave it disabled.",
            Some(enable_command()),
        ));
    }
    if let LandingZone::NotFound(region) = landing_zone {
        actions.push(Action::new(
            format!(
                "There is no landing zone in {region}. If it is in another Region, run the command again with \
                 --landing-zone-region; else nothing is left to do."
            ),
            None,
        ));
        return actions;
    }
    let effect = NetEffect::of(changes, names);
    actions.extend(policy_type_actions(&effect));
    actions.push(landing_zone_action(landing_zone));
    actions.extend(policy_actions(&effect, names));
    let console = console(landing_zone);
    let ous = effect.ous.iter();
    actions.extend(ous.map(|(id, need)| ou_action(&names.describe(id), *need, &console)));
    let accounts = effect.accounts.iter();
    actions.extend(accounts.map(|(id, need)| account_action(&names.describe(id), *need, &console)));
    actions.extend(leftover_action(
        "accounts",
        "unmanage",
        &effect.gone_accounts,
        names,
        &console,
    ));
    actions.extend(leftover_action(
        "OUs",
        "deregister",
        &effect.deleted_ous,
        names,
        &console,
    ));
    actions
}

fn console(landing_zone: &LandingZone) -> String {
    let region = landing_zone.region();
    region.map_or_else(
        || "AWS Control Tower".to_owned(),
        |region| format!("AWS Control Tower in {region}"),
    )
}

/// A policy type has to be enabled before the reset, which attaches the policies again.
fn policy_type_actions(effect: &NetEffect) -> Vec<Action> {
    let types = effect.disabled_policy_types.iter();
    types
        .map(|(policy_type, root)| {
            Action::new(
                format!("Enable the type {} again.", describe_policy_type(policy_type)),
                Some(format!(
                    "aws organizations enable-policy-type --root-id {root} --policy-type {policy_type}"
                )),
            )
        })
        .collect()
}

fn landing_zone_action(landing_zone: &LandingZone) -> Action {
    const UNLESS: &str = "unless that was done after the outage";
    let LandingZone::Found(detail, region) = landing_zone else {
        return Action::new(
            format!(
                "Reset the landing zone, {UNLESS}, or update it if its version is below 3.1: AWS Control Tower, Landing zone \
                 settings."
            ),
            None,
        );
    };
    let version = &detail.version;
    let console = console(landing_zone);
    match detail.can_be_reset() {
        Some(true) => Action::new(
            format!(
                "Reset the landing zone (version {version}), {UNLESS}: {console}, Landing zone settings, Reset."
            ),
            detail.reset_command(region),
        ),
        Some(false) => Action::new(
            format!(
                "Update the landing zone (version {version}) to at least version 3.1, {UNLESS}: {console}, Landing zone \
                 settings, Update."
            ),
            None,
        ),
        None => Action::new(
            format!(
                "Reset the landing zone, {UNLESS}, or update it if its version is below 3.1: {console}, Landing zone settings."
            ),
            None,
        ),
    }
}

/// The OUs that a changed policy is attached to are not in the record.
fn policy_actions(effect: &NetEffect, names: &Names) -> Vec<Action> {
    let changed = effect.changed_policies.iter().map(|id| {
        Action::new(
            format!(
                "Re-register the OUs to which {} is attached, which the command lists.",
                names.describe(id)
            ),
            Some(format!(
                "aws organizations list-targets-for-policy --policy-id {id}"
            )),
        )
    });
    let deleted = (!effect.deleted_policies.is_empty()).then(|| {
        let policies: Vec<String> = effect.deleted_policies.iter().map(|id| names.describe(id)).collect();
        Action::new(
            format!(
                "Re-register every OU whose controls have drifted after the reset: AWS Control Tower, Organization. A policy \
                 was deleted: {}.",
                policies.join(", ")
            ),
            None,
        )
    });
    changed.chain(deleted).collect()
}

fn ou_action(ou: &str, need: OuNeed, console: &str) -> Action {
    let sentence = match need {
        OuNeed::Register => format!(
            "Register OU {ou}, if Control Tower is to govern it; that enrolls its accounts: {console}, Organization, the OU, \
             Actions, Register OU."
        ),
        OuNeed::Reregister => {
            format!(
                "Re-register OU {ou}: {console}, Organization, the OU, Actions, Re-register OU."
            )
        }
    };
    Action::new(sentence, None)
}

fn account_action(account: &str, need: AccountNeed, console: &str) -> Action {
    let sentence = match need {
        AccountNeed::Enroll => format!(
            "Enroll account {account}: {console}, Organization, the account, Actions, Enroll."
        ),
        AccountNeed::Update => format!(
            "Update account {account}: {console}, Organization, the account, Update account."
        ),
        AccountNeed::LeaveRoot => format!(
            "Move account {account} from the root to a registered OU and update it, or unmanage it: {console}, Organization, \
             the account."
        ),
    };
    Action::new(sentence, None)
}

/// One action for all of them: each takes only a look.
fn leftover_action(
    noun: &str,
    verb: &str,
    ids: &[String],
    names: &Names,
    console: &str,
) -> Option<Action> {
    let listed: Vec<String> = ids.iter().map(|id| names.describe(id)).collect();
    (!ids.is_empty()).then(|| {
        Action::new(
            format!(
                "Check that these {noun} are no longer listed, and {verb} those that are: {}. {console}, Organization.",
                listed.join(", ")
            ),
            None,
        )
    })
}

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
#[path = "actions_tests.rs"]
mod tests;
