//! Any bytes as an invocation's payload, through the handler: it answers everything, calls Organizations
//! only for what the contract's input table lets run, and repeats nothing of it that could harm a reader.
#![no_main]

use std::cell::Cell;

use controltower_trusted_access::core::error::ApiError;
use controltower_trusted_access::handler::{Failure, Handler, Keeper, Payload};
use controltower_trusted_access::core::plan::Step;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use controltower_trusted_access::core::reconcile::Reconciler;
use controltower_trusted_access::core::report::{Outcome, Report};
use controltower_trusted_access::core::model::{Mode, Observation, TrustedAccess};
use controltower_trusted_access::trigger::{InvalidRequest, Trigger, TriggerKind};
use controltower_trusted_access_fuzz::{assert_safe_to_show, in_paused_time};
use lambda_runtime::{Context, LambdaEvent};
use libfuzzer_sys::fuzz_target;
use serde::Deserialize;
use serde_json::Value;

/// The longest text that the function copies from an event.
const LONGEST: usize = 1024;

/// Organizations with trusted access as desired, which therefore nobody has to change.
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
        unreachable!("a payload led to a write that no difference asks for")
    }
}

/// One invocation, deserialized as the runtime crate does it.
fn answer(mode: Mode, payload: &[u8]) -> Result<Report, Failure> {
    let json = &mut serde_json::Deserializer::from_slice(payload);
    let payload = Payload::deserialize(json).expect("reading a payload never fails");
    let world = InSync::default();
    let reconciler = Reconciler::new(&world, TrustedAccess::Enabled);
    let is_one_line = |line: &str| assert!(!line.contains('\n'));
    let handler = Handler::new(Ok(Keeper { reconciler, mode }), is_one_line);
    let event = LambdaEvent::new(payload, Context::default());
    let answer = in_paused_time(handler.handle(event));
    assert_eq!(world.reads.get(), u32::from(answer.is_ok()));
    answer
}

fn check_trigger(trigger: &Trigger) {
    let mut texts = vec![&trigger.id, &trigger.name, &trigger.time];
    if let Some(actor) = &trigger.actor {
        texts.extend([&actor.kind, &actor.arn, &actor.issuer_arn]);
        texts.extend([&actor.source_ip, &actor.user_agent]);
    }
    for text in texts.into_iter().flatten() {
        assert_safe_to_show(text, LONGEST);
    }
}

/// The contract's input table, read by other means; `None` where the input is in no row.
fn row(payload: &Value) -> Option<TriggerKind> {
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
    let enforcing = answer(Mode::Enforce, payload);
    let auditing = answer(Mode::Audit, payload);
    if let Ok(json) = serde_json::from_slice(payload) {
        let kind = enforcing.as_ref().ok().map(|report| report.trigger.kind);
        assert_eq!(kind, row(&json));
    }
    match (enforcing, auditing) {
        (Ok(enforcing), Ok(auditing)) => {
            assert_eq!(enforcing.outcome, Outcome::InSync);
            assert_eq!(auditing.mode, Mode::Audit, "widened");
            assert_eq!(enforcing.trigger, auditing.trigger);
            check_trigger(&enforcing.trigger);
        }
        (Ok(enforcing), Err(Failure::Request(InvalidRequest::WouldWiden))) => {
            assert_eq!(enforcing.trigger.kind, TriggerKind::Manual);
            assert_eq!(enforcing.mode, Mode::Enforce);
        }
        (Err(Failure::Request(one)), Err(Failure::Request(other))) => {
            assert_eq!(one, other);
            assert_safe_to_show(&one.to_string(), LONGEST);
        }
        otherwise => unreachable!("{otherwise:?}"),
    }
});
