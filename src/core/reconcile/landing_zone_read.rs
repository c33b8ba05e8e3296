//! Reads the landing zone in bounded time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::landing_zone::{LandingZone, LandingZoneState};
use crate::core::model::Operation;
use crate::core::ports::ReadLandingZone;

/// The time for one read. With all their attempts its two calls could take the time that a repair needs.
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
}

/// Reads the landing zone before a change.
pub(super) async fn read_landing_zone(port: &impl ReadLandingZone) -> LandingZoneRead {
    read_until(Instant::now() + READ_TIMEOUT, port).await
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
    let (state, error) = match read.unwrap_or_else(|_| Err(timed_out())) {
        Ok(state) => (state, None),
        Err(error) => (LandingZoneState::Unknown(error.to_string()), Some(error)),
    };
    let region = port.region().to_owned();
    LandingZoneRead {
        landing_zone: LandingZone { region, state },
        error,
    }
}

fn timed_out() -> ApiError {
    let message = format!(
        "no response to it and {} within the {} s that they share",
        Operation::GetLandingZone,
        READ_TIMEOUT.as_secs()
    );
    ApiError::local(
        Operation::ListLandingZones,
        ApiErrorKind::Unavailable,
        &message,
    )
}
