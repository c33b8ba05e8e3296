//! Reads after a write until the change shows.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::core::error::{ApiError, ReconcileError};
use crate::core::model::Observation;
use crate::core::plan::Step;
use crate::core::ports::ReadTrustedAccess;

/// The shortest pause between two reads. The quota of the list operation is one call per second for the account,
/// and Control Tower's own calls count against it.
const MIN_READ_INTERVAL: Duration = Duration::from_secs(1);
/// The longest pause between two reads.
const MAX_READ_INTERVAL: Duration = Duration::from_secs(4);
/// The time for an accepted write to show in a read.
const CONVERGENCE_TIMEOUT: Duration = Duration::from_secs(20);

/// Reads until the step shows, for at most [`CONVERGENCE_TIMEOUT`]. A transient error does not end the wait; it
/// becomes the run's error if no read succeeds after it.
pub(super) async fn wait_for_convergence(
    organizations: &impl ReadTrustedAccess,
    step: Step,
) -> Result<Observation, ReconcileError> {
    let mut last_error = None;
    let converged = timeout(CONVERGENCE_TIMEOUT, async {
        let mut interval = MIN_READ_INTERVAL;
        loop {
            sleep(interval).await;
            interval = (interval * 2).min(MAX_READ_INTERVAL);
            last_error = match organizations.read_ignoring_watched().await {
                Ok(observation) if observation.state == step.target() => return Ok(observation),
                Ok(_) => None,
                Err(error) if error.kind.is_transient() => Some(error),
                Err(error) => return Err(ReconcileError::Verify { step, error }),
            };
        }
    });
    if let Ok(result) = converged.await {
        return result;
    }
    Err(match last_error {
        Some(error) => ReconcileError::Verify { step, error },
        None => ReconcileError::NotConverged {
            step,
            seconds: CONVERGENCE_TIMEOUT.as_secs(),
        },
    })
}

/// Reads once to find out whether a write without a valid response took effect. If the read does not show it, the
/// run fails with the write's `error`.
pub(super) async fn resolve_unknown_outcome(
    organizations: &impl ReadTrustedAccess,
    step: Step,
    error: ApiError,
) -> Result<Observation, ReconcileError> {
    sleep(MIN_READ_INTERVAL).await;
    match organizations.read_ignoring_watched().await {
        Ok(observation) if observation.state == step.target() => Ok(observation),
        _ => Err(ReconcileError::Write(error)),
    }
}
