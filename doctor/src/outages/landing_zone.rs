//! Reads the landing zone, whose version decides how its drift is repaired.

use controltower_trusted_access::core::landing_zone::{LandingZoneDetail, LandingZoneState};
use controltower_trusted_access::core::ports::ReadLandingZone;

use crate::aws_clients::AwsClients;
use crate::aws_error::AwsError;

/// The landing zone, as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandingZone {
    /// The landing zone and its home Region.
    Found(LandingZoneDetail, String),
    /// There is none in this Region.
    NotFound(String),
    /// It could not be read.
    Unknown,
}

impl LandingZone {
    /// Returns the home Region, if there is a landing zone.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Found(_, region) => Some(region),
            Self::NotFound(_) | Self::Unknown => None,
        }
    }
}

/// Reads the landing zone in `region`, or in the Region that Control Tower names as its home.
///
/// # Errors
/// A sentence about the call that failed.
pub async fn read(clients: &AwsClients, region: &str) -> Result<LandingZone, String> {
    match read_in(clients, region).await? {
        LandingZoneState::InOtherRegion(home) => match read_in(clients, &home).await? {
            LandingZoneState::Found(detail) => Ok(LandingZone::Found(detail, home)),
            _ => Err(format!(
                "The landing zone could not be read: its home Region is {home} according to Control Tower in {region}."
            )),
        },
        LandingZoneState::Found(detail) => Ok(LandingZone::Found(detail, region.to_owned())),
        LandingZoneState::NotFound => Ok(LandingZone::NotFound(region.to_owned())),
        LandingZoneState::Unknown(reason) => Err(format!(
            "The landing zone could not be read in {region}: {reason}."
        )),
    }
}

async fn read_in(clients: &AwsClients, region: &str) -> Result<LandingZoneState, String> {
    let state = clients.landing_zone(region).read().await;
    state.map_err(|error| {
        let AwsError { message, hint, .. } = AwsError::from_adapter(&error);
        format!("The landing zone could not be read in {region}: {message}. {hint}")
    })
}
