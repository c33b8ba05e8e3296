//! Looking again after a write, until it shows or its time is up.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::error::{ApiError, Disposition, ReconcileError};
use crate::plan::Step;
use crate::ports::ReadTrustedAccess;
use crate::state::Observation;

/// The shortest pause between a read and the next: the quota of the list operation is one a second
/// for the account, and Control Tower draws on it too.
const SHORTEST_GAP: Duration = Duration::from_secs(1);
/// The longest pause between two verifying reads.
const LONGEST_GAP: Duration = Duration::from_secs(4);
/// How long an accepted write is given to show in a read.
const CONVERGENCE: Duration = Duration::from_secs(20);

/// Reads until the step shows or its time is up. A read that may go better later does not end it, and
/// is what the run fails with if nothing came after it.
pub(super) async fn read_until_shown(
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
pub(super) async fn read_once_after(
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
