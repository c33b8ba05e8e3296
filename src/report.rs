//! What one successful run did: the function's response.

use std::time::SystemTime;

use serde::Serialize;

use crate::landing_zone::LandingZone;
use crate::state::{
    CONTROL_TOWER, Hold, Mode, Observation, Operation, TrustedAccess, Watched,
    display_as_serialized,
};
use crate::trigger::Trigger;

/// How a run that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// Desired and observed agreed; nothing was called but the read.
    InSync,
    /// Audit: a change is due and was not made.
    DriftDetected,
    /// A change was made, and a later read shows it.
    Remediated,
    /// A change is due and was not made, because a planned maintenance is on.
    Held,
    /// A change is due and was not made, because the landing zone speaks against it.
    Blocked,
}

display_as_serialized!(Outcome);

/// What the reconciler found and did, before it is known what woke it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// How the run ended.
    pub outcome: Outcome,
    /// The state before any change.
    pub observed: TrustedAccess,
    /// The write that was due.
    pub plan: Option<Operation>,
    /// What the last read of the run showed.
    pub last_read: Observation,
    /// The maintenance that kept the change from being made, where one did.
    pub hold: Option<Hold>,
    /// When a read showed the change, where one was made.
    pub shown_at: Option<SystemTime>,
    /// What was last known of the landing zone, where a change was due and it was asked for.
    pub landing_zone: Option<LandingZone>,
    /// Why the landing zone speaks against the change that is due, be it to be made in this run or not.
    pub objection: Option<String>,
}

/// How long Control Tower heard nothing, as far as the event that woke the function tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outage {
    /// When trusted access was disabled, RFC 3339, where the event is the disabling call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<String>,
    /// The role behind the caller's session, else the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_by: Option<String>,
    /// Where the call came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// When a read showed it enabled again, RFC 3339.
    pub restored_at: String,
    /// The whole seconds between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// The JSON that an invocation answers with. Absent values are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How the run ended.
    pub outcome: Outcome,
    /// Always [`CONTROL_TOWER`].
    pub service_principal: &'static str,
    /// The mode this run was in, after a manual request narrowed it.
    pub mode: Mode,
    /// The state the operator asked for.
    pub desired: TrustedAccess,
    /// The state before any change.
    pub observed: TrustedAccess,
    /// The write that was due, where one was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<Operation>,
    /// `DateEnabled` of the last read, RFC 3339, where enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled_since: Option<String>,
    /// Until when a due change is not made, RFC 3339, where the outcome is `Held`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_until: Option<String>,
    /// Why the change was not made, where the outcome is `Blocked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was last known of the landing zone, where a change was due and it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landing_zone: Option<LandingZone>,
    /// What the read before any change showed of the principals that the operator asked to watch.
    #[serde(skip_serializing_if = "Watched::is_empty")]
    pub watched: Watched,
    /// What the repair ended, where trusted access was enabled again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outage: Option<Outage>,
    /// What is left for a human to do after that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_steps: Vec<String>,
    /// What woke the function. Recorded, never obeyed.
    pub trigger: Trigger,
    /// Whether the landing zone speaks against the change that is due, also where an audit asked.
    #[serde(skip)]
    pub has_objection: bool,
}

impl Report {
    /// Puts what was done beside what woke the function.
    #[must_use]
    pub fn new(done: Reconciliation, desired: TrustedAccess, mode: Mode, trigger: Trigger) -> Self {
        Self {
            outcome: done.outcome,
            service_principal: CONTROL_TOWER,
            mode,
            desired,
            observed: done.observed,
            plan: done.plan,
            enabled_since: done.last_read.enabled_since,
            watched: done.last_read.watched,
            outage: None,
            next_steps: Vec::new(),
            held_until: done.hold.map(|hold| hold.said),
            landing_zone: done.landing_zone,
            has_objection: done.objection.is_some(),
            reason: done.objection.filter(|_| done.outcome == Outcome::Blocked),
            trigger,
        }
    }

    /// The watched principals that are disabled.
    pub fn watched_disabled(&self) -> impl Iterator<Item = &str> {
        let disabled = |(_, state): &(&String, &TrustedAccess)| **state == TrustedAccess::Disabled;
        let names = self.watched.iter().filter(disabled);
        names.map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::TriggerKind;
    use serde_json::json;

    #[test]
    fn absent_values_are_left_out_of_the_json() {
        let done = Reconciliation {
            outcome: Outcome::InSync,
            observed: TrustedAccess::Disabled,
            plan: None,
            last_read: Observation::disabled(),
            hold: None,
            shown_at: None,
            landing_zone: None,
            objection: None,
        };
        let trigger = Trigger::of_kind(TriggerKind::Manual);
        let report = Report::new(done, TrustedAccess::Disabled, Mode::Audit, trigger);
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
        let done = Reconciliation {
            outcome: Outcome::Remediated,
            observed: TrustedAccess::Disabled,
            plan: Some(Operation::Enable),
            last_read: Observation::enabled(Some("2026-11-23T10:00:00Z".to_owned())),
            hold: None,
            shown_at: None,
            landing_zone: None,
            objection: None,
        };
        let trigger = Trigger::of_kind(TriggerKind::Schedule);
        let report = Report::new(done, TrustedAccess::Enabled, Mode::Enforce, trigger);
        let json = serde_json::to_value(report).unwrap();
        assert_eq!(json["observed"], "disabled");
        assert_eq!(json["plan"], "EnableAWSServiceAccess");
        assert_eq!(json["enabledSince"], "2026-11-23T10:00:00Z");
    }
}
