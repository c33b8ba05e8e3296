//! Reads the landing zone in bounded time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::warn;

use crate::core::error::{ApiError, ApiErrorKind};
use crate::core::landing_zone::{LandingZone, LandingZoneState};
use crate::core::model::Operation;
use crate::core::ports::ReadLandingZone;

/// The time for one check. With all their attempts its two calls could take the time that a repair needs.
const CHECK_TIMEOUT: Duration = Duration::from_secs(20);

/// The result of the check, and the error if it failed.
pub(super) struct LandingZoneCheck {
    pub(super) landing_zone: LandingZone,
    pub(super) error: Option<ApiError>,
}

/// Checks the landing zone before a change. Logs a WARN line at once if less is known than was asked for, because
/// the run may fail later.
pub(super) async fn check(port: &impl ReadLandingZone) -> LandingZoneCheck {
    let check = check_until(Instant::now() + CHECK_TIMEOUT, port).await;
    if let Some(error) = check.landing_zone.warning() {
        log_warning(&error);
    }
    check
}

/// Checks the landing zone again after a change, until `deadline` at the latest: the change must be reported even
/// if this read hangs. Returns the `first` result if the second one says less.
pub(super) async fn recheck(
    port: &impl ReadLandingZone,
    first: Option<LandingZone>,
    deadline: Instant,
) -> LandingZone {
    let end = deadline.min(Instant::now() + CHECK_TIMEOUT);
    let second = check_until(end, port).await.landing_zone;
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

async fn check_until(end: Instant, port: &impl ReadLandingZone) -> LandingZoneCheck {
    let read = timeout_at(end, port.read()).await;
    let (state, error) = match read.unwrap_or_else(|_| Err(timed_out())) {
        Ok(state) => (state, None),
        Err(error) => (LandingZoneState::Unknown(error.to_string()), Some(error)),
    };
    let region = port.region().to_owned();
    LandingZoneCheck {
        landing_zone: LandingZone { region, state },
        error,
    }
}

fn timed_out() -> ApiError {
    let message = format!(
        "no response to it and {} within the {} s that they share",
        Operation::GetLandingZone,
        CHECK_TIMEOUT.as_secs()
    );
    ApiError::local(
        Operation::ListLandingZones,
        ApiErrorKind::Unavailable,
        &message,
    )
}
