//! What the core needs from the world: reading, writing and asking for the landing zone are separate
//! powers.
//!
//! Code that holds only [`ReadTrustedAccess`] cannot change anything, and neither port takes a
//! service principal: there is none to pass.

use std::convert::Infallible;
use std::future::Future;

use crate::error::ApiError;
use crate::landing_zone::Answer;
use crate::plan::Step;
use crate::state::Observation;

/// The power to look.
pub trait ReadTrustedAccess {
    /// Reads the organization's list until the principal is seen or the list ends.
    ///
    /// # Errors
    /// Any [`ApiError`] of the read. A broken-off read is an error and never an [`Observation`].
    fn read(&self) -> impl Future<Output = Result<Observation, ApiError>>;

    /// The same after a write, of which nothing but the state matters: no page is read for what else is
    /// watched, so that its failure cannot hide a write that took effect.
    ///
    /// # Errors
    /// Those of [`ReadTrustedAccess::read`].
    fn read_state(&self) -> impl Future<Output = Result<Observation, ApiError>> {
        self.read()
    }
}

/// The power to change.
pub trait WriteTrustedAccess {
    /// Makes the one change of `step`, retries included: one logical write.
    ///
    /// # Errors
    /// Any [`ApiError`] of the write; [`ApiError::answer_lost`] tells whether it may have taken
    /// effect all the same.
    fn write(&self, step: Step) -> impl Future<Output = Result<(), ApiError>>;
}

/// The power to ask for the landing zone.
pub trait ReadLandingZone {
    /// The Region that is asked: the landing zone's home.
    fn region(&self) -> &str;

    /// Asks whether there is a landing zone, and what it is like.
    ///
    /// # Errors
    /// Any [`ApiError`] of the read. A broken-off one is an error and never [`Answer::Absent`].
    fn ask(&self) -> impl Future<Output = Result<Answer, ApiError>>;
}

/// Nobody to ask: of this type there is no value.
impl ReadLandingZone for Infallible {
    fn region(&self) -> &str {
        match *self {}
    }

    async fn ask(&self) -> Result<Answer, ApiError> {
        match *self {}
    }
}
