//! Observe, decide, apply, verify: the only place with that order.
//!
//! Nothing here knows why the function was invoked: [`Reconciler::run`] takes no event.

mod convergence;
mod landing_zone_read;

use std::time::SystemTime;

use tokio::time::{Instant, timeout_at};

use super::error::{Phase, ReconcileError};
use super::landing_zone::LandingZone;
use super::model::{MaintenanceHold, Mode, Observation, Operation, TrustedAccess};
use super::plan::{Plan, Step};
use super::ports::{ReadLandingZone, ReadTrustedAccess, WriteTrustedAccess};
use super::report::Outcome;
use convergence::{resolve_unknown_outcome, wait_for_convergence};
use landing_zone_read::{LandingZoneRead, read_landing_zone, reread_landing_zone};

/// What the operator asked for.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The state to keep.
    pub desired: TrustedAccess,
    /// The function's mode. A manual request may narrow it for one run.
    pub mode: Mode,
    /// The maintenance hold, if one is configured. It may have ended.
    pub hold: Option<MaintenanceHold>,
}

/// Keeps the desired state of `O`, the organization. `L` reads the landing zone.
#[derive(Debug)]
pub struct Reconciler<O, L> {
    /// Reads and writes trusted access.
    pub organizations: O,
    /// Reads the landing zone; `None` if `LANDING_ZONE_REGION` is not set.
    pub landing_zone: Option<L>,
    /// What the operator asked for.
    pub policy: Policy,
}

/// What one successful run found, decided and did. The report and the metrics are built from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciliation {
    /// How the run ended.
    pub outcome: Outcome,
    /// The mode of this run.
    pub mode: Mode,
    /// The state that the operator asked for.
    pub desired: TrustedAccess,
    /// The state before any change.
    pub observed: TrustedAccess,
    /// The write that was due.
    pub plan: Option<Operation>,
    /// The last read of the run, with the watched principals of the first one.
    pub last_read: Observation,
    /// Whether the maintenance hold keeps a due change from being made, now or in the next run that enforces;
    /// `None` if no hold is configured.
    pub held: Option<bool>,
    /// The hold's end as the operator wrote it, if the outcome is [`Outcome::Held`].
    pub held_until: Option<String>,
    /// Whether the landing zone keeps a due change from being made, now or in the next run that enforces;
    /// `None` if it is not configured.
    pub blocked: Option<bool>,
    /// Why the landing zone does not allow the due change, whether or not this run would have made it.
    pub block_reason: Option<String>,
    /// The landing zone as it was read last, if a change was due and it was read.
    pub landing_zone: Option<LandingZone>,
    /// When a read showed the change, if one was made.
    pub converged_at: Option<SystemTime>,
}

impl<O: ReadTrustedAccess + WriteTrustedAccess, L: ReadLandingZone> Reconciler<O, L> {
    /// Runs once, and ends by `deadline`.
    ///
    /// # Errors
    /// [`ReconcileError`]; after [`ReconcileError::Read`] and [`ReconcileError::LandingZone`] nothing was written.
    pub async fn run(
        &self,
        mode: Mode,
        deadline: Instant,
    ) -> Result<Reconciliation, ReconcileError> {
        let (organizations, zone) = (&self.organizations, self.landing_zone.as_ref());
        // `observe` gets the read ports only, so an audit cannot write.
        let observed = observe(organizations, zone, self.policy.desired, deadline).await?;
        let change = match observed {
            Observed::InSync(observation) => return Ok(self.in_sync(mode, observation)),
            Observed::Drifted(change) => *change,
        };
        let is_held = self.policy.is_on_hold(SystemTime::now());
        let change = if mode == Mode::Enforce && !is_held {
            change.refuse_unknown_landing_zone()?
        } else {
            change
        };
        change.warn_if_landing_zone_unknown();
        match mode {
            Mode::Audit => return Ok(self.finish(Outcome::DriftDetected, mode, is_held, change)),
            Mode::Enforce if is_held => {
                return Ok(self.finish(Outcome::Held, mode, is_held, change));
            }
            Mode::Enforce => {}
        }
        if change.block_reason().is_some() {
            return Ok(self.finish(Outcome::Blocked, mode, is_held, change));
        }
        let after = self.apply(change.step, deadline).await?;
        let converged_at = SystemTime::now();
        let done = self.finish(Outcome::Remediated, mode, is_held, change);
        let landing_zone = match zone {
            Some(zone) if self.policy.desired == TrustedAccess::Enabled => {
                Some(reread_landing_zone(zone, done.landing_zone.clone(), deadline).await)
            }
            _ => done.landing_zone.clone(),
        };
        Ok(done.converged(after, converged_at, landing_zone))
    }

    /// Writes the change and reads until it shows.
    async fn apply(&self, step: Step, deadline: Instant) -> Result<Observation, ReconcileError> {
        let organizations = &self.organizations;
        let written = within(deadline, Phase::Writing(step), organizations.write(step)).await?;
        let verifying = Phase::Verifying(step);
        match written {
            Ok(()) => {
                within(
                    deadline,
                    verifying,
                    wait_for_convergence(organizations, step),
                )
                .await?
            }
            Err(error) if error.outcome_unknown => {
                let resolved = resolve_unknown_outcome(organizations, step, error);
                within(deadline, verifying, resolved).await?
            }
            Err(error) => Err(ReconcileError::Write(error)),
        }
    }

    fn in_sync(&self, mode: Mode, last_read: Observation) -> Reconciliation {
        Reconciliation {
            outcome: Outcome::InSync,
            mode,
            desired: self.policy.desired,
            observed: last_read.state,
            plan: None,
            last_read,
            held: self.policy.hold.as_ref().map(|_| false),
            held_until: None,
            blocked: self.landing_zone.as_ref().map(|_| false),
            block_reason: None,
            landing_zone: None,
            converged_at: None,
        }
    }

    fn finish(
        &self,
        outcome: Outcome,
        mode: Mode,
        is_held: bool,
        change: PendingChange,
    ) -> Reconciliation {
        let hold = self.policy.hold.as_ref();
        let block_reason = change.block_reason();
        let is_blocked = self.policy.mode == Mode::Enforce && !is_held && block_reason.is_some();
        let held_until = hold.filter(|_| outcome == Outcome::Held);
        Reconciliation {
            outcome,
            plan: Some(change.step.operation()),
            held: hold.map(|_| is_held && self.policy.mode == Mode::Enforce),
            held_until: held_until.map(|hold| hold.raw.clone()),
            blocked: self.landing_zone.as_ref().map(|_| is_blocked),
            block_reason,
            landing_zone: change.landing_zone.map(|read| read.landing_zone),
            ..self.in_sync(mode, change.before)
        }
    }
}

impl Reconciliation {
    /// Adds what was read after the change. Only the first read of a run has the watched principals.
    fn converged(
        self,
        after: Observation,
        converged_at: SystemTime,
        landing_zone: Option<LandingZone>,
    ) -> Self {
        let watched = self.last_read.watched;
        Self {
            last_read: Observation { watched, ..after },
            converged_at: Some(converged_at),
            landing_zone,
            ..self
        }
    }
}

impl Policy {
    /// Returns whether the hold keeps a change from being made at `now`.
    fn is_on_hold(&self, now: SystemTime) -> bool {
        self.hold
            .as_ref()
            .is_some_and(|hold| hold.is_active_at(now))
    }
}

/// The result of the reads before any change.
enum Observed {
    InSync(Observation),
    Drifted(Box<PendingChange>),
}

/// A change that is due, and what was read before it is made.
struct PendingChange {
    step: Step,
    before: Observation,
    landing_zone: Option<LandingZoneRead>,
}

/// Reads trusted access, and reads the landing zone if a change is due.
async fn observe(
    organizations: &impl ReadTrustedAccess,
    zone: Option<&impl ReadLandingZone>,
    desired: TrustedAccess,
    deadline: Instant,
) -> Result<Observed, ReconcileError> {
    let read = within(deadline, Phase::Reading, organizations.read()).await?;
    let before = read.map_err(ReconcileError::Read)?;
    let Some(step) = Plan::compare(desired, &before).step() else {
        return Ok(Observed::InSync(before));
    };
    let landing_zone = match zone {
        Some(zone) => {
            let phase = Phase::CheckingLandingZone(step);
            Some(within(deadline, phase, read_landing_zone(zone, step)).await?)
        }
        None => None,
    };
    Ok(Observed::Drifted(Box::new(PendingChange {
        step,
        before,
        landing_zone,
    })))
}

impl PendingChange {
    /// Fails if disabling is due and the landing zone is unknown: it may need trusted access. Enabling restores
    /// what a landing zone needs, so an unknown landing zone does not stop it.
    fn refuse_unknown_landing_zone(mut self) -> Result<Self, ReconcileError> {
        let error = self
            .landing_zone
            .as_mut()
            .and_then(|read| read.error.take());
        match error {
            Some(error) if self.step.target() == TrustedAccess::Disabled => {
                Err(ReconcileError::LandingZone(error))
            }
            _ => Ok(self),
        }
    }

    /// Logs at once if less is known of the landing zone than was asked for, because the run may fail later.
    fn warn_if_landing_zone_unknown(&self) {
        if let Some(read) = &self.landing_zone {
            read.log_warning();
        }
    }

    /// Returns why [`Outcome::Blocked`] is due, or `None` if the landing zone allows the change.
    fn block_reason(&self) -> Option<String> {
        self.landing_zone
            .as_ref()?
            .landing_zone
            .block_reason(self.step)
    }
}

/// Awaits `call` until `deadline`.
///
/// # Errors
/// [`ReconcileError::DeadlineExceeded`] with `phase`.
async fn within<T>(
    deadline: Instant,
    phase: Phase,
    call: impl Future<Output = T>,
) -> Result<T, ReconcileError> {
    // A timeout polls its future first, which would start a call after the deadline.
    if Instant::now() >= deadline {
        return Err(ReconcileError::DeadlineExceeded(phase));
    }
    timeout_at(deadline, call)
        .await
        .map_err(|_| ReconcileError::DeadlineExceeded(phase))
}
