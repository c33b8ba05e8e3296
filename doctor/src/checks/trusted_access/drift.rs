//! `DESIRED_STATE` of the deployed function against the observed state.

use std::time::SystemTime;

use controltower_trusted_access::core::model::{Mode, TrustedAccess};

use super::enable_command;
use crate::action::Action;
use crate::checks::settings::DeployedSettings;
use crate::finding::{Check, Finding};

/// Returns the difference between the desired and the observed state as a problem: what will happen, and what to do.
pub(super) fn check(state: TrustedAccess, deployed: &DeployedSettings, now: SystemTime) -> Finding {
    let finding = Finding::new(Check::TrustedAccess);
    let policy = &deployed.policy;
    match (policy.desired, state) {
        (TrustedAccess::Enabled, TrustedAccess::Enabled) => return finding,
        (TrustedAccess::Disabled, TrustedAccess::Disabled) => {
            return finding.remark("It is disabled, as DESIRED_STATE=disabled asks for.");
        }
        _ => {}
    }
    let hold = policy.hold.as_ref().filter(|hold| hold.is_active_at(now));
    let future = match (policy.mode, hold) {
        (Mode::Audit, _) => "MODE=audit: the function reports that and changes nothing".to_owned(),
        (Mode::Enforce, Some(hold)) => {
            let verb = verb(policy.desired);
            format!(
                "HOLD_UNTIL={}: the function {verb} it only after that",
                hold.raw
            )
        }
        (Mode::Enforce, None) => {
            let verb = verb(policy.desired);
            format!("The function {verb} it in its next run, which an event or the schedule starts")
        }
    };
    let message = format!(
        "DESIRED_STATE is {}, but trusted access is {state}. {future}.",
        policy.desired
    );
    finding.problem(message, remedy(deployed, hold.is_some()))
}

fn verb(desired: TrustedAccess) -> &'static str {
    match desired {
        TrustedAccess::Enabled => "enables",
        TrustedAccess::Disabled => "disables",
    }
}

fn remedy(deployed: &DeployedSettings, is_held: bool) -> Action {
    let policy = &deployed.policy;
    match (policy.desired, policy.mode) {
        (TrustedAccess::Enabled, Mode::Enforce) if !is_held => Action::new(
            "AWS Control Tower receives no account or OU changes until then. Run the function now. If the state stays, its \
             report says why. Then check the landing zone for drift.",
            deployed.invoke_command(),
        ),
        (TrustedAccess::Enabled, mode) => {
            let setting = if mode == Mode::Audit {
                "set the parameter Mode to enforce"
            } else {
                "empty the parameter HoldUntil"
            };
            Action::new(
                format!(
                    "AWS Control Tower receives no account or OU changes. If that is not intended, {setting}, see \
                     docs/operate.md#set-a-parameter. Or enable it by hand. Then check the landing zone for drift."
                ),
                Some(enable_command()),
            )
        }
        (TrustedAccess::Disabled, _) => Action::from(
            "If AWS Control Tower is in use, set the parameter DesiredState to enabled now, see \
             docs/operate.md#set-a-parameter. If it is not, see docs/operate.md#keep-trusted-access-disabled, and find out who \
             enabled it with EnableAWSServiceAccess in CloudTrail.",
        ),
    }
}
