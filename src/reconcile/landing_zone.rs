//! Asking for the landing zone, in bounded time.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::error::{ApiError, ApiErrorKind};
use crate::landing_zone::{Answer, LandingZone};
use crate::ports::ReadLandingZone;
use crate::state::Operation;

/// How long the landing zone is waited for. Its two calls with all their attempts could take the time
/// that a repair needs.
const PATIENCE: Duration = Duration::from_secs(20);

/// What it answered, and why it did not where it did not.
pub(super) struct Asked {
    pub(super) landing_zone: LandingZone,
    pub(super) error: Option<ApiError>,
}

/// Asks before a change.
pub(super) async fn ask(port: &impl ReadLandingZone) -> Asked {
    ask_until(Instant::now() + PATIENCE, port).await
}

/// Asks once more when all is done, which must not cost the run its answer.
pub(super) async fn ask_again(port: &impl ReadLandingZone, deadline: Instant) -> LandingZone {
    let patience = Instant::now() + PATIENCE;
    ask_until(patience.min(deadline), port).await.landing_zone
}

async fn ask_until(end: Instant, port: &impl ReadLandingZone) -> Asked {
    let answered = timeout_at(end, port.ask()).await;
    let (answer, error) = match answered.unwrap_or_else(|_| Err(no_answer())) {
        Ok(answer) => (answer, None),
        Err(error) => (Answer::Unreadable(error.to_string()), Some(error)),
    };
    let region = port.region().to_owned();
    let landing_zone = LandingZone { region, answer };
    Asked {
        landing_zone,
        error,
    }
}

fn no_answer() -> ApiError {
    let both = format!(
        "it and {} had no answer within the {} s that they have together",
        Operation::GetLandingZone,
        PATIENCE.as_secs()
    );
    let kind = ApiErrorKind::Unavailable;
    ApiError::found_here(Operation::ListLandingZones, kind, &both)
}
