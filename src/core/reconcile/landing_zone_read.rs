//! Reads the landing zone in bounded time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::landing_zone::{Decommissioning, DeleteStatus, LandingZone, LandingZoneState};
use crate::core::model::{Operation, TrustedAccess};
use crate::core::plan::Step;
use crate::core::ports::ReadLandingZone;

/// The time for all calls of one read. With all their attempts they could take the time that a repair needs.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// The result of a read, and its error if it failed.
pub(super) struct LandingZoneRead {
    pub(super) landing_zone: LandingZone,
    pub(super) error: Option<ApiError>,
}

impl LandingZoneRead {
    pub(super) fn log_warning(&self) {
        if let Some(error) = self.landing_zone.warning() {
            log_warning(&error);
        }
    }

    /// Returns whether there is a landing zone in the Region that was asked, or `None` if that is unknown.
    fn exists(&self) -> Option<bool> {
        match &self.landing_zone.state {
            LandingZoneState::Found(_) => Some(true),
            LandingZoneState::NotFound => Some(false),
            LandingZoneState::InOtherRegion(_) => None,
            // The list had a landing zone if the call after it was made.
            LandingZoneState::Unknown(_) => self
                .error
                .as_ref()
                .filter(|error| error.operation == Operation::GetLandingZone)
                .map(|_| true),
        }
    }
}

/// Reads the landing zone before `step`. Only enabling needs to know of a decommissioning: an existing landing zone blocks
/// disabling anyway, and without a landing zone disabling is never blocked.
pub(super) async fn read_landing_zone(port: &impl ReadLandingZone, step: Step) -> LandingZoneRead {
    let end = Instant::now() + READ_TIMEOUT;
    let mut read = read_until(end, port).await;
    if step.target() == TrustedAccess::Disabled {
        return read;
    }
    if let Some(exists) = read.exists() {
        let decommissioning = timeout_at(end, read_decommissioning(port, exists)).await;
        match decommissioning
            .unwrap_or_else(|_| Err(timed_out(Operation::ListLandingZoneOperations)))
        {
            Ok(decommissioning) => read.landing_zone.decommissioning = decommissioning,
            // An unreadable list of operations must not stop a repair.
            Err(error) => {
                let error = error.to_string();
                warn!(error, "the landing zone's operations could not be read");
            }
        }
    }
    read
}

/// Reads the landing zone again after a change, until `deadline` at the latest: the change must be reported even
/// if this read hangs. Returns the `first` result if the second one says less.
pub(super) async fn reread_landing_zone(
    port: &impl ReadLandingZone,
    first: Option<LandingZone>,
    deadline: Instant,
) -> LandingZone {
    let end = deadline.min(Instant::now() + READ_TIMEOUT);
    let second = read_until(end, port).await.landing_zone;
    match (first, second.warning()) {
        (Some(first), Some(error)) if first.warning().is_none() => {
            log_warning(&error);
            first
        }
        _ => second,
    }
}

fn log_warning(error: &str) {
    warn!(error, "the landing zone could not be read");
}

async fn read_until(end: Instant, port: &impl ReadLandingZone) -> LandingZoneRead {
    let read = timeout_at(end, port.read()).await;
    let (state, error) = match read.unwrap_or_else(|_| Err(timed_out(Operation::ListLandingZones)))
    {
        Ok(state) => (state, None),
        Err(error) => (LandingZoneState::Unknown(error.to_string()), Some(error)),
    };
    LandingZoneRead {
        landing_zone: LandingZone {
            region: port.region().to_owned(),
            state,
            decommissioning: Decommissioning::Unknown,
        },
        error,
    }
}

/// Reads the operations that matter. The API takes one status for each call.
async fn read_decommissioning(
    port: &impl ReadLandingZone,
    exists: bool,
) -> Result<Decommissioning, ApiError> {
    if !exists && port.has_delete_operation(DeleteStatus::Succeeded).await? {
        return Ok(Decommissioning::Completed);
    }
    // Also without a landing zone: the list may leave it out before its operation has ended.
    if port.has_delete_operation(DeleteStatus::InProgress).await? {
        return Ok(Decommissioning::InProgress);
    }
    Ok(Decommissioning::NotListed)
}

/// `operation` is the first call that may have got no response.
fn timed_out(operation: Operation) -> ApiError {
    let seconds = READ_TIMEOUT.as_secs();
    let message =
        format!("no response within the {seconds} s that all reads of the landing zone share");
    ApiError::local(operation, ApiErrorKind::Unavailable, &message)
}
