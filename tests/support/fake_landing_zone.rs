//! A fake of the landing-zone port, with scripted replies.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::landing_zone::{
    DeleteStatus, LandingZoneDetail, LandingZoneState,
};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;
use tokio::time::{Instant, sleep};

pub const HOME_REGION: &str = "eu-west-1";

/// The reply to one read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FakeReply {
    State(LandingZoneState),
    /// `ListLandingZones` fails.
    Error(ApiErrorKind),
    /// `ListLandingZones` has a landing zone, and `GetLandingZone` fails.
    GetError(ApiErrorKind),
    /// No reply for an hour.
    Hang,
}

/// The list of operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeOperations {
    /// No `DELETE` operation.
    None,
    /// One with this status.
    Delete(DeleteStatus),
    Error(ApiErrorKind),
    /// No reply for an hour.
    Hang,
}

/// A landing zone. The last scripted reply repeats.
#[derive(Debug)]
pub struct FakeLandingZone {
    script: RefCell<VecDeque<FakeReply>>,
    operations: FakeOperations,
    read_times: RefCell<Vec<Instant>>,
    requested: RefCell<Vec<DeleteStatus>>,
}

impl FakeLandingZone {
    pub fn new(script: impl IntoIterator<Item = FakeReply>) -> Self {
        Self {
            script: RefCell::new(script.into_iter().collect()),
            operations: FakeOperations::None,
            read_times: RefCell::default(),
            requested: RefCell::default(),
        }
    }

    pub fn with_operations(self, operations: FakeOperations) -> Self {
        Self { operations, ..self }
    }

    /// Returns the status of each read of the operations.
    pub fn requested_statuses(&self) -> Vec<DeleteStatus> {
        self.requested.borrow().clone()
    }

    /// Returns the time of each read.
    pub fn read_times(&self) -> Vec<Instant> {
        self.read_times.borrow().clone()
    }

    fn next(&self) -> FakeReply {
        self.read_times.borrow_mut().push(Instant::now());
        let mut script = self.script.borrow_mut();
        let next = script.front().expect("a scripted reply").clone();
        if script.len() > 1 {
            script.pop_front();
        }
        next
    }
}

/// Returns a landing zone of version 3.3 that has drifted.
pub fn drifted_landing_zone() -> LandingZoneState {
    LandingZoneState::Found(LandingZoneDetail {
        arn: "arn:aws:controltower:eu-west-1:111122223333:landingzone/1A2B3C4D5E6F7G8H".to_owned(),
        version: "3.3".to_owned(),
        latest_version: Some("3.3".to_owned()),
        status: Some("ACTIVE".to_owned()),
        drift_status: Some("DRIFTED".to_owned()),
    })
}

impl ReadLandingZone for &FakeLandingZone {
    fn region(&self) -> &str {
        HOME_REGION
    }

    async fn read(&self) -> Result<LandingZoneState, ApiError> {
        match self.next() {
            FakeReply::State(state) => Ok(state),
            FakeReply::Error(kind) => Err(scripted(Operation::ListLandingZones, kind)),
            FakeReply::GetError(kind) => Err(scripted(Operation::GetLandingZone, kind)),
            FakeReply::Hang => Err(hang().await),
        }
    }

    async fn has_delete_operation(&self, status: DeleteStatus) -> Result<bool, ApiError> {
        self.requested.borrow_mut().push(status);
        match self.operations {
            FakeOperations::None => Ok(false),
            FakeOperations::Delete(found) => Ok(found == status),
            FakeOperations::Error(kind) => {
                Err(scripted(Operation::ListLandingZoneOperations, kind))
            }
            FakeOperations::Hang => Err(hang().await),
        }
    }
}

async fn hang() -> ApiError {
    sleep(Duration::from_hours(1)).await;
    scripted(Operation::ListLandingZones, ApiErrorKind::Unavailable)
}

fn scripted(operation: Operation, kind: ApiErrorKind) -> ApiError {
    ApiError::local(operation, kind, "scripted")
}
