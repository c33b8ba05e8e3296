//! Observe, plan, execute, verify: the only place with that order.
//!
//! Nothing here knows what woke the function: [`Reconciler::run`] takes no event.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::error::{ApiError, Disposition, Phase, ReconcileError};
use crate::plan::{Plan, Step};
use crate::ports::{ReadTrustedAccess, WriteTrustedAccess};
use crate::report::{Outcome, Reconciliation};
use crate::state::{Hold, Mode, Observation, TrustedAccess};

/// The shortest pause between a read and the next: the quota of the list operation is one a second
/// for the account, and Control Tower draws on it too.
const SHORTEST_GAP: Duration = Duration::from_secs(1);
/// The longest pause between two verifying reads.
const LONGEST_GAP: Duration = Duration::from_secs(4);
/// How long an accepted write is given to show in a read.
const CONVERGENCE: Duration = Duration::from_secs(20);

/// Keeps one desired state over whatever stands behind the two ports.
#[derive(Debug)]
pub struct Reconciler<O> {
    organizations: O,
    desired: TrustedAccess,
    hold: Option<Hold>,
}

impl<O: ReadTrustedAccess + WriteTrustedAccess> Reconciler<O> {
    /// A reconciler that keeps `desired`.
    pub fn new(organizations: O, desired: TrustedAccess) -> Self {
        Self {
            organizations,
            desired,
            hold: None,
        }
    }

    /// The same, which makes no change while `hold` is on.
    #[must_use]
    pub fn held(mut self, hold: Option<Hold>) -> Self {
        self.hold = hold;
        self
    }

    /// The maintenance that was planned, be it over or not.
    #[must_use]
    pub fn hold(&self) -> Option<&Hold> {
        self.hold.as_ref()
    }

    /// The state this reconciler keeps.
    #[must_use]
    pub fn desired(&self) -> TrustedAccess {
        self.desired
    }

    /// One run. It ends by `deadline`, whatever the world does.
    ///
    /// # Errors
    /// [`ReconcileError`]; after [`ReconcileError::Read`] nothing was written.
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
            match mode {
                Mode::Audit => audit(&self.organizations, self.desired).await,
                Mode::Enforce => self.enforce(&phase).await,
            }
        };
        timeout_at(deadline, run)
            .await
            .unwrap_or_else(|_| Err(ReconcileError::DeadlineExceeded(phase.get())))
    }

    /// Looks, compares, changes what differs unless a maintenance is on, and looks again until it shows.
    async fn enforce(&self, phase: &Cell<Phase>) -> Result<Reconciliation, ReconcileError> {
        let organizations = &self.organizations;
        let before = organizations.read().await.map_err(ReconcileError::Read)?;
        let Some(step) = Plan::compare(self.desired, &before).step() else {
            return Ok(in_sync(before));
        };
        let hold = self.hold.clone();
        if let Some(hold) = hold.filter(|hold| hold.holds_at(SystemTime::now())) {
            return Ok(Reconciliation {
                hold: Some(hold),
                ..differed(Outcome::Held, step, before.state, before)
            });
        }
        phase.set(Phase::Writing(step));
        let answer = organizations.write(step).await;
        phase.set(Phase::Verifying(step));
        let mut after = match answer {
            Ok(()) => read_until_shown(organizations, step).await?,
            Err(error) if error.answer_lost => read_once_after(organizations, step, error).await?,
            Err(error) => return Err(ReconcileError::Write(error)),
        };
        after.watched = before.watched;
        Ok(differed(Outcome::Remediated, step, before.state, after))
    }
}

/// Looks and compares. It is given the power to read and no other.
async fn audit(
    organizations: &impl ReadTrustedAccess,
    desired: TrustedAccess,
) -> Result<Reconciliation, ReconcileError> {
    let observed = organizations.read().await.map_err(ReconcileError::Read)?;
    Ok(match Plan::compare(desired, &observed).step() {
        None => in_sync(observed),
        Some(step) => differed(Outcome::DriftDetected, step, observed.state, observed),
    })
}

/// Reads until the step shows or its time is up. A read that may go better later does not end it, and
/// is what the run fails with if nothing came after it.
async fn read_until_shown(
    organizations: &impl ReadTrustedAccess,
    step: Step,
) -> Result<Observation, ReconcileError> {
    let mut failed = None;
    let shown = timeout(CONVERGENCE, async {
        let mut gap = SHORTEST_GAP;
        loop {
            sleep(gap).await;
            gap = (gap * 2).min(LONGEST_GAP);
            failed = match organizations.read_state().await {
                Ok(seen) if seen.state == step.target() => return Ok(seen),
                Ok(_) => None,
                Err(error) if error.kind.disposition() == Disposition::Transient => Some(error),
                Err(error) => return Err(ReconcileError::Verify { step, error }),
            };
        }
    });
    if let Ok(settled) = shown.await {
        return settled;
    }
    Err(match failed {
        Some(error) => ReconcileError::Verify { step, error },
        None => ReconcileError::NotConverged {
            step,
            seconds: CONVERGENCE.as_secs(),
        },
    })
}

/// Settles a write whose answer was lost: it took effect if a read shows it, else it failed.
async fn read_once_after(
    organizations: &impl ReadTrustedAccess,
    step: Step,
    lost: ApiError,
) -> Result<Observation, ReconcileError> {
    sleep(SHORTEST_GAP).await;
    match organizations.read_state().await {
        Ok(seen) if seen.state == step.target() => Ok(seen),
        _ => Err(ReconcileError::Write(lost)),
    }
}

fn in_sync(last_read: Observation) -> Reconciliation {
    Reconciliation {
        outcome: Outcome::InSync,
        observed: last_read.state,
        plan: None,
        last_read,
        hold: None,
    }
}

fn differed(
    outcome: Outcome,
    step: Step,
    observed: TrustedAccess,
    last_read: Observation,
) -> Reconciliation {
    Reconciliation {
        outcome,
        observed,
        plan: Some(step.operation()),
        last_read,
        hold: None,
    }
}
