//! The meaning of a change for the landing zone, in one sentence, and the group in which it is listed. Pure: no AWS calls.
//!
//! <https://docs.aws.amazon.com/controltower/latest/userguide/governance-drift.html>

use super::changes::{Change, Kind};
use super::ids::is_root;
use super::names::{Names, PolicyClass, describe_policy_type, is_control_type};

/// The groups of changes, in the order of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Changes of accounts.
    Accounts,
    /// Changes of OUs.
    OrganizationalUnits,
    /// Changes of SCPs and of other policies that can be controls.
    PreventiveControls,
    /// Changes of other policies.
    OtherPolicies,
    /// Changes that Control Tower made.
    ByControlTower,
}

impl Group {
    /// Returns the heading of the group.
    pub fn title(self) -> &'static str {
        match self {
            Self::Accounts => "Accounts",
            Self::OrganizationalUnits => "OUs",
            Self::PreventiveControls => "Preventive controls",
            Self::OtherPolicies => "Other policies: no drift",
            Self::ByControlTower => "Made by Control Tower: no drift",
        }
    }
}

/// Returns the group of a change.
pub fn group(change: &Change, names: &Names) -> Group {
    if change.by_control_tower {
        return Group::ByControlTower;
    }
    match change.kind {
        Kind::AccountCreated
        | Kind::AccountJoined
        | Kind::AccountMoved
        | Kind::AccountClosed
        | Kind::AccountLeft => Group::Accounts,
        Kind::OuCreated | Kind::OuRenamed | Kind::OuDeleted => Group::OrganizationalUnits,
        Kind::PolicyTypeEnabled | Kind::PolicyTypeDisabled => {
            let is_control = change.policy_type.as_deref().is_some_and(is_control_type);
            if is_control {
                Group::PreventiveControls
            } else {
                Group::OtherPolicies
            }
        }
        Kind::PolicyAttached
        | Kind::PolicyDetached
        | Kind::PolicyCreated
        | Kind::PolicyUpdated
        | Kind::PolicyDeleted => match policy_class(change, names) {
            PolicyClass::Other => Group::OtherPolicies,
            _ => Group::PreventiveControls,
        },
    }
}

/// Returns the class of the change's policy.
pub fn policy_class(change: &Change, names: &Names) -> PolicyClass {
    let policy = change.policy.as_deref();
    policy.map_or(PolicyClass::Unknown, |policy| names.policy_class(policy))
}

/// Returns the meaning of a change as a sentence.
pub fn meaning(change: &Change, names: &Names) -> String {
    if change.by_control_tower {
        return "Control Tower made this change itself: it is no drift.".to_owned();
    }
    let text = match change.kind {
        Kind::AccountCreated => "The new account is not enrolled in Control Tower.",
        Kind::AccountJoined => "The invited account joined and is not enrolled in Control Tower.",
        Kind::AccountMoved => {
            let left_ous = change.to_parent.as_deref().is_some_and(is_root);
            if left_ous {
                "The account is in no OU, so Control Tower does not govern it; its baseline and controls are still those of \
                 the OU that it left."
            } else {
                "If the account is enrolled, it has drifted: its baseline and controls are still those of the OU that it left."
            }
        }
        Kind::AccountClosed => "Control Tower may still list the closed account as enrolled.",
        Kind::AccountLeft => {
            "Control Tower may still list the account as enrolled, although it is no longer in the organization."
        }
        Kind::OuCreated => {
            "The new OU is not registered with Control Tower, so its accounts are not governed."
        }
        Kind::OuRenamed => "If the OU is registered, Control Tower may still show its old name.",
        Kind::OuDeleted => "Control Tower may still list the deleted OU as registered.",
        _ => return policy_meaning(change, names),
    };
    text.to_owned()
}

fn policy_meaning(change: &Change, names: &Names) -> String {
    let class = policy_class(change, names);
    let known_type = change
        .policy
        .as_deref()
        .and_then(|policy| names.policy_type(policy));
    let policy_type = known_type.or(change.policy_type.as_deref()).map_or_else(
        || "policy of an unknown type".to_owned(),
        describe_policy_type,
    );
    match (change.kind, class) {
        (Kind::PolicyTypeDisabled, _)
            if change.policy_type.as_deref().is_some_and(is_control_type) =>
        {
            format!(
                "No {policy_type} is in effect while the type is disabled: preventive controls do not work."
            )
        }
        (Kind::PolicyTypeEnabled, _)
            if change.policy_type.as_deref().is_some_and(is_control_type) =>
        {
            format!(
                "The type {policy_type} is enabled, but policies that were attached before are no longer attached."
            )
        }
        (Kind::PolicyTypeEnabled | Kind::PolicyTypeDisabled, _) | (_, PolicyClass::Other) => {
            format!("Control Tower has no controls of this type ({policy_type}): it is no drift.")
        }
        (_, PolicyClass::OwnScp) => {
            format!(
                "The {policy_type} is not one of Control Tower's (aws-guardrails-…): it is no drift."
            )
        }
        (Kind::PolicyCreated, _) => {
            format!("A new {policy_type} has no effect until it is attached.")
        }
        (kind, PolicyClass::ControlTower) => format!(
            "A preventive control has drifted: its {policy_type} was {}.",
            participle(kind)
        ),
        (kind, PolicyClass::ControlType | PolicyClass::Unknown) => format!(
            "If it belongs to a control, the control has drifted: a {policy_type} was {}.",
            participle(kind)
        ),
    }
}

fn participle(kind: Kind) -> &'static str {
    match kind {
        Kind::PolicyAttached => "attached",
        Kind::PolicyDetached => "detached",
        Kind::PolicyDeleted => "deleted",
        _ => "changed",
    }
}
