//! The ports of the core: reading trusted access, writing it, and reading the landing zone.
//!
//! Code that holds only [`ReadTrustedAccess`] cannot change anything. Neither port takes a service
//! principal, so no caller can name a wrong one.

use std::future::Future;

use super::error::ApiError;
use super::landing_zone::{DeleteStatus, LandingZoneState};
use super::model::Observation;
use super::plan::Step;

/// Reads trusted access.
pub trait ReadTrustedAccess {
    /// Reads the organization's list until the principal and all watched principals were found, or to its end.
    ///
    /// # Errors
    /// Any [`ApiError`] of the read. An incomplete read is an error and never an [`Observation`].
    fn read(&self) -> impl Future<Output = Result<Observation, ApiError>>;

    /// Reads as [`read`](Self::read) does, but for the one principal only. After a write, an error on a page
    /// that only watched principals need must not hide that the write took effect.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    fn read_ignoring_watched(&self) -> impl Future<Output = Result<Observation, ApiError>> {
        self.read()
    }
}

/// Changes trusted access.
pub trait WriteTrustedAccess {
    /// Makes the change of `step`, retries included: one logical write.
    ///
    /// # Errors
    /// Any [`ApiError`] of the write. If [`ApiError::outcome_unknown`] is set, it may have taken effect.
    fn write(&self, step: Step) -> impl Future<Output = Result<(), ApiError>>;
}

/// Reads the landing zone.
pub trait ReadLandingZone {
    /// Returns the Region that is asked, the landing zone's home Region.
    fn region(&self) -> &str;

    /// Reads whether there is a landing zone, and its details.
    ///
    /// # Errors
    /// Any [`ApiError`] of the read. An incomplete read is an error and never [`LandingZoneState::NotFound`].
    fn read(&self) -> impl Future<Output = Result<LandingZoneState, ApiError>>;

    /// Reads whether a `DELETE` operation of the last 90 days has this status.
    ///
    /// # Errors
    /// Any [`ApiError`] of the read. An incomplete read is an error and never `false`.
    fn has_delete_operation(
        &self,
        status: DeleteStatus,
    ) -> impl Future<Output = Result<bool, ApiError>>;
}
