//! The report of a successful run: the function's response.

use serde::Serialize;

use super::landing_zone::LandingZone;
use super::model::{
    CONTROL_TOWER, Mode, Operation, TrustedAccess, WatchedPrincipals, display_as_serialized,
};
use super::next_steps::next_steps;
pub use super::outage::Outage;
use super::reconcile::Reconciliation;
use super::trigger::Trigger;

/// The result of a run that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Desired and observed state agreed. Only the read was called.
    InSync,
    /// Audit: a change is due and was not made.
    DriftDetected,
    /// A change was made, and a later read shows it.
    Remediated,
    /// A change is due and was not made, because a maintenance hold is active.
    Held,
    /// A change is due and was not made, because the landing zone does not allow it.
    Blocked,
}

display_as_serialized!(Outcome);

/// The JSON response of an invocation. Absent values are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The result of the run.
    pub outcome: Outcome,
    /// Always [`CONTROL_TOWER`].
    pub service_principal: &'static str,
    /// The mode of this run; a manual request can narrow the function's mode.
    pub mode: Mode,
    /// The state that the operator asked for.
    pub desired: TrustedAccess,
    /// The state before any change.
    pub observed: TrustedAccess,
    /// The write that was due, if one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Operation>,
    /// `DateEnabled` of the last read in RFC 3339, if enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_since: Option<String>,
    /// The end of the maintenance hold in RFC 3339, if the outcome is `Held`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<String>,
    /// Why the change was not made, if the outcome is `Blocked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The landing zone as it was read last, if a change was due and it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landing_zone: Option<LandingZone>,
    /// The states of the watched principals before any change.
    #[serde(skip_serializing_if = "WatchedPrincipals::is_empty")]
    pub watched: WatchedPrincipals,
    /// The outage that this run ended, if it enabled trusted access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// What is left for a person to do after that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// Whether the environment redirects the function's network, so that another server may have answered in AWS's
    /// place.
    #[serde(skip_serializing_if = "is_false")]
    pub custom_network: bool,
    /// The reason for the invocation. Recorded, never obeyed.
    pub trigger: Trigger,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn is_false(value: &bool) -> bool {
    !value
}

impl Report {
    /// Builds the report of `done`, which `trigger` invoked. `trigger_disabled_it` says whether the trigger is the
    /// call that disabled trusted access, and `custom_network` whether the environment redirects the function's network.
    #[must_use]
    pub fn new(
        done: &Reconciliation,
        trigger: Trigger,
        trigger_disabled_it: bool,
        custom_network: bool,
    ) -> Self {
        let enabled_at = done
            .converged_at
            .filter(|_| done.plan == Some(Operation::Enable));
        let disabling_call = Some(&trigger).filter(|_| trigger_disabled_it);
        let outage = enabled_at.map(|at| Outage::new(disabling_call, at));
        let next_steps = outage
            .as_ref()
            .map(|outage| next_steps(outage, done.landing_zone.as_ref()));
        Self {
            outcome: done.outcome,
            service_principal: CONTROL_TOWER,
            mode: done.mode,
            desired: done.desired,
            observed: done.observed,
            plan: done.plan,
            enabled_since: done.last_read.enabled_since.clone(),
            held_until: done.held_until.clone(),
            reason: done
                .block_reason
                .clone()
                .filter(|_| done.outcome == Outcome::Blocked),
            landing_zone: done.landing_zone.clone(),
            watched: done.last_read.watched.clone(),
            outage,
            next_steps: next_steps.unwrap_or_default(),
            custom_network,
            trigger,
        }
    }

    /// Returns the names of the watched principals that are disabled.
    pub fn watched_disabled(&self) -> impl Iterator<Item = &str> {
        let disabled = |(_, state): &(&String, &TrustedAccess)| **state == TrustedAccess::Disabled;
        let names = self.watched.iter().filter(disabled);
        names.map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::Observation;
    use crate::core::trigger::TriggerKind;
    use serde_json::json;

    fn in_sync(last_read: Observation) -> Reconciliation {
        Reconciliation {
            outcome: Outcome::InSync,
            mode: Mode::Audit,
            desired: last_read.state,
            observed: last_read.state,
            plan: None,
            last_read,
            held: None,
            held_until: None,
            blocked: None,
            block_reason: None,
            landing_zone: None,
            converged_at: None,
        }
    }

    #[test]
    fn absent_values_are_left_out_of_the_json() {
        let done = in_sync(Observation::disabled());
        let report = Report::new(&done, Trigger::of_kind(TriggerKind::Manual), false, false);
        assert_eq!(
            serde_json::to_value(report).unwrap(),
            json!({
                "outcome": "InSync",
                "servicePrincipal": "controltower.amazonaws.com",
                "mode": "audit",
                "desired": "disabled",
                "observed": "disabled",
                "trigger": {"kind": "Manual"},
            })
        );
    }

    #[test]
    fn observed_is_the_state_before_and_enabled_since_the_state_after() {
        let enabled = Observation::enabled(Some("2026-11-23T10:00:00Z".to_owned()));
        let done = Reconciliation {
            outcome: Outcome::Remediated,
            observed: TrustedAccess::Disabled,
            plan: Some(Operation::Enable),
            ..in_sync(enabled)
        };
        let report = Report::new(&done, Trigger::of_kind(TriggerKind::Schedule), false, true);
        let json = serde_json::to_value(report).unwrap();
        assert_eq!(json["observed"], "disabled");
        assert_eq!(json["plan"], "EnableAWSServiceAccess");
        assert_eq!(json["enabledSince"], "2026-11-23T10:00:00Z");
        assert_eq!(json["customNetwork"], true);
    }
}
