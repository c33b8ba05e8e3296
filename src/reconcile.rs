//! Observe, plan, ask the landing zone, execute, verify: the only place with that order.
//!
//! Nothing here knows what woke the function: [`Reconciler::run`] takes no event.

mod landing_zone;
mod verify;

use std::cell::Cell;
use std::convert::Infallible;
use std::time::SystemTime;

use tokio::time::{Instant, timeout_at};

use crate::error::{Phase, ReconcileError};
use crate::landing_zone::LandingZone;
use crate::plan::{Plan, Step};
use crate::ports::{ReadLandingZone, ReadTrustedAccess, WriteTrustedAccess};
use crate::report::{Outcome, Reconciliation};
use crate::state::{Hold, Mode, Observation, TrustedAccess};
use landing_zone::{Asked, ask, ask_again};
use verify::{read_once_after, read_until_shown};

/// Keeps one desired state over whatever stands behind the ports: `O` is the organization, `L` whoever
/// knows the landing zone, nobody unless [`Reconciler::asking`] says so.
#[derive(Debug)]
pub struct Reconciler<O, L = Infallible> {
    organizations: O,
    landing_zone: Option<L>,
    desired: TrustedAccess,
    hold: Option<Hold>,
    warn: fn(&str),
}

impl<O> Reconciler<O> {
    /// A reconciler that keeps `desired`.
    pub fn new(organizations: O, desired: TrustedAccess) -> Self {
        Self {
            organizations,
            landing_zone: None,
            desired,
            hold: None,
            warn: |_| {},
        }
    }

    /// The same, which asks for the landing zone where a change is due.
    pub fn asking<L>(self, landing_zone: Option<L>) -> Reconciler<O, L> {
        Reconciler {
            organizations: self.organizations,
            landing_zone,
            desired: self.desired,
            hold: self.hold,
            warn: self.warn,
        }
    }
}

impl<O, L> Reconciler<O, L> {
    /// The same, which makes no change while `hold` is on.
    #[must_use]
    pub fn held(mut self, hold: Option<Hold>) -> Self {
        self.hold = hold;
        self
    }

    /// The same, which gives `warn` a line where less is known of the landing zone than was asked for and the
    /// run goes on: at once, since the run may fail yet.
    #[must_use]
    pub fn warning(mut self, warn: fn(&str)) -> Self {
        self.warn = warn;
        self
    }

    /// The maintenance that was planned, be it over or not.
    #[must_use]
    pub fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// Whether the landing zone has a say.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.landing_zone.is_some()
    }

    /// The state this reconciler keeps.
    #[must_use]
    pub fn desired(&self) -> TrustedAccess {
        self.desired
    }
}

impl<O: ReadTrustedAccess + WriteTrustedAccess, L: ReadLandingZone> Reconciler<O, L> {
    /// One run. It ends by `deadline`, whatever the world does.
    ///
    /// # Errors
    /// [`ReconcileError`]; after [`ReconcileError::Read`] and [`ReconcileError::LandingZone`] nothing was written.
    pub async fn run(
        &self,
        mode: Mode,
        deadline: Instant,
    ) -> Result<Reconciliation, ReconcileError> {
        let phase = Cell::new(Phase::Reading);
        // A timer is looked at only after the future was polled once, which would start a call.
        if Instant::now() >= deadline {
            return Err(ReconcileError::DeadlineExceeded(phase.get()));
        }
        let run = async {
            let zone = self.landing_zone.as_ref();
            match mode {
                Mode::Audit => {
                    let found = look(&self.organizations, zone, self.desired, &phase).await?;
                    Ok(audited(found, self.warn))
                }
                Mode::Enforce => self.enforce(&phase, deadline).await,
            }
        };
        timeout_at(deadline, run)
            .await
            .unwrap_or_else(|_| Err(ReconcileError::DeadlineExceeded(phase.get())))
    }

    /// Looks, and changes what differs where neither a maintenance nor the landing zone speaks against it.
    async fn enforce(
        &self,
        phase: &Cell<Phase>,
        deadline: Instant,
    ) -> Result<Reconciliation, ReconcileError> {
        let zone = self.landing_zone.as_ref();
        let found = look(&self.organizations, zone, self.desired, phase).await?;
        let due = match found {
            Found::Agreement(seen) => return Ok(in_sync(seen)),
            Found::Difference(due) => due,
        };
        let hold = self.hold.clone();
        if let Some(hold) = hold.filter(|hold| hold.holds_at(SystemTime::now())) {
            due.warn(self.warn);
            return Ok(Reconciliation {
                hold: Some(hold),
                ..due.reported(Outcome::Held)
            });
        }
        let due = due.known_enough()?;
        due.warn(self.warn);
        if due.objection().is_some() {
            return Ok(due.reported(Outcome::Blocked));
        }
        let mut last_read = self.change(due.step, phase).await?;
        let shown_at = SystemTime::now();
        last_read.watched.clone_from(&due.before.watched);
        let done = due.reported(Outcome::Remediated);
        let asked_before = done.landing_zone;
        let landing_zone = match zone {
            Some(zone) if self.desired == TrustedAccess::Enabled => {
                let again = ask_again(zone, deadline).await;
                Some(self.last_known(asked_before, again))
            }
            _ => asked_before,
        };
        Ok(Reconciliation {
            last_read,
            landing_zone,
            shown_at: Some(shown_at),
            ..done
        })
    }

    /// The second answer, unless it tells less than the first one.
    fn last_known(&self, first: Option<LandingZone>, second: LandingZone) -> LandingZone {
        let Some(gap) = second.gap() else {
            return second;
        };
        match first {
            Some(first) if first.gap().is_none() => {
                (self.warn)(&gap);
                first
            }
            _ => second,
        }
    }

    /// Makes the change and looks again until it shows.
    async fn change(&self, step: Step, phase: &Cell<Phase>) -> Result<Observation, ReconcileError> {
        phase.set(Phase::Writing(step));
        let answer = self.organizations.write(step).await;
        phase.set(Phase::Verifying(step));
        match answer {
            Ok(()) => read_until_shown(&self.organizations, step).await,
            Err(error) if error.answer_lost => {
                read_once_after(&self.organizations, step, error).await
            }
            Err(error) => Err(ReconcileError::Write(error)),
        }
    }
}

/// What an audit tells of a look.
fn audited(found: Found, warn: fn(&str)) -> Reconciliation {
    match found {
        Found::Agreement(seen) => in_sync(seen),
        Found::Difference(due) => {
            due.warn(warn);
            due.reported(Outcome::DriftDetected)
        }
    }
}

/// What one look showed.
enum Found {
    Agreement(Observation),
    Difference(Due),
}

/// A change that is due, and what is known before it is made.
struct Due {
    step: Step,
    before: Observation,
    asked: Option<Asked>,
}

/// Reads, compares and, where they differ, asks. It is given the power to read and no other.
async fn look(
    organizations: &impl ReadTrustedAccess,
    zone: Option<&impl ReadLandingZone>,
    desired: TrustedAccess,
    phase: &Cell<Phase>,
) -> Result<Found, ReconcileError> {
    let before = organizations.read().await.map_err(ReconcileError::Read)?;
    let Some(step) = Plan::compare(desired, &before).step() else {
        return Ok(Found::Agreement(before));
    };
    let asked = match zone {
        Some(zone) => {
            phase.set(Phase::Asking(step));
            Some(ask(zone).await)
        }
        None => None,
    };
    Ok(Found::Difference(Due {
        step,
        before,
        asked,
    }))
}

impl Due {
    /// Enabling restores what a landing zone needs, so not to know is no reason against it. Disabling
    /// may take it away.
    fn known_enough(mut self) -> Result<Self, ReconcileError> {
        let error = self.asked.as_mut().and_then(|asked| asked.error.take());
        match error {
            Some(error) if self.step.target() == TrustedAccess::Disabled => {
                Err(ReconcileError::LandingZone(error))
            }
            _ => Ok(self),
        }
    }

    fn warn(&self, warn: fn(&str)) {
        let asked = self.asked.as_ref();
        if let Some(gap) = asked.and_then(|asked| asked.landing_zone.gap()) {
            warn(&gap);
        }
    }

    fn objection(&self) -> Option<String> {
        let asked = self.asked.as_ref()?;
        asked.landing_zone.objection(self.step)
    }

    fn reported(self, outcome: Outcome) -> Reconciliation {
        Reconciliation {
            outcome,
            observed: self.before.state,
            plan: Some(self.step.operation()),
            objection: self.objection(),
            last_read: self.before,
            hold: None,
            shown_at: None,
            landing_zone: self.asked.map(|asked| asked.landing_zone),
        }
    }
}

fn in_sync(last_read: Observation) -> Reconciliation {
    Reconciliation {
        outcome: Outcome::InSync,
        observed: last_read.state,
        plan: None,
        last_read,
        hold: None,
        shown_at: None,
        landing_zone: None,
        objection: None,
    }
}
