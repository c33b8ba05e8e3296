//! A stateful organization behind the two ports, with scripted faults and outside changes.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::model::{Observation, Operation, TrustedAccess};
use controltower_trusted_access::core::plan::Step;
use controltower_trusted_access::core::ports::{ReadTrustedAccess, WriteTrustedAccess};
use tokio::time::{Instant, sleep};

pub const ENABLED_SINCE: &str = "2026-11-23T10:02:33Z";

/// How one call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails and had no effect; it is known that it had none.
    Refused(ApiErrorKind),
    /// The answer is lost; a write took effect.
    LostAfterEffect,
    /// The answer is lost; a write took no effect.
    LostBeforeEffect,
    /// A read shows the state before the last write.
    Stale,
    /// No answer for an hour.
    Hang,
}

/// What happens around one call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    /// How long the call is under way before it takes effect, while others may act.
    pub delay: Duration,
    /// Somebody else sets the state just before.
    pub outside: Option<TrustedAccess>,
    /// How the call itself goes wrong.
    pub fault: Option<Fault>,
}

impl From<Fault> for Turn {
    fn from(fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..Self::default()
        }
    }
}

/// The organization. Calls beyond the script go well.
#[derive(Debug)]
pub struct FakeOrganizations {
    world: RefCell<World>,
}

#[derive(Debug)]
struct World {
    state: TrustedAccess,
    before_write: TrustedAccess,
    script: VecDeque<Turn>,
    calls: Vec<(Operation, Instant)>,
}

impl FakeOrganizations {
    pub fn new(state: TrustedAccess, script: impl IntoIterator<Item = Turn>) -> Self {
        Self {
            world: RefCell::new(World {
                state,
                before_write: state,
                script: script.into_iter().collect(),
                calls: Vec::new(),
            }),
        }
    }

    pub fn state(&self) -> TrustedAccess {
        self.world.borrow().state
    }

    pub fn calls(&self) -> Vec<Operation> {
        self.world
            .borrow()
            .calls
            .iter()
            .map(|(operation, _)| *operation)
            .collect()
    }

    pub fn call_times(&self) -> Vec<Instant> {
        self.world
            .borrow()
            .calls
            .iter()
            .map(|(_, at)| *at)
            .collect()
    }

    pub fn forget_calls(&self) {
        self.world.borrow_mut().calls.clear();
    }

    pub fn end_faults(&self) {
        self.world.borrow_mut().script.clear();
    }

    async fn next_turn(&self, operation: Operation) -> Option<Fault> {
        let turn = self.begin(operation);
        sleep(turn.delay).await;
        if let Some(state) = turn.outside {
            self.world.borrow_mut().state = state;
        }
        turn.fault
    }

    fn begin(&self, operation: Operation) -> Turn {
        let mut world = self.world.borrow_mut();
        world.calls.push((operation, Instant::now()));
        world.script.pop_front().unwrap_or_default()
    }

    fn observation(&self, stale: bool) -> Observation {
        let world = self.world.borrow();
        let shown = if stale {
            world.before_write
        } else {
            world.state
        };
        match shown {
            TrustedAccess::Enabled => Observation::enabled(Some(ENABLED_SINCE.to_owned())),
            TrustedAccess::Disabled => Observation::disabled(),
        }
    }

    fn apply(&self, step: Step) {
        let mut world = self.world.borrow_mut();
        world.before_write = world.state;
        world.state = step.target();
    }
}

impl ReadTrustedAccess for &FakeOrganizations {
    async fn read(&self) -> Result<Observation, ApiError> {
        match self.next_turn(Operation::List).await {
            None => Ok(self.observation(false)),
            Some(Fault::Stale) => Ok(self.observation(true)),
            Some(fault) => Err(failed(Operation::List, fault).await),
        }
    }
}

impl WriteTrustedAccess for &FakeOrganizations {
    async fn write(&self, step: Step) -> Result<(), ApiError> {
        match self.next_turn(step.operation()).await {
            None | Some(Fault::Stale) => {
                self.apply(step);
                Ok(())
            }
            Some(fault) => {
                if fault == Fault::LostAfterEffect {
                    self.apply(step);
                }
                Err(failed(step.operation(), fault).await)
            }
        }
    }
}

async fn failed(operation: Operation, fault: Fault) -> ApiError {
    if fault == Fault::Hang {
        sleep(Duration::from_hours(1)).await;
    }
    let (kind, outcome_unknown) = match fault {
        Fault::Refused(kind) => (kind, false),
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
