//! A landing zone behind its port, with scripted faults.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use controltower_trusted_access::core::error::{ApiError, ApiErrorKind};
use controltower_trusted_access::core::landing_zone::{LandingZoneDetail, LandingZoneState};
use controltower_trusted_access::core::model::Operation;
use controltower_trusted_access::core::ports::ReadLandingZone;
use tokio::time::{Instant, sleep};

pub const HOME: &str = "eu-west-1";

/// What one question meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meets {
    Told(LandingZoneState),
    Refused(ApiErrorKind),
    /// No answer for an hour.
    Hang,
}

/// Control Tower. The last of what is scripted is met for ever.
#[derive(Debug)]
pub struct FakeLandingZone {
    script: RefCell<VecDeque<Meets>>,
    asked: RefCell<Vec<Instant>>,
}

impl FakeLandingZone {
    pub fn new(script: impl IntoIterator<Item = Meets>) -> Self {
        Self {
            script: RefCell::new(script.into_iter().collect()),
            asked: RefCell::default(),
        }
    }

    /// When it was asked, each time.
    pub fn asked(&self) -> Vec<Instant> {
        self.asked.borrow().clone()
    }

    fn next(&self) -> Meets {
        self.asked.borrow_mut().push(Instant::now());
        let mut script = self.script.borrow_mut();
        let next = script.front().expect("something is scripted").clone();
        if script.len() > 1 {
            script.pop_front();
        }
        next
    }
}

/// A landing zone of version 3.3 that needs to be reset.
pub fn drifted() -> LandingZoneState {
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
        HOME
    }

    async fn read(&self) -> Result<LandingZoneState, ApiError> {
        let kind = match self.next() {
            Meets::Told(answer) => return Ok(answer),
            Meets::Refused(kind) => kind,
            Meets::Hang => {
                sleep(Duration::from_hours(1)).await;
                ApiErrorKind::Unavailable
            }
        };
        Err(ApiError {
            operation: Operation::ListLandingZones,
            kind,
            message: "scripted".to_owned(),
            outcome_unknown: false,
            source: None,
        })
    }
}
