//! A stateful fake of the two Organizations ports, with scripted faults and changes by other callers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::{Observation, Operation, TrustedAccess};
use controltower_trusted_access::core::plan::Step;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use tokio::time::{Instant, sleep};

pub const ENABLED_SINCE: &str = "2026-11-23T10:02:33Z";

/// How one call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error, and a write is known to have no effect.
    Error(ApiErrorKind),
    /// No response. A write takes effect.
    NoResponseAfterEffect,
    /// No response. A write has no effect.
    NoResponseBeforeEffect,
    /// A read returns the state before the last write.
    Stale,
    /// No response for an hour.
    Hang,
}

/// What happens at one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScriptedCall {
    /// The time before the call takes effect, in which other callers may act.
    pub delay: Duration,
    /// The state that another caller sets just before the call takes effect.
    pub changed_to: Option<TrustedAccess>,
    /// How the call fails, if it does.
    pub fault: Option<Fault>,
}

impl From<Fault> for ScriptedCall {
    fn from(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }
}

/// The organization. Calls after the scripted ones succeed.
#[derive(Debug)]
pub struct FakeOrganizations {
    inner: RefCell<OrganizationState>,
}

#[derive(Debug)]
struct OrganizationState {
    state: TrustedAccess,
    before_write: TrustedAccess,
    script: VecDeque<ScriptedCall>,
    calls: Vec<(Operation, Instant)>,
}

impl FakeOrganizations {
    pub fn new(state: TrustedAccess, script: impl IntoIterator<Item = ScriptedCall>) -> Self {
        Self {
            inner: RefCell::new(OrganizationState {
                state,
                before_write: state,
                script: script.into_iter().collect(),
                calls: Vec::new(),
            }),
        }
    }

    pub fn state(&self) -> TrustedAccess {
        self.inner.borrow().state
    }

    pub fn calls(&self) -> Vec<Operation> {
        self.inner
            .borrow()
            .calls
            .iter()
            .map(|(operation, _)| *operation)
            .collect()
    }

    pub fn call_times(&self) -> Vec<Instant> {
        self.inner
            .borrow()
            .calls
            .iter()
            .map(|(_, at)| *at)
            .collect()
    }

    pub fn forget_calls(&self) {
        self.inner.borrow_mut().calls.clear();
    }

    pub fn end_faults(&self) {
        self.inner.borrow_mut().script.clear();
    }

    /// Records a call, waits until it takes effect, and returns its fault.
    async fn next_call(&self, operation: Operation) -> Option<Fault> {
        let call = self.record_call(operation);
        sleep(call.delay).await;
        if let Some(state) = call.changed_to {
            self.inner.borrow_mut().state = state;
        }
        call.fault
    }

    fn record_call(&self, operation: Operation) -> ScriptedCall {
        let mut inner = self.inner.borrow_mut();
        inner.calls.push((operation, Instant::now()));
        inner.script.pop_front().unwrap_or_default()
    }

    fn observation(&self, stale: bool) -> Observation {
        let inner = self.inner.borrow();
        let observed = if stale {
            inner.before_write
        } else {
            inner.state
        };
        match observed {
            TrustedAccess::Enabled => Observation::enabled(Some(ENABLED_SINCE.to_owned())),
            TrustedAccess::Disabled => Observation::disabled(),
        }
    }

    fn apply(&self, step: Step) {
        let mut inner = self.inner.borrow_mut();
        inner.before_write = inner.state;
        inner.state = step.target();
    }
}

impl ReadTrustedAccess for &FakeOrganizations {
    async fn read(&self) -> Result<Observation, ApiError> {
        match self.next_call(Operation::List).await {
            None => Ok(self.observation(false)),
            Some(Fault::Stale) => Ok(self.observation(true)),
            Some(fault) => Err(error_of(Operation::List, fault).await),
        }
    }
}

impl WriteTrustedAccess for &FakeOrganizations {
    async fn write(&self, step: Step) -> Result<(), ApiError> {
        match self.next_call(step.operation()).await {
            None | Some(Fault::Stale) => {
                self.apply(step);
                Ok(())
            }
            Some(fault) => {
                if fault == Fault::NoResponseAfterEffect {
                    self.apply(step);
                }
                Err(error_of(step.operation(), fault).await)
            }
        }
    }
}

async fn error_of(operation: Operation, fault: Fault) -> ApiError {
    if fault == Fault::Hang {
        sleep(Duration::from_hours(1)).await;
    }
    let (kind, outcome_unknown) = match fault {
        Fault::Error(kind) => (kind, false),
        _ => (ApiErrorKind::Unavailable, true),
    };
    ApiError {
        operation,
        kind,
        message: "scripted".to_owned(),
        outcome_unknown,
        source: None,
    }
}
