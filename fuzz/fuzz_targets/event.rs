//! Arbitrary payloads of an invocation, through the handler. It answers all of them, reads from Organizations only for
//! the rows of the contract's input table that run, and copies no unsanitized text.
#![no_main]

use std::cell::Cell;

use controltower_trusted_access::aws::control_tower::ControlTower;
use controltower_trusted_access::core::error::ApiError;
use controltower_trusted_access::core::model::{Mode, Observation, TrustedAccess};
use controltower_trusted_access::core::plan::Step;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::core::reconcile::{Policy, Reconciler};
use controltower_trusted_access::core::report::{Outcome, Report};
use controltower_trusted_access::core::trigger::{Trigger, TriggerKind};
use controltower_trusted_access::lambda::event::InvalidRequest;
use controltower_trusted_access::lambda::handler::{Handler, Payload};
use controltower_trusted_access::lambda::invocation_error::InvocationError;
use controltower_trusted_access_fuzz::{
    MAX_TEXT, assert_sanitized, assert_value_sanitized, in_paused_time,
};
use lambda_runtime::{Context, LambdaEvent};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

/// An organization in the desired state, so that no run has a reason to write.
#[derive(Default)]
struct InSync {
    reads: Cell<u32>,
}

impl ReadTrustedAccess for &InSync {
    async fn read(&self) -> Result<Observation, ApiError> {
        self.reads.set(self.reads.get() + 1);
        Ok(Observation::enabled(None))
    }
}

impl WriteTrustedAccess for &InSync {
    async fn write(&self, _: Step) -> Result<(), ApiError> {
        unreachable!("a payload led to a write without drift")
    }
}

/// Handles one invocation, with the payload deserialized as `lambda_runtime` does it.
fn invoke(mode: Mode, payload: &[u8]) -> Result<Report, InvocationError> {
    let json = &mut serde_json::Deserializer::from_slice(payload);
    let payload = Payload::deserialize(json).expect("reading a payload never fails");
    let organizations = InSync::default();
    let reconciler = Reconciler {
        organizations: &organizations,
        landing_zone: None::<ControlTower>,
        policy: Policy {
            desired: TrustedAccess::Enabled,
            mode,
            hold: None,
        },
    };
    let handler = Handler::new(Ok(reconciler), false);
    let event = LambdaEvent::new(payload, Context::default());
    let (result, _) = in_paused_time(handler.handle(event));
    assert_eq!(organizations.reads.get(), u32::from(result.is_ok()));
    result
}

fn check_trigger(trigger: &Trigger) {
    let mut texts = vec![
        &trigger.id,
        &trigger.name,
        &trigger.time,
        &trigger.drift_type,
    ];
    if let Some(actor) = &trigger.actor {
        texts.extend([
            &actor.kind,
            &actor.arn,
            &actor.issuer_arn,
            &actor.account_id,
        ]);
        texts.extend([&actor.user_name, &actor.invoked_by, &actor.on_behalf_of]);
        texts.extend([&actor.source_identity, &actor.source_ip, &actor.user_agent]);
        assert_value_sanitized(&actor.name);
        assert!(!actor.name.trim().is_empty());
    }
    for text in texts.into_iter().flatten() {
        assert_value_sanitized(text);
    }
}

/// Returns the row of the contract's input table, written independently of the function; `None` if there is none.
fn expected_kind(payload: &Value) -> Option<TriggerKind> {
    let text = |key: &str| payload.get(key).and_then(Value::as_str);
    match (text("source"), text("detail-type")) {
        (Some("aws.organizations"), _) => Some(TriggerKind::OrganizationsEvent),
        (Some("aws.controltower"), _) => Some(TriggerKind::ControlTowerEvent),
        (Some("aws.scheduler"), _) | (Some("aws.events"), Some("Scheduled Event")) => {
            Some(TriggerKind::Schedule)
        }
        (Some(_), Some(_)) => Some(TriggerKind::Unrecognized),
        _ if payload.get("Records").is_some_and(Value::is_array) => Some(TriggerKind::Unrecognized),
        _ => {
            let manual = ["null", "{}", r#"{"mode":"audit"}"#, r#"{"mode":"enforce"}"#];
            manual
                .contains(&payload.to_string().as_str())
                .then_some(TriggerKind::Manual)
        }
    }
}

fuzz_target!(|payload: &[u8]| {
    let enforcing = invoke(Mode::Enforce, payload);
    let auditing = invoke(Mode::Audit, payload);
    if let Ok(json) = serde_json::from_slice(payload) {
        let kind = enforcing.as_ref().ok().map(|report| report.trigger.kind);
        assert_eq!(kind, expected_kind(&json));
    }
    match (enforcing, auditing) {
        (Ok(enforcing), Ok(auditing)) => {
            assert_eq!(enforcing.outcome, Outcome::InSync);
            assert_eq!(auditing.mode, Mode::Audit, "the mode was widened");
            assert_eq!(enforcing.trigger, auditing.trigger);
            check_trigger(&enforcing.trigger);
        }
        (Ok(enforcing), Err(InvocationError::Request(InvalidRequest::ModeEscalation))) => {
            assert_eq!(enforcing.trigger.kind, TriggerKind::Manual);
            assert_eq!(enforcing.mode, Mode::Enforce);
        }
        (Err(InvocationError::Request(one)), Err(InvocationError::Request(other))) => {
            assert_eq!(one, other);
            assert_sanitized(&one.to_string(), MAX_TEXT);
        }
        otherwise => unreachable!("{otherwise:?}"),
    }
});
